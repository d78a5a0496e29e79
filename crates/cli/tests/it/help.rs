//! Help texts, completions, wrong usage.

use crate::shell::run;

#[test]
fn help_of_the_program() {
    let done = run(["--help"]);
    assert_eq!(done.code, 0);
    insta::assert_snapshot!("help", done.text());
}

#[test]
fn help_of_render() {
    let done = run(["render", "--help"]);
    assert_eq!(done.code, 0);
    insta::assert_snapshot!("help-render", done.text());
}

#[test]
fn help_of_serve_names_every_setting() {
    let done = run(["serve", "--help"]);
    assert_eq!(done.code, 0);
    insta::assert_snapshot!("help-serve", done.text());
}

#[test]
fn every_command_has_tidy_help() {
    for command in [
        &["serve"][..],
        &["render"],
        &["bulk"],
        &["config"],
        &["check"],
        &["migrate"],
        &["completions"],
        &["admin"],
        &["admin", "create-user"],
        &["admin", "reset-password"],
        &["admin", "create-key"],
        &["admin", "revoke-key"],
        &["admin", "set-plan"],
        &["admin", "add-credits"],
        &["admin", "block"],
        &["admin", "unblock"],
        &["admin", "blocked"],
        &["admin", "list"],
    ] {
        let done = run(command.iter().copied().chain(["--help"]));
        assert_eq!(done.code, 0, "{command:?}");
        assert!(
            done.text()
                .contains(&format!("Usage: qrstudio {}", command.join(" "))),
            "{}",
            done.text()
        );
        for line in done.text().lines() {
            assert!(line.chars().count() <= 100, "{command:?}: too long: {line}");
            assert_eq!(line, line.trim_end(), "{command:?}: trailing blanks");
        }
    }
}

#[test]
fn the_version_is_the_packages() {
    assert_eq!(
        run(["--version"]).text(),
        format!("qrstudio {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_is_near() {
    for (arguments, words) in [
        (&[][..], &["Usage: qrstudio <COMMAND>"][..]),
        (&["rendr"], &["unrecognized subcommand 'rendr'", "render"]),
        (
            &["render", "x", "--siz-inches", "2"],
            &["--siz-inches", "--size-inches"],
        ),
        (&["render", "x", "--data", "y"], &["cannot be used with"]),
        (&["admin"], &["Usage: qrstudio admin <COMMAND>"]),
        (&["admin", "set-plan", "a@b"], &["<PLAN>"]),
        (
            &["admin", "set-plan", "a@b", "gold"],
            &["'gold'", "free, starter, pro, agency, enterprise"],
        ),
        (&["admin", "add-credits", "a@b", "0"], &["0 is not in 1.."]),
        (&["admin", "add-credits", "a@b", "-5"], &["-5"]),
        (&["completions", "cmd.exe"], &["bash", "fish", "zsh"]),
        (&["serve", "--port", "80"], &["--port"]),
    ] {
        run(arguments).failed(2, words);
    }
}

#[test]
fn completions_know_options_and_their_values() {
    for (shell, word) in [
        ("bash", "_qrstudio()"),
        ("zsh", "#compdef qrstudio"),
        ("fish", "complete -c qrstudio"),
        ("elvish", "qrstudio"),
        ("powershell", "qrstudio"),
    ] {
        let done = run(["completions", shell]);
        assert_eq!(done.code, 0);
        for word in [word, "size-inches", "create-user"] {
            assert!(done.text().contains(word), "{shell}: no {word}");
        }
    }
    let bash = run(["completions", "bash"]);
    for words in [
        "auto L M Q H",
        "connected-h connected-v hexagon",
        "leaf-tl sunburst star diamond cross",
    ] {
        assert!(bash.text().contains(words), "{words}");
    }
}
