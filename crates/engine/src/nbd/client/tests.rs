//! Servers that break the protocol.
