//! What every answer to a counted request tells about its caller's bucket, in the two ways that clients read.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::Caller;
use super::bucket::{MINUTE, Standing, whole_seconds};

/// draft-ietf-httpapi-ratelimit-headers: structured fields.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// What came before it, and what most clients still parse.
const OLD_LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const OLD_REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const OLD_RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// Writes them; the reset is the moment at which the bucket is full again.
pub(crate) fn write(caller: Caller, standing: &Standing, now_ms: i64, headers: &mut HeaderMap) {
    let policy = caller.policy();
    let (limit, remaining) = (standing.per_minute(), standing.remaining());
    let full_in = standing.full_in();
    let full_at_ms = now_ms.saturating_add(i64::try_from(full_in.as_millis()).unwrap_or(i64::MAX));
    let reset = full_at_ms.div_euclid(1000) + i64::from(full_at_ms.rem_euclid(1000) > 0);
    let mut structured = |name, text: String| {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    };
    structured(POLICY, format!("\"{policy}\";q={limit};w={}", MINUTE.as_secs()));
    structured(
        LIMIT,
        format!("\"{policy}\";r={remaining};t={}", whole_seconds(full_in)),
    );
    headers.insert(OLD_LIMIT, limit.into());
    headers.insert(OLD_REMAINING, remaining.into());
    headers.insert(OLD_RESET, reset.into());
}
