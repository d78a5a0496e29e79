//! The letters with tokens in them.

use std::time::Duration;

use qrstudio_store::{Millis, NewToken, Purpose, UserId};

use crate::app::App;
use crate::auth::OneTimeToken;
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
    /// Asks for a proof of the address.
    pub(super) fn proof(app: &App, email: &str, language: Language) -> Self {
        Self::new(app, Purpose::VerifyEmail, email, language)
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
        app.mailer().post(self.mail);
    }
}

/// Sends a letter that asks for a proof of the address, unless enough were sent.
pub(super) async fn ask_for_proof(app: &App, user: UserId, email: &str, language: Language) -> Result<()> {
    send(app, user, Prepared::proof(app, email, language)).await
}

/// Sends a letter with which the user can set a new password, unless enough were sent.
pub(super) async fn offer_reset(app: &App, user: UserId, email: &str, language: Language) -> Result<()> {
    let letter = Prepared::new(app, Purpose::ResetPassword, email, language);
    send(app, user, letter).await
}

async fn send(app: &App, user: UserId, letter: Prepared) -> Result<()> {
    if app.store().issue_token(user, letter.token.clone(), MOST).await? {
        letter.post(app);
    }
    Ok(())
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
