//! The settings of mail, read and checked together.

use lettre::message::Mailbox;

use super::smtp::Server;
use crate::config::Config;

/// A setting of mail that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", self.variable())]
pub struct MailError {
    /// Its name in the configuration file.
    pub setting: &'static str,
    /// What is wrong, without secrets.
    pub problem: String,
}

impl MailError {
    /// A complaint about the mail server.
    pub(super) fn server(problem: String) -> Self {
        Self {
            setting: SMTP_URL,
            problem,
        }
    }

    /// The variable that sets it.
    #[must_use]
    pub fn variable(&self) -> &'static str {
        match self.setting {
            MAIL_FROM => "QRSTUDIO_MAIL_FROM",
            _ => "QRSTUDIO_SMTP_URL",
        }
    }
}

const SMTP_URL: &str = "smtp_url";
const MAIL_FROM: &str = "mail_from";

/// Where letters go out, and whose name they bear.
pub(crate) struct MailSettings {
    pub(super) server: Server,
    pub(super) from: Mailbox,
}

impl MailSettings {
    /// Reads the settings; `None` where mail is off. `url` is the base of links to this service.
    pub(crate) fn of(config: &Config, url: &str) -> Result<Option<Self>, MailError> {
        let from = config.mail_from.as_deref().map(sender).transpose()?;
        let Some(smtp_url) = &config.smtp_url else {
            return Ok(None);
        };
        let mut server = Server::parse(smtp_url.reveal()).map_err(MailError::server)?;
        if let Some(host) = url::Url::parse(url).ok().as_ref().and_then(|url| url.host_str()) {
            server.greet_as(host);
        }
        let from = from.ok_or_else(|| MailError {
            setting: MAIL_FROM,
            problem: format!("it is needed where QRSTUDIO_SMTP_URL is set; {FORM}"),
        })?;
        Ok(Some(Self { server, from }))
    }

    /// Speaks with the mail server as far as it goes without a letter; says in words what is wrong. The first text is
    /// about a setting that works but is dangerous.
    pub(crate) async fn try_out(self) -> Result<Option<String>, MailError> {
        let Self { server, from } = self;
        let name = server.name();
        let exposed = server.is_exposed().then(|| {
            format!(
                "{name} takes letters from {from}, but they and their links leave this machine unencrypted"
            )
        });
        let tried = match server.prepare() {
            Ok(line) => line.try_out(&from.email, TRIAL).await,
            Err(failure) => Err(failure),
        };
        tried.map(|()| exposed).map_err(|failure| MailError {
            setting: if failure.is_about_the_sender() {
                MAIL_FROM
            } else {
                SMTP_URL
            },
            problem: failure.advice(&name),
        })
    }

    /// The server and the sender, for a person.
    pub(crate) fn summary(&self) -> String {
        format!("{} takes letters from {}", self.server.name(), self.from)
    }
}

/// How long each step of a trial may take.
const TRIAL: std::time::Duration = std::time::Duration::from_secs(10);

const FORM: &str = "it has the form QR Studio <no-reply@qr.example.com>";

fn sender(text: &str) -> Result<Mailbox, MailError> {
    let refused = |problem: String| MailError {
        setting: MAIL_FROM,
        problem,
    };
    if text.chars().any(char::is_control) {
        return Err(refused("it holds control characters".to_owned()));
    }
    let mut mailbox: Mailbox = text
        .trim()
        .parse()
        .map_err(|_| refused(format!("{text:?} is no sender; {FORM}")))?;
    mailbox.name.get_or_insert_with(|| "QR Studio".to_owned());
    Ok(mailbox)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://qr.example";

    fn problem(smtp_url: Option<&str>, mail_from: Option<&str>) -> String {
        let config = Config {
            smtp_url: smtp_url.map(|url| url.to_owned().into()),
            mail_from: mail_from.map(str::to_owned),
            ..Config::default()
        };
        MailSettings::of(&config, URL)
            .map(|settings| settings.map_or("off".to_owned(), |settings| settings.summary()))
            .unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn settings_that_fit_together() {
        let url = Some("smtp://localhost:1025");
        assert_eq!(problem(None, None), "off");
        assert_eq!(problem(None, Some("qr@qr.example")), "off");
        assert_eq!(
            problem(url, Some("qr@qr.example")),
            "localhost:1025 takes letters from QR Studio <qr@qr.example>"
        );
        assert!(problem(url, Some("Codes à imprimer <qr@qr.example>")).contains("Codes à imprimer"));
    }

    #[test]
    fn settings_that_do_not() {
        for (url, from, words) in [
            (Some("smtp://localhost"), None, "QRSTUDIO_MAIL_FROM: it is needed"),
            (
                None,
                Some("nobody"),
                "QRSTUDIO_MAIL_FROM: \"nobody\" is no sender",
            ),
            (
                None,
                Some("a <a@b.example>\r\nBcc: c@d.example"),
                "QRSTUDIO_MAIL_FROM: it holds control characters",
            ),
            (
                None,
                Some("a@b.example, c@d.example"),
                "QRSTUDIO_MAIL_FROM: \"a@b.example, c@d.example\" is no sender",
            ),
            (
                Some("ftp://localhost"),
                Some("a@b.example"),
                "QRSTUDIO_SMTP_URL: ftp:// is no mail server",
            ),
        ] {
            let problem = problem(url, from);
            assert!(problem.starts_with(words), "{problem}");
        }
    }
}
