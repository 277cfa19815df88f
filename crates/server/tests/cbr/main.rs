//! Backing up and restoring through the CBR API, with real data on a host of plain files.

mod host;
mod job;
mod lab;
mod rules;
mod survive;
