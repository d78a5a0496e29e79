//! The visitor hash: tells visitors of one UTC day apart, without telling who they are.

use std::net::IpAddr;
use std::sync::{PoisonError, RwLock};

use hmac::{Hmac, KeyInit as _, Mac as _};
use qrstudio_store::{Millis, Store, StoreError, Visitor};
use sha2::Sha256;

use crate::entropy::{self, Entropy};

const DAY_MS: i64 = 86_400_000;
/// The next day's key is fetched so long before the day begins, for the case that the store is away then.
const AHEAD_MS: i64 = 3_600_000;

/// The keys of the days around now.
pub(crate) struct Visitors {
    keys: RwLock<Vec<Key>>,
}

/// The key of a UTC day.
struct Key {
    day: i64,
    mac: Hmac<Sha256>,
    /// Whether every node has it.
    shared: bool,
}

impl Key {
    fn new(day: i64, bytes: &[u8; 32], shared: bool) -> Self {
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        // RFC 2104: a key shorter than a block of the hash is filled up with zeros.
        for (slot, byte) in block.iter_mut().zip(bytes) {
            *slot = *byte;
        }
        let mac = Hmac::new(&block);
        Self { day, mac, shared }
    }
}

impl Visitors {
    pub(crate) fn new() -> Self {
        Self {
            keys: RwLock::new(Vec::new()),
        }
    }

    /// The hash of whoever comes from this address with this user agent; the address goes no further.
    pub(crate) fn hash(
        &self,
        at: Millis,
        address: IpAddr,
        user_agent: &[u8],
        entropy: &dyn Entropy,
    ) -> Visitor {
        let day = at.0.div_euclid(DAY_MS);
        let mac = self.mac(day).unwrap_or_else(|| self.draw(day, entropy));
        let mut mac = mac;
        match address.to_canonical() {
            IpAddr::V4(address) => mac.update(&address.octets()),
            IpAddr::V6(address) => mac.update(&address.octets()),
        }
        mac.update(user_agent);
        let whole: [u8; 32] = mac.finalize().into_bytes().into();
        let (half, _) = whole.split_first_chunk().unwrap_or((&[0; 16], &[]));
        Visitor(*half)
    }

    fn mac(&self, day: i64) -> Option<Hmac<Sha256>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().find(|key| key.day == day).map(|key| key.mac.clone())
    }

    /// A key of this node's own, for as long as the store does not give one: visitors whom several nodes see count
    /// once on each.
    fn draw(&self, day: i64, entropy: &dyn Entropy) -> Hmac<Sha256> {
        let own = Key::new(day, &entropy::bytes(entropy), false);
        let mac = own.mac.clone();
        self.keep(own);
        self.mac(day).unwrap_or(mac)
    }

    fn keep(&self, key: Key) {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        // A key of the store replaces one of our own; between two of our own the first stays.
        if key.shared || !keys.iter().any(|known| known.day == key.day) {
            keys.retain(|known| known.day != key.day && known.day + 1 >= key.day);
            keys.push(key);
        }
    }

    /// Fetches the keys that are missing for now and for the next hour.
    ///
    /// # Errors
    /// Those of [`Store::visitor_key`].
    pub(crate) async fn renew(
        &self,
        store: &Store,
        now: Millis,
        entropy: &dyn Entropy,
    ) -> Result<(), StoreError> {
        for at in [now, Millis(now.0 + AHEAD_MS)] {
            let day = at.0.div_euclid(DAY_MS);
            if !self.has_shared(day) {
                let key = store.visitor_key(at, entropy::bytes(entropy)).await?;
                self.keep(Key::new(day, &key, true));
            }
        }
        Ok(())
    }

    fn has_shared(&self, day: i64) -> bool {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().any(|key| key.day == day && key.shared)
    }
}
