-- Shares of backups, resources left out of policies, what a project may have.

-- With whom a backup is shared. vault_id: the recipient's vault, once it accepted.
CREATE TABLE members (
    id TEXT NOT NULL PRIMARY KEY,
    backup_id TEXT NOT NULL REFERENCES backups (id),
    dest_project_id TEXT NOT NULL,
    status TEXT NOT NULL,
    vault_id TEXT,
    image_id TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (backup_id, dest_project_id)
);
CREATE INDEX members_project ON members (dest_project_id, status);
CREATE INDEX members_vault ON members (vault_id);

-- 0: policies leave the resource out.
ALTER TABLE vault_resources ADD COLUMN auto_protect BIGINT NOT NULL DEFAULT 1;

-- The most a project may have; no row: no limit.
CREATE TABLE quotas (
    project_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    most BIGINT NOT NULL,
    PRIMARY KEY (project_id, kind)
);
