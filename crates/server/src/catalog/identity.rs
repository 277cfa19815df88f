//! Users, tokens and access keys in the catalog; [`projects`](super::projects) has domains and
//! projects, [`access`](super::access) roles and groups.

use coffer_core::ids::{DomainId, ProjectId, UserId};
use coffer_core::{Error, Result};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::failed;
pub use super::projects::*;

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
    /// The next log-in has to set another password.
    pub must_change: bool,
    /// When it was made, in milliseconds.
    pub created_at: i64,
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
    pub(super) fn columns(self) -> (&'static str, String) {
        match self {
            ScopeId::Project(id) => ("project", id.to_string()),
            ScopeId::Domain(id) => ("domain", id.to_string()),
            ScopeId::None => ("none", String::new()),
        }
    }

    pub(super) fn parse(kind: &str, id: &str) -> Result<ScopeId> {
        match kind {
            "project" => parse(id).map(ScopeId::Project),
            "domain" => parse(id).map(ScopeId::Domain),
            "none" => Ok(ScopeId::None),
            _ => Err(Error::internal("read scope: unknown kind")),
        }
    }
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
    /// In milliseconds, to the minute; none for a key that was never used.
    pub last_used_at: Option<i64>,
}

pub(super) fn parse<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|_| Error::internal("read an id from the catalog"))
}

pub(super) fn domain(row: &AnyRow) -> Result<Domain> {
    Ok(Domain {
        id: parse(row.get("id"))?,
        name: row.get("name"),
        description: row.get("description"),
        enabled: row.get::<i64, _>("enabled") != 0,
    })
}

pub(super) fn project(row: &AnyRow) -> Result<Project> {
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
        must_change: row.get::<i64, _>("must_change") != 0,
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
        last_used_at: row.get("last_used_at"),
    })
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
         password_changed_at, default_project_id, created_at, must_change) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
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
    .bind(i64::from(new.must_change))
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
pub async fn set_password(
    db: &mut AnyConnection,
    id: UserId,
    hash: &str,
    must_change: bool,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "UPDATE users SET password_hash = $1, password_changed_at = $2, must_change = $3 \
         WHERE id = $4",
    )
    .bind(hash)
    .bind(now)
    .bind(i64::from(must_change))
    .bind(id.to_string())
    .execute(&mut *db)
    .await
    .map_err(failed("change password"))?;
    delete_tokens_of_user(db, id).await
}

/// The hashes of the passwords that a user had before, newest first, `most` at most.
pub async fn password_history(
    db: &mut AnyConnection,
    id: UserId,
    most: usize,
) -> Result<Vec<String>> {
    let rows = sqlx::query(
        "SELECT hash FROM password_history WHERE user_id = $1 ORDER BY changed_at DESC LIMIT $2",
    )
    .bind(id.to_string())
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
    .map_err(failed("read old passwords"))?;
    Ok(rows.iter().map(|row| row.get("hash")).collect())
}

/// Puts the password of now among the old ones, of which `most` are kept.
pub async fn remember_password(
    db: &mut AnyConnection,
    id: UserId,
    now: i64,
    most: usize,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO password_history (user_id, changed_at, hash) \
         SELECT id, $1, password_hash FROM users WHERE id = $2 AND password_hash <> '' \
         ON CONFLICT DO NOTHING",
    )
    .bind(now)
    .bind(id.to_string())
    .execute(&mut *db)
    .await
    .map_err(failed("remember password"))?;
    sqlx::query(
        "DELETE FROM password_history WHERE user_id = $1 AND changed_at NOT IN \
         (SELECT h.changed_at FROM password_history h WHERE h.user_id = $2 \
          ORDER BY h.changed_at DESC LIMIT $3)",
    )
    .bind(id.to_string())
    .bind(id.to_string())
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .execute(db)
    .await
    .map_err(failed("forget old passwords"))?;
    Ok(())
}

/// Deletes a user with its tokens, keys and grants.
pub async fn delete_user(db: &mut AnyConnection, id: UserId) -> Result<()> {
    for statement in [
        "DELETE FROM tokens WHERE user_id = $1",
        "DELETE FROM sessions WHERE user_id = $1",
        "DELETE FROM access_keys WHERE user_id = $1",
        "DELETE FROM group_members WHERE user_id = $1",
        "DELETE FROM password_history WHERE user_id = $1",
        "DELETE FROM access_grants WHERE principal_id = $1 AND principal_kind = 'user'",
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

/// Notes that an access key was used.
pub async fn touch_access_key(db: &mut AnyConnection, access: &str, now: i64) -> Result<()> {
    sqlx::query("UPDATE access_keys SET last_used_at = $1 WHERE access = $2")
        .bind(now)
        .bind(access)
        .execute(db)
        .await
        .map_err(failed("note use of access key"))?;
    Ok(())
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

/// Switches an access key of a user; false where there is none.
pub async fn enable_access_key(
    db: &mut AnyConnection,
    user_id: UserId,
    access: &str,
    on: bool,
) -> Result<bool> {
    let result =
        sqlx::query("UPDATE access_keys SET enabled = $1 WHERE access = $2 AND user_id = $3")
            .bind(i64::from(on))
            .bind(access)
            .bind(user_id.to_string())
            .execute(db)
            .await
            .map_err(failed("switch access key"))?;
    Ok(result.rows_affected() > 0)
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

/// Counts a wrong password and forgets what is older than `since`. `user`: whose, if anybody's.
pub async fn count_login_failure(
    db: &mut AnyConnection,
    who: &str,
    user: Option<UserId>,
    now: i64,
    since: i64,
) -> Result<()> {
    sqlx::query("DELETE FROM login_failures WHERE last_at <= $1")
        .bind(since)
        .execute(&mut *db)
        .await
        .map_err(failed("forget failed log-ins"))?;
    sqlx::query(
        "INSERT INTO login_failures (who, failures, last_at, user_id) VALUES ($1, 1, $2, $3) \
         ON CONFLICT (who) DO UPDATE SET failures = login_failures.failures + 1, last_at = $4",
    )
    .bind(who)
    .bind(now)
    .bind(user.map(|id| id.to_string()))
    .bind(now)
    .execute(db)
    .await
    .map_err(failed("count failed log-in"))?;
    Ok(())
}

/// Forgets the wrong passwords of a user, from everywhere; returns from how many addresses.
pub async fn unlock(db: &mut AnyConnection, user: UserId) -> Result<u64> {
    let result = sqlx::query("DELETE FROM login_failures WHERE user_id = $1")
        .bind(user.to_string())
        .execute(db)
        .await
        .map_err(failed("unlock user"))?;
    Ok(result.rows_affected())
}

/// From how many addresses a user had `most` wrong passwords or more since `since`.
pub async fn lockouts(db: &mut AnyConnection, user: UserId, most: i64, since: i64) -> Result<i64> {
    sqlx::query_scalar(
        "SELECT COUNT(*) FROM login_failures WHERE user_id = $1 AND failures >= $2 AND last_at > $3",
    )
    .bind(user.to_string())
    .bind(most)
    .bind(since)
    .fetch_one(db)
    .await
    .map_err(failed("read failed log-ins"))
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
