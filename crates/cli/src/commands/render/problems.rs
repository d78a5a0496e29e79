//! What the service's checks found, in the spelling of the shell.

use qrstudio_server::fields::FieldErrors;

use super::payload;
use crate::exit::Failure;

/// How the person at the shell wrote the contents: errors name what they wrote.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spelling<'a> {
    /// The data type in effect, where it is known.
    pub(super) data_type: Option<&'a str>,
    /// Whether the payload was given as single options.
    pub(super) single_options: bool,
}

impl Spelling<'_> {
    /// Everything that is wrong, and how contents are given where they are missing.
    pub(super) fn failure(self, errors: &FieldErrors) -> Failure {
        let found = errors.flatten();
        let problems = found
            .iter()
            .map(|(path, text)| self.problem(path, text))
            .collect();
        let failure = Failure::bad_inputs(problems);
        let wrong = |name: &str| found.iter().any(|(path, _)| path == name);
        // A member is missing: the others are worth knowing, too.
        let incomplete = found
            .iter()
            .any(|(path, text)| path.starts_with("payload.") && text.contains("required"));
        let takes = self
            .data_type
            .and_then(|name| Some((name, payload::options_of(name)?)));
        match takes {
            Some((name, options)) if incomplete || wrong("payload") => {
                failure.tip(format_args!("{name} takes {options}"))
            }
            None if wrong("data") => {
                failure.tip("give it as an argument: qrstudio render https://example.com")
            }
            _ => failure,
        }
    }

    fn problem(self, path: &str, text: &str) -> String {
        match path.split_once('.') {
            _ if path == "non_field_errors" => text.to_owned(),
            Some(("payload", member)) if self.single_options => match member.split_once('.') {
                // Entries of a list count from 0 on the wire, from 1 for people.
                Some((member, index)) => match index.parse::<usize>() {
                    Ok(index) => format!("{} (number {}): {text}", payload::option_name(member), index + 1),
                    Err(_) => format!("{}: {text}", payload::option_name(member)),
                },
                None => format!("{}: {text}", payload::option_name(member)),
            },
            Some((field, inside)) => format!("{}: {inside}: {text}", payload::option_name(field)),
            None => format!("{}: {text}", payload::option_name(path)),
        }
    }
}
