//! `qrstudio render`.

use std::fs;
use std::process::Stdio;

use crate::shell::{Shell, run};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

fn drawn(arguments: &[&str]) -> Vec<u8> {
    let done = run(["render"].iter().chain(arguments));
    assert_eq!(done.code, 0, "{arguments:?}: {}", done.stderr);
    assert_eq!(done.stderr, "", "{arguments:?}: nobody watches");
    done.stdout
}

/// Width and height in the head of a PNG.
fn side(png: &[u8]) -> u32 {
    assert!(png.starts_with(PNG));
    assert_eq!(png[16..20], png[20..24]);
    u32::from_be_bytes(png[16..20].try_into().unwrap())
}

#[test]
fn a_file_and_standard_output_get_the_same_bytes_every_time() {
    let shell = Shell::new();
    for (name, format) in [("code.png", "png"), ("code.svg", "svg"), ("CODE.SVG", "svg")] {
        assert_eq!(shell.run(["render", "https://example.com", "-o", name]).code, 0);
        let piped = drawn(&["https://example.com", "--format", format]);
        assert_eq!(shell.read(name), piped, "{name}");
        assert_eq!(
            drawn(&["--data", "https://example.com", "--format", format, "-o", "-"]),
            piped,
            "{name}"
        );
    }
    assert!(shell.read("code.svg").starts_with(b"<svg") || shell.read("code.svg").starts_with(b"<?xml"));
}

#[test]
fn the_size_is_two_inches_unless_told_otherwise() {
    assert_eq!(side(&drawn(&["x"])), 600);
    assert_eq!(side(&drawn(&["x", "--size-inches", "4"])), 1200);
    assert_eq!(side(&drawn(&["x", "--size-inches=0.5", "--dpi", "72"])), 36);
}

#[test]
fn contents_may_come_through_a_pipe() {
    let shell = Shell::new();
    let expected = drawn(&["two words"]);
    for input in ["two words", "two words\n", "two words\r\n"] {
        assert_eq!(
            shell.run_with_input(["render", "-"], input.as_bytes()).stdout,
            expected,
            "{input:?}"
        );
    }
    assert_ne!(
        shell.run_with_input(["render", "-"], b"two words\n\n").stdout,
        expected
    );
    let wifi = drawn(&["--ssid", "Home"]);
    let done = shell.run_with_input(
        ["render", "--data-type", "wifi", "--payload", "-"],
        br#"{"ssid": "Home"}"#,
    );
    assert_eq!(done.stdout, wifi);
    shell
        .run_with_input(["render", "-"], b"\xff\xfe")
        .failed(2, &["not UTF-8"]);
    shell
        .run_with_input(["render", "-"], b"")
        .failed(2, &["--data: This field may not be blank."]);
    shell
        .run_with_input(["render", "-"], &b"x".repeat(1 << 20))
        .failed(
            2,
            &["--data: Ensure this field has no more than 2048 characters."],
        );
}

#[test]
fn single_options_make_the_payload() {
    for (options, data_type, payload) in [
        (
            &["--ssid", "A;b", "--password=-secret-"][..],
            "wifi",
            r#"{"ssid": "A;b", "password": "-secret-"}"#,
        ),
        (
            &["--ssid", "A", "--hidden"],
            "wifi",
            r#"{"ssid": "A", "hidden": true}"#,
        ),
        (
            &[
                "--name", "Ada L", "--phone", "+1 5", "--phone", "+1 6", "--email", "a@b.c",
            ],
            "vcard",
            r#"{"name": "Ada L", "phones": ["+1 5", "+1 6"], "email": "a@b.c"}"#,
        ),
        (
            &["--to", "a@b.c", "--subject", "Hi & bye"],
            "email",
            r#"{"to": "a@b.c", "subject": "Hi & bye"}"#,
        ),
        (
            &["--lat", "-33.9", "--lng", "-151.2", "--label", "x"],
            "geo",
            r#"{"lat": -33.9, "lng": -151.2, "label": "x"}"#,
        ),
        (
            &["--data-type", "sms", "--phone", "+15", "--message", "m"],
            "sms",
            r#"{"phone": "+15", "message": "m"}"#,
        ),
        (
            &["--data-type", "phone", "--phone", "+15551234"],
            "phone",
            r#"{"phone": "+15551234"}"#,
        ),
        (
            &["--data-type", "whatsapp", "--phone", "+15551234"],
            "whatsapp",
            r#"{"phone": "+15551234"}"#,
        ),
        (
            &[
                "--title",
                "T",
                "--start",
                "2026-12-01T10:00:00Z",
                "--end",
                "2026-12-01T11:00:00Z",
            ],
            "event",
            r#"{"title": "T", "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T11:00:00Z"}"#,
        ),
    ] {
        assert_eq!(
            drawn(options),
            drawn(&["--data-type", data_type, "--payload", payload]),
            "{options:?}"
        );
    }
}

#[test]
fn errors_name_the_option_and_what_to_change() {
    for (arguments, words) in [
        (
            &[][..],
            &["--data: This field is required.", "give it as an argument"][..],
        ),
        (
            &["x", "--size-inches", "16"],
            &["--size-inches: Ensure this value is less than or equal to 15.0."],
        ),
        (
            &["x", "--size-inches", "-1"],
            &["--size-inches: Ensure this value is greater than or equal to 0.5."],
        ),
        (
            &["x", "--size-inches", "NaN"],
            &["--size-inches: A valid number is required."],
        ),
        (
            &["x", "--dpi", "601"],
            &["--dpi: Ensure this value is less than or equal to 600."],
        ),
        (&["x", "--dpi", "1e99"], &["--dpi: A valid integer is required."]),
        (
            &["x", "--quiet-zone", "17"],
            &["--quiet-zone: Ensure this value is less than or equal to 16."],
        ),
        (
            &["x", "--error-correction", "h"],
            &["--error-correction: \"h\" is not a valid choice."],
        ),
        (
            &["x", "--pattern", "dots"],
            &["--pattern: \"dots\" is not a valid choice."],
        ),
        (
            &["x", "--format", "gif"],
            &["--format: \"gif\" is not a valid choice."],
        ),
        (
            &["x", "--data-type", "fax"],
            &["--data-type: \"fax\" is not a valid choice."],
        ),
        (
            &["x", "--color", "rouge"],
            &["--color: Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB."],
        ),
        (
            &["x", "--color", "#EEEEEE", "--background", "white"],
            &["--color: Contrast 1.1:1 against the background"],
        ),
        (
            &[
                "x",
                "--eye-border-shape",
                "star",
                "--eye-center-shape",
                "leaf-bl",
                "--eye-color",
                "rot",
            ],
            &[
                "--eye-border-shape: \"star\" is not a valid choice.",
                "--eye-center-shape: \"leaf-bl\" is not a valid choice.",
                "--eye-color: Invalid color 'rot'.",
            ],
        ),
        (
            &["x", "--gradient-from", "black"],
            &["--gradient-to: gradient_from and gradient_to must be given together."],
        ),
        (
            &["x", "--eye-center-color", "#EEEEEE", "--background", "white"],
            &["--eye-center-color: Contrast 1.1:1 against the background"],
        ),
        (
            &["x", "--color", "", "--size-inches", "99", "--dpi", "x"],
            &["--size-inches: ", "--dpi: "],
        ),
        (
            &["x", "-o", "code.jpg"],
            &["--output: ", "code.jpg", ".jpg", ".png or .svg"],
        ),
        (
            &["x", "-o", "."],
            &["--output: . is a directory", "-o ./code.png"],
        ),
        (&["--ssid", "A", "--encryption", "WPA"], &["--password: "]),
        (
            &["--password", "secret"],
            &["--ssid: This field is required.", "wifi takes --ssid"],
        ),
        (
            &["--ssid", "A", "--encryption", "ROT13"],
            &["--encryption: \"ROT13\" is not a valid choice."],
        ),
        (
            &["--lat", "91", "--lng", "x"],
            &["--lat: Ensure", "--lng: A valid number is required."],
        ),
        (
            &["--to", "a@b.c", "--to", "nobody"],
            &["--to (number 2): Enter a valid email address."],
        ),
        (
            &["--data-type", "wifi"],
            &[
                "--payload: This field is required.",
                "wifi takes --ssid, --password",
            ],
        ),
        (
            &["--data-type", "wifi", "--payload", "{}"],
            &["--payload: ssid: This field is required."],
        ),
        (
            &["--data-type", "wifi", "--payload", "{"],
            &["--payload: Value must be valid JSON."],
        ),
        (&["--payload", "{}"], &["--payload: ", "--data-type wifi"]),
        (
            &["--payload", "{}", "--ssid", "A"],
            &["--payload", "exclude each other"],
        ),
        (&["x", "--ssid", "A"], &["--data-type wifi takes no DATA"]),
        (&["x", "--data-type", "wifi"], &["--data-type wifi takes no DATA"]),
        (
            &["x", "--data-type", "text", "--ssid", "A"],
            &["--ssid does not belong to --data-type text"],
        ),
        (
            &["--ssid", "A", "--lat", "1"],
            &["no data type takes --ssid, --lat together"],
        ),
        (
            &["--ssid", "A", "--lat", "1", "--data-type", "wifi"],
            &["--lat does not belong to --data-type wifi, but to geo"],
        ),
        (
            &["--phone", "+15551234"],
            &["--phone can mean sms, phone, whatsapp", "--data-type"],
        ),
        (
            &["--data-type", "dynamic", "--name", "x"],
            &["--data-type: \"dynamic\" is not a valid choice."],
        ),
        (
            &[&*"x".repeat(2000), "--size-inches", "0.5", "--dpi", "72"],
            &["--size-inches: ", "dpi"],
        ),
        (&[&*"é".repeat(1500)], &["--data: ", "3000 bytes"]),
    ] {
        run(["render"].iter().chain(arguments)).failed(2, words);
    }
}

#[test]
fn weak_designs_are_drawn_with_a_warning() {
    let done = run([
        "render",
        "x",
        "--quiet-zone",
        "0",
        "--color",
        "#999999",
        "--background",
        "white",
    ]);
    assert_eq!(done.code, 0);
    assert!(done.stdout.starts_with(PNG));
    assert_eq!(
        done.stderr
            .lines()
            .filter(|line| line.starts_with("warning: "))
            .count(),
        2,
        "{}",
        done.stderr
    );
    let done = run(["render", "x", "--quiet-zone", "1", "--eye-outer-frame"]);
    assert_eq!(done.stdout, run(["render", "x", "--quiet-zone", "1"]).stdout);
    assert!(
        done.stderr
            .contains("warning: The frames around the finder patterns were left out"),
        "{}",
        done.stderr
    );
    let done = run([
        "render",
        "--data-type",
        "wifi",
        "--payload",
        r#"{"ssid": "A", "colour": 1}"#,
    ]);
    assert_eq!(
        (done.code, done.stderr.contains("colour")),
        (0, true),
        "{}",
        done.stderr
    );
}

#[test]
fn a_file_is_replaced_whole_or_not_at_all() {
    let shell = Shell::new();
    shell.write("code.png", "old");
    shell
        .run(["render", "x", "--dpi", "1", "-o", "code.png"])
        .failed(2, &["--dpi"]);
    assert_eq!(shell.read("code.png"), b"old");
    assert_eq!(shell.run(["render", "x", "-o", "code.png"]).code, 0);
    assert!(shell.read("code.png").starts_with(PNG));

    std::os::unix::fs::symlink("code.png", shell.path().join("link.png")).unwrap();
    assert_eq!(shell.run(["render", "y", "-o", "link.png"]).code, 0);
    assert!(shell.path().join("link.png").is_symlink());
    assert_eq!(shell.read("code.png"), drawn(&["y"]));

    let names: Vec<_> = fs::read_dir(shell.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn what_cannot_be_written_is_named() {
    let shell = Shell::new();
    shell
        .run(["render", "x", "-o", "no/such/code.png"])
        .failed(1, &["no/such/code.png", "mkdir -p no/such"]);
    shell.write("file", "");
    shell
        .run(["render", "x", "-o", "file/code.png"])
        .failed(1, &["file/code.png"]);
    shell
        .run(["render", "x", "-o", "/proc/code.png"])
        .failed(1, &["/proc/code.png"]);
    shell
        .run(["render", "x", "--format", "png", "-o", "/dev/full"])
        .failed(1, &["/dev/full", "No space left"]);
    assert_eq!(
        shell
            .run(["render", "x", "--format", "png", "-o", "/dev/null"])
            .code,
        0
    );
}

#[test]
fn a_reader_that_leaves_is_no_panic() {
    let shell = Shell::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = shell
        .command()
        .args(["render", "x"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.starts_with("error: cannot write to standard output"),
        "{stderr}"
    );
}

#[test]
fn a_name_that_says_another_format_gets_a_warning() {
    let shell = Shell::new();
    let done = shell.run(["render", "x", "--format", "svg", "-o", "code.png"]);
    assert_eq!(done.code, 0);
    assert!(
        done.stderr.contains("warning: code.png is a svg by --format"),
        "{}",
        done.stderr
    );
    assert_eq!(shell.read("code.png"), drawn(&["x", "--format", "svg"]));
    assert_eq!(
        shell
            .run(["render", "x", "--format", "svg", "-o", "code.txt"])
            .stderr,
        ""
    );
}

#[test]
fn every_choice_that_help_names_is_drawn() {
    let help = run(["render", "--help"])
        .text()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for field in qrstudio_server::render::FIELDS {
        let option = format!("--{}", field.replace('_', "-"));
        // Nothing is fetched at a shell.
        let hidden = option.ends_with("-url");
        assert!(hidden || help.contains(&format!(" {option} ")), "{option}");
        let choices = qrstudio_server::render::choices(field);
        // As a person would list them.
        if let Some((last, others)) = choices.split_last() {
            assert!(
                help.contains(&format!("{} or {last}", others.join(", "))),
                "{option}"
            );
        }
        for choice in choices.into_iter().filter(|_| field != "data_type") {
            let done = run(["render", "x", &option, choice]);
            assert_eq!((done.code, &*done.stderr), (0, ""), "{option} {choice}");
        }
    }
}

#[test]
fn colors_and_frames_are_options_too() {
    for color in ["black", "#0a3D6c", "#0a3D6cFF"] {
        for option in [
            "--color",
            "--eye-color",
            "--eye-border-color",
            "--eye-center-color",
        ] {
            drawn(&["x", option, color]);
        }
        drawn(&["x", "--gradient-from", color, "--gradient-to", "#333333"]);
    }
    for color in ["white", "#FFFFFF", "#FFFFFF80", "transparent"] {
        drawn(&["x", "--background", color]);
    }
    drawn(&[
        "x",
        "--eye-outer-frame",
        "--eye-outer-frame-match",
        "--eye-color",
        "#0a3D6c",
    ]);
    // White on black is drawn, with a warning.
    assert_eq!(
        run(["render", "x", "--color", "white", "--background", "black"]).code,
        0
    );
}

#[test]
fn no_setting_reaches_render() {
    let shell = Shell::new().with("QRSTUDIO_NONSENSE", "1");
    shell.write("qrstudio.toml", "not TOML at all");
    assert_eq!(shell.run(["render", "x"]).stdout, drawn(&["x"]));
}

#[test]
fn pictures_come_from_files_and_from_nowhere_else() {
    let shell = Shell::new();
    let logo = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'><circle r='9'/></svg>";
    shell.write("logo.svg", logo);
    let plain = drawn(&["x"]);
    let done = shell.run(["render", "x", "--logo-file", "logo.svg", "-o", "code.png"]);
    assert_eq!((done.code, &*done.stderr), (0, ""));
    assert_ne!(shell.read("code.png"), plain);
    for (arguments, text) in [
        (
            ["--logo-file", "none.svg"],
            "error: --logo-file: cannot read none.svg: No such file",
        ),
        (["--bg-image-file", "code.png"], ""),
        (
            ["--logo-url", "https://example.com/x.png"],
            "error: --logo-url: nothing is fetched here",
        ),
        (
            ["--bg-image-url", "x"],
            "error: --bg-image-url: nothing is fetched here",
        ),
        (
            ["--logo-size-ratio", "0.5"],
            "error: --logo-size-ratio: Ensure this value is less than or equal to 0.4.",
        ),
    ] {
        let done = shell.run(["render", "x", arguments[0], arguments[1], "-o", "other.png"]);
        assert!(done.stderr.starts_with(text), "{}", done.stderr);
        assert_eq!(done.code, if text.is_empty() { 0 } else { 2 }, "{}", done.stderr);
    }
    shell.write("text.png", "no picture");
    let done = shell.run(["render", "x", "--logo-file", "text.png", "-o", "other.png"]);
    assert!(
        done.stderr
            .starts_with("error: --logo-file: Not a readable image: it is no PNG"),
        "{}",
        done.stderr
    );
}
