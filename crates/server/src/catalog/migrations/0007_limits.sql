-- Limits of hosts and vaults, the order of the queue, when a policy has to be looked at next.

-- scope: 'host' (id is its name) or 'vault' (id is its id). A row replaces what the configuration
-- says. bytes_per_second, tasks: NULL for the service's default. windows: when automatic backups
-- may begin, JSON list; empty for always. zone: in which they are meant.
CREATE TABLE limits (
    id TEXT NOT NULL,
    scope TEXT NOT NULL,
    bytes_per_second BIGINT,
    tasks BIGINT,
    windows TEXT NOT NULL,
    zone TEXT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);

-- priority: 0 (last) to 100 (first).
ALTER TABLE tasks ADD COLUMN priority BIGINT NOT NULL DEFAULT 60;
UPDATE tasks SET priority = 40 WHERE policy_id IS NOT NULL;

-- The queue holds what is open, however long the history is. The first index has all that a claim
-- looks at.
CREATE INDEX tasks_open ON tasks
    (priority DESC, created_at, id, state, lease_until, host, vault_id, lock_key, kind, policy_id)
    WHERE state IN ('waiting', 'running');
CREATE INDEX tasks_open_key ON tasks (lock_key, created_at, id)
    WHERE state IN ('waiting', 'running');
CREATE INDEX tasks_open_lift ON tasks (lock_key, priority)
    WHERE state IN ('waiting', 'running');
CREATE INDEX tasks_open_vault ON tasks (vault_id, created_at)
    WHERE state IN ('waiting', 'running');
CREATE INDEX tasks_ending ON tasks (created_at)
    WHERE state = 'waiting' AND cancel = 1;

-- due_at: when the binding has to be looked at next; 0 where something changed since the last look.
ALTER TABLE vault_policies ADD COLUMN due_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX vault_policies_due ON vault_policies (due_at);
CREATE INDEX vault_policies_handled ON vault_policies (handled_until);
