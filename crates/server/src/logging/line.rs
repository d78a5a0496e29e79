//! One event as one line.

use std::fmt;
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

use super::scope;

/// How a line looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Look {
    /// For people: time, level, message, `name=value`.
    Text,
    /// The same with colours.
    Colors,
    /// An object of JSON.
    Json,
}

/// Writes lines, one at a time, into memory that it keeps.
#[derive(Default)]
pub(super) struct Writer {
    line: Vec<u8>,
    /// The second of the last line, and how it is written.
    second: u64,
    time: String,
}

const DIM: &[u8] = b"\x1b[2m";
const PLAIN: &[u8] = b"\x1b[0m";

impl Writer {
    /// The line of an event, with its line feed.
    pub(super) fn write(&mut self, look: Look, event: &Event<'_>) -> &[u8] {
        self.line.clear();
        match look {
            Look::Text => self.text(event, false),
            Look::Colors => self.text(event, true),
            Look::Json => self.json(event),
        }
        self.line.push(b'\n');
        &self.line
    }

    fn text(&mut self, event: &Event<'_>, colors: bool) {
        let (color, level) = match *event.metadata().level() {
            Level::ERROR => (b"\x1b[31m", "ERROR"),
            Level::WARN => (b"\x1b[33m", " WARN"),
            Level::INFO => (b"\x1b[32m", " INFO"),
            Level::DEBUG => (b"\x1b[34m", "DEBUG"),
            Level::TRACE => (b"\x1b[35m", "TRACE"),
        };
        if colors {
            self.line.extend_from_slice(DIM);
            self.time();
            self.line.extend_from_slice(PLAIN);
            self.line.push(b' ');
            self.line.extend_from_slice(color);
            self.line.extend_from_slice(level.as_bytes());
            self.line.extend_from_slice(PLAIN);
        } else {
            self.time();
            self.line.push(b' ');
            self.line.extend_from_slice(level.as_bytes());
        }
        let mut fields = Text {
            line: &mut self.line,
            colors,
        };
        event.record(&mut fields);
        scope::current(|id| fields.put("request", format_args!("{id}")));
    }

    fn json(&mut self, event: &Event<'_>) {
        let metadata = event.metadata();
        self.line.extend_from_slice(br#"{"timestamp":""#);
        self.time();
        let _ = write!(
            self.line,
            r#"","level":"{}","target":"{}""#,
            metadata.level(),
            metadata.target()
        );
        let mut fields = Json(&mut self.line);
        event.record(&mut fields);
        scope::current(|id| fields.text("request", id));
        self.line.push(b'}');
    }

    /// The time, to the microsecond: RFC 3339 in UTC.
    fn time(&mut self) {
        #[expect(
            clippy::disallowed_methods,
            reason = "a line tells when it was written, in tests too"
        )]
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        if now.as_secs() != self.second || self.time.is_empty() {
            self.second = now.as_secs();
            let second = i64::try_from(self.second).unwrap_or_default();
            self.time = Timestamp::from_second(second).unwrap_or_default().to_string();
            // The fraction comes before it.
            self.time.pop();
        }
        self.line.extend_from_slice(self.time.as_bytes());
        let _ = write!(self.line, ".{:06}Z", now.subsec_micros());
    }
}

/// Fields as text.
struct Text<'a> {
    line: &'a mut Vec<u8>,
    colors: bool,
}

impl Text<'_> {
    fn name(&mut self, name: &str) {
        self.line.push(b' ');
        if name == "message" {
            return;
        }
        if self.colors {
            self.line.extend_from_slice(DIM);
        }
        self.line.extend_from_slice(name.as_bytes());
        self.line.push(b'=');
        if self.colors {
            self.line.extend_from_slice(PLAIN);
        }
    }

    /// As JSON has it, which is how people write it.
    fn number(&mut self, field: &Field, value: impl serde::Serialize) {
        self.name(field.name());
        let _ = serde_json::to_writer(&mut *self.line, &value);
    }

    fn put(&mut self, name: &str, value: fmt::Arguments<'_>) {
        self.name(name);
        let _ = fmt::write(&mut OneLine(self.line), value);
    }
}

impl Visit for Text<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        let is_word = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"');
        if is_word {
            self.name(field.name());
            self.line.extend_from_slice(value.as_bytes());
        } else if field.name() == "message" {
            self.put(field.name(), format_args!("{value}"));
        } else {
            self.put(field.name(), format_args!("{value:?}"));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.number(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.number(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field.name(), format_args!("{value:?}"));
    }
}

/// Text of which nothing begins another line or speaks to a terminal.
struct OneLine<'a>(&'a mut Vec<u8>);

impl fmt::Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            self.0.extend_from_slice(text.as_bytes());
            return Ok(());
        }
        for character in text.chars() {
            let _ = match character.is_control() {
                true => write!(self.0, "{}", character.escape_default()),
                false => write!(self.0, "{character}"),
            };
        }
        Ok(())
    }
}

/// Fields as members of an object.
struct Json<'a>(&'a mut Vec<u8>);

impl Json<'_> {
    fn name(&mut self, name: &str) {
        self.0.extend_from_slice(b",\"");
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    fn put(&mut self, name: &str, value: impl serde::Serialize) {
        self.name(name);
        // Memory takes everything, and numbers and texts are JSON.
        let _ = serde_json::to_writer(&mut *self.0, &value);
    }

    fn text(&mut self, name: &str, value: &str) {
        self.put(name, value);
    }
}

impl Visit for Json<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.name(field.name());
        let _ = serde_json::to_writer(&mut *self.0, &format_args!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use serde_json::Value;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::*;
    use crate::logging::Lines;

    /// What is written of events: without the time, which is checked to be one.
    fn written(look: Look, log: impl FnOnce()) -> Vec<String> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&lines);
        let layer = Lines::new(look, move |line, _| {
            kept.lock()
                .unwrap()
                .push(String::from_utf8(line.to_vec()).unwrap());
        });
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), log);
        let lines = lines.lock().unwrap().clone();
        lines
            .into_iter()
            .map(|line| line.strip_suffix('\n').unwrap().to_owned())
            .collect()
    }

    fn without_time(line: &str) -> &str {
        let (time, rest) = line.split_once(' ').unwrap();
        assert_eq!(time.len(), "2026-11-29T03:04:05.123456Z".len(), "{time}");
        time.parse::<Timestamp>().unwrap();
        rest
    }

    #[test]
    fn text_is_for_people() {
        let lines = written(Look::Text, || {
            tracing::info!(
                route = "/api/v1/usage/",
                status = 200,
                ms = 0.25,
                bytes = None::<u64>,
                "request"
            );
            tracing::warn!(error = %"no such file", name = "two words", empty = "", "cannot read");
        });
        assert_eq!(
            lines.iter().map(|line| without_time(line)).collect::<Vec<_>>(),
            [
                " INFO request route=/api/v1/usage/ status=200 ms=0.25",
                r#" WARN cannot read error=no such file name="two words" empty="""#,
            ]
        );
    }

    #[test]
    fn nothing_begins_a_line_of_its_own_or_speaks_to_the_terminal() {
        let hostile = "a\n2026 INFO all is well\r\x1b[2J\u{85}é";
        for look in [Look::Text, Look::Json] {
            let [line] = &written(
                look,
                || tracing::info!(shown = %hostile, text = hostile, "{hostile}"),
            )[..] else {
                panic!("one line")
            };
            // JSON's own rule leaves the rest of Unicode's controls as they are.
            let acts = |character: char| match look {
                Look::Json => character.is_ascii_control(),
                _ => character.is_control(),
            };
            assert!(!line.chars().any(acts), "{line}");
            assert!(line.contains("all is well") && line.contains('é'), "{line}");
        }
    }

    #[test]
    fn json_keeps_the_kinds_of_values() {
        let lines = written(Look::Json, || {
            tracing::info!(target: "qrstudio::request", id = %"01J", status = 200, ms = 0.25, fine = true, "said \"so\"");
        });
        let line: Value = serde_json::from_str(&lines[0]).unwrap();
        line["timestamp"].as_str().unwrap().parse::<Timestamp>().unwrap();
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["target"], "qrstudio::request");
        assert_eq!(line["message"], "said \"so\"");
        assert_eq!(line["id"], "01J");
        assert_eq!(line["status"], 200);
        assert_eq!(line["ms"], 0.25);
        assert_eq!(line["fine"], true);
    }
}
