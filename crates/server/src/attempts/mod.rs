//! How often somebody may try to get in. The rules are told in docs/decisions; in short:
//!
//! - so many tries a minute from one network;
//! - so many wrong passwords for one account from one network, or from one device that has signed in to it before;
//! - beyond many wrong passwords for one account from anywhere, strangers wait longer and longer for their answer.
//!   Nobody is ever refused for what others do, and devices that are known wait for nothing;
//! - so many letters a day that ask one address for a proof.
//!
//! All of it is in memory and forgotten soon. Networks and accounts are kept as keyed hashes.

mod buckets;
mod failures;
mod table;

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Semaphore;

use self::buckets::Buckets;
use self::failures::Failures;
use crate::auth::Device;
use crate::client::ClientNetwork;
use crate::email::EmailKey;
use crate::error::{Error, Result};
use crate::secret::{SecretKey, authenticate};

/// Tries a minute from one network, for each thing that can be tried.
const TRIES: u32 = 10;
const TRIES_IN: Duration = Duration::from_secs(60);

/// Wrong passwords for one account from one place, and how long they count.
const WRONG: u32 = 5;
const WRONG_IN: Duration = Duration::from_secs(15 * 60);

/// Wrong passwords for one account from anywhere before strangers have to wait, and how long they count.
const MANY_WRONG: u32 = 50;
const MANY_WRONG_IN: Duration = Duration::from_secs(60 * 60);
/// The wait doubles with as many more, from one second up to the longest.
const DOUBLES_EVERY: u32 = 10;
const LONGEST_WAIT: Duration = Duration::from_secs(16);
/// Strangers who may wait at once.
const WAITING: usize = 1024;

/// Letters that ask one address for a proof, whichever accounts they are for, and how long they count.
const PROOFS: u32 = 5;
const PROOFS_IN: Duration = Duration::from_secs(24 * 60 * 60);

/// What can be tried from the outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Try {
    /// To make an account.
    SignUp,
    /// To sign in.
    Login,
    /// To get or to use a link of a letter.
    Letter,
}

/// From where somebody tries a password.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// A network, about which nothing else is known.
    Network(&'a ClientNetwork),
    /// A device that has signed in to the account before.
    Device(&'a Device),
    /// A session of the account.
    Session(i64),
}

/// The tries of the last hour.
pub(crate) struct Attempts {
    key: [u8; 32],
    is_on: bool,
    tries: Mutex<Buckets>,
    wrong: Mutex<Failures>,
    many_wrong: Mutex<Failures>,
    proofs: Mutex<Failures>,
    waiting: Semaphore,
}

impl Attempts {
    pub(crate) fn new(secret: &SecretKey, is_on: bool) -> Self {
        Self {
            key: secret.derive("tries"),
            is_on,
            tries: Mutex::new(Buckets::new(TRIES, TRIES_IN)),
            wrong: Mutex::new(Failures::new(WRONG_IN)),
            many_wrong: Mutex::new(Failures::new(MANY_WRONG_IN)),
            proofs: Mutex::new(Failures::new(PROOFS_IN)),
            waiting: Semaphore::new(WAITING),
        }
    }

    /// Counts a try from a network.
    ///
    /// # Errors
    /// [`Error::Throttled`] beyond the limit.
    pub(crate) fn count(&self, what: Try, network: &ClientNetwork, now: Duration) -> Result<()> {
        self.take(what, &[b"network ", network.as_bytes()], now)
    }

    /// The same for a device that is known: what others do in its network does not count against it.
    ///
    /// # Errors
    /// [`Error::Throttled`] beyond the limit.
    pub(crate) fn count_device(&self, what: Try, device: &Device, now: Duration) -> Result<()> {
        self.take(what, &[b"device ", &device.nonce()], now)
    }

    fn take(&self, what: Try, who: &[&[u8]], now: Duration) -> Result<()> {
        if !self.is_on {
            return Ok(());
        }
        let key = self.hash(&[&[what as u8], &who.concat()]);
        lock(&self.tries).take(key, now).map_err(throttled)
    }

    /// Begins a try of a password. It counts as wrong until it is found right, so that tries at the same moment count,
    /// too. Whether the account exists plays no part.
    ///
    /// # Errors
    /// [`Error::Throttled`] when too many tries from this place were wrong.
    pub(crate) fn begin(
        &self,
        account: &EmailKey,
        place: Place<'_>,
        now: Duration,
    ) -> Result<PasswordTry<'_>> {
        let account = account.as_str().as_bytes();
        let here = match place {
            Place::Network(network) => self.hash(&[b"from network ", network.as_bytes(), account]),
            Place::Device(device) => self.hash(&[b"from device ", &device.nonce(), account]),
            Place::Session(session) => self.hash(&[b"from session ", &session.to_be_bytes(), account]),
        };
        let anywhere = self.hash(&[b"from anywhere ", account]);
        let mut attempt = PasswordTry {
            attempts: self,
            here,
            anywhere,
            wait: Duration::ZERO,
        };
        if self.is_on {
            lock(&self.wrong).add(here, WRONG, now).map_err(throttled)?;
            let wrong = lock(&self.many_wrong).add_always(anywhere, now);
            if matches!(place, Place::Network(_)) {
                attempt.wait = wait(wrong);
            }
        }
        Ok(attempt)
    }

    /// Whether an address was asked for a proof so often that it is let alone: whoever signs up with a stranger's, again
    /// and again, must not fill the stranger's mailbox.
    pub(crate) fn is_asked_enough(&self, address: &EmailKey, now: Duration) -> bool {
        let key = self.hash(&[b"proof of ", address.as_str().as_bytes()]);
        self.is_on && lock(&self.proofs).has_reached(key, PROOFS, now)
    }

    /// Notes that a letter asks an address for a proof.
    pub(crate) fn note_proof(&self, address: &EmailKey, now: Duration) {
        let key = self.hash(&[b"proof of ", address.as_str().as_bytes()]);
        lock(&self.proofs).add_always(key, now);
    }

    /// Forgets what no longer counts; to be called every minute, so that it goes also where nobody tries anything any more.
    pub(crate) fn sweep(&self, now: Duration) {
        lock(&self.tries).sweep(now);
        lock(&self.wrong).sweep(now);
        lock(&self.many_wrong).sweep(now);
        lock(&self.proofs).sweep(now);
    }

    #[cfg(test)]
    fn held(&self) -> [usize; 3] {
        let (wrong, many) = (lock(&self.wrong).len(), lock(&self.many_wrong).len());
        [lock(&self.tries).len(), wrong, many]
    }

    fn hash(&self, parts: &[&[u8]]) -> u128 {
        let tag = authenticate(&self.key, parts);
        u128::from_be_bytes(tag.first_chunk::<16>().copied().unwrap_or_default())
    }
}

/// A try of a password that has begun.
pub(crate) struct PasswordTry<'a> {
    attempts: &'a Attempts,
    here: u128,
    anywhere: u128,
    wait: Duration,
}

impl PasswordTry<'_> {
    /// Waits as long as the account's recent failures ask for.
    ///
    /// # Errors
    /// [`Error::Throttled`] when too many wait already.
    pub(crate) async fn wait(&self) -> Result<()> {
        if self.wait.is_zero() {
            return Ok(());
        }
        let _held = self
            .attempts
            .waiting
            .try_acquire()
            .map_err(|_| throttled(self.wait))?;
        tokio::time::sleep(self.wait).await;
        Ok(())
    }

    /// The password was right: failures from this place are forgotten.
    pub(crate) fn succeed(self) {
        lock(&self.attempts.wrong).forget(self.here);
        lock(&self.attempts.many_wrong).take_back(self.anywhere);
    }

    /// The password was not looked at after all.
    pub(crate) fn take_back(self) {
        lock(&self.attempts.wrong).take_back(self.here);
        lock(&self.attempts.many_wrong).take_back(self.anywhere);
    }
}

/// How long a stranger waits after so many wrong passwords for the account, its own try included.
fn wait(wrong: u32) -> Duration {
    let Some(beyond) = wrong.checked_sub(MANY_WRONG + 1) else {
        return Duration::ZERO;
    };
    let doublings = beyond.div_euclid(DOUBLES_EVERY).min(16);
    Duration::from_secs(1 << doublings).min(LONGEST_WAIT)
}

fn throttled(wait: Duration) -> Error {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Error::Throttled {
        retry_after: seconds.max(1),
    }
}

/// What is behind these locks is right after every step, so that a panic elsewhere spoils nothing.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(1000);

    fn secret() -> SecretKey {
        SecretKey::new("x".repeat(32)).unwrap()
    }

    fn attempts() -> Attempts {
        Attempts::new(&secret(), true)
    }

    fn network(number: u8) -> ClientNetwork {
        ClientNetwork::of(Some(std::net::IpAddr::from([10, 0, 0, number])))
    }

    fn retry_after<T>(outcome: Result<T>) -> Option<u64> {
        match outcome {
            Ok(_) => None,
            Err(Error::Throttled { retry_after }) => Some(retry_after),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_network_has_ten_tries_a_minute_for_each_thing() {
        let attempts = attempts();
        let count = |what, number, now| retry_after(attempts.count(what, &network(number), now));
        for _ in 0..10 {
            assert_eq!(count(Try::Login, 1, NOW), None);
        }
        assert_eq!(count(Try::Login, 1, NOW), Some(6));
        assert_eq!(count(Try::SignUp, 1, NOW), None);
        assert_eq!(count(Try::Login, 2, NOW), None);
        assert_eq!(count(Try::Login, 1, NOW + Duration::from_millis(5100)), Some(1));
        assert_eq!(count(Try::Login, 1, NOW + Duration::from_secs(6)), None);
        assert_eq!(count(Try::Login, 1, NOW + Duration::from_secs(6)), Some(6));
    }

    #[test]
    fn five_wrong_passwords_close_one_account_to_one_network_for_a_quarter_of_an_hour() {
        let attempts = attempts();
        let (ada, bob) = (EmailKey::of("ada@example.com"), EmailKey::of("bob@example.com"));
        let wrong = |account: &EmailKey, number, now| {
            retry_after(attempts.begin(account, Place::Network(&network(number)), now))
        };
        for _ in 0..5 {
            assert_eq!(wrong(&ada, 1, NOW), None);
        }
        assert_eq!(wrong(&ada, 1, NOW + Duration::from_secs(60)), Some(840));
        assert_eq!(wrong(&bob, 1, NOW), None);
        // The owner, elsewhere, and on a session that is open.
        assert_eq!(wrong(&ada, 2, NOW), None);
        assert_eq!(retry_after(attempts.begin(&ada, Place::Session(1), NOW)), None);
        assert_eq!(wrong(&ada, 1, NOW + WRONG_IN), None);
    }

    #[test]
    fn a_right_password_forgets_the_wrong_ones_before_it() {
        let attempts = attempts();
        let ada = EmailKey::of("ada@example.com");
        for _ in 0..20 {
            for _ in 0..4 {
                let _wrong = attempts.begin(&ada, Place::Network(&network(1)), NOW).unwrap();
            }
            attempts
                .begin(&ada, Place::Network(&network(1)), NOW)
                .unwrap()
                .succeed();
        }
        for _ in 0..20 {
            attempts
                .begin(&ada, Place::Network(&network(1)), NOW)
                .unwrap()
                .take_back();
        }
    }

    #[test]
    fn many_wrong_passwords_slow_strangers_down_and_lock_nobody_out() {
        let attempts = attempts();
        let ada = EmailKey::of("ada@example.com");
        let mut waits = Vec::new();
        for number in 0..=255 {
            let attempt = attempts
                .begin(&ada, Place::Network(&network(number)), NOW)
                .unwrap();
            waits.push(attempt.wait.as_secs());
        }
        assert_eq!(waits[..50], [0; 50]);
        assert_eq!((waits[50], waits[59], waits[60], waits[80]), (1, 1, 2, 8));
        assert_eq!(waits[90..], [16; 166]);
        // Where the owner is known, nothing is different.
        assert!(
            attempts
                .begin(&ada, Place::Session(1), NOW)
                .unwrap()
                .wait
                .is_zero()
        );
        let bob = EmailKey::of("bob@example.com");
        let other = attempts.begin(&bob, Place::Network(&network(1)), NOW).unwrap();
        assert!(other.wait.is_zero());
        let later = attempts.begin(&ada, Place::Network(&network(1)), NOW + MANY_WRONG_IN);
        assert!(later.unwrap().wait.is_zero());
    }

    /// Addresses are kept for a quarter of an hour at most, be it as hashes.
    #[test]
    fn a_try_is_forgotten_also_when_none_follows() {
        let attempts = attempts();
        let ada = EmailKey::of("ada@example.com");
        attempts.count(Try::Login, &network(1), NOW).unwrap();
        let _wrong = attempts.begin(&ada, Place::Network(&network(1)), NOW).unwrap();
        for (passed, held) in [
            (TRIES_IN, [0, 1, 1]),
            (WRONG_IN, [0, 0, 1]),
            (MANY_WRONG_IN, [0, 0, 0]),
        ] {
            attempts.sweep(NOW + passed);
            assert_eq!(attempts.held(), held, "{passed:?}");
        }
    }

    #[test]
    fn off_means_off() {
        let attempts = Attempts::new(&secret(), false);
        let ada = EmailKey::of("ada@example.com");
        for _ in 0..1000 {
            attempts.count(Try::Login, &network(1), NOW).unwrap();
            let attempt = attempts.begin(&ada, Place::Network(&network(1)), NOW).unwrap();
            assert!(attempt.wait.is_zero());
        }
    }
}
