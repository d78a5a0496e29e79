//! A stream of which something was read ahead.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf};

/// A stream whose first bytes were looked at and will be read again.
pub(super) struct Rewound<S> {
    ahead: Vec<u8>,
    stream: S,
}

impl<S> Rewound<S> {
    pub(super) fn new(ahead: Vec<u8>, stream: S) -> Self {
        Self { ahead, stream }
    }

    /// The first byte, as long as nobody has read it again.
    pub(super) fn first(&self) -> Option<u8> {
        self.ahead.first().copied()
    }
}

impl<S: AsyncRead + Unpin> Rewound<S> {
    /// Reads one byte ahead.
    pub(super) async fn peeked(mut stream: S) -> io::Result<Self> {
        let first = stream.read_u8().await?;
        Ok(Self::new(vec![first], stream))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Rewound<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let fits = self.ahead.len().min(buffer.remaining());
        if fits == 0 {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        buffer.put_slice(self.ahead.get(..fits).unwrap_or_default());
        self.ahead.drain(..fits);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Rewound<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
