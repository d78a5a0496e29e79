//! Whatever stands in the fields, a reader of the format gets exactly that back, or there is no text at all.

use proptest::prelude::*;

use super::characters::unify_line_breaks;
use super::*;

/// Texts of any characters, many of them such as formats give a meaning to.
fn texts() -> impl Strategy<Value = String> {
    let special = proptest::sample::select(
        "\\;,:\"\r\n\t\u{2028} %+&?=@(){}0AF\0\u{1B}é🙂"
            .chars()
            .collect::<Vec<_>>(),
    );
    let character = prop_oneof![2 => special, 1 => any::<char>(), 3 => proptest::char::range('a', 'z')];
    proptest::collection::vec(character, 1..24).prop_map(String::from_iter)
}

fn has_control(text: &str, allowed: &[char]) -> bool {
    text.chars()
        .any(|found| found.is_control() && !allowed.contains(&found))
}

/// The text value of the one line that begins with `property`.
fn line_value(text: &str, property: &str) -> String {
    let mut lines = text.split("\r\n").filter_map(|line| line.strip_prefix(property));
    let mut value = lines.next().unwrap().chars();
    assert_eq!(lines.next(), None);
    let mut out = String::new();
    while let Some(found) = value.next() {
        out.extend(match found {
            '\\' => value
                .next()
                .map(|escaped| if escaped == 'n' { '\n' } else { escaped }),
            ',' | ';' => panic!("unescaped in {text:?}"),
            _ => Some(found),
        });
    }
    out
}

fn percent_decoded(text: &str) -> String {
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()));
    let mut pieces = text.split('%');
    let mut bytes = pieces.next().unwrap().as_bytes().to_vec();
    for piece in pieces {
        bytes.push(u8::from_str_radix(&piece[..2], 16).unwrap());
        bytes.extend(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

/// The fields of a network as ZXing splits them, and whether each was quoted.
fn wifi_value(text: &str, name: &str) -> String {
    let mut characters = text.strip_prefix("WIFI:").unwrap().chars();
    let (mut key, mut value) = (None, String::new());
    while let Some(found) = characters.next() {
        match found {
            '\\' => value.extend(characters.next()),
            ':' if key.is_none() => key = Some(std::mem::take(&mut value)),
            ';' if key.as_deref() == Some(name) => return value,
            ';' => (key, value) = (None, String::new()),
            _ => value.push(found),
        }
    }
    panic!("no {name} in {text}");
}

proptest! {
    #[test]
    fn contacts(name in texts(), org in texts(), note in texts()) {
        let card = Vcard { name: name.clone(), org: Some(org.clone()), note: Some(note.clone()), ..Vcard::default() };
        let impossible = [&name, &org, &note].into_iter().any(|text| has_control(text, &['\r', '\n', '\t']));
        match card.to_text() {
            Err(_) => prop_assert!(impossible || name.trim().is_empty()),
            Ok(text) => {
                prop_assert!(!impossible);
                prop_assert_eq!(text.matches("\r\n").count(), 7);
                prop_assert_eq!(text.chars().filter(|found| found.is_control() && *found != '\t').count(), 14);
                for (property, given) in [("FN:", name), ("ORG:", org), ("NOTE:", note)] {
                    prop_assert_eq!(line_value(&text, property), unify_line_breaks(&given).collect::<String>());
                }
            }
        }
    }

    #[test]
    fn events(title in texts(), description in texts()) {
        let start = EventTime::Day(Date::new(2026, 12, 1).unwrap());
        let description_given = Some(description.clone());
        let event = Event { title: title.clone(), start, end: None, location: None, description: description_given };
        if let Ok(text) = event.to_text() {
            prop_assert_eq!(text.matches('\n').count(), 5);
            for (property, given) in [("SUMMARY:", title), ("DESCRIPTION:", description)] {
                prop_assert_eq!(line_value(&text, property), unify_line_breaks(&given).collect::<String>());
            }
        }
    }

    #[test]
    fn networks(ssid in texts(), password in texts()) {
        let wifi = Wifi { ssid: ssid.clone(), password: Some(password.clone()), ..Wifi::default() };
        if let Ok(text) = wifi.to_text() {
            prop_assert!(!has_control(&text, &[]));
            for (name, given) in [("S", ssid), ("P", password)] {
                let is_hexadecimal = given.bytes().all(|byte| byte.is_ascii_hexdigit());
                let expected = if is_hexadecimal { format!("\"{given}\"") } else { given };
                prop_assert_eq!(wifi_value(&text, name), expected);
            }
        }
    }

    #[test]
    fn messages(body in texts()) {
        let lines: String = unify_line_breaks(&body).collect();
        let email = Email { to: vec!["a@b.ca".into()], body: Some(body.clone()), ..Email::default() };
        let chat = Whatsapp { phone: "+14165550100".into(), message: Some(body.clone()) };
        let sms = Sms { phone: "12345".into(), message: Some(body.clone()) };
        if has_control(&body, &['\r', '\n', '\t']) {
            prop_assert!(email.to_text().is_err() && chat.to_text().is_err() && sms.to_text().is_err());
        } else {
            let crlf = lines.replace('\n', "\r\n");
            prop_assert_eq!(percent_decoded(&email.to_text()?), format!("mailto:a@b.ca?body={crlf}"));
            prop_assert_eq!(percent_decoded(&chat.to_text()?), format!("https://wa.me/14165550100?text={lines}"));
            prop_assert_eq!(sms.to_text()?, format!("SMSTO:12345:{lines}"));
        }
    }

    #[test]
    fn numbers_hold_what_can_be_dialled(phone in "[-+0-9 ().*#,x]{0,20}") {
        let call = Phone { phone: phone.clone() }.to_text();
        let message = Sms { phone: phone.clone(), message: None }.to_text();
        for text in [call, message].into_iter().flatten() {
            let keys = text.strip_prefix("tel:").or(text.strip_prefix("SMSTO:")).unwrap().trim_end_matches(':');
            let given = phone.chars().filter(char::is_ascii_digit);
            let digits = keys.replace("%23", "#").chars().filter(char::is_ascii_digit).collect::<String>();
            // All of them in their order, but for the zero that "(0)" marks as not to be dialled.
            prop_assert!(digits == given.collect::<String>() || phone.contains("(0)"));
        }
    }
}
