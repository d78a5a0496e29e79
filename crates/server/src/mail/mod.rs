//! Letters to the people who have accounts: what they say and how they leave.
//!
//! A handler calls [`Mailer::post`] and goes on. The letter is written and carried behind it, so that neither the time
//! of an answer nor its outcome tells whether a letter was sent. Letters wait in memory only: their links hold tokens
//! that the store keeps as hashes, and whoever misses one asks again.

mod delivery;
mod failure;
mod form;
mod language;
mod letter;
mod mailer;
mod message;
mod settings;
mod smtp;
mod words;

pub use delivery::MailLimits;
pub(crate) use delivery::Service;
pub use language::Language;
pub(crate) use language::heaviest;
pub use letter::{Letter, Mail};
pub use mailer::Mailer;
pub use settings::MailError;
pub(crate) use settings::MailSettings;
