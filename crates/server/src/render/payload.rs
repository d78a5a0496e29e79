//! `payload`: its members, and the text that they make.

use qr_symbol::contents::{
    Cause, ContentsError, Date, Email, Event, EventTime, Geo, Phone, Security, Sms, Vcard, Whatsapp, Wifi,
};
use serde_json::value::RawValue;

use super::data_type::DataType;
use super::times;
use crate::fields::{Entry, FieldErrors, Ignored, Members, Names, Range, TextRule, texts};

/// The payload's name on the wire.
const PAYLOAD: &str = "payload";

const LATITUDE: Range<f64> = Range {
    lowest: -90.0,
    highest: 90.0,
    lowest_text: "-90",
    highest_text: "90",
};
const LONGITUDE: Range<f64> = Range {
    lowest: -180.0,
    highest: 180.0,
    lowest_text: "-180",
    highest_text: "180",
};
const ALTITUDE: Range<f64> = Range {
    lowest: -1e8,
    highest: 1e8,
    lowest_text: "-100000000",
    highest_text: "100000000",
};

/// Names for members of the library's types that clients write otherwise.
type Renamed = &'static [(&'static str, Names)];

const PHONE: Names = &["phone", "number", "to"];
const MESSAGE: Names = &["message", "body"];
const TO: Names = &["to", "email"];
const LAT: Names = &["lat", "latitude"];
const LNG: Names = &["lng", "longitude", "lon"];

/// The protections that the contract names.
const SECURITY: [(&str, Security); 7] = [
    ("WPA", Security::Wpa),
    ("WEP", Security::Wep),
    ("nopass", Security::Open),
    ("WPA2", Security::Wpa),
    ("WPA3", Security::Wpa),
    ("SAE", Security::Wpa),
    ("none", Security::Open),
];

/// The text that a payload of that type makes.
///
/// # Errors
/// Everything that is wrong inside the payload.
pub(super) fn contents(
    data_type: DataType,
    raw: &RawValue,
    ignored: &mut Ignored,
) -> Result<String, FieldErrors> {
    let mut members = Members::of(raw);
    let text = match data_type {
        // The first two have their contents in `data`; the third is read by the `dynamic` beside this.
        DataType::Url | DataType::Text | DataType::Dynamic => Ok(String::new()),
        DataType::Vcard => vcard(&mut members),
        DataType::Wifi => wifi(&mut members),
        DataType::Email => email(&mut members),
        DataType::Sms => {
            let sms = Sms {
                phone: members.required_text(PHONE, TextRule::default()),
                message: members.text(MESSAGE),
            };
            judged(
                &mut members,
                sms.to_text(),
                &[("phone", PHONE), ("message", MESSAGE)],
                &[],
            )
        }
        DataType::Whatsapp => {
            let chat = Whatsapp {
                phone: members.required_text(PHONE, TextRule::default()),
                message: members.text(MESSAGE),
            };
            judged(
                &mut members,
                chat.to_text(),
                &[("phone", PHONE), ("message", MESSAGE)],
                &[],
            )
        }
        DataType::Phone => {
            let phone = Phone {
                phone: members.required_text(PHONE, TextRule::default()),
            };
            judged(&mut members, phone.to_text(), &[("phone", PHONE)], &[])
        }
        DataType::Geo => geo(&mut members),
        DataType::Event => event(&mut members),
    };
    let errors = members.finish(PAYLOAD, ignored);
    text.ok().filter(|_| errors.is_empty()).ok_or(errors)
}

/// Something was wrong, and stands in the members' errors.
struct Failed;

fn vcard(members: &mut Members<'_>) -> Result<String, Failed> {
    let name = members.required_text(&["name"], TextRule::default());
    let (first_name, last_name) = (members.text(&["first_name"]), members.text(&["last_name"]));
    let (org, title) = (members.text(&["org"]), members.text(&["title"]));
    let phones = members.texts(&["phone"], &["phones"]);
    let emails = members.texts(&["email"], &["emails"]);
    let card = Vcard {
        name,
        first_name,
        last_name,
        org,
        title,
        phones: strings(&phones),
        emails: strings(&emails),
        url: members.text(&["url"]),
        address: members.text(&["address"]),
        note: members.text(&["note"]),
    };
    judged(
        members,
        card.to_text(),
        &[],
        &[("phones", phones), ("emails", emails)],
    )
}

fn wifi(members: &mut Members<'_>) -> Result<String, Failed> {
    // Blanks at the ends of a network's name and password are part of them.
    let wifi = Wifi {
        ssid: members.required_text(
            &["ssid"],
            TextRule {
                keeps_blanks: true,
                longest: None,
            },
        ),
        password: members.verbatim(&["password"]),
        security: members.word(&["encryption", "security"], &SECURITY),
        hidden: members.flag(&["hidden"]),
    };
    judged(members, wifi.to_text(), &[], &[])
}

fn email(members: &mut Members<'_>) -> Result<String, Failed> {
    let to = members.texts(TO, &[]);
    let (subject, body) = (members.text(&["subject"]), members.text(&["body"]));
    let (cc, bcc) = (members.texts(&["cc"], &[]), members.texts(&["bcc"], &[]));
    let email = Email {
        to: strings(&to),
        subject,
        body,
        cc: strings(&cc),
        bcc: strings(&bcc),
    };
    judged(
        members,
        email.to_text(),
        &[("to", TO)],
        &[("to", to), ("cc", cc), ("bcc", bcc)],
    )
}

fn geo(members: &mut Members<'_>) -> Result<String, Failed> {
    let geo = Geo {
        latitude: members.required_number(LAT, &LATITUDE),
        longitude: members.required_number(LNG, &LONGITUDE),
        altitude: members.number(&["altitude"], &ALTITUDE),
        label: members.text(&["label"]),
    };
    judged(
        members,
        geo.to_text(),
        &[("latitude", LAT), ("longitude", LNG)],
        &[],
    )
}

fn event(members: &mut Members<'_>) -> Result<String, Failed> {
    let title = members.required_text(&["title"], TextRule::default());
    let start = members.required_text(&["start"], TextRule::default());
    let end = members.text(&["end"]);
    let (location, description) = (members.text(&["location"]), members.text(&["description"]));
    let zone = match members.text(&["timezone"]) {
        Some(name) => {
            let zone = times::zone(&name);
            if zone.is_none() {
                members.refuse(
                    "timezone",
                    format!("\"{}\" is not a valid choice.", crate::fields::echo(&name)),
                );
            }
            zone
        }
        None => None,
    };
    let mut read = |name: &str, text: &str| {
        let time = times::event_time(text, zone.as_ref());
        if time.is_none() {
            members.refuse(name, times::WRONG_FORMAT);
        }
        time
    };
    let start = read("start", &start);
    let end = end.and_then(|end| read("end", &end));
    // Where the start has failed, the end has nothing to be compared with; the rest is still judged.
    let stand_in = || Date::new(1, 1, 1).map(EventTime::Day);
    let Some((start, end)) = start
        .map(|start| (start, end))
        .or_else(|| Some((stand_in()?, None)))
    else {
        return Err(Failed);
    };
    let event = Event {
        title,
        start,
        end,
        location,
        description,
    };
    judged(members, event.to_text(), &[], &[])
}

fn strings(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| entry.text.clone()).collect()
}

/// Files what the library found under the names that the client used; members that have failed already keep their error.
fn judged(
    members: &mut Members<'_>,
    text: Result<String, ContentsError>,
    renamed: Renamed,
    lists: &[(&str, Vec<Entry>)],
) -> Result<String, Failed> {
    let error = match text {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    for problem in error.problems() {
        let list = lists.iter().find(|(field, _)| *field == problem.field);
        let entry = problem.index.and_then(|index| list?.1.get(index));
        if let Some(entry) = entry {
            members.refuse_entry(entry, wire_text(&problem.cause));
            continue;
        }
        let names = renamed.iter().find(|(field, _)| *field == problem.field);
        let name = names.map_or(problem.field, |(_, names)| members.name_of(names));
        let text = match problem.cause {
            Cause::Missing => members.absence(name).to_owned(),
            ref cause => wire_text(cause),
        };
        members.refuse(name, text);
    }
    Err(Failed)
}

/// A cause in the framework's words.
fn wire_text(cause: &Cause) -> String {
    match cause {
        Cause::Missing => texts::REQUIRED.to_owned(),
        Cause::ControlCharacter('\0') => texts::NULL_CHARACTERS.to_owned(),
        Cause::ControlCharacter(found) => {
            format!("Control characters are not allowed: U+{:04X}.", u32::from(*found))
        }
        Cause::TooLong { limit } => format!("Ensure this field has no more than {limit} bytes."),
        Cause::OutOfRange { lowest, highest } => {
            format!("Ensure this value is between {lowest} and {highest}.")
        }
        Cause::PhoneNumber => "Enter a valid phone number.".to_owned(),
        Cause::CountryCode => "Enter a valid phone number with its country code.".to_owned(),
        Cause::EmailAddress => "Enter a valid email address.".to_owned(),
        Cause::Url => "Enter a valid URL.".to_owned(),
        Cause::EndBeforeStart => "Ensure this is not before start.".to_owned(),
        Cause::MixedTimes => {
            "Ensure this has the form of start: a date, a local time, or a time with its UTC offset."
                .to_owned()
        }
        // The enum may grow with the library; its own words are better than none.
        other => format!("This value {other}."),
    }
}
