//! The QR Studio HTTP service.
//!
//! [`serve`] runs it; [`router::service`] is the same service without a socket, for tests. Everything that a request
//! meets is passed in: settings ([`Config`]), bounds ([`Limits`]), the time ([`clock::Clock`]) and chance
//! ([`entropy::Entropy`]).

pub mod admin;
mod api;
pub mod app;
mod attempts;
mod auth;
pub mod batch;
pub mod blocklist;
mod body;
mod bulk;
mod capacity;
mod charge;
mod check;
mod client;
pub mod clock;
mod config;
mod email;
pub mod entropy;
mod error;
pub mod fields;
mod file_body;
pub mod first_run;
mod html;
mod idempotency;
mod jobs;
mod keys;
mod limits;
mod listener;
mod logging;
pub mod mail;
pub mod metrics;
mod middleware;
mod page;
mod passwords;
mod pictures;
pub mod plans;
mod rate;
pub mod render;
mod reply;
pub mod router;
pub mod scan;
mod seal;
mod secret;
mod serve;
mod spool;
pub mod target;
mod tls;
mod transport;
pub mod webhooks;
mod wire_time;
pub mod zip;

pub use check::{Finding, Verdict, check};
pub use config::{Config, ConnectionUrl, LogFormat, Origin, RateLimits, ScanDurability, SignUp};
pub use limits::{Limits, Pace, ScanLimits, WebhookLimits};
pub use listener::{Listener, Peer, Wire};
pub use logging::{Log, LogError, NoFilter, start_logging, watch_log};
pub use passwords::HashError;
pub use secret::{SecretError, SecretKey, ShortSecret};
pub use serve::{Hooks, ServeError, Started, migrate, serve};
pub use tls::{PairError, Tls, TlsFiles};
pub use transport::Network;
