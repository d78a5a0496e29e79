//! The `date` of answers.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, UNIX_EPOCH};

use httpdate::HttpDate;
use qrstudio_store::Millis;

/// The line, made anew each second.
#[derive(Default)]
pub(super) struct DateLine(RwLock<(u64, String)>);

impl DateLine {
    /// Appends the line.
    pub(super) fn write(&self, at: Millis, into: &mut Vec<u8>) {
        let now = u64::try_from(at.0 / 1000).unwrap_or_default();
        {
            let line = self.0.read().unwrap_or_else(PoisonError::into_inner);
            if line.0 == now {
                return into.extend_from_slice(line.1.as_bytes());
            }
        }
        let date = HttpDate::from(UNIX_EPOCH + Duration::from_secs(now));
        let text = format!("date: {date}\r\n");
        into.extend_from_slice(text.as_bytes());
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = (now, text);
    }
}
