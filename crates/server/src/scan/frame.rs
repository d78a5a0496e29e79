//! Values in a file, one after the other, each with its length and checksum: whoever reads sees where a write was cut off.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of length and checksum.
const HEAD: usize = 8;
/// A longer value was never written.
const MAX_BYTES: usize = 256 * 1024;

/// What stands at some place of a file.
pub(super) enum Found<T> {
    /// A value, and how many bytes it takes.
    Value(T, usize),
    /// Nothing, or the beginning of something: no whole value.
    End,
    /// Bytes that no writer of this version has left there.
    Damage,
}

/// A value that is too long for a file, which no bounded request makes.
#[derive(Debug, thiserror::Error)]
#[error("a value is too long to be written")]
pub(super) struct TooLong;

/// Appends a value.
pub(super) fn write(value: &impl Serialize, into: &mut Vec<u8>) -> Result<(), TooLong> {
    let start = into.len();
    into.extend_from_slice(&[0; HEAD]);
    let written = postcard::to_extend(value, std::mem::take(into));
    *into = written.map_err(|_| TooLong)?;
    let body = into.get(start + HEAD..).unwrap_or_default();
    let (length, checksum) = (body.len(), crc32fast::hash(body));
    if length > MAX_BYTES {
        into.truncate(start);
        return Err(TooLong);
    }
    let length = u32::try_from(length).map_err(|_| TooLong)?;
    let head = length.to_le_bytes().into_iter().chain(checksum.to_le_bytes());
    for (place, byte) in into.iter_mut().skip(start).zip(head) {
        *place = byte;
    }
    Ok(())
}

/// Reads the value that `bytes` begin with.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Found<T> {
    let Some((&[a, b, c, d, e, f, g, h], rest)) = bytes.split_first_chunk::<HEAD>() else {
        return Found::End;
    };
    let length = u32::from_le_bytes([a, b, c, d]) as usize;
    let checksum = u32::from_le_bytes([e, f, g, h]);
    if length > MAX_BYTES || length == 0 {
        return Found::Damage;
    }
    let Some(body) = rest.get(..length) else {
        return Found::End;
    };
    if crc32fast::hash(body) != checksum {
        return Found::Damage;
    }
    postcard::from_bytes(body).map_or(Found::Damage, |value| Found::Value(value, HEAD + length))
}
