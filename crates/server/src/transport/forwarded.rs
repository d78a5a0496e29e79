//! What forwarding headers tell, read from the right: each proxy adds at the end what it saw, so the last entry is the
//! nearest proxy's word. As long as an entry names a trusted proxy, that one's word (the entry to its left) counts, too.
//! The first that is none of ours is the client; what stands left of it, the client may have written itself.

use std::net::IpAddr;

use axum::http::header::FORWARDED;
use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::node;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const X_FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What one family of headers tells about the client.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Story {
    /// Its address, or that of the proxy that keeps it to itself; nothing where only our own peer is known.
    pub(super) address: Option<IpAddr>,
    /// Whether it came by HTTPS; nothing where that is not told.
    pub(super) https: Option<bool>,
    /// Whether addresses were told at all.
    tells_address: bool,
}

impl Story {
    /// What `X-Forwarded-For` and `X-Forwarded-Proto` tell.
    pub(super) fn of_x_forwarded(headers: &HeaderMap, trusted: impl Fn(IpAddr) -> bool) -> Self {
        let entries = list(headers, X_FORWARDED_FOR);
        let hops: Vec<_> = entries.iter().map(|entry| node::address(entry)).collect();
        let Walk { address, depth } = walk(&hops, trusted);
        let protocols = list(headers, X_FORWARDED_PROTO);
        // Where every proxy adds its word, the one beside the client's address counts; where one proxy rewrites the
        // header, its only word does. Never one further left: that may be the client's.
        let place = depth.min(protocols.len().saturating_sub(1));
        let protocol = protocols.iter().rev().nth(place);
        Self {
            address,
            https: protocol.map(|word| is_https(word)),
            tells_address: !hops.is_empty(),
        }
    }

    /// What `Forwarded` (RFC 7239) tells.
    pub(super) fn of_forwarded(headers: &HeaderMap, trusted: impl Fn(IpAddr) -> bool) -> Self {
        let elements: Vec<_> = headers
            .get_all(FORWARDED)
            .iter()
            .flat_map(|line| elements(line).unwrap_or_else(|| vec![Element::UNREADABLE]))
            .collect();
        let hops: Vec<_> = elements.iter().map(|element| element.from.flatten()).collect();
        let Walk { address, depth } = walk(&hops, trusted);
        Self {
            address,
            https: elements.iter().rev().nth(depth).and_then(|element| element.https),
            tells_address: elements.iter().any(|element| element.from.is_some()),
        }
    }

    /// Both stories as one; nothing where they contradict each other.
    pub(super) fn with(self, other: Self) -> Option<Self> {
        let address = match (self.tells_address, other.tells_address) {
            (true, true) if self.address != other.address => return None,
            (true, _) => self.address,
            (false, _) => other.address,
        };
        let https = match (self.https, other.https) {
            (Some(one), Some(other)) if one != other => return None,
            (one, other) => one.or(other),
        };
        Some(Self {
            address,
            https,
            tells_address: self.tells_address || other.tells_address,
        })
    }
}

/// Where a walk from the right ended.
struct Walk {
    address: Option<IpAddr>,
    /// How many entries stand right of the one where it ended.
    depth: usize,
}

fn walk(hops: &[Option<IpAddr>], trusted: impl Fn(IpAddr) -> bool) -> Walk {
    let mut end = Walk {
        address: None,
        depth: 0,
    };
    for (depth, hop) in hops.iter().rev().enumerate() {
        end.depth = depth;
        let Some(address) = *hop else {
            break;
        };
        end.address = Some(address);
        if !trusted(address) {
            break;
        }
    }
    end
}

fn is_https(word: &str) -> bool {
    word.trim().eq_ignore_ascii_case("https")
}

/// The entries of a header that is a list, over all its lines; what is no text is an entry that says nothing.
fn list(headers: &HeaderMap, name: HeaderName) -> Vec<&str> {
    headers
        .get_all(name)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(|entry| std::str::from_utf8(entry).unwrap_or("unknown"))
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .collect()
}

/// One proxy's word in `Forwarded`.
#[derive(Default)]
struct Element {
    /// Present where `for` is; inside, the address where it is one.
    from: Option<Option<IpAddr>>,
    https: Option<bool>,
}

/// The elements of a line: `for=192.0.2.1;proto=https, for="[2001:db8::1]:4711"`. Nothing where it is malformed. It is
/// read more kindly than RFC 7239 in one point: values that need quotes may lack them, as many proxies forget them.
fn elements(line: &HeaderValue) -> Option<Vec<Element>> {
    let mut rest = line.to_str().ok()?;
    let mut elements = Vec::new();
    let mut element = Element::default();
    let mut is_empty = true;
    loop {
        rest = rest.trim_start();
        if let Some((name, after)) = rest.split_once('=').filter(|(name, _)| is_token(name)) {
            let (value, after) = value(after)?;
            element.set(name, &value)?;
            is_empty = false;
            rest = after.trim_start();
        }
        let mut characters = rest.chars();
        let next = characters.next();
        rest = characters.as_str();
        match next {
            Some(';') => {}
            Some(',') | None => {
                if !is_empty {
                    elements.push(std::mem::take(&mut element));
                    is_empty = true;
                }
                if next.is_none() {
                    return Some(elements);
                }
            }
            Some(_) => return None,
        }
    }
}

impl Element {
    /// A line that is malformed. It says nothing good, so that whatever else vouches for the client contradicts it: the
    /// client may have spoilt the line to be believed elsewhere.
    const UNREADABLE: Self = Self {
        from: Some(None),
        https: Some(false),
    };

    /// Takes a parameter; nothing where it stands there twice.
    fn set(&mut self, name: &str, value: &str) -> Option<()> {
        if name.eq_ignore_ascii_case("for") {
            return self.from.replace(node::address(value)).is_none().then_some(());
        }
        if name.eq_ignore_ascii_case("proto") {
            return self.https.replace(is_https(value)).is_none().then_some(());
        }
        Some(())
    }
}

/// A value, with or without quotes, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ';', '"', ' ', '\t']).unwrap_or(text.len());
        let (value, after) = text.split_at_checked(end)?;
        return (!value.is_empty()).then(|| (value.to_owned(), after));
    };
    let mut value = String::new();
    let mut characters = quoted.chars();
    loop {
        match characters.next()? {
            '"' => return Some((value, characters.as_str())),
            '\\' => value.push(characters.next()?),
            character => value.push(character),
        }
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
