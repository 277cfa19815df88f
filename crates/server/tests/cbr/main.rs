//! Backing up and restoring through the CBR API, with real data on a host of plain files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod associate;
mod create;
mod disks;
mod elsewhere;
mod export;
mod files;
mod host;
mod images;
mod instant;
mod job;
mod lab;
mod limits;
mod members;
mod metrics;
mod migrate;
mod nbd;
mod notify;
mod odd;
mod policies;
mod queue;
mod quotas;
mod real;
mod rules;
mod runs;
#[path = "../support/sign.rs"]
mod sign;
mod survive;
mod tags;
mod uploads;
mod ways;

/// The catalog of a lab: a file in its directory.
fn catalog_url() -> Option<String> {
    None
}
