//! The languages that letters and account pages are written in.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

/// A language that people can be written to in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English, for everybody whose language we do not have.
    #[default]
    English,
    /// French.
    French,
}

/// Ranges of a header beyond this many are not looked at.
const RANGES: usize = 32;

impl Language {
    /// The language that a request asks for.
    #[must_use]
    pub fn of_request(headers: &HeaderMap) -> Self {
        let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        wanted.map_or_else(Self::default, Self::of_accept_language)
    }

    /// The language that the value of an `Accept-Language` header asks for (RFC 9110, 12.5.4): the one of ours with the
    /// greatest weight, the earlier one among equals, English where it names none of ours.
    #[must_use]
    pub fn of_accept_language(value: &str) -> Self {
        heaviest(value, Self::of_tag).unwrap_or_default()
    }

    /// The language of a tag such as `fr-CA`, by its first part.
    fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" | "*" => Some(Self::English),
            "fr" => Some(Self::French),
            _ => None,
        }
    }

    /// The tag for `lang` and `Content-Language`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }
}

/// Of what `read` makes of the tags of an `Accept-Language` header, that of the greatest weight above 0; the earlier one
/// among equals.
pub(crate) fn heaviest<'a, T>(value: &'a str, read: impl Fn(&'a str) -> Option<T>) -> Option<T> {
    let mut best = (0, None);
    for range in value.split(',').take(RANGES) {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let weight = parts
            .find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")))
            .map_or(Some(1000), thousandths);
        match (weight, read(tag)) {
            (Some(weight), Some(found)) if weight > best.0 => best = (weight, Some(found)),
            _ => {}
        }
        // None is heavier.
        if best.0 == 1000 {
            break;
        }
    }
    best.1
}

/// `0.8` as 800; a weight that is none makes its range count for nothing.
fn thousandths(weight: &str) -> Option<u32> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if fraction.len() > 3 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let thousandths: u32 = format!("{whole}{fraction:0<3}").parse().ok()?;
    (thousandths <= 1000).then_some(thousandths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_weight_wins_and_english_where_we_have_none() {
        use Language::{English, French};
        for (value, language) in [
            ("", English),
            ("fr", French),
            ("FR-ca", French),
            ("fr-FR,fr;q=0.9,en-US;q=0.8,en;q=0.7", French),
            ("en-GB,fr;q=0.9", English),
            ("en;q=0.5, fr ; q=0.9", French),
            ("en;q=0.5,fr;q=0.500", English),
            ("de,fr;q=0.4,en;q=0.3", French),
            ("de-DE,de;q=0.9", English),
            ("fr;q=0", English),
            ("fr;q=0.0,*;q=0.1", English),
            ("*,fr;q=0.9", English),
            ("fr;q=1.001", English),
            ("fr;q=0.1234", English),
            ("fr;q=", English),
            ("fr;q=+1", English),
            ("fr;q=-1,en;q=0.1", English),
            ("frank", English),
            ("français", English),
            (",,;;q=1,fr", French),
            ("fr;level=1;q=0.2,en;q=0.1", French),
        ] {
            assert_eq!(Language::of_accept_language(value), language, "{value:?}");
        }
    }

    #[test]
    fn a_long_header_is_read_in_part() {
        let long = format!("{}fr", "de,".repeat(RANGES));
        assert_eq!(Language::of_accept_language(&long), Language::English);
    }
}
