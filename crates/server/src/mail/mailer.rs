//! Where handlers post their letters.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use super::delivery::{Office, Service};
use super::settings::MailSettings;
use super::{Mail, MailError};

/// Takes letters; a clone is a pointer.
#[derive(Debug, Clone)]
pub struct Mailer(Way);

/// What becomes of a letter.
#[derive(Clone)]
enum Way {
    Off,
    Held(mpsc::Sender<Mail>),
    Sent(Arc<Office>),
}

impl Mailer {
    /// A mailer without a mail server.
    #[must_use]
    pub fn off() -> Self {
        Self(Way::Off)
    }

    /// A mailer that is on and whose letters go into the caller's hand, for tests.
    #[must_use]
    pub fn held(capacity: usize) -> (Self, mpsc::Receiver<Mail>) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        (Self(Way::Held(sender)), receiver)
    }

    /// The mailer that the settings ask for. Connects to nobody yet.
    pub(crate) fn start(settings: Option<MailSettings>, service: Service) -> Result<Self, MailError> {
        let Some(settings) = settings else {
            return Ok(Self::off());
        };
        let server = settings.server.name();
        if settings.server.is_exposed() {
            tracing::warn!(
                server,
                "mail is on, but letters and their links leave this machine unencrypted"
            );
        } else {
            tracing::info!(server, "mail is on");
        }
        match Office::open(settings, service) {
            Ok(office) => Ok(Self(Way::Sent(Arc::new(office)))),
            Err(failure) => Err(MailError::server(failure.advice(&server))),
        }
    }

    /// Whether there is a mail server.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !matches!(self.0, Way::Off)
    }

    /// Posts a letter and returns at once. What becomes of it is told in the log, without address or link: that mail is
    /// off, that too many letters wait, that the mail server refuses it.
    pub fn post(&self, mail: Mail) {
        let letter = mail.letter.name();
        match &self.0 {
            Way::Off => {
                tracing::warn!(
                    letter,
                    "mail is off (QRSTUDIO_SMTP_URL is not set): a letter was not sent"
                );
            }
            Way::Held(sender) => {
                if sender.try_send(mail).is_err() {
                    tracing::error!(letter, "too many letters wait: this one was dropped");
                }
            }
            Way::Sent(office) => office.take(mail),
        }
    }

    /// Does `writing` behind the caller and posts the letter that comes of it, if one does: neither the time nor the
    /// outcome of the caller's answer tells which. Only for tests, whose letters go into their hand, it is done at once.
    pub(crate) async fn post_behind(&self, writing: impl Future<Output = Option<Mail>> + Send + 'static) {
        match &self.0 {
            Way::Off => {}
            Way::Held(_) => {
                if let Some(mail) = writing.await {
                    self.post(mail);
                }
            }
            Way::Sent(office) => office.take_behind(writing),
        }
    }

    /// Waits for the letters that are on their way, at most `time`.
    pub(crate) async fn drain(&self, time: Duration) {
        let Way::Sent(office) = &self.0 else { return };
        match office.drain(time).await {
            0 => {}
            lost => tracing::error!(lost, "the mail server took too long: these letters are lost"),
        }
    }
}

impl fmt::Debug for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Off => "Off",
            Self::Held(_) => "Held",
            Self::Sent(_) => "Sent",
        })
    }
}
