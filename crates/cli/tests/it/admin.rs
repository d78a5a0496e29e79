//! `qrstudio admin`, `migrate` and `check` on a data directory of their own.

use serde_json::json;

use crate::shell::{Shell, run};

fn is_key(text: &str) -> bool {
    text.len() == 40
        && text.starts_with("smk_")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[test]
fn an_account_from_its_making_to_its_last_key() {
    let shell = Shell::new();
    let admin = |arguments: &[&str]| {
        shell
            .run(["admin"].iter().chain(arguments).chain(&["--json"]))
            .json()
    };

    let made = admin(&["create-user", "Ada@example.com", "--plan", "pro"]);
    assert_eq!(
        made["user"],
        json!({"id": 1, "email": "Ada@example.com", "name": ""})
    );
    assert_eq!(made["workspace"]["plan"], "pro");
    assert!(made["password"].as_str().unwrap().len() >= 10);
    let raw_key = made["raw_key"].as_str().unwrap();
    assert!(is_key(raw_key), "{raw_key}");
    assert_eq!(made["key_prefix"], raw_key[..12]);

    let key = admin(&[
        "create-key",
        "ada@EXAMPLE.com",
        "--name",
        "print shop",
        "--plan",
        "starter",
    ]);
    assert_eq!(
        (&key["name"], &key["plan"]),
        (&json!("print shop"), &json!("starter"))
    );
    assert!(is_key(key["raw_key"].as_str().unwrap()));

    assert_eq!(
        admin(&["set-plan", "ada@example.com", "agency"])["plan"],
        "agency"
    );
    let agreed = admin(&["set-quota", "ada@example.com", "40000"]);
    assert_eq!(
        agreed,
        json!({"email": "ada@example.com", "negotiated_quota": 40000})
    );
    assert_eq!(admin(&["list"])["accounts"][0]["monthly_quota"], 40000);
    let agreed = admin(&["set-quota", "ada@example.com", "plan"]);
    assert_eq!(agreed["negotiated_quota"], json!(null));
    assert_eq!(admin(&["add-credits", "ada@example.com", "100"])["credits"], 100);
    assert_eq!(admin(&["add-credits", "ada@example.com", "11"])["credits"], 111);

    let revoked = admin(&["revoke-key", key["key_prefix"].as_str().unwrap()]);
    assert_eq!(revoked["revoked"][0]["is_active"], false);

    let list = admin(&["list"]);
    let account = &list["accounts"][0];
    assert_eq!(
        (&account["workspace"]["plan"], &account["credits"]),
        (&json!("agency"), &json!(111))
    );
    assert_eq!(account["used_this_month"], 0);
    let active: Vec<_> = account["keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|key| &key["is_active"])
        .collect();
    assert_eq!(active, [true, false]);
    assert!(!list.to_string().contains(raw_key), "a list shows no whole key");

    let words = shell.run(["admin", "list"]);
    for word in [
        "OWNER",
        "Ada@example.com",
        "agency",
        "0 of 25000",
        "111",
        "print shop",
        "revoked",
    ] {
        assert!(words.text().contains(word), "no {word} in\n{}", words.text());
    }
}

#[test]
fn what_is_made_is_told_in_words_too() {
    let shell = Shell::new();
    assert!(shell.run(["admin", "list"]).text().contains("no account yet"));
    let made = shell.run(["admin", "create-user", "ada@example.com", "--plan", "starter"]);
    assert_eq!(made.code, 0);
    for word in [
        "ada@example.com",
        "Password",
        "smk_",
        "plan starter",
        "Shown once",
    ] {
        assert!(made.text().contains(word), "{}", made.text());
    }
    assert!(
        shell
            .run(["admin", "create-key", "ada@example.com"])
            .text()
            .contains("smk_")
    );
    assert!(
        shell
            .run(["admin", "set-plan", "ada@example.com", "pro"])
            .text()
            .contains("on plan pro")
    );
    for (quota, words) in [
        ("7", "a quota of 7 renders a month"),
        ("plan", "the quota of its plan"),
    ] {
        let told = shell.run(["admin", "set-quota", "ada@example.com", quota]);
        assert!(told.text().contains(words), "{}", told.text());
    }
    assert!(
        shell
            .run(["admin", "add-credits", "ada@example.com", "5"])
            .text()
            .contains("5 credits")
    );
    let reset = shell.run(["admin", "reset-password", "ADA@example.com"]);
    assert_eq!(reset.code, 0);
    for word in ["ADA@example.com", "Password", "Every session", "Shown once"] {
        assert!(reset.text().contains(word), "{}", reset.text());
    }
    let json = shell
        .run(["admin", "reset-password", "ada@example.com", "--json"])
        .json();
    assert_eq!(json["password"].as_str().map(str::len), Some(23));
}

#[test]
fn what_cannot_be_done_is_said() {
    let shell = Shell::new();
    assert_eq!(shell.run(["admin", "create-user", "ada@example.com"]).code, 0);
    for (arguments, code, words) in [
        (
            &["create-user", "ADA@example.com"][..],
            1,
            &["there is a user", "ADA@example.com"][..],
        ),
        (&["create-user", "nobody"], 2, &["nobody", "no e-mail address"]),
        (
            &["create-key", "eve@example.com"],
            1,
            &["eve@example.com", "admin list"],
        ),
        (
            &["create-key", "ada@example.com", "--plan", "pro"],
            2,
            &["above the workspace's plan 'free'", "set-plan"],
        ),
        (
            &["create-key", "ada@example.com", "--name", ""],
            2,
            &["1 to 100 characters"],
        ),
        (
            &["reset-password", "eve@example.com"],
            1,
            &["no user", "eve@example.com"],
        ),
        (&["set-plan", "eve@example.com", "pro"], 1, &["eve@example.com"]),
        (&["set-quota", "eve@example.com", "7"], 1, &["eve@example.com"]),
        (
            &["set-quota", "ada@example.com", "many"],
            2,
            &["a quota is a number"],
        ),
        (&["add-credits", "eve@example.com", "1"], 1, &["eve@example.com"]),
        (
            &["revoke-key", "smk_AAAAAAAA"],
            1,
            &["smk_AAAAAAAA", "admin list"],
        ),
    ] {
        shell.run(["admin"].iter().chain(arguments)).failed(code, words);
    }
}

#[test]
fn migrating_twice_is_migrating_once() {
    let shell = Shell::new();
    let first = shell.run(["migrate", "--json"]).json();
    assert!(!first["applied"].as_array().unwrap().is_empty(), "{first}");
    assert_eq!(shell.run(["migrate", "--json"]).json()["applied"], json!([]));
    assert!(shell.run(["migrate"]).text().contains("already"));
}

#[test]
fn an_old_database_is_left_alone_where_migrations_are_off() {
    let shell = Shell::new().with("QRSTUDIO_MIGRATE", "off");
    shell.run(["admin", "list"]).failed(1, &["qrstudio migrate"]);
    assert_eq!(shell.run(["migrate"]).code, 0);
    assert_eq!(shell.run(["admin", "list"]).code, 0);
}

#[test]
fn destinations_are_blocked_and_free_again() {
    let shell = Shell::new();
    let admin = |arguments: &[&str]| {
        shell
            .run(["admin"].iter().chain(arguments).chain(&["--json"]))
            .json()
    };
    assert_eq!(admin(&["blocked"]), json!({"patterns": []}));
    assert_eq!(
        admin(&["block", " *.Evil.example. "]),
        json!({"pattern": "*.evil.example", "blocked": true, "changed": true})
    );
    assert_eq!(
        admin(&["block", "*.EVIL.example"]),
        json!({"pattern": "*.evil.example", "blocked": true, "changed": false})
    );
    assert_eq!(
        shell.run(["admin", "block", "https://bad.example/x*"]).text(),
        "https://bad.example/x* is blocked now.\n"
    );
    assert_eq!(
        shell.run(["admin", "blocked"]).text(),
        "*.evil.example\nhttps://bad.example/x*\n"
    );
    assert_eq!(
        admin(&["unblock", "*.evil.example"]),
        json!({"pattern": "*.evil.example", "blocked": false, "changed": true})
    );
    shell
        .run(["admin", "unblock", "*.evil.example"])
        .failed(1, &["*.evil.example is not blocked", "qrstudio admin blocked"]);
    shell
        .run(["admin", "block", "evil.example:8080"])
        .failed(2, &["\"evil.example:8080\" is no pattern", "*.example.com"]);
}

#[test]
fn check_tries_what_the_settings_name() {
    let shell = Shell::new().with("QRSTUDIO_SCAN_URL", "https://qr.example");
    let report = shell.run(["check", "--json", "--listen", "127.0.0.1:0"]).json();
    assert_eq!(report["ok"], true);
    let settings: Vec<_> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| &found["setting"])
        .collect();
    assert!(
        settings.contains(&&json!("QRSTUDIO_DATABASE_URL")),
        "{settings:?}"
    );

    shell.write("file", "");
    let done = shell.run(["check", "--listen", "127.0.0.1:0", "--data-dir", "file/data"]);
    assert_eq!(done.code, 1);
    assert!(
        done.text().contains("problem  QRSTUDIO_DATA_DIR"),
        "{}",
        done.text()
    );
    let done = shell.run([
        "check",
        "--json",
        "--listen",
        "127.0.0.1:0",
        "--public-url",
        "example",
    ]);
    assert_eq!(done.code, 1);
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(report["ok"], false);
}

#[test]
fn a_damaged_database_is_named_and_left_alone() {
    let shell = Shell::new();
    assert_eq!(shell.run(["migrate"]).code, 0);
    let broken = b"this is no database".repeat(1000);
    shell.write("data/qrstudio.db", &broken);
    for arguments in [
        &["admin", "list"][..],
        &["migrate"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        shell.run(arguments).failed(1, &["qrstudio.db"]);
    }
    let done = shell.run(["check", "--listen", "127.0.0.1:0"]);
    assert_eq!(
        (done.code, done.text().contains("qrstudio.db")),
        (1, true),
        "{}",
        done.text()
    );
    assert_eq!(shell.read("data/qrstudio.db"), broken);
}

#[test]
fn a_data_directory_that_cannot_be_is_named() {
    let shell = Shell::new();
    shell.write("file", "");
    for arguments in [
        &["admin", "list"][..],
        &["migrate"],
        &["serve", "--listen", "127.0.0.1:0"],
    ] {
        shell
            .run(arguments.iter().chain(&["--data-dir", "file/data"]))
            .failed(1, &["file/data", "QRSTUDIO_DATA_DIR"]);
    }
    run(["migrate", "--data-dir", "/proc/qrstudio"]).failed(1, &["/proc/qrstudio"]);
}
