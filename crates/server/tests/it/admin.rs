//! The commands of `qrstudio admin`, beside each other on one store.

use qrstudio_server::Config;
use qrstudio_server::admin::{Admin, AdminError};
use qrstudio_store::PlanName;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::studio::{SignedUp, Studio};

async fn admin() -> (Admin, TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let config = Config {
        data_dir: directory.path().join("data"),
        ..Config::default()
    };
    (Admin::open(&config).await.unwrap(), directory)
}

fn object(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

#[tokio::test]
async fn a_user_with_everything_that_is_shown_once() {
    let (admin, _directory) = admin().await;
    let made = object(
        &admin
            .create_user(" Ann@Example.com ", Some(PlanName::Pro))
            .await
            .unwrap(),
    );
    insta::assert_json_snapshot!(made, {
        ".password" => "[password]", ".raw_key" => "[key]", ".key_prefix" => "[prefix]",
    }, @r#"
    {
      "key_prefix": "[prefix]",
      "password": "[password]",
      "raw_key": "[key]",
      "user": {
        "email": "Ann@example.com",
        "id": 1,
        "name": ""
      },
      "workspace": {
        "id": 1,
        "name": "Ann",
        "plan": "pro"
      }
    }
    "#);
    assert_eq!(made["raw_key"].as_str().unwrap().len(), 40);
    assert!(
        made["raw_key"]
            .as_str()
            .unwrap()
            .starts_with(made["key_prefix"].as_str().unwrap())
    );
    let taken = admin.create_user("ann@EXAMPLE.com", None).await.unwrap_err();
    assert_eq!(
        taken.to_string(),
        "there is a user with the e-mail ann@EXAMPLE.com already"
    );
    assert_eq!(
        object(&admin.create_user("bo@example.com", None).await.unwrap())["workspace"]["plan"],
        "free"
    );
    admin.close().await;
}

#[tokio::test]
async fn plans_credits_and_keys_are_listed_as_they_were_set() {
    let (admin, _directory) = admin().await;
    let first = admin.create_user("ann@example.com", None).await.unwrap();
    admin
        .set_plan("ANN@example.com", PlanName::Starter)
        .await
        .unwrap();
    assert_eq!(
        object(&admin.add_credits("ann@example.com", 7).await.unwrap()),
        json!({"email": "ann@example.com", "added": 7, "credits": 7})
    );
    let key = admin
        .create_key("ann@example.com", "till 4", Some(PlanName::Free))
        .await
        .unwrap();
    admin.revoke_key(&first.raw_key).await.unwrap();
    insta::assert_json_snapshot!(object(&admin.list().await.unwrap()), {
        ".accounts[].keys[].key_prefix" => "[prefix]",
    }, @r#"
    {
      "accounts": [
        {
          "credits": 7,
          "keys": [
            {
              "id": 1,
              "is_active": false,
              "key_prefix": "[prefix]",
              "name": "first key",
              "plan": null
            },
            {
              "id": 2,
              "is_active": true,
              "key_prefix": "[prefix]",
              "name": "till 4",
              "plan": "free"
            }
          ],
          "monthly_quota": 500,
          "referral_code": null,
          "used_this_month": 0,
          "user": {
            "email": "ann@example.com",
            "id": 1,
            "name": ""
          },
          "workspace": {
            "id": 1,
            "name": "ann",
            "plan": "starter"
          }
        }
      ]
    }
    "#);
    assert!(key.raw_key.starts_with(&key.key_prefix));
    admin.close().await;
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let (admin, _directory) = admin().await;
    admin.create_user("ann@example.com", None).await.unwrap();
    for email in [
        "",
        "ann",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a b@c",
        "a@b\n",
        &format!("{}@b", "x".repeat(254)),
    ] {
        let trimmed_is_fine = email == "a@b\n";
        let refused = matches!(
            admin.create_user(email, None).await,
            Err(AdminError::InvalidEmail(_))
        );
        assert_eq!(refused, !trimmed_is_fine, "{email:?}");
    }
    let unknown = admin
        .set_plan("nobody@example.com", PlanName::Pro)
        .await
        .unwrap_err();
    assert!(matches!(unknown, AdminError::UnknownEmail(_)), "{unknown}");
    assert!(matches!(
        admin.add_credits("nobody@example.com", 1).await,
        Err(AdminError::UnknownEmail(_))
    ));
    assert!(matches!(
        admin.create_key("nobody@example.com", "x", None).await,
        Err(AdminError::UnknownEmail(_))
    ));
    assert!(matches!(
        admin.create_key("ann@example.com", " ", None).await,
        Err(AdminError::InvalidKeyName)
    ));
    let above = admin
        .create_key("ann@example.com", "x", Some(PlanName::Pro))
        .await
        .unwrap_err();
    assert!(
        above
            .to_string()
            .starts_with("plan 'pro' is above the workspace's plan 'free'"),
        "{above}"
    );
    assert!(matches!(
        admin.revoke_key("smk_nothing!").await,
        Err(AdminError::UnknownKey(_))
    ));
    admin.close().await;
}

#[tokio::test]
async fn who_was_made_by_an_operator_signs_in_and_gets_a_new_password() {
    let studio = Studio::new().await;
    let admin = Admin::open(&Config {
        database_url: Some(studio.store.url().to_string().into()),
        ..Config::default()
    })
    .await
    .unwrap();
    let made = admin.create_user("Ada@bücher.example", None).await.unwrap();
    let log_in = async |password: &str| studio.log_in("ada@xn--bcher-kva.example", password).await;
    let session = SignedUp::of(&log_in(&made.password).await);
    let me = studio
        .send("GET", "/api/auth/me/", Some(&session.access), None)
        .await
        .json();
    // The operator vouches for the address.
    assert_eq!(me["user"]["email_verified"], true);
    let reset = admin.reset_password("ADA@bücher.example").await.unwrap();
    assert!(!studio.lives(&session.access).await);
    assert_eq!(log_in(&made.password).await.status, 401);
    assert_eq!(log_in(&reset.password).await.status, 200);
    let unknown = admin.reset_password("nobody@example.com").await;
    assert!(matches!(unknown, Err(AdminError::UnknownUser(_))));
    admin.close().await;
}
