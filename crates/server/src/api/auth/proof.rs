//! The password of a user who is signed in, for what a session alone must not do.

use qrstudio_store::Credentials;

use crate::app::App;
use crate::attempts::Place;
use crate::auth::Session;
use crate::email::EmailKey;
use crate::error::{Error, Result};
use crate::fields::FieldErrors;

/// The credentials of the session's user, if `password` is right. Wrong ones are counted for the session, so that
/// whoever took one cannot try many, and nobody outside can use up what the user has.
pub(super) async fn prove(app: &App, session: &Session, password: &str) -> Result<Credentials> {
    let account = EmailKey::of(&session.0.email);
    let place = Place::Session(session.0.session.0);
    let attempt = app.attempts().begin(&account, place, app.clock().monotonic())?;
    let credentials = app
        .store()
        .credentials_of(session.0.user)
        .await?
        .ok_or(Error::InvalidToken)?;
    match app
        .hasher()
        .verify(password, Some(&credentials.password_hash))
        .await
    {
        Ok(true) => {
            attempt.succeed();
            Ok(credentials)
        }
        Ok(false) => Err(wrong()),
        Err(error) => {
            attempt.take_back();
            Err(error)
        }
    }
}

/// The answer to a wrong password.
pub(super) fn wrong() -> Error {
    let mut errors = FieldErrors::default();
    errors.add("current_password", "Invalid password.");
    Error::Fields(errors)
}
