//! What is kept of a visit; the visitor's address is forgotten here.

use std::borrow::Cow;

use qrstudio_store::{Millis, Scan, ScanKind, Visitor};

use super::Scans;
use super::codes::{Served, Target};
use super::visit::Visit;
use crate::mail::heaviest;

/// No host is longer (RFC 1035, 2.3.4).
const LONGEST_HOST: usize = 253;

impl Scans {
    /// The hash of whoever scans.
    pub(super) fn visitor(&self, visit: &Visit<'_>, at: Millis) -> Visitor {
        self.0
            .visitors
            .hash(at, visit.address, visit.user_agent, &*self.0.entropy)
    }

    /// Hands what is kept of a visit to `keep`.
    pub(super) fn read<T>(
        &self,
        code: &Served,
        target: &Target,
        visitor: Visitor,
        visit: &Visit<'_>,
        at: Millis,
        keep: impl FnOnce(&Scan<&str>) -> T,
    ) -> T {
        let agent = self
            .0
            .agents
            .read(str::from_utf8(visit.user_agent).unwrap_or_default());
        let is_flood = || {
            let count = self.0.floods.count((code.id().0, visitor.0), at.0);
            self.0.is_bounded && count > self.0.limits.scans_per_minute
        };
        let kind = if agent.is_bot {
            ScanKind::Bot
        } else if is_flood() {
            ScanKind::Flood
        } else {
            ScanKind::Person
        };
        let place = self.0.places.find(visit.address, visit.edge_country);
        keep(&Scan {
            code: code.id(),
            at,
            kind,
            destination: target.as_str(),
            variant: target.label.as_deref(),
            country: place.country.as_deref(),
            region: place.region,
            device: agent.device,
            os: agent.os.as_deref(),
            browser: agent.browser.as_deref(),
            referrer: referring_host(visit.referer).as_deref(),
            language: language(visit.languages).as_deref(),
            visitor,
        })
    }
}

/// The host of a `Referer`, without the rest of it.
fn referring_host(referer: &str) -> Option<String> {
    let url = url::Url::parse(referer).ok()?;
    let host = url.host_str().filter(|host| host.len() <= LONGEST_HOST)?;
    matches!(url.scheme(), "http" | "https" | "android-app").then(|| host.to_owned())
}

/// The primary subtag (RFC 5646, 2.2.1) of the language that is wanted most (RFC 9110, 12.5.4).
fn language(accepted: &str) -> Option<Cow<'_, str>> {
    heaviest(accepted, primary)
}

fn primary(tag: &str) -> Option<Cow<'_, str>> {
    let primary = tag.split('-').next()?;
    let is_language =
        (2..=3).contains(&primary.len()) && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_language.then(|| {
        if primary.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(primary.to_ascii_lowercase())
        } else {
            Cow::Borrowed(primary)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_referer_only_the_host_is_kept() {
        for (referer, host) in [
            (
                "https://www.example.com/search?q=secret#part",
                Some("www.example.com"),
            ),
            ("http://user:password@shop.example:8080/", Some("shop.example")),
            ("https://BÜCHER.example/", Some("xn--bcher-kva.example")),
            ("android-app://com.example.app/", Some("com.example.app")),
            ("https://192.0.2.1/", Some("192.0.2.1")),
            ("javascript:alert(1)", None),
            ("about:blank", None),
            ("/relative", None),
            ("", None),
        ] {
            assert_eq!(referring_host(referer).as_deref(), host, "{referer}");
        }
    }

    #[test]
    fn a_language_is_two_or_three_letters() {
        for (accepted, kept) in [
            ("fr-CA,fr;q=0.9,en;q=0.8", Some("fr")),
            ("DE", Some("de")),
            ("haw", Some("haw")),
            ("*", None),
            ("", None),
            ("x-klingon", None),
            ("12", None),
            ("en;q=0.5", Some("en")),
            ("fr;q=0.1,en;q=0.9", Some("en")),
            ("en;q=0,fr", Some("fr")),
            ("*,de;q=0.3", Some("de")),
            ("en;q=0", None),
        ] {
            assert_eq!(language(accepted).as_deref(), kept, "{accepted}");
        }
    }
}
