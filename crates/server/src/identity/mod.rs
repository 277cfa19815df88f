//! Who is asking, and what they may do.
//!
//! Users log in with a password (Argon2id) and get an opaque random token, of which the catalog
//! keeps the hash; or they sign each request with an access key. Roles are read anew with each
//! request, so that taking one back works at once; a changed password ends all tokens of its user.

mod admin;
mod bootstrap;
pub mod caller;
mod password;
mod seal;
pub mod sessions;
pub mod signature;

use std::net::IpAddr;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coffer_core::ids::{DomainId, ProjectId, UserId};
use coffer_core::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use sqlx::AnyConnection;

pub use admin::{NewAccessKey, NewUser};
pub(crate) use bootstrap::bootstrap_if_empty;
pub use bootstrap::{Bootstrapped, PASSWORD_FILE, bootstrap};
pub use caller::{Caller, Role, Scope};
pub use sessions::{Credential, SessionInfo};

use crate::catalog::Catalog;
use crate::catalog::identity::{self as rows, Domain, Project, ScopeId, TokenRow, User};
use crate::config::Config;
use crate::door::{self, Clock};
use password::Passwords;
pub(crate) use seal::Sealer;
use signature::{Authorization, SignedRequest};

/// Domains, projects, users, tokens and access keys. Clones share everything.
#[derive(Clone)]
pub struct Identity {
    inner: Arc<Inner>,
}

struct Inner {
    catalog: Catalog,
    clock: Clock,
    passwords: Passwords,
    sealer: Sealer,
    token_ms: i64,
    session: SignedDuration,
    session_idle: SignedDuration,
    lockout_ms: i64,
    failures_max: i64,
}

/// A domain by name or id; one of the two.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DomainRef {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
}

/// A user by id, or by name in a domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRef {
    /// Its id.
    pub id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its domain, for a name.
    pub domain: DomainRef,
}

/// What a token is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScopeRef {
    /// The user's default project, or nothing.
    Default,
    /// Nothing.
    Unscoped,
    /// A project by id, or by name in a domain (the user's where none is named).
    Project {
        /// Its id.
        id: Option<String>,
        /// Its name.
        name: Option<String>,
        /// Its domain, for a name.
        domain: DomainRef,
    },
    /// A domain.
    Domain(DomainRef),
}

/// What is known of a token that is good.
#[derive(Debug, Clone)]
pub struct TokenInfo {
    /// Whose, and what for.
    pub caller: Caller,
    /// How the user logged in.
    pub methods: Vec<String>,
    /// Since when it is good.
    pub issued_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// Names the token in logs.
    pub audit_id: String,
}

/// A token just made.
#[derive(Debug)]
pub struct Issued {
    /// The token itself; nobody can read it again.
    pub token: String,
    /// What it is good for.
    pub info: TokenInfo,
}

/// Why nobody was let in.
#[derive(Debug)]
pub enum LoginError {
    /// User, password, token or scope do not fit; which one is not said.
    Refused,
    /// Too many wrong passwords: wait so many seconds.
    Locked {
        /// Seconds.
        seconds: i64,
    },
    /// The service failed.
    Failed(Error),
}

impl From<Error> for LoginError {
    fn from(error: Error) -> LoginError {
        LoginError::Failed(error)
    }
}

impl Identity {
    /// Opens the server key in the data directory (made where it is missing).
    pub fn open(catalog: Catalog, clock: Clock, config: &Config) -> Result<Identity> {
        let milliseconds = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX / 2000) * 1000;
        let inner = Inner {
            catalog,
            clock,
            passwords: Passwords::new(),
            sealer: Sealer::open(&config.data_dir)?,
            token_ms: milliseconds(config.limits.token_seconds),
            session: SignedDuration::from_millis(milliseconds(config.limits.session_seconds)),
            session_idle: SignedDuration::from_millis(milliseconds(
                config.limits.session_idle_seconds,
            )),
            lockout_ms: milliseconds(config.limits.login_lockout_seconds),
            failures_max: i64::from(config.limits.login_failures),
        };
        Ok(Identity {
            inner: Arc::new(inner),
        })
    }

    /// Logs in with a password, from `address`.
    ///
    /// Unknown users take as long as known ones, are counted and locked out like them, and get
    /// the same answer.
    pub async fn log_in(
        &self,
        user: &UserRef,
        password: &str,
        scope: &ScopeRef,
        address: IpAddr,
    ) -> Result<Issued, LoginError> {
        let user = self.check_password(user, password, address).await?;
        let now = self.inner.clock.now_ms();
        let expires_at = now.saturating_add(self.inner.token_ms);
        self.issue(&user, scope, "password", now, expires_at).await
    }

    /// The user of that name and password. Unknown users take as long as known ones, are counted
    /// and locked out like them, and get the same answer.
    async fn check_password(
        &self,
        user: &UserRef,
        password: &str,
        address: IpAddr,
    ) -> Result<User, LoginError> {
        let now = self.inner.clock.now_ms();
        let since = now.saturating_sub(self.inner.lockout_ms);
        let (found, who, (failures, last)) = {
            let mut db = self.inner.catalog.reader().await?;
            let found = find_user(&mut db, user).await?;
            let who = lock_name(user, found.as_ref(), address);
            let counted = rows::login_failures(&mut db, &who, since).await?;
            (found, who, counted)
        };
        if failures >= self.inner.failures_max {
            let seconds = (last.saturating_add(self.inner.lockout_ms) - now) / 1000 + 1;
            return Err(LoginError::Locked { seconds });
        }
        let hash = found
            .as_ref()
            .filter(|user| user.enabled)
            .map(|user| &*user.password_hash);
        let fits = self.inner.passwords.verify(password, hash).await?;
        let Some(user) = found.filter(|_| fits) else {
            let mut tx = self.inner.catalog.write().await?;
            rows::count_login_failure(tx.connection(), &who, now, since).await?;
            tx.commit().await?;
            tracing::warn!(address = %address, failures = failures + 1, "log-in refused from {address}");
            return Err(LoginError::Refused);
        };
        if failures > 0 {
            let mut tx = self.inner.catalog.write().await?;
            rows::forget_login_failures(tx.connection(), &who).await?;
            tx.commit().await?;
        }
        Ok(user)
    }

    /// Makes a token for another scope out of one that is good. It lasts no longer than that one.
    pub async fn rescope(&self, token: &str, scope: &ScopeRef) -> Result<Issued, LoginError> {
        let Some(info) = self.token(token).await? else {
            return Err(LoginError::Refused);
        };
        let user = {
            let mut db = self.inner.catalog.reader().await?;
            rows::user_by_id(&mut db, info.caller.user_id).await?
        };
        let Some(user) = user else {
            return Err(LoginError::Refused);
        };
        let mut methods = info.methods.join(",");
        if !info.methods.iter().any(|method| method == "token") {
            methods.push_str(",token");
        }
        let now = self.inner.clock.now_ms();
        self.issue(
            &user,
            scope,
            &methods,
            now,
            info.expires_at.as_millisecond(),
        )
        .await
    }

    async fn issue(
        &self,
        user: &User,
        scope: &ScopeRef,
        methods: &str,
        issued_at: i64,
        expires_at: i64,
    ) -> Result<Issued, LoginError> {
        let token = URL_SAFE_NO_PAD.encode(door::random_bytes::<32>());
        // Read and written in one transaction: a user disabled meanwhile gets no token.
        let mut tx = self.inner.catalog.write().await?;
        let scope = find_scope(tx.connection(), user, scope).await?;
        let caller = caller_in(tx.connection(), user.id, scope).await?;
        let Some(caller) = caller else {
            return Err(LoginError::Refused);
        };
        let row = TokenRow {
            hash: hash_of(&token),
            user_id: user.id,
            scope,
            methods: methods.to_owned(),
            issued_at,
            expires_at,
            audit_id: URL_SAFE_NO_PAD.encode(door::random_bytes::<16>()),
        };
        rows::insert_token(tx.connection(), &row).await?;
        tx.commit().await?;
        Ok(Issued {
            token,
            info: info_of(row, caller)?,
        })
    }

    /// What a token is good for; none where it is unknown, expired or revoked, or its user or
    /// project was disabled.
    pub async fn token(&self, token: &str) -> Result<Option<TokenInfo>> {
        let now = self.inner.clock.now_ms();
        let mut db = self.inner.catalog.reader().await?;
        let Some(row) = rows::token(&mut db, &hash_of(token), now).await? else {
            return Ok(None);
        };
        match caller_in(&mut db, row.user_id, row.scope).await? {
            Some(caller) => info_of(row, caller).map(Some),
            None => Ok(None),
        }
    }

    /// Ends a token.
    pub async fn revoke(&self, token: &str) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        rows::delete_token(tx.connection(), &hash_of(token)).await?;
        tx.commit().await
    }

    /// True if there is an access key of that name that works.
    pub async fn knows_access_key(&self, access: &str) -> Result<bool> {
        let mut db = self.inner.catalog.reader().await?;
        let key = rows::access_key_by_name(&mut db, access).await?;
        Ok(key.is_some_and(|key| key.enabled))
    }

    /// The caller of a signed request; none where anything about it does not fit.
    pub async fn signed(
        &self,
        authorization: &Authorization<'_>,
        request: SignedRequest<'_>,
        scope: ScopeId,
    ) -> Result<Option<Caller>> {
        let mut db = self.inner.catalog.reader().await?;
        let key = rows::access_key_by_name(&mut db, authorization.access).await?;
        let Some(key) = key.filter(|key| key.enabled) else {
            return Ok(None);
        };
        let secret = match self
            .inner
            .sealer
            .open_secret(&key.access, &key.sealed_secret)
        {
            Ok(secret) => secret,
            Err(error) => {
                let access = &key.access;
                tracing::error!("access key {access} was sealed with another server.key: {error}");
                return Ok(None);
            }
        };
        if !authorization.verify(request, &secret, self.inner.clock.now()) {
            return Ok(None);
        }
        let caller = caller_in(&mut db, key.user_id, scope).await?;
        match caller {
            Some(caller) => Ok(Some(caller)),
            // The signature is good, the project is not the user's: handlers answer 403.
            None => caller_in(&mut db, key.user_id, ScopeId::None).await,
        }
    }

    /// The projects in which a user has a role, by name; disabled ones left out.
    pub async fn projects_of(&self, user: UserId) -> Result<Vec<Project>> {
        let mut db = self.inner.catalog.reader().await?;
        let mut projects = rows::projects_of_user(&mut db, user).await?;
        projects.retain(|project| project.enabled);
        Ok(projects)
    }

    /// The domain of a user.
    pub async fn domain(&self, id: DomainId) -> Result<Option<Domain>> {
        let mut db = self.inner.catalog.reader().await?;
        rows::domain_by_id(&mut db, id).await
    }

    /// The project that a user's domain-wide catalog is about: its default one, or its first.
    pub async fn home_project(&self, id: UserId) -> Result<Option<ProjectId>> {
        let mut db = self.inner.catalog.reader().await?;
        let user = rows::user_by_id(&mut db, id).await?;
        let default = user.and_then(|user| user.default_project_id);
        let projects = rows::projects_of_user(&mut db, id).await?;
        let default = default.filter(|id| projects.iter().any(|project| project.id == *id));
        Ok(default.or(projects.first().map(|project| project.id)))
    }
}

/// Where failures are counted: the same for all ways to name a user.
fn lock_name(asked: &UserRef, found: Option<&User>, address: IpAddr) -> String {
    let name = match found {
        Some(user) => format!("id\0{}", user.id),
        None => format!("name\0{asked:?}"),
    };
    hash_of(&format!("{name}\0{address}"))
}

fn hash_of(secret: &str) -> String {
    blake3::hash(secret.as_bytes()).to_hex().to_string()
}

fn info_of(row: TokenRow, caller: Caller) -> Result<TokenInfo> {
    let time = |ms| {
        Timestamp::from_millisecond(ms)
            .map_err(|e| Error::internal("read token's time").caused_by(e))
    };
    Ok(TokenInfo {
        caller,
        methods: row.methods.split(',').map(str::to_owned).collect(),
        issued_at: time(row.issued_at)?,
        expires_at: time(row.expires_at)?,
        audit_id: row.audit_id,
    })
}

async fn find_domain(db: &mut AnyConnection, domain: &DomainRef) -> Result<Option<Domain>> {
    match (&domain.id, &domain.name) {
        (Some(id), _) => match id.parse() {
            Ok(id) => rows::domain_by_id(db, id).await,
            // Clients write `default` for the domain id out of habit.
            Err(_) if id == "default" => rows::domain_by_name(db, "Default").await,
            Err(_) => Ok(None),
        },
        (None, Some(name)) => rows::domain_by_name(db, name).await,
        (None, None) => Ok(None),
    }
}

async fn find_user(db: &mut AnyConnection, user: &UserRef) -> Result<Option<User>> {
    if let Some(id) = &user.id {
        return match id.parse() {
            Ok(id) => rows::user_by_id(db, id).await,
            Err(_) => Ok(None),
        };
    }
    let domain = find_domain(db, &user.domain).await?;
    match (domain, &user.name) {
        (Some(domain), Some(name)) => rows::user_by_name(db, domain.id, name).await,
        _ => Ok(None),
    }
}

async fn find_scope(
    db: &mut AnyConnection,
    user: &User,
    scope: &ScopeRef,
) -> Result<ScopeId, LoginError> {
    match scope {
        ScopeRef::Unscoped => Ok(ScopeId::None),
        ScopeRef::Default => {
            let Some(id) = user.default_project_id else {
                return Ok(ScopeId::None);
            };
            let usable = caller_in(db, user.id, ScopeId::Project(id))
                .await?
                .is_some();
            Ok(if usable {
                ScopeId::Project(id)
            } else {
                ScopeId::None
            })
        }
        ScopeRef::Domain(domain) => match find_domain(db, domain).await? {
            Some(domain) => Ok(ScopeId::Domain(domain.id)),
            None => Err(LoginError::Refused),
        },
        ScopeRef::Project { id: Some(id), .. } => id
            .parse()
            .map(ScopeId::Project)
            .map_err(|_| LoginError::Refused),
        ScopeRef::Project {
            id: None,
            name,
            domain,
        } => {
            let domain_id = match domain {
                DomainRef {
                    id: None,
                    name: None,
                } => Some(user.domain_id),
                named => find_domain(db, named).await?.map(|domain| domain.id),
            };
            let (Some(domain_id), Some(name)) = (domain_id, name) else {
                return Err(LoginError::Refused);
            };
            match rows::project_by_name(db, domain_id, name).await? {
                Some(project) => Ok(ScopeId::Project(project.id)),
                None => Err(LoginError::Refused),
            }
        }
    }
}

/// The caller in a scope, as things are now; none where the user may not be there.
///
/// Every user may be in its own domain, with the roles it has there (perhaps none): clients ask
/// for such a token as a matter of course.
async fn caller_in(
    db: &mut AnyConnection,
    user_id: UserId,
    scope: ScopeId,
) -> Result<Option<Caller>> {
    let Some(user) = rows::user_by_id(db, user_id)
        .await?
        .filter(|user| user.enabled)
    else {
        return Ok(None);
    };
    let own = rows::domain_by_id(db, user.domain_id)
        .await?
        .filter(|domain| domain.enabled);
    let Some(own) = own else { return Ok(None) };
    let own_roles = rows::roles_in(db, user_id, None, own.id).await?;
    let (scope, found) = match scope {
        ScopeId::None => (Scope::None, Vec::new()),
        ScopeId::Domain(id) => {
            let Some(domain) = rows::domain_by_id(db, id).await?.filter(|d| d.enabled) else {
                return Ok(None);
            };
            let found = rows::roles_in(db, user_id, None, id).await?;
            if found.is_empty() && id != own.id {
                return Ok(None);
            }
            (
                Scope::Domain {
                    id,
                    name: domain.name,
                },
                found,
            )
        }
        ScopeId::Project(id) => {
            let Some(project) = rows::project_by_id(db, id).await?.filter(|p| p.enabled) else {
                return Ok(None);
            };
            let domain = rows::domain_by_id(db, project.domain_id)
                .await?
                .filter(|d| d.enabled);
            let Some(domain) = domain else {
                return Ok(None);
            };
            let found = rows::roles_in(db, user_id, Some(id), domain.id).await?;
            if found.is_empty() {
                return Ok(None);
            }
            let scope = Scope::Project {
                id,
                name: project.name,
                domain_id: domain.id,
                domain_name: domain.name,
            };
            (scope, found)
        }
    };
    Ok(Some(Caller {
        user_id,
        user_name: user.name,
        user_domain_id: own.id,
        user_domain_name: own.name,
        scope,
        roles: found
            .iter()
            .filter_map(|role| Role::from_name(&role.name))
            .collect(),
        role_names: found.into_iter().map(|role| (role.id, role.name)).collect(),
        domain_admin: own_roles.iter().any(|role| role.name == Role::Admin.name()),
    }))
}

/// Runs reads that belong together; here so that handlers need not name the catalog.
impl Identity {
    #[cfg(test)]
    pub(crate) fn catalog(&self) -> &Catalog {
        &self.inner.catalog
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.inner.clock.now_ms()
    }
}

#[cfg(test)]
mod tests;
