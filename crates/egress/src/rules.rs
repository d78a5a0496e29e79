//! What one kind of request may do.

use std::time::Duration;

/// Which schemes a URL may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schemes {
    /// `http` and `https`.
    HttpAndHttps,
    /// `https` alone.
    HttpsOnly,
}

/// The bounds of one kind of request.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Schemes of the URL and of all that it redirects to.
    pub schemes: Schemes,
    /// Redirects that are followed.
    pub redirects: usize,
    /// From the look-up of the name to the last byte of the answer, redirects included.
    pub deadline: Duration,
    /// Bytes of the answer's body, as sent and after decompression.
    pub bytes: usize,
    /// What the content type has to begin with, such as `image/`.
    pub content_type: &'static str,
}

impl Rules {
    /// A picture for a design: 3 redirects, 5 s, 5 MiB, some `image/*`.
    pub const PICTURE: Self = Self {
        schemes: Schemes::HttpAndHttps,
        redirects: 3,
        deadline: Duration::from_secs(5),
        bytes: 5 * 1024 * 1024,
        content_type: "image/",
    };
}
