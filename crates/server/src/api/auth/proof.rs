//! Passwords that are tried: to sign in, or by who is signed in, for what a session alone must not do.

use qrstudio_store::{Credentials, StoreError};

use crate::app::App;
use crate::attempts::{PasswordTry, Place};
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
    let found = app.store().credentials_of(session.0.user);
    check(app, attempt, found, password).await?.ok_or_else(wrong)
}

/// The credentials that are found, if they are there and `password` is right. Where nobody is found, the same is done
/// against the hash of nobody. What cannot be looked at, since the store is away or too many wait, was no wrong try.
pub(super) async fn check(
    app: &App,
    attempt: PasswordTry<'_>,
    found: impl Future<Output = Result<Option<Credentials>, StoreError>>,
    password: &str,
) -> Result<Option<Credentials>> {
    let checked = async {
        attempt.wait().await?;
        let credentials = found.await?;
        let hash = credentials.as_ref().map(|found| found.password_hash.as_str());
        let is_right = app.hasher().verify(password, hash).await?;
        Ok(credentials.filter(|_| is_right))
    };
    let outcome = checked.await;
    match &outcome {
        Ok(Some(_)) => attempt.succeed(),
        Ok(None) => {}
        Err(_) => attempt.take_back(),
    }
    outcome
}

/// The answer to a wrong password.
pub(super) fn wrong() -> Error {
    let mut errors = FieldErrors::default();
    errors.add("current_password", "Invalid password.");
    Error::Fields(errors)
}
