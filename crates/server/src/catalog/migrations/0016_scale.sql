-- Indexes for catalogs with a million backups: one for each way in which a project's backups are
-- filtered or sorted, with what counting needs, so that no list and no count reads more rows than
-- it is about. (`parent_id` is in them because the database reads it although it knows it.)

DROP INDEX backups_project;
DROP INDEX backups_top;
DROP INDEX backups_top_name;
-- Newest first; a search in names, and filters by what many have in common, read this alone.
CREATE INDEX backups_list ON backups
    (project_id, created_at, id, parent_id, name, resource_type, incremental)
    WHERE parent_id IS NULL;
CREATE INDEX backups_by_name ON backups (project_id, name, created_at, id, parent_id)
    WHERE parent_id IS NULL;
-- Sorted and searched without regard to case.
CREATE INDEX backups_by_lower_name ON backups (project_id, LOWER(name), id, parent_id)
    WHERE parent_id IS NULL;
CREATE INDEX backups_by_state ON backups (project_id, state, created_at, id, parent_id)
    WHERE parent_id IS NULL;
CREATE INDEX backups_by_vault ON backups (project_id, vault_id, created_at, id, parent_id)
    WHERE parent_id IS NULL;
CREATE INDEX backups_by_resource ON backups (project_id, resource_id, created_at, id, parent_id)
    WHERE parent_id IS NULL;
CREATE INDEX backups_by_resource_name ON backups
    (project_id, resource_name, created_at, id, parent_id)
    WHERE parent_id IS NULL;
-- What retention looks at, and what the backups of a vault's resources add up to.
CREATE INDEX backups_judged ON backups
    (vault_id, created_at, id, parent_id, resource_id, state, auto_trigger, protected_at,
     expired_at, locked_until, stored_bytes)
    WHERE parent_id IS NULL;

DROP INDEX tasks_project;
CREATE INDEX tasks_list ON tasks (project_id, created_at, id);
CREATE INDEX tasks_by_state ON tasks (project_id, state, created_at, id);
CREATE INDEX tasks_by_kind ON tasks (project_id, kind, created_at, id);
CREATE INDEX tasks_by_vault ON tasks (project_id, vault_id, created_at, id);
CREATE INDEX tasks_by_resource ON tasks (project_id, resource_id, created_at, id);

-- Which vaults are a policy's.
CREATE INDEX vaults_policy ON vaults (backup_policy_id) WHERE backup_policy_id IS NOT NULL;
