//! Passwords at the door: who is locked out, and what is compared how often.

use std::net::IpAddr;

use coffer_core::ids::UserId;

use super::{Identity, LoginError, UserRef, find_user, hash_of};
use crate::audit;
use crate::catalog::identity::{self as rows, User};

impl Identity {
    /// The user of that name and password. Unknown users take as long as known ones, are counted
    /// and locked out like them, and get the same answer.
    ///
    /// Failures are looked at before the password is compared and again after it: of many guesses
    /// sent at once those beyond the limit learn nothing.
    pub(super) async fn check_password(
        &self,
        user: &UserRef,
        password: &str,
        address: IpAddr,
    ) -> Result<User, LoginError> {
        let found = find_user(&mut *self.inner.catalog.reader().await?, user).await?;
        let counters = Counters {
            own: lock_name(user, found.as_ref(), address),
            address: hash_of(&format!("address\0{}", network_of(address))),
        };
        if let Some(user) = &found {
            audit::tried(user.id, &user.name, user.domain_id);
        }
        let lock = self.check_lock(&counters).await;
        if matches!(lock, Err(LoginError::Locked { .. })) && !self.first_of_many(address) {
            audit::silence();
        }
        lock?;
        let hash = found
            .as_ref()
            .filter(|user| user.enabled)
            .map(|user| &*user.password_hash);
        let fits = self.inner.passwords.verify(password, hash).await?;
        let failures = self.check_lock(&counters).await?;
        let known = found.as_ref().map(|user| user.id);
        let Some(user) = found.filter(|_| fits) else {
            let now = self.now_ms();
            let since = now.saturating_sub(self.inner.lockout_ms);
            let mut tx = self.inner.catalog.write().await?;
            let db = tx.connection();
            rows::count_login_failure(db, &counters.own, known, now, since).await?;
            rows::count_login_failure(db, &counters.address, None, now, since).await?;
            tx.commit().await?;
            tracing::warn!(address = %address, failures = failures + 1, "log-in refused from {address}");
            return Err(LoginError::Refused);
        };
        if failures > 0 {
            let mut tx = self.inner.catalog.write().await?;
            rows::forget_login_failures(tx.connection(), &counters.own).await?;
            tx.commit().await?;
        }
        Ok(user)
    }

    /// Checks a user's password for changing it. Wrong ones are counted as at a log-in: a session
    /// that fell into wrong hands finds no password by trying.
    pub async fn check_own_password(
        &self,
        user: UserId,
        password: &str,
        address: IpAddr,
    ) -> Result<(), LoginError> {
        let user = UserRef {
            id: Some(user.to_string()),
            ..UserRef::default()
        };
        self.check_password(&user, password, address)
            .await
            .map(drop)
    }

    /// True for the first log-in from a locked address in ten seconds: of those that follow it
    /// there may be any number.
    fn first_of_many(&self, address: IpAddr) -> bool {
        const QUIET_MS: i64 = 10_000;
        const ADDRESSES_MAX: usize = 10_000;
        let now = self.now_ms();
        let mut told = self.inner.told.lock().expect("nothing panics with it");
        let last = told.get(&network_of(address)).copied();
        if last.is_some_and(|last| now - last < QUIET_MS) {
            return false;
        }
        if told.len() >= ADDRESSES_MAX {
            told.clear();
        }
        told.insert(network_of(address), now);
        true
    }

    /// How often the password of the user was wrong lately.
    ///
    /// # Errors
    /// `Locked` where user or address failed too often.
    async fn check_lock(&self, counters: &Counters) -> Result<i64, LoginError> {
        let now = self.now_ms();
        let since = now.saturating_sub(self.inner.lockout_ms);
        let mut db = self.inner.catalog.reader().await?;
        let mut own = 0;
        for (who, most) in [
            (&counters.address, self.inner.failures_address_max),
            (&counters.own, self.inner.failures_max),
        ] {
            let (failures, last) = rows::login_failures(&mut db, who, since).await?;
            if failures >= most {
                let seconds = (last.saturating_add(self.inner.lockout_ms) - now) / 1000 + 1;
                return Err(LoginError::Locked { seconds });
            }
            own = failures;
        }
        Ok(own)
    }
}

/// Where wrong passwords are counted.
struct Counters {
    /// Of one user from one address.
    own: String,
    /// Of all users from one address.
    address: String,
}

/// Where all failures of an address are counted: an IPv6 host commonly has a network of 2^64.
pub(super) fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(std::net::Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 => v4,
    }
}

/// Where failures are counted: the same for all ways to name a user.
fn lock_name(asked: &UserRef, found: Option<&User>, address: IpAddr) -> String {
    let name = match found {
        Some(user) => format!("id\0{}", user.id),
        None => format!("name\0{asked:?}"),
    };
    hash_of(&format!("{name}\0{}", network_of(address)))
}
