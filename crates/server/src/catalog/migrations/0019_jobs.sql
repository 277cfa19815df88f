-- Jobs of the compute and volume APIs: disks that are changed, servers that are switched on and
-- off together. They are begun at once, and what a service leaves unfinished the next one ends.

-- state: running, success, fail. work: JSON, what is to be done and what became of its parts.
CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    state TEXT NOT NULL,
    host TEXT NOT NULL,
    disk_id TEXT,
    server_id TEXT,
    name TEXT NOT NULL,
    work TEXT NOT NULL,
    request_id TEXT NOT NULL,
    error_message TEXT NOT NULL,
    begun_at BIGINT NOT NULL,
    ended_at BIGINT
);

CREATE INDEX jobs_running ON jobs (project_id, disk_id) WHERE state = 'running';
CREATE INDEX jobs_ended ON jobs (ended_at);
