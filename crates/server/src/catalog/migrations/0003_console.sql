-- Sessions of people in a browser, capacity over time, and indexes for lists with many rows.
-- Times: milliseconds since 1970.

-- hash: BLAKE3 of the cookie's secret. id: names the session where it is listed and ended.
-- A session ends at expires_at, or earlier where nothing was asked of it for a while.
CREATE TABLE sessions (
    hash TEXT NOT NULL PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES users (id),
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- What a vault took in its store, and its capacity, at one time.
CREATE TABLE vault_samples (
    vault_id TEXT NOT NULL REFERENCES vaults (id),
    at BIGINT NOT NULL,
    used_bytes BIGINT NOT NULL,
    size_bytes BIGINT NOT NULL,
    PRIMARY KEY (vault_id, at)
);

-- Lists: by name and by age, without what is gone or inside another row.
CREATE INDEX servers_there ON servers (project_id, LOWER(name), id) WHERE vanished_at IS NULL;
CREATE INDEX servers_age ON servers (project_id, created_at, id) WHERE vanished_at IS NULL;
CREATE INDEX disks_there ON disks (project_id, LOWER(name), id) WHERE vanished_at IS NULL;
CREATE INDEX backups_top ON backups (project_id, created_at, id) WHERE parent_id IS NULL;
CREATE INDEX backups_top_name ON backups (project_id, LOWER(name), id) WHERE parent_id IS NULL;
CREATE INDEX backups_resource ON backups (resource_id, protected_at);
CREATE INDEX tasks_resource ON tasks (resource_id, created_at);
CREATE INDEX tasks_vault ON tasks (vault_id, created_at);
-- What changed lately, for those who watch.
CREATE INDEX servers_changed ON servers (updated_at);
CREATE INDEX disks_changed ON disks (updated_at);
CREATE INDEX vaults_changed ON vaults (updated_at);
CREATE INDEX backups_changed ON backups (updated_at);
CREATE INDEX tasks_changed ON tasks (updated_at);
