//! TLS over a real socket: what answers carry, a new certificate under open connections, and plain HTTP by mistake.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;

use qrstudio_server::{Limits, Listener, Tls, TlsFiles};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_util::sync::CancellationToken;

use crate::studio::{NOW, Studio};

struct Server {
    authority: CertifiedIssuer<'static, KeyPair>,
    files: TlsFiles,
    tls: Tls,
    address: SocketAddr,
    _directory: TempDir,
    _studio: Studio,
}

async fn start() -> Server {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let files = TlsFiles {
        certificate: directory.path().join("cert.pem"),
        key: directory.path().join("key.pem"),
    };
    issue(&authority, &files);
    let tls = Tls::open(files.clone()).unwrap();
    let studio = Studio::new().await;
    let listener = Listener::bind("127.0.0.1:0".parse().unwrap())
        .unwrap()
        .with_tls(tls.clone());
    let address = listener.address().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test's own task, ended with it")]
    tokio::spawn(listener.run(studio.service(), Limits::default(), CancellationToken::new()));
    Server {
        authority,
        files,
        tls,
        address,
        _directory: directory,
        _studio: studio,
    }
}

fn issue(authority: &CertifiedIssuer<'static, KeyPair>, files: &TlsFiles) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = params.signed_by(&key, authority).unwrap();
    fs::write(&files.certificate, certificate.pem()).unwrap();
    fs::write(&files.key, key.serialize_pem()).unwrap();
}

impl Server {
    async fn connect(&self) -> TlsStream<TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der().clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        TlsConnector::from(Arc::new(config))
            .connect(
                ServerName::try_from("localhost").unwrap(),
                TcpStream::connect(self.address).await.unwrap(),
            )
            .await
            .unwrap()
    }
}

/// Asks for the service's health over a connection that stays open.
async fn health(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> String {
    stream
        .write_all(b"GET /api/health/ HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    while !answer.ends_with('}') {
        let mut bytes = [0; 4096];
        let read = stream.read(&mut bytes).await.unwrap();
        assert_ne!(read, 0, "{answer}");
        answer += std::str::from_utf8(bytes.get(..read).unwrap()).unwrap();
    }
    answer
}

fn certificate(stream: &TlsStream<TcpStream>) -> Vec<u8> {
    stream
        .get_ref()
        .1
        .peer_certificates()
        .unwrap()
        .first()
        .unwrap()
        .to_vec()
}

#[tokio::test]
async fn answers_tell_browsers_to_come_back_by_tls() {
    let server = start().await;
    let answer = health(&mut server.connect().await).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK\r\n")
            && answer.contains("\r\nstrict-transport-security: max-age=31536000\r\n"),
        "{answer}"
    );
}

#[tokio::test]
async fn plain_http_is_told_to_use_tls() {
    let server = start().await;
    for path in ["/api/health/", "/", "/nowhere"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream
            .write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes())
            .await
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 426 Upgrade Required\r\n")
                && answer.contains("\r\nupgrade: TLS/1.2, HTTP/1.1\r\n")
                && answer.to_ascii_lowercase().contains("\r\nconnection: upgrade")
                && !answer.contains("strict-transport-security")
                && answer.ends_with(r#"{"detail":"HTTPS is required."}"#),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_new_certificate_drops_no_open_connection() {
    let server = start().await;
    let mut open = server.connect().await;
    health(&mut open).await;
    issue(&server.authority, &server.files);
    server.tls.reload(NOW).unwrap();
    let mut new = server.connect().await;
    assert_ne!(certificate(&open), certificate(&new));
    health(&mut open).await;
    health(&mut new).await;

    fs::write(&server.files.key, "").unwrap();
    assert!(
        server
            .tls
            .reload(NOW)
            .unwrap_err()
            .to_string()
            .contains("the file is empty")
    );
    assert_eq!(certificate(&server.connect().await), certificate(&new));
}
