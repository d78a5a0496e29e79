//! The letters with tokens in them.

use std::time::Duration;

use qrstudio_store::{Credentials, Millis, NewToken, Purpose};

use crate::app::App;
use crate::auth::OneTimeToken;
use crate::email::EmailKey;
use crate::error::Result;
use crate::mail::{Language, Letter, Mail};

/// How long a link that proves an address works.
const PROOF: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// How long a link that sets a password works.
const RESET: Duration = Duration::from_secs(60 * 60);

/// Letters of one kind to one user whose links still work; whoever has so many needs no further one.
const MOST: u32 = 5;

/// A letter that is ready, and the token that it carries.
pub(super) struct Prepared {
    pub(super) token: NewToken,
    mail: Mail,
}

impl Prepared {
    /// Asks for a proof of the address; `None` where no letters can be sent, or enough were sent there.
    pub(super) fn proof(app: &App, email: &str, language: Language) -> Option<Self> {
        if !app.mailer().is_on() {
            return None;
        }
        if app
            .attempts()
            .is_asked_enough(&EmailKey::of(email), app.clock().monotonic())
        {
            tracing::warn!(
                "an address was asked often enough today to prove itself: it gets no further letter"
            );
            return None;
        }
        Some(Self::new(app, Purpose::VerifyEmail, email, language))
    }

    fn new(app: &App, purpose: Purpose, email: &str, language: Language) -> Self {
        let token = OneTimeToken::draw(app.entropy());
        let (valid_for, letter): (_, fn(&str, &str, Duration) -> Letter) = match purpose {
            Purpose::VerifyEmail => (PROOF, Letter::verify_email),
            Purpose::ResetPassword => (RESET, Letter::reset_password),
        };
        let now = app.clock().now_ms();
        let milliseconds = i64::try_from(valid_for.as_millis()).unwrap_or(i64::MAX);
        Self {
            token: NewToken {
                purpose,
                hash: token.hash(),
                email: email.to_owned(),
                at: Millis(now),
                expires_at: Millis(now.saturating_add(milliseconds)),
            },
            mail: Mail {
                to: email.to_owned(),
                language,
                letter: letter(app.url(), &token.reveal(), valid_for),
            },
        }
    }

    /// Posts the letter, once its token is stored.
    pub(super) fn post(self, app: &App) {
        if self.token.purpose == Purpose::VerifyEmail {
            app.attempts()
                .note_proof(&EmailKey::of(&self.mail.to), app.clock().monotonic());
        }
        app.mailer().post(self.mail);
    }
}

/// Sends a letter that asks the user for a proof of an address, which may be another one than theirs; unless enough were
/// sent, or their password has changed by now.
pub(super) async fn ask_for_proof(app: &App, of: Credentials, email: &str, language: Language) -> Result<()> {
    let Some(letter) = Prepared::proof(app, email, language) else {
        return Ok(());
    };
    if app.store().issue_token(of, letter.token.clone(), MOST).await? {
        letter.post(app);
    }
    Ok(())
}

/// Sends a letter with which the user can set a new password, unless enough were sent. All that is done for a user and
/// not for nobody is done behind the answer, so that its time does not tell who has an account.
pub(super) async fn offer_reset(app: &App, to: Option<Credentials>, language: Language) {
    let writer = app.clone();
    let writing = async move {
        // To the address that is stored, never to the one that was typed.
        let to = to?;
        let letter = Prepared::new(&writer, Purpose::ResetPassword, &to.email, language);
        match writer.store().issue_token(to, letter.token, MOST).await {
            Ok(stored) => stored.then_some(letter.mail),
            Err(error) => {
                tracing::error!(%error, "the token of a letter could not be stored: it is not sent");
                None
            }
        }
    };
    app.mailer().post_behind(writing).await;
}

/// Tells a user something that asks for nothing; quiet where no letters can be sent.
pub(super) fn tell(app: &App, email: &str, language: Language, letter: Letter) {
    if app.mailer().is_on() {
        app.mailer().post(Mail {
            to: email.to_owned(),
            language,
            letter,
        });
    }
}
