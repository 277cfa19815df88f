//! Backing up and restoring through the CBR API as in `tests/cbr`, with the catalog on a
//! PostgreSQL server: the same tests, those that reach most of the catalog's statements.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "the tests of CBR use all of what they share"
)]

#[path = "../cbr/host.rs"]
mod host;
#[path = "../cbr/job.rs"]
mod job;
#[path = "../cbr/lab.rs"]
mod lab;
#[path = "../cbr/members.rs"]
mod members;
#[path = "../cbr/migrate.rs"]
mod migrate;
#[path = "../cbr/policies.rs"]
mod policies;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../cbr/runs.rs"]
mod runs;
#[path = "../cbr/tags.rs"]
mod tags;

/// The catalog of a lab: a database of its own.
fn catalog_url() -> Option<String> {
    Some(postgres::server().database())
}
