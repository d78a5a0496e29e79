//! What can be set about a store. The defaults suit a server.

use std::time::Duration;

/// How a store is opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// SQLite: threads that read, each with a connection of its own; at least 1.
    pub readers: usize,
    /// SQLite: how long to wait for another process that writes.
    pub busy_timeout: Duration,
    /// PostgreSQL: most connections at once; at least 1. Two more are for glances.
    pub connections: usize,
    /// PostgreSQL: how long making a connection may take.
    pub connect_timeout: Duration,
    /// PostgreSQL: how long one call may take, waiting for a connection included.
    pub call_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readers: 4,
            busy_timeout: Duration::from_secs(5),
            connections: 16,
            connect_timeout: Duration::from_secs(3),
            call_timeout: Duration::from_secs(10),
        }
    }
}

impl Options {
    /// For a short command beside a running server: few connections, the same patience.
    #[must_use]
    pub fn for_command() -> Self {
        Self {
            readers: 1,
            connections: 2,
            ..Self::default()
        }
    }
}
