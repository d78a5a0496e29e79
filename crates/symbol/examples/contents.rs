//! Prints a text of every data type, awkward characters included: one `["name", "text"]` of JSON a
//! line. `tests/test_contents.py` gives them to parsers that are not ours.

use std::io::Write as _;

use qr_symbol::contents::{
    Date, Dynamic, Email, Event, EventTime, Geo, Phone, Security, Sms, TimeOfDay, Vcard, Whatsapp, Wifi,
};

/// Everything that some format gives a meaning to.
const AWKWARD: &str = "a;b,c:d\\e\"f'g&h=i?j#k%l+m é 日本 🙂 (n) <o>";
const LINES: &str = "first;\r\nsecond,\nthird\\\rBEGIN:VCARD\nEND:VEVENT";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let some = |text: &str| Some(text.to_owned());
    let day = |month, day| Date::new(2026, month, day).ok_or("no such day");
    let time = |hour, minute| TimeOfDay::new(hour, minute, 0).ok_or("no such time");
    let event = Event {
        title: AWKWARD.into(),
        start: EventTime::Utc(day(12, 1)?, time(19, 30)?),
        end: Some(EventTime::Utc(day(12, 2)?, time(1, 0)?)),
        location: some(AWKWARD),
        description: some(LINES),
    };
    let cases = [
        (
            "vcard_small",
            Vcard {
                name: "Ada Lovelace".into(),
                ..Vcard::default()
            }
            .to_text()?,
        ),
        (
            "vcard_full",
            Vcard {
                name: "Jane Q. Doe".into(),
                org: some(AWKWARD),
                title: some(AWKWARD),
                phones: vec!["+1 416-555-0100".into(), "416 555 0101,22".into()],
                emails: vec!["jane@example.com".into(), "j.doe+x@example.org".into()],
                url: some("https://example.com/a?b=c&d=e#f"),
                address: some(LINES),
                note: some(LINES),
                ..Vcard::default()
            }
            .to_text()?,
        ),
        (
            "vcard_parts",
            Vcard {
                name: "山田 太郎".into(),
                first_name: some("太郎"),
                last_name: some("山田"),
                ..Vcard::default()
            }
            .to_text()?,
        ),
        (
            "wifi",
            Wifi {
                ssid: "a;b,c:d\\e\"f é".into(),
                password: some(AWKWARD),
                hidden: true,
                ..Wifi::default()
            }
            .to_text()?,
        ),
        (
            "wifi_hexadecimal",
            Wifi {
                ssid: "CAFE".into(),
                password: some("12345678"),
                security: Some(Security::Wpa),
                hidden: false,
            }
            .to_text()?,
        ),
        (
            "email",
            Email {
                to: vec!["jane+x@example.com".into(), "josé@example.org".into()],
                subject: some(AWKWARD),
                body: some(LINES),
                cc: vec!["c@example.com".into()],
                bcc: vec!["d@example.com".into(), "e@example.com".into()],
            }
            .to_text()?,
        ),
        (
            "sms",
            Sms {
                phone: "+1 (416) 555-0100".into(),
                message: some(AWKWARD),
            }
            .to_text()?,
        ),
        (
            "geo",
            Geo {
                latitude: 43.6426,
                longitude: -79.3871,
                altitude: Some(12.5),
                label: some(AWKWARD),
            }
            .to_text()?,
        ),
        (
            "phone",
            Phone {
                phone: "+44 (0)20 7946-0018".into(),
            }
            .to_text()?,
        ),
        (
            "whatsapp",
            Whatsapp {
                phone: "+33 1 23 45 67 89".into(),
                message: some(AWKWARD),
            }
            .to_text()?,
        ),
        ("event_utc", event.to_text()?),
        (
            "event_local",
            Event {
                start: EventTime::Local(day(12, 1)?, time(19, 30)?),
                end: None,
                ..event.clone()
            }
            .to_text()?,
        ),
        (
            "event_days",
            Event {
                start: EventTime::Day(day(12, 30)?),
                end: Some(EventTime::Day(day(12, 31)?)),
                ..event.clone()
            }
            .to_text()?,
        ),
        (
            "dynamic",
            Dynamic {
                base: "https://qr.example.com/".into(),
                short_id: "aBc12dEf".into(),
            }
            .to_text()?,
        ),
    ];
    let mut out = std::io::stdout().lock();
    for (name, text) in cases {
        writeln!(out, "[\"{name}\", {}]", json_string(&text))?;
    }
    Ok(())
}

/// The texts hold no control characters but these three.
fn json_string(text: &str) -> String {
    let mut out = String::from("\"");
    for found in text.chars() {
        match found {
            '"' | '\\' => out.extend(['\\', found]),
            '\r' => out.push_str("\\r"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            _ => out.push(found),
        }
    }
    out.push('"');
    out
}
