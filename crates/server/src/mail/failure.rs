//! Why a letter did not leave, in words that may be logged.

use std::error::Error as _;
use std::fmt;

use lettre::transport::smtp::Error;

/// What failed, and whether it may work later. What the mail server said is kept apart: it likes to repeat the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    step: Step,
    cause: Cause,
}

/// How far a conversation with a mail server came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Connect,
    Tls,
    Login,
    Sender,
    Letter,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Cause {
    /// The server said no.
    Refused {
        code: u16,
        /// The digits of RFC 3463, where the answer has them.
        status: Option<String>,
        text: String,
    },
    /// The network or the certificate.
    Broken(String),
    /// The server speaks, but not what SMTP has it say; or closes in the middle.
    Garbled,
    /// The server cannot do what is needed.
    Incapable(String),
    /// Nothing for too long.
    Late,
}

impl Failure {
    pub(super) fn of(step: Step, error: &Error) -> Self {
        let text = error.source().map(ToString::to_string).unwrap_or_default();
        let cause = if let Some(code) = error.status() {
            Cause::Refused {
                code: code.into(),
                status: status(&text),
                text,
            }
        } else if error.is_response() {
            Cause::Garbled
        } else if error.is_client() {
            Cause::Incapable(text)
        } else {
            Cause::Broken(text)
        };
        Self { step, cause }
    }

    pub(super) fn late(step: Step) -> Self {
        Self {
            step,
            cause: Cause::Late,
        }
    }

    /// Whether the server refuses who writes rather than anything else.
    pub(super) fn is_about_the_sender(&self) -> bool {
        self.step == Step::Sender
    }

    /// Whether it is worth trying again.
    pub(super) fn is_temporary(&self) -> bool {
        match self.cause {
            Cause::Refused { code, .. } => code < 500,
            Cause::Broken(_) | Cause::Garbled | Cause::Late => true,
            Cause::Incapable(_) => false,
        }
    }

    /// What to tell a person who is setting mail up; has the words of the mail server, which knows no recipient yet.
    pub(super) fn advice(&self, server: &str) -> String {
        let said = match &self.cause {
            Cause::Refused { code, text, .. } => format!("{code} {text}"),
            other => other.to_string(),
        };
        match (self.step, &self.cause) {
            (Step::Connect, Cause::Late) => format!(
                "{server} takes connections but does not greet. A port that expects TLS at once (465) wants smtps://"
            ),
            (step, Cause::Late) => format!("{server} does not answer while {step}"),
            (Step::Connect, Cause::Garbled) => format!("what answers at {server} is no mail server"),
            (_, Cause::Broken(text)) if text.contains("InvalidContentType") => {
                format!("{server} does not begin with TLS: write smtp://...?tls=required instead of smtps://")
            }
            (_, Cause::Broken(text)) if text.contains("certificate") => format!(
                "the certificate of {server} is not trusted: {text}. The host in the URL must be a name in it, and its \
                 authority one of this system's; a private authority goes into the system's store, or SSL_CERT_FILE \
                 names a file with it"
            ),
            (Step::Connect, _) => format!("cannot connect to {server}: {said}"),
            (Step::Tls, Cause::Incapable(_)) => format!(
                "{server} does not offer STARTTLS: smtps:// is for ports that are encrypted from the start (465), \
                 smtp:// without tls= for a server on this machine"
            ),
            (Step::Tls, _) => format!("{server} cannot be spoken to in private: {said}"),
            (Step::Login, Cause::Incapable(_)) => format!("{server} takes no login by PLAIN or LOGIN"),
            (Step::Login, _) => format!("{server} refuses the login: {said}"),
            (Step::Sender, _) => format!("{server} refuses QRSTUDIO_MAIL_FROM as a sender: {said}"),
            (Step::Letter, _) => format!("{server} does not take the letter: {said}"),
        }
    }
}

/// For the log: no word of the mail server's, which may hold an address.
impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.step, self.cause)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Connect => "connecting",
            Self::Tls => "encrypting",
            Self::Login => "signing in",
            Self::Sender => "naming the sender",
            Self::Letter => "handing the letter over",
        })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code, status, .. } => {
                write!(formatter, "the mail server answered {code}")?;
                match status {
                    Some(status) => write!(formatter, " {status}"),
                    None => Ok(()),
                }
            }
            Self::Broken(text) | Self::Incapable(text) => formatter.write_str(text),
            Self::Garbled => formatter.write_str("an answer that is no SMTP, or none"),
            Self::Late => formatter.write_str("no answer in time"),
        }
    }
}

/// The status at the beginning of an answer: `5.1.1`.
fn status(text: &str) -> Option<String> {
    let word = text.split_whitespace().next()?;
    let parts: Vec<_> = word.split('.').collect();
    let all_numbers = parts
        .iter()
        .all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()));
    (parts.len() == 3 && all_numbers).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_are_taken_from_an_answer() {
        assert_eq!(
            status("5.1.1 <ada@example.com>: unknown").as_deref(),
            Some("5.1.1")
        );
        assert_eq!(status("4.7.12").as_deref(), Some("4.7.12"));
        for text in [
            "",
            "ada@1.2.3",
            "1.2.3.4",
            "1.2",
            "5.1.1:",
            "5..1",
            "a.b.c",
            "5.1.1000",
        ] {
            assert_eq!(status(text), None, "{text}");
        }
    }
}
