-- Roles with policies, groups, what passwords and access keys have to remember, the audit trail.
-- Times: milliseconds since 1970. Truth values: 0 and 1.

-- domain_id: NULL for the predefined roles, which every domain has. policy: the JSON document;
-- NULL for the predefined ones, whose rights come with the program.
CREATE TABLE access_roles (
    id TEXT NOT NULL PRIMARY KEY,
    domain_id TEXT REFERENCES domains (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    policy TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (domain_id, name)
);
INSERT INTO access_roles (id, domain_id, name, description, policy, created_at, updated_at)
    SELECT id, NULL, name, '', policy, 0, 0 FROM roles;
INSERT INTO access_roles (id, domain_id, name, description, policy, created_at, updated_at) VALUES
    ('8d1c66f0a5b54cf8b7c0a1d0f5a3e004', NULL, 'CBR FullAccess', '', NULL, 0, 0),
    ('8d1c66f0a5b54cf8b7c0a1d0f5a3e005', NULL, 'CBR BackupsAndVaultsFullAccess', '', NULL, 0, 0),
    ('8d1c66f0a5b54cf8b7c0a1d0f5a3e006', NULL, 'CBR ReadOnlyAccess', '', NULL, 0, 0);

CREATE TABLE user_groups (
    id TEXT NOT NULL PRIMARY KEY,
    domain_id TEXT NOT NULL REFERENCES domains (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (domain_id, name)
);

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES user_groups (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_user ON group_members (user_id);

-- principal_id: a user or a group; their ids never meet. scope_kind: 'project' or 'domain'. A
-- role on a domain holds for all its projects too.
CREATE TABLE access_grants (
    principal_id TEXT NOT NULL,
    principal_kind TEXT NOT NULL,
    role_id TEXT NOT NULL REFERENCES access_roles (id),
    scope_kind TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    PRIMARY KEY (principal_id, scope_kind, scope_id, role_id)
);
CREATE INDEX access_grants_scope ON access_grants (scope_kind, scope_id);
CREATE INDEX access_grants_role ON access_grants (role_id);
INSERT INTO access_grants (principal_id, principal_kind, role_id, scope_kind, scope_id)
    SELECT user_id, 'user', role_id, scope_kind, scope_id FROM role_grants;
DROP TABLE role_grants;
DROP TABLE roles;

-- must_change: the next log-in has to set another password.
ALTER TABLE users ADD COLUMN must_change BIGINT NOT NULL DEFAULT 0;

-- Hashes of passwords that were used before, newest last.
CREATE TABLE password_history (
    user_id TEXT NOT NULL REFERENCES users (id),
    changed_at BIGINT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (user_id, changed_at)
);

-- last_used_at: to the minute; NULL for a key that was never used.
ALTER TABLE access_keys ADD COLUMN last_used_at BIGINT;

-- user_id: the user whose password was wrong, where there is one, so that it can be unlocked.
ALTER TABLE login_failures ADD COLUMN user_id TEXT;
CREATE INDEX login_failures_user ON login_failures (user_id);

-- What was done, by whom, from where, and how it ended. Rows are added, completed once, and deleted
-- by age alone.

-- id: twelve hexadecimal digits of the time and sixteen random ones, so that ids ascend with it.
-- kind: 'operation', 'login', 'system'. credential: 'password', 'token', 'session', 'access_key',
-- 'command', 'service'. result: 'success', 'refused', 'failed', 'unfinished'. status: of HTTP; 0
-- where there was none, or none yet. detail: JSON.
CREATE TABLE audit_events (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    domain_id TEXT,
    project_id TEXT,
    user_id TEXT,
    user_name TEXT NOT NULL,
    credential TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    action TEXT NOT NULL,
    trace TEXT NOT NULL,
    resource_type TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    resource_name TEXT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL,
    request_id TEXT NOT NULL,
    result TEXT NOT NULL,
    status BIGINT NOT NULL,
    error_code TEXT NOT NULL,
    error_message TEXT NOT NULL,
    detail TEXT NOT NULL
);
CREATE INDEX audit_events_domain ON audit_events (domain_id, id);
CREATE INDEX audit_events_project ON audit_events (project_id, id);
CREATE INDEX audit_events_user ON audit_events (user_id, id);
CREATE INDEX audit_events_resource ON audit_events (resource_id, id);
CREATE INDEX audit_events_action ON audit_events (action, id);
CREATE INDEX audit_events_at ON audit_events (at);
