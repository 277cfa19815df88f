//! Events that somebody may want to know of, and who does.

use coffer_core::cbr::name::check_name;
use coffer_core::cbr::{Code, Operation, Refusal};
use coffer_core::ids::ProjectId;
use coffer_core::{Kind, Result};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{App, AppResult, During};
use crate::catalog::Tx;
use crate::catalog::notify::{self as rows, Delivery, Subscription};
use crate::catalog::record::Json;
use crate::catalog::tasks::Task;
use crate::catalog::vaults::Vault;
use crate::door;
use crate::notify::{check_addresses, check_url};

const OP: Operation = Operation::Task;
/// Most subscriptions of a project.
const SUBSCRIPTIONS_MAX: usize = 32;
/// Characters of a secret.
const SECRET_CHARS: std::ops::RangeInclusive<usize> = 16..=256;
/// Deliveries that are shown.
const SHOWN_MAX: u64 = 50;

/// What may come up.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A task failed for good, or a policy's run could not be begun.
    TaskFailed,
    /// A vault's use passed its threshold.
    VaultThreshold,
    /// A protected resource has been without a good backup for longer than is allowed.
    ObjectiveMissed,
    /// It has one again.
    ObjectiveMet,
    /// Somebody asked for a message to see whether it arrives; all subscriptions take it.
    Test,
}

impl EventKind {
    /// Those that can be subscribed to.
    pub const ALL: [EventKind; 4] = [
        EventKind::TaskFailed,
        EventKind::VaultThreshold,
        EventKind::ObjectiveMissed,
        EventKind::ObjectiveMet,
    ];

    /// Its name in API and catalog.
    pub fn name(self) -> &'static str {
        match self {
            EventKind::TaskFailed => "task_failed",
            EventKind::VaultThreshold => "vault_threshold",
            EventKind::ObjectiveMissed => "objective_missed",
            EventKind::ObjectiveMet => "objective_met",
            EventKind::Test => "test",
        }
    }

    /// The event of a name that can be subscribed to.
    pub fn parse(name: &str) -> Option<EventKind> {
        EventKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Something that came up.
#[derive(Debug, Clone)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// One line for people.
    pub subject: String,
    /// What happened, and what can be done, as sentences.
    pub text: String,
    /// The same for programs.
    pub data: Value,
}

impl Event {
    /// A task that failed, or a run that was skipped.
    pub fn task_failed(task: &Task, code: &str, message: &str, hint: &str) -> Event {
        let about = task.resource_name.as_deref().unwrap_or(&task.vault_name);
        let what = task.kind.replace('_', " ");
        Event {
            kind: EventKind::TaskFailed,
            subject: format!("Coffer: {what} of {about} failed"),
            text: format!(
                "The {what} of {about} (vault {}) failed: {message}. {hint}",
                task.vault_name
            )
            .trim_end()
            .to_owned(),
            data: json!({
                "task_id": task.id.to_string(),
                "task_type": task.kind,
                "vault_id": task.vault_id.to_string(),
                "vault_name": task.vault_name,
                "resource_id": task.resource_id.map(|id| id.to_string()),
                "resource_name": task.resource_name,
                "policy_id": task.policy_id.map(|id| id.to_string()),
                "error_code": code,
                "error_message": message,
            }),
        }
    }

    fn threshold(vault: &Vault, percent: u64) -> Event {
        Event {
            kind: EventKind::VaultThreshold,
            subject: format!("Coffer: vault {} is used to {percent} %", vault.name),
            text: format!(
                "Vault {} is used to {percent} % of its {} GiB; it was to be told from {} % on. \
                 Expand it, or delete backups that are no longer needed.",
                vault.name, vault.size_gib, vault.threshold
            ),
            data: json!({
                "vault_id": vault.id.to_string(),
                "vault_name": vault.name,
                "used_bytes": vault.used_bytes,
                "size_gib": vault.size_gib,
                "percent": percent,
                "threshold": vault.threshold,
            }),
        }
    }
}

/// Puts an event into the outbox of all who want to know of it, in the transaction in which it comes
/// up. Ring the sender's bell after the commit. Returns how many are told.
pub async fn raise(
    tx: &mut Tx,
    project: ProjectId,
    event: &Event,
    now: Timestamp,
) -> Result<usize> {
    let name = event.kind.name();
    let all = rows::of_project(tx, project).await?;
    let wanted = |s: &&Subscription| s.enabled && s.events.0.iter().any(|e| e == name);
    let mut told = 0;
    for subscription in all.iter().filter(wanted) {
        tell(tx, subscription, event, now).await?;
        told += 1;
    }
    Ok(told)
}

async fn tell(tx: &mut Tx, to: &Subscription, event: &Event, now: Timestamp) -> Result<Uuid> {
    let id = door::new_ordered_uuid();
    let payload = json!({
        "id": id.to_string(),
        "event": event.kind.name(),
        "at": now.to_string(),
        "project_id": to.project_id.to_string(),
        "subscription": to.name,
        "subject": event.subject,
        "text": event.text,
        "data": event.data,
    });
    let delivery = Delivery {
        id,
        project_id: to.project_id,
        subscription_id: to.id,
        event: event.kind.name().to_owned(),
        payload: Json(payload),
        state: "waiting".to_owned(),
        attempt: 0,
        due_at: now,
        error: String::new(),
        created_at: now,
        ended_at: None,
    };
    rows::add(tx, &delivery).await?;
    Ok(id)
}

/// Tells of a vault whose use passes its threshold: once, until it has been below again. To be
/// called in each transaction that changes what the vault holds, its capacity or its threshold.
pub async fn watch_threshold(tx: &mut Tx, vault: &Vault, now: Timestamp) -> Result<()> {
    let size = u128::from(vault.size_gib.max(1)) << 30;
    let passed = u128::from(vault.used_bytes) * 100 >= size * u128::from(vault.threshold);
    let key = vault.id.to_string();
    if !passed {
        rows::clear_alert(tx, "threshold", &key).await?;
        return Ok(());
    }
    if rows::raise_alert(tx, "threshold", &key, now).await? && vault.smn_notify {
        let percent = u128::from(vault.used_bytes) * 100 / size;
        let percent = u64::try_from(percent).unwrap_or(u64::MAX);
        tracing::warn!(vault.id = %vault.id, percent, "vault passed its threshold");
        raise(tx, vault.project_id, &Event::threshold(vault, percent), now).await?;
    }
    Ok(())
}

/// A subscription to be made or changed; what is none stays.
#[derive(Debug, Clone, Default)]
pub struct SubscriptionChange {
    /// Name.
    pub name: Option<String>,
    /// Address of a webhook.
    pub url: Option<String>,
    /// Addresses of mails.
    pub addresses: Option<Vec<String>>,
    /// Signs webhooks; an empty one signs none any more.
    pub secret: Option<String>,
    /// Names of events.
    pub events: Option<Vec<String>>,
    /// It is told.
    pub enabled: Option<bool>,
}

fn no_subscription(id: &str) -> Refusal {
    Refusal::new(
        Code::TASK_NOT_FOUND,
        format!("there is no subscription {id}"),
    )
}

impl App {
    /// The subscriptions of a project, by name.
    pub async fn subscriptions(&self, project: ProjectId) -> AppResult<Vec<Subscription>> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        rows::of_project(&mut tx, project).await.during(OP)
    }

    /// A subscription with its newest deliveries.
    pub async fn subscription(
        &self,
        project: ProjectId,
        id: &str,
    ) -> AppResult<(Subscription, Vec<Delivery>)> {
        let mut tx = self.catalog.snapshot().await.during(OP)?;
        let found = find(&mut tx, project, id).await?;
        let told = rows::newest(&mut tx, found.id, SHOWN_MAX)
            .await
            .during(OP)?;
        Ok((found, told))
    }

    /// Makes a subscription.
    pub async fn create_subscription(
        &self,
        project: ProjectId,
        new: SubscriptionChange,
    ) -> AppResult<Subscription> {
        let now = self.now();
        if new.url.is_some() == new.addresses.is_some() {
            let text = "needs either `url` or `addresses`";
            return Err(Refusal::parameter("subscription", text).into());
        }
        let blank = Subscription {
            id: door::new_ordered_uuid(),
            project_id: project,
            name: String::new(),
            kind: if new.url.is_some() {
                "webhook"
            } else {
                "email"
            }
            .to_owned(),
            target: String::new(),
            sealed_secret: String::new(),
            events: Json(EventKind::ALL.iter().map(|k| k.name().to_owned()).collect()),
            enabled: true,
            created_at: now,
            updated_at: now,
        };
        let made = self.changed(blank, new)?;
        let mut tx = self.catalog.write().await.during(OP)?;
        let all = rows::of_project(&mut tx, project).await.during(OP)?;
        if all.len() >= SUBSCRIPTIONS_MAX {
            let text = format!("a project has at most {SUBSCRIPTIONS_MAX}");
            return Err(Refusal::parameter("subscription", text).into());
        }
        named(rows::insert(&mut tx, &made).await)?;
        tx.commit().await.during(OP)?;
        Ok(made)
    }

    /// Changes a subscription.
    pub async fn change_subscription(
        &self,
        project: ProjectId,
        id: &str,
        change: SubscriptionChange,
    ) -> AppResult<Subscription> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let found = find(&mut tx, project, id).await?;
        let changed = self.changed(found, change)?;
        named(rows::update(&mut tx, &changed).await)?;
        tx.commit().await.during(OP)?;
        Ok(changed)
    }

    /// Removes a subscription.
    pub async fn delete_subscription(&self, project: ProjectId, id: &str) -> AppResult<()> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let found = find(&mut tx, project, id).await?;
        rows::delete(&mut tx, found.id).await.during(OP)?;
        tx.commit().await.during(OP)
    }

    /// Sends a message to see whether it arrives. Returns the delivery's id.
    pub async fn test_subscription(&self, project: ProjectId, id: &str) -> AppResult<Uuid> {
        let mut tx = self.catalog.write().await.during(OP)?;
        let found = find(&mut tx, project, id).await?;
        let event = Event {
            kind: EventKind::Test,
            subject: format!("Coffer: a test of subscription {}", found.name),
            text: "This message was asked for to see whether it arrives.".to_owned(),
            data: json!({}),
        };
        let sent = tell(&mut tx, &found, &event, self.now()).await.during(OP)?;
        tx.commit().await.during(OP)?;
        self.sender.bell.notify_one();
        Ok(sent)
    }

    fn changed(&self, mut s: Subscription, change: SubscriptionChange) -> AppResult<Subscription> {
        if let Some(name) = change.name {
            s.name = name;
        }
        check_name("subscription.name", &s.name)?;
        let webhook = s.kind == "webhook";
        if let Some(url) = change.url {
            if !webhook {
                return Err(Refusal::parameter("subscription.url", "it goes by mail").into());
            }
            s.target = check_url("subscription.url", &url)?.to_string();
        }
        if let Some(list) = change.addresses {
            if webhook {
                let text = "it goes to a webhook";
                return Err(Refusal::parameter("subscription.addresses", text).into());
            }
            if !self.sender.has_mail() {
                let text = "no mail server is configured";
                return Err(Refusal::parameter("subscription.addresses", text)
                    .hint("The operator sets [notify.smtp] in the configuration.")
                    .into());
            }
            check_addresses("subscription.addresses", &list)?;
            s.target = json!(list).to_string();
        }
        if let Some(secret) = change.secret {
            let count = secret.chars().count();
            let fits = secret.is_empty() || SECRET_CHARS.contains(&count);
            if !fits || !webhook {
                let text = "must be 16 to 256 characters, for a webhook";
                return Err(Refusal::parameter("subscription.secret", text).into());
            }
            s.sealed_secret = match secret.is_empty() {
                true => String::new(),
                false => self.sender.seal(s.id, &secret),
            };
        }
        if let Some(mut events) = change.events {
            for (n, name) in events.iter().enumerate() {
                if EventKind::parse(name).is_none() {
                    let names: Vec<&str> = EventKind::ALL.iter().map(|k| k.name()).collect();
                    let field = format!("subscription.events[{n}]");
                    let text = format!("must be one of {}", names.join(", "));
                    return Err(Refusal::parameter(&field, text).into());
                }
            }
            events.sort_unstable();
            events.dedup();
            s.events = Json(events);
        }
        s.enabled = change.enabled.unwrap_or(s.enabled);
        s.updated_at = self.now();
        Ok(s)
    }
}

async fn find(tx: &mut Tx, project: ProjectId, id: &str) -> AppResult<Subscription> {
    let key: Uuid = id.parse().map_err(|_| no_subscription(id))?;
    let found = rows::find(tx, project, key).await.during(OP)?;
    Ok(found.ok_or_else(|| no_subscription(id))?)
}

fn named(written: Result<()>) -> AppResult<()> {
    match written {
        Err(error) if error.kind == Kind::Conflict => {
            let text = "another subscription of the project has it";
            Err(Refusal::parameter("subscription.name", text).into())
        }
        other => other.during(OP),
    }
}
