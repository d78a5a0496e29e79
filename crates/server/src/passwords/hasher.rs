//! Argon2id for requests: a bounded number at once, so that memory is bounded and other requests go on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::Block;

use super::argon2id;
use super::rules::normal;
use crate::capacity::{Capacity, Queue};
use crate::entropy::{self, Entropy};
use crate::error::{Error, Result};

/// The hash of a password that nobody knows: 32 random bytes, thrown away. Its costs are those of every other.
const DUMMY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$mTj4Q4LK6ZWzYtLokOf1bw$2PP7jFFIX2EHGjRpOAmJgi1ptIP2NE86MNtVtLTmg/w";

/// Hashes and checks passwords on blocking threads, each in 19 MiB.
#[derive(Debug)]
pub(crate) struct Hasher {
    capacity: Capacity,
    memory: Arc<Memory>,
    /// How many passwords were checked, by what there was to check them against.
    checks: Checks,
}

/// How many checks an account's hash has had, and how many the dummy.
#[derive(Debug, Default)]
struct Checks {
    accounts: AtomicU64,
    nobody: AtomicU64,
}

impl Hasher {
    /// Room for `working` hashes at once and for `waiting` more in the queue.
    pub(crate) fn new(working: usize, waiting: usize) -> Self {
        Self {
            capacity: Capacity::new(Queue::SignIns, working, waiting),
            memory: Arc::default(),
            checks: Checks::default(),
        }
    }

    /// The hash of a new password.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when the queue is full.
    pub(crate) async fn hash(&self, password: &str, entropy: &dyn Entropy) -> Result<String> {
        let salt: [u8; 16] = entropy::bytes(entropy);
        let password = normal(password);
        let memory = Arc::clone(&self.memory);
        let work = move || memory.lend(|memory| argon2id::hash(&password, &salt, memory));
        let hashed = self.capacity.run(work).await?;
        hashed.map_err(Error::internal)
    }

    /// Whether `password` has the hash `stored`. Without one, where nobody has the account, the same work is done
    /// against a hash that no password has, and the answer is no.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when the queue is full.
    pub(crate) async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool> {
        let count = if stored.is_some() {
            &self.checks.accounts
        } else {
            &self.checks.nobody
        };
        count.fetch_add(1, Ordering::Relaxed);
        let hash = stored.unwrap_or(DUMMY).to_owned();
        let password = normal(password);
        let memory = Arc::clone(&self.memory);
        let work = move || memory.lend(|memory| argon2id::matches(&password, &hash, memory));
        let matches = self.capacity.run(work).await?;
        Ok(matches && stored.is_some())
    }

    /// How many passwords were checked against an account's hash, and how many against the dummy.
    pub(crate) fn checks(&self) -> (u64, u64) {
        (
            self.checks.accounts.load(Ordering::Relaxed),
            self.checks.nobody.load(Ordering::Relaxed),
        )
    }
}

/// The memory of hashes that are done, for those that come: as many pieces as there ever were hashes at once.
#[derive(Default)]
struct Memory(Mutex<Vec<Vec<Block>>>);

impl Memory {
    fn lend<T>(&self, work: impl FnOnce(&mut Vec<Block>) -> T) -> T {
        let pieces = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut piece = pieces().pop().unwrap_or_default();
        let done = work(&mut piece);
        pieces().push(piece);
        done
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Memory(..)")
    }
}

#[cfg(test)]
mod tests {
    use argon2::Argon2;
    use argon2::password_hash::PasswordVerifier as _;
    use argon2::password_hash::phc::PasswordHash;

    use super::*;
    use crate::entropy::SystemEntropy;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_only() {
        let hasher = Hasher::new(1, 1);
        let hash = hasher.hash("cafe\u{301} au lait", &SystemEntropy).await.unwrap();
        assert!(hasher.verify("café au lait", Some(&hash)).await.unwrap());
        assert!(!hasher.verify("cafe au lait", Some(&hash)).await.unwrap());
        assert!(!hasher.verify("", Some(&hash)).await.unwrap());
        assert!(!hasher.verify("x", Some("$argon2id$")).await.unwrap());
        assert_ne!(
            hasher.hash("café au lait", &SystemEntropy).await.unwrap(),
            hash,
            "each hash has a salt of its own"
        );
    }

    #[tokio::test]
    async fn the_dummy_costs_what_every_hash_costs_and_opens_to_nobody() {
        let hasher = Hasher::new(1, 1);
        let ours = hasher.hash("x", &SystemEntropy).await.unwrap();
        let costs = |hash: &str| hash.rsplitn(3, '$').nth(2).unwrap().to_owned();
        assert_eq!(costs(DUMMY), costs(&ours));
        assert!(PasswordHash::new(DUMMY).is_ok());
        assert_eq!(DUMMY.len(), ours.len());
        // The crate's own way to the same answer.
        let parsed = PasswordHash::new(&ours).unwrap();
        assert!(Argon2::default().verify_password(b"x", &parsed).is_ok());
        assert_eq!(hasher.memory.0.lock().unwrap().len(), 1);
        assert!(!hasher.verify("x", None).await.unwrap());
        assert_eq!(hasher.checks(), (0, 1));
    }
}
