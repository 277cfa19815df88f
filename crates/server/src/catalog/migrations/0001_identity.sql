-- Who may do what. Ids of domains, projects and users: 32 lower-case hexadecimal digits.
-- Times: milliseconds since 1970. Truth values: 0 and 1.

CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE domains (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    description TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE projects (
    id TEXT NOT NULL PRIMARY KEY,
    domain_id TEXT NOT NULL REFERENCES domains (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (domain_id, name)
);

-- password_hash: Argon2id in PHC form; empty for users who only have access keys.
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    domain_id TEXT NOT NULL REFERENCES domains (id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    password_hash TEXT NOT NULL,
    password_changed_at BIGINT NOT NULL,
    default_project_id TEXT REFERENCES projects (id),
    created_at BIGINT NOT NULL,
    UNIQUE (domain_id, name)
);

-- policy: for roles of the operator's own; NULL for the built-in ones.
CREATE TABLE roles (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    policy TEXT
);
INSERT INTO roles (id, name, policy) VALUES
    ('8d1c66f0a5b54cf8b7c0a1d0f5a3e001', 'admin', NULL),
    ('8d1c66f0a5b54cf8b7c0a1d0f5a3e002', 'user', NULL),
    ('8d1c66f0a5b54cf8b7c0a1d0f5a3e003', 'readonly', NULL);

-- scope_kind: 'project' or 'domain'. A role on a domain holds for all its projects too.
CREATE TABLE role_grants (
    user_id TEXT NOT NULL REFERENCES users (id),
    role_id TEXT NOT NULL REFERENCES roles (id),
    scope_kind TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    PRIMARY KEY (user_id, scope_kind, scope_id, role_id)
);
CREATE INDEX role_grants_scope ON role_grants (scope_kind, scope_id);

-- hash: BLAKE3 of the token. scope_kind: 'project', 'domain' or 'none'.
CREATE TABLE tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    scope_kind TEXT NOT NULL,
    scope_id TEXT NOT NULL,
    methods TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    audit_id TEXT NOT NULL
);
CREATE INDEX tokens_user ON tokens (user_id);
CREATE INDEX tokens_expiry ON tokens (expires_at);

-- sealed_secret: the secret key sealed with the server key of the data directory.
CREATE TABLE access_keys (
    access TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    sealed_secret TEXT NOT NULL,
    description TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX access_keys_user ON access_keys (user_id);

-- who: hash of user name, domain and address, so that unknown users count alike.
CREATE TABLE login_failures (
    who TEXT NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX login_failures_age ON login_failures (last_at);
