//! What is known of the agents in guests: whether they froze the file systems for the newest
//! backup.

use coffer_core::cbr::{Code, Operation, Refusal};
use coffer_core::ids::ServerId;
use uuid::Uuid;

use super::{Actor, App, AppResult, During};
use crate::catalog::lists::more;
use crate::catalog::servers;

const OP: Operation = Operation::Backup;

/// What is known of a server's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentState {
    /// It froze the file systems for the newest backup.
    Answered,
    /// It did not, although the server ran.
    Silent,
    /// There is no backup of the running server yet.
    Unknown,
}

impl App {
    /// What is known of the agents of these servers, in order.
    pub async fn agents(&self, actor: &Actor, ids: &[String]) -> AppResult<Vec<AgentState>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let mut keys: Vec<Uuid> = Vec::with_capacity(ids.len());
        for id in ids {
            let shown: String = id.chars().take(64).collect();
            let none = || {
                Refusal::new(
                    Code::RESOURCE_NOT_FOUND,
                    format!("there is no server {shown}"),
                )
            };
            let key: ServerId = id.parse().map_err(|_| none())?;
            let server = servers::find(&mut tx, actor.project, key)
                .await
                .during(OP)?;
            server.filter(|server| server.is_there()).ok_or_else(none)?;
            keys.push(key.0);
        }
        let newest = more::last_backups(&mut tx, &keys).await.during(OP)?;
        let state = |key: &Uuid| {
            let backup = newest.get(key);
            match backup.and_then(|b| b.details.0.consistency.as_deref()) {
                Some("application") => AgentState::Answered,
                Some("crash") => AgentState::Silent,
                _ => AgentState::Unknown,
            }
        };
        Ok(keys.iter().map(state).collect())
    }
}
