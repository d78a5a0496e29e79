//! The same behind TLS: the handshake, HTTP/2 with its own flow control, and who misuses either.

use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::task::AbortOnDropHandle;

use super::*;
use crate::tls::testing::Authority;
use crate::tls::{HTTP_2, Tls};

const HTTP_1: &[u8] = b"http/1.1";

/// A server behind TLS that is spoken to through pipes.
struct Server {
    authority: Authority,
    tls: Tls,
    connections: Connections<Service>,
    limits: Limits,
    shutdown: CancellationToken,
    _files: tempfile::TempDir,
}

type Service = tower::util::BoxCloneSyncService<Request<Body>, Response, Infallible>;

impl Server {
    fn new() -> Self {
        Self::bounded(Limits::default())
    }

    fn bounded(limits: Limits) -> Self {
        let authority = Authority::new("test");
        let (tls, files) = authority.server();
        let shutdown = CancellationToken::new();
        let service = Service::new(tower::service_fn(answer));
        Self {
            authority,
            tls,
            connections: Connections::new(service, shortcuts::some(), limits, shutdown.clone()),
            limits,
            shutdown,
            _files: files,
        }
    }

    /// A pipe to it, before any handshake.
    fn pipe(&self) -> DuplexStream {
        let (pipe, server) = tokio::io::duplex(64 << 10);
        self.connections
            .spawn(server, SOMEBODY, Some(self.tls.acceptor()), ());
        pipe
    }

    async fn shake(&self, protocols: &[&[u8]]) -> TlsStream<DuplexStream> {
        TlsConnector::from(self.authority.client(protocols))
            .connect(ServerName::try_from("localhost").unwrap(), self.pipe())
            .await
            .unwrap()
    }

    async fn http2(&self) -> Client {
        let (requests, connection) = h2::client::handshake(self.shake(&[HTTP_2]).await).await.unwrap();
        #[expect(clippy::disallowed_methods, reason = "the test's own task, ended with it")]
        let driven = tokio::spawn(async move {
            let _ = connection.await;
        });
        Client {
            requests,
            ended: AbortOnDropHandle::new(driven),
        }
    }
}

/// An HTTP/2 client.
struct Client {
    requests: SendRequest<Bytes>,
    ended: AbortOnDropHandle<()>,
}

impl Client {
    async fn begin(&mut self, path: &str) -> (ResponseFuture, SendStream<Bytes>) {
        let request = Request::post(format!("https://localhost{path}"))
            .body(())
            .unwrap();
        let mut ready = self.requests.clone().ready().await.unwrap();
        ready.send_request(request, false).unwrap()
    }

    async fn get(&mut self, path: &str) -> Result<(hyper::StatusCode, String), h2::Error> {
        let request = Request::get(format!("https://localhost{path}")).body(()).unwrap();
        let mut ready = self.requests.clone().ready().await?;
        let (response, _) = ready.send_request(request, true)?;
        read(response).await
    }

    /// Seconds until the server ends the connection.
    async fn seconds_until_cut(&mut self) -> u64 {
        let began = Instant::now();
        timeout(Duration::from_secs(1000), &mut self.ended)
            .await
            .expect("the connection is never cut")
            .unwrap();
        began.elapsed().as_secs()
    }
}

/// The status and the whole body, taken as fast as it comes.
async fn read(response: ResponseFuture) -> Result<(hyper::StatusCode, String), h2::Error> {
    let (head, mut body) = response.await?.into_parts();
    let mut text = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece?;
        body.flow_control().release_capacity(piece.len())?;
        text.extend_from_slice(&piece);
    }
    Ok((head.status, String::from_utf8(text).unwrap()))
}

async fn until_end(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> (String, u64) {
    let began = Instant::now();
    let mut bytes = Vec::new();
    let _ = timeout(Duration::from_secs(1000), stream.read_to_end(&mut bytes))
        .await
        .expect("the connection is never cut");
    (
        String::from_utf8_lossy(&bytes).into_owned(),
        began.elapsed().as_secs(),
    )
}

#[tokio::test(start_paused = true)]
async fn the_client_chooses_http_2_or_1() {
    let server = Server::new();
    for protocols in [&[HTTP_1][..], &[], &[HTTP_1, HTTP_2]] {
        let mut stream = server.shake(protocols).await;
        if stream.get_ref().1.alpn_protocol() == Some(HTTP_2) {
            assert_eq!(protocols.len(), 2, "HTTP/2 where both are offered");
            continue;
        }
        stream
            .write_all(b"GET /wire HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .await
            .unwrap();
        let (answer, _) = until_end(&mut stream).await;
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with("Tls 127.0.0.1"),
            "{answer}"
        );
    }
    let (status, text) = server.http2().await.get("/wire").await.unwrap();
    assert_eq!((status.as_u16(), text.as_str()), (200, "Tls 127.0.0.1"));
}

#[tokio::test(start_paused = true)]
async fn plain_http_reaches_the_service_and_is_known_as_such() {
    let server = Server::new();
    let mut pipe = server.pipe();
    pipe.write_all(b"GET /wire HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let (answer, _) = until_end(&mut pipe).await;
    assert!(answer.ends_with("PlainOnTlsPort 127.0.0.1"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_never_ends_is_cut_after_ten_seconds() {
    let server = Server::new();
    for beginning in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc"] {
        let mut pipe = server.pipe();
        pipe.write_all(beginning).await.unwrap();
        assert_eq!(until_end(&mut pipe).await.1, 10, "{beginning:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_that_are_neither_are_refused() {
    let server = Server::new();
    for noise in [
        &b"\x16\x03\x01\x00\x05hello"[..],
        b"\x16\x16\x16\x16\x16\x16",
        b"\x00\x01\x02\r\n\r\n",
    ] {
        let mut pipe = server.pipe();
        pipe.write_all(noise).await.unwrap();
        assert_eq!(until_end(&mut pipe).await.1, 0, "{noise:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn beyond_the_bound_the_newest_handshake_takes_the_oldest_ones_place() {
    let server = Server::bounded(Limits {
        handshakes: 2,
        ..Limits::default()
    });
    let (mut oldest, mut second) = (server.pipe(), server.pipe());
    for pipe in [&mut oldest, &mut second] {
        pipe.write_all(b"\x16").await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let (status, _) = server.http2().await.get("/wire").await.unwrap();
    assert_eq!(status, 200);
    assert_eq!(until_end(&mut oldest).await.1, 0);
    assert_eq!(until_end(&mut second).await.1, 8);
}

#[tokio::test(start_paused = true)]
async fn http_2_without_a_request_in_flight_ends_after_ten_seconds() {
    let server = Server::new();
    assert_eq!(server.http2().await.seconds_until_cut().await, 10);
    let mut client = server.http2().await;
    for _ in 0..5 {
        client.get("/").await.unwrap();
        tokio::time::sleep(Duration::from_secs(8)).await;
    }
    client.get("/").await.unwrap();
    let seconds = client.seconds_until_cut().await;
    assert!((10..=11).contains(&seconds), "{seconds}");
    // Not even the preface of HTTP/2 comes.
    let mut stream = server.shake(&[HTTP_2]).await;
    let (_, seconds) = until_end(&mut stream).await;
    assert!((10..=11).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn a_stream_of_pings_is_no_request() {
    let server = Server::new();
    let (requests, mut connection) = h2::client::handshake(server.shake(&[HTTP_2]).await)
        .await
        .unwrap();
    let mut pings = connection.ping_pong().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test's own task, joined below")]
    let ended = tokio::spawn(async move {
        let _ = connection.await;
    });
    let began = Instant::now();
    while pings.ping(h2::Ping::opaque()).await.is_ok() {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    ended.await.unwrap();
    assert!(began.elapsed().as_secs() <= 12);
    drop::<SendRequest<Bytes>>(requests);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_nobody_takes_is_cut_after_thirty_seconds() {
    let server = Server::new();
    let mut client = server.http2().await;
    let (response, _sending) = client.begin("/big").await;
    let response = response.await.unwrap();
    let seconds = client.seconds_until_cut().await;
    assert!((30..=31).contains(&seconds), "{seconds}");
    drop(response);
}

#[tokio::test(start_paused = true)]
async fn a_last_byte_that_nobody_takes_holds_no_connection() {
    let server = Server::new();
    let mut client = server.http2().await;
    let (response, mut sending) = client.begin("/window").await;
    sending.send_data(Bytes::new(), true).unwrap();
    let response = response.await.unwrap();
    let seconds = client.seconds_until_cut().await;
    assert!((30..=42).contains(&seconds), "{seconds}");
    drop(response);
}

/// Takes 20 KiB a second.
async fn take_slowly(body: &mut RecvStream) -> Result<usize, h2::Error> {
    let mut taken = 0;
    while let Some(piece) = body.data().await {
        let bytes = piece?.len();
        tokio::time::sleep(Duration::from_millis(
            u64::try_from(bytes).unwrap() * 1000 / (20 << 10),
        ))
        .await;
        body.flow_control().release_capacity(bytes)?;
        taken += bytes;
    }
    Ok(taken)
}

#[tokio::test(start_paused = true)]
async fn an_answer_taken_at_the_pace_arrives_whole() {
    let server = Server::new();
    let mut client = server.http2().await;
    let (response, _sending) = client.begin("/big").await;
    let mut body = response.await.unwrap().into_body();
    assert_eq!(take_slowly(&mut body).await.unwrap(), 8 << 20);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stops_is_refused_after_thirty_seconds_and_the_connection_lives() {
    let server = Server::new();
    let mut client = server.http2().await;
    let (response, mut sending) = client.begin("/").await;
    sending.send_data(Bytes::from_static(b"{"), false).unwrap();
    let began = Instant::now();
    let (_, text) = read(response).await.unwrap();
    assert_eq!(text, "the client sends its body too slowly");
    assert_eq!(began.elapsed().as_secs(), 30);
    assert_eq!(client.get("/wire").await.unwrap().0, 200);
}

#[tokio::test(start_paused = true)]
async fn several_bodies_on_one_connection_are_judged_by_their_sum() {
    let server = Server::new();
    let mut client = server.http2().await;
    let (first, mut one) = client.begin("/").await;
    let (second, mut two) = client.begin("/").await;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        for sending in [&mut one, &mut two] {
            sending
                .send_data(Bytes::from(vec![b'x'; 9 << 10]), false)
                .unwrap();
        }
    }
    for sending in [&mut one, &mut two] {
        sending.send_data(Bytes::new(), true).unwrap();
    }
    for response in [first, second] {
        assert_eq!(read(response).await.unwrap().1, (100 * (9 << 10)).to_string());
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_refused_while_still_sending_gets_the_answer() {
    let server = Server::new();
    let mut client = server.http2().await;
    let (response, mut sending) = client.begin("/refuse").await;
    let _ = sending.send_data(Bytes::from(vec![b'x'; 1_000_000]), false);
    assert_eq!(read(response).await.unwrap().1, "refused");
    assert_eq!(client.get("/wire").await.unwrap().0, 200);
}

#[tokio::test(start_paused = true)]
async fn headers_have_a_size() {
    let server = Server::new();
    let mut client = server.http2().await;
    let request = Request::get("https://localhost/")
        .header("X-Large", "x".repeat(40 << 10))
        .body(())
        .unwrap();
    let mut ready = client.requests.clone().ready().await.unwrap();
    let (response, _) = ready.send_request(request, true).unwrap();
    assert_eq!(read(response).await.unwrap().0, 431);
    assert_eq!(client.get("/wire").await.unwrap().0, 200);
}

#[tokio::test(start_paused = true)]
async fn requests_in_flight_are_bounded() {
    let server = Server::new();
    let mut client = server.http2().await;
    client.get("/wire").await.unwrap();
    assert_eq!(client.requests.current_max_send_streams(), 64);
}

#[tokio::test(start_paused = true)]
async fn who_takes_every_request_back_is_cut() {
    let server = Server::new();
    let mut client = server.http2().await;
    let mut sent = 0;
    // Each is in the hands of the service when it is taken back: h2's own bound never sees it.
    while sent < 10_000 {
        let request = Request::get("https://localhost/hang").body(()).unwrap();
        let Ok(mut ready) = client.requests.clone().ready().await else {
            break;
        };
        let Ok((response, mut sending)) = ready.send_request(request, true) else {
            break;
        };
        sent += 1;
        tokio::task::yield_now().await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        sending.send_reset(h2::Reason::CANCEL);
        drop(response);
    }
    assert!((100..200).contains(&sent), "{sent}");
    assert_eq!(client.seconds_until_cut().await, 0);
}

#[tokio::test(start_paused = true)]
async fn who_takes_some_requests_back_is_not() {
    let server = Server::new();
    let mut client = server.http2().await;
    for _ in 0..300 {
        let (response, mut sending) = client.begin("/hang").await;
        tokio::time::sleep(Duration::from_millis(1)).await;
        sending.send_reset(h2::Reason::CANCEL);
        drop(response);
        assert_eq!(client.get("/wire").await.unwrap().0, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn told_to_stop_it_finishes_what_is_in_flight() {
    let server = Server::new();
    let mut client = server.http2().await;
    let (response, mut sending) = client.begin("/").await;
    sending.send_data(Bytes::from_static(b"12"), false).unwrap();
    let (mut idle, mut shaking) = (server.http2().await, server.pipe());
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.shutdown.cancel();
    assert_eq!(idle.seconds_until_cut().await, 0);
    assert_eq!(until_end(&mut shaking).await.1, 0);
    sending.send_data(Bytes::from_static(b"34"), true).unwrap();
    assert_eq!(read(response).await.unwrap().1, "4");
    assert_eq!(server.connections.drain(server.limits.drain).await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_after_thirty_seconds_whatever_hangs() {
    let server = Server::new();
    let mut client = server.http2().await;
    let (response, _sending) = client.begin("/hang").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.shutdown.cancel();
    let began = Instant::now();
    assert_eq!(server.connections.drain(server.limits.drain).await, 1);
    assert_eq!(began.elapsed().as_secs(), 30);
    assert!(response.await.is_err());
}
