//! The repository of one vault: packs, block maps, manifests.
