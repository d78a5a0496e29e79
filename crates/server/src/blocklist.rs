//! Destinations that the operator has blocked, by patterns.
//!
//! | pattern | blocks |
//! | --- | --- |
//! | `example.com` | every URL on that host, by `http` and `https`, on any port |
//! | `*.example.com` | the same, and every host below it |
//! | `example.com/bad/*` | every URL of that host that begins so |
//! | `https://example.com/bad` | that URL alone |
//!
//! A pattern with a path and without a scheme is about both schemes; without a port, about the scheme's own.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use url::Url;

use crate::target::{HostName, Target};

/// A pattern that was read. Its `Display` is its one spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Host(HostName<'static>),
    /// The name, and every name below it.
    Below(String),
    Place(Place),
}

/// URLs of one host, by their path.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    host: HostName<'static>,
    /// `None`: `http` and `https`.
    scheme: Option<String>,
    /// `None`: the scheme's own.
    port: Option<u16>,
    /// Path and query, decoded.
    path: String,
    /// Whether what begins so is meant, too.
    is_prefix: bool,
}

/// A text that is no pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no pattern: example.com blocks a host, *.example.com all below it, too, example.com/bad/* what begins so, and \
     https://example.com/bad one URL"
)]
pub struct InvalidPattern(String);

impl FromStr for Pattern {
    type Err = InvalidPattern;

    fn from_str(given: &str) -> Result<Self, InvalidPattern> {
        read(given.trim()).ok_or_else(|| InvalidPattern(given.to_owned()))
    }
}

fn read(given: &str) -> Option<Pattern> {
    let (scheme, rest) = match given.split_once("://") {
        Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
        None => (None, given),
    };
    let is_host = scheme.is_none() && !rest.contains(['/', '?', '#']);
    let (rest, is_below) = match rest.strip_prefix("*.") {
        Some(rest) if is_host => (rest, true),
        _ => (rest, false),
    };
    let (rest, is_prefix) = match rest.strip_suffix('*') {
        Some(rest) if !is_host => (rest, true),
        _ => (rest, false),
    };
    let url = format!("{}://{rest}", scheme.as_deref().unwrap_or("http"));
    let target = Target::parse(&url).ok()?;
    let url = target.url();
    if rest.contains('*') || url.fragment().is_some() || is_host && url.port().is_some() {
        return None;
    }
    let kind = match HostName::of(url).into_owned() {
        HostName::Name(name) if is_below => Kind::Below(name.into_owned()),
        HostName::Address(_) if is_below => return None,
        host if is_host => Kind::Host(host),
        host => Kind::Place(Place {
            host,
            scheme,
            port: url.port(),
            path: path_and_query(url),
            is_prefix,
        }),
    };
    Some(Pattern(kind))
}

impl Place {
    fn holds(&self, url: &Url) -> bool {
        let path = path_and_query(url);
        self.scheme.as_deref().is_none_or(|scheme| scheme == url.scheme())
            && self.port == url.port()
            && match self.is_prefix {
                true => path.starts_with(&self.path),
                false => path == self.path,
            }
    }
}

/// Path and query without needless escapes, behind which a pattern could be passed by.
fn path_and_query(url: &Url) -> String {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let text = format!("{}{query}", url.path());
    unescaped(&text)
}

/// Writes the characters that need no escape without one.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('%');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let code = part
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.filter(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(byte)) {
            Some(byte) => {
                plain.push(byte.into());
                plain.push_str(part.get(2..).unwrap_or_default());
            }
            None => {
                plain.push('%');
                plain.push_str(part);
            }
        }
    }
    plain
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Host(host) => host.fmt(f),
            Kind::Below(name) => write!(f, "*.{name}"),
            Kind::Place(place) => {
                if let Some(scheme) = &place.scheme {
                    write!(f, "{scheme}://")?;
                }
                place.host.fmt(f)?;
                if let Some(port) = place.port {
                    write!(f, ":{port}")?;
                }
                f.write_str(&place.path)?;
                if place.is_prefix { f.write_str("*") } else { Ok(()) }
            }
        }
    }
}

/// All patterns, ready to be asked: what is asked costs a look-up for each label of the host, and a comparison for each
/// pattern with a path on that host.
#[derive(Clone, Debug, Default)]
pub struct Blocklist {
    hosts: HashSet<HostName<'static>>,
    /// Names that are blocked with all below them.
    below: HashSet<String>,
    places: HashMap<HostName<'static>, Vec<Place>>,
}

impl Blocklist {
    /// Reads patterns as the store keeps them. One that cannot be read (a newer version may know more kinds) is logged and
    /// left out.
    #[must_use]
    pub fn new(patterns: &[String]) -> Self {
        let mut list = Self::default();
        for text in patterns {
            match text.parse() {
                Ok(pattern) => list.add(pattern),
                Err(error) => tracing::warn!(%error, "a blocked pattern is left out"),
            }
        }
        list
    }

    fn add(&mut self, Pattern(kind): Pattern) {
        match kind {
            Kind::Host(host) => {
                self.hosts.insert(host);
            }
            Kind::Below(name) => {
                self.below.insert(name);
            }
            Kind::Place(place) => self.places.entry(place.host.clone()).or_default().push(place),
        }
    }

    /// Whether a destination is blocked.
    #[must_use]
    pub fn matches(&self, target: &Target) -> bool {
        let host = HostName::of(target.url()).into_owned();
        if self.hosts.contains(&host) {
            return true;
        }
        let places = self.places.get(&host).map(Vec::as_slice).unwrap_or_default();
        if places.iter().any(|place| place.holds(target.url())) {
            return true;
        }
        let HostName::Name(name) = &host else {
            return false;
        };
        let parents = name.match_indices('.').filter_map(|(dot, _)| name.get(dot + 1..));
        std::iter::once(&**name)
            .chain(parents)
            .any(|name| self.below.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_block_what_they_say() {
        for (pattern, target, blocks) in [
            ("evil.example", "https://evil.example/", true),
            ("evil.example", "http://evil.example:8080/any?thing", true),
            ("evil.example", "https://EVIL.example./", true),
            ("evil.example", "https://www.evil.example/", false),
            ("evil.example", "https://evil.example.com/", false),
            ("evil.example", "https://good.example/evil.example", false),
            ("EVIL.Example.", "https://evil.example/", true),
            ("*.evil.example", "https://evil.example/", true),
            ("*.evil.example", "https://a.b.evil.example/", true),
            ("*.evil.example", "https://notevil.example/", false),
            ("*.example", "https://any.example/", true),
            ("203.0.113.7", "https://3405803783/", true),
            ("203.0.113.7", "https://[::ffff:203.0.113.7]/", true),
            ("[2001:db8::7]", "https://[2001:db8:0::7]:9/", true),
            ("münchen.example", "https://xn--mnchen-3ya.example/", true),
            ("evil.example/bad/*", "https://evil.example/bad/page", true),
            ("evil.example/bad/*", "http://evil.example/bad/", true),
            ("evil.example/bad/*", "https://evil.example/b%61d/page", true),
            ("evil.example/bad/*", "https://evil.example/x/../bad/page", true),
            ("evil.example/bad/*", "https://evil.example/bad", false),
            ("evil.example/bad/*", "https://evil.example:8443/bad/", false),
            ("evil.example/bad/*", "https://www.evil.example/bad/", false),
            ("evil.example/*", "https://evil.example", true),
            ("https://evil.example/bad", "https://evil.example/bad", true),
            ("https://evil.example/bad", "https://evil.example/bad#part", true),
            ("https://evil.example/bad", "http://evil.example/bad", false),
            ("https://evil.example/bad", "https://evil.example/bad/", false),
            ("https://evil.example/bad", "https://evil.example/bad?x", false),
            ("https://evil.example*", "https://evil.example.com/", false),
            ("https://evil.example:8443/*", "https://evil.example:8443/x", true),
            ("evil.example/?id=*", "https://evil.example/?id=7", true),
        ] {
            let list = Blocklist::new(&[pattern.to_owned()]);
            assert_eq!(
                list.matches(&Target::parse(target).unwrap()),
                blocks,
                "{pattern} {target}"
            );
        }
        let list = Blocklist::new(&["evil.example".to_owned(), "no pattern".to_owned()]);
        assert!(list.matches(&Target::parse("https://evil.example").unwrap()));
        assert!(!Blocklist::default().matches(&Target::parse("https://evil.example").unwrap()));
    }

    #[test]
    fn a_pattern_has_one_spelling() {
        for (given, spelled) in [
            (" Evil.Example. ", "evil.example"),
            ("*.EVIL.example", "*.evil.example"),
            ("0x7f.1", "127.0.0.1"),
            ("[2001:DB8:0::7]", "[2001:db8::7]"),
            ("münchen.example", "xn--mnchen-3ya.example"),
            ("HTTPS://Evil.example:443/Bad*", "https://evil.example/Bad*"),
            ("evil.example/b%61d", "evil.example/bad"),
            ("https://evil.example*", "https://evil.example/*"),
        ] {
            let pattern: Pattern = given.parse().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(pattern.to_string(), spelled);
            assert_eq!(spelled.parse(), Ok(pattern));
        }
    }

    #[test]
    fn what_is_no_pattern() {
        for given in [
            "",
            "*",
            "*.",
            "*.*.example",
            "a*.example",
            "evil.example:8080",
            "*.203.0.113.7",
            "*.evil.example/bad",
            "evil example",
            "ftp://evil.example/",
            "https://u:p@evil.example/",
            "https://evil.example/#x",
            "https://evil.example/*/x",
            "https://*.evil.example/",
        ] {
            assert!(given.parse::<Pattern>().is_err(), "{given}");
        }
    }
}
