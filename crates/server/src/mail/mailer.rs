//! Where handlers post their letters.

use tokio::sync::mpsc;

use super::Mail;

/// Takes letters; a clone is a pointer.
#[derive(Debug, Clone)]
pub struct Mailer(Way);

/// What becomes of a letter.
#[derive(Debug, Clone)]
enum Way {
    Off,
    Held(mpsc::Sender<Mail>),
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
            Way::Off => tracing::warn!(
                letter,
                "mail is off (QRSTUDIO_SMTP_URL is not set): a letter was not sent"
            ),
            Way::Held(sender) => {
                if sender.try_send(mail).is_err() {
                    tracing::error!(letter, "too many letters wait: this one was dropped");
                }
            }
        }
    }
}
