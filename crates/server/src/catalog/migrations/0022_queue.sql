-- What runs, with all that a claim asks of it. The index by state that was here has what waits in
-- it too: the database took it to find the next task, and read and sorted the whole queue for each.
DROP INDEX tasks_queue;
CREATE INDEX tasks_running ON tasks (lease_until, lease_owner, host, vault_id, lock_key, id)
    WHERE state = 'running';
