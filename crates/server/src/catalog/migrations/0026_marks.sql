-- How backups are marked (made by a policy, locked), narrow enough to count those of a project: the
-- index of the list has four times as much to read.
CREATE INDEX backups_marks ON backups (project_id, auto_trigger, locked_until, vault_id, parent_id)
    WHERE parent_id IS NULL;
