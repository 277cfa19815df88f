-- Who is told what, and what has to be told still.

-- kind: 'webhook' (target is a URL) or 'email' (target is a JSON list of addresses).
-- sealed_secret: what signs webhooks, sealed with the server key; empty for mails.
-- events: JSON list of names of events.
CREATE TABLE subscriptions (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    sealed_secret TEXT NOT NULL,
    events TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (project_id, name)
);

-- One event for one subscription. It is put here in the transaction in which the event comes up, so
-- that no crash loses it. payload: what is sent, JSON. state: 'waiting', 'delivered' or 'failed'.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    project_id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    attempt BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    error TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_of ON deliveries (subscription_id, created_at);
CREATE INDEX deliveries_age ON deliveries (created_at);

-- What is wrong at the moment, so that it is told once. kind: 'threshold' (subject is a vault) or
-- 'objective' (subject is a server or disk).
CREATE TABLE alerts (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (kind, subject)
);

-- The longest time without a good backup, in hours. scope: 'project' or 'vault'.
CREATE TABLE objectives (
    scope TEXT NOT NULL,
    id TEXT NOT NULL,
    hours BIGINT NOT NULL,
    PRIMARY KEY (scope, id)
);

-- Until when a backup cannot be deleted, whoever made it.
ALTER TABLE backups ADD COLUMN locked_until BIGINT;

-- The recovery key of a vault that was given out last; the key itself is kept nowhere. confirmed_at: when
-- somebody showed that it is kept.
CREATE TABLE recovery_keys (
    vault_id TEXT NOT NULL PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    user_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    confirmed_at BIGINT
);
