//! What can be wrong with the contents: field and cause, never a wire text.

use std::fmt;

/// Everything that is wrong with one value of a data type; never empty.
#[derive(Clone, Debug, PartialEq)]
pub struct ContentsError {
    problems: Vec<Problem>,
}

/// One field that cannot be encoded, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// The struct's field.
    pub field: &'static str,
    /// The entry at fault, where the field is a list.
    pub index: Option<usize>,
    /// What is wrong with it.
    pub cause: Cause,
}

/// Why a field cannot be encoded.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// Needed, and empty or absent.
    Missing,
    /// Holds a character that the format can neither carry nor escape.
    ControlCharacter(char),
    /// More bytes of UTF-8 than the field's standard allows.
    TooLong {
        /// The most bytes that it may have.
        limit: usize,
    },
    /// Outside the closed range.
    OutOfRange {
        /// The smallest value allowed.
        lowest: f64,
        /// The largest value allowed.
        highest: f64,
    },
    /// Not something that can be dialled.
    PhoneNumber,
    /// A phone number without its country code, where one is needed.
    CountryCode,
    /// Not an e-mail address.
    EmailAddress,
    /// Not a URL.
    Url,
    /// Not a short id: eight characters of `A-Za-z0-9`.
    ShortId,
    /// The end of an event lies before its start.
    EndBeforeStart,
    /// Start and end are of different kinds: a day and a moment, or a local time and an absolute one.
    MixedTimes,
}

impl ContentsError {
    /// Every problem, in the order of the struct's fields.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for ContentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, problem) in self.problems.iter().enumerate() {
            if nth > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ContentsError {}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}[{index}] {}", self.field, self.cause),
            None => write!(f, "{} {}", self.field, self.cause),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::ControlCharacter(found) => {
                write!(f, "holds the control character U+{:04X}", u32::from(*found))
            }
            Self::TooLong { limit } => write!(f, "has more than {limit} bytes"),
            Self::OutOfRange { lowest, highest } => write!(f, "is outside {lowest} to {highest}"),
            Self::PhoneNumber => f.write_str("is not a phone number"),
            Self::CountryCode => f.write_str("is not a phone number with its country code"),
            Self::EmailAddress => f.write_str("is not an e-mail address"),
            Self::Url => f.write_str("is not a URL"),
            Self::ShortId => f.write_str("is not eight letters or digits"),
            Self::EndBeforeStart => f.write_str("lies before the start"),
            Self::MixedTimes => f.write_str("is of another kind than the start"),
        }
    }
}

/// Collects problems while a type checks its fields, so that all are reported at once.
#[derive(Default)]
pub(super) struct Checks {
    problems: Vec<Problem>,
}

impl Checks {
    pub(super) fn add(&mut self, field: &'static str, cause: Cause) {
        self.problems.push(Problem {
            field,
            index: None,
            cause,
        });
    }

    pub(super) fn add_at(&mut self, field: &'static str, index: usize, cause: Cause) {
        self.problems.push(Problem {
            field,
            index: Some(index),
            cause,
        });
    }

    /// Adds `cause` where there is one; for checks that are functions of the value alone.
    pub(super) fn check(&mut self, field: &'static str, result: Result<(), Cause>) {
        if let Err(cause) = result {
            self.add(field, cause);
        }
    }

    /// `text` when nothing was found.
    pub(super) fn finish(self, text: String) -> Result<String, ContentsError> {
        if self.problems.is_empty() {
            Ok(text)
        } else {
            Err(ContentsError {
                problems: self.problems,
            })
        }
    }
}
