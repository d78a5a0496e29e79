//! Why a delivery failed, in words for the owner of the receiver.

use axum::http::StatusCode;
use qrstudio_egress::{FetchError, TlsFailure, Unreached};

/// Of no answer.
pub(super) fn unanswered(error: &FetchError) -> String {
    match error {
        FetchError::TooSlow { deadline, .. } => format!("no answer within {} s", deadline.as_secs()),
        FetchError::Unreachable { cause, .. } => match cause {
            Unreached::Refused => "connection refused",
            Unreached::Unroutable => "the host cannot be reached",
        }
        .to_owned(),
        FetchError::NoAddress { .. } => "the host's name cannot be resolved".to_owned(),
        FetchError::Tls { cause, .. } => match cause {
            TlsFailure::Expired => "TLS certificate expired",
            TlsFailure::NotValidYet => "TLS certificate not valid yet",
            TlsFailure::WrongName => "TLS certificate is for another host",
            TlsFailure::UnknownIssuer => "TLS certificate is from an unknown issuer",
            TlsFailure::Revoked => "TLS certificate revoked",
            TlsFailure::Untrusted => "TLS certificate is not trusted",
            TlsFailure::Other => "TLS handshake failed",
        }
        .to_owned(),
        FetchError::Broken { .. } => "the answer is no HTTP, or ended too early".to_owned(),
        // The others say which rule is broken, and by what.
        other => other.to_string(),
    }
}

/// Of an answer that is no success.
pub(super) fn refused(status: u16) -> String {
    let known = StatusCode::from_u16(status).ok();
    let reason = known.and_then(|status| status.canonical_reason());
    let answered = match reason {
        Some(reason) => format!("answered {status} {reason}"),
        None => format!("answered {status}"),
    };
    match status {
        300..=399 => format!("{answered}: redirects are not followed"),
        _ => answered,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn people_understand_them() {
        let host = || "example.com".to_owned();
        let tls = |cause| FetchError::Tls { host: host(), cause };
        let unreached = |cause| FetchError::Unreachable { host: host(), cause };
        for (error, words) in [
            (
                FetchError::TooSlow {
                    host: host(),
                    deadline: Duration::from_secs(5),
                },
                "no answer within 5 s",
            ),
            (unreached(Unreached::Refused), "connection refused"),
            (unreached(Unreached::Unroutable), "the host cannot be reached"),
            (
                FetchError::NoAddress { host: host() },
                "the host's name cannot be resolved",
            ),
            (tls(TlsFailure::Expired), "TLS certificate expired"),
            (tls(TlsFailure::WrongName), "TLS certificate is for another host"),
            (
                tls(TlsFailure::UnknownIssuer),
                "TLS certificate is from an unknown issuer",
            ),
            (
                FetchError::Private {
                    host: host(),
                    address: [10, 0, 0, 1].into(),
                },
                "refusing to fetch example.com: resolves to private/internal IP 10.0.0.1",
            ),
        ] {
            assert_eq!(unanswered(&error), words);
        }
        for (status, words) in [
            (500, "answered 500 Internal Server Error"),
            (302, "answered 302 Found: redirects are not followed"),
            (410, "answered 410 Gone"),
            (599, "answered 599"),
        ] {
            assert_eq!(refused(status), words);
        }
    }
}
