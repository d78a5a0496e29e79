//! Where a scan may be sent: the one place that judges destinations, whoever gives them.

use std::borrow::Cow;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use qrstudio_store::ShortId;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The most characters of a destination, as it is given.
pub const LONGEST_TARGET: usize = 2_000;

/// A destination that was judged: `http` or `https`, a host, nobody's password, nothing that could break a header.
///
/// ```
/// use qrstudio_server::target::Target;
///
/// let target = Target::parse("HTTPS://Müller.example/Menü")?;
/// assert_eq!(target.location(), "https://xn--mller-kva.example/Men%C3%BC");
/// assert!(Target::parse("javascript:alert(1)").is_err());
/// # Ok::<(), qrstudio_server::target::TargetError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Target(Url);

/// Why a URL is no destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// It has more characters than a destination may have.
    #[error("Ensure this field has no more than 2000 characters.")]
    TooLong,
    /// It is no URL with a host, or of another scheme, or holds spaces or control characters.
    #[error("Enter a valid URL.")]
    Invalid,
    /// It carries a user name or a password.
    #[error("Enter a URL without a user name and password.")]
    Credentials,
    /// It is an address of this service's own scans.
    #[error("This address leads back to this service; a code cannot lead to a code.")]
    OwnHost,
}

impl Target {
    /// Judges a destination by itself. Whether it leads back to this service, [`ScanBase::check`] knows.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        if text.len() > LONGEST_TARGET && text.chars().count() > LONGEST_TARGET {
            return Err(TargetError::TooLong);
        }
        // The standard drops tabs and line ends and forgives missing slashes; whoever writes so means something else.
        let is_clean = !text
            .chars()
            .any(|letter| letter.is_control() || letter.is_whitespace() || letter == '\u{FEFF}');
        let has_scheme = ["http://", "https://"].iter().any(|scheme| {
            text.get(..scheme.len())
                .is_some_and(|given| given.eq_ignore_ascii_case(scheme))
        });
        if !is_clean || !has_scheme {
            return Err(TargetError::Invalid);
        }
        let url = Url::parse(text).map_err(|_| TargetError::Invalid)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        match url.host() {
            Some(Host::Domain(name)) if !is_name(name) => Err(TargetError::Invalid),
            Some(_) => Ok(Self(url)),
            None => Err(TargetError::Invalid),
        }
    }

    /// The destination as it is sent in `Location`: the WHATWG serialisation, pure ASCII.
    #[must_use]
    pub fn location(&self) -> &str {
        self.0.as_str()
    }

    pub(crate) fn url(&self) -> &Url {
        &self.0
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.location())
    }
}

fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253
        && name.split('.').all(|label| {
            (1..=63).contains(&label.len()) && label.bytes().any(|byte| byte.is_ascii_alphanumeric())
        })
}

/// A host in one spelling: names in lower case and ASCII, without the final dot; addresses as addresses.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum HostName<'a> {
    Name(Cow<'a, str>),
    Address(IpAddr),
}

impl<'a> HostName<'a> {
    pub(crate) fn of(url: &'a Url) -> Self {
        match url.host() {
            Some(Host::Ipv4(address)) => Self::Address(address.into()),
            // An IPv4 address in the clothes of IPv6 is the IPv4 address.
            Some(Host::Ipv6(address)) => {
                Self::Address(address.to_ipv4_mapped().map_or(address.into(), IpAddr::from))
            }
            Some(Host::Domain(name)) => Self::Name(name.strip_suffix('.').unwrap_or(name).into()),
            None => Self::Name("".into()),
        }
    }

    pub(crate) fn into_owned(self) -> HostName<'static> {
        match self {
            Self::Name(name) => HostName::Name(name.into_owned().into()),
            Self::Address(address) => HostName::Address(address),
        }
    }

    /// Whether it is this very machine.
    fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::Address(IpAddr::V4(address)) => address.is_loopback() || *address == Ipv4Addr::UNSPECIFIED,
            Self::Address(IpAddr::V6(address)) => address.is_loopback() || *address == Ipv6Addr::UNSPECIFIED,
        }
    }
}

impl fmt::Display for HostName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(IpAddr::V4(address)) => address.fmt(f),
            Self::Address(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// Base of the URLs in dynamic codes: where scans arrive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScanBase(Url);

impl ScanBase {
    /// Reads a base: `http` or `https`, a host, perhaps a path; neither query nor fragment. `None`: it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let Target(url) = Target::parse(text.trim_end_matches('/')).ok()?;
        (url.query().is_none() && url.fragment().is_none()).then_some(Self(url))
    }

    /// What stands in the symbol of a code.
    #[must_use]
    pub fn public_url(&self, short_id: ShortId) -> String {
        format!("{}/q/{short_id}/", self.as_str())
    }

    /// The base without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether no other machine can reach it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        HostName::of(&self.0).is_loopback()
    }

    /// Judges what a code of ours is to lead to.
    ///
    /// # Errors
    /// What is wrong with it; [`TargetError::OwnHost`] where it leads back to us.
    pub fn target(&self, text: &str) -> Result<Target, TargetError> {
        let target = Target::parse(text)?;
        self.check(&target)?;
        Ok(target)
    }

    /// Refuses destinations on this base's own host, where a scan would lead to a scan: on any port, since a proxy may
    /// lead there, too; on this very machine, where ports are different programs, on its own port.
    ///
    /// # Errors
    /// [`TargetError::OwnHost`].
    pub fn check(&self, target: &Target) -> Result<(), TargetError> {
        let (own, other) = (HostName::of(&self.0), HostName::of(&target.0));
        let is_own = if own.is_loopback() {
            other.is_loopback() && self.0.port_or_known_default() == target.0.port_or_known_default()
        } else {
            own == other
        };
        if is_own { Err(TargetError::OwnHost) } else { Ok(()) }
    }
}

impl TryFrom<String> for ScanBase {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is no base URL; https://qr.example.com is one"))
    }
}

impl From<ScanBase> for String {
    fn from(base: ScanBase) -> Self {
        base.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_sent_as_the_standard_writes_them() {
        for (given, sent) in [
            ("https://example.com", "https://example.com/"),
            ("http://example.com/a?b=c#d", "http://example.com/a?b=c#d"),
            ("HTTP://EXAMPLE.com:80/A", "http://example.com/A"),
            ("https://example.com:8443/", "https://example.com:8443/"),
            ("https://example.com./", "https://example.com./"),
            (
                "https://münchen.example/straße?q=ß",
                "https://xn--mnchen-3ya.example/stra%C3%9Fe?q=%C3%9F",
            ),
            ("https://例え.jp/", "https://xn--r8jz45g.jp/"),
            ("https://example.com/a%20b", "https://example.com/a%20b"),
            ("https://example.com/../../x", "https://example.com/x"),
            (
                "https://example.com\\@evil.example/",
                "https://example.com/@evil.example/",
            ),
            (
                "https://example.com/%0d%0aSet-Cookie:x",
                "https://example.com/%0d%0aSet-Cookie:x",
            ),
            ("https://192.168.0.1/", "https://192.168.0.1/"),
            ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
            ("https://0x7f.1/", "https://127.0.0.1/"),
            ("https://intranet/", "https://intranet/"),
            ("https://a_b.example/", "https://a_b.example/"),
            ("https://@example.com/", "https://example.com/"),
            (
                "https://example.com/\"<>`{}|^",
                "https://example.com/%22%3C%3E%60%7B%7D|^",
            ),
        ] {
            let target = Target::parse(given).unwrap_or_else(|error| panic!("{given}: {error}"));
            assert_eq!(target.location(), sent, "{given}");
            assert!(
                target.location().bytes().all(|byte| byte.is_ascii_graphic()),
                "{given}"
            );
        }
    }

    #[test]
    fn what_is_no_destination() {
        use TargetError::{Credentials, Invalid, TooLong};
        let long = format!("https://example.com/{}", "é".repeat(1_981));
        for (given, error) in [
            ("", Invalid),
            ("example.com", Invalid),
            ("//example.com", Invalid),
            ("/path", Invalid),
            ("https:", Invalid),
            ("https://", Invalid),
            ("https:///", Invalid),
            ("https:example.com", Invalid),
            ("https:/example.com", Invalid),
            ("https:\\\\example.com", Invalid),
            ("ftp://example.com/", Invalid),
            ("javascript:alert(1)", Invalid),
            ("JaVaScRiPt://example.com/%0aalert(1)", Invalid),
            ("data:text/html,x", Invalid),
            ("vbscript:x", Invalid),
            ("file:///etc/passwd", Invalid),
            ("blob:https://example.com/x", Invalid),
            ("view-source:https://example.com/", Invalid),
            ("intent://example.com/#Intent;end", Invalid),
            ("mailto:a@example.com", Invalid),
            ("tel:+15145550123", Invalid),
            ("https://exa mple.com/", Invalid),
            (" https://example.com/", Invalid),
            ("https://example.com/a b", Invalid),
            ("https://example.com/\u{a0}", Invalid),
            ("https://example.com/\u{3000}", Invalid),
            ("https://example.com/\u{feff}", Invalid),
            ("https://example.com/\t", Invalid),
            ("https://example.com/\r\nSet-Cookie: x", Invalid),
            ("https://example.com/\u{85}", Invalid),
            ("https://example.com/\0", Invalid),
            ("https://exam\tple.com/", Invalid),
            ("https://example.com:99999/", Invalid),
            ("https://example.com:x/", Invalid),
            ("https://[::1/", Invalid),
            ("https://exam%00ple.com/", Invalid),
            ("https://exam<ple.com/", Invalid),
            ("https://.../", Invalid),
            ("https://example..com/", Invalid),
            ("https://.example.com/", Invalid),
            ("https://-/", Invalid),
            ("https://256.1.1.1/", Invalid),
            ("https://xn--/", Invalid),
            ("https://user@example.com/", Credentials),
            ("https://user:secret@example.com/", Credentials),
            ("https://:secret@example.com/", Credentials),
            ("https://example.com@evil.example/", Credentials),
            ("https://example.com%2f@evil.example/", Credentials),
            (&long, TooLong),
        ] {
            assert_eq!(Target::parse(given), Err(error), "{given:?}");
        }
        assert!(Target::parse(&long[..long.len() - 2]).is_ok());
    }

    #[test]
    fn a_code_never_leads_to_a_code() {
        let own = |base: &str, given: &str| {
            let base = ScanBase::parse(base).unwrap();
            base.check(&Target::parse(given).unwrap()) == Err(TargetError::OwnHost)
        };
        for (base, given) in [
            ("https://qr.example", "https://qr.example/"),
            ("https://qr.example", "https://qr.example/q/aBc12dEf/"),
            ("https://qr.example", "http://QR.Example:80/x"),
            ("https://qr.example", "https://qr.example:8443/"),
            ("https://qr.example", "https://qr.example./"),
            ("https://qr.example", "https://%71r.example/"),
            ("https://qr.example", "https://ｑｒ.example/"),
            ("https://qr.example/codes", "https://qr.example/"),
            ("https://qr.müller.example", "https://qr.xn--mller-kva.example/"),
            ("https://203.0.113.7", "https://203.0.113.7:99/"),
            ("https://203.0.113.7", "https://3405803783/"),
            ("https://203.0.113.7", "https://0xcb.0.0x7107/"),
            ("https://203.0.113.7", "https://0313.0.0161.07/"),
            ("https://203.0.113.7", "https://[::ffff:203.0.113.7]/"),
            ("https://[2001:db8::7]", "https://[2001:0db8:0:0::7]/"),
            ("http://127.0.0.1:8080", "http://localhost:8080/q/aBc12dEf/"),
            ("http://127.0.0.1:8080", "http://127.1:8080/"),
            ("http://127.0.0.1:8080", "http://[::1]:8080/"),
            ("http://127.0.0.1:8080", "http://0.0.0.0:8080/"),
            ("http://127.0.0.1:8080", "http://qr.localhost.:8080/"),
            ("http://localhost", "http://127.0.0.1/"),
        ] {
            assert!(own(base, given), "{base} {given}");
        }
        for (base, given) in [
            ("https://qr.example", "https://example/"),
            ("https://qr.example", "https://www.qr.example/"),
            ("https://qr.example", "https://qr.example.com/"),
            ("https://qr.example", "https://other.example/qr.example"),
            ("https://qr.example", "http://127.0.0.1/"),
            ("https://203.0.113.7", "https://203.0.113.8/"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:3000/"),
            ("http://127.0.0.1:8080", "https://qr.example:8080/"),
        ] {
            assert!(!own(base, given), "{base} {given}");
        }
    }

    #[test]
    fn a_base_is_a_plain_address() {
        let short_id: ShortId = "aBc12dEf".parse().unwrap();
        for (given, url) in [
            ("https://qr.example", "https://qr.example/q/aBc12dEf/"),
            ("https://qr.example/", "https://qr.example/q/aBc12dEf/"),
            ("HTTPS://QR.example:443", "https://qr.example/q/aBc12dEf/"),
            (
                "https://example.com/codes/",
                "https://example.com/codes/q/aBc12dEf/",
            ),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/q/aBc12dEf/"),
        ] {
            assert_eq!(ScanBase::parse(given).unwrap().public_url(short_id), url);
        }
        for given in [
            "",
            "qr.example",
            "ftp://qr.example",
            "https://qr.example?x",
            "https://qr.example#x",
            "https://u@qr.example",
        ] {
            assert_eq!(ScanBase::parse(given), None, "{given}");
        }
        for (given, is_loopback) in [
            ("http://127.0.0.1:8080", true),
            ("http://localhost", true),
            ("http://[::1]", true),
            ("http://[::ffff:127.0.0.9]", true),
            ("http://192.168.0.10", false),
            ("https://localhost.example", false),
        ] {
            assert_eq!(
                ScanBase::parse(given).unwrap().is_loopback(),
                is_loopback,
                "{given}"
            );
        }
    }
}
