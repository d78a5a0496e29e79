//! An account that its user makes: signed in at once, and still to show that the address is theirs.

use crate::{
    Account, NewAccount, NewSession, NewToken, OpenedSession, Store, StoreError,
    accounts::create::{self, Origin},
    sessions, tokens,
    unit::{Access, Db, Unit},
};

/// Everything that a sign-up writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SigningUp {
    /// The user and the workspace.
    pub account: NewAccount,
    /// Who sent the user, as the client said.
    pub referral_code: Option<String>,
    /// The first session.
    pub session: NewSession,
    /// The token of the letter that asks for a proof of the address, where letters can be sent.
    pub proof: Option<NewToken>,
}

/// What was stored for a [`SigningUp`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedUp {
    /// The account.
    pub account: Account,
    /// Its first session.
    pub session: OpenedSession,
}

/// What became of a [`SigningUp`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SignUp {
    /// It is stored.
    Done(SignedUp),
    /// Another user has this e-mail; nothing was stored.
    EmailTaken,
}

impl Store {
    /// Stores a user whose address is not verified yet, a workspace that the user owns, its balance, a session, and the
    /// token of the first letter.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn sign_up(&self, new: SigningUp) -> Result<SignUp, StoreError> {
        self.run(Create(new)).await
    }
}

struct Create(SigningUp);

impl Unit for Create {
    type Output = SignUp;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<SignUp, StoreError> {
        let origin = Origin::SignUp {
            referral_code: self.0.referral_code.as_deref(),
        };
        let Some(account) = create::insert(db, &self.0.account, origin).await? else {
            return Ok(SignUp::EmailTaken);
        };
        let session = sessions::insert(db, account.user, &self.0.session)
            .await?
            .ok_or_else(|| StoreError::fault("a new user belongs to no workspace"))?;
        if let Some(proof) = &self.0.proof {
            tokens::insert(db, account.user, proof).await?;
        }
        Ok(SignUp::Done(SignedUp { account, session }))
    }
}
