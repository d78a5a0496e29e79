//! What stands in a certificate, in words that an operator reads.

use std::fmt::Write as _;
use std::net::IpAddr;

use jiff::Timestamp;
use x509_cert::Certificate as X509;
use x509_cert::der::Decode as _;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{BasicConstraints, SubjectAltName};
use x509_cert::time::Time;

use super::pair::PairError;

/// Seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// One certificate of a chain.
#[derive(Debug, Clone)]
pub(super) struct Certificate {
    pub(super) subject: String,
    pub(super) issuer: String,
    /// Whether it may issue others.
    pub(super) is_authority: bool,
    /// Host names and addresses that it is for.
    pub(super) names: Vec<String>,
    /// Unix seconds.
    not_before: i64,
    not_after: i64,
}

impl Certificate {
    /// Reads one; nothing where the bytes are no certificate.
    pub(super) fn parse(der: &[u8]) -> Option<Self> {
        let certificate = X509::from_der(der).ok()?.tbs_certificate;
        let constraints = certificate.get::<BasicConstraints>().ok().flatten();
        let alternatives = certificate.get::<SubjectAltName>().ok().flatten();
        Some(Self {
            subject: certificate.subject.to_string(),
            issuer: certificate.issuer.to_string(),
            is_authority: constraints.is_some_and(|(_, constraints)| constraints.ca),
            names: alternatives
                .iter()
                .flat_map(|(_, names)| &names.0)
                .filter_map(name)
                .collect(),
            not_before: seconds(certificate.validity.not_before),
            not_after: seconds(certificate.validity.not_after),
        })
    }

    /// Whether it signed itself.
    pub(super) fn is_self_signed(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether the present is within its time.
    pub(super) fn in_its_time(&self, now_ms: i64) -> Result<(), PairError> {
        let now = now_ms.div_euclid(1000);
        if now > self.not_after {
            let (since, days) = (date(self.not_after), (now - self.not_after) / DAY);
            return Err(PairError::Expired { since, days });
        }
        if now < self.not_before {
            return Err(PairError::NotYetValid {
                from: date(self.not_before),
            });
        }
        Ok(())
    }

    /// Whole days that are left.
    pub(super) fn days_left(&self, now_ms: i64) -> i64 {
        (self.not_after - now_ms.div_euclid(1000)).div_euclid(DAY)
    }

    /// Whether it should have been renewed by now: a fifth of its life is left, or two weeks of a long one.
    pub(super) fn expires_soon(&self, now_ms: i64) -> bool {
        let left = self.not_after - now_ms.div_euclid(1000);
        left < ((self.not_after - self.not_before) / 5).min(14 * DAY)
    }

    /// The day on which it ends.
    pub(super) fn until(&self) -> String {
        date(self.not_after)
    }

    /// What it is for: its names, or where it has none, its subject.
    pub(super) fn is_for(&self) -> String {
        let Some((first, others)) = self.names.split_first() else {
            return self.subject.clone();
        };
        let mut text = first.clone();
        for name in others.iter().take(4) {
            let _ = write!(text, ", {name}");
        }
        if others.len() > 4 {
            let _ = write!(text, " and {} more", others.len() - 4);
        }
        text
    }
}

fn seconds(time: Time) -> i64 {
    i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX)
}

fn date(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| "a day beyond all calendars".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.to_string()),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
            let sixteen = <[u8; 16]>::try_from(bytes).map(IpAddr::from);
            four.or(sixteen).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}
