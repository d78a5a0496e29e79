//! Names and servers that do as they are told.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use qrstudio_egress::{Fetcher, Resolve};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Answers look-ups from a script, one after the other; the last one again and again.
#[derive(Default)]
pub(crate) struct Names {
    answers: Mutex<HashMap<String, VecDeque<Vec<IpAddr>>>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Names {
    pub(crate) fn set(&self, name: &str, answers: &[&[&str]]) {
        let parsed = answers
            .iter()
            .map(|answer| answer.iter().map(|ip| ip.parse().unwrap()).collect());
        self.answers
            .lock()
            .unwrap()
            .insert(name.to_owned(), parsed.collect());
    }
}

impl Resolve for Names {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, io::Result<Vec<IpAddr>>> {
        self.asked.lock().unwrap().push(host.to_owned());
        let mut answers = self.answers.lock().unwrap();
        let answer = answers.get_mut(host).map(|script| match script.len() {
            1 => script[0].clone(),
            _ => script.pop_front().unwrap(),
        });
        Box::pin(async move { answer.ok_or_else(|| io::ErrorKind::NotFound.into()) })
    }
}

/// A fetcher that asks these names and may reach these networks.
pub(crate) fn fetcher(names: &Arc<Names>, allowed: &[&str]) -> Fetcher {
    let (tls, _) = Fetcher::system_tls().unwrap();
    let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
    Fetcher::new(Arc::clone(names) as Arc<dyn Resolve>, tls, allowed)
}

/// A server on this machine that answers each connection with the next of `answers` and keeps what it was asked.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) async fn answering(answers: Vec<Vec<u8>>) -> Self {
        let answer = move |count: usize| answers[count.min(answers.len() - 1)].clone();
        Self::acting("127.0.0.1", answer, false).await
    }

    /// At an address of its own, always with the same answer.
    pub(crate) async fn at(address: &str, answer: Vec<u8>) -> Self {
        Self::acting(address, move |_| answer.clone(), false).await
    }

    /// Never ends an answer: repeats its last piece with these pauses.
    pub(crate) async fn endless(head: &str, piece: &[u8]) -> Self {
        let (head, piece) = (head.as_bytes().to_vec(), piece.to_vec());
        let answer = move |_| [head.clone(), piece.clone()].concat();
        Self::acting("127.0.0.1", answer, true).await
    }

    async fn acting(
        address: &str,
        answer: impl Fn(usize) -> Vec<u8> + Send + 'static,
        goes_on: bool,
    ) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
        tokio::spawn(async move {
            let mut count = 0;
            while let Ok((mut stream, _)) = listener.accept().await {
                let head = head(&mut stream).await;
                kept.lock().unwrap().push(head);
                let bytes = answer(count);
                count += 1;
                if stream.write_all(&bytes).await.is_err() {
                    continue;
                }
                let piece = bytes.get(bytes.len().saturating_sub(64 * 1024)..).unwrap();
                while goes_on && stream.write_all(piece).await.is_ok() {}
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// A request's line and headers.
pub(crate) async fn head(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read(&mut byte).await.unwrap_or(0) == 0 {
            break;
        }
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).unwrap()
}

/// An answer with these headers and this body.
pub(crate) fn answer(status: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n", body.len()).into_bytes();
    for header in headers {
        bytes.extend(format!("{header}\r\n").into_bytes());
    }
    bytes.extend(b"\r\n");
    bytes.extend(body);
    bytes
}

pub(crate) fn png(body: &[u8]) -> Vec<u8> {
    answer("200 OK", &["Content-Type: image/png"], body)
}
