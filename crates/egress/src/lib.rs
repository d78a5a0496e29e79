#![doc = include_str!("../README.md")]

mod address;
mod body;
mod error;
mod fetch;
mod resolve;
mod rules;
mod target;

pub use address::is_public;
pub use error::FetchError;
pub use fetch::{Fetched, Fetcher};
pub use resolve::{Resolve, SystemResolver};
pub use rules::{Rules, Schemes};
pub use target::Target;
