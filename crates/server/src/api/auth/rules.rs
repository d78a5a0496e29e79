//! How the fields of accounts are judged.

use crate::email::Email;
use crate::fields::{Form, TextRule};
use crate::passwords;

/// Names of people and workspaces.
pub(super) const NAME: TextRule = TextRule {
    keeps_blanks: false,
    longest: Some(150),
};

/// What came from a link or from an answer of ours.
pub(super) const TOKEN: TextRule = TextRule {
    keeps_blanks: false,
    longest: None,
};

/// Passwords, blanks and all. Their length is judged where they are new.
pub(super) const PASSWORD: TextRule = TextRule {
    keeps_blanks: true,
    longest: None,
};

const EMAIL: TextRule = TextRule {
    keeps_blanks: false,
    longest: None,
};

/// A text that somebody has for an address: looked up, whatever it is.
pub(super) fn typed_email(form: &mut Form<'_>) -> String {
    form.required("email", EMAIL)
}

/// An address that can be one.
pub(super) fn new_email(form: &mut Form<'_>) -> Option<Email> {
    let text = form.required("email", EMAIL);
    judge(form, &text)
}

/// The same where it need not come.
pub(super) fn other_email(form: &mut Form<'_>) -> Option<Email> {
    let text = form.optional("email", EMAIL)?;
    judge(form, &text)
}

fn judge(form: &mut Form<'_>, text: &str) -> Option<Email> {
    if form.has_failed("email") {
        return None;
    }
    let email = Email::read(text);
    if email.is_none() {
        form.refuse("email", ["Enter a valid email address.".to_owned()]);
    }
    email
}

/// A password that a user chooses. `email` is what it must not be.
pub(super) fn new_password(form: &mut Form<'_>, field: &'static str, email: Option<&Email>) -> String {
    let password = form.required(field, PASSWORD);
    if !form.has_failed(field) {
        form.refuse(field, passwords::refusals(&password, email));
    }
    password
}
