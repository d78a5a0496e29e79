//! What a job is to do, as it is stored: squeezed and encrypted under a key of its own.

use std::io::{self, Read as _, Write as _};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use qrstudio_store::{JobId, PlanName, RequestId};
use serde::{Deserialize, Serialize};

use super::Jobs;
use crate::bulk::Seed;
use crate::entropy::Entropy;
use crate::error::{Error, Result};
use crate::seal::Seal;
use crate::secret::authenticate;

/// What a job is to do.
pub(crate) struct Order {
    /// What its short ids are drawn from.
    pub(crate) seed: Seed,
    /// The effective plan of the key when it asked: its items were held to it.
    pub(crate) plan: PlanName,
    /// Whether pictures that were drawn before will not do.
    pub(crate) afresh: bool,
    /// The request, for what the job will cause.
    pub(crate) request: Option<RequestId>,
    /// The body of the request.
    pub(crate) body: Bytes,
}

/// The form in which it is stored.
#[derive(Serialize, Deserialize)]
struct Stored<'a> {
    seed: [u8; 32],
    plan: &'a str,
    afresh: bool,
    request: Option<&'a str>,
    /// Deflated.
    body: &'a [u8],
}

impl Order {
    /// Makes it ready to be stored. For a thread that may be busy.
    pub(crate) fn close(&self, jobs: &Jobs, id: JobId, entropy: &dyn Entropy) -> Result<Vec<u8>> {
        let deflated = || {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(&self.body)?;
            encoder.finish()
        };
        let stored = Stored {
            seed: self.seed.0,
            plan: self.plan.as_str(),
            afresh: self.afresh,
            request: self.request.as_ref().map(RequestId::as_str),
            body: &deflated().map_err(Error::internal)?,
        };
        let plain = postcard::to_allocvec(&stored).map_err(Error::internal)?;
        let sealed = seal(jobs, id).close("order", plain, entropy);
        sealed.ok_or_else(|| Error::internal("an order was not encrypted"))
    }

    /// Reads what was stored, which had a body of at most so many bytes.
    pub(crate) fn open(sealed: Vec<u8>, jobs: &Jobs, id: JobId, most: usize) -> Result<Self> {
        let plain = seal(jobs, id).open("order", sealed);
        let plain = plain.ok_or_else(|| Error::internal("an order cannot be decrypted"))?;
        let stored: Stored<'_> = postcard::from_bytes(&plain).map_err(Error::internal)?;
        let inflate = || -> io::Result<Vec<u8>> {
            let mut body = Vec::new();
            DeflateDecoder::new(stored.body)
                .take(u64::try_from(most).unwrap_or(u64::MAX))
                .read_to_end(&mut body)?;
            Ok(body)
        };
        Ok(Self {
            seed: Seed(stored.seed),
            plan: stored.plan.parse().map_err(Error::internal)?,
            afresh: stored.afresh,
            request: stored.request.and_then(RequestId::new),
            body: inflate().map_err(Error::internal)?.into(),
        })
    }
}

/// A key that encrypts one order.
fn seal(jobs: &Jobs, id: JobId) -> Seal {
    let id = id.to_string();
    let name = authenticate(&jobs.secret, &[b"name", id.as_bytes()]);
    Seal::new(&authenticate(&jobs.secret, &[b"key ", id.as_bytes()]), name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;
    use crate::secret::SecretKey;

    #[test]
    fn an_order_comes_back_and_shows_nothing_of_itself() {
        let jobs = Jobs::new(&SecretKey::new("a secret of the tests, of 39 characters").unwrap());
        let (id, other) = (JobId::new([1; 16]), JobId::new([2; 16]));
        let body =
            br#"{"items": [{"data_type": "wifi", "payload": {"password": "correct horse"}}]}"#.repeat(100);
        let order = Order {
            seed: Seed([7; 32]),
            plan: PlanName::Agency,
            afresh: true,
            request: RequestId::new("a-request"),
            body: body.clone().into(),
        };
        let stored = order.close(&jobs, id, &SystemEntropy).unwrap();
        assert!(stored.len() < body.len() / 4);
        assert!(!stored.windows(7).any(|part| part == b"correct"));
        let opened = Order::open(stored.clone(), &jobs, id, 1 << 20).unwrap();
        assert_eq!(
            (opened.seed.0, opened.plan, opened.afresh),
            ([7; 32], PlanName::Agency, true)
        );
        assert!(opened.body == body && opened.request == order.request);
        assert!(Order::open(stored, &jobs, other, 1 << 20).is_err());
    }
}
