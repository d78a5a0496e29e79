//! What requests say of a webhook.

use qrstudio_egress::FetchError;
use qrstudio_store::{EventKind, SubscriptionStatus};

use crate::app::App;
use crate::error::{Error, Result};
use crate::fields::{self, FieldError, FieldErrors, Fields, Form, Ignored, TextRule, Value, texts};

/// What can be subscribed to.
const KINDS: [(&str, EventKind); 5] = [
    ("scan.created", EventKind::ScanCreated),
    ("dynamic_qr.created", EventKind::DynamicQrCreated),
    ("dynamic_qr.updated", EventKind::DynamicQrUpdated),
    ("quota.threshold_75", EventKind::QuotaThreshold75),
    ("quota.threshold_100", EventKind::QuotaThreshold100),
];
/// What an owner can ask for; `disabled` is our word.
const STATUSES: [(&str, SubscriptionStatus); 2] = [
    ("active", SubscriptionStatus::Active),
    ("paused", SubscriptionStatus::Paused),
];
const URL: TextRule = TextRule {
    keeps_blanks: false,
    longest: Some(2000),
};
const DESCRIPTION: TextRule = TextRule {
    keeps_blanks: false,
    longest: Some(200),
};

/// The fields of a request; `None` did not come.
pub(super) struct Given {
    pub(super) url: Option<String>,
    pub(super) description: Option<String>,
    pub(super) events: Option<Vec<EventKind>>,
    pub(super) include_bots: Option<bool>,
    pub(super) status: Option<SubscriptionStatus>,
    pub(super) ignored: Ignored,
}

/// Which fields there are, and which must come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// URL and events.
    Whole,
    /// None; the status may come, too.
    Changes,
}

impl Given {
    /// Reads the fields.
    ///
    /// # Errors
    /// All that is wrong with them, but for what only a look at the URL's host tells.
    pub(super) fn read(app: &App, fields: &Fields, wants: Wants) -> Result<Self, FieldErrors> {
        let mut form = Form::of(fields);
        let url = match wants {
            Wants::Whole => Some(form.required("url", URL)),
            Wants::Changes => form.optional("url", URL),
        };
        let description = description(&mut form);
        let events = match form.value("events") {
            Some(value) => events(&value)
                .map_err(|refused| form.refuse_value("events", refused))
                .ok(),
            None if wants == Wants::Whole => {
                form.refuse("events", [texts::REQUIRED.to_owned()]);
                None
            }
            None => None,
        };
        let include_bots = form.boolean("include_bots");
        let status = match wants {
            Wants::Whole => None,
            Wants::Changes => form.value("status").and_then(|value| {
                fields::choice(&value, &STATUSES)
                    .map_err(|refused| form.refuse("status", refused))
                    .ok()
            }),
        };
        let refused = url
            .as_ref()
            .filter(|_| !form.has_failed("url"))
            .and_then(|url| app.webhooks().judge_alone(url).err());
        match refused {
            Some(FetchError::NotAUrl) => form.refuse("url", [texts::NOT_A_URL.to_owned()]),
            // Alone it comes after the plan, which may have no webhooks at all.
            Some(refused) if form.has_any_failed() => form.refuse_meaning("url", refused.to_string()),
            _ => {}
        }
        Ok(Self {
            ignored: form.finish()?,
            url,
            description,
            events,
            include_bots,
            status,
        })
    }

    /// Judges where the URL leads, if there is one.
    ///
    /// # Errors
    /// Why nothing will be told there.
    pub(super) async fn judge(&self, app: &App) -> Result<()> {
        let Some(url) = &self.url else { return Ok(()) };
        let mut errors = FieldErrors::default();
        match app.webhooks().judge(url).await {
            Ok(()) => return Ok(()),
            Err(FetchError::NotAUrl) => errors.add("url", texts::NOT_A_URL),
            Err(refused) => errors.add_domain("url", refused.to_string()),
        }
        Err(Error::Fields(errors))
    }
}

/// Blank says the same as nothing at all: no description.
fn description(form: &mut Form<'_>) -> Option<String> {
    let value = form.value("description")?;
    if let Value::Text(text) = &value
        && text.trim().is_empty()
    {
        return Some(String::new());
    }
    fields::text(&value, DESCRIPTION)
        .map_err(|refused| form.refuse("description", refused))
        .ok()
}

fn events(value: &Value<'_>) -> Result<Vec<EventKind>, FieldError> {
    let refuse = |text: String| Err(FieldError::Framework(vec![text]));
    let items = match value {
        Value::Null => return refuse(texts::NULL.to_owned()),
        Value::List(items) => items,
        other => {
            let got = other.type_name();
            return refuse(format!("Expected a list of items but got type \"{got}\"."));
        }
    };
    if items.is_empty() {
        return refuse(texts::EMPTY_LIST.to_owned());
    }
    let mut errors = FieldErrors::default();
    let mut kinds = Vec::new();
    // Each beyond the last kind that there is repeats one or is none: a few of them say enough.
    for (index, item) in items.iter().enumerate().take(2 * KINDS.len()) {
        match fields::choice(&Value::of_json(item), &KINDS) {
            Ok(kind) if kinds.contains(&kind) => errors.add(&index.to_string(), "This field must be unique."),
            Ok(kind) => kinds.push(kind),
            Err(refused) => errors.add_all(&index.to_string(), refused),
        }
    }
    if errors.is_empty() {
        Ok(kinds)
    } else {
        Err(FieldError::Inside(errors))
    }
}
