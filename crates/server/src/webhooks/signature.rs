//! How a receiver knows that a delivery is ours: our own headers, and those of Standard Webhooks beside them.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::SigningSecret;
use crate::secret::authenticate;

const X_QRSTUDIO_SIGNATURE: HeaderName = HeaderName::from_static("x-qrstudio-signature");
const X_QRSTUDIO_SIGNATURE_PREVIOUS: HeaderName = HeaderName::from_static("x-qrstudio-signature-previous");
const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// What is signed.
pub(super) struct Signed<'a> {
    /// The public id of the event.
    pub(super) id: &'a str,
    /// When this attempt is made, in Unix seconds.
    pub(super) at: i64,
    pub(super) body: &'a str,
}

impl Signed<'_> {
    /// Adds the signatures. `X-QRStudio-Signature` has exactly one `v1`: the published receiver keeps the last one it sees.
    pub(super) fn sign(
        &self,
        secret: &SigningSecret,
        previous: Option<&SigningSecret>,
        headers: &mut HeaderMap,
    ) -> Option<()> {
        let mut standard = self.standard(secret);
        headers.insert(X_QRSTUDIO_SIGNATURE, self.own(secret).try_into().ok()?);
        if let Some(previous) = previous {
            headers.insert(X_QRSTUDIO_SIGNATURE_PREVIOUS, self.own(previous).try_into().ok()?);
            standard = format!("{standard} {}", self.standard(previous));
        }
        headers.insert(WEBHOOK_ID, self.id.try_into().ok()?);
        headers.insert(WEBHOOK_TIMESTAMP, HeaderValue::from(self.at));
        headers.insert(WEBHOOK_SIGNATURE, standard.try_into().ok()?);
        Some(())
    }

    /// Keyed with the whole secret as it is shown.
    fn own(&self, secret: &SigningSecret) -> String {
        let at = self.at.to_string();
        let parts = [at.as_bytes(), b".", self.body.as_bytes()];
        let code = authenticate(secret.reveal().as_bytes(), &parts);
        let hex: String = code.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={at},v1={hex}")
    }

    /// Keyed with the bytes that the secret stands for.
    fn standard(&self, secret: &SigningSecret) -> String {
        let at = self.at.to_string();
        let parts = [
            self.id.as_bytes(),
            b".",
            at.as_bytes(),
            b".",
            self.body.as_bytes(),
        ];
        format!(
            "v1,{}",
            BASE64_STANDARD.encode(authenticate(secret.bytes(), &parts))
        )
    }
}
