//! Whatever stands in the fields: a job or errors that say why not, never a panic.

use proptest::prelude::*;

use super::reader::Reader;
use super::{DataType, FIELDS, Job, style};
use crate::fields::Fields;

const MEMBERS: [&str; 24] = [
    "ssid",
    "password",
    "encryption",
    "hidden",
    "name",
    "first_name",
    "org",
    "phone",
    "phones",
    "email",
    "emails",
    "url",
    "note",
    "to",
    "subject",
    "body",
    "cc",
    "lat",
    "lng",
    "altitude",
    "label",
    "title",
    "start",
    "timezone",
];

/// JSON texts of values that are right somewhere, nearly right, or right nowhere.
fn values() -> impl Strategy<Value = String> {
    let scalars = proptest::sample::select(vec![
        "null",
        "true",
        "false",
        "0",
        "-0",
        "1",
        "2.5",
        "1e999",
        "-1e-999",
        "99999999999999999999",
        "300.0",
        "[]",
        "{}",
        "[[[[]]]]",
        r#""""#,
        r#"" ""#,
        r#""2""#,
        r#""NaN""#,
        r#""\ud800""#,
        r#""\u0000""#,
        r#""black""#,
        r##""#FFFFFF80""##,
        r#""transparent""#,
        r#""png""#,
        r#""halftone""#,
        r#""frame""#,
        r#""circle""#,
        r#""H""#,
        r#""WPA2""#,
        r#""+14165550100""#,
        r#""a@b.ca""#,
        r#""2026-12-01""#,
        r#""2026-12-01T24:00""#,
        r#""9999-12-31T23:59:59-23:59""#,
        r#""Europe/Paris""#,
        r#"["+1 416", 5, null]"#,
        r#"[{"a": 1}]"#,
    ]);
    let texts = any::<String>().prop_map(|text| serde_json::to_string(&text).unwrap());
    let numbers = any::<f32>().prop_filter("JSON has no others", |number| number.is_finite());
    let numbers = numbers.prop_map(|number| number.to_string());
    prop_oneof![4 => scalars.prop_map(str::to_owned), 2 => texts, 1 => numbers]
}

fn object(names: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    let member =
        (proptest::sample::select(names), values()).prop_map(|(name, value)| format!("\"{name}\": {value}"));
    proptest::collection::vec(member, 0..most).prop_map(|members| format!("{{{}}}", members.join(", ")))
}

/// A colour, often none, often close to another.
fn color() -> impl Strategy<Value = String> {
    let grey = (any::<u8>(), any::<bool>()).prop_map(|(grey, clear)| {
        let alpha = if clear { "80" } else { "" };
        format!("#{grey:02x}{grey:02x}{grey:02x}{alpha}")
    });
    prop_oneof![2 => Just(String::new()), 1 => Just("white".to_owned()), 4 => grey]
}

fn judge(fields: &Fields) -> Result<(), TestCaseError> {
    match Job::read(fields) {
        Ok((job, _)) => prop_assert!(!job.contents().is_empty()),
        Err(errors) => {
            let flat = errors.flatten();
            prop_assert!(!flat.is_empty());
            prop_assert!(flat.iter().all(|(_, text)| text.ends_with('.')), "{:?}", flat);
            // No field stands twice in the answer.
            let body = serde_json::to_string(&errors).unwrap();
            let parsed: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&body).unwrap();
            prop_assert_eq!(parsed.len(), errors.entries().count());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_fields(body in object(&FIELDS, 12)) {
        judge(&Fields::from_json(body.as_bytes()).unwrap())?;
    }

    #[test]
    fn any_payload(data_type in proptest::sample::select(&DataType::CHOICES[2..]), payload in object(&MEMBERS, 16)) {
        let body = format!(r#"{{"size_inches": 15, "data_type": "{}", "payload": {payload}}}"#, data_type.0);
        judge(&Fields::from_json(body.as_bytes()).unwrap())?;
        let mut form = Fields::new();
        form.set_text("size_inches", "15");
        form.set_text("data_type", data_type.0);
        form.set_text("payload", payload);
        judge(&form)?;
    }

    #[test]
    fn any_form(texts in proptest::collection::vec((proptest::sample::select(&FIELDS[..]), any::<String>()), 0..12)) {
        let mut form = Fields::new();
        for (name, text) in texts {
            form.set_text(name, text);
        }
        judge(&form)?;
    }

    #[test]
    fn only_what_can_be_seen_is_drawn(colors in proptest::collection::vec(color(), 6), background in color()) {
        let fields = ["color", "gradient_from", "gradient_to", "eye_color", "eye_border_color", "eye_center_color"];
        let mut form = Fields::new();
        form.set_text("background", background);
        for (field, color) in fields.into_iter().zip(colors) {
            form.set_text(field, color);
        }
        let mut reader = Reader::new(&form);
        let ratio = style::read(&mut reader).contrast().ratio;
        let errors: Vec<_> = reader.errors.flatten();
        let lone = errors.iter().any(|(_, text)| text.ends_with("must be given together."));
        prop_assert!(lone || errors.is_empty() == (ratio >= 1.5), "{}: {:?}", ratio, errors);
    }

    #[test]
    fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(fields) = Fields::from_json(&body) {
            judge(&fields)?;
        }
    }
}
