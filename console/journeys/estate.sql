-- A large estate in a catalog that nobody else uses meanwhile: 10,000 servers with 20,000 disks, 50
-- vaults, 100,000 backups of servers and as many tasks that ended. For measuring lists: what lies
-- behind these rows (guests, repositories) is not there, and nothing of it may be run.
-- {project}, {user}: whose it is; {now}: milliseconds since 1970.
BEGIN IMMEDIATE;

CREATE TEMP TABLE n AS
WITH RECURSIVE count(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM count WHERE i < 99999)
SELECT i FROM count;

INSERT INTO servers (id, project_id, hypervisor, native_id, name, power, vcpus, memory_mib, architecture,
    restart_allowed, nics, created_at, updated_at, vanished_at)
SELECT printf('00000001-0000-4000-8000-%012x', i), '{project}', 'estate', printf('estate-%d', i),
    printf('%s-%05d', CASE i % 4 WHEN 0 THEN 'web' WHEN 1 THEN 'db' WHEN 2 THEN 'mail' ELSE 'build' END, i),
    CASE i % 7 WHEN 0 THEN 'stopped' ELSE 'running' END, 1 + i % 8, 1024 * (1 + i % 16), 'x86_64', 1, '[]',
    {now} - i * 60000, {now} - i * 60000, NULL
FROM n WHERE i < 10000;

INSERT INTO disks (id, project_id, hypervisor, native_id, server_id, device, name, size_bytes, path, format,
    bus, system, shareable, unsupported, position, created_at, updated_at, vanished_at)
SELECT printf('00000002-0000-4000-8000-%012x', i), '{project}', 'estate', printf('estate-disk-%d', i),
    printf('00000001-0000-4000-8000-%012x', i / 2), CASE i % 2 WHEN 0 THEN 'vda' ELSE 'vdb' END,
    printf('estate-%05d-%s', i / 2, CASE i % 2 WHEN 0 THEN 'vda' ELSE 'vdb' END),
    (20 + i % 200) * 1073741824, '/estate', 'qcow2', 'virtio', 1 - i % 2, 0, NULL, i % 2,
    {now}, {now}, NULL
FROM n WHERE i < 20000;

-- The last vault is full.
INSERT INTO vaults (id, project_id, user_id, store, name, description, object_type, protect_type,
    consistent_level, size_gib, used_bytes, state, backup_policy_id, auto_bind, bind_rules, tags,
    auto_expand, locked, smn_notify, threshold, created_at, updated_at)
SELECT printf('00000003-0000-4000-8000-%012x', i), '{project}', '{user}', 'main', printf('estate-%02d', i),
    NULL, 'server', 'backup', 'crash_consistent', CASE i WHEN 49 THEN 10 ELSE 1000000 END,
    CASE i WHEN 49 THEN 10737418240 ELSE (1 + i) * 10737418240 END, 'available', NULL, 0, '[]', '[]', 0, 0,
    0, 80, {now} - i * 1000, {now}
FROM n WHERE i < 50;

INSERT INTO vault_resources (vault_id, resource_id, resource_type, name, size_gib, extra_info, state,
    position, created_at)
SELECT printf('00000003-0000-4000-8000-%012x', i % 50), printf('00000001-0000-4000-8000-%012x', i),
    'OS::Nova::Server', printf('server-%05d', i), 100, '{}', 'available', i / 50, {now}
FROM n WHERE i < 9990;

INSERT INTO checkpoints (id, project_id, vault_id, vault_name, state, name, description, retention_days,
    resources, skipped, created_at, updated_at)
SELECT printf('00000004-0000-4000-8000-%012x', i), '{project}',
    printf('00000003-0000-4000-8000-%012x', i % 50), printf('estate-%02d', i % 50), 'available', 'estate',
    '', -1, '[]', '[]', {now} - i * 3600000, {now}
FROM n WHERE i < 500;

-- Ten of each server, the oldest one full.
INSERT INTO backups (id, parent_id, checkpoint_id, vault_id, project_id, name, description, state,
    resource_id, resource_name, resource_type, size_bytes, position, repository_id, base_id, wants_full,
    incremental, auto_trigger, system_disk, progress, allocated_bytes, read_bytes, new_bytes, stored_bytes,
    details, created_at, updated_at, protected_at, expired_at)
SELECT printf('00000005-0000-4000-8000-%012x', i), NULL,
    printf('00000004-0000-4000-8000-%012x', (i / 200) % 500),
    printf('00000003-0000-4000-8000-%012x', (i % 10000) % 50), '{project}',
    printf('autobk_%05x', i), NULL, 'available', printf('00000001-0000-4000-8000-%012x', i % 10000),
    (SELECT name FROM servers WHERE id = printf('00000001-0000-4000-8000-%012x', i % 10000)),
    'OS::Nova::Server', 100 * 1073741824, 0, printf('00000005-0000-4000-8000-%012x', i), NULL, i < 10000,
    i >= 10000, i % 5 != 0, 0, 100, 10737418240, 1048576 * (1 + i % 500), 1048576 * (1 + i % 400),
    524288 * (1 + i % 400),
    '{"instant":null,"consistency":"file_system","frozen_ms":12,"tracking":null,"fallback_reason":null,"instant_moved":false,"restart_allowed":true,"architecture":"x86_64","notes":[],"error":null,"left_out":[],"policy_id":null}',
    {now} - (100000 - i) * 8640, {now} - (100000 - i) * 8640, {now} - (100000 - i) * 8640, NULL
FROM n;

INSERT INTO tasks (id, project_id, kind, state, vault_id, vault_name, checkpoint_id, backup_id, resource_id,
    resource_name, resource_type, provider_id, payload, request_id, host, lock_key, attempt, lease_owner,
    lease_until, cancel, progress, total_bytes, done_bytes, read_bytes, new_bytes, stored_bytes, error_code,
    error_message, error_hint, created_at, updated_at, started_at, ended_at)
SELECT printf('00000006-0000-4000-8000-%012x', b.rowid), b.project_id, 'backup', 'success', b.vault_id,
    'estate', b.checkpoint_id, b.id, b.resource_id, b.resource_name, b.resource_type, NULL, '{}', '',
    'estate', 'estate', 1, '', 0, 0, 100, 1048576, 1048576, b.read_bytes, b.new_bytes, b.stored_bytes, '',
    '', '', b.created_at, b.created_at, b.created_at, b.created_at
FROM backups b WHERE b.project_id = '{project}';

COMMIT;
