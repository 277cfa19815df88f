//! Administration: users, projects, grants, access keys.
//!
//! Who may do this is decided by the caller of these functions.

use coffer_core::ids::{DomainId, ProjectId, UserId};
use coffer_core::{Error, Kind, Result};

use super::Identity;
use super::roles::RoleInfo;
use crate::catalog::access::{self, Grant, Principal};
use crate::catalog::identity::{self as rows, AccessKeyRow, ScopeId, User};
use crate::door;

/// Most access keys of one user.
const ACCESS_KEYS_MAX: usize = 10;

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Its domain.
    pub domain_id: DomainId,
    /// Its name.
    pub name: String,
    /// Who it is.
    pub description: String,
    /// None for a user that only has access keys.
    pub password: Option<String>,
    /// The first log-in has to set another password.
    pub must_change: bool,
    /// Project of a log-in that names none.
    pub default_project_id: Option<ProjectId>,
}

/// An access key just made.
pub struct NewAccessKey {
    /// The public part.
    pub access: String,
    /// The secret part; it is not shown again.
    pub secret: String,
}

/// Checks a name of a user or project: 1 to 64 characters, no control characters, no blanks at
/// the ends.
pub(super) fn check_name(what: &str, name: &str) -> Result<()> {
    let fits = (1..=64).contains(&name.chars().count());
    match fits && name.trim() == name && !name.chars().any(char::is_control) {
        true => Ok(()),
        false => Err(Error::invalid(format!(
            "{what}: `name` must have 1 to 64 characters"
        ))),
    }
}

pub(super) fn check_description(text: &str) -> Result<()> {
    match text.chars().count() <= 255 {
        true => Ok(()),
        false => Err(Error::invalid(
            "`description` must have at most 255 characters",
        )),
    }
}

/// Gives the database's "is there already" a text that names the thing.
pub(super) fn named<T>(result: Result<T>, what: &str, name: &str) -> Result<T> {
    result.map_err(|error| match error.kind {
        Kind::Conflict => Error::conflict(format!("{what} `{name}` exists already")),
        _ => error,
    })
}

impl Identity {
    /// Makes a user.
    pub async fn create_user(&self, new: NewUser) -> Result<User> {
        check_name("user", &new.name)?;
        check_description(&new.description)?;
        let password_hash = match &new.password {
            Some(password) => {
                self.inner.rules.check(&new.name, password)?;
                self.inner.passwords.hash(password).await?
            }
            None => String::new(),
        };
        let user = User {
            id: UserId(door::new_hex_id()),
            domain_id: new.domain_id,
            name: new.name,
            description: new.description,
            enabled: true,
            password_hash,
            default_project_id: new.default_project_id,
            must_change: new.must_change,
            created_at: self.now_ms(),
        };
        let mut tx = self.inner.catalog.write().await?;
        check_default_project(tx.connection(), &user).await?;
        named(
            rows::insert_user(tx.connection(), &user).await,
            "user",
            &user.name,
        )?;
        tx.commit().await?;
        tracing::info!(user.id = %user.id, "user {} added", user.id);
        Ok(user)
    }

    /// The users of a domain, by name.
    pub async fn users(&self, domain: DomainId) -> Result<Vec<User>> {
        let mut db = self.inner.catalog.reader().await?;
        rows::users_of_domain(&mut db, domain).await
    }

    /// A user of a domain. `NotFound` in any other.
    pub async fn user(&self, domain: DomainId, id: UserId) -> Result<User> {
        let mut db = self.inner.catalog.reader().await?;
        let user = rows::user_by_id(&mut db, id).await?;
        user.filter(|user| user.domain_id == domain)
            .ok_or_else(|| Error::not_found("the user does not exist"))
    }

    /// Stores a user's description, default project and whether it is enabled.
    pub async fn update_user(&self, user: &User) -> Result<()> {
        check_description(&user.description)?;
        let mut tx = self.inner.catalog.write().await?;
        check_default_project(tx.connection(), user).await?;
        rows::update_user(tx.connection(), user).await?;
        if !user.enabled {
            rows::delete_tokens_of_user(tx.connection(), user.id).await?;
        }
        tx.commit().await
    }

    /// Deletes a user with its tokens, access keys and grants.
    pub async fn delete_user(&self, id: UserId) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        rows::delete_user(tx.connection(), id).await?;
        tx.commit().await?;
        tracing::info!(user.id = %id, "user {id} deleted");
        Ok(())
    }

    /// Sets a password and ends all of the user's tokens. `must_change`: the next log-in has to
    /// set another one.
    ///
    /// # Errors
    /// `Invalid` where the rules for passwords refuse it.
    pub async fn set_password(&self, id: UserId, password: &str, must_change: bool) -> Result<()> {
        let rules = &self.inner.rules;
        let (user, old) = {
            let mut db = self.inner.catalog.reader().await?;
            let user = rows::user_by_id(&mut db, id).await?;
            let user = user.ok_or_else(|| Error::not_found("the user does not exist"))?;
            let old = rows::password_history(&mut db, id, rules.history).await?;
            (user, old)
        };
        rules.check(&user.name, password)?;
        let used = [user.password_hash.clone()];
        for hash in used.iter().chain(&old).take(rules.history) {
            if self.inner.passwords.verify(password, Some(hash)).await? {
                return Err(Error::invalid("`password` was used before")
                    .hint("Choose one that is not among the last ones."));
            }
        }
        let hash = self.inner.passwords.hash(password).await?;
        let now = self.now_ms();
        let mut tx = self.inner.catalog.write().await?;
        let db = tx.connection();
        rows::remember_password(db, id, now, rules.history).await?;
        rows::set_password(db, id, &hash, must_change, now).await?;
        rows::unlock(db, id).await?;
        tx.commit().await?;
        tracing::info!(user.id = %id, "password of user {id} changed");
        Ok(())
    }

    /// Lets a user log in again that was locked out by wrong passwords, from everywhere. Returns
    /// from how many addresses it was counted.
    pub async fn unlock(&self, id: UserId) -> Result<u64> {
        let mut tx = self.inner.catalog.write().await?;
        let counted = rows::unlock(tx.connection(), id).await?;
        tx.commit().await?;
        tracing::info!(user.id = %id, "user {id} unlocked");
        Ok(counted)
    }

    /// From how many addresses a user is locked out now.
    pub async fn lockouts(&self, id: UserId) -> Result<i64> {
        let since = self.now_ms().saturating_sub(self.inner.lockout_ms);
        let mut db = self.inner.catalog.reader().await?;
        rows::lockouts(&mut db, id, self.inner.failures_max, since).await
    }

    /// The grants of a user or group itself.
    pub async fn grants(&self, principal: &Principal) -> Result<Vec<Grant>> {
        let mut db = self.inner.catalog.reader().await?;
        access::grants_of(&mut db, principal).await
    }

    /// The grants that hold for a user: its own and those of its groups.
    pub async fn grants_for(&self, user: UserId) -> Result<Vec<Grant>> {
        let mut db = self.inner.catalog.reader().await?;
        access::grants_for(&mut db, user).await
    }

    /// Gives a role on a project or domain.
    pub async fn grant(
        &self,
        principal: &Principal,
        role: &RoleInfo,
        scope: ScopeId,
    ) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        access::grant(tx.connection(), principal, &role.id, scope).await?;
        tx.commit().await?;
        tracing::info!(
            role = role.name,
            "role {} given to {principal:?}",
            role.name
        );
        Ok(())
    }

    /// Takes a role back. `NotFound` where it was not given.
    pub async fn revoke_grant(
        &self,
        principal: &Principal,
        role: &RoleInfo,
        scope: ScopeId,
    ) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        if !access::revoke(tx.connection(), principal, &role.id, scope).await? {
            return Err(Error::not_found("this role is not given there"));
        }
        tx.commit().await?;
        tracing::info!(
            role = role.name,
            "role {} taken from {principal:?}",
            role.name
        );
        Ok(())
    }

    /// Makes an access key.
    pub async fn create_access_key(&self, user: UserId, description: &str) -> Result<NewAccessKey> {
        check_description(description)?;
        let access = letters_and_digits::<20>();
        let secret = letters_and_digits::<40>();
        let row = AccessKeyRow {
            access: access.clone(),
            user_id: user,
            sealed_secret: self.inner.sealer.seal(&access, &secret),
            description: description.to_owned(),
            enabled: true,
            created_at: self.now_ms(),
            last_used_at: None,
        };
        let mut tx = self.inner.catalog.write().await?;
        if rows::access_keys_of_user(tx.connection(), user)
            .await?
            .len()
            >= ACCESS_KEYS_MAX
        {
            return Err(Error::conflict(format!(
                "a user has at most {ACCESS_KEYS_MAX} access keys"
            ))
            .hint("Delete one that is not used."));
        }
        rows::insert_access_key(tx.connection(), &row).await?;
        tx.commit().await?;
        tracing::info!(user.id = %user, access_key = access, "access key added for user {user}");
        Ok(NewAccessKey { access, secret })
    }

    /// The access keys of a user, oldest first.
    pub async fn access_keys(&self, user: UserId) -> Result<Vec<AccessKeyRow>> {
        let mut db = self.inner.catalog.reader().await?;
        rows::access_keys_of_user(&mut db, user).await
    }

    /// Switches an access key of a user on or off.
    pub async fn enable_access_key(&self, user: UserId, access: &str, on: bool) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        if !rows::enable_access_key(tx.connection(), user, access, on).await? {
            return Err(Error::not_found("the access key does not exist"));
        }
        tx.commit().await?;
        tracing::info!(user.id = %user, access_key = access, on, "access key switched");
        Ok(())
    }

    /// Deletes an access key of a user.
    pub async fn delete_access_key(&self, user: UserId, access: &str) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        if !rows::delete_access_key(tx.connection(), user, access).await? {
            return Err(Error::not_found("the access key does not exist"));
        }
        tx.commit().await?;
        tracing::info!(user.id = %user, access_key = access, "access key of user {user} deleted");
        Ok(())
    }
}

async fn check_default_project(db: &mut sqlx::AnyConnection, user: &User) -> Result<()> {
    let Some(id) = user.default_project_id else {
        return Ok(());
    };
    let project = rows::project_by_id(db, id).await?;
    match project.is_some_and(|project| project.domain_id == user.domain_id) {
        true => Ok(()),
        false => Err(Error::invalid(
            "`default_project_id` names no project of the user's domain",
        )),
    }
}

/// `N` random upper-case letters and digits: 32 of them, so each is drawn evenly.
pub(super) fn letters_and_digits<const N: usize>() -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let draw = |byte: u8| char::from(ALPHABET[usize::from(byte % 32)]);
    door::random_bytes::<N>().into_iter().map(draw).collect()
}
