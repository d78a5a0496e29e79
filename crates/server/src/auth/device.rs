//! Devices that have signed in before: a cookie that tells them from strangers who try the same account, so that what
//! strangers do slows no owner down. It opens nothing.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use crate::email::EmailKey;
use crate::entropy::{self, Entropy};
use crate::secret::{SecretKey, authenticate, is_authentic};

const NAME: &str = "qrstudio_device";
/// A year.
const SECONDS: i64 = 365 * 24 * 60 * 60;

const NONCE: usize = 16;
const ACCOUNT: usize = 16;
const ISSUED: usize = 8;
const TAG: usize = 16;

/// A device and the account that it signed in to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Device {
    nonce: [u8; NONCE],
    account: [u8; ACCOUNT],
}

impl Device {
    /// What tells it from other devices.
    pub(crate) fn nonce(&self) -> [u8; NONCE] {
        self.nonce
    }
}

/// Makes and recognises the cookies.
pub(crate) struct Devices {
    key: [u8; 32],
}

impl Devices {
    pub(crate) fn new(secret: &SecretKey) -> Self {
        Self {
            key: secret.derive("device cookies"),
        }
    }

    /// The cookie for a device on which somebody has just signed in to the account.
    pub(crate) fn cookie(
        &self,
        account: &EmailKey,
        now_ms: i64,
        entropy: &dyn Entropy,
        over_https: bool,
    ) -> Option<HeaderValue> {
        let nonce: [u8; NONCE] = entropy::bytes(entropy);
        let issued = now_ms.div_euclid(1000).to_be_bytes();
        let mut value = [&nonce[..], &self.account(account), &issued].concat();
        let tag = authenticate(&self.key, &[b"cookie ", &value]);
        value.extend(tag.iter().take(TAG));
        let secure = if over_https { "; Secure" } else { "" };
        let cookie = format!(
            "{NAME}={}; Max-Age={SECONDS}; Path=/api/auth/; HttpOnly; SameSite=Strict{secure}",
            BASE64_URL_SAFE_NO_PAD.encode(value)
        );
        HeaderValue::try_from(cookie).ok()
    }

    /// The device that a request comes from, if it has signed in to some account before.
    pub(crate) fn of_request(&self, headers: &HeaderMap, now_ms: i64) -> Option<Device> {
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))
            .find_map(|value| self.read(value, now_ms))
    }

    /// Whether the device has signed in to this account.
    pub(crate) fn knows(&self, device: &Device, account: &EmailKey) -> bool {
        device.account == self.account(account)
    }

    fn read(&self, value: &str, now_ms: i64) -> Option<Device> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(value).ok()?;
        if bytes.len() != NONCE + ACCOUNT + ISSUED + TAG {
            return None;
        }
        let (signed, tag) = bytes.split_last_chunk::<TAG>()?;
        if !is_authentic(&self.key, &[b"cookie ", signed], tag) {
            return None;
        }
        let (rest, issued) = signed.split_last_chunk::<ISSUED>()?;
        let age = now_ms
            .div_euclid(1000)
            .saturating_sub(i64::from_be_bytes(*issued));
        let (nonce, account) = rest.split_first_chunk::<NONCE>()?;
        (age < SECONDS).then_some(Device {
            nonce: *nonce,
            account: account.try_into().ok()?,
        })
    }

    /// The account in a form that tells nobody who reads the cookie whose it is.
    fn account(&self, account: &EmailKey) -> [u8; ACCOUNT] {
        let tag = authenticate(&self.key, &[b"account ", account.as_str().as_bytes()]);
        let mut short = [0; ACCOUNT];
        for (byte, full) in short.iter_mut().zip(tag) {
            *byte = full;
        }
        short
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    const NOW: i64 = 1_795_420_800_000;

    fn devices(secret: &str) -> Devices {
        Devices::new(&SecretKey::new(secret.repeat(32)).unwrap())
    }

    fn sent(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::try_from(cookie).unwrap());
        headers
    }

    #[test]
    fn a_device_is_known_for_its_account_for_a_year() {
        let (devices, others) = (devices("a"), devices("b"));
        let ada = EmailKey::of("Ada@example.com");
        let cookie = devices.cookie(&ada, NOW, &SystemEntropy, true).unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(!cookie.to_lowercase().contains("ada"));
        let (pair, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(
            attributes,
            "Max-Age=31536000; Path=/api/auth/; HttpOnly; SameSite=Strict; Secure"
        );
        for headers in [sent(pair), sent(&format!("a=b; {pair};c=d"))] {
            let device = devices.of_request(&headers, NOW + 1000).unwrap();
            assert!(devices.knows(&device, &EmailKey::of("ADA@example.com")));
            assert!(!devices.knows(&device, &EmailKey::of("bob@example.com")));
        }
        let headers = sent(pair);
        assert!(devices.of_request(&headers, NOW + (SECONDS - 1) * 1000).is_some());
        assert!(devices.of_request(&headers, NOW + SECONDS * 1000).is_none());
        assert!(others.of_request(&headers, NOW).is_none());
        for wrong in ["", NAME, "qrstudio_device=", "qrstudio_device=AAAA", &pair[..80]] {
            assert!(devices.of_request(&sent(wrong), NOW).is_none(), "{wrong}");
        }
    }
}
