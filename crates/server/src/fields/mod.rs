//! The fields of a request, from JSON, a form or the command line, and what is wrong with them.
//!
//! [`Fields`] holds them as they came; nothing is judged before something asks for a field as a text, a number, a
//! choice. The coercions (`coerce`) follow the original's framework, Django REST framework, texts included.
//! [`FieldErrors`] collects all failures of a request in the contract's two shapes.

mod coerce;
mod container;
mod errors;
mod form;
mod members;
mod upload;
mod value;

pub(crate) use coerce::{Range, TextRule, boolean, choice, echo, file, integer, number, text, url};
pub use container::{BodyError, Fields, Ignored};
pub use errors::{FieldError, FieldErrors};
pub(crate) use form::Form;
pub(crate) use members::{Entry, Members, Names};
pub use upload::Upload;
pub(crate) use value::Value;

/// The framework's texts that more than one place uses.
pub(crate) mod texts {
    pub(crate) const REQUIRED: &str = "This field is required.";
    pub(crate) const NULL: &str = "This field may not be null.";
    pub(crate) const BLANK: &str = "This field may not be blank.";
    pub(crate) const NOT_A_STRING: &str = "Not a valid string.";
    pub(crate) const NOT_A_NUMBER: &str = "A valid number is required.";
    pub(crate) const NOT_AN_INTEGER: &str = "A valid integer is required.";
    pub(crate) const NOT_A_BOOLEAN: &str = "Must be a valid boolean.";
    pub(crate) const NULL_CHARACTERS: &str = "Null characters are not allowed.";
    pub(crate) const STRING_TOO_LARGE: &str = "String value too large.";
    pub(crate) const EMPTY_LIST: &str = "This list may not be empty.";
    pub(crate) const NOT_A_URL: &str = "Enter a valid URL.";
    pub(crate) const NOT_A_FILE: &str =
        "The submitted data was not a file. Check the encoding type on the form.";
    pub(crate) const EMPTY_FILE: &str = "The submitted file is empty.";
    pub(crate) const NOT_JSON: &str = "Value must be valid JSON.";
}
