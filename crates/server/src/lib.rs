//! The QR Studio HTTP service.
//!
//! [`serve`] runs it; [`router::service`] is the same service without a socket, for tests. Everything that a request
//! meets is passed in: settings ([`Config`]), bounds ([`Limits`]), the time ([`clock::Clock`]) and chance
//! ([`entropy::Entropy`]).

mod api;
pub mod app;
mod capacity;
pub mod clock;
mod config;
pub mod entropy;
mod error;
pub mod first_run;
mod limits;
mod listener;
mod middleware;
mod plan_name;
pub mod plans;
pub mod router;
mod serve;

pub use config::{Config, ConnectionUrl, LogFormat};
pub use limits::{Limits, Pace};
pub use listener::Listener;
pub use middleware::Shell;
pub use serve::{Hooks, ServeError, Started, serve};
