//! Access tokens: JSON Web Tokens that say which session asks, for a quarter of an hour.
//!
//! There is one algorithm, HS256, and one header. A token that begins with any other header is refused before anything
//! of it is decoded, so no `alg` of a client's is ever read.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use qrstudio_store::{OpenedSession, SessionId, UserId};
use serde::{Deserialize, Serialize};

use crate::secret::{SecretKey, authenticate, is_authentic};

/// How long a token works.
const ACCESS_SECONDS: i64 = 15 * 60;

/// `{"alg":"HS256","typ":"JWT"}`
const HEADER: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";

/// Ours have about 170 bytes.
const LONGEST: usize = 512;

/// Signs and checks access tokens.
pub(crate) struct AccessTokens {
    key: [u8; 32],
}

/// What a token says. Times are Unix seconds.
#[derive(Serialize, Deserialize)]
struct Claims {
    /// The user.
    sub: String,
    /// The session.
    sid: i64,
    iat: i64,
    exp: i64,
}

impl AccessTokens {
    pub(crate) fn new(secret: &SecretKey) -> Self {
        Self {
            key: secret.derive("access tokens"),
        }
    }

    /// A token for a session, from now on.
    pub(crate) fn sign(&self, session: OpenedSession, now_ms: i64) -> String {
        let now = now_ms.div_euclid(1000);
        let claims = Claims {
            sub: session.user.to_string(),
            sid: session.id.0,
            iat: now,
            exp: now.saturating_add(ACCESS_SECONDS),
        };
        // Numbers and a text of digits always have a JSON form.
        let claims = serde_json::to_vec(&claims).unwrap_or_default();
        let signed = format!("{HEADER}.{}", BASE64_URL_SAFE_NO_PAD.encode(claims));
        let tag = authenticate(&self.key, &[signed.as_bytes()]);
        format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(tag))
    }

    /// The session that a token speaks for; `None` for one that is not ours, was changed, or is too old.
    pub(crate) fn check(&self, token: &str, now_ms: i64) -> Option<OpenedSession> {
        if token.len() > LONGEST {
            return None;
        }
        let (signed, tag) = token.rsplit_once('.')?;
        let claims = signed.strip_prefix(HEADER)?.strip_prefix('.')?;
        let tag = BASE64_URL_SAFE_NO_PAD.decode(tag).ok()?;
        // The whole tag: the check itself would take its beginning.
        if tag.len() != 32 || !is_authentic(&self.key, &[signed.as_bytes()], &tag) {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).ok()?).ok()?;
        if now_ms.div_euclid(1000) >= claims.exp {
            return None;
        }
        Some(OpenedSession {
            id: SessionId(claims.sid),
            user: UserId(claims.sub.parse().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_420_800_000;
    const SESSION: OpenedSession = OpenedSession {
        id: SessionId(34),
        user: UserId(12),
    };

    fn tokens(secret: &str) -> AccessTokens {
        AccessTokens::new(&SecretKey::new(secret.repeat(32)).unwrap())
    }

    fn encode(text: &str) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(text)
    }

    #[test]
    fn it_is_a_plain_jwt() {
        let token = tokens("a").sign(SESSION, NOW);
        let parts: Vec<_> = token
            .split('.')
            .map(|part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap())
            .collect();
        assert_eq!(parts[0], br#"{"alg":"HS256","typ":"JWT"}"#);
        assert_eq!(
            parts[1],
            br#"{"sub":"12","sid":34,"iat":1795420800,"exp":1795421700}"#
        );
        assert_eq!(parts[2].len(), 32);
        assert_eq!(parts.len(), 3);
    }

    #[test]
    fn it_works_for_a_quarter_of_an_hour() {
        let token = tokens("a").sign(SESSION, NOW);
        let check = |after_ms| tokens("a").check(&token, NOW + after_ms);
        assert_eq!(check(0), Some(SESSION));
        assert_eq!(check(899_999), Some(SESSION));
        assert_eq!(check(900_000), None);
        // A node whose clock lags a little lets it in.
        assert_eq!(check(-5_000), Some(SESSION));
    }

    #[test]
    fn nothing_else_works() {
        let token = tokens("a").sign(SESSION, NOW);
        let (signed, tag) = token.rsplit_once('.').unwrap();
        let (header, claims) = signed.split_once('.').unwrap();
        let other_claims = encode(r#"{"sub":"1","sid":34,"iat":1795420800,"exp":1795421700}"#);
        let none = encode(r#"{"alg":"none","typ":"JWT"}"#);
        let rs = encode(r#"{"alg":"RS256","typ":"JWT"}"#);
        let other_order = encode(r#"{"typ":"JWT","alg":"HS256"}"#);
        for forged in [
            String::new(),
            ".".to_owned(),
            "..".to_owned(),
            signed.to_owned(),
            format!("{signed}."),
            format!("{header}.{other_claims}.{tag}"),
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{tag}"),
            format!("{rs}.{claims}.{tag}"),
            format!("{other_order}.{claims}.{tag}"),
            format!("{signed}.{}", &tag[..22]),
            format!("{token}."),
            format!("{token}.x"),
            format!("{token}="),
            format!(" {token}"),
            format!("{}{claims}.{tag}", &HEADER[1..]),
            "x".repeat(100_000),
            tokens("b").sign(SESSION, NOW),
        ] {
            assert_eq!(tokens("a").check(&forged, NOW), None, "{forged}");
        }
        // Every bit counts.
        for position in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[position] ^= 1;
            let changed = String::from_utf8(changed).unwrap();
            // The last letter of 43 has four bits that stand for nothing; those may not differ either.
            assert_eq!(tokens("a").check(&changed, NOW), None, "{changed}");
        }
    }
}
