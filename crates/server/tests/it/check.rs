//! What `qrstudio check` and a failing start say.

use std::fs;

use qrstudio_server::{Config, SecretKey, Verdict, check, migrate};
use tempfile::TempDir;

fn config(directory: &TempDir) -> Config {
    let listen = "127.0.0.1:0".parse().unwrap();
    Config {
        listen,
        data_dir: directory.path().join("data"),
        ..Config::default()
    }
}

/// The finding about a setting: its verdict and its text.
async fn found(config: &Config, setting: &str) -> (Verdict, String) {
    let findings = check(config).await;
    let finding = findings
        .into_iter()
        .find(|finding| finding.setting == setting)
        .unwrap();
    (finding.verdict, finding.text)
}

#[tokio::test]
async fn a_fresh_installation_is_fine_before_and_after_its_first_start() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config {
        scan_url: Some("https://qr.example".to_owned().try_into().unwrap()),
        ..config(&directory)
    };
    assert!(
        check(&config)
            .await
            .iter()
            .all(|finding| finding.verdict == Verdict::Ok)
    );
    assert!(!migrate(&config).await.unwrap().is_empty());
    assert!(migrate(&config).await.unwrap().is_empty());
    let (verdict, text) = found(&config, "QRSTUDIO_DATABASE_URL").await;
    assert_eq!(verdict, Verdict::Ok, "{text}");
    assert!(text.ends_with("answers and is at this version"), "{text}");
}

#[tokio::test]
async fn codes_that_no_phone_could_follow() {
    let directory = tempfile::tempdir().unwrap();
    for (public_url, scan_url, verdict, text) in [
        (
            None,
            None,
            Verdict::Problem,
            "not set; dynamic codes would lead to http://127.0.0.1:0, which no phone can reach",
        ),
        (
            Some("https://qr.example/"),
            None,
            Verdict::Ok,
            "not set; dynamic codes lead to https://qr.example/q/…/",
        ),
        (
            Some("https://qr.example"),
            Some("http://localhost"),
            Verdict::Problem,
            "dynamic codes would lead to http://localhost, which no phone can reach",
        ),
        (
            None,
            Some("https://go.example/x/"),
            Verdict::Ok,
            "dynamic codes lead to https://go.example/x/q/…/",
        ),
        (
            Some("qr.example"),
            None,
            Verdict::Problem,
            "not set, and QRSTUDIO_PUBLIC_URL is no base URL",
        ),
    ] {
        let config = Config {
            public_url: public_url.map(str::to_owned),
            scan_url: scan_url.map(|url| url.to_owned().try_into().unwrap()),
            ..config(&directory)
        };
        let found = found(&config, "QRSTUDIO_SCAN_URL").await;
        assert_eq!(found.0, verdict, "{}", found.1);
        assert!(found.1.starts_with(text), "{}", found.1);
    }
}

#[tokio::test]
async fn a_taken_port() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let config = Config {
        listen: taken.local_addr().unwrap(),
        ..config(&directory)
    };
    let (verdict, text) = found(&config, "QRSTUDIO_LISTEN").await;
    assert_eq!(verdict, Verdict::Warning);
    assert!(text.contains("is in use"), "{text}");
}

#[tokio::test]
async fn an_address_of_another_machine() {
    let directory = tempfile::tempdir().unwrap();
    let config = Config {
        listen: "192.0.2.1:80".parse().unwrap(),
        ..config(&directory)
    };
    let (verdict, text) = found(&config, "QRSTUDIO_LISTEN").await;
    assert_eq!(verdict, Verdict::Problem);
    assert!(text.starts_with("cannot listen on 192.0.2.1:80"), "{text}");
}

#[tokio::test]
async fn a_data_directory_that_cannot_be() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("data"), "a file").unwrap();
    let (verdict, text) = found(&config(&directory), "QRSTUDIO_DATA_DIR").await;
    assert_eq!(verdict, Verdict::Problem);
    assert!(
        text.contains("cannot write to the data directory") && text.contains("QRSTUDIO_DATA_DIR"),
        "{text}"
    );
}

#[tokio::test]
async fn a_damaged_database_is_named_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let config = config(&directory);
    let file = config.data_dir.join("qrstudio.db");
    fs::create_dir_all(&config.data_dir).unwrap();
    fs::write(&file, "this is not a database, ".repeat(200)).unwrap();
    let (verdict, text) = found(&config, "QRSTUDIO_DATABASE_URL").await;
    assert_eq!(verdict, Verdict::Problem);
    assert!(text.contains("qrstudio.db is damaged"), "{text}");
    assert_eq!(
        fs::read(&file).unwrap(),
        "this is not a database, ".repeat(200).as_bytes()
    );
}

#[tokio::test]
async fn a_mail_server_that_does_not_answer() {
    let directory = tempfile::tempdir().unwrap();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let config = Config {
        smtp_url: Some(format!("smtp://{address}").into()),
        mail_from: Some("no-reply@qr.example".to_owned()),
        ..config(&directory)
    };
    let (verdict, text) = found(&config, "QRSTUDIO_SMTP_URL").await;
    assert_eq!(verdict, Verdict::Problem);
    assert!(
        text.starts_with(&format!("cannot connect to {address}: Connection refused")),
        "{text}"
    );
    let config = Config {
        mail_from: None,
        ..config
    };
    let (verdict, text) = found(&config, "QRSTUDIO_MAIL_FROM").await;
    assert_eq!(verdict, Verdict::Problem);
    assert!(text.contains("it is needed"), "{text}");
}

#[tokio::test]
async fn settings_that_are_no_such_thing() {
    let directory = tempfile::tempdir().unwrap();
    for (config, setting, words) in [
        (
            Config {
                public_url: Some("qr.example.com".to_owned()),
                ..config(&directory)
            },
            "QRSTUDIO_PUBLIC_URL",
            "no base URL",
        ),
        (
            Config {
                public_url: Some("ftp://x".to_owned()),
                ..config(&directory)
            },
            "QRSTUDIO_PUBLIC_URL",
            "no base URL",
        ),
        (
            Config {
                database_url: Some("mysql://x".to_owned().into()),
                ..config(&directory)
            },
            "QRSTUDIO_DATABASE_URL",
            "sqlite: or postgres://",
        ),
        (
            Config {
                log: "loud,=".to_owned(),
                ..config(&directory)
            },
            "QRSTUDIO_LOG",
            "no log filter",
        ),
    ] {
        let (verdict, text) = found(&config, setting).await;
        assert_eq!(verdict, Verdict::Problem, "{setting}: {text}");
        assert!(text.contains(words), "{text}");
    }
}

#[tokio::test]
async fn a_secret_key_that_others_can_read_or_that_is_none() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let config = config(&directory);
    let file = config.data_dir.join("secret_key");
    let (verdict, text) = found(&config, "QRSTUDIO_SECRET_KEY").await;
    assert_eq!(verdict, Verdict::Ok);
    assert!(text.contains("the first start makes one"), "{text}");
    assert!(!file.exists());
    for (secret, mode, expected, part) in [
        ("x".repeat(32), 0o600, Verdict::Ok, "secret_key"),
        ("x".repeat(32), 0o644, Verdict::Warning, "chmod 600"),
        ("x".repeat(31), 0o600, Verdict::Problem, "openssl rand"),
    ] {
        fs::write(&file, secret).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let (verdict, text) = found(&config, "QRSTUDIO_SECRET_KEY").await;
        assert_eq!(verdict, expected, "{text}");
        assert!(text.contains(part) && !text.contains("xxx"), "{text}");
    }
    let given = Config {
        secret_key: Some(SecretKey::new("y".repeat(32)).unwrap()),
        ..config
    };
    assert_eq!(
        found(&given, "QRSTUDIO_SECRET_KEY").await,
        (Verdict::Ok, "given".to_owned())
    );
}

#[tokio::test]
async fn plans_that_go_down_where_they_should_go_up() {
    let directory = tempfile::tempdir().unwrap();
    for (table, verdict, text) in [
        ("{}", Verdict::Ok, "the plans are those of the documentation"),
        (
            r#"{"free": {"monthly_renders": 100}, "enterprise": {"max_dpi": 600}}"#,
            Verdict::Ok,
            "the file changes free",
        ),
        (
            r#"{"free": {"monthly_renders": "unlimited"}}"#,
            Verdict::Warning,
            "starter allows less monthly_renders than free: is it meant so? Nobody gains by that step",
        ),
    ] {
        let config = Config {
            plans: serde_json::from_str(table).unwrap(),
            ..config(&directory)
        };
        assert_eq!(found(&config, "plans").await, (verdict, text.to_owned()));
    }
}

#[tokio::test]
async fn networks_that_pictures_may_come_from() {
    let directory = tempfile::tempdir().unwrap();
    let mut config = config(&directory);
    assert!(
        check(&config)
            .await
            .iter()
            .all(|finding| finding.setting != "QRSTUDIO_FETCH_ALLOW")
    );
    config.fetch_allow = vec!["10.2.0.0/16".parse().unwrap(), "::1".parse().unwrap()];
    let (verdict, text) = found(&config, "QRSTUDIO_FETCH_ALLOW").await;
    assert_eq!(
        (verdict, &*text),
        (Verdict::Ok, "pictures may come from 10.2.0.0/16, ::1/128, too")
    );
    config.fetch_allow.push("0.0.0.0/0".parse().unwrap());
    let (verdict, text) = found(&config, "QRSTUDIO_FETCH_ALLOW").await;
    assert_eq!(verdict, Verdict::Warning, "{text}");
}
