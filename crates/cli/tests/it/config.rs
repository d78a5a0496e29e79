//! Where settings come from, and which wins.

use serde_json::json;

use crate::shell::{Shell, run};

#[test]
fn without_settings_everything_is_default() {
    let settings = run(["config", "--json"]).json();
    assert_eq!(settings["listen"], "127.0.0.1:8080");
    assert_eq!(settings["data_dir"], "./data");
    assert_eq!(settings["default_plan"], "free");
    assert_eq!(settings["public_url"], json!(null));
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let shell = Shell::new();
    shell.write(
        "qrstudio.toml",
        "listen = \"127.0.0.1:1\"\npublic_url = \"https://file\"\ndata_dir = \"from-file\"\nmigrate = false\n",
    );
    let shell = shell
        .with("QRSTUDIO_LISTEN", "127.0.0.1:2")
        .with("QRSTUDIO_PUBLIC_URL", "https://variable");
    let settings = shell.run(["config", "--json", "--listen", "127.0.0.1:3"]).json();
    assert_eq!(settings["listen"], "127.0.0.1:3");
    assert_eq!(settings["public_url"], "https://variable");
    assert_eq!(settings["data_dir"], "from-file");
    assert_eq!(settings["migrate"], false);

    let text = shell.run(["config", "--listen", "127.0.0.1:3"]);
    for line in [
        ["listen = \"127.0.0.1:3\"", "# --listen"],
        ["public_url = \"https://variable\"", "# QRSTUDIO_PUBLIC_URL"],
        ["data_dir = \"from-file\"", "# qrstudio.toml"],
        ["log = \"info\"", "# default"],
        ["# database_url =", "# not set"],
    ] {
        let found = text
            .text()
            .lines()
            .any(|printed| printed.starts_with(line[0]) && printed.ends_with(line[1]));
        assert!(found, "{line:?} in:\n{}", text.text());
    }
}

#[test]
fn what_config_prints_is_a_configuration_file() {
    let shell = Shell::new().with("QRSTUDIO_DEFAULT_PLAN", "pro");
    shell.write("again.toml", &shell.run(["config"]).stdout);
    let again = Shell::new();
    again.write("again.toml", shell.read("again.toml"));
    assert_eq!(
        again.run(["config", "--json", "--config", "again.toml"]).json()["default_plan"],
        "pro"
    );
}

#[test]
fn the_file_may_be_named() {
    let shell = Shell::new();
    shell.write("qrstudio.toml", "default_plan = \"free\"");
    shell.write("other.toml", "default_plan = \"pro\"");
    let shell = shell.with("QRSTUDIO_CONFIG", "other.toml");
    assert_eq!(shell.run(["config", "--json"]).json()["default_plan"], "pro");
    assert_eq!(
        shell
            .run(["config", "--json", "--config", "qrstudio.toml"])
            .json()["default_plan"],
        "free"
    );
    shell
        .run(["config", "--config", "none.toml"])
        .failed(2, &["--config", "none.toml", "No such file"]);
    let shell = Shell::new().with("QRSTUDIO_CONFIG", "none.toml");
    shell.run(["config"]).failed(2, &["QRSTUDIO_CONFIG", "none.toml"]);
}

#[test]
fn a_variable_set_to_nothing_is_not_set() {
    let shell = Shell::new()
        .with("QRSTUDIO_PUBLIC_URL", "")
        .with("QRSTUDIO_WHATEVER", "");
    assert_eq!(shell.run(["config", "--json"]).json()["public_url"], json!(null));
}

#[test]
fn secrets_are_masked() {
    let shell = Shell::new().with("QRSTUDIO_DATABASE_URL", "postgres://qr:geheim@db.example/qr");
    for arguments in [&["config"][..], &["config", "--json"]] {
        let text = shell.run(arguments).text().to_owned();
        assert!(
            text.contains("postgres://qr:***@db.example/qr") && !text.contains("geheim"),
            "{text}"
        );
    }
}

#[test]
fn the_password_of_the_mail_server_is_masked_and_its_problems_are_located() {
    let shell = Shell::new()
        .with("QRSTUDIO_SMTP_URL", "smtps://qr:geheim@mail.example")
        .with("QRSTUDIO_MAIL_FROM", "QR Studio <no-reply@qr.example>");
    let text = shell.run(["config"]).text().to_owned();
    assert!(
        text.contains("smtps://qr:***@mail.example") && !text.contains("geheim"),
        "{text}"
    );
    for (url, from, words) in [
        (
            "smtp://qr:geheim@mail.example",
            "a@qr.example",
            "QRSTUDIO_SMTP_URL: the password would leave unencrypted",
        ),
        (
            "smtps://qr:geheim@mail.example",
            "",
            "mail_from: it is needed where QRSTUDIO_SMTP_URL is set",
        ),
        (
            "smtps://qr:geheim@mail.example",
            "nobody",
            "QRSTUDIO_MAIL_FROM: \"nobody\" is no sender",
        ),
    ] {
        let shell = Shell::new()
            .with("QRSTUDIO_SMTP_URL", url)
            .with("QRSTUDIO_MAIL_FROM", from);
        let done = shell.run(["serve", "--listen", "127.0.0.1:0"]);
        done.failed(2, &[words]);
        assert!(!done.stderr.contains("geheim"), "{}", done.stderr);
    }
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let shell = Shell::new();
    shell.write(
        "qrstudio.toml",
        "lisen = \"127.0.0.1:1\"\nmigrate = \"perhaps\"\nsomething_else_entirely = 1\n",
    );
    let shell = shell
        .with("QRSTUDIO_LISEN", "x")
        .with("QRSTUDIO_DEFAULT_PLAN", "gold")
        .with("QRSTUDIO_data_dir", "x");
    shell
        .run(["config", "--listen", "nowhere", "--log-format", "xml"])
        .failed(
            2,
            &[
                "qrstudio.toml: there is no setting lisen; did you mean listen?",
                "qrstudio.toml: migrate: ",
                "qrstudio.toml: there is no setting something_else_entirely\n",
                "QRSTUDIO_LISEN: there is no such setting; did you mean QRSTUDIO_LISTEN?",
                "QRSTUDIO_data_dir: there is no such setting; did you mean QRSTUDIO_DATA_DIR?",
                "QRSTUDIO_DEFAULT_PLAN: \"gold\" is not a plan",
                "--listen: invalid socket address",
                "--log-format: unknown variant `xml`, expected `text` or `json`",
            ],
        );
    for command in ["serve", "check"] {
        shell.run([command]).failed(2, &["QRSTUDIO_LISEN"]);
    }
    shell.run(["admin", "list"]).failed(2, &["QRSTUDIO_LISEN"]);
}

#[test]
fn a_certificate_and_its_key_come_together() {
    run(["config", "--tls-cert", "cert.pem"]).failed(
        2,
        &["--tls-cert: a certificate needs its key: set QRSTUDIO_TLS_KEY, too"],
    );
    let shell = Shell::new();
    shell.write("qrstudio.toml", "tls_key = \"key.pem\"\n");
    for command in ["serve", "check", "config"] {
        shell.run([command]).failed(
            2,
            &["qrstudio.toml: tls_key: a key needs its certificate: set QRSTUDIO_TLS_CERT, too"],
        );
    }
    let settings = shell
        .with("QRSTUDIO_TLS_CERT", "cert.pem")
        .run(["config", "--json"])
        .json();
    assert_eq!(
        (&settings["tls_cert"], &settings["tls_key"]),
        (&json!("cert.pem"), &json!("key.pem"))
    );
}

#[test]
fn a_certificate_that_cannot_be_used_stops_the_start_with_its_place() {
    let shell = Shell::new()
        .with("QRSTUDIO_TLS_CERT", "cert.pem")
        .with("QRSTUDIO_TLS_KEY", "key.pem");
    shell.write("cert.pem", "hello");
    shell
        .run(["serve"])
        .failed(1, &["QRSTUDIO_TLS_CERT: cert.pem: this is not PEM"]);
    assert!(!shell.path().join("data").exists(), "it touches no data");
    let done = shell.run(["check"]);
    assert_eq!(done.code, 1);
    assert!(
        done.text().contains("problem  QRSTUDIO_TLS_CERT"),
        "{}",
        done.text()
    );
}

#[test]
fn a_file_that_is_no_toml_says_where() {
    let shell = Shell::new();
    shell.write("qrstudio.toml", "listen = \"127.0.0.1:1\"\nlog = \n");
    shell.run(["config"]).failed(2, &["qrstudio.toml: ", "line 2"]);
    shell.write("qrstudio.toml", b"listen = \"\xff\"");
    shell.run(["config"]).failed(2, &["qrstudio.toml", "UTF-8"]);
}

#[test]
fn values_that_only_the_service_can_judge_keep_their_place() {
    let shell = Shell::new().with("QRSTUDIO_DATABASE_URL", "mysql://qr:geheim@db/qr");
    let done = shell.run(["admin", "list"]);
    done.failed(2, &["QRSTUDIO_DATABASE_URL: ", "postgres://"]);
    assert!(!done.stderr.contains("geheim"));
    run(["serve", "--log", "a=b=c"]).failed(2, &["--log: "]);
}

#[test]
fn plans_are_replaced_by_tables_of_the_file() {
    let shell = Shell::new();
    shell.write(
        "qrstudio.toml",
        "log = \"warn\"\n[plans.free]\nmonthly_renders = 100\nactive_dynamic_codes = \"unlimited\"\n[plans.pro]\nmax_dpi = 450\n",
    );
    let settings = shell.run(["config", "--json"]).json();
    let free = json!({
        "monthly_renders": 100, "max_size_inches": 3, "max_dpi": 300, "custom_logo": false,
        "active_dynamic_codes": "unlimited", "destination_edits": 1,
            "recorded_scans": 50, "variants": false, "webhooks": false, "bulk_items": 0, "overage": false,
        "requests_per_minute": 10
    });
    assert_eq!(settings["plans"]["free"], free);
    assert_eq!(settings["plans"]["pro"]["max_dpi"], 450);
    assert_eq!(settings["plans"]["enterprise"]["monthly_renders"], "unlimited");

    let printed = shell.run(["config"]);
    assert!(
        printed.text().contains("\n[plans.free]  # qrstudio.toml\n"),
        "{}",
        printed.text()
    );
    let again = Shell::new();
    again.write("qrstudio.toml", printed.text());
    assert_eq!(again.run(["config", "--json"]).json(), settings);
}

#[test]
fn plans_that_cannot_be_are_refused_with_their_place() {
    for (table, problem) in [
        (
            "[plans.free]\nmonthly_render = 5\n",
            "qrstudio.toml: plans: free: unknown field `monthly_render`",
        ),
        ("[plans.gold]\n", "qrstudio.toml: plans: 'gold' is no plan"),
        (
            "[plans.pro]\nmax_dpi = 1200\n",
            "qrstudio.toml: plans: pro: max_dpi is 1200; it has to lie between 72 and 600",
        ),
    ] {
        let shell = Shell::new();
        shell.write("qrstudio.toml", table);
        let refused = shell.run(["config"]);
        assert_eq!(refused.code, 2, "{table}");
        assert!(refused.stderr.contains(problem), "{}", refused.stderr);
    }
    let refused = Shell::new().with("QRSTUDIO_PLANS", "enterprise").run(["config"]);
    assert!(
        refused
            .stderr
            .contains("QRSTUDIO_PLANS: is a table and has its place in the configuration file"),
        "{}",
        refused.stderr
    );
}
