//! Data types: what people mean, written as the text that phones act on.
//!
//! A symbol holds text. That a phone joins a network, saves a contact or opens a map after scanning
//! is a matter of conventions about that text, some standardised (vCard, iCalendar, `mailto:`,
//! `geo:`), some only customary (`WIFI:`, `SMSTO:`). Each type here is a plain struct with public
//! fields; `to_text` checks all of them, escapes what the format needs escaped, and returns the text,
//! or every problem that it found at once. URLs and plain text need no type: they are encoded as
//! given.
//!
//! ```
//! use qr_symbol::contents::{Security, Wifi};
//!
//! let guest = Wifi { ssid: "Café; guests".into(), password: Some("crème:brûlée".into()), ..Wifi::default() };
//! assert_eq!(guest.to_text()?, r"WIFI:T:WPA;S:Café\; guests;P:crème\:brûlée;;");
//!
//! let broken = Wifi { security: Some(Security::Wpa), ..Wifi::default() };
//! let fields: Vec<_> = broken.to_text().unwrap_err().problems().iter().map(|p| p.field).collect();
//! assert_eq!(fields, ["ssid", "password"]);
//! # Ok::<(), qr_symbol::contents::ContentsError>(())
//! ```
//!
//! No control character gets through to break a format: line breaks and tabs are escaped where the
//! format can, everything else is an error.

mod characters;
mod dynamic;
mod email;
mod error;
mod event;
mod geo;
mod phone;
#[cfg(test)]
mod properties;
mod sms;
mod vcard;
mod whatsapp;
mod wifi;

pub use dynamic::Dynamic;
pub use email::Email;
pub use error::{Cause, ContentsError, Problem};
pub use event::{Date, Event, EventTime, TimeOfDay};
pub use geo::Geo;
pub use phone::Phone;
pub use sms::Sms;
pub use vcard::Vcard;
pub use whatsapp::Whatsapp;
pub use wifi::{Security, Wifi};
