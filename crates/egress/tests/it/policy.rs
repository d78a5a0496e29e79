//! What is refused before anything is connected to.

use std::sync::Arc;

use qrstudio_egress::{FetchError, Fetcher, Rules, Schemes};
use url::Url;

use crate::support::{Names, Server, answer, fetcher, png};

const REFUSED: &str = include_str!("../cases/refused.txt");
const ALLOWED: &str = include_str!("../cases/allowed.txt");

/// Lines of a table, with what the name of their URL resolves to.
fn cases(table: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>, &'static str)> {
    table.lines().skip(1).map(|line| {
        let mut columns = line.split('\t');
        let (url, resolved) = (columns.next().unwrap(), columns.next().unwrap());
        let resolved = resolved
            .split(' ')
            .filter(|ip| !ip.is_empty() && *ip != "-")
            .collect();
        (url, resolved, columns.next().unwrap_or_default())
    })
}

/// A fetcher whose every name has these addresses.
struct Everywhere(Vec<std::net::IpAddr>, std::sync::atomic::AtomicUsize);

impl qrstudio_egress::Resolve for Everywhere {
    fn resolve<'a>(
        &'a self,
        _: &'a str,
    ) -> futures_util::future::BoxFuture<'a, std::io::Result<Vec<std::net::IpAddr>>> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Box::pin(async { Ok(self.0.clone()) })
    }
}

fn kind(error: &FetchError) -> String {
    match error {
        FetchError::NotAUrl => "not-a-url".to_owned(),
        FetchError::Scheme { .. } => "scheme".to_owned(),
        FetchError::Credentials { .. } => "credentials".to_owned(),
        FetchError::Port { port, .. } => format!("port {port}"),
        FetchError::Private { address, .. } => format!("private {address}"),
        FetchError::NoAddress { .. } => "no-address".to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn every_hostile_url_is_refused_for_its_reason() {
    let mut wrong = Vec::new();
    let (tls, _) = Fetcher::system_tls().unwrap();
    for (url, resolved, expected) in cases(REFUSED) {
        let names = Arc::new(Everywhere(
            resolved.iter().map(|ip| ip.parse().unwrap()).collect(),
            0.into(),
        ));
        let fetcher = Fetcher::new(Arc::clone(&names) as _, Arc::clone(&tls), Vec::new());
        let error = fetcher.fetch(url, &Rules::PICTURE).await.unwrap_err();
        if kind(&error) != expected {
            wrong.push(format!("{url:?}: {} instead of {expected}", kind(&error)));
        }
        let asked = names.1.load(std::sync::atomic::Ordering::Relaxed);
        let by_name = !resolved.is_empty() || expected == "no-address";
        if asked != usize::from(by_name) {
            wrong.push(format!("{url:?}: asked {asked} times for its name"));
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert!(cases(REFUSED).count() >= 120);
}

#[tokio::test]
async fn a_redirect_to_any_of_them_is_refused_too() {
    let (tls, _) = Fetcher::system_tls().unwrap();
    let page = Url::parse("http://127.0.0.77/").unwrap();
    let mut tried = 0;
    for (url, resolved, expected) in cases(REFUSED) {
        // What is not the same by itself as from a page is a place on the server.
        let alone = Url::parse(url);
        if alone.is_err() || alone != page.join(url) {
            continue;
        }
        let expected = match expected {
            "not-a-url" => "Broken { host: \"127.0.0.77\" }",
            expected => expected,
        };
        // The server's own address is the only one that is allowed: all of the table stays refused.
        let server = Server::at("127.0.0.77", redirect_to(url)).await;
        let names = Arc::new(Everywhere(
            resolved.iter().map(|ip| ip.parse().unwrap()).collect(),
            0.into(),
        ));
        let allowed = vec!["127.0.0.77/32".parse().unwrap()];
        let fetcher = Fetcher::new(Arc::clone(&names) as _, Arc::clone(&tls), allowed);
        let fetched = fetcher.fetch(&server.url("/"), &Rules::PICTURE).await;
        let found = fetched
            .map(|_| "fetched".to_owned())
            .unwrap_or_else(|error| kind(&error));
        assert_eq!(found, expected, "redirected to {url:?}");
        assert_eq!(server.asked().len(), 1);
        // The server's own literal address is no name; neither are those that it sends to.
        let by_name = !resolved.is_empty() || expected == "no-address";
        let asked = names.1.load(std::sync::atomic::Ordering::Relaxed);
        assert_eq!(asked, usize::from(by_name), "{url:?}");
        tried += 1;
    }
    assert!(tried >= 120, "{tried}");
}

fn redirect_to(url: &str) -> Vec<u8> {
    answer("302 Found", &[&format!("Location: {url}")], b"")
}

#[tokio::test]
async fn public_neighbours_are_not_refused() {
    for (url, resolved, _) in cases(ALLOWED) {
        let target = qrstudio_egress::Target::judge(url, Schemes::HttpAndHttps, &[]);
        assert!(target.is_ok(), "{url}: {target:?}");
        for ip in resolved {
            assert!(qrstudio_egress::is_public(ip.parse().unwrap()), "{ip}");
        }
    }
}

#[test]
fn webhooks_may_ask_for_https_alone() {
    let judge = |url| qrstudio_egress::Target::judge(url, Schemes::HttpsOnly, &[]);
    assert!(judge("https://example.com/hook").is_ok());
    assert!(
        matches!(judge("http://example.com/hook"), Err(FetchError::Scheme { scheme, .. }) if scheme == "http")
    );
}

#[tokio::test]
async fn a_second_answer_of_the_names_changes_nothing() {
    let server = Server::answering(vec![png(b"first"), png(b"second")]).await;
    let port = server.address.port();
    let names = Arc::new(Names::default());
    // The allowed network stands for the public internet: .1 is the server, .66 what must not be reached.
    names.set("rebind.example", &[&["127.0.0.1"], &["127.0.0.66"]]);
    let fetcher = fetcher(&names, &["127.0.0.1/32"]);
    let url = format!("http://rebind.example:{port}/logo.png");
    assert_eq!(fetcher.fetch(&url, &Rules::PICTURE).await.unwrap().bytes, "first");
    assert_eq!(*names.asked.lock().unwrap(), ["rebind.example"]);
    assert!(server.asked()[0].contains(&format!("host: rebind.example:{port}\r\n")));
    let error = fetcher.fetch(&url, &Rules::PICTURE).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "refusing to fetch rebind.example: resolves to private/internal IP 127.0.0.66"
    );
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn allowed_networks_are_free_in_address_and_port() {
    let names = Arc::new(Names::default());
    let open = fetcher(&names, &["127.0.0.0/8", "::1/128"]);
    for url in [
        "http://127.0.0.1:22/",
        "http://[::ffff:127.0.0.1]:5432/",
        "http://[::1]:22/",
    ] {
        let error = open.fetch(url, &Rules::PICTURE).await.unwrap_err();
        let reached = !matches!(error, FetchError::Private { .. } | FetchError::Port { .. });
        assert!(reached, "{url}: {error}");
    }
    let error = open.fetch("http://10.0.0.1/", &Rules::PICTURE).await.unwrap_err();
    assert!(matches!(error, FetchError::Private { .. }), "{error}");
}
