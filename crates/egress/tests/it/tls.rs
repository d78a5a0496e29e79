//! HTTPS: the name of the URL is the name that the certificate has to show.

use std::sync::{Arc, Mutex};

use qrstudio_egress::{FetchError, Fetcher, Rules};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::server::ResolvesServerCertUsingSni;
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::support::{Names, png};

#[tokio::test]
async fn names_on_the_wire_are_those_of_the_url() {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut root = CertificateParams::default();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(["logos.example".to_owned()]).unwrap();
    let leaf = leaf.signed_by(&key, &root).unwrap();
    let signing = rustls::crypto::ring::sign::any_supported_type(
        &PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
    );
    let certified = rustls::sign::CertifiedKey::new(vec![leaf.der().clone()], signing.unwrap());
    let mut by_name = ResolvesServerCertUsingSni::new();
    by_name.add("logos.example", certified).unwrap();
    let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(by_name));
    let acceptor = TlsAcceptor::from(Arc::new(server));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&asked);
    #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let mut bytes = vec![0; 4096];
            let length = stream.read(&mut bytes).await.unwrap();
            *kept.lock().unwrap() = String::from_utf8_lossy(&bytes[..length]).into_owned();
            stream.write_all(&png(b"secret")).await.unwrap();
            let _ = stream.shutdown().await;
        }
    });
    let mut roots = RootCertStore::empty();
    roots.add(root.der().clone()).unwrap();
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let names = Arc::new(Names::default());
    for name in ["logos.example", "logos.example.", "other.example"] {
        names.set(name, &[&["127.0.0.1"]]);
    }
    let allowed = vec!["127.0.0.0/8".parse().unwrap()];
    let fetcher = Fetcher::new(names, Arc::new(client), allowed);
    for (host, trusted) in [
        ("logos.example", true),
        ("LOGOS.example.", true),
        ("other.example", false),
        ("127.0.0.1", false),
    ] {
        let fetched = fetcher
            .fetch(&format!("https://{host}:{port}/a"), &Rules::PICTURE)
            .await;
        match fetched {
            Ok(fetched) => {
                assert!(trusted && fetched.bytes == "secret");
                let host = host.to_lowercase();
                assert!(
                    asked
                        .lock()
                        .unwrap()
                        .contains(&format!("host: {host}:{port}\r\n"))
                );
            }
            Err(error) => assert!(
                !trusted && matches!(error, FetchError::Tls { .. }),
                "{host}: {error}"
            ),
        }
    }
}
