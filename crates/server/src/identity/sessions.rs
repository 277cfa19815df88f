//! Sessions of people in a browser.
//!
//! A log-in gives a random secret, which the browser keeps as a cookie that no script can read;
//! the catalog keeps its hash. A session is good for all projects in which its user has a role:
//! each request says by its path which one it is about. It ends when it is left alone, when its
//! time is over, when its user logs out, gets another password, or is disabled.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coffer_core::ids::UserId;
use coffer_core::{Error, Result};
use jiff::{SignedDuration, Timestamp};

use super::{Caller, Identity, LoginError, Power, UserRef, hash_of};
use crate::catalog::access::{self, Evidence, Held};
use crate::catalog::identity::{self as rows, Project, ScopeId};
use crate::catalog::sessions::{self, Session};
use crate::door;

/// Uses of a session, and of an access key, are noted at most once in this time.
pub(super) const TOUCH: SignedDuration = SignedDuration::from_secs(60);
/// Most characters kept of what a browser says it is.
const AGENT_MAX: usize = 200;

/// What is known of a session that is good.
#[derive(Debug, Clone)]
pub struct SessionInfo {
    /// Names it where it is listed and ended.
    pub id: String,
    /// Whose.
    pub user: UserId,
    /// Where the log-in came from.
    pub address: String,
    /// What the browser says it is.
    pub agent: String,
    /// Since when.
    pub created_at: Timestamp,
    /// When something was last asked for, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends if nothing more is asked for.
    pub idle_expires_at: Timestamp,
    /// When it ends in any case.
    pub expires_at: Timestamp,
}

/// What a user may do in a project.
#[derive(Debug, Clone)]
pub struct Membership {
    /// Names of its roles there.
    pub roles: Vec<String>,
    /// What they allow.
    pub power: Power,
}

/// How a request was authenticated, to be asked again while its answer goes on.
#[derive(Clone)]
pub enum Credential {
    /// By a session's secret.
    Session(String),
    /// By a token.
    Token(String),
    /// By a signature of this user.
    Signature(UserId),
}

impl std::fmt::Debug for Credential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Secrets stay out of logs.
        f.write_str(match self {
            Credential::Session(_) => "Session",
            Credential::Token(_) => "Token",
            Credential::Signature(_) => "Signature",
        })
    }
}

impl Identity {
    /// Logs in with a password, from `address`, and begins a session. Gives its secret.
    ///
    /// Wrong passwords are counted as for tokens.
    pub async fn begin_session(
        &self,
        user: &UserRef,
        password: &str,
        address: IpAddr,
        agent: &str,
    ) -> Result<(String, SessionInfo), LoginError> {
        let user = self.check_password(user, password, address).await?;
        let secret = URL_SAFE_NO_PAD.encode(door::random_bytes::<32>());
        let now = self.now();
        let mut tx = self.inner.catalog.write().await?;
        // Read in the same transaction: a user disabled meanwhile gets none.
        let caller = self.caller_in(tx.connection(), user.id, ScopeId::None);
        if caller.await?.is_none() {
            return Err(LoginError::Refused);
        }
        let session = Session {
            hash: hash_of(&secret),
            id: door::new_uuid().to_string(),
            user_id: user.id,
            address: address.to_string(),
            agent: agent.chars().take(AGENT_MAX).collect(),
            created_at: now,
            last_seen_at: now,
            expires_at: now.saturating_add(self.inner.session).unwrap_or(now),
        };
        sessions::insert(tx.connection(), &session).await?;
        tx.commit().await?;
        tracing::info!(user.id = %user.id, session.id = %session.id, "session begun");
        Ok((secret, self.session_info(session)))
    }

    /// The caller of a session in a scope, and the session; none where it is not good any more.
    ///
    /// Where the scope is not the user's, the caller has none, and handlers answer 403. `used`:
    /// a person asks, so that the session goes on.
    pub async fn session(
        &self,
        secret: &str,
        scope: ScopeId,
        used: bool,
    ) -> Result<Option<(Caller, SessionInfo)>> {
        let hash = hash_of(secret);
        let now = self.now();
        let mut db = self.inner.catalog.reader().await?;
        let evidence = Evidence::Session(hash.clone(), now, self.idle_since(now), scope);
        let Some(standing) = access::standing(&mut db, &evidence).await? else {
            return Ok(None);
        };
        let Some(caller) = self.caller_or_nowhere(&standing) else {
            return Ok(None);
        };
        let mut session: Session = standing.read()?;
        drop(db);
        let step = TOUCH.min(self.inner.session_idle / 10);
        if used && now.duration_since(session.last_seen_at) >= step {
            let mut tx = self.inner.catalog.write().await?;
            sessions::touch(tx.connection(), &hash, now).await?;
            tx.commit().await?;
            session.last_seen_at = now;
        }
        Ok(Some((caller, self.session_info(session))))
    }

    /// The caller as things are now, for an answer that goes on; none where it may not.
    pub async fn still(&self, credential: &Credential, scope: ScopeId) -> Result<Option<Caller>> {
        match credential {
            Credential::Session(secret) => {
                let found = self.session(secret, scope, false).await?;
                Ok(found.map(|(caller, _)| caller))
            }
            Credential::Token(token) => Ok(self.token(token).await?.map(|info| info.caller)),
            Credential::Signature(user) => {
                let mut db = self.inner.catalog.reader().await?;
                self.caller_in(&mut db, *user, scope).await
            }
        }
    }

    /// Ends a session.
    pub async fn end_session(&self, secret: &str) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        sessions::delete(tx.connection(), &hash_of(secret)).await?;
        tx.commit().await
    }

    /// Ends one session of a user by its id.
    ///
    /// # Errors
    /// `NotFound` where the user has none of that id.
    pub async fn end_session_of(&self, user: UserId, id: &str) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        if !sessions::delete_of_user(tx.connection(), user, id).await? {
            return Err(Error::not_found("the session does not exist"));
        }
        tx.commit().await
    }

    /// Ends all sessions and tokens of a user.
    pub async fn end_all(&self, user: UserId) -> Result<()> {
        let mut tx = self.inner.catalog.write().await?;
        rows::delete_tokens_of_user(tx.connection(), user).await?;
        tx.commit().await?;
        tracing::info!(user.id = %user, "all sessions and tokens of user {user} ended");
        Ok(())
    }

    /// The sessions of a user that are good, newest first.
    pub async fn sessions_of(&self, user: UserId) -> Result<Vec<SessionInfo>> {
        let now = self.now();
        let mut db = self.inner.catalog.reader().await?;
        let found = sessions::of_user(&mut db, user, now, self.idle_since(now)).await?;
        Ok(found.into_iter().map(|s| self.session_info(s)).collect())
    }

    /// The projects in which a user has a role, by name, with the roles; disabled ones left out.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<(Project, Membership)>> {
        let mut db = self.inner.catalog.reader().await?;
        let found = access::memberships(&mut db, user).await?;
        let enabled = found.into_iter().filter(|(project, _)| project.enabled);
        let list = enabled.map(|(project, held)| {
            let membership = Membership {
                power: Power::of(&held),
                roles: held.into_iter().map(|held: Held| held.role).collect(),
            };
            (project, membership)
        });
        Ok(list.collect())
    }

    /// True where a log-in has to name a domain.
    pub async fn several_domains(&self) -> Result<bool> {
        let mut db = self.inner.catalog.reader().await?;
        rows::several_domains(&mut db).await
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.now_ms()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn idle_since(&self, now: Timestamp) -> Timestamp {
        now.saturating_sub(self.inner.session_idle).unwrap_or(now)
    }

    fn session_info(&self, session: Session) -> SessionInfo {
        let idle = session
            .last_seen_at
            .saturating_add(self.inner.session_idle)
            .unwrap_or(session.last_seen_at);
        SessionInfo {
            id: session.id,
            user: session.user_id,
            address: session.address,
            agent: session.agent,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            idle_expires_at: idle.min(session.expires_at),
            expires_at: session.expires_at,
        }
    }
}
