//! Who is asking, and what they may do.
//!
//! Users log in with a password (Argon2id) and get an opaque random token, of which the catalog
//! keeps the hash; or they sign each request with an access key. Roles are read anew with each
//! request, so that taking one back works at once; a changed password ends all tokens of its user.

mod admin;
mod bootstrap;
pub mod caller;
mod groups;
mod keys;
mod log_in;
mod password;
mod projects;
pub mod roles;
mod seal;
pub mod sessions;
pub mod signature;
mod standing;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coffer_core::ids::{DomainId, ProjectId, UserId};
use coffer_core::{Error, Result};
use jiff::{SignedDuration, Timestamp};
use sqlx::AnyConnection;

pub use admin::{NewAccessKey, NewUser};
pub(crate) use bootstrap::bootstrap_if_empty;
pub use bootstrap::{Bootstrapped, PASSWORD_FILE, bootstrap};
pub use caller::{Caller, Scope};
pub use keys::Signer;
pub use projects::NewDomain;
pub use roles::{Power, Role, RoleChanges, RoleInfo};
pub use sessions::{Credential, Membership, SessionInfo};

use crate::audit;
use crate::catalog::Catalog;
use crate::catalog::access::{self, Evidence};
use crate::catalog::identity::{self as rows, Domain, Project, TokenRow, User};
use crate::config::{Config, PasswordRules};
use crate::door::{self, Clock};
use password::Passwords;
pub(crate) use seal::Sealer;

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
    /// Name of the first domain, whose administrators administer the service.
    service_domain: String,
    /// Name of the project in it that new servers enter.
    region: String,
    rules: PasswordRules,
    token_ms: i64,
    session: SignedDuration,
    session_idle: SignedDuration,
    lockout_ms: i64,
    failures_max: i64,
    failures_address_max: i64,
    /// When a log-in from a locked address was recorded last.
    told: Mutex<HashMap<IpAddr, i64>>,
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
            service_domain: config.domain.to_string(),
            region: config.region.to_string(),
            rules: config.passwords.clone(),
            token_ms: milliseconds(config.limits.token_seconds),
            session: SignedDuration::from_millis(milliseconds(config.limits.session_seconds)),
            session_idle: SignedDuration::from_millis(milliseconds(
                config.limits.session_idle_seconds,
            )),
            lockout_ms: milliseconds(config.limits.login_lockout_seconds),
            failures_max: i64::from(config.limits.login_failures),
            failures_address_max: i64::from(config.limits.login_failures_per_address),
            told: Mutex::default(),
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
        audit::tried(user.id, &user.name, user.domain_id);
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
        let scope = self.find_scope(tx.connection(), user, scope).await?;
        let caller = self.caller_in(tx.connection(), user.id, scope).await?;
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
        let evidence = Evidence::Token(hash_of(token), self.now());
        let mut db = self.inner.catalog.reader().await?;
        let Some(standing) = access::standing(&mut db, &evidence).await? else {
            return Ok(None);
        };
        let Some(caller) = self.caller(&standing) else {
            return Ok(None);
        };
        let methods: String = standing.evidence("methods")?;
        Ok(Some(TokenInfo {
            caller,
            methods: methods.split(',').map(str::to_owned).collect(),
            issued_at: standing.evidence("issued_at")?,
            expires_at: standing.evidence("expires_at")?,
            audit_id: standing.evidence("audit_id")?,
        }))
    }

    /// Ends a token.
    pub async fn revoke(&self, token: &str) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        rows::delete_token(tx.connection(), &hash_of(token)).await?;
        tx.commit().await
    }

    /// The projects in which a user has a role, by name; disabled ones left out.
    pub async fn projects_of(&self, user: UserId) -> Result<Vec<Project>> {
        let found = self.memberships(user).await?;
        Ok(found.into_iter().map(|(project, _)| project).collect())
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
        let projects = access::memberships(&mut db, id).await?;
        let default = default.filter(|id| projects.iter().any(|(project, _)| project.id == *id));
        Ok(default.or(projects.first().map(|(project, _)| project.id)))
    }
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
