//! Argon2id in memory that the caller brings: 19 MiB a hash, given to and taken from the allocator each time, would stay
//! in it many times over, once for each of its arenas.

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};

use super::HashError;

/// The longest output that the PHC form holds.
const LONGEST_OUTPUT: usize = 64;

/// The hash in PHC form, with the crate's default costs (19 MiB, two passes). Takes tens of milliseconds.
pub(super) fn hash(password: &str, salt: &[u8], memory: &mut Vec<Block>) -> Result<String, HashError> {
    let params = Params::default();
    let failed = |error: &dyn std::fmt::Display| HashError(error.to_string());
    let costs = ParamsString::try_from(&params).map_err(|error| failed(&error))?;
    let salt = Salt::new(salt).map_err(|error| failed(&error))?;
    let output = compute(password, &salt, params, Params::DEFAULT_OUTPUT_LEN, memory)
        .ok_or_else(|| failed(&"Argon2 refuses its parameters"))?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: costs,
        salt: Some(salt),
        hash: Some(output),
    };
    Ok(hash.to_string())
}

/// Whether a password has this hash, at the costs that the hash names. One that cannot be read matches nothing.
pub(super) fn matches(password: &str, hash: &str, memory: &mut Vec<Block>) -> bool {
    let Ok(hash) = PasswordHash::new(hash) else {
        return false;
    };
    let is_ours = hash.algorithm == ARGON2ID_IDENT && hash.version == Some(Version::V0x13.into());
    let (Some(salt), Some(expected), Ok(params)) = (hash.salt, hash.hash, Params::try_from(&hash)) else {
        return false;
    };
    // Outputs compare in the same time wherever they differ.
    is_ours && compute(password, &salt, params, expected.len(), memory).is_some_and(|found| found == expected)
}

fn compute(
    password: &str,
    salt: &[u8],
    params: Params,
    length: usize,
    memory: &mut Vec<Block>,
) -> Option<Output> {
    memory.resize(params.block_count(), Block::new());
    let mut buffer = [0; LONGEST_OUTPUT];
    let output = buffer.get_mut(..length)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(password.as_bytes(), salt, output, memory.as_mut_slice())
        .ok()?;
    Output::new(output).ok()
}
