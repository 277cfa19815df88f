//! Domains, projects, users, roles, tokens and access keys in the catalog.

use coffer_core::ids::{DomainId, ProjectId, UserId};
use coffer_core::{Error, Result};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::failed;

/// A domain: the owner of projects and users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its id.
    pub id: DomainId,
    /// Its name, unique.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// False where nobody may log in to it.
    pub enabled: bool,
}

/// A project: the owner of vaults, servers and disks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its domain.
    pub domain_id: DomainId,
    /// Its name, unique in the domain.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// False where nobody may log in to it.
    pub enabled: bool,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Its domain.
    pub domain_id: DomainId,
    /// Its name, unique in the domain.
    pub name: String,
    /// Who it is.
    pub description: String,
    /// False where it may not log in.
    pub enabled: bool,
    /// Argon2id in PHC form; empty for a user without password.
    pub password_hash: String,
    /// Project of a log-in that names none.
    pub default_project_id: Option<ProjectId>,
    /// When it was made, in milliseconds.
    pub created_at: i64,
}

/// A role as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleRow {
    /// Its id.
    pub id: String,
    /// Its name, unique.
    pub name: String,
}

/// What a role is granted on, and what a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeId {
    /// A project.
    Project(ProjectId),
    /// A domain, its projects included.
    Domain(DomainId),
    /// Nothing (tokens only).
    None,
}

impl ScopeId {
    fn columns(self) -> (&'static str, String) {
        match self {
            ScopeId::Project(id) => ("project", id.to_string()),
            ScopeId::Domain(id) => ("domain", id.to_string()),
            ScopeId::None => ("none", String::new()),
        }
    }

    fn parse(kind: &str, id: &str) -> Result<ScopeId> {
        match kind {
            "project" => parse(id).map(ScopeId::Project),
            "domain" => parse(id).map(ScopeId::Domain),
            "none" => Ok(ScopeId::None),
            _ => Err(Error::internal("read scope: unknown kind")),
        }
    }
}

/// A grant of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// To whom.
    pub user_id: UserId,
    /// Which.
    pub role: String,
    /// On what.
    pub scope: ScopeId,
}

/// A token as it is stored: the hash alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// BLAKE3 of the token, hexadecimal.
    pub hash: String,
    /// Whose.
    pub user_id: UserId,
    /// What for.
    pub scope: ScopeId,
    /// How the user logged in, with commas.
    pub methods: String,
    /// In milliseconds.
    pub issued_at: i64,
    /// In milliseconds.
    pub expires_at: i64,
    /// Names the token in logs.
    pub audit_id: String,
}

/// An access key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessKeyRow {
    /// The public part.
    pub access: String,
    /// Whose.
    pub user_id: UserId,
    /// The secret part, sealed with the server key.
    pub sealed_secret: String,
    /// What for.
    pub description: String,
    /// False where it does not work.
    pub enabled: bool,
    /// In milliseconds.
    pub created_at: i64,
}

fn parse<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|_| Error::internal("read an id from the catalog"))
}

fn domain(row: &AnyRow) -> Result<Domain> {
    Ok(Domain {
        id: parse(row.get("id"))?,
        name: row.get("name"),
        description: row.get("description"),
        enabled: row.get::<i64, _>("enabled") != 0,
    })
}

fn project(row: &AnyRow) -> Result<Project> {
    Ok(Project {
        id: parse(row.get("id"))?,
        domain_id: parse(row.get("domain_id"))?,
        name: row.get("name"),
        description: row.get("description"),
        enabled: row.get::<i64, _>("enabled") != 0,
    })
}

fn user(row: &AnyRow) -> Result<User> {
    let default: Option<String> = row.get("default_project_id");
    Ok(User {
        id: parse(row.get("id"))?,
        domain_id: parse(row.get("domain_id"))?,
        name: row.get("name"),
        description: row.get("description"),
        enabled: row.get::<i64, _>("enabled") != 0,
        password_hash: row.get("password_hash"),
        default_project_id: default.as_deref().map(parse).transpose()?,
        created_at: row.get("created_at"),
    })
}

fn access_key(row: &AnyRow) -> Result<AccessKeyRow> {
    Ok(AccessKeyRow {
        access: row.get("access"),
        user_id: parse(row.get("user_id"))?,
        sealed_secret: row.get("sealed_secret"),
        description: row.get("description"),
        enabled: row.get::<i64, _>("enabled") != 0,
        created_at: row.get("created_at"),
    })
}

/// The domain of an id.
pub async fn domain_by_id(db: &mut AnyConnection, id: DomainId) -> Result<Option<Domain>> {
    let row = sqlx::query("SELECT * FROM domains WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await
        .map_err(failed("read domain"))?;
    row.as_ref().map(domain).transpose()
}

/// The domain of a name.
pub async fn domain_by_name(db: &mut AnyConnection, name: &str) -> Result<Option<Domain>> {
    let row = sqlx::query("SELECT * FROM domains WHERE name = $1")
        .bind(name)
        .fetch_optional(db)
        .await
        .map_err(failed("read domain"))?;
    row.as_ref().map(domain).transpose()
}

/// Adds a domain.
pub async fn insert_domain(db: &mut AnyConnection, new: &Domain, now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO domains (id, name, description, enabled, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(new.id.to_string())
    .bind(&new.name)
    .bind(&new.description)
    .bind(i64::from(new.enabled))
    .bind(now)
    .execute(db)
    .await
    .map_err(failed("add domain"))?;
    Ok(())
}

/// The project of an id.
pub async fn project_by_id(db: &mut AnyConnection, id: ProjectId) -> Result<Option<Project>> {
    let row = sqlx::query("SELECT * FROM projects WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await
        .map_err(failed("read project"))?;
    row.as_ref().map(project).transpose()
}

/// The project of a name in a domain.
pub async fn project_by_name(
    db: &mut AnyConnection,
    domain_id: DomainId,
    name: &str,
) -> Result<Option<Project>> {
    let row = sqlx::query("SELECT * FROM projects WHERE domain_id = $1 AND name = $2")
        .bind(domain_id.to_string())
        .bind(name)
        .fetch_optional(db)
        .await
        .map_err(failed("read project"))?;
    row.as_ref().map(project).transpose()
}

/// All projects of a domain, by name.
pub async fn projects_of_domain(db: &mut AnyConnection, id: DomainId) -> Result<Vec<Project>> {
    let rows = sqlx::query("SELECT * FROM projects WHERE domain_id = $1 ORDER BY name")
        .bind(id.to_string())
        .fetch_all(db)
        .await
        .map_err(failed("list projects"))?;
    rows.iter().map(project).collect()
}

/// All projects in which a user has a role, directly or by its domain, by name.
pub async fn projects_of_user(db: &mut AnyConnection, id: UserId) -> Result<Vec<Project>> {
    let rows = sqlx::query(
        "SELECT * FROM projects p WHERE EXISTS (SELECT 1 FROM role_grants g WHERE g.user_id = $1 \
         AND ((g.scope_kind = 'project' AND g.scope_id = p.id) \
           OR (g.scope_kind = 'domain' AND g.scope_id = p.domain_id))) ORDER BY p.name",
    )
    .bind(id.to_string())
    .fetch_all(db)
    .await
    .map_err(failed("list projects"))?;
    rows.iter().map(project).collect()
}

/// Adds a project. `Conflict` where the domain has one of that name.
pub async fn insert_project(db: &mut AnyConnection, new: &Project, now: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO projects (id, domain_id, name, description, enabled, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new.id.to_string())
    .bind(new.domain_id.to_string())
    .bind(&new.name)
    .bind(&new.description)
    .bind(i64::from(new.enabled))
    .bind(now)
    .execute(db)
    .await
    .map_err(failed("add project"))?;
    Ok(())
}

/// Stores a project's name, description and whether it is enabled.
pub async fn update_project(db: &mut AnyConnection, project: &Project) -> Result<()> {
    sqlx::query("UPDATE projects SET name = $1, description = $2, enabled = $3 WHERE id = $4")
        .bind(&project.name)
        .bind(&project.description)
        .bind(i64::from(project.enabled))
        .bind(project.id.to_string())
        .execute(db)
        .await
        .map_err(failed("change project"))?;
    Ok(())
}

/// Number of users.
pub async fn count_users(db: &mut AnyConnection) -> Result<i64> {
    sqlx::query_scalar("SELECT COUNT(*) FROM users")
        .fetch_one(db)
        .await
        .map_err(failed("count users"))
}

/// The user of an id.
pub async fn user_by_id(db: &mut AnyConnection, id: UserId) -> Result<Option<User>> {
    let row = sqlx::query("SELECT * FROM users WHERE id = $1")
        .bind(id.to_string())
        .fetch_optional(db)
        .await
        .map_err(failed("read user"))?;
    row.as_ref().map(user).transpose()
}

/// The user of a name in a domain.
pub async fn user_by_name(
    db: &mut AnyConnection,
    domain_id: DomainId,
    name: &str,
) -> Result<Option<User>> {
    let row = sqlx::query("SELECT * FROM users WHERE domain_id = $1 AND name = $2")
        .bind(domain_id.to_string())
        .bind(name)
        .fetch_optional(db)
        .await
        .map_err(failed("read user"))?;
    row.as_ref().map(user).transpose()
}

/// All users of a domain, by name.
pub async fn users_of_domain(db: &mut AnyConnection, id: DomainId) -> Result<Vec<User>> {
    let rows = sqlx::query("SELECT * FROM users WHERE domain_id = $1 ORDER BY name")
        .bind(id.to_string())
        .fetch_all(db)
        .await
        .map_err(failed("list users"))?;
    rows.iter().map(user).collect()
}

/// Adds a user. `Conflict` where the domain has one of that name.
pub async fn insert_user(db: &mut AnyConnection, new: &User) -> Result<()> {
    sqlx::query(
        "INSERT INTO users (id, domain_id, name, description, enabled, password_hash, \
         password_changed_at, default_project_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(new.id.to_string())
    .bind(new.domain_id.to_string())
    .bind(&new.name)
    .bind(&new.description)
    .bind(i64::from(new.enabled))
    .bind(&new.password_hash)
    .bind(new.created_at)
    .bind(new.default_project_id.map(|id| id.to_string()))
    .bind(new.created_at)
    .execute(db)
    .await
    .map_err(failed("add user"))?;
    Ok(())
}

/// Stores a user's description, default project and whether it is enabled.
pub async fn update_user(db: &mut AnyConnection, user: &User) -> Result<()> {
    sqlx::query(
        "UPDATE users SET description = $1, default_project_id = $2, enabled = $3 WHERE id = $4",
    )
    .bind(&user.description)
    .bind(user.default_project_id.map(|id| id.to_string()))
    .bind(i64::from(user.enabled))
    .bind(user.id.to_string())
    .execute(db)
    .await
    .map_err(failed("change user"))?;
    Ok(())
}

/// Stores a new password and ends all of the user's tokens.
pub async fn set_password(db: &mut AnyConnection, id: UserId, hash: &str, now: i64) -> Result<()> {
    sqlx::query("UPDATE users SET password_hash = $1, password_changed_at = $2 WHERE id = $3")
        .bind(hash)
        .bind(now)
        .bind(id.to_string())
        .execute(&mut *db)
        .await
        .map_err(failed("change password"))?;
    delete_tokens_of_user(db, id).await
}

/// Deletes a user with its tokens, keys and grants.
pub async fn delete_user(db: &mut AnyConnection, id: UserId) -> Result<()> {
    for statement in [
        "DELETE FROM tokens WHERE user_id = $1",
        "DELETE FROM sessions WHERE user_id = $1",
        "DELETE FROM access_keys WHERE user_id = $1",
        "DELETE FROM role_grants WHERE user_id = $1",
        "DELETE FROM users WHERE id = $1",
    ] {
        sqlx::query(statement)
            .bind(id.to_string())
            .execute(&mut *db)
            .await
            .map_err(failed("delete user"))?;
    }
    Ok(())
}

/// True where there are several domains.
pub async fn several_domains(db: &mut AnyConnection) -> Result<bool> {
    let row = sqlx::query("SELECT COUNT(*) FROM domains")
        .fetch_one(db)
        .await
        .map_err(failed("count domains"))?;
    Ok(row.get::<i64, _>(0) > 1)
}

/// All roles there are.
pub async fn roles(db: &mut AnyConnection) -> Result<Vec<RoleRow>> {
    let rows = sqlx::query("SELECT id, name FROM roles ORDER BY name")
        .fetch_all(db)
        .await
        .map_err(failed("list roles"))?;
    Ok(rows
        .iter()
        .map(|row| RoleRow {
            id: row.get("id"),
            name: row.get("name"),
        })
        .collect())
}

/// Names of the roles a user has in a scope: on the project, or on its domain.
pub async fn roles_in(
    db: &mut AnyConnection,
    user_id: UserId,
    project: Option<ProjectId>,
    domain: DomainId,
) -> Result<Vec<RoleRow>> {
    let rows = sqlx::query(
        "SELECT DISTINCT r.id, r.name FROM role_grants g JOIN roles r ON r.id = g.role_id \
         WHERE g.user_id = $1 AND ((g.scope_kind = 'project' AND g.scope_id = $2) \
           OR (g.scope_kind = 'domain' AND g.scope_id = $3)) ORDER BY r.name",
    )
    .bind(user_id.to_string())
    .bind(project.map(|id| id.to_string()).unwrap_or_default())
    .bind(domain.to_string())
    .fetch_all(db)
    .await
    .map_err(failed("read roles"))?;
    Ok(rows
        .iter()
        .map(|row| RoleRow {
            id: row.get("id"),
            name: row.get("name"),
        })
        .collect())
}

/// All grants in a domain: on it and on its projects.
pub async fn grants_of_user(db: &mut AnyConnection, id: UserId) -> Result<Vec<Grant>> {
    let rows = sqlx::query(
        "SELECT g.scope_kind, g.scope_id, r.name FROM role_grants g \
         JOIN roles r ON r.id = g.role_id WHERE g.user_id = $1 \
         ORDER BY g.scope_kind, g.scope_id, r.name",
    )
    .bind(id.to_string())
    .fetch_all(db)
    .await
    .map_err(failed("list grants"))?;
    rows.iter()
        .map(|row| {
            let scope = ScopeId::parse(row.get("scope_kind"), row.get("scope_id"))?;
            Ok(Grant {
                user_id: id,
                role: row.get("name"),
                scope,
            })
        })
        .collect()
}

/// Gives a role; no error where it is given already.
pub async fn grant(
    db: &mut AnyConnection,
    user_id: UserId,
    role: &str,
    scope: ScopeId,
) -> Result<()> {
    let (kind, id) = scope.columns();
    sqlx::query(
        "INSERT INTO role_grants (user_id, role_id, scope_kind, scope_id) \
         SELECT $1, r.id, $2, $3 FROM roles r WHERE r.name = $4 ON CONFLICT DO NOTHING",
    )
    .bind(user_id.to_string())
    .bind(kind)
    .bind(id)
    .bind(role)
    .execute(db)
    .await
    .map_err(failed("grant role"))?;
    Ok(())
}

/// Takes a role back; false where it was not given.
pub async fn revoke(
    db: &mut AnyConnection,
    user_id: UserId,
    role: &str,
    scope: ScopeId,
) -> Result<bool> {
    let (kind, id) = scope.columns();
    let result = sqlx::query(
        "DELETE FROM role_grants WHERE user_id = $1 AND scope_kind = $2 AND scope_id = $3 \
         AND role_id IN (SELECT id FROM roles WHERE name = $4)",
    )
    .bind(user_id.to_string())
    .bind(kind)
    .bind(id)
    .bind(role)
    .execute(db)
    .await
    .map_err(failed("revoke role"))?;
    Ok(result.rows_affected() > 0)
}

/// Adds a token and forgets those that expired.
pub async fn insert_token(db: &mut AnyConnection, token: &TokenRow) -> Result<()> {
    sqlx::query("DELETE FROM tokens WHERE expires_at <= $1")
        .bind(token.issued_at)
        .execute(&mut *db)
        .await
        .map_err(failed("forget tokens"))?;
    let (kind, id) = token.scope.columns();
    sqlx::query(
        "INSERT INTO tokens (hash, user_id, scope_kind, scope_id, methods, issued_at, expires_at, \
         audit_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(&token.hash)
    .bind(token.user_id.to_string())
    .bind(kind)
    .bind(id)
    .bind(&token.methods)
    .bind(token.issued_at)
    .bind(token.expires_at)
    .bind(&token.audit_id)
    .execute(db)
    .await
    .map_err(failed("add token"))?;
    Ok(())
}

/// The token of a hash, if it has not expired.
pub async fn token(db: &mut AnyConnection, hash: &str, now: i64) -> Result<Option<TokenRow>> {
    let row = sqlx::query("SELECT * FROM tokens WHERE hash = $1 AND expires_at > $2")
        .bind(hash)
        .bind(now)
        .fetch_optional(db)
        .await
        .map_err(failed("read token"))?;
    row.map(|row| {
        Ok(TokenRow {
            hash: row.get("hash"),
            user_id: parse(row.get("user_id"))?,
            scope: ScopeId::parse(row.get("scope_kind"), row.get("scope_id"))?,
            methods: row.get("methods"),
            issued_at: row.get("issued_at"),
            expires_at: row.get("expires_at"),
            audit_id: row.get("audit_id"),
        })
    })
    .transpose()
}

/// Ends a token.
pub async fn delete_token(db: &mut AnyConnection, hash: &str) -> Result<()> {
    sqlx::query("DELETE FROM tokens WHERE hash = $1")
        .bind(hash)
        .execute(db)
        .await
        .map_err(failed("revoke token"))?;
    Ok(())
}

/// Ends all tokens and sessions of a user.
pub async fn delete_tokens_of_user(db: &mut AnyConnection, id: UserId) -> Result<()> {
    for statement in [
        "DELETE FROM tokens WHERE user_id = $1",
        "DELETE FROM sessions WHERE user_id = $1",
    ] {
        sqlx::query(statement)
            .bind(id.to_string())
            .execute(&mut *db)
            .await
            .map_err(failed("revoke tokens"))?;
    }
    Ok(())
}

/// Adds an access key.
pub async fn insert_access_key(db: &mut AnyConnection, key: &AccessKeyRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO access_keys (access, user_id, sealed_secret, description, enabled, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&key.access)
    .bind(key.user_id.to_string())
    .bind(&key.sealed_secret)
    .bind(&key.description)
    .bind(i64::from(key.enabled))
    .bind(key.created_at)
    .execute(db)
    .await
    .map_err(failed("add access key"))?;
    Ok(())
}

/// The access key of that name.
pub async fn access_key_by_name(
    db: &mut AnyConnection,
    access: &str,
) -> Result<Option<AccessKeyRow>> {
    let row = sqlx::query("SELECT * FROM access_keys WHERE access = $1")
        .bind(access)
        .fetch_optional(db)
        .await
        .map_err(failed("read access key"))?;
    row.as_ref().map(access_key).transpose()
}

/// All access keys of a user, oldest first.
pub async fn access_keys_of_user(db: &mut AnyConnection, id: UserId) -> Result<Vec<AccessKeyRow>> {
    let rows =
        sqlx::query("SELECT * FROM access_keys WHERE user_id = $1 ORDER BY created_at, access")
            .bind(id.to_string())
            .fetch_all(db)
            .await
            .map_err(failed("list access keys"))?;
    rows.iter().map(access_key).collect()
}

/// Deletes an access key of a user; false where there is none.
pub async fn delete_access_key(
    db: &mut AnyConnection,
    user_id: UserId,
    access: &str,
) -> Result<bool> {
    let result = sqlx::query("DELETE FROM access_keys WHERE access = $1 AND user_id = $2")
        .bind(access)
        .bind(user_id.to_string())
        .execute(db)
        .await
        .map_err(failed("delete access key"))?;
    Ok(result.rows_affected() > 0)
}

/// How often `who` gave a wrong password since `since`, and when last.
pub async fn login_failures(db: &mut AnyConnection, who: &str, since: i64) -> Result<(i64, i64)> {
    let row =
        sqlx::query("SELECT failures, last_at FROM login_failures WHERE who = $1 AND last_at > $2")
            .bind(who)
            .bind(since)
            .fetch_optional(db)
            .await
            .map_err(failed("read failed log-ins"))?;
    Ok(row.map_or((0, 0), |row| (row.get("failures"), row.get("last_at"))))
}

/// Counts a wrong password and forgets what is older than `since`.
pub async fn count_login_failure(
    db: &mut AnyConnection,
    who: &str,
    now: i64,
    since: i64,
) -> Result<()> {
    sqlx::query("DELETE FROM login_failures WHERE last_at <= $1")
        .bind(since)
        .execute(&mut *db)
        .await
        .map_err(failed("forget failed log-ins"))?;
    sqlx::query(
        "INSERT INTO login_failures (who, failures, last_at) VALUES ($1, 1, $2) \
         ON CONFLICT (who) DO UPDATE SET failures = login_failures.failures + 1, last_at = $3",
    )
    .bind(who)
    .bind(now)
    .bind(now)
    .execute(db)
    .await
    .map_err(failed("count failed log-in"))?;
    Ok(())
}

/// Forgets the wrong passwords of `who`.
pub async fn forget_login_failures(db: &mut AnyConnection, who: &str) -> Result<()> {
    sqlx::query("DELETE FROM login_failures WHERE who = $1")
        .bind(who)
        .execute(db)
        .await
        .map_err(failed("forget failed log-ins"))?;
    Ok(())
}
