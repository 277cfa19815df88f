//! Requests that are signed with an access key.

use coffer_core::Result;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::signature::{Authorization, SignedRequest};
use super::{Caller, Identity, sessions};
use crate::catalog::access::{self, Evidence};
use crate::catalog::identity::{self as rows, ScopeId};

/// An access key that works, before its signature is looked at.
pub struct Signer {
    access: String,
    secret: Zeroizing<String>,
    last_used_at: Option<Timestamp>,
    caller: Caller,
}

impl Signer {
    /// The public part of the key.
    pub fn access(&self) -> &str {
        &self.access
    }
}

impl Identity {
    /// The access key of that name that works, and who signs with it, for a scope.
    pub async fn access_key(&self, access: &str, scope: ScopeId) -> Result<Option<Signer>> {
        let evidence = Evidence::AccessKey(access.to_owned(), scope);
        let mut db = self.inner.catalog.reader().await?;
        let Some(standing) = access::standing(&mut db, &evidence).await? else {
            return Ok(None);
        };
        drop(db);
        // The key is good, the project may not be the user's: handlers answer 403 then.
        let Some(caller) = self.caller_or_nowhere(&standing) else {
            return Ok(None);
        };
        let sealed: String = standing.evidence("sealed_secret")?;
        match self.inner.sealer.open_secret(access, &sealed) {
            Ok(secret) => Ok(Some(Signer {
                access: access.to_owned(),
                last_used_at: standing.evidence("last_used_at")?,
                secret,
                caller,
            })),
            Err(error) => {
                tracing::error!("access key {access} was sealed with another server.key: {error}");
                Ok(None)
            }
        }
    }

    /// The caller of a signed request; none where anything about it does not fit.
    pub async fn signed(
        &self,
        signer: Signer,
        authorization: &Authorization<'_>,
        request: SignedRequest<'_>,
    ) -> Result<Option<Caller>> {
        let now = self.now();
        if !authorization.verify(request, &signer.secret, now) {
            return Ok(None);
        }
        let stale = |last: Timestamp| now.duration_since(last) >= sessions::TOUCH;
        if signer.last_used_at.is_none_or(stale) {
            let mut tx = self.inner.catalog.write().await?;
            rows::touch_access_key(tx.connection(), &signer.access, now.as_millisecond()).await?;
            tx.commit().await?;
        }
        Ok(Some(signer.caller))
    }
}
