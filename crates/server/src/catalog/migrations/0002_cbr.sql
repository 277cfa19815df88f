-- What there is to protect, vaults, restore points, backups and tasks.
-- Ids: UUIDs with dashes, except projects and users. Times: milliseconds since 1970.
-- Sizes: bytes unless the name says otherwise. Truth values: 0 and 1.

-- Ids are given at first sight and matched by (hypervisor, native_id) after that.
-- Servers and disks that went away stay, marked, because their backups do.
CREATE TABLE servers (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    hypervisor TEXT NOT NULL,
    native_id TEXT NOT NULL,
    name TEXT NOT NULL,
    power TEXT NOT NULL,
    vcpus BIGINT NOT NULL,
    memory_mib BIGINT NOT NULL,
    architecture TEXT NOT NULL,
    restart_allowed BIGINT NOT NULL,
    nics TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    vanished_at BIGINT,
    UNIQUE (hypervisor, native_id)
);
CREATE INDEX servers_project ON servers (project_id, name);

CREATE TABLE disks (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    hypervisor TEXT NOT NULL,
    native_id TEXT NOT NULL,
    server_id TEXT REFERENCES servers (id),
    device TEXT NOT NULL,
    name TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    path TEXT NOT NULL,
    format TEXT NOT NULL,
    bus TEXT NOT NULL,
    system BIGINT NOT NULL,
    shareable BIGINT NOT NULL,
    unsupported TEXT,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    vanished_at BIGINT,
    UNIQUE (hypervisor, native_id)
);
CREATE INDEX disks_project ON disks (project_id, name);
CREATE INDEX disks_server ON disks (server_id, position);

-- store: name of the configured store that holds the repository, under the vault's id.
-- used_bytes: what the vault's repository takes in the store, as of the last task that changed it.
CREATE TABLE vaults (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    store TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    object_type TEXT NOT NULL,
    protect_type TEXT NOT NULL,
    consistent_level TEXT NOT NULL,
    size_gib BIGINT NOT NULL,
    used_bytes BIGINT NOT NULL,
    state TEXT NOT NULL,
    backup_policy_id TEXT,
    auto_bind BIGINT NOT NULL,
    bind_rules TEXT NOT NULL,
    tags TEXT NOT NULL,
    auto_expand BIGINT NOT NULL,
    locked BIGINT NOT NULL,
    smn_notify BIGINT NOT NULL,
    threshold BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX vaults_project ON vaults (project_id, created_at);

-- A resource is in one vault only.
CREATE TABLE vault_resources (
    vault_id TEXT NOT NULL REFERENCES vaults (id),
    resource_id TEXT NOT NULL PRIMARY KEY,
    resource_type TEXT NOT NULL,
    name TEXT NOT NULL,
    size_gib BIGINT NOT NULL,
    extra_info TEXT NOT NULL,
    state TEXT NOT NULL,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX vault_resources_vault ON vault_resources (vault_id, position);

-- resources, skipped: the lists as they were when the checkpoint was made.
CREATE TABLE checkpoints (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    vault_id TEXT NOT NULL,
    vault_name TEXT NOT NULL,
    state TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    retention_days BIGINT NOT NULL,
    resources TEXT NOT NULL,
    skipped TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX checkpoints_vault ON checkpoints (vault_id);

-- parent_id: the server's backup that a disk's backup is part of.
-- repository_id: the backup id of the manifest; a disk's part has its server backup's.
-- base_id: the backup it was compared with.
-- details: what a reader wants to know of how it was made, JSON (catalog/backups.rs).
CREATE TABLE backups (
    id TEXT NOT NULL PRIMARY KEY,
    parent_id TEXT REFERENCES backups (id),
    checkpoint_id TEXT NOT NULL,
    vault_id TEXT NOT NULL,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    state TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    resource_name TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    position BIGINT NOT NULL,
    repository_id TEXT NOT NULL,
    base_id TEXT,
    wants_full BIGINT NOT NULL,
    incremental BIGINT NOT NULL,
    auto_trigger BIGINT NOT NULL,
    system_disk BIGINT NOT NULL,
    progress BIGINT NOT NULL,
    allocated_bytes BIGINT NOT NULL,
    read_bytes BIGINT NOT NULL,
    new_bytes BIGINT NOT NULL,
    stored_bytes BIGINT NOT NULL,
    details TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    protected_at BIGINT,
    expired_at BIGINT
);
CREATE INDEX backups_project ON backups (project_id, created_at);
CREATE INDEX backups_vault ON backups (vault_id, resource_id);
CREATE INDEX backups_parent ON backups (parent_id);
CREATE INDEX backups_checkpoint ON backups (checkpoint_id);

-- The dirty-bitmap epoch that began with the newest committed backup (or complete restore) of a
-- disk in a vault.
CREATE TABLE epochs (
    disk_id TEXT NOT NULL,
    vault_id TEXT NOT NULL,
    epoch TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (disk_id, vault_id)
);

-- The durable queue, and the operation logs of the API.
-- host, lock_key: a host takes so many tasks at once, a lock key (a server, a detached disk, the
-- deletions of a vault) one. lease_until: when another worker may take a running task over; also
-- when a task that failed for a while is tried again.
CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    vault_id TEXT NOT NULL,
    vault_name TEXT NOT NULL,
    checkpoint_id TEXT,
    backup_id TEXT,
    resource_id TEXT,
    resource_name TEXT,
    resource_type TEXT,
    provider_id TEXT,
    payload TEXT NOT NULL,
    request_id TEXT NOT NULL,
    host TEXT NOT NULL,
    lock_key TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    cancel BIGINT NOT NULL,
    progress BIGINT NOT NULL,
    total_bytes BIGINT NOT NULL,
    done_bytes BIGINT NOT NULL,
    read_bytes BIGINT NOT NULL,
    new_bytes BIGINT NOT NULL,
    stored_bytes BIGINT NOT NULL,
    error_code TEXT NOT NULL,
    error_message TEXT NOT NULL,
    error_hint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX tasks_project ON tasks (project_id, created_at);
CREATE INDEX tasks_queue ON tasks (state, lease_until);
CREATE INDEX tasks_backup ON tasks (backup_id);
CREATE INDEX tasks_checkpoint ON tasks (checkpoint_id);
