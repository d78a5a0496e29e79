//! The same over a real socket, with bounds so short that nobody has to wait. The exact times are the listener's own
//! tests, on a clock that stands still.

use std::net::SocketAddr;
use std::time::Duration;

use qrstudio_server::{Limits, Listener, Pace};
use qrstudio_store::PlanName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::studio::Studio;

/// Long enough to never be what ends a test that passes.
const PATIENCE: Duration = Duration::from_secs(60);

struct Server {
    studio: Studio,
    address: SocketAddr,
    shutdown: CancellationToken,
    running: JoinHandle<usize>,
}

async fn start(limits: Limits) -> Server {
    let studio = Studio::with_limits(limits).await;
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.address().unwrap();
    let shutdown = CancellationToken::new();
    #[expect(
        clippy::disallowed_methods,
        reason = "the test's own task, joined by the tests that care"
    )]
    let running = tokio::spawn(listener.run(studio.service(), limits, shutdown.clone()));
    Server {
        studio,
        address,
        shutdown,
        running,
    }
}

impl Server {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// All that comes until the server ends the connection.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A cut connection may end with a reset instead of an end.
    let _ = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut bytes))
        .await
        .expect("the server never ends it");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn short() -> Limits {
    Limits {
        header_time: Duration::from_millis(200),
        pace: Pace {
            bytes_per_second: 16 << 10,
            window: Duration::from_millis(300),
        },
        ..Limits::default()
    }
}

#[tokio::test]
async fn half_a_request_is_cut() {
    let server = start(short()).await;
    let mut stream = server.connect().await;
    stream
        .write_all(b"POST /api/v1/generate/ HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        .await
        .unwrap();
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn half_a_body_is_cut() {
    let server = start(short()).await;
    let key = server.studio.key(PlanName::Free).await;
    let mut stream = server.connect().await;
    let head = format!(
        "POST /api/v1/generate/ HTTP/1.1\r\nHost: x\r\nX-Api-Key: {key}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = rest(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
    assert!(
        answer.ends_with(r#"{"detail":"The request body arrived too slowly."}"#),
        "{answer}"
    );
}

#[tokio::test]
async fn a_body_that_says_one_length_and_sends_another_costs_nothing() {
    let server = start(short()).await;
    let key = server.studio.key(PlanName::Free).await;
    let mut stream = server.connect().await;
    let body = r#"{"data": "x", "size_inches": 1}"#;
    let head = format!(
        "POST /api/v1/generate/ HTTP/1.1\r\nHost: x\r\nX-Api-Key: {key}\r\nContent-Type: application/json\r\n\
         Content-Length: 500\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    rest(&mut stream).await;
    assert_eq!(
        server.studio.get_with(&key, "/api/v1/usage/").await.json()["used_this_month"],
        0
    );
}

#[tokio::test]
async fn ten_megabytes_are_refused_with_an_answer_that_arrives() {
    let server = start(Limits::default()).await;
    let key = server.studio.key(PlanName::Free).await;
    for (key, expected) in [(key.as_str(), "413"), ("smk_wrong", "401")] {
        let mut stream = server.connect().await;
        let head = format!(
            "POST /api/v1/generate/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Api-Key: {key}\r\n\
             Content-Type: application/json\r\nContent-Length: 10000000\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&vec![b' '; 10_000_000]).await.unwrap();
        let answer = rest(&mut stream).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected} ")), "{answer}");
    }
}

#[tokio::test]
async fn headers_have_a_size() {
    let server = start(Limits::default()).await;
    let mut stream = server.connect().await;
    let head = format!(
        "GET /api/health/ HTTP/1.1\r\nHost: x\r\nX-Large: {}\r\n\r\n",
        "x".repeat(40 << 10)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 431 "));
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let server = start(Limits::default()).await;
    let mut stream = server.connect().await;
    for _ in 0..20 {
        stream
            .write_all(b"GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
    }
    stream
        .write_all(b"GET /api/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    assert_eq!(rest(&mut stream).await.matches(r#"{"status":"ok"}"#).count(), 21);
}

#[tokio::test]
async fn told_to_stop_the_port_is_free_at_once_and_requests_finish() {
    let server = start(Limits::default()).await;
    let key = server.studio.key(PlanName::Free).await;
    let mut stream = server.connect().await;
    let body = r#"{"data": "https://example.com", "size_inches": 1}"#;
    let head = format!(
        "POST /api/v1/generate/ HTTP/1.1\r\nHost: x\r\nX-Api-Key: {key}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    // The interim answer says that the request is in flight.
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.shutdown.cancel();
    let second = loop {
        match Listener::bind(server.address) {
            Ok(listener) => break listener,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    assert_eq!(second.address().unwrap(), server.address);
    stream.write_all(body.as_bytes()).await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 200 OK\r\n"));
    assert_eq!(server.running.await.unwrap(), 0);
}

#[tokio::test]
async fn a_taken_port_is_noticed() {
    let server = start(Limits::default()).await;
    let error = Listener::bind(server.address).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}
