-- Recovery drills: a backup is started for a trial, and what that showed. A row stays when its backup
-- goes, as history of its server; it goes with its vault.

-- verdict: open (it waits or runs), passed, failed (reason and message say why), none (it could not be
-- tried, or was cancelled: message). checks: JSON, what was asked. *_ms: when it had come so far, in
-- milliseconds since it began. backup_at: the instant of the backup.
CREATE TABLE drills (
    task_id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    vault_id TEXT NOT NULL,
    backup_id TEXT NOT NULL,
    backup_name TEXT NOT NULL,
    backup_at BIGINT NOT NULL,
    resource_id TEXT NOT NULL,
    resource_name TEXT NOT NULL,
    automatic BIGINT NOT NULL,
    checks TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    exported_ms BIGINT,
    started_ms BIGINT,
    first_output_ms BIGINT,
    passed_ms BIGINT,
    decided_ms BIGINT,
    ended_ms BIGINT,
    notes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX drills_of_project ON drills (project_id, created_at, task_id);
CREATE INDEX drills_of_resource ON drills (vault_id, resource_id, created_at);
CREATE INDEX drills_of_backup ON drills (backup_id);
CREATE INDEX drills_open ON drills (project_id) WHERE verdict = 'open';
CREATE INDEX drills_age ON drills (created_at);

-- What was seen at the end: text, and a picture of the screen (PNG, base64; empty where there is none).
CREATE TABLE drill_evidence (
    task_id TEXT NOT NULL PRIMARY KEY,
    last_words TEXT NOT NULL,
    picture TEXT NOT NULL
);

-- When the backups of a vault are tried by themselves. period: after_backup, daily, weekly. checks: JSON.
-- since: backups that were there before are tried by hand alone.
CREATE TABLE drill_settings (
    vault_id TEXT NOT NULL PRIMARY KEY,
    period TEXT NOT NULL,
    checks TEXT NOT NULL,
    since BIGINT NOT NULL
);
