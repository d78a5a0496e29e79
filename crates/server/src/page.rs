//! Lists in pages.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::Serialize;
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::{Error, Result};

const DEFAULT_SIZE: u32 = 25;
const LARGEST_SIZE: u32 = 100;

/// The parameters after the question mark.
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// A parameter; the last of a repeated name counts.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(given, _)| given == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl FromRequestParts<App> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(
            form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        ))
    }
}

/// The page that is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Page {
    number: u64,
    size: u32,
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct PageOf<T> {
    /// How many there are on all pages.
    #[schema(example = 1)]
    count: u64,
    /// URL of the page after this one.
    #[schema(required, example = json!(null))]
    next: Option<String>,
    /// URL of the page before this one.
    #[schema(required, example = json!(null))]
    previous: Option<String>,
    /// What is on this page.
    results: Vec<T>,
}

impl Page {
    /// Reads `page` and `page_size`.
    ///
    /// # Errors
    /// A page that cannot be; a size that cannot be is the usual one.
    pub(crate) fn of(query: &Query) -> Result<Self> {
        let number = query.get("page").map_or(Some(1), |page| page.parse().ok());
        let size = query.get("page_size").and_then(|size| size.parse::<u64>().ok());
        let size = size.filter(|size| *size > 0).map_or(DEFAULT_SIZE, |size| {
            u32::try_from(size).map_or(LARGEST_SIZE, |size| size.min(LARGEST_SIZE))
        });
        match number {
            Some(number) if number > 0 => Ok(Self { number, size }),
            _ => Err(Error::InvalidPage),
        }
    }

    pub(crate) fn size(self) -> u32 {
        self.size
    }

    /// How many come before this page.
    pub(crate) fn offset(self) -> u64 {
        self.number.saturating_sub(1).saturating_mul(self.size.into())
    }

    /// The page with its results, out of so many `places` in all. `base` is the URL of the list, `query` what this page was
    /// asked for with, `as_of` what keeps the other pages to the same state.
    ///
    /// # Errors
    /// A page past the end.
    pub(crate) fn filled<T>(
        self,
        results: Vec<T>,
        count: u64,
        places: u64,
        base: &str,
        query: &Query,
        as_of: &str,
    ) -> Result<PageOf<T>> {
        if self.number > 1 && self.offset() >= places {
            return Err(Error::InvalidPage);
        }
        let url = |number: u64| {
            let mut parameters = form_urlencoded::Serializer::new(String::new());
            let kept = query
                .0
                .iter()
                .filter(|(name, _)| name != "page" && name != "as_of");
            parameters.extend_pairs(kept);
            parameters.append_pair("page", &number.to_string());
            parameters.append_pair("as_of", as_of);
            format!("{base}?{}", parameters.finish())
        };
        let has_next = self.offset().saturating_add(self.size.into()) < places;
        Ok(PageOf {
            count,
            next: has_next.then(|| url(self.number.saturating_add(1))),
            previous: (self.number > 1).then(|| url(self.number - 1)),
            results,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    #[test]
    fn pages_and_sizes_are_read_with_patience() {
        for (text, expected) in [
            ("", Some((0, 25))),
            ("page=1", Some((0, 25))),
            ("page=3&page_size=10", Some((20, 10))),
            ("page_size=100", Some((0, 100))),
            ("page_size=101", Some((0, 100))),
            ("page_size=99999999999", Some((0, 100))),
            ("page_size=0", Some((0, 25))),
            ("page_size=-1", Some((0, 25))),
            ("page_size=many", Some((0, 25))),
            ("page=1&page=2", Some((25, 25))),
            ("page=0", None),
            ("page=-1", None),
            ("page=one", None),
            ("page=", None),
            ("page=18446744073709551615", Some((u64::MAX, 25))),
        ] {
            let page = Page::of(&query(text)).ok();
            assert_eq!(page.map(|page| (page.offset(), page.size())), expected, "{text}");
        }
    }

    #[test]
    fn links_keep_what_was_asked_for() {
        let links = |text: &str, places| {
            let query = query(text);
            let page = Page::of(&query).unwrap();
            let filled = page.filled(vec![()], places, places, "https://qr.example/x/", &query, "7.2");
            filled.ok().map(|page| (page.next, page.previous))
        };
        let link = |text: &str| Some(format!("https://qr.example/x/?{text}"));
        assert_eq!(links("", 0), Some((None, None)));
        assert_eq!(links("", 25), Some((None, None)));
        assert_eq!(links("", 26), Some((link("page=2&as_of=7.2"), None)));
        assert_eq!(
            links("search=a%26b+%C3%A9&page_size=10&page=2&as_of=7.2", 21),
            Some((
                link("search=a%26b+%C3%A9&page_size=10&page=3&as_of=7.2"),
                link("search=a%26b+%C3%A9&page_size=10&page=1&as_of=7.2")
            ))
        );
        assert_eq!(links("page=2", 50), Some((None, link("page=1&as_of=7.2"))));
        assert_eq!(links("page=3", 50), None);
        assert_eq!(links("page=18446744073709551615", 50), None);
    }
}
