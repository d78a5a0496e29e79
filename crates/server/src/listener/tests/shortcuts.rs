//! Requests that a shortcut answers, between others.

use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::{self, BoxFuture};

use super::*;
use crate::listener::{Shortcut, SimpleRequest};

/// Answers `/at-once`, and `/soon` after a second.
struct AtOnce;

impl Shortcut for AtOnce {
    fn answer(
        &self,
        request: &SimpleRequest<'_>,
        peer: &crate::listener::Peer,
        head: &mut Vec<u8>,
    ) -> Option<BoxFuture<'static, ()>> {
        let waits = match request.path() {
            "/at-once" => future::ready(()).boxed(),
            "/soon" => tokio::time::sleep(Duration::from_secs(1)).boxed(),
            _ => return None,
        };
        head.extend_from_slice(b"HTTP/1.1 204 No Content\r\nfrom: ");
        head.extend_from_slice(peer.address().to_string().as_bytes());
        head.extend_from_slice(b"\r\n");
        Some(waits)
    }
}

pub(super) fn some() -> Option<Arc<dyn Shortcut>> {
    Some(Arc::new(AtOnce))
}

const AT_ONCE: &str = "GET /at-once?really HTTP/1.1\r\nHost: x\r\n\r\n";
const ANSWER: &str = "HTTP/1.1 204 No Content\r\nfrom: 127.0.0.1\r\n\r\n";

impl Peer {
    /// Reads as much as is expected.
    async fn expect(&mut self, expected: &str) {
        let mut bytes = vec![0; expected.len()];
        self.pipe.read_exact(&mut bytes).await.unwrap();
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn one_after_the_other_or_all_at_once_they_are_answered_in_order() {
    let mut peer = connect();
    for _ in 0..3 {
        peer.send(AT_ONCE).await;
        peer.expect(ANSWER).await;
    }
    let soon = "GET /soon HTTP/1.1\r\n\r\n";
    let last = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\n123";
    peer.send([soon, AT_ONCE, AT_ONCE, last].concat()).await;
    peer.expect(&ANSWER.repeat(3)).await;
    let rest = peer.rest(Duration::from_secs(1)).await.unwrap();
    assert!(rest.starts_with("HTTP/1.1 200") && rest.ends_with('3'), "{rest}");
}

#[tokio::test(start_paused = true)]
async fn one_that_drips_is_answered_within_the_time_and_the_next_one_has_its_own() {
    let mut peer = connect();
    for _ in 0..2 {
        for piece in AT_ONCE.as_bytes().chunks(5) {
            tokio::time::sleep(Duration::from_secs(1)).await;
            peer.send(piece).await;
        }
        peer.expect(ANSWER).await;
    }
    assert_eq!(seconds_until_cut(&mut peer).await, 10);
}

#[tokio::test(start_paused = true)]
async fn headers_have_a_size() {
    let mut peer = connect();
    let large = "x".repeat(Limits::default().header_bytes);
    peer.send(format!("GET /at-once HTTP/1.1\r\nX-Large: {large}\r\n"))
        .await;
    let answer = peer.rest(Duration::from_secs(1)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn answers_that_nobody_takes_are_cut_after_thirty_seconds() {
    let mut peer = connect();
    peer.send(AT_ONCE.repeat((64 << 10) / ANSWER.len() + 2)).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    peer.shutdown.cancel();
    let began = Instant::now();
    assert_eq!(peer.drained.await.unwrap(), 0);
    assert_eq!(began.elapsed().as_secs(), 29);
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_it_finishes_the_one_in_flight_and_says_so() {
    let mut idle = connect();
    let mut busy = connect();
    busy.send("GET /soon HTTP/1.1\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    idle.shutdown.cancel();
    busy.shutdown.cancel();
    assert_eq!(idle.rest(Duration::from_secs(1)).await.unwrap(), "");
    let answer = busy.rest(Duration::from_secs(1)).await.unwrap();
    assert!(answer.contains("\r\nconnection: close\r\n\r\n"), "{answer}");
    assert_eq!(busy.drained.await.unwrap(), 0);
}
