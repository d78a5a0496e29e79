//! What the links in letters carry.

use futures_util::future::join_all;
use qrstudio_store::{
    Account, Credentials, EmailVerified, KeyHash, Millis, NewToken, PasswordReset, Purpose, SignUp, SignedUp,
    SigningUp, Store, TokenHash, VerifyEmail,
};

use crate::{
    cases::sessions::new_session,
    support::{DAY, Fixture, NOW, account, new_account, spawn},
};

on_both_engines!(
    a_reset_works_once_and_ends_everything,
    a_token_is_good_for_one_thing_and_for_a_time,
    letters_to_one_user_are_bounded_and_push_nothing_out,
    a_sign_up_is_whole_and_has_to_verify,
    a_proof_of_another_address_makes_it_the_users,
    a_proof_of_an_address_that_somebody_took_changes_nothing,
    of_two_callers_with_one_token_one_is_first,
    a_reset_by_mail_verifies_the_address_that_it_went_to,
    no_letter_that_could_take_the_account_outlives_a_password,
    a_letter_is_for_the_password_and_the_address_that_were_read,
);

fn hash(text: &str) -> TokenHash {
    TokenHash::of(text.as_bytes())
}

fn token(purpose: Purpose, text: &str, email: &str) -> NewToken {
    NewToken {
        purpose,
        hash: hash(text),
        email: email.to_owned(),
        at: NOW,
        expires_at: Millis(NOW.0 + DAY),
    }
}

async fn issue(store: &Store, account: &Account, purpose: Purpose, text: &str) {
    let token = token(purpose, text, &account.email);
    assert!(issue_to(store, account, token).await);
}

/// The same to any address.
async fn issue_to(store: &Store, account: &Account, token: NewToken) -> bool {
    let to = credentials(store, account).await;
    store.issue_token(to, token, 5).await.unwrap()
}

async fn credentials(store: &Store, account: &Account) -> Credentials {
    store.credentials_of(account.user).await.unwrap().unwrap()
}

/// Somebody who signed up by themselves.
async fn sign_up(store: &Store, email: &str) -> SignedUp {
    let mut account = new_account(email);
    account.key = None;
    let new = SigningUp {
        account,
        referral_code: Some("friend".to_owned()),
        session: new_session(email),
        proof: Some(token(Purpose::VerifyEmail, &format!("proof {email}"), email)),
    };
    match store.sign_up(new).await.unwrap() {
        SignUp::Done(done) => done,
        SignUp::EmailTaken => panic!("{email} is taken"),
    }
}

async fn a_reset_works_once_and_ends_everything(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "Ada@example.com").await;
    let session = store
        .open_session(ada.user, 0, new_session("laptop"))
        .await
        .unwrap()
        .unwrap();
    issue(store, &ada, Purpose::ResetPassword, "first").await;
    issue(store, &ada, Purpose::ResetPassword, "second").await;
    let reset = async |text| {
        store
            .reset_password(hash(text), format!("by {text}"), NOW)
            .await
            .unwrap()
    };
    assert_eq!(reset("guess").await, None);
    assert_eq!(
        reset("first").await,
        Some(PasswordReset {
            user: ada.user,
            email: "Ada@example.com".to_owned()
        })
    );
    assert_eq!(reset("first").await, None);
    assert_eq!(reset("second").await, None);
    let now = store.credentials_of(ada.user).await.unwrap().unwrap();
    assert_eq!((now.password_hash.as_str(), now.epoch), ("by first", 1));
    assert_eq!(store.session(session.id, ada.user).await.unwrap(), None);
}

async fn a_token_is_good_for_one_thing_and_for_a_time(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    issue(store, &ada, Purpose::ResetPassword, "reset").await;
    issue(store, &ada, Purpose::VerifyEmail, "verify").await;
    let late = Millis(NOW.0 + DAY);
    let owner = async |purpose, text, at| store.token_owner(purpose, hash(text), at).await.unwrap();
    let found = owner(Purpose::ResetPassword, "reset", Millis(late.0 - 1)).await;
    assert_eq!(found.as_deref(), Some("ada@example.com"));
    assert_eq!(owner(Purpose::ResetPassword, "reset", late).await, None);
    assert_eq!(owner(Purpose::VerifyEmail, "reset", NOW).await, None);
    assert_eq!(
        store
            .reset_password(hash("reset"), String::new(), late)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store
            .reset_password(hash("verify"), String::new(), NOW)
            .await
            .unwrap(),
        None
    );
    assert_eq!(
        store.verify_email(hash("reset"), NOW).await.unwrap(),
        VerifyEmail::Unknown
    );
    assert_eq!(
        store.verify_email(hash("verify"), late).await.unwrap(),
        VerifyEmail::Unknown
    );
    // None of these tries has spent it.
    assert!(
        store
            .reset_password(hash("reset"), "new".to_owned(), NOW)
            .await
            .unwrap()
            .is_some()
    );
}

async fn letters_to_one_user_are_bounded_and_push_nothing_out(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let bob = account(store, "bob@example.com").await;
    for number in 0..5 {
        issue(store, &ada, Purpose::ResetPassword, &format!("letter {number}")).await;
    }
    let sixth = token(Purpose::ResetPassword, "letter 5", "ada@example.com");
    assert!(!issue_to(store, &ada, sixth.clone()).await);
    // Another kind and another user have room, and the first letter still works.
    issue(store, &ada, Purpose::VerifyEmail, "a proof").await;
    issue(store, &bob, Purpose::ResetPassword, "to bob").await;
    let owner = store.token_owner(Purpose::ResetPassword, hash("letter 0"), NOW);
    assert!(owner.await.unwrap().is_some());
    let mut tomorrow = sixth;
    tomorrow.at = Millis(NOW.0 + DAY);
    tomorrow.expires_at = Millis(NOW.0 + 2 * DAY);
    assert!(issue_to(store, &ada, tomorrow).await);
}

async fn a_sign_up_is_whole_and_has_to_verify(fixture: &Fixture) {
    let store = &fixture.store;
    let done = sign_up(store, "ada@example.com").await;
    let access = store
        .session(done.session.id, done.account.user)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (access.workspace, access.verified_at),
        (done.account.workspace, None)
    );
    let key = crate::support::new_key("smk_first");
    let owner = qrstudio_store::WorkspaceRef::Id(done.account.workspace);
    store.create_key(owner, key).await.unwrap().unwrap();
    let verified = async || {
        let access = store
            .key_by_hash(&KeyHash::of("smk_first"))
            .await
            .unwrap()
            .unwrap();
        access.owner_verified
    };
    assert!(!verified().await);
    let list = store.list_accounts(qrstudio_store::Month::of(NOW)).await.unwrap();
    assert_eq!(list[0].referral_code.as_deref(), Some("friend"));
    assert_eq!(
        store
            .verify_email(hash("proof ada@example.com"), NOW)
            .await
            .unwrap(),
        VerifyEmail::Verified(EmailVerified {
            user: done.account.user,
            email: "ada@example.com".to_owned(),
            replaced: None
        })
    );
    assert!(verified().await);
    assert_eq!(
        store
            .verify_email(hash("proof ada@example.com"), NOW)
            .await
            .unwrap(),
        VerifyEmail::Unknown
    );

    let mut again = new_account("ADA@example.com");
    again.key = None;
    let again = SigningUp {
        account: again,
        referral_code: None,
        session: new_session("again"),
        proof: None,
    };
    assert_eq!(store.sign_up(again).await.unwrap(), SignUp::EmailTaken);
    assert_eq!(store.close_session(hash("again")).await.unwrap(), None);
}

async fn a_proof_of_another_address_makes_it_the_users(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    issue(store, &ada, Purpose::ResetPassword, "to the old one").await;
    let proof = token(Purpose::VerifyEmail, "to the new one", "Ada@new.example");
    assert!(issue_to(store, &ada, proof).await);
    // Until it is opened, nothing is different.
    assert_eq!(store.credentials("ada@new.example").await.unwrap(), None);
    assert_eq!(
        store.verify_email(hash("to the new one"), NOW).await.unwrap(),
        VerifyEmail::Verified(EmailVerified {
            user: ada.user,
            email: "Ada@new.example".to_owned(),
            replaced: Some("ada@example.com".to_owned())
        })
    );
    assert_eq!(store.credentials("ada@example.com").await.unwrap(), None);
    let now = store.credentials("ada@NEW.example").await.unwrap().unwrap();
    assert_eq!((now.user, now.email.as_str()), (ada.user, "Ada@new.example"));
    let spoilt = store.token_owner(Purpose::ResetPassword, hash("to the old one"), NOW);
    assert_eq!(spoilt.await.unwrap(), None);
}

async fn a_proof_of_an_address_that_somebody_took_changes_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let proof = token(Purpose::VerifyEmail, "proof", "wanted@example.com");
    assert!(issue_to(store, &ada, proof).await);
    account(store, "Wanted@example.com").await;
    assert_eq!(
        store.verify_email(hash("proof"), NOW).await.unwrap(),
        VerifyEmail::EmailTaken
    );
    let now = store.credentials_of(ada.user).await.unwrap().unwrap();
    assert_eq!(now.email, "ada@example.com");
}

async fn of_two_callers_with_one_token_one_is_first(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let ada = account(&nodes[0], "ada@example.com").await;
    for round in 0..5 {
        let text = format!("reset {round}");
        issue(&nodes[0], &ada, Purpose::ResetPassword, &text).await;
        let tasks = (0..4).map(|index| {
            let (store, token) = (nodes[index % 2].clone(), hash(&text));
            spawn(async move { store.reset_password(token, format!("by {index}"), NOW).await })
        });
        let done = join_all(tasks.collect::<Vec<_>>()).await;
        let first = done.iter().filter(|done| matches!(done, Ok(Ok(Some(_))))).count();
        assert_eq!(first, 1);
    }
    assert_eq!(nodes[1].credentials_of(ada.user).await.unwrap().unwrap().epoch, 5);
    nodes[1].close().await;
}

async fn a_reset_by_mail_verifies_the_address_that_it_went_to(fixture: &Fixture) {
    let store = &fixture.store;
    let done = sign_up(store, "ada@example.com").await;
    issue(store, &done.account, Purpose::ResetPassword, "reset").await;
    store
        .reset_password(hash("reset"), "new".to_owned(), NOW)
        .await
        .unwrap()
        .unwrap();
    let now = store.credentials_of(done.account.user).await.unwrap().unwrap();
    assert_eq!(now.verified_at, Some(NOW));
}

/// Who knew the old password, or had the address before its owner did, may have asked for a proof of another one.
async fn no_letter_that_could_take_the_account_outlives_a_password(fixture: &Fixture) {
    let store = &fixture.store;
    let replace = async |way: &str, ada: &Account| {
        let new = way.to_owned();
        match way {
            "by its owner" => {
                let session = store.change_password(ada.user, 0, new, new_session(way));
                session.await.unwrap().is_some()
            }
            "by a letter" => {
                issue(store, ada, Purpose::ResetPassword, way).await;
                store.reset_password(hash(way), new, NOW).await.unwrap().is_some()
            }
            _ => store.set_password(&ada.email, new).await.unwrap().is_some(),
        }
    };
    for (number, way) in ["by its owner", "by a letter", "by the operator"]
        .into_iter()
        .enumerate()
    {
        let email = format!("ada{number}@example.com");
        let ada = sign_up(store, &email).await.account;
        let elsewhere = format!("elsewhere {number}");
        let proof = token(Purpose::VerifyEmail, &elsewhere, "eve@example.com");
        assert!(issue_to(store, &ada, proof).await);
        let before = format!("before {number}");
        issue(store, &ada, Purpose::ResetPassword, &before).await;
        assert!(replace(way, &ada).await, "{way}");
        let taken = store.verify_email(hash(&elsewhere), NOW).await.unwrap();
        assert_eq!(taken, VerifyEmail::Unknown, "{way}");
        let owner = store.token_owner(Purpose::ResetPassword, hash(&before), NOW);
        assert_eq!(owner.await.unwrap(), None, "{way}");
        // The proof of the address that the user has goes on working.
        let own = store
            .verify_email(hash(&format!("proof {email}")), NOW)
            .await
            .unwrap();
        assert!(matches!(own, VerifyEmail::Verified(_)), "{way}");
    }
}

async fn a_letter_is_for_the_password_and_the_address_that_were_read(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let first = credentials(store, &ada).await;
    let issue = async |to: &Credentials, text: &str| {
        let token = token(Purpose::ResetPassword, text, &to.email);
        store.issue_token(to.clone(), token, 5).await.unwrap()
    };
    store
        .set_password("ada@example.com", "new".to_owned())
        .await
        .unwrap();
    assert!(!issue(&first, "under the old password").await);
    let second = credentials(store, &ada).await;
    let proof = token(Purpose::VerifyEmail, "elsewhere", "ada@new.example");
    assert!(issue_to(store, &ada, proof).await);
    store.verify_email(hash("elsewhere"), NOW).await.unwrap();
    assert!(!issue(&second, "to the old address").await);
    assert!(issue(&credentials(store, &ada).await, "to the new one").await);
    let nobody = Credentials {
        user: qrstudio_store::UserId(4_000_000),
        ..second
    };
    assert!(!issue(&nobody, "to nobody").await);
}
