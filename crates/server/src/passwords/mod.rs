//! Passwords: drawn for people who have to type them, kept as Argon2id hashes.

mod argon2id;
mod hasher;
mod rules;

pub(crate) use self::hasher::Hasher;
pub(crate) use self::rules::refusals;
use crate::entropy::{self, Entropy};

/// Lower case and digits without those that look alike: 32 letters, so 5 bits each.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const LETTER_COUNT: usize = 20;

/// A password of 100 random bits: four groups of five letters.
pub(crate) fn draw(entropy: &dyn Entropy) -> String {
    let random: [u8; LETTER_COUNT] = entropy::bytes(entropy);
    let mut password = String::with_capacity(LETTER_COUNT + 3);
    for (index, byte) in random.into_iter().enumerate() {
        if index > 0 && index % 5 == 0 {
            password.push('-');
        }
        // 32 divides 256, so every letter is as likely as any other.
        let letter = LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'a');
        password.push(char::from(letter));
    }
    password
}

/// Why a password has no hash.
#[derive(Debug, thiserror::Error)]
#[error("cannot hash a password: {0}")]
pub struct HashError(String);

/// The Argon2id hash in PHC form, on a blocking thread: for commands, which have no queue.
pub(crate) async fn hash(password: String, entropy: &dyn Entropy) -> Result<String, HashError> {
    let salt: [u8; 16] = entropy::bytes(entropy);
    let hashing = tokio::task::spawn_blocking(move || {
        argon2id::hash(&rules::normal(&password), &salt, &mut Vec::new())
    });
    hashing.await.map_err(|error| HashError(error.to_string()))?
}

#[cfg(test)]
mod tests {
    use argon2::Argon2;
    use argon2::password_hash::PasswordVerifier as _;
    use argon2::password_hash::phc::PasswordHash;

    use super::*;
    use crate::entropy::SystemEntropy;

    #[tokio::test]
    async fn a_drawn_password_opens_its_own_hash_only() {
        let password = draw(&SystemEntropy);
        assert_eq!(password.len(), 23);
        let hash = hash(password.clone(), &SystemEntropy).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let parsed = PasswordHash::new(&hash).unwrap();
        assert!(
            Argon2::default()
                .verify_password(password.as_bytes(), &parsed)
                .is_ok()
        );
        assert!(Argon2::default().verify_password(b"another", &parsed).is_err());
    }
}
