-- Indexes for what was read row by row in catalogs with a million backups.

-- What has expired, and what failed: few rows of many. The database took the index by parents for
-- them, which has every server's backup under "none": so these begin with the same column.
DROP INDEX backups_expiry;
CREATE INDEX backups_due ON backups (parent_id, state, expired_at) WHERE expired_at IS NOT NULL;
CREATE INDEX backups_failed ON backups (parent_id, state, created_at)
    WHERE state = 'error' AND protected_at IS NULL;

-- Filters by what many backups have in common read this alone: with what says who made them and
-- whether they are locked.
DROP INDEX backups_list;
CREATE INDEX backups_list ON backups
    (project_id, created_at, id, parent_id, name, resource_type, incremental, auto_trigger,
     locked_until, vault_id)
    WHERE parent_id IS NULL;

-- What the backups of a vault's resources add up to, without the disks inside them.
CREATE INDEX backups_sums ON backups (vault_id, resource_id, parent_id, stored_bytes)
    WHERE parent_id IS NULL;

-- Servers and disks as the compute and volume APIs list them, with what counting them needs.
-- (`vanished_at` is in them because the database reads it although it knows it.)
DROP INDEX servers_age;
CREATE INDEX servers_age ON servers (project_id, created_at, id, vanished_at)
    WHERE vanished_at IS NULL;
CREATE INDEX disks_age ON disks (project_id, created_at, id, vanished_at, server_id)
    WHERE vanished_at IS NULL;
