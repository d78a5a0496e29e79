//! The friendly form of `--payload`: one option a member, and the data types that know it.

use clap::Args;
use serde_json::Value;

use crate::exit::Failure;

/// A data type whose contents are made of members.
struct DataType {
    name: &'static str,
    /// The members that a payload cannot do without: they tell the types apart when `--data-type` is not given.
    required: &'static [&'static str],
    optional: &'static [&'static str],
}

const TYPES: &[DataType] = &[
    DataType {
        name: "vcard",
        required: &["name"],
        optional: &[
            "first_name",
            "last_name",
            "org",
            "title",
            "phone",
            "email",
            "url",
            "address",
            "note",
        ],
    },
    DataType {
        name: "wifi",
        required: &["ssid"],
        optional: &["password", "encryption", "hidden"],
    },
    DataType {
        name: "email",
        required: &["to"],
        optional: &["subject", "body", "cc", "bcc"],
    },
    DataType {
        name: "sms",
        required: &["phone"],
        optional: &["message"],
    },
    DataType {
        name: "geo",
        required: &["lat", "lng"],
        optional: &["altitude", "label"],
    },
    DataType {
        name: "phone",
        required: &["phone"],
        optional: &[],
    },
    DataType {
        name: "event",
        required: &["title", "start"],
        optional: &["end", "location", "description", "timezone"],
    },
    DataType {
        name: "whatsapp",
        required: &["phone"],
        optional: &["message"],
    },
];

impl DataType {
    fn members(&self) -> impl Iterator<Item = &'static str> {
        self.required.iter().chain(self.optional).copied()
    }

    fn knows(&self, member: &str) -> bool {
        self.members().any(|known| known == member)
    }
}

/// The members of all payloads, each once.
pub(crate) fn member_names() -> impl Iterator<Item = &'static str> {
    let all = || TYPES.iter().flat_map(DataType::members);
    all()
        .enumerate()
        .filter(move |(at, name)| !all().take(*at).any(|earlier| earlier == *name))
        .map(|(_, name)| name)
}

/// The members of all payloads as options.
#[derive(Debug, Args)]
pub(crate) struct PayloadFlags {
    /// The network's name
    #[arg(long, value_name = "NAME", help_heading = "Wi-Fi (wifi)")]
    ssid: Option<String>,
    /// Its password
    #[arg(long, value_name = "TEXT", help_heading = "Wi-Fi (wifi)")]
    password: Option<String>,
    /// WPA, WEP or nopass [default: WPA with a password, else nopass]
    #[arg(long, value_name = "KIND", help_heading = "Wi-Fi (wifi)")]
    encryption: Option<String>,
    /// The network does not announce its name
    #[arg(long, help_heading = "Wi-Fi (wifi)")]
    hidden: bool,

    /// The full name
    #[arg(long, value_name = "NAME", help_heading = "Contact (vcard)")]
    name: Option<String>,
    /// The given name, where the full name's last word is not the family name
    #[arg(long, value_name = "NAME", help_heading = "Contact (vcard)")]
    first_name: Option<String>,
    /// The family name
    #[arg(long, value_name = "NAME", help_heading = "Contact (vcard)")]
    last_name: Option<String>,
    /// The organisation
    #[arg(long, value_name = "NAME", help_heading = "Contact (vcard)")]
    org: Option<String>,
    /// The e-mail address; may be given several times
    #[arg(long, value_name = "ADDRESS", help_heading = "Contact (vcard)")]
    email: Vec<String>,
    /// The web site
    #[arg(long, value_name = "URL", help_heading = "Contact (vcard)")]
    url: Option<String>,
    /// The postal address, in one line
    #[arg(long, value_name = "TEXT", help_heading = "Contact (vcard)")]
    address: Option<String>,
    /// A note
    #[arg(long, value_name = "TEXT", help_heading = "Contact (vcard)")]
    note: Option<String>,

    /// Whom the message is for; may be given several times
    #[arg(long, value_name = "ADDRESS", help_heading = "E-mail (email)")]
    to: Vec<String>,
    /// The subject line
    #[arg(long, value_name = "TEXT", help_heading = "E-mail (email)")]
    subject: Option<String>,
    /// The text
    #[arg(long, value_name = "TEXT", help_heading = "E-mail (email)")]
    body: Option<String>,
    /// Who gets a copy; may be given several times
    #[arg(long, value_name = "ADDRESS", help_heading = "E-mail (email)")]
    cc: Vec<String>,
    /// Who gets a copy unseen; may be given several times
    #[arg(long, value_name = "ADDRESS", help_heading = "E-mail (email)")]
    bcc: Vec<String>,

    /// The number (phone, sms, whatsapp, vcard); a contact may have several
    #[arg(
        long,
        value_name = "NUMBER",
        help_heading = "Telephone (phone, sms, whatsapp)"
    )]
    phone: Vec<String>,
    /// The text to send (sms, whatsapp)
    #[arg(long, value_name = "TEXT", help_heading = "Telephone (phone, sms, whatsapp)")]
    message: Option<String>,

    /// Degrees north: -90 to 90
    #[arg(
        long,
        value_name = "DEGREES",
        help_heading = "Place (geo)",
        allow_negative_numbers = true
    )]
    lat: Option<String>,
    /// Degrees east: -180 to 180
    #[arg(
        long,
        value_name = "DEGREES",
        help_heading = "Place (geo)",
        allow_negative_numbers = true
    )]
    lng: Option<String>,
    /// Metres above sea level
    #[arg(
        long,
        value_name = "METRES",
        help_heading = "Place (geo)",
        allow_negative_numbers = true
    )]
    altitude: Option<String>,
    /// What the map shall call it
    #[arg(long, value_name = "TEXT", help_heading = "Place (geo)")]
    label: Option<String>,

    /// What the event is called (event); the job title (vcard)
    #[arg(long, value_name = "TEXT", help_heading = "Event (event)")]
    title: Option<String>,
    /// When it starts: 2026-11-30, 2026-11-30T18:00, 2026-11-30T18:00:00Z
    #[arg(long, value_name = "TIME", help_heading = "Event (event)")]
    start: Option<String>,
    /// When it ends
    #[arg(long, value_name = "TIME", help_heading = "Event (event)")]
    end: Option<String>,
    /// Where it takes place
    #[arg(long, value_name = "TEXT", help_heading = "Event (event)")]
    location: Option<String>,
    /// What it is about
    #[arg(long, value_name = "TEXT", help_heading = "Event (event)")]
    description: Option<String>,
    /// The time zone of its times, such as America/Montreal
    #[arg(long, value_name = "ZONE", help_heading = "Event (event)")]
    timezone: Option<String>,
}

/// Members of a payload in the order of their options.
pub(crate) type Members = Vec<(&'static str, Value)>;

/// A value given once stays a text, several become a list.
fn one_or_list(mut values: Vec<String>) -> Option<Value> {
    match values.len() {
        0 => None,
        1 => values.pop().map(Value::String),
        _ => Some(values.into()),
    }
}

impl PayloadFlags {
    /// The members that were given.
    pub(crate) fn given(self) -> Members {
        let text = |value: Option<String>| value.map(Value::String);
        [
            ("ssid", text(self.ssid)),
            ("password", text(self.password)),
            ("encryption", text(self.encryption)),
            ("hidden", self.hidden.then_some(Value::Bool(true))),
            ("name", text(self.name)),
            ("first_name", text(self.first_name)),
            ("last_name", text(self.last_name)),
            ("org", text(self.org)),
            ("email", one_or_list(self.email)),
            ("url", text(self.url)),
            ("address", text(self.address)),
            ("note", text(self.note)),
            ("to", one_or_list(self.to)),
            ("subject", text(self.subject)),
            ("body", text(self.body)),
            ("cc", one_or_list(self.cc)),
            ("bcc", one_or_list(self.bcc)),
            ("phone", one_or_list(self.phone)),
            ("message", text(self.message)),
            ("lat", text(self.lat)),
            ("lng", text(self.lng)),
            ("altitude", text(self.altitude)),
            ("label", text(self.label)),
            ("title", text(self.title)),
            ("start", text(self.start)),
            ("end", text(self.end)),
            ("location", text(self.location)),
            ("description", text(self.description)),
            ("timezone", text(self.timezone)),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
    }
}

/// The spelling of a field at the shell.
pub(super) fn option_name(field: &str) -> String {
    format!("--{}", field.replace('_', "-"))
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(option_name).collect::<Vec<_>>().join(", ")
}

/// The options that a data type takes, or nothing where it takes none.
pub(super) fn options_of(data_type: &str) -> Option<String> {
    TYPES
        .iter()
        .find(|candidate| candidate.name == data_type)
        .map(|found| list(found.members()))
}

/// The payload that the members make.
pub(super) fn object(members: Members) -> String {
    Value::Object(
        members
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
    .to_string()
}

/// Checks that the members belong to the data type; where it was not given, finds the one type that they belong to.
///
/// # Errors
/// Members that the type does not know, or that several types or none would take together.
pub(crate) fn data_type_of(
    members: &[(&'static str, Value)],
    given: Option<&str>,
) -> Result<Option<&'static str>, Failure> {
    if members.is_empty() {
        return Ok(None);
    }
    let names = || members.iter().map(|(name, _)| *name);
    let Some(given) = given else {
        return infer(members).map(Some);
    };
    let Some(data_type) = TYPES.iter().find(|candidate| candidate.name == given) else {
        // `url` and `text` have no members; any other word is for the service's check to refuse.
        if !qrstudio_server::render::choices("data_type").contains(&given) {
            return Ok(None);
        }
        return Err(Failure::bad_input(format_args!(
            "{} does not belong to --data-type {given}",
            list(names())
        ))
        .tip(format_args!(
            "{given} takes its contents as an argument: qrstudio render DATA"
        )));
    };
    let strangers: Vec<_> = names().filter(|member| !data_type.knows(member)).collect();
    if strangers.is_empty() {
        return Ok(Some(data_type.name));
    }
    let problems = strangers
        .iter()
        .map(|member| {
            let owners: Vec<_> = TYPES
                .iter()
                .filter(|owner| owner.knows(member))
                .map(|owner| owner.name)
                .collect();
            format!(
                "{} does not belong to --data-type {given}, but to {}",
                option_name(member),
                owners.join(", ")
            )
        })
        .collect();
    Err(Failure::bad_inputs(problems).tip(format_args!("{given} takes {}", list(data_type.members()))))
}

/// The one data type that all the members belong to.
fn infer(members: &[(&'static str, Value)]) -> Result<&'static str, Failure> {
    let names = || members.iter().map(|(name, _)| *name);
    let given = || list(names());
    let possible: Vec<_> = TYPES
        .iter()
        .filter(|candidate| names().all(|member| candidate.knows(member)))
        .collect();
    let complete: Vec<_> = possible
        .iter()
        .copied()
        .filter(|candidate| {
            candidate
                .required
                .iter()
                .all(|member| names().any(|given| given == *member))
        })
        .collect();
    match (complete.as_slice(), possible.as_slice()) {
        ([only], _) | ([], [only]) => Ok(only.name),
        ([], []) => Err(
            Failure::bad_input(format_args!("no data type takes {} together", given()))
                .tip("the options of each type stand under its name in: qrstudio render --help"),
        ),
        ([], several) | (several, _) => {
            let names: Vec<_> = several.iter().map(|candidate| candidate.name).collect();
            Err(
                Failure::bad_input(format_args!("{} can mean {}", given(), names.join(", ")))
                    .tip("say which with --data-type"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_data_type_of_the_service_is_known() {
        let names = qrstudio_server::render::choices("data_type");
        let with_payload: Vec<_> = TYPES.iter().map(|data_type| data_type.name).collect();
        let in_order: Vec<_> = names
            .into_iter()
            .filter(|name| !matches!(*name, "url" | "text"))
            .collect();
        assert_eq!(in_order, with_payload);
    }

    fn inferred(members: &[&'static str], data_type: Option<&str>) -> String {
        let members: Members = members.iter().map(|name| (*name, Value::Bool(true))).collect();
        match data_type_of(&members, data_type) {
            Ok(found) => found.unwrap_or("none").to_owned(),
            Err(failure) => format!("{failure:?}"),
        }
    }

    #[test]
    fn members_tell_their_type() {
        for (members, expected) in [
            (&["ssid"][..], "wifi"),
            (&["password"], "wifi"),
            (&["name", "phone", "title"], "vcard"),
            (&["to", "subject"], "email"),
            (&["lat", "lng", "label"], "geo"),
            (&["title", "start"], "event"),
            (&["title", "org"], "vcard"),
            (&[], "none"),
        ] {
            assert_eq!(inferred(members, None), expected, "{members:?}");
        }
    }

    #[test]
    fn what_several_types_take_is_asked_back() {
        for (members, expected) in [
            (&["phone"][..], "--phone can mean sms, phone, whatsapp"),
            (&["phone", "message"], "--phone, --message can mean sms, whatsapp"),
            (&["title"], "--title can mean vcard, event"),
            (&["ssid", "lat"], "no data type takes --ssid, --lat together"),
        ] {
            let answer = inferred(members, None);
            assert!(answer.contains(expected), "{members:?}: {answer}");
        }
    }

    #[test]
    fn members_of_another_type_are_refused() {
        let answer = inferred(&["ssid", "lat"], Some("wifi"));
        assert!(
            answer.contains("--lat does not belong to --data-type wifi, but to geo"),
            "{answer}"
        );
        let answer = inferred(&["ssid"], Some("text"));
        assert!(
            answer.contains("--ssid does not belong to --data-type text"),
            "{answer}"
        );
    }
}
