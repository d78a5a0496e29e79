//! What requests say of a code.

use std::collections::HashSet;

use qrstudio_store::Variant;
use serde_json::value::RawValue;

use crate::fields::{FieldErrors, Fields, Form, Ignored, Members, Range, TextRule, Value, texts};
use crate::render::{CODE_NAME, DESTINATION};
use crate::target::{ScanBase, Target, TargetError};

const LABEL: TextRule = TextRule {
    keeps_blanks: false,
    longest: Some(40),
};
const WEIGHT: Range<i64> = Range {
    lowest: 1,
    highest: 1_000,
    lowest_text: "1",
    highest_text: "1000",
};
const FEWEST_VARIANTS: usize = 2;
const MOST_VARIANTS: usize = 10;

/// The fields of a request; `None` did not come.
pub(super) struct Given {
    pub(super) name: Option<String>,
    pub(super) destination_url: Option<String>,
    pub(super) variants: Option<Vec<Variant>>,
    pub(super) is_active: Option<bool>,
    /// Where all of it leads.
    pub(super) targets: Vec<Target>,
    pub(super) ignored: Ignored,
}

/// Which fields must come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wants {
    /// Name and destination.
    Whole,
    /// None.
    Changes,
}

impl Given {
    /// Reads the fields.
    ///
    /// # Errors
    /// All that is wrong with them.
    pub(super) fn read(fields: &Fields, wants: Wants, base: &ScanBase) -> Result<Self, FieldErrors> {
        let mut form = Form::of(fields);
        let mut targets = Vec::new();
        let mut inside = Ignored::default();
        let mut text = |name, rule| match wants {
            Wants::Whole => Some(form.required(name, rule)),
            Wants::Changes => form.optional(name, rule),
        };
        let name = text("name", CODE_NAME);
        let destination_url = text("destination_url", DESTINATION);
        if let Some(url) = destination_url
            .as_deref()
            .filter(|_| !form.has_failed("destination_url"))
        {
            match base.target(url) {
                Ok(target) => targets.push(target),
                // What the framework would say, too, is said in its form.
                Err(error @ (TargetError::Invalid | TargetError::TooLong)) => {
                    form.refuse("destination_url", [error.to_string()]);
                }
                Err(error) => form.refuse_meaning("destination_url", error.to_string()),
            }
        }
        let variants = form.value("variants").and_then(|value| {
            variants(&value, base, &mut targets, &mut inside)
                .map_err(|refused| form.refuse_value("variants", refused))
                .ok()
        });
        let is_active = form.boolean("is_active");
        let mut ignored = form.finish()?;
        for name in inside.names() {
            ignored.add(name.clone());
        }
        Ok(Self {
            name,
            destination_url,
            variants,
            is_active,
            targets,
            ignored,
        })
    }
}

/// Why a list is refused: as a whole, or for its entries.
type Refused = crate::fields::FieldError;

fn refuse<T>(text: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::Framework(vec![text.into()]))
}

fn variants(
    value: &Value<'_>,
    base: &ScanBase,
    targets: &mut Vec<Target>,
    ignored: &mut Ignored,
) -> Result<Vec<Variant>, Refused> {
    let items = match value {
        Value::Null => return refuse(texts::NULL),
        Value::List(items) => items,
        other => {
            let got = other.type_name();
            return refuse(format!("Expected a list of items but got type \"{got}\"."));
        }
    };
    match items.len() {
        0 => return Ok(Vec::new()),
        FEWEST_VARIANTS..=MOST_VARIANTS => {}
        1 => {
            return refuse(format!(
                "Ensure this field has at least {FEWEST_VARIANTS} elements."
            ));
        }
        _ => {
            return refuse(format!(
                "Ensure this field has no more than {MOST_VARIANTS} elements."
            ));
        }
    }
    let mut errors = FieldErrors::default();
    let mut labels = HashSet::new();
    let mut variants = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match variant(index, item, base, &mut labels, ignored) {
            Ok((variant, target)) => {
                variants.push(variant);
                targets.push(target);
            }
            Err(inside) => errors.set(&index.to_string(), inside),
        }
    }
    if errors.is_empty() {
        Ok(variants)
    } else {
        Err(Refused::Inside(errors))
    }
}

fn variant(
    index: usize,
    item: &RawValue,
    base: &ScanBase,
    labels: &mut HashSet<String>,
    ignored: &mut Ignored,
) -> Result<(Variant, Target), Refused> {
    let raw = match Value::of_json(item) {
        Value::Object(raw) => raw,
        other => {
            let got = other.type_name();
            return refuse(format!("Expected a dictionary of items but got type \"{got}\"."));
        }
    };
    let mut members = Members::of(raw);
    let label = members.required_text(&["label"], LABEL);
    let destination_url = members.required_text(&["destination_url"], DESTINATION);
    let weight = members.required_integer(&["weight"], &WEIGHT);
    if !label.is_empty() && !labels.insert(label.clone()) {
        members.refuse("label", "This field must be unique.");
    }
    let target = base
        .target(&destination_url)
        .map_err(|error| members.refuse("destination_url", error.to_string()))
        .ok();
    let errors = members.finish(&format!("variants.{index}"), ignored);
    match (target, u32::try_from(weight)) {
        (Some(target), Ok(weight)) if errors.is_empty() => {
            let variant = Variant {
                label,
                destination_url,
                weight,
            };
            Ok((variant, target))
        }
        _ => Err(Refused::Inside(errors)),
    }
}
