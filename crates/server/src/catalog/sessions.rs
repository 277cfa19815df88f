//! Sessions of people in a browser.

use coffer_core::Result;
use coffer_core::ids::UserId;
use jiff::Timestamp;
use sqlx::AnyConnection;

use super::record::{self, Filter, record, values};

record! {
    /// A session as it is stored: the secret's hash alone.
    Session in "sessions" {
        /// BLAKE3 of the cookie's secret, hexadecimal.
        hash: String,
        /// Names the session where it is listed and ended.
        id: String,
        /// Whose.
        user_id: UserId,
        /// Where the log-in came from.
        address: String,
        /// What the browser says it is, at most 200 characters.
        agent: String,
        /// When it began.
        created_at: Timestamp,
        /// When something was last asked for, to the minute.
        last_seen_at: Timestamp,
        /// When it ends in any case.
        expires_at: Timestamp,
    }
}

/// Adds a session and forgets those that expired.
pub async fn insert(conn: &mut AnyConnection, session: &Session) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM sessions WHERE expires_at <= $1",
        values![session.created_at],
    )
    .await?;
    record::insert(conn, session).await
}

/// The sessions of a user that are good, newest first.
pub async fn of_user(
    conn: &mut AnyConnection,
    user: UserId,
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Vec<Session>> {
    let filter = Filter::new()
        .eq("user_id", user)
        .when("expires_at", " > ", now)
        .when("last_seen_at", " > ", idle_since);
    record::list(conn, &filter, &[("created_at", true)]).await
}

/// Notes that a session is used.
pub async fn touch(conn: &mut AnyConnection, hash: &str, now: Timestamp) -> Result<()> {
    record::execute(
        conn,
        "UPDATE sessions SET last_seen_at = $2 WHERE hash = $1 AND last_seen_at < $2",
        values![hash.to_owned(), now],
    )
    .await?;
    Ok(())
}

/// Ends the session of a hash.
pub async fn delete(conn: &mut AnyConnection, hash: &str) -> Result<()> {
    record::execute(
        conn,
        "DELETE FROM sessions WHERE hash = $1",
        values![hash.to_owned()],
    )
    .await?;
    Ok(())
}

/// Ends a session of a user; false where there is none of that id.
pub async fn delete_of_user(conn: &mut AnyConnection, user: UserId, id: &str) -> Result<bool> {
    let rows = record::execute(
        conn,
        "DELETE FROM sessions WHERE user_id = $1 AND id = $2",
        values![user, id.to_owned()],
    )
    .await?;
    Ok(rows > 0)
}
