#![doc = include_str!("../README.md")]

mod address;
mod body;
mod connection;
mod error;
mod fetch;
mod post;
mod resolve;
mod rules;
mod target;

pub use address::is_public;
pub use error::{FetchError, TlsFailure, Unreached};
pub use fetch::{Fetched, Fetcher};
pub use post::{Post, Posted};
pub use resolve::{Resolve, SystemResolver};
pub use rules::{Rules, Schemes};
pub use target::Target;
