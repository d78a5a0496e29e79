//! Requests, and the exact answers that their fields get. One line a case.

use super::Job;
use crate::fields::{BodyError, Fields, Upload};

/// The errors as they go over the wire, in their order; `ok` for a request that is right.
fn refusal(fields: &Fields) -> String {
    Job::read(fields).map_or_else(
        |errors| serde_json::to_string(&errors).unwrap(),
        |_| "ok".to_owned(),
    )
}

fn json(body: &str) -> Fields {
    match Fields::from_json(body.as_bytes()) {
        Ok(fields) => fields,
        Err(BodyError::Syntax(what)) => panic!("{body}: {what}"),
        Err(BodyError::Shape(errors)) => panic!("{body}: {errors:?}"),
    }
}

fn form(pairs: &[(&str, &str)]) -> Fields {
    let mut fields = Fields::new();
    for (name, text) in pairs {
        fields.set_text(*name, *text);
    }
    fields
}

/// `with` beside what every right request has.
fn request(with: &str) -> Fields {
    json(&format!(r#"{{"size_inches": 2, "data": "x", {with}}}"#))
}

/// A payload of that type, in a request that is right otherwise.
fn payload(data_type: &str, payload: &str) -> Fields {
    json(&format!(
        r#"{{"size_inches": 8, "data_type": "{data_type}", "payload": {payload}}}"#
    ))
}

/// The lines of a table: what is given, and what comes of it.
fn rows(table: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| {
        line.split_once(" => ")
            .unwrap_or_else(|| panic!("no arrow: {line}"))
    })
}

/// Holds every line of a table against what comes of it, and shows all that differ.
fn hold(table: &str, request: impl Fn(&str) -> Fields) {
    let wrong: Vec<_> = rows(table)
        .map(|(given, answer)| (given, answer, refusal(&request(given))))
        .filter(|(_, answer, got)| answer != got)
        .map(|(given, answer, got)| format!("{given}\n     got {got}\nexpected {answer}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn requests_get_exact_answers() {
    hold(include_str!("cases/requests.txt"), json);
    hold(include_str!("cases/fields.txt"), request);
    hold(include_str!("cases/styles.txt"), request);
    hold(include_str!("cases/pictures.txt"), request);
}

#[test]
fn payloads_that_are_none() {
    for (given, answer) in rows(include_str!("cases/no_payloads.txt")) {
        assert_eq!(refusal(&payload("wifi", given)), answer, "{given}");
    }
    assert_eq!(
        refusal(&json(r#"{"size_inches": 1, "data_type": "wifi"}"#)),
        r#"{"payload":["This field is required."]}"#
    );
    assert_eq!(
        refusal(&json(r#"{"size_inches": 1, "data_type": "wifi", "data": "x"}"#)),
        r#"{"payload":["This field is required."]}"#
    );
}

#[test]
fn payloads() {
    for (given, answer) in rows(include_str!("cases/payloads.txt")) {
        let (data_type, members) = given.split_once(' ').unwrap();
        assert_eq!(
            refusal(&payload(data_type, members)),
            format!(r#"{{"payload":{answer}}}"#),
            "{given}"
        );
    }
}

#[test]
fn payloads_as_contents() {
    for (given, text) in rows(include_str!("cases/contents.txt")) {
        let (data_type, members) = given.split_once(' ').unwrap();
        let (job, ignored) =
            Job::read(&payload(data_type, members)).unwrap_or_else(|errors| panic!("{given}: {errors:?}"));
        assert_eq!(serde_json::to_string(job.contents()).unwrap(), text, "{given}");
        assert_eq!(ignored.header_value(), None);
    }
}

#[test]
fn forms_are_requests_too() {
    let wrong: &[(&[(&str, &str)], &str)] = &[
        (
            &[],
            r#"{"data":["This field is required."],"size_inches":["This field is required."]}"#,
        ),
        (
            &[("data", ""), ("size_inches", "")],
            r#"{"data":["This field may not be blank."],"size_inches":["A valid number is required."]}"#,
        ),
        (
            &[("data", "x"), ("size_inches", "2"), ("dpi", "many")],
            r#"{"dpi":["A valid integer is required."]}"#,
        ),
        (
            &[("data_type", "wifi"), ("size_inches", "2")],
            r#"{"payload":["This field is required."]}"#,
        ),
        (
            &[("data_type", "wifi"), ("size_inches", "2"), ("payload", "")],
            r#"{"payload":["This field is required."]}"#,
        ),
        (
            &[
                ("data_type", "wifi"),
                ("size_inches", "2"),
                ("payload", "{ssid: 1}"),
            ],
            r#"{"payload":["Value must be valid JSON."]}"#,
        ),
        (
            &[("data_type", "wifi"), ("size_inches", "2"), ("payload", "[1]")],
            r#"{"payload":["Expected a dictionary of items but got type \"list\"."]}"#,
        ),
        (
            &[("data_type", "wifi"), ("size_inches", "2"), ("payload", "null")],
            r#"{"payload":["This field may not be null."]}"#,
        ),
        (
            &[("data_type", "wifi"), ("size_inches", "2"), ("payload", "{}")],
            r#"{"payload":{"ssid":["This field is required."]}}"#,
        ),
    ];
    for (pairs, expected) in wrong {
        assert_eq!(refusal(&form(pairs)), *expected, "{pairs:?}");
    }
    let blank_options = [
        ("data", "x"),
        ("size_inches", "2"),
        ("dpi", ""),
        ("format", ""),
        ("color", ""),
        ("background", ""),
        ("data_type", ""),
        ("payload", ""),
    ];
    assert_eq!(refusal(&form(&blank_options)), "ok");
    let wifi = [
        ("data_type", "wifi"),
        ("size_inches", " 2 "),
        ("payload", r#" {"ssid": "Shop", "hidden": "on", "typo": 1} "#),
        ("sise", "3"),
    ];
    let (job, ignored) = Job::read(&form(&wifi)).unwrap();
    assert_eq!(job.contents(), "WIFI:T:nopass;S:Shop;H:true;;");
    assert_eq!(ignored.header_value().as_deref(), Some("sise, payload.typo"));

    let styled = [
        ("data", "x"),
        ("size_inches", "2"),
        ("pattern", "liquid"),
        ("eye_outer_frame", "on"),
        ("eye_outer_frame_match", "1"),
        ("eye_color", "#123456"),
        ("gradient_from", ""),
        ("gradient_to", ""),
        ("eye_shape", ""),
        ("eye_border_color", ""),
    ];
    let (formed, _) = Job::read(&form(&styled)).unwrap();
    let (sent, _) = Job::read(&request(
        r##""pattern": "liquid", "eye_outer_frame": true, "eye_outer_frame_match": true, "eye_color": "#123456""##,
    ))
    .unwrap();
    assert_eq!(formed.spec.design, sent.spec.design);

    let mut uploaded = form(&[("size_inches", "2")]);
    uploaded.set_file("data", Upload::new("x"));
    assert_eq!(refusal(&uploaded), r#"{"data":["Not a valid string."]}"#);
}

#[test]
fn data_is_encoded_as_given() {
    for data in [
        "https://example.com",
        "HTTPS://EXAMPLE.COM/ a\r\n",
        "  x  ",
        "\u{FEFF}x",
        "é🙂\u{1B}",
        "000",
    ] {
        let body = format!(
            r#"{{"size_inches": 2, "data": {}}}"#,
            serde_json::to_string(data).unwrap()
        );
        assert_eq!(Job::read(&json(&body)).unwrap().0.contents(), data);
    }
    for (number, text) in [
        ("12345678901234567890123", "12345678901234567890123"),
        ("1.50", "1.50"),
        ("-0", "-0"),
    ] {
        assert_eq!(
            Job::read(&request(&format!(r#""data": {number}"#)))
                .unwrap()
                .0
                .contents(),
            text
        );
    }
}

#[test]
fn data_has_at_most_2048_characters() {
    let of = |character: &str, count: usize| {
        request(&format!(r#""dpi": 600, "data": "{}""#, character.repeat(count)))
    };
    assert_eq!(refusal(&of("x", 2048)), "ok");
    assert_eq!(
        refusal(&of("x", 2049)),
        r#"{"data":["Ensure this field has no more than 2048 characters."]}"#
    );
    assert_eq!(refusal(&of("é", 1400)), "ok");
    let both = request(&format!(r#""data": "\u0000{}""#, "x".repeat(2048)));
    assert_eq!(
        refusal(&both),
        r#"{"data":["Ensure this field has no more than 2048 characters.","Null characters are not allowed."]}"#
    );
}

#[test]
fn contents_that_fit_no_symbol() {
    let long = |with: &str| request(&format!(r#"{with}, "data": "{}""#, "é".repeat(1500)));
    assert_eq!(
        refusal(&long(r#""dpi": 600"#)),
        r#"{"data":"Contents of 3000 bytes do not fit: the largest QR code holds 2953 bytes at error correction L."}"#
    );
    assert_eq!(
        refusal(&long(r#""error_correction": "H""#)),
        r#"{"data":"Contents of 3000 bytes do not fit: the largest QR code holds 1273 bytes at error correction H."}"#
    );
    let note = payload(
        "vcard",
        &format!(r#"{{"name": "A", "note": "{}"}}"#, "x".repeat(2953)),
    );
    assert_eq!(
        refusal(&note),
        r#"{"payload":"Contents of 3012 bytes do not fit: the largest QR code holds 2953 bytes at error correction L."}"#
    );
    let huge = payload(
        "vcard",
        &format!(r#"{{"name": "A", "note": "{}"}}"#, "1".repeat(60_000)),
    );
    assert!(refusal(&huge).starts_with(r#"{"payload":"Contents of 60059 bytes do not fit"#));
}

#[test]
fn sizes_without_room() {
    let long = "x".repeat(2048);
    let with = |field: &str| {
        refusal(&json(&format!(
            r#"{{"size_inches": 0.5, "dpi": 72, "data": "{long}", {field}}}"#
        )))
    };
    let color = r#","color":"Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB."}"#;
    let both = with(r#""color": "rouge""#);
    assert!(
        both.starts_with(r#"{"size_inches":"Too small for the "#) && both.ends_with(color),
        "{both}"
    );
    // The pattern may decide about the error correction, and so about the size.
    assert_eq!(
        with(r#""pattern": "dots""#),
        r#"{"pattern":["\"dots\" is not a valid choice."]}"#
    );
    let at = |inches: &str, dpi: u32| {
        refusal(&json(&format!(
            r#"{{"size_inches": {inches}, "dpi": {dpi}, "data": "{long}"}}"#
        )))
    };
    let text = at("0.5", 72);
    assert!(
        text.starts_with(r#"{"size_inches":"Too small for the "#),
        "{text}"
    );
    // The sizes that the text names work.
    let number = |after: &str| -> String {
        let rest = text.split(after).nth(1).unwrap();
        rest.chars()
            .take_while(|found| found.is_ascii_digit() || *found == '.')
            .collect()
    };
    let (inches, dpi) = (number("it needs at least "), number("or at least "));
    assert_eq!(at(&inches, 72), "ok");
    assert_eq!(at("0.5", dpi.parse().unwrap()), "ok");
    assert_ne!(at("0.5", dpi.parse::<u32>().unwrap() - 1), "ok");
}

#[test]
fn warnings_of_weak_designs() {
    let of = |with: &str| -> Vec<&str> {
        let (job, _) = Job::read(&request(with)).unwrap();
        job.run()
            .unwrap()
            .warnings
            .iter()
            .map(|warning| warning.code())
            .collect()
    };
    assert_eq!(of(r#""dpi": 300"#), [""; 0]);
    assert_eq!(
        of(r##""color": "#a0a0a0", "background": "white""##),
        ["low_contrast"]
    );
    assert_eq!(of(r##""color": "#767676", "background": "white""##), [""; 0]);
    assert_eq!(of(r#""color": "white", "background": "black""#), ["inverted"]);
    assert_eq!(of(r#""quiet_zone": 2"#), ["quiet_zone"]);
    assert_eq!(of(r#""quiet_zone": 2, "eye_outer_frame": true"#), ["quiet_zone"]);
    assert_eq!(
        of(r#""quiet_zone": 1, "eye_outer_frame": true"#),
        ["quiet_zone", "outer_frame_left_out"]
    );
    assert_eq!(of(r#""quiet_zone": 1, "eye_outer_frame": false"#), ["quiet_zone"]);
    // The weakest part counts, and a light part is enough.
    for field in ["eye_color", "eye_border_color", "eye_center_color"] {
        let weak = format!(r##""background": "white", "{field}": "#a0a0a0""##);
        assert_eq!(of(&weak), ["low_contrast"], "{field}");
        let light = format!(r##""background": "#808080", "color": "black", "{field}": "white""##);
        assert_eq!(of(&light), ["low_contrast", "inverted"], "{field}");
    }
    let fading = r##""background": "white", "gradient_from": "black", "gradient_to": "#a0a0a0""##;
    assert_eq!(of(fading), ["low_contrast"]);
    assert_eq!(of(r#""data": "\ufeffx""#), ["byte_order_mark"]);
    assert_eq!(
        of(&format!(r#""size_inches": 1, "data": "{}""#, "x".repeat(1000))),
        ["module_small"]
    );
    let long = "é".repeat(1300);
    assert_eq!(
        of(&format!(r#""size_inches": 10, "data": "{long}""#)),
        ["ec_lowered"]
    );
    assert_eq!(
        of(&format!(
            r#""size_inches": 10, "data": "{long}", "error_correction": "L""#
        )),
        [""; 0]
    );
}

#[test]
fn halftone_asks_for_the_highest_level_and_says_where_it_did_not_fit() {
    let of = |with: &str| {
        let (job, _) = Job::read(&request(&format!(r#""size_inches": 10, {with}"#))).unwrap();
        let level = job.symbol.error_correction_level().to_string();
        (
            level,
            job.warnings.first().map(|warning| warning.detail().into_owned()),
        )
    };
    let lowered = |level: &str| {
        let text = format!("The contents are so long that error correction was lowered to {level}; ");
        (
            level.to_owned(),
            Some(text + "shorten them to withstand more damage."),
        )
    };
    let long = |count: usize| format!(r#""pattern": "halftone", "data": "{}""#, "é".repeat(count));
    assert_eq!(of(r#""data": "fourteen chars""#), ("M".to_owned(), None));
    assert_eq!(of(&long(600)), ("H".to_owned(), None));
    assert_eq!(of(&long(700)), lowered("Q"));
    assert_eq!(of(&long(1100)), lowered("M"));
    assert_eq!(of(&long(1300)), lowered("L"));
    assert_eq!(
        of(&(long(700) + r#", "error_correction": "M""#)),
        ("M".to_owned(), None)
    );
}

#[test]
fn fields_of_looks_that_say_the_same() {
    let design = |with: &str| Job::read(&request(with)).unwrap().0.spec.design;
    let plain = design(r#""dpi": 300"#);
    for (one, other) in [
        // What is there when nothing is said.
        (
            r#""pattern": "rounded", "eye_shape": "square", "eye_outer_frame": false"#,
            r#""dpi": 300"#,
        ),
        (r#""eye_outer_frame_match": true"#, r#""dpi": 300"#),
        (
            r##""color": "#000000FF", "background": "transparent""##,
            r#""color": "black""#,
        ),
        // Both parts together, and each by itself.
        (
            r#""eye_shape": "rounded""#,
            r#""eye_border_shape": "rounded", "eye_center_shape": "rounded""#,
        ),
        (
            r#""eye_shape": "circle""#,
            r#""eye_border_shape": "circle", "eye_center_shape": "circle""#,
        ),
        (
            r#""eye_shape": "frame""#,
            r#""eye_border_shape": "frame", "eye_center_shape": "square""#,
        ),
        (
            r##""eye_color": "#123456""##,
            r##""eye_border_color": "#123456", "eye_center_color": "#123456""##,
        ),
        // The part wins over both.
        (
            r#""eye_shape": "circle", "eye_border_shape": "leaf-tl""#,
            r#""eye_border_shape": "leaf-tl", "eye_center_shape": "circle""#,
        ),
        (
            r#""eye_center_shape": "star", "eye_shape": "rounded""#,
            r#""eye_border_shape": "rounded", "eye_center_shape": "star""#,
        ),
        (
            r##""eye_color": "#123456", "eye_center_color": "#654321""##,
            r##""eye_border_color": "#123456", "eye_center_color": "#654321""##,
        ),
        // A gradient takes the place of the colour.
        (
            r##""color": "#123456", "gradient_from": "black", "gradient_to": "#654321""##,
            r##""gradient_from": "black", "gradient_to": "#654321""##,
        ),
    ] {
        let paint = |design: qr_print::Design| {
            // Under a gradient the colour is not seen.
            if design.gradient.is_some() {
                design.with_color(qr_print::Color::BLACK)
            } else {
                design
            }
        };
        assert_eq!(paint(design(one)), paint(design(other)), "{one}");
    }
    for different in [
        r#""pattern": "squares""#,
        r#""eye_shape": "frame""#,
        r#""eye_outer_frame": true"#,
        r##""eye_color": "#000000""##,
        r#""eye_border_shape": "leaf-bl""#,
        r#""eye_center_shape": "leaf-tl""#,
        r#""gradient_from": "black", "gradient_to": "black""#,
    ] {
        assert_ne!(design(different), plain, "{different}");
    }
    assert_ne!(
        design(r#""eye_outer_frame": true, "eye_outer_frame_match": true"#),
        design(r#""eye_outer_frame": true"#)
    );
}

#[test]
fn a_job_knows_what_its_answer_says() {
    let (job, _) = Job::read(&request(r#""size_inches": "4", "dpi": "300", "format": "svg""#)).unwrap();
    assert_eq!(
        (job.size_inches(), job.dpi(), job.data_type()),
        (4.0, 300, super::DataType::Url)
    );
    let rendered = job.run().unwrap();
    assert_eq!(
        (rendered.media_type, rendered.extension, rendered.version),
        ("image/svg+xml", "svg", 1)
    );
    assert_eq!(rendered.level, qr_symbol::ErrorCorrectionLevel::H);
    // 1 200 pixels over 29 modules leave 41 each.
    assert!((rendered.module_mm - 41.0 * 25.4 / 300.0).abs() < 1e-9);
    assert_eq!(job.run().unwrap().bytes, rendered.bytes);
}
