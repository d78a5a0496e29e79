//! Values that help texts and completions name, while the judgement stays with the service's own checks.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};

/// Takes any text, and lists those that make sense for the field.
#[derive(Clone, Debug)]
pub(super) struct Choices(pub(super) &'static str);

impl TypedValueParser for Choices {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let choices = qrstudio_server::render::choices(self.0);
        Some(Box::new(choices.into_iter().map(PossibleValue::new)))
    }
}
