//! HTTP/1.1 without hyper, as long as all that a client asks for are simple requests which a shortcut answers.
//!
//! What hyper does for any request (maps of headers, bodies, upgrades, a timer set anew each time) costs more than a
//! redirect. The parser is the same; the first request that is not simple, and all after it, are hyper's.

use std::fmt;
use std::pin::pin;

use futures_util::future::BoxFuture;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::peer::Peer;
use super::rewound::Rewound;
use super::simple::{self, Begins, SimpleRequest};
use crate::limits::Limits;

/// Room for one read: most requests are one.
const READ: usize = 2048;
const LAST: &[u8] = b"connection: close\r\n\r\n";

/// Answers some simple requests from what it has at hand.
pub(crate) trait Shortcut: Send + Sync {
    /// Writes status line and headers of an answer without a body, but for the empty line that ends them, and returns what
    /// the answer has to wait for. `None`, with nothing written: the request goes the whole way.
    fn answer(
        &self,
        request: &SimpleRequest<'_>,
        peer: &Peer,
        head: &mut Vec<u8>,
    ) -> Option<BoxFuture<'static, ()>>;
}

impl fmt::Debug for dyn Shortcut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Shortcut")
    }
}

/// Answers while requests are simple. Returns the connection when one is not, with what was read of it; `None` once the
/// connection has ended.
pub(super) async fn serve<I: AsyncRead + AsyncWrite + Unpin>(
    mut stream: I,
    peer: Peer,
    shortcut: &dyn Shortcut,
    limits: &Limits,
    (shutdown, abort): (&CancellationToken, &CancellationToken),
) -> Option<Rewound<I>> {
    let mut told_to_stop = pin!(shutdown.cancelled());
    let mut abort = pin!(abort.cancelled());
    let mut deadline = Instant::now() + limits.header_time;
    let mut alarm = pin!(sleep_until(deadline));
    let (mut ahead, mut head) = (Vec::new(), Vec::new());
    loop {
        let begins = simple::read(&ahead, |request| shortcut.answer(request, &peer, &mut head));
        match begins {
            Begins::Simple(waits, length) => {
                ahead.drain(..length);
                tokio::select! {
                    biased;
                    () = waits => {}
                    () = abort.as_mut() => return None,
                }
                // Told to stop, it says so, lest the client asks again.
                let is_last = shutdown.is_cancelled();
                head.extend_from_slice(if is_last { LAST } else { b"\r\n" });
                let written = async {
                    stream.write_all(&head).await?;
                    stream.flush().await
                };
                tokio::select! {
                    biased;
                    written = written => written.ok()?,
                    () = abort.as_mut() => return None,
                }
                if is_last {
                    let _ = stream.shutdown().await;
                    return None;
                }
                head.clear();
                deadline = Instant::now() + limits.header_time;
                continue;
            }
            Begins::Incomplete if ahead.len() <= limits.header_bytes => {}
            Begins::Incomplete | Begins::Other => return Some(Rewound::new(ahead, stream)),
        }
        ahead.reserve(READ);
        tokio::select! {
            biased;
            read = stream.read_buf(&mut ahead) => match read {
                Ok(0) | Err(_) => return None,
                Ok(_) => {}
            },
            () = told_to_stop.as_mut() => return Some(Rewound::new(ahead, stream)),
            () = alarm.as_mut() => {
                // Set anew only here, not for each request.
                if deadline <= Instant::now() {
                    return None;
                }
                alarm.as_mut().reset(deadline);
            }
        }
    }
}
