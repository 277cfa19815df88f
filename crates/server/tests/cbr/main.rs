//! Backing up and restoring through the CBR API, with real data on a host of plain files.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod elsewhere;
mod host;
mod job;
mod lab;
mod members;
mod migrate;
mod odd;
mod policies;
mod rules;
mod runs;
mod survive;
mod tags;

/// The catalog of a lab: a file in its directory.
fn catalog_url() -> Option<String> {
    None
}
