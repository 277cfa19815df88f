-- Servers that run from a backup while their disks are filled. A row is there from the request
-- until the disks are whole, or the server is removed again; as long the backup stays.

-- state: new (the guest has not run), started (it may have written), removing. record: JSON, what
-- the driver has to remember over restarts.
CREATE TABLE instants (
    task_id TEXT NOT NULL PRIMARY KEY,
    server_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    vault_id TEXT NOT NULL,
    host TEXT NOT NULL,
    state TEXT NOT NULL,
    record TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE INDEX instants_server ON instants (server_id);
CREATE INDEX instants_backup ON instants (backup_id);
CREATE INDEX instants_vault ON instants (vault_id);
