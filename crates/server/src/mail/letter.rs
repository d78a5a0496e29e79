//! What there is to write to whom.

use std::fmt;
use std::time::Duration;

use super::Language;

/// A letter on its way to a person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// The address, as the person wrote it.
    pub to: String,
    /// What the person reads.
    pub language: Language,
    /// What it says.
    pub letter: Letter,
}

/// The letters there are. None has room for words that a stranger chose (a name, a workspace): a letter in our name
/// must not carry theirs.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Letter {
    /// To a new address: show that it is yours.
    VerifyEmail {
        /// From [`Letter::verify_email`].
        link: String,
        /// How long the link works.
        valid_for: Duration,
    },
    /// To the owner of an account who forgot the password.
    ResetPassword {
        /// From [`Letter::reset_password`].
        link: String,
        /// How long the link works.
        valid_for: Duration,
    },
    /// The password was changed or reset.
    PasswordChanged,
    /// To the address that the account had until now.
    EmailChanged {
        /// The address that it has from now on; the letter shows it in part.
        new_email: String,
    },
    /// To an owner: nobody could be told by a webhook for long, so it is told nothing any more.
    WebhookDisabled {
        /// Its number; not its URL, which somebody chose.
        number: i64,
        /// Whether its receiver said that it is gone, instead of failing again and again.
        is_gone: bool,
    },
}

impl Letter {
    /// Asks to open the page that confirms an address. `url` is the service's base without a trailing slash. The token
    /// stands in the fragment, which browsers keep to themselves: no log, no proxy and no referrer ever has it.
    #[must_use]
    pub fn verify_email(url: &str, token: &str, valid_for: Duration) -> Self {
        Self::VerifyEmail {
            link: format!("{url}/account/verify/#{token}"),
            valid_for,
        }
    }

    /// Asks to open the page that sets a new password; as [`Letter::verify_email`].
    #[must_use]
    pub fn reset_password(url: &str, token: &str, valid_for: Duration) -> Self {
        Self::ResetPassword {
            link: format!("{url}/account/reset/#{token}"),
            valid_for,
        }
    }

    /// Which letter it is: all of it that may stand in a log.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::VerifyEmail { .. } => "verify_email",
            Self::ResetPassword { .. } => "reset_password",
            Self::PasswordChanged => "password_changed",
            Self::EmailChanged { .. } => "email_changed",
            Self::WebhookDisabled { .. } => "webhook_disabled",
        }
    }
}

/// Addresses and links stay out of logs even by mistake.
impl fmt::Debug for Letter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Mail")
            .field("language", &self.language)
            .field("letter", &self.letter)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_in_a_log_is_only_its_name() {
        let mail = Mail {
            to: "ada@example.com".to_owned(),
            language: Language::English,
            letter: Letter::reset_password("https://qr.example", "s3cret", Duration::from_secs(3600)),
        };
        assert_eq!(
            format!("{mail:?}"),
            "Mail { language: English, letter: reset_password, .. }"
        );
        let Letter::ResetPassword { link, .. } = mail.letter else {
            panic!("another letter")
        };
        assert_eq!(link, "https://qr.example/account/reset/#s3cret");
    }
}
