-- When to back up and how long to keep it, and what policies are applied to which vaults.
-- Times: milliseconds since 1970. Truth values: 0 and 1.

-- definition: how backups are kept, JSON as it was sent. patterns: iCalendar rules, JSON.
-- zone: in which the rules are meant. start_at: when the rules were set; they count from there.
-- window_minutes: how long after its time a run may begin.
CREATE TABLE policies (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    operation_type TEXT NOT NULL,
    definition TEXT NOT NULL,
    trigger_id TEXT NOT NULL,
    patterns TEXT NOT NULL,
    zone TEXT,
    window_minutes BIGINT,
    start_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX policies_project ON policies (project_id, created_at);

-- A vault has at most one policy of each type.
-- handled_until: runs up to this time were begun, or are not to be begun any more. It moves in
-- the transaction that puts the run into the queue, so that no run is begun twice.
CREATE TABLE vault_policies (
    vault_id TEXT NOT NULL REFERENCES vaults (id),
    operation_type TEXT NOT NULL,
    policy_id TEXT NOT NULL REFERENCES policies (id),
    destination_vault_id TEXT,
    handled_until BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (vault_id, operation_type)
);
CREATE INDEX vault_policies_policy ON vault_policies (policy_id);

-- The policy that had a task made.
ALTER TABLE tasks ADD COLUMN policy_id TEXT;

-- What retention looks at.
CREATE INDEX backups_expiry ON backups (expired_at) WHERE expired_at IS NOT NULL;
