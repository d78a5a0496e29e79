//! Bodies within bounds.

use std::io::Read;

use bytes::{Bytes, BytesMut};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use crate::error::FetchError;

/// How a body is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    Identity,
    Gzip,
    Deflate,
}

impl Coding {
    /// What a `Content-Encoding` says; `None` for what nobody asked for, a chain of codings included.
    pub(crate) fn of(header: &str) -> Option<Self> {
        match header.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            _ => None,
        }
    }
}

/// Why a body was not read.
pub(crate) enum BodyFailure {
    Broken,
    TooLarge,
}

impl BodyFailure {
    pub(crate) fn at(self, host: String, limit: usize) -> FetchError {
        match self {
            Self::Broken => FetchError::Broken { host },
            Self::TooLarge => FetchError::TooLarge { host, limit },
        }
    }
}

/// Collects at most `limit` bytes.
pub(crate) async fn collect(mut body: Incoming, limit: usize) -> Result<Bytes, BodyFailure> {
    let mut bytes = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyFailure::Broken)?;
        if let Ok(data) = frame.into_data() {
            if bytes.len() + data.len() > limit {
                return Err(BodyFailure::TooLarge);
            }
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.freeze())
}

/// Takes the coding off, as long as what comes out stays within `limit` bytes.
pub(crate) fn decode(bytes: Bytes, coding: Coding, limit: usize) -> Result<Bytes, BodyFailure> {
    match coding {
        Coding::Identity => Ok(bytes),
        Coding::Gzip => inflate(MultiGzDecoder::new(&*bytes), limit),
        Coding::Deflate => inflate(ZlibDecoder::new(&*bytes), limit),
    }
}

fn inflate(decoder: impl Read, limit: usize) -> Result<Bytes, BodyFailure> {
    let mut plain = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    decoder
        .take(most)
        .read_to_end(&mut plain)
        .map_err(|_| BodyFailure::Broken)?;
    if plain.len() > limit {
        Err(BodyFailure::TooLarge)
    } else {
        Ok(plain.into())
    }
}
