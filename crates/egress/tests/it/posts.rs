//! What is told, and which answers are taken.

use std::sync::Arc;
use std::time::Duration;

use hyper::HeaderMap;
use qrstudio_egress::{FetchError, Post, Posted, Schemes, Unreached};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::support::{Names, Server, answer, fetcher, head};

fn post(deadline: Duration) -> Post {
    let mut headers = HeaderMap::new();
    headers.insert("x-told", "yes".parse().unwrap());
    Post {
        schemes: Schemes::HttpAndHttps,
        deadline,
        answer_bytes: 1024,
        headers,
        body: "{\"a\":1}".into(),
    }
}

async fn tell(url: &str) -> Result<Posted, FetchError> {
    let names = Arc::new(Names::default());
    fetcher(&names, &["127.0.0.0/8"])
        .post(url, post(Duration::from_secs(5)))
        .await
}

#[tokio::test]
async fn the_body_arrives_with_its_headers_and_any_status_is_an_answer() {
    for (status, code) in [
        ("204 No Content", 204),
        ("500 Oops", 500),
        ("302 Found", 302),
        ("410 Gone", 410),
    ] {
        let elsewhere = ["Location: http://127.0.0.1:1/", "Retry-After: 7"];
        let server = Server::answering(vec![answer(status, &elsewhere, b"")]).await;
        let posted = tell(&server.url("/hook?a=b")).await.unwrap();
        assert_eq!((posted.status, posted.retry_after.as_deref()), (code, Some("7")));
        let [asked] = server.asked().try_into().unwrap();
        let asked = asked.to_lowercase();
        assert!(asked.starts_with("post /hook?a=b http/1.1\r\n"), "{asked}");
        for header in [
            "x-told: yes",
            "content-length: 7",
            "connection: close",
            &format!("host: {}", server.address),
        ] {
            assert!(
                asked.contains(&format!("\r\n{header}\r\n")),
                "{header} in {asked}"
            );
        }
    }
}

#[tokio::test]
async fn of_a_long_answer_the_beginning_is_read() {
    let server = Server::endless("HTTP/1.1 200 OK\r\n\r\n", &[b'x'; 4096]).await;
    let posted = tell(&server.url("/")).await.unwrap();
    assert_eq!((posted.status, posted.body.len()), (200, 1024));
    let server = Server::answering(vec![answer("200 OK", &[], &[b'x'; 1024])]).await;
    assert_eq!(tell(&server.url("/")).await.unwrap().body.len(), 1024);
}

/// A server that says the beginning of an answer and no more.
async fn silent_after(beginning: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        head(&mut stream).await;
        stream.write_all(beginning).await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
    });
    url
}

#[tokio::test]
async fn the_last_byte_has_to_come_in_time() {
    let names = Arc::new(Names::default());
    let deadline = Duration::from_millis(200);
    let beginnings: [&[u8]; 3] = [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx",
    ];
    for beginning in beginnings {
        let url = silent_after(beginning).await;
        let error = fetcher(&names, &["127.0.0.0/8"])
            .post(&url, post(deadline))
            .await
            .unwrap_err();
        assert!(matches!(error, FetchError::TooSlow { .. }), "{error}");
    }
}

#[tokio::test]
async fn every_post_judges_anew() {
    let server = Server::answering(vec![answer("200 OK", &[], b"")]).await;
    let port = server.address.port();
    let names = Arc::new(Names::default());
    names.set(
        "hook.example",
        &[&["127.0.0.1"], &["127.0.0.1", "10.0.0.1"], &["10.0.0.1"]],
    );
    let fetcher = fetcher(&names, &["127.0.0.0/8"]);
    let url = format!("http://hook.example:{port}/");
    let mut outcomes = Vec::new();
    for _ in 0..3 {
        outcomes.push(fetcher.post(&url, post(Duration::from_secs(5))).await);
    }
    assert_eq!(outcomes[0].as_ref().unwrap().status, 200);
    for outcome in &outcomes[1..] {
        assert_eq!(
            outcome.as_ref().unwrap_err().to_string(),
            "refusing to fetch hook.example: resolves to private/internal IP 10.0.0.1"
        );
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn what_keeps_an_answer_from_coming_has_a_cause() {
    let closed = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let refused = tell(&format!("http://{closed}/")).await.unwrap_err();
    assert!(
        matches!(
            refused,
            FetchError::Unreachable {
                cause: Unreached::Refused,
                ..
            }
        ),
        "{refused}"
    );
    let server = Server::answering(vec![b"no http at all\r\n\r\n".to_vec()]).await;
    let broken = tell(&server.url("/")).await.unwrap_err();
    assert!(matches!(broken, FetchError::Broken { .. }), "{broken}");
    let unknown = tell("http://nobody.example/").await.unwrap_err();
    assert!(matches!(unknown, FetchError::NoAddress { .. }), "{unknown}");
}
