//! Logos and backgrounds as pixels, so that further codes with the same one need not decode it.

use std::time::Duration;

use qr_pictures::{Fit, PictureError};
use qr_print::Picture as Pixels;
use qrstudio_store::WorkspaceId;
use sha2::{Digest as _, Sha256};

use super::cache::{Cache, Key, Weigh};
use crate::fields::Upload;

/// What was decoded, by its bytes, its size and who sent it: how long a render takes tells nobody of others' logos.
pub(crate) struct Decoded(Cache<Pixels>);

/// As if every pixel had an opacity.
impl Weigh for Pixels {
    fn bytes(&self) -> usize {
        4 * self.width() as usize * self.height() as usize
    }
}

impl Decoded {
    /// Of no more than so many bytes, kept for so long.
    pub(crate) fn new(most_bytes: u64, keep: Duration) -> Self {
        Self(Cache::new(most_bytes, keep))
    }

    /// The pixels of a file that `workspace` has sent.
    ///
    /// # Errors
    /// Why it is no picture, found out afresh each time.
    pub(crate) fn find_or_decode(
        &self,
        workspace: WorkspaceId,
        upload: &Upload,
        fit: Fit,
        now_ms: i64,
    ) -> Result<Pixels, PictureError> {
        let key = key(workspace, upload, fit);
        if let Some(pixels) = self.0.find(&key, now_ms) {
            return Ok(Pixels::clone(&pixels));
        }
        let pixels = qr_pictures::decode(upload.bytes(), fit)?;
        self.0.put(key, pixels.clone(), now_ms);
        Ok(pixels)
    }
}

fn key(WorkspaceId(workspace): WorkspaceId, upload: &Upload, fit: Fit) -> Key {
    let (kind, px) = match fit {
        Fit::Within(px) => (b'w', px),
        Fit::Covering(px) => (b'c', px),
    };
    Sha256::new_with_prefix(upload.digest())
        .chain_update(workspace.to_be_bytes())
        .chain_update([kind])
        .chain_update(px.to_be_bytes())
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = include_bytes!("../../../pictures/tests/samples/rgba.png");
    const HOUR: Duration = Duration::from_secs(3600);

    fn is_kept(decoded: &Decoded, workspace: i64, file: &[u8], fit: Fit, now_ms: i64) -> bool {
        let key = key(WorkspaceId(workspace), &Upload::new(file.to_vec()), fit);
        decoded.0.find(&key, now_ms).is_some()
    }

    #[test]
    fn each_workspace_keeps_its_own_by_bytes_and_size() {
        let decoded = Decoded::new(1 << 20, HOUR);
        let upload = Upload::new(PNG);
        let fit = Fit::Within(20);
        let made = decoded.find_or_decode(WorkspaceId(1), &upload, fit, 0).unwrap();
        assert_eq!(made, qr_pictures::decode(PNG, fit).unwrap());
        let found = decoded.find_or_decode(WorkspaceId(1), &upload, fit, 1).unwrap();
        assert_eq!(found, made);
        let longer = [PNG, b"x"].concat();
        for (workspace, file, fit, now_ms, kept) in [
            (1, PNG, fit, 3_599_999, true),
            (1, PNG, fit, 3_600_000, false),
            (2, PNG, Fit::Within(20), 1, false),
            (1, PNG, Fit::Within(21), 1, false),
            (1, PNG, Fit::Covering(20), 1, false),
            (1, &longer, Fit::Within(20), 1, false),
        ] {
            assert_eq!(
                is_kept(&decoded, workspace, file, fit, now_ms),
                kept,
                "{workspace} {fit:?}"
            );
        }
    }

    #[test]
    fn bytes_are_bounded_and_failures_are_not_kept() {
        let decoded = Decoded::new(4 * 40 * 30 + 2 * 1024, HOUR);
        let broken = Upload::new(&b"x"[..]);
        assert!(
            decoded
                .find_or_decode(WorkspaceId(1), &broken, Fit::Within(9), 0)
                .is_err()
        );
        for side in [10, 40, 41] {
            decoded
                .find_or_decode(WorkspaceId(1), &Upload::new(PNG), Fit::Within(side), 0)
                .unwrap();
        }
        // The sample has 40 × 30 pixels: two of that size have no room.
        let kept = [10, 40, 41].map(|side| is_kept(&decoded, 1, PNG, Fit::Within(side), 0));
        assert_eq!(kept, [false, false, true]);
    }
}
