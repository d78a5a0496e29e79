//! What a server may answer, and how long and how much.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use qrstudio_egress::{FetchError, Fetched, Rules};

use tokio::io::AsyncWriteExt as _;

use crate::support::{Names, Server, answer, fetcher, head, png};

async fn fetch(server: &Server, rules: &Rules) -> Result<Fetched, FetchError> {
    let fetcher = fetcher(&Arc::default(), &["127.0.0.0/8"]);
    fetcher.fetch(&server.url("/logo.png?v=1"), rules).await
}

async fn text_of(answers: Vec<Vec<u8>>) -> String {
    let server = Server::answering(answers).await;
    fetch(&server, &Rules::PICTURE).await.unwrap_err().to_string()
}

#[tokio::test]
async fn the_request_says_who_asks_and_for_what() {
    let server = Server::answering(vec![png(b"pixels")]).await;
    assert_eq!(fetch(&server, &Rules::PICTURE).await.unwrap().bytes, "pixels");
    let asked = server.asked().remove(0);
    assert!(asked.starts_with("GET /logo.png?v=1 HTTP/1.1\r\n"), "{asked}");
    for header in ["accept: image/*", "user-agent: QR-Studio/", "connection: close"] {
        assert!(asked.contains(header), "{asked}");
    }
}

#[tokio::test]
async fn what_is_no_picture_is_refused_by_its_status_or_type() {
    let typed = |content_type: &str| answer("200 OK", &[content_type], b"x");
    for (sent, text) in [
        (answer("404 Not Found", &[], b""), "it answered 404"),
        (
            answer("500 Oops", &["Content-Type: image/png"], b""),
            "it answered 500",
        ),
        (
            answer("206 Partial Content", &["Content-Type: image/png"], b""),
            "it answered 206",
        ),
        (answer("304 Not Modified", &[], b""), "it answered 304"),
        (answer("302 Found", &[], b""), "it answered 302"),
        (
            typed("Content-Type: text/html; charset=utf-8"),
            "its content type is text/html;charset=utf-8, not image/*",
        ),
        (typed("X: y"), "its content type is none, not image/*"),
        (
            typed("Content-Type: image"),
            "its content type is image, not image/*",
        ),
        (
            typed("Content-Type: image/png\r\nContent-Type: text/html"),
            "its content type is ambiguous, not image/*",
        ),
        (
            typed("Content-Type: image/png\r\nContent-Encoding: br"),
            "its content encoding is not known here",
        ),
        (
            typed("Content-Type: image/png\r\nContent-Encoding: gzip, gzip"),
            "its content encoding is not known here",
        ),
        (
            typed("Content-Type: image/png\r\nContent-Encoding: gzip"),
            "its answer is broken",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(), "its answer is broken"),
        (Vec::new(), "its answer is broken"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\nshort".to_vec(),
            "its answer is broken",
        ),
    ] {
        let told = text_of(vec![sent]).await;
        assert_eq!(told, format!("could not fetch from 127.0.0.1: {text}"));
    }
    let server = Server::answering(vec![typed("Content-Type: IMAGE/SVG+xml")]).await;
    assert!(fetch(&server, &Rules::PICTURE).await.is_ok());
}

#[tokio::test]
async fn bytes_are_bounded_as_sent_and_unpacked() {
    let rules = Rules {
        bytes: 1000,
        ..Rules::PICTURE
    };
    let gzip = |bytes: &[u8]| {
        let mut packed = GzEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let deflate = |bytes: &[u8]| {
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    };
    let image = "Content-Type: image/png";
    for (sent, enough) in [
        (png(&[7; 1000]), true),
        (png(&[7; 1001]), false),
        (
            answer("200 OK", &[image, "Content-Encoding: gzip"], &gzip(&[7; 1000])),
            true,
        ),
        (
            answer("200 OK", &[image, "Content-Encoding: gzip"], &gzip(&[7; 1001])),
            false,
        ),
        (
            answer(
                "200 OK",
                &[image, "Content-Encoding: gzip"],
                &gzip(&vec![7; 1 << 26]),
            ),
            false,
        ),
        (
            answer(
                "200 OK",
                &[image, "Content-Encoding: deflate"],
                &deflate(&[7; 1000]),
            ),
            true,
        ),
        (
            answer(
                "200 OK",
                &[image, "Content-Encoding: deflate"],
                &deflate(&[7; 1001]),
            ),
            false,
        ),
    ] {
        let server = Server::answering(vec![sent]).await;
        match fetch(&server, &rules).await {
            Ok(fetched) => assert!(enough && fetched.bytes == [7; 1000][..]),
            Err(error) => {
                assert!(!enough, "{error}");
                assert_eq!(
                    error.to_string(),
                    "could not fetch from 127.0.0.1: more than 1000 bytes"
                );
            }
        }
    }
    let head = "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n";
    let endless = Server::endless(head, &[0; 4096]).await;
    let error = fetch(&endless, &Rules::PICTURE).await.unwrap_err();
    assert!(
        matches!(error, FetchError::TooLarge { limit: 5_242_880, .. }),
        "{error}"
    );
    let endless_head = Server::endless("HTTP/1.1 200 OK\r\n", b"X-Padding: yyyyyyyyyyyyyyyyyyyyyy\r\n").await;
    let error = fetch(&endless_head, &Rules::PICTURE).await.unwrap_err();
    assert!(matches!(error, FetchError::Broken { .. }), "{error}");
}

#[tokio::test]
async fn who_drips_or_says_nothing_is_too_slow() {
    let rules = Rules {
        deadline: Duration::from_millis(200),
        ..Rules::PICTURE
    };
    // It accepts, and then says nothing; the kernel does so for a listener that nobody asks.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let names = Arc::new(Names::default());
    let fetcher = fetcher(&names, &["127.0.0.0/8"]);
    let url = format!("http://{}/", silent.local_addr().unwrap());
    let error = fetcher.fetch(&url, &rules).await.unwrap_err();
    assert!(matches!(error, FetchError::TooSlow { .. }), "{error}");
    let sent = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\nd".to_vec();
    let dripping = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", dripping.local_addr().unwrap());
    let drip = async {
        let (mut stream, _) = dripping.accept().await.unwrap();
        head(&mut stream).await;
        for byte in sent {
            stream.write_all(&[byte]).await.unwrap();
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = drip => {}
        fetched = fetcher.fetch(&url, &rules) => {
            assert!(matches!(fetched, Err(FetchError::TooSlow { .. })), "{fetched:?}");
        }
    }
    assert_eq!(
        FetchError::TooSlow {
            host: "a.example".to_owned(),
            deadline: Rules::PICTURE.deadline
        }
        .to_string(),
        "could not fetch from a.example: no whole answer within 5 s"
    );
}

#[tokio::test]
async fn redirects_are_followed_three_times() {
    let to = |location: &str| answer("302 Found", &[&format!("Location: {location}")], b"");
    for (hops, arrives) in [(1, true), (3, true), (4, false), (40, false)] {
        let mut answers = vec![to("/next?a=1#b"); hops];
        answers.push(png(b"there"));
        let server = Server::answering(answers).await;
        let fetched = fetch(&server, &Rules::PICTURE).await;
        assert_eq!(fetched.is_ok(), arrives, "{fetched:?}");
        assert_eq!(server.asked().len(), (hops + 1).min(4));
        assert!(server.asked()[1].starts_with("GET /next?a=1 HTTP/1.1"));
    }
    let none = Rules {
        redirects: 0,
        ..Rules::PICTURE
    };
    let server = Server::answering(vec![to("/")]).await;
    let error = fetch(&server, &none).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not fetch from 127.0.0.1: more than 0 redirects"
    );
    // To a place that the rules refuse: judged before anything is connected to.
    for (location, text) in [
        (
            "ftp://example.com/x",
            "refusing to fetch example.com: scheme ftp is not allowed",
        ),
        (
            "http://a:b@example.com/",
            "refusing to fetch example.com: the URL holds a user name or a password",
        ),
        (
            "//10.0.0.1/x",
            "refusing to fetch 10.0.0.1: resolves to private/internal IP 10.0.0.1",
        ),
        (
            "http://[::ffff:10.0.0.1]/",
            "refusing to fetch ::ffff:10.0.0.1: resolves to private/internal IP ::ffff:10.0.0.1",
        ),
        ("http://[", "could not fetch from 127.0.0.1: its answer is broken"),
    ] {
        assert_eq!(text_of(vec![to(location)]).await, text);
    }
}

#[tokio::test]
async fn the_next_address_is_tried_when_one_does_not_answer() {
    let server = Server::answering(vec![png(b"second")]).await;
    let names = Arc::new(Names::default());
    names.set("two.example", &[&["127.9.9.9", "127.0.0.1"]]);
    let fetcher = fetcher(&names, &["127.0.0.0/8"]);
    let url = format!("http://two.example:{}/", server.address.port());
    assert_eq!(
        fetcher.fetch(&url, &Rules::PICTURE).await.unwrap().bytes,
        "second"
    );
    names.set("gone.example", &[&["127.9.9.9"]]);
    let url = format!("http://gone.example:{}/", server.address.port());
    let error = fetcher.fetch(&url, &Rules::PICTURE).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not fetch from gone.example: it cannot be reached"
    );
}
