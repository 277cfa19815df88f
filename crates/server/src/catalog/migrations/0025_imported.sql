-- Backups that were made of archives from outside. They stand for themselves: what is to be there for a
-- resource (its last good backup, objectives, full backups now and then) has to be made here.
ALTER TABLE backups ADD COLUMN imported BIGINT NOT NULL DEFAULT 0;
UPDATE backups SET imported = 1 WHERE id IN
    (SELECT backup_id FROM tasks WHERE kind = 'import' AND backup_id IS NOT NULL);
UPDATE backups SET imported = 1 WHERE parent_id IN
    (SELECT backup_id FROM tasks WHERE kind = 'import' AND backup_id IS NOT NULL);

-- Retention looks at it too, and reads this index alone.
DROP INDEX backups_judged;
CREATE INDEX backups_judged ON backups
    (vault_id, created_at, id, parent_id, resource_id, state, auto_trigger, imported, protected_at,
     expired_at, locked_until, stored_bytes)
    WHERE parent_id IS NULL;

-- So do those who look for the newest backup of each of many resources.
DROP INDEX backups_resource;
CREATE INDEX backups_resource ON backups (resource_id, protected_at, imported);
