//! How far the work is: a bar on a terminal, a line now and then elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use crate::exit;

/// How often a bar moves, and how often a line is printed.
const BAR_EVERY: Duration = Duration::from_millis(100);
const LINE_EVERY: Duration = Duration::from_secs(5);
const WIDTH: usize = 30;

/// Tells how far the work is, on stderr.
pub(super) struct Progress {
    is_terminal: bool,
    began: Instant,
    told: Instant,
    /// Bytes of the table, where they are known.
    bytes: Option<u64>,
    rows: u64,
    has_bar: bool,
}

impl Progress {
    pub(super) fn new(bytes: Option<u64>) -> Self {
        let now = Instant::now();
        Self {
            is_terminal: std::io::stderr().is_terminal(),
            began: now,
            told: now,
            bytes: bytes.filter(|bytes| *bytes > 0),
            rows: 0,
            has_bar: false,
        }
    }

    /// A row is done; the table is read up to there.
    pub(super) fn row(&mut self, at: u64) {
        self.rows += 1;
        // A look at the clock costs more than many rows of small codes.
        if !self.rows.is_multiple_of(16) {
            return;
        }
        let every = if self.is_terminal { BAR_EVERY } else { LINE_EVERY };
        let now = Instant::now();
        if now.duration_since(self.told) < every {
            return;
        }
        self.told = now;
        let line = line(self.rows, now.duration_since(self.began), at, self.bytes);
        if self.is_terminal {
            let share = share(at, self.bytes).map(bar).unwrap_or_default();
            let _ = write!(anstream::stderr().lock(), "\r{share}{line}\x1b[K");
            self.has_bar = true;
        } else {
            exit::note(line);
        }
    }

    /// Leaves the line to whoever prints next.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.has_bar) {
            let _ = write!(anstream::stderr().lock(), "\r\x1b[K");
        }
    }

    /// How long it has taken.
    pub(super) fn took(&self) -> Duration {
        self.began.elapsed()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(at: u64, bytes: Option<u64>) -> Option<f64> {
    Some((at as f64 / bytes? as f64).min(1.0))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a few dozen characters"
)]
fn bar(share: f64) -> String {
    let full = ((share * WIDTH as f64) as usize).min(WIDTH);
    format!("[{}{}] ", "#".repeat(full), " ".repeat(WIDTH - full))
}

/// `1234 rows, 812 a second, 4 s left`
#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn line(rows: u64, took: Duration, at: u64, bytes: Option<u64>) -> String {
    let seconds = took.as_secs_f64().max(0.001);
    let rate = rows as f64 / seconds;
    let left = share(at, bytes)
        .filter(|share| *share > 0.0)
        .map(|share| format!(", {} left", time(seconds * (1.0 - share) / share)))
        .unwrap_or_default();
    format!("{rows} rows, {rate:.0} a second{left}")
}

/// A time as people say it.
pub(super) fn time(seconds: f64) -> String {
    match seconds {
        short if short < 10.0 => format!("{short:.1} s"),
        short if short < 120.0 => format!("{short:.0} s"),
        long => format!("{:.0} min", long / 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_tell_rate_and_time_left() {
        let after = |seconds| Duration::from_secs(seconds);
        assert_eq!(
            line(1000, after(2), 50, Some(100)),
            "1000 rows, 500 a second, 2.0 s left"
        );
        assert_eq!(
            line(1000, after(100), 25, Some(100)),
            "1000 rows, 10 a second, 5 min left"
        );
        assert_eq!(line(10, after(1), 0, Some(100)), "10 rows, 10 a second");
        assert_eq!(line(10, after(1), 50, None), "10 rows, 10 a second");
        assert_eq!(bar(0.5), format!("[{}{}] ", "#".repeat(15), " ".repeat(15)));
        assert_eq!(bar(1.0), format!("[{}] ", "#".repeat(30)));
    }
}
