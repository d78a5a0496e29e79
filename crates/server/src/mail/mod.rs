//! Letters to the people who have accounts: what they say and how they leave.
//!
//! A handler calls [`Mailer::post`] and goes on. The letter is written and carried behind it, so that neither the time
//! of an answer nor its outcome tells whether a letter was sent.

mod language;
mod letter;
mod mailer;

pub use language::Language;
pub use letter::{Letter, Mail};
pub use mailer::Mailer;
