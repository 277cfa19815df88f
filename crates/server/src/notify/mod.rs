//! Telling people: what was put into the catalog's outbox goes out by webhook or mail.
//!
//! An event's rows are written in the transaction in which the event comes up (`app::notify`), and
//! sent from here: at once, then again with growing pauses until it is delivered or too old. A crash
//! between sending and noting it sends it twice; its id tells the recipient. A recipient that does
//! not answer holds up nobody else.

mod address;
mod mail;
mod smtp;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use coffer_core::Result;
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

pub use address::{Network, Networks};
pub use mail::check_address;
pub(crate) use mail::check_addresses;
pub use webhook::check_url;

use crate::app::App;
use crate::catalog::notify::{self as rows, Delivery, Subscription};
use crate::config::Config;
use crate::identity::Sealer;

/// How often the outbox is looked at where nobody rings.
const TICK: Duration = Duration::from_secs(5);
/// Longest time for one try.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many recipients are told at once.
const AT_ONCE: usize = 8;
/// Most rows of one look.
const LOOK_MAX: u64 = 64;
/// Waits between tries, in seconds: about a day in all, then it is given up.
const WAITS: [i64; 10] = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 28_800];
/// How long what was told is kept to be looked at.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What sends.
pub struct Sender {
    networks: Networks,
    mailer: Option<mail::Mailer>,
    sealer: Sealer,
    /// Rung when something was put into the outbox.
    pub bell: Notify,
}

/// Why something could not be sent.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Try again later.
    Later(String),
    /// It will never work.
    Never(String),
}

impl Sender {
    /// A sender for what the configuration allows.
    ///
    /// # Errors
    /// `Invalid` for settings of the mail server that cannot be used.
    pub fn new(config: &Config) -> Result<Arc<Sender>> {
        Ok(Arc::new(Sender {
            networks: config.notify.allow_networks.iter().copied().collect(),
            mailer: config
                .notify
                .smtp
                .as_ref()
                .map(mail::Mailer::new)
                .transpose()?,
            sealer: Sealer::open(&config.data_dir)?,
            bell: Notify::new(),
        }))
    }

    /// True where a mail server is configured.
    pub fn has_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// Seals the secret of a subscription.
    pub fn seal(&self, id: uuid::Uuid, secret: &str) -> String {
        self.sealer.seal(&format!("subscription {id}"), secret)
    }

    /// Sends one message.
    pub(crate) async fn send(
        &self,
        to: &Subscription,
        delivery: &Delivery,
        now: Timestamp,
    ) -> std::result::Result<(), Failure> {
        let sending = async {
            match to.kind.as_str() {
                "webhook" => {
                    let secret = match to.sealed_secret.as_str() {
                        "" => None,
                        sealed => {
                            let name = format!("subscription {}", to.id);
                            let opened = self.sealer.open_secret(&name, sealed);
                            Some(opened.map_err(|_| {
                                Failure::Never("its secret cannot be opened: set it again".into())
                            })?)
                        }
                    };
                    let secret = secret.as_ref().map(|s| s.as_str());
                    webhook::post(&self.networks, &to.target, secret, delivery, now).await
                }
                _ => match &self.mailer {
                    Some(mailer) => mailer.send(&to.target, delivery).await,
                    None => Err(Failure::Later("no mail server is configured".into())),
                },
            }
        };
        match tokio::time::timeout(PATIENCE, sending).await {
            Ok(sent) => sent,
            Err(_) => Err(Failure::Later(format!(
                "no answer within {} s",
                PATIENCE.as_secs()
            ))),
        }
    }
}

/// Works on the outbox until `stop`.
pub async fn run(app: App, stop: CancellationToken) {
    let mut forgotten: Option<Timestamp> = None;
    while !stop.is_cancelled() {
        let rung = app.sender.bell.notified();
        let now = app.now();
        if forgotten.is_none_or(|at| now.duration_since(at) > SignedDuration::from_hours(1)) {
            forgotten = Some(now);
            if let Err(error) = forget(&app, now).await {
                tracing::warn!(error = %error.chain(), "old notifications could not be forgotten");
            }
        }
        let done = tokio::select! {
            done = look(&app) => done,
            // What was sent and not noted is sent again.
            () = stop.cancelled() => return,
        };
        match done {
            // There may be more.
            Ok(number) if number == LOOK_MAX as usize => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(error = %error.chain(), "the outbox could not be worked on");
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = rung => {}
            () = tokio::time::sleep(TICK) => {}
        }
    }
}

async fn forget(app: &App, now: Timestamp) -> Result<()> {
    let before = now.saturating_sub(KEPT).unwrap_or(Timestamp::MIN);
    let mut tx = app.catalog.write().await?;
    rows::forget(&mut tx, before).await?;
    tx.commit().await
}

/// Sends what is due. Returns how much that was.
async fn look(app: &App) -> Result<usize> {
    let mut tx = app.catalog.snapshot().await?;
    let due = rows::due(&mut tx, app.now(), LOOK_MAX).await?;
    drop(tx);
    let number = due.len();
    stream::iter(due)
        .map(|delivery| deliver(app, delivery))
        .buffer_unordered(AT_ONCE)
        .for_each(async |done| {
            if let Err(error) = done {
                tracing::warn!(error = %error.chain(), "a notification could not be noted");
            }
        })
        .await;
    Ok(number)
}

async fn deliver(app: &App, mut delivery: Delivery) -> Result<()> {
    let mut tx = app.catalog.snapshot().await?;
    let to = rows::get(&mut tx, delivery.subscription_id).await?;
    drop(tx);
    let sent = match &to {
        Some(to) => app.sender.send(to, &delivery, app.now()).await,
        None => Err(Failure::Never("the subscription is gone".into())),
    };
    let now = app.now();
    delivery.attempt += 1;
    let (state, error, wait) = match sent {
        Ok(()) => ("delivered", String::new(), None),
        Err(Failure::Never(text)) => ("failed", text, None),
        Err(Failure::Later(text)) => {
            let wait = WAITS.get(delivery.attempt as usize - 1).copied();
            (
                if wait.is_some() { "waiting" } else { "failed" },
                text,
                wait,
            )
        }
    };
    if !error.is_empty() {
        tracing::warn!(
            subscription.id = %delivery.subscription_id, event = %delivery.event,
            attempt = delivery.attempt, "notification not delivered: {error}"
        );
    }
    delivery.state = state.to_owned();
    delivery.error = error;
    delivery.ended_at = (state != "waiting").then_some(now);
    if let Some(wait) = wait {
        delivery.due_at = crate::tasks::after(now, SignedDuration::from_secs(wait));
    }
    let mut tx = app.catalog.write().await?;
    rows::tried(&mut tx, &delivery).await?;
    tx.commit().await
}
