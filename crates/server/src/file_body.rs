//! The body of an answer that is read from a file piece by piece, as the client takes it.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::task::JoinHandle;

/// Bytes of a piece.
pub(crate) const PIECE: usize = 128 * 1024;

/// Bytes in pieces, each of [`PIECE`] bytes but the last.
pub(crate) trait Pieces: Send + Sync + 'static {
    /// Bytes of all of them.
    fn length(&self) -> u64;

    /// The piece of that number.
    ///
    /// # Errors
    /// Those of the file.
    fn read(&self, number: u64) -> io::Result<Vec<u8>>;
}

/// A file as it is; `held` is let go with it.
pub(crate) struct PlainFile<H> {
    pub(crate) file: Arc<File>,
    pub(crate) length: u64,
    #[expect(dead_code, reason = "held until it is dropped")]
    pub(crate) held: H,
}

impl<H: Send + Sync + 'static> Pieces for PlainFile<H> {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&self, number: u64) -> io::Result<Vec<u8>> {
        let at = number * PIECE as u64;
        let most = self.length.saturating_sub(at).min(PIECE as u64);
        let mut piece = vec![0; usize::try_from(most).unwrap_or(PIECE)];
        self.file.read_exact_at(&mut piece, at)?;
        Ok(piece)
    }
}

/// The body.
pub(crate) struct FileBody<P> {
    pieces: Arc<P>,
    next: u64,
    left: u64,
    reading: Option<JoinHandle<io::Result<Vec<u8>>>>,
}

impl<P: Pieces> FileBody<P> {
    pub(crate) fn new(pieces: P) -> Self {
        Self {
            left: pieces.length(),
            pieces: Arc::new(pieces),
            next: 0,
            reading: None,
        }
    }
}

impl<P: Pieces> Body for FileBody<P> {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = &mut *self;
        if this.left == 0 {
            return Poll::Ready(None);
        }
        let (pieces, number) = (&this.pieces, this.next);
        let reading = this.reading.get_or_insert_with(|| {
            let pieces = Arc::clone(pieces);
            tokio::task::spawn_blocking(move || pieces.read(number))
        });
        let read = ready!(Pin::new(reading).poll(context));
        this.reading = None;
        let piece = read.map_err(io::Error::other).and_then(|piece| piece);
        Poll::Ready(Some(piece.map(|piece| {
            this.next += 1;
            this.left = this.left.saturating_sub(piece.len() as u64);
            Frame::data(piece.into())
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_file_comes_out_whole_and_says_how_long_it_is() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE] {
            let bytes: Vec<u8> = (0..length).map(|number| number.to_le_bytes()[0]).collect();
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&bytes).unwrap();
            // What stands behind does not belong to it.
            file.write_all(b"behind").unwrap();
            let body = FileBody::new(PlainFile {
                file: Arc::new(file),
                length: length as u64,
                held: (),
            });
            assert_eq!(body.size_hint().exact(), Some(length as u64));
            assert_eq!(body.is_end_stream(), length == 0);
            assert!(body.collect().await.unwrap().to_bytes() == bytes);
        }
    }

    #[tokio::test]
    async fn a_file_that_is_cut_short_is_an_error_and_no_shorter_answer() {
        let body = FileBody::new(PlainFile {
            file: Arc::new(tempfile::tempfile().unwrap()),
            length: 10,
            held: (),
        });
        assert!(body.collect().await.is_err());
    }
}
