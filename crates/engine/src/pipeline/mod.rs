//! Pipelines: back up, restore, verify, reclaim.
