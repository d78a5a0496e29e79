//! Where log lines go: standard error, as text for people or as JSON for collectors.
//!
//! Every request has a line, so that its line has to cost little: it is written into memory that the thread keeps
//! (`line.rs`), and goes out together with the lines of others (`sink.rs`). What is written while a request is
//! answered bears its id (`scope.rs`).

mod line;
mod scope;
mod sink;

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::sync::Arc;

use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

pub(crate) use self::scope::{enter, within};

use self::line::{Look, Writer};
use self::sink::StandardError;
use crate::config::{Config, LogFormat};

/// The target of the lines of requests, which alone may wait a moment.
pub(crate) const REQUESTS: &str = "qrstudio::request";

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The filter cannot be read.
    #[error("QRSTUDIO_LOG is {0}")]
    Filter(#[from] NoFilter),
    /// The thread that writes cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(#[from] std::io::Error),
    /// This process logs already.
    #[error("the log was started twice")]
    Twice,
}

/// Where a log filter says something else than levels.
#[derive(Debug, thiserror::Error)]
#[error(
    "no log filter: '{0}' is not a level (off, error, warn, info, debug, trace), alone or for a module. Examples: info, debug, warn,qrstudio_server=debug"
)]
pub struct NoFilter(String);

/// Reads a log filter: a level, levels by module, or both, separated by commas.
pub(crate) fn filter(text: &str) -> Result<Targets, NoFilter> {
    let mut filter = Targets::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (module, level) = part.split_once('=').unwrap_or(("", part));
        // Nothing is a level to `tracing`.
        let known = Some(level.trim()).filter(|level| !level.is_empty());
        let level: Option<LevelFilter> = known.and_then(|level| level.parse().ok());
        let level = level.ok_or_else(|| NoFilter(part.to_owned()))?;
        filter = match module.trim() {
            "" => filter.with_default(level),
            module => filter.with_target(module, level),
        };
    }
    Ok(filter)
}

/// The log of this process. Dropped, it writes out what still waits.
#[must_use = "what waits is written when it is dropped"]
pub struct Log(Arc<StandardError>);

impl Drop for Log {
    fn drop(&mut self) {
        self.0.flush();
    }
}

/// Sends this process's log lines to standard error, as the settings say.
///
/// # Errors
/// [`LogError::Filter`] where `config.log` is no filter, and the other causes.
pub fn start_logging(config: &Config) -> Result<Log, LogError> {
    let filter = filter(&config.log)?;
    let terminal = std::io::stderr().is_terminal();
    let look = match config.log_format {
        LogFormat::Text if terminal => Look::Colors,
        LogFormat::Text => Look::Text,
        LogFormat::Json => Look::Json,
    };
    let sink = StandardError::start(!terminal)?;
    let shared = Arc::clone(&sink);
    let lines = Lines::new(look, move |line, haste| shared.put(line, haste));
    let started = tracing_subscriber::registry().with(filter).with(lines).try_init();
    started.map(|()| Log(sink)).map_err(|_| LogError::Twice)
}

/// All log lines of this thread as JSON, for as long as the guard is kept: `put` gets each line with its line feed.
pub fn watch_log(put: impl Fn(&[u8]) + Send + Sync + 'static) -> tracing::subscriber::DefaultGuard {
    let lines = Lines::new(Look::Json, move |line, _| put(line));
    tracing::subscriber::set_default(tracing_subscriber::registry().with(lines))
}

/// Whether a line may wait for others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Haste {
    MayWait,
    AtOnce,
}

/// Turns events into lines.
struct Lines<P> {
    look: Look,
    put: P,
}

impl<P: Fn(&[u8], Haste) + 'static> Lines<P> {
    fn new(look: Look, put: P) -> Self {
        Self { look, put }
    }
}

thread_local! {
    static WRITER: RefCell<Writer> = RefCell::default();
}

impl<S: Subscriber, P: Fn(&[u8], Haste) + 'static> Layer<S> for Lines<P> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let haste = match event.metadata().target() {
            REQUESTS => Haste::MayWait,
            _ => Haste::AtOnce,
        };
        let written = WRITER.try_with(|writer| {
            let mut writer = writer.try_borrow_mut().ok()?;
            (self.put)(writer.write(self.look, event), haste);
            Some(())
        });
        // A value that logs while it is written into a line, or a thread that ends.
        if !matches!(written, Ok(Some(()))) {
            (self.put)(Writer::default().write(self.look, event), haste);
        }
    }
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn a_filter_is_levels() {
        let both = filter("warn, qrstudio_server=debug").unwrap();
        assert!(both.would_enable("h2", &Level::WARN) && !both.would_enable("h2", &Level::INFO));
        assert!(both.would_enable("qrstudio_server::scan", &Level::DEBUG));
        assert!(!filter("off").unwrap().would_enable("h2", &Level::ERROR));
        assert!(filter("INFO").unwrap().would_enable(REQUESTS, &Level::INFO));
        for (text, said) in [
            ("loud", "'loud'"),
            ("info,a=", "'a='"),
            ("=", "'='"),
            ("a=b=info", "'a=b=info'"),
        ] {
            let error = filter(text).unwrap_err().to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
