//! The payload of `dynamic`: a code whose symbol holds a short address of this service.

use qrstudio_store::ShortId;
use serde_json::value::RawValue;

use crate::fields::{FieldErrors, Ignored, Members, TextRule};
use crate::target::{LONGEST_TARGET, ScanBase, Target};

/// What a code may be called.
pub(crate) const CODE_NAME: TextRule = TextRule {
    keeps_blanks: false,
    longest: Some(120),
};
/// A destination, before it is judged.
pub(crate) const DESTINATION: TextRule = TextRule {
    keeps_blanks: false,
    longest: Some(LONGEST_TARGET),
};

/// Where a dynamic code will be found that a request asks for.
#[derive(Clone, Copy)]
pub(crate) struct CodePlace<'a> {
    /// Base of the URL in the symbol.
    pub(crate) base: &'a ScanBase,
    /// Draws what stands behind the base.
    pub(crate) short_id: &'a (dyn Fn() -> ShortId + Sync),
}

/// The dynamic code that a render carries.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct CarriedCode {
    pub(crate) name: String,
    /// As it was given.
    pub(crate) destination_url: String,
    pub(crate) target: Target,
    pub(crate) short_id: ShortId,
    /// What stands in the symbol.
    pub(crate) public_url: String,
    /// Whether that is an address of this very machine.
    pub(crate) is_loopback: bool,
}

/// Reads the payload.
///
/// # Errors
/// Everything that is wrong inside it.
pub(super) fn read(
    raw: &RawValue,
    place: CodePlace<'_>,
    ignored: &mut Ignored,
) -> Result<CarriedCode, FieldErrors> {
    let mut members = Members::of(raw);
    let name = members.required_text(&["name"], CODE_NAME);
    let destination_url = members.required_text(&["destination_url"], DESTINATION);
    let target = place
        .base
        .target(&destination_url)
        .map_err(|error| members.refuse("destination_url", error.to_string()))
        .ok();
    let errors = members.finish("payload", ignored);
    let Some(target) = target.filter(|_| errors.is_empty()) else {
        return Err(errors);
    };
    let short_id = (place.short_id)();
    Ok(CarriedCode {
        name,
        destination_url,
        target,
        short_id,
        public_url: place.base.public_url(short_id),
        is_loopback: place.base.is_loopback(),
    })
}
