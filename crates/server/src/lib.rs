//! The QR Studio HTTP service.
//!
//! [`serve`] runs it; [`router::service`] is the same service without a socket, for tests. Everything that a request
//! meets is passed in: settings ([`Config`]), bounds ([`Limits`]), the time ([`clock::Clock`]) and chance
//! ([`entropy::Entropy`]).

pub mod admin;
mod api;
pub mod app;
mod auth;
mod capacity;
mod check;
pub mod clock;
mod config;
pub mod entropy;
mod error;
pub mod fields;
pub mod first_run;
mod html;
mod keys;
mod limits;
mod listener;
mod logging;
pub mod mail;
mod middleware;
mod passwords;
pub mod plans;
mod rate;
pub mod render;
pub mod router;
mod serve;
mod tls;
mod transport;

pub use check::{Finding, Verdict, check};
pub use config::{Config, ConnectionUrl, LogFormat, Origin, RateLimits};
pub use limits::{Limits, Pace};
pub use listener::{Listener, Peer, Wire};
pub use logging::{LogError, start_logging};
pub use middleware::Shell;
pub use passwords::HashError;
pub use serve::{Hooks, ServeError, Started, migrate, serve};
pub use tls::{PairError, Tls, TlsFiles};
pub use transport::Network;
