//! Pictures that many codes of one table carry, decoded once.

use qr_pictures::{Fit, PictureError};
use qr_print::Picture;
use qrstudio_store::WorkspaceId;

use crate::fields::Upload;
use crate::pictures;

/// Decoded pictures of who has no workspace, bounded in bytes.
pub struct Decoded(pictures::Decoded);

impl Decoded {
    /// Keeps pictures of so many bytes in all.
    #[must_use]
    pub fn keeping(most_bytes: u64) -> Self {
        Self(pictures::Decoded::new(most_bytes, pictures::KEEP))
    }

    /// The pixels of a file.
    ///
    /// # Errors
    /// Why it is no picture.
    pub fn decode(&self, upload: &Upload, fit: Fit) -> Result<Picture, PictureError> {
        self.0.find_or_decode(WorkspaceId(0), upload, fit, 0)
    }
}
