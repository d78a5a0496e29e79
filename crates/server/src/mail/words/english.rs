//! English.

use std::time::Duration;

use jiff::civil::DateTime;

use super::{Action, Facts, Letter, Span, Words, masked, month};

pub(super) fn words(letter: &Letter, facts: &Facts<'_>) -> Words {
    let Facts { to, url, host, at } = *facts;
    let footer = format!(
        "QR Studio at {url} sent this message automatically, to {to} only. It tracks nobody: no pictures, no counters, \
         no hidden links."
    );
    let words = |subject, title, opening, action, doubt| Words {
        subject,
        title,
        opening,
        action,
        doubt_title: match letter {
            Letter::WebhookDisabled { .. } => "Is it not needed any more?",
            _ => "Was it not you?",
        },
        doubt,
        doubt_link: matches!(letter, Letter::PasswordChanged).then(|| format!("{url}/account/reset/")),
        footer,
    };
    match letter {
        Letter::VerifyEmail { link, valid_for } => words(
            "Confirm your e-mail address for QR Studio",
            "Confirm your e-mail address",
            vec![format!(
                "Somebody gave {to} as the address of an account on QR Studio at {host}. If that was you, please confirm \
                 it, so that the account can use it."
            )],
            Some(action("Confirm this address", link, *valid_for)),
            vec![
                "Then there is nothing to do: as long as nobody confirms the address, the account cannot make use of it."
                    .to_owned(),
            ],
        ),
        Letter::ResetPassword { link, valid_for } => words(
            "Choose a new password for QR Studio",
            "Choose a new password",
            vec![format!(
                "Somebody asked for a new password for your account {to} on QR Studio at {host}. If that was you, choose \
                 one. Every device that is signed in will have to sign in again."
            )],
            Some(action("Choose a new password", link, *valid_for)),
            vec![
                "Then there is nothing to do: your password stays as it is, and nobody can change it without this \
                 message. Do not pass it on."
                    .to_owned(),
            ],
        ),
        Letter::PasswordChanged => words(
            "Your password for QR Studio was changed",
            "Your password was changed",
            vec![
                format!(
                    "The password of your account {to} on QR Studio at {host} was changed on {}. Every device that was \
                     signed in has to sign in again.",
                    moment(at)
                ),
                "If that was you, all is well.".to_owned(),
            ],
            None,
            vec![format!(
                "Then somebody else has had access to your account. Tell the people who run {host}, and ask for a new \
                 password at once:"
            )],
        ),
        Letter::EmailChanged { new_email } => words(
            "Your e-mail address at QR Studio was changed",
            "Your e-mail address was changed",
            vec![
                format!(
                    "On {}, your account {to} on QR Studio at {host} was given another address: {}. That is the one to \
                     sign in with from now on, and our messages go there.",
                    moment(at),
                    masked(new_email)
                ),
                "If that was you, all is well.".to_owned(),
            ],
            None,
            vec![format!(
                "Then somebody else knows your password and has taken the account. Tell the people who run {host} at \
                 once: they can give it back to you. If you use that password elsewhere, change it there, too."
            )],
        ),
        Letter::WebhookDisabled { number, is_gone } => words(
            "A webhook of yours on QR Studio was disabled",
            "A webhook was disabled",
            vec![
                format!(
                    "Webhook {number} of your workspace on QR Studio at {host} was disabled on {}: {}. It is told of nothing \
                     any more, and what waited for it was dropped.",
                    moment(at),
                    if *is_gone {
                        "its receiver answered 410 Gone"
                    } else {
                        "it has not taken a delivery for long"
                    }
                ),
                format!(
                    "Its deliveries, each with the reason why it failed, are listed at \
                     {url}/api/v1/webhooks/{number}/deliveries/. Once the receiver works again, set the webhook's status to \
                     active."
                ),
            ],
            None,
            vec!["Then there is nothing to do, or delete it.".to_owned()],
        ),
    }
}

fn action(label: &'static str, link: &str, valid_for: Duration) -> Action {
    Action {
        label,
        lead: format!("{label}:"),
        link: link.to_owned(),
        spelled_out: "Or copy this link into your browser:",
        terms: format!("The link works once, within {}.", span(valid_for)),
    }
}

fn span(time: Duration) -> String {
    let counted = |number, unit| match number {
        1 => format!("1 {unit}"),
        _ => format!("{number} {unit}s"),
    };
    match Span::from(time) {
        Span::Minutes(number) => counted(number, "minute"),
        Span::Hours(number) => counted(number, "hour"),
        Span::Days(number) => counted(number, "day"),
    }
}

fn moment(at: DateTime) -> String {
    let month = month(
        at,
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    );
    format!(
        "{} {month} {} at {:02}:{:02} UTC",
        at.day(),
        at.year(),
        at.hour(),
        at.minute()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_as_people_do() {
        for (minutes, said) in [
            (1, "1 minute"),
            (30, "30 minutes"),
            (60, "1 hour"),
            (90, "90 minutes"),
            (24 * 60, "24 hours"),
            (48 * 60, "2 days"),
            (7 * 24 * 60, "7 days"),
        ] {
            assert_eq!(span(Duration::from_secs(minutes * 60)), said);
        }
    }
}
