//! The proof that an address is a user's.

use crate::{
    Millis, Purpose, Store, StoreError, TokenHash, UserId,
    accounts::email_key,
    tokens::sql,
    unit::{Access, Db, Unit, Value},
};

/// What became of a token that proves an address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum VerifyEmail {
    /// The address is the user's, and verified.
    Verified(EmailVerified),
    /// Another user has the address by now: the token is spent, and nothing else changed.
    EmailTaken,
    /// The token was used, is too old, or is none; nothing changed.
    Unknown,
}

/// An address that was verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EmailVerified {
    /// Whose.
    pub user: UserId,
    /// The address.
    pub email: String,
    /// The address before, where the verified one took its place.
    pub replaced: Option<String>,
}

impl Store {
    /// Takes the token and notes its address as verified; an address other than the user's takes that one's place, and
    /// then all letters to the old one lose their force.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn verify_email(&self, token: TokenHash, at: Millis) -> Result<VerifyEmail, StoreError> {
        match self.run(Verify { token, at }).await {
            // Two users who verify one address at the same moment: the constraint decides.
            Err(StoreError::Duplicate { .. }) => Ok(VerifyEmail::EmailTaken),
            result => result,
        }
    }
}

struct Verify {
    token: TokenHash,
    at: Millis,
}

impl Unit for Verify {
    type Output = VerifyEmail;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<VerifyEmail, StoreError> {
        let token = [
            Value::Bytes(&self.token.0),
            Value::Text(Purpose::VerifyEmail.as_str()),
            Value::Integer(self.at.0),
        ];
        let taken = db
            .row(sql::TAKE_TOKEN, &token, |row| {
                Ok((UserId(row.integer(0)?), row.text(1)?))
            })
            .await?;
        let Some((user, email)) = taken else {
            return Ok(VerifyEmail::Unknown);
        };
        let number = Value::Integer(user.0);
        let before = db
            .row(sql::EMAIL_OF, &[number], |row| Ok((row.text(0)?, row.text(1)?)))
            .await?;
        let key = email_key(&email);
        let change = [
            number,
            Value::Text(&email),
            Value::Text(&key),
            Value::Integer(self.at.0),
        ];
        let verified = db.row(sql::VERIFY_EMAIL, &change, |row| row.integer(0)).await?;
        if verified.is_none() {
            return Ok(VerifyEmail::EmailTaken);
        }
        let replaced = before
            .filter(|(_, key_before)| *key_before != key)
            .map(|(email_before, _)| email_before);
        if replaced.is_some() {
            db.execute(sql::FORGET_ALL_TOKENS, &[number]).await?;
        } else {
            let proofs = [number, Value::Text(Purpose::VerifyEmail.as_str())];
            db.execute(sql::FORGET_TOKENS, &proofs).await?;
        }
        Ok(VerifyEmail::Verified(EmailVerified {
            user,
            email,
            replaced,
        }))
    }
}
