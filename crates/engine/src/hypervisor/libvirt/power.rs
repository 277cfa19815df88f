//! Starting and stopping servers, so that open snapshots survive it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant as Clock};

use coffer_core::{Error, Result};

use super::Inner;
use super::ffi::{Domain, LibvirtError, flag, state};
use super::session::{self, Place, Shared};
use crate::hypervisor::PowerAction;

/// How long a forced end may take: libvirt may hold a server with a backup job for 30 s.
const FORCE_LIMIT: Duration = Duration::from_secs(120);
/// How long QEMU is asked to end before it is killed, which loses its bitmaps.
const POLITE_LIMIT: Duration = Duration::from_secs(60);
/// A guest that is just starting hears nothing: it is asked again after so long.
const ASK_AGAIN: Duration = Duration::from_secs(10);
/// Between two looks at a server's state.
const POLL: Duration = Duration::from_millis(100);

pub(super) async fn power(inner: &Arc<Inner>, server: &str, action: PowerAction) -> Result<()> {
    let (number, _) = look(inner, server).await?;
    let is_off = number == state::SHUTOFF;
    match action {
        PowerAction::Start if !is_off => Ok(()),
        PowerAction::Start => match (inner.held_off_by(server), inner.snapshot_of(server)) {
            (Some(being), _) => Err(Error::conflict(format!("the server is being {being}"))
                .hint("Wait for that task to end, or cancel it.")),
            (None, Some(snapshot)) => snapshot.start().await,
            (None, None) => {
                if let Some(fill) = inner.fill_of(server) {
                    fill.before_start().await?;
                }
                session::power_on(inner, server, 0).await
            }
        },
        PowerAction::Stop { .. } | PowerAction::ForceOff if is_off => Ok(()),
        PowerAction::Stop { limit } => stop(inner, server, limit).await,
        PowerAction::ForceOff => force_off(inner, server).await,
        PowerAction::Reboot | PowerAction::Reset if is_off => {
            Err(Error::conflict("the server is off").hint("Start it instead."))
        }
        PowerAction::Reboot => ask(inner, server, "reboot server", |d| d.reboot(0)).await,
        PowerAction::Reset => ask(inner, server, "reset server", |d| d.reset(0)).await,
    }
}

async fn look(inner: &Arc<Inner>, server: &str) -> Result<(i32, i32)> {
    let uuid = server.to_owned();
    inner
        .connections
        .call("look at server", move |c| c.domain(&uuid)?.state())
        .await
}

async fn ask(
    inner: &Arc<Inner>,
    server: &str,
    step: &str,
    what: impl FnOnce(&Domain) -> Result<(), LibvirtError> + Send + 'static,
) -> Result<()> {
    let uuid = server.to_owned();
    inner
        .connections
        .call(step, move |c| what(&c.domain(&uuid)?))
        .await
}

/// Asks the guest by its agent, else by ACPI, again and again; by force after the limit.
async fn stop(inner: &Arc<Inner>, server: &str, limit: Duration) -> Result<()> {
    let deadline = Clock::now() + limit;
    while Clock::now() < deadline {
        let asked = ask(inner, server, "shut down server", |domain| {
            domain
                .shutdown(flag::SHUTDOWN_AGENT)
                .or_else(|_| domain.shutdown(flag::SHUTDOWN_ACPI))
        });
        if let Err(e) = asked.await {
            // It may have gone off by itself; if not, force does it.
            tracing::info!(
                server,
                "guest could not be asked to shut down: {}",
                e.chain()
            );
            return force_off(inner, server).await;
        }
        let until = deadline.min(Clock::now() + ASK_AGAIN);
        if wait_until_off(inner, server, until).await? {
            return Ok(());
        }
    }
    // Some guests listen to nothing but force.
    tracing::info!(server, "guest did not shut down in time: switching off");
    force_off(inner, server).await
}

/// Ends the process: politely first, so that scratch files and bitmaps are closed.
async fn force_off(inner: &Arc<Inner>, server: &str) -> Result<()> {
    let deadline = Clock::now() + POLITE_LIMIT;
    while let Err(e) = end_politely(inner, server).await {
        if look(inner, server).await?.0 == state::SHUTOFF {
            return Ok(());
        }
        // libvirt gives it 10 s each time, too little for a busy host.
        if Clock::now() < deadline {
            continue;
        }
        tracing::warn!(
            server,
            "server's process does not end, killing it: {}",
            e.chain()
        );
        ask(inner, server, "switch off server", |d| d.destroy(0)).await?;
        break;
    }
    match wait_until_off(inner, server, Clock::now() + FORCE_LIMIT).await? {
        true => Ok(()),
        false => Err(Error::unavailable("the server does not go off")),
    }
}

async fn end_politely(inner: &Arc<Inner>, server: &str) -> Result<()> {
    let snapshot = inner.snapshot_of(server);
    let note = |ended: bool| {
        if let Some(snapshot) = &snapshot {
            snapshot.ended_by_us.store(ended, Ordering::Relaxed);
        }
    };
    note(true);
    let ended = ask(inner, server, "switch off server", |d| {
        d.destroy(flag::DESTROY_GRACEFUL)
    })
    .await;
    if ended.is_err() {
        note(false);
    }
    ended
}

/// True once it is off, false at the deadline.
async fn wait_until_off(inner: &Arc<Inner>, server: &str, deadline: Clock) -> Result<bool> {
    let mut ended = false;
    loop {
        match look(inner, server).await?.0 {
            state::SHUTOFF => return Ok(true),
            state::SHUTDOWN if !ended => {
                // The guest has halted. libvirt holds a server with a backup job for 30 s more
                // unless it is told to end it, and waits for readers.
                ended = true;
                if let Some(snapshot) = inner.snapshot_of(server) {
                    release(&snapshot);
                    if let Err(e) = end_politely(inner, server).await {
                        tracing::debug!(server, "halted server could not be ended: {}", e.chain());
                    }
                }
            }
            _ if Clock::now() > deadline => return Ok(false),
            _ => {}
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Makes a snapshot look for its blocks elsewhere, which drops its connections.
fn release(snapshot: &Arc<Shared>) {
    if let Place::Open { generation, .. } = &*snapshot.place.borrow() {
        let (snapshot, generation) = (Arc::clone(snapshot), *generation);
        tokio::spawn(async move { snapshot.recover(generation).await });
    }
}
