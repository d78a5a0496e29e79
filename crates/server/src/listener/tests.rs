//! The time-outs to the second, on pipes instead of sockets and with a clock that stands still until a test moves it.

mod over_tls;
mod shortcuts;

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use hyper::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use super::connection::Connections;
use crate::limits::Limits;

/// What a served request does: reads its body and says how long it was; `/big` answers 8 MiB, `/window` as much as a
/// client's window holds and one byte, `/refuse` reads nothing, `/wire` says what protects the connection, `/hang` never
/// answers.
async fn answer(request: Request<Body>) -> Result<Response, Infallible> {
    Ok(match request.uri().path() {
        "/big" => vec![b'x'; 8 << 20].into_response(),
        "/window" => vec![b'x'; 65_536].into_response(),
        "/refuse" => "refused".into_response(),
        "/wire" => {
            let peer = request.extensions().get::<super::Peer>().unwrap();
            format!("{:?} {}", peer.wire(), peer.address()).into_response()
        }
        "/hang" => std::future::pending().await,
        _ => match request.into_body().collect().await {
            Ok(body) => body.to_bytes().len().to_string().into_response(),
            Err(error) => error.to_string().into_response(),
        },
    })
}

const SOMEBODY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50_000);

/// A connection to a server of its own.
struct Peer {
    pipe: DuplexStream,
    shutdown: CancellationToken,
    drained: tokio::task::JoinHandle<usize>,
}

/// Connects through a pipe that holds 64 KiB, and tells the server to stop where `shutdown` says so.
fn connect() -> Peer {
    let (pipe, server) = tokio::io::duplex(64 << 10);
    let shutdown = CancellationToken::new();
    let limits = Limits {
        discarded_bytes: 1 << 20,
        ..Limits::default()
    };
    let connections = Connections::new(
        tower::service_fn(answer),
        shortcuts::some(),
        limits,
        shutdown.clone(),
    );
    connections.spawn(server, SOMEBODY, None, ());
    let told = shutdown.clone();
    #[expect(
        clippy::disallowed_methods,
        reason = "the test's own task, joined by the tests that care"
    )]
    let drained = tokio::spawn(async move {
        told.cancelled().await;
        connections.drain(limits.drain).await
    });
    Peer {
        pipe,
        shutdown,
        drained,
    }
}

impl Peer {
    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.pipe.write_all(bytes.as_ref()).await.unwrap();
    }

    /// Reads until the server ends the connection; `None` if it has not after `within`.
    async fn rest(&mut self, within: Duration) -> Option<String> {
        let mut text = Vec::new();
        timeout(within, self.pipe.read_to_end(&mut text))
            .await
            .ok()?
            .ok()?;
        Some(String::from_utf8_lossy(&text).into_owned())
    }
}

/// Seconds from now until the server ends the connection.
async fn seconds_until_cut(peer: &mut Peer) -> u64 {
    let began = Instant::now();
    peer.rest(Duration::from_secs(1000))
        .await
        .expect("the connection is never cut");
    began.elapsed().as_secs()
}

#[tokio::test(start_paused = true)]
async fn headers_that_never_end_are_cut_after_ten_seconds() {
    for beginning in ["", "P", "POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "] {
        let mut peer = connect();
        peer.send(beginning).await;
        assert_eq!(seconds_until_cut(&mut peer).await, 10, "{beginning:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn headers_that_drip_are_cut_all_the_same() {
    let mut peer = connect();
    peer.send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    for _ in 0..9 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        peer.send("x").await;
    }
    assert_eq!(seconds_until_cut(&mut peer).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_is_cut_after_thirty_seconds() {
    let mut peer = connect();
    peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        .await;
    assert_eq!(seconds_until_cut(&mut peer).await, 30);
}

#[tokio::test(start_paused = true)]
async fn a_body_below_the_pace_is_cut_and_one_above_it_is_not() {
    for (bytes_a_second, arrives) in [(15 << 10, false), (17 << 10, true)] {
        let mut peer = connect();
        let seconds = 100;
        let length = bytes_a_second * seconds;
        peer.send(format!(
            "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
        ))
        .await;
        let mut cut = false;
        for _ in 0..seconds {
            tokio::time::sleep(Duration::from_secs(1)).await;
            cut = cut || peer.pipe.write_all(&vec![b'x'; bytes_a_second]).await.is_err();
        }
        assert_eq!(!cut, arrives);
        if arrives {
            assert!(
                peer.rest(Duration::from_secs(1))
                    .await
                    .unwrap()
                    .ends_with(&length.to_string())
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn many_small_bodies_on_one_connection_are_no_slow_body() {
    let mut peer = connect();
    let mut answer = vec![0; 1024];
    for _ in 0..100 {
        peer.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{")
            .await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        peer.send("}").await;
        let read = peer.pipe.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200"));
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_is_cut_after_thirty_seconds() {
    let mut peer = connect();
    peer.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    // The drain would wait 30 s; the pace, which has counted for a second already, is faster.
    peer.shutdown.cancel();
    let began = Instant::now();
    assert_eq!(peer.drained.await.unwrap(), 0);
    assert_eq!(began.elapsed().as_secs(), 29);
}

#[tokio::test(start_paused = true)]
async fn an_answer_taken_at_the_pace_arrives_whole() {
    let mut peer = connect();
    peer.send("GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await;
    let mut taken = 0;
    let mut buffer = vec![0; 20 << 10];
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        match peer.pipe.read(&mut buffer).await.unwrap() {
            0 => break,
            bytes => taken += bytes,
        }
    }
    assert!(taken > 8 << 20);
}

#[tokio::test(start_paused = true)]
async fn who_is_refused_while_still_sending_gets_the_answer() {
    let mut peer = connect();
    peer.send("POST /refuse HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1000000\r\n\r\n")
        .await;
    for _ in 0..10 {
        peer.send(vec![b'x'; 100_000]).await;
    }
    assert!(
        peer.rest(Duration::from_secs(1))
            .await
            .unwrap()
            .ends_with("refused")
    );
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_100_continue_is_not_asked_for_a_body_that_is_refused() {
    let mut peer = connect();
    let head = "POST /refuse HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n";
    peer.send(head).await;
    let answer = peer.rest(Duration::from_secs(1)).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("refused"),
        "{answer}"
    );
}

#[tokio::test(start_paused = true)]
async fn who_goes_away_takes_the_handler_along() {
    let (mut pipe, server) = tokio::io::duplex(64 << 10);
    let (arrived, gone) = (CancellationToken::new(), CancellationToken::new());
    let seen = (arrived.clone(), gone.clone());
    let hang = tower::service_fn(move |_: Request<Body>| {
        let (arrived, gone) = (seen.0.clone(), seen.1.clone().drop_guard());
        async move {
            arrived.cancel();
            std::future::pending::<()>().await;
            drop(gone);
            Ok::<_, Infallible>(().into_response())
        }
    });
    let connections = Connections::new(hang, None, Limits::default(), CancellationToken::new());
    connections.spawn(server, SOMEBODY, None, ());
    pipe.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    arrived.cancelled().await;
    assert!(!gone.is_cancelled());
    drop(pipe);
    timeout(Duration::from_secs(1), gone.cancelled()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_it_finishes_what_is_in_flight_and_ends_what_idles() {
    let mut idle = connect();
    let mut busy = connect();
    busy.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n12")
        .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    idle.shutdown.cancel();
    busy.shutdown.cancel();
    assert_eq!(idle.rest(Duration::from_secs(1)).await.unwrap(), "");
    busy.send("34").await;
    let answer = busy.rest(Duration::from_secs(1)).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"),
        "{answer}"
    );
    assert_eq!(busy.drained.await.unwrap(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_after_thirty_seconds_whatever_hangs() {
    let mut peer = connect();
    peer.send("GET /hang HTTP/1.1\r\nHost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    peer.shutdown.cancel();
    let began = Instant::now();
    assert_eq!(peer.drained.await.unwrap(), 1);
    assert_eq!(began.elapsed().as_secs(), 30);
}
