//! Forwarding headers as a table: who sits at the other end, what the headers say, and who then counts as the client.

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use super::*;

const PROXY: &str = "10.0.0.1:443";
const PROXY6: &str = "[2001:db8:aa::1]:443";
const STRANGER: &str = "203.0.113.9:5000";
const HERE: &str = "127.0.0.1:5000";
const HERE6: &str = "[::1]:5000";

/// The proxies of every case: a network, an address, and IPv6.
fn config() -> Config {
    let trusted = ["10.0.0.0/8", "192.0.2.10", "2001:db8:aa::/48"];
    Config {
        trusted_proxies: trusted.iter().map(|text| text.parse().unwrap()).collect(),
        ..Config::default()
    }
}

/// Lines of `Name: value`.
fn headers(lines: &[&str]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").unwrap();
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    headers
}

/// Address, whether it is secure, and the doubt, on one line.
fn found(peer: &str, wire: Wire, lines: &[&str], config: &Config) -> String {
    let peer = Peer::new(peer.parse().unwrap(), wire);
    let (client, doubt) = identify(Some(&peer), &headers(lines), config);
    let secure = if client.is_secure() { "secure" } else { "open" };
    let doubt = doubt.map(|doubt| format!(" {doubt:?}")).unwrap_or_default();
    format!("{} {secure}{doubt}", client.address())
}

/// Peer, headers, and what is found.
type Case = (&'static str, &'static [&'static str], &'static str);

fn hold(cases: &[Case]) {
    let config = config();
    for (peer, lines, expected) in cases {
        assert_eq!(
            found(peer, Wire::Plain, lines, &config),
            *expected,
            "{peer} with {lines:?}"
        );
    }
}

#[test]
fn without_a_proxy() {
    hold(&[
        (HERE, &[], "127.0.0.1 secure"),
        (HERE6, &[], "::1 secure"),
        ("127.8.9.10:1", &[], "127.8.9.10 secure"),
        ("[::ffff:127.0.0.1]:1", &[], "127.0.0.1 secure"),
        (STRANGER, &[], "203.0.113.9 open"),
        ("[::ffff:203.0.113.9]:1", &[], "203.0.113.9 open"),
        ("[2001:db8::9]:1", &[], "2001:db8::9 open"),
        ("192.168.1.5:1", &[], "192.168.1.5 open"),
        (PROXY, &[], "10.0.0.1 open"),
        (HERE, &["Host: x", "Accept: */*"], "127.0.0.1 secure"),
    ]);
}

/// The trap: a proxy on this machine that nobody named would make the whole world come from loopback.
#[test]
fn strangers_are_not_believed_and_lose_the_loopback_exception() {
    hold(&[
        (
            HERE,
            &["X-Forwarded-For: 198.51.100.7"],
            "127.0.0.1 open Stranger",
        ),
        (HERE, &["X-Forwarded-Proto: https"], "127.0.0.1 open Stranger"),
        (HERE, &["X-Forwarded-Proto: http"], "127.0.0.1 open Stranger"),
        (
            HERE,
            &["Forwarded: for=198.51.100.7;proto=https"],
            "127.0.0.1 open Stranger",
        ),
        (HERE6, &["X-Forwarded-Proto: https"], "::1 open Stranger"),
        (HERE, &["X-Forwarded-For: 127.0.0.1"], "127.0.0.1 open Stranger"),
        (HERE, &["X-Forwarded-For: "], "127.0.0.1 open Stranger"),
        (HERE, &["X-Forwarded-Host: qr.example"], "127.0.0.1 open Stranger"),
        (HERE, &["X-Forwarded-Port: 443"], "127.0.0.1 open Stranger"),
        (HERE, &["X-Real-IP: 198.51.100.7"], "127.0.0.1 open Stranger"),
        (HERE, &["Via: 1.1 proxy"], "127.0.0.1 open Stranger"),
        (
            HERE,
            &["CF-Connecting-IP: 198.51.100.7"],
            "127.0.0.1 open Stranger",
        ),
        (
            STRANGER,
            &["X-Forwarded-For: 10.0.0.1", "X-Forwarded-Proto: https"],
            "203.0.113.9 open Stranger",
        ),
        (
            STRANGER,
            &["Forwarded: for=127.0.0.1;proto=https"],
            "203.0.113.9 open Stranger",
        ),
        (
            "192.0.2.11:1",
            &["X-Forwarded-Proto: https"],
            "192.0.2.11 open Stranger",
        ),
    ]);
}

#[test]
fn x_forwarded_is_read_from_the_right() {
    hold(&[
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https"],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: http"],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: HTTPS"],
            "198.51.100.7 secure",
        ),
        (PROXY, &["X-Forwarded-For: 198.51.100.7"], "198.51.100.7 open"),
        (PROXY, &["X-Forwarded-Proto: https"], "10.0.0.1 secure"),
        ("192.0.2.10:1", &["X-Forwarded-Proto: https"], "192.0.2.10 secure"),
        (
            "[::ffff:10.0.0.1]:1",
            &["X-Forwarded-Proto: https"],
            "10.0.0.1 secure",
        ),
        (
            PROXY6,
            &["X-Forwarded-For: 2001:db8::7", "X-Forwarded-Proto: https"],
            "2001:db8::7 secure",
        ),
        // What stands further left, the client wrote.
        (
            PROXY,
            &[
                "X-Forwarded-For: 1.1.1.1, 198.51.100.7",
                "X-Forwarded-Proto: https",
            ],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 198.51.100.7"],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 127.0.0.1, 198.51.100.7"],
            "198.51.100.7 open",
        ),
        // Proxies behind proxies.
        (
            PROXY,
            &[
                "X-Forwarded-For: 198.51.100.7, 10.9.9.9",
                "X-Forwarded-Proto: https",
            ],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &[
                "X-Forwarded-For: 198.51.100.7,192.0.2.10,10.9.9.9",
                "X-Forwarded-Proto: https",
            ],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 1.1.1.1, 198.51.100.7, 2001:db8:aa::5, 10.9.9.9"],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7, 203.0.113.9, 10.9.9.9"],
            "203.0.113.9 open",
        ),
        // A client inside the trusted networks.
        (
            PROXY,
            &["X-Forwarded-For: 10.1.1.1, 10.2.2.2", "X-Forwarded-Proto: https"],
            "10.1.1.1 secure",
        ),
        // Loopback that a proxy speaks of is no loopback of ours.
        (PROXY, &["X-Forwarded-For: 127.0.0.1"], "127.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: "], "10.0.0.1 open"),
        (
            PROXY,
            &["X-Forwarded-For: , ,198.51.100.7,, "],
            "198.51.100.7 open",
        ),
        (PROXY, &["X-Real-IP: 198.51.100.7"], "10.0.0.1 open"),
    ]);
}

/// Each proxy may add its word on the protocol, or the last one rewrites it; never does a word of the client's count.
#[test]
fn the_protocol_is_that_of_the_clients_own_leg() {
    hold(&[
        (
            PROXY,
            &[
                "X-Forwarded-For: 198.51.100.7, 10.9.9.9",
                "X-Forwarded-Proto: https, http",
            ],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &[
                "X-Forwarded-For: 198.51.100.7, 10.9.9.9",
                "X-Forwarded-Proto: http, https",
            ],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &[
                "X-Forwarded-For: 1.1.1.1, 198.51.100.7",
                "X-Forwarded-Proto: https, http",
            ],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https, http"],
            "198.51.100.7 open",
        ),
        (PROXY, &["X-Forwarded-Proto: https, http"], "10.0.0.1 open"),
        (
            PROXY,
            &["X-Forwarded-Proto: https", "X-Forwarded-Proto: http"],
            "10.0.0.1 open",
        ),
        (
            PROXY,
            &[
                "X-Forwarded-For: 198.51.100.7, 10.8.8.8, 10.9.9.9",
                "X-Forwarded-Proto: https, http",
            ],
            "198.51.100.7 secure",
        ),
        (PROXY, &["X-Forwarded-Proto: httpsx"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-Proto: "], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-Proto: on"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-Ssl: on"], "10.0.0.1 open"),
        (
            PROXY,
            &["Forwarded: for=198.51.100.7;proto=https, for=10.9.9.9;proto=http"],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &["Forwarded: for=198.51.100.7;proto=http, for=10.9.9.9;proto=https"],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &["Forwarded: for=198.51.100.7, for=10.9.9.9;proto=https"],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &["Forwarded: for=1.1.1.1;proto=https, for=198.51.100.7;proto=http"],
            "198.51.100.7 open",
        ),
    ]);
}

#[test]
fn addresses_come_in_many_forms() {
    hold(&[
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7:4711"],
            "198.51.100.7 open",
        ),
        (PROXY, &["X-Forwarded-For: 2001:db8::7"], "2001:db8::7 open"),
        (PROXY, &["X-Forwarded-For: [2001:db8::7]"], "2001:db8::7 open"),
        (
            PROXY,
            &["X-Forwarded-For: [2001:db8::7]:4711"],
            "2001:db8::7 open",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 2001:DB8:0:0:0:0:0:7"],
            "2001:db8::7 open",
        ),
        (
            PROXY,
            &["X-Forwarded-For: ::ffff:198.51.100.7"],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &["X-Forwarded-For: [::ffff:198.51.100.7]:80"],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7, ::ffff:10.9.9.9"],
            "198.51.100.7 open",
        ),
        (PROXY, &["X-Forwarded-For: fe80::7%eth0"], "fe80::7 open"),
        (PROXY, &["X-Forwarded-For: [fe80::7%25eth0]:4711"], "fe80::7 open"),
        (
            PROXY,
            &["Forwarded: for=\"[2001:db8:cafe::17]:4711\""],
            "2001:db8:cafe::17 open",
        ),
        (
            PROXY,
            &["Forwarded: for=\"198.51.100.7:_port\""],
            "198.51.100.7 open",
        ),
        (
            PROXY,
            &["Forwarded: for=[2001:db8::7]:4711;proto=https"],
            "2001:db8::7 secure",
        ),
        (PROXY, &["Forwarded: for=\"198.51.100\\.7\""], "198.51.100.7 open"),
    ]);
}

/// What is no address says nothing, and ends the walk: the proxy that wrote it is the nearest one known.
#[test]
fn what_is_no_address_is_nobody() {
    hold(&[
        (
            PROXY,
            &["X-Forwarded-For: unknown", "X-Forwarded-Proto: https"],
            "10.0.0.1 secure",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7, unknown"],
            "10.0.0.1 open",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7, unknown, 10.9.9.9"],
            "10.9.9.9 open",
        ),
        (PROXY, &["X-Forwarded-For: 198.51.100.7:"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: 198.51.100.7:123456"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: 198.51.100.256"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: 0x7f.1"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: 010.0.0.1"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: [2001:db8::7"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: [198.51.100.7]"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: fe80::7%"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: client.example"], "10.0.0.1 open"),
        (PROXY, &["X-Forwarded-For: caf\u{e9}"], "10.0.0.1 open"),
        (PROXY, &["Forwarded: for=unknown;proto=https"], "10.0.0.1 secure"),
        (PROXY, &["Forwarded: for=_hidden;proto=https"], "10.0.0.1 secure"),
        (
            PROXY,
            &["Forwarded: for=\"_SEVKISEK\", for=10.9.9.9;proto=https"],
            "10.9.9.9 open",
        ),
        (
            PROXY,
            &["Forwarded: for=198.51.100.7, for=_hidden;proto=https"],
            "10.0.0.1 secure",
        ),
    ]);
}

#[test]
fn forwarded_is_read_as_rfc_7239_says() {
    hold(&[
        (
            PROXY,
            &["Forwarded: for=198.51.100.7;proto=https;by=203.0.113.43"],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &["Forwarded: For=198.51.100.7; PROTO=HTTPS ;host=\"a;b,c\""],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &["forwarded: by=10.0.0.1;for=198.51.100.7;proto=\"https\""],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &["Forwarded: for=198.51.100.7, for=198.51.100.8"],
            "198.51.100.8 open",
        ),
        (
            PROXY,
            &["Forwarded: for=198.51.100.7", "Forwarded: for=10.9.9.9"],
            "198.51.100.7 open",
        ),
        (PROXY, &["Forwarded: proto=https"], "10.0.0.1 secure"),
        (PROXY, &["Forwarded: , ;for=198.51.100.7;, "], "198.51.100.7 open"),
        (
            PROXY,
            &["Forwarded: ext=\"for=1.1.1.1\";for=198.51.100.7"],
            "198.51.100.7 open",
        ),
        (
            PROXY6,
            &["Forwarded: for=\"[2001:db8::7]\", for=\"[2001:db8:aa::5]\""],
            "2001:db8::7 open",
        ),
        // Malformed lines say nothing good.
        (PROXY, &["Forwarded: 198.51.100.7;proto=https"], "10.0.0.1 open"),
        (PROXY, &["Forwarded: for"], "10.0.0.1 open"),
        (PROXY, &["Forwarded: for=;proto=https"], "10.0.0.1 open"),
        (
            PROXY,
            &["Forwarded: for=198.51.100.7;for=198.51.100.8;proto=https"],
            "10.0.0.1 open",
        ),
        (PROXY, &["Forwarded: proto=http;proto=https"], "10.0.0.1 open"),
        (
            PROXY,
            &["Forwarded: for = 198.51.100.7;proto=https"],
            "10.0.0.1 open",
        ),
        (PROXY, &["Forwarded: for=\"198.51.100.7"], "10.0.0.1 open"),
        (
            PROXY,
            &["Forwarded: for=\"198.51.100.7\"x;proto=https"],
            "10.0.0.1 open",
        ),
        // A quote that the client opened swallows no proxy's word.
        (
            PROXY,
            &["Forwarded: for=\"1.1.1.1, for=\"[2001:db8::7]\";proto=https"],
            "10.0.0.1 open",
        ),
        (
            PROXY,
            &["Forwarded: for=1.1.1.1;x=\", for=198.51.100.7;proto=https"],
            "10.0.0.1 open",
        ),
        (
            PROXY,
            &[
                "Forwarded: for=1.1.1.1;x=\"",
                "Forwarded: for=198.51.100.7;proto=https",
            ],
            "198.51.100.7 secure",
        ),
    ]);
}

/// A proxy sets one family of headers and passes the other on as its client wrote it.
#[test]
fn two_stories_are_believed_when_they_agree() {
    hold(&[
        (
            PROXY,
            &[
                "Forwarded: for=198.51.100.7;proto=https",
                "X-Forwarded-For: 198.51.100.7",
                "X-Forwarded-Proto: https",
            ],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &[
                "Forwarded: for=1.1.1.1;proto=https",
                "X-Forwarded-For: 198.51.100.7",
                "X-Forwarded-Proto: http",
            ],
            "10.0.0.1 open TwoStories",
        ),
        (
            PROXY,
            &[
                "Forwarded: for=198.51.100.7;proto=http",
                "X-Forwarded-For: 1.1.1.1",
                "X-Forwarded-Proto: https",
            ],
            "10.0.0.1 open TwoStories",
        ),
        (
            PROXY,
            &[
                "Forwarded: for=198.51.100.7;proto=http",
                "X-Forwarded-Proto: https",
            ],
            "10.0.0.1 open TwoStories",
        ),
        (
            PROXY,
            &[
                "Forwarded: nonsense",
                "X-Forwarded-For: 198.51.100.7",
                "X-Forwarded-Proto: https",
            ],
            "10.0.0.1 open TwoStories",
        ),
        (
            PROXY,
            &["Forwarded: for=198.51.100.7", "X-Forwarded-Proto: https"],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &["Forwarded: proto=https", "X-Forwarded-For: 198.51.100.7"],
            "198.51.100.7 secure",
        ),
        (
            PROXY,
            &["Forwarded: by=10.0.0.1", "X-Forwarded-For: 198.51.100.7"],
            "198.51.100.7 open",
        ),
    ]);
}

#[test]
fn tls_that_ends_here_is_secure_whatever_headers_say() {
    let config = config();
    for (peer, lines, expected) in [
        (STRANGER, &[][..], "203.0.113.9 secure"),
        (
            STRANGER,
            &["X-Forwarded-For: 1.1.1.1", "X-Forwarded-Proto: http"],
            "203.0.113.9 secure Stranger",
        ),
        (
            PROXY,
            &["X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: http"],
            "198.51.100.7 secure",
        ),
        (PROXY, &["X-Forwarded-For: 198.51.100.7"], "198.51.100.7 secure"),
    ] {
        assert_eq!(found(peer, Wire::Tls, lines, &config), expected, "{lines:?}");
    }
    assert_eq!(
        found(STRANGER, Wire::PlainOnTlsPort, &[], &config),
        "203.0.113.9 open"
    );
}

#[test]
fn the_loopback_exception_can_be_switched_off() {
    let config = Config {
        allow_insecure_loopback: false,
        ..config()
    };
    assert_eq!(found(HERE, Wire::Plain, &[], &config), "127.0.0.1 open");
    assert_eq!(found(HERE, Wire::Tls, &[], &config), "127.0.0.1 secure");
}

#[test]
fn a_proxy_on_this_machine_is_believed_once_it_is_named() {
    let config = Config {
        trusted_proxies: vec!["127.0.0.1".parse().unwrap()],
        ..Config::default()
    };
    for (lines, expected) in [
        (
            &["X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: https"][..],
            "198.51.100.7 secure",
        ),
        (
            &["X-Forwarded-For: 198.51.100.7", "X-Forwarded-Proto: http"],
            "198.51.100.7 open",
        ),
        (&["X-Forwarded-For: 198.51.100.7"], "198.51.100.7 open"),
        (&["X-Forwarded-For: 127.0.0.1"], "127.0.0.1 open"),
        (&[], "127.0.0.1 secure"),
    ] {
        assert_eq!(found(HERE, Wire::Plain, lines, &config), expected, "{lines:?}");
    }
}

#[test]
fn nobody_is_nobody() {
    let (client, doubt) = identify(None, &headers(&["X-Forwarded-Proto: https"]), &config());
    assert!(!client.is_secure() && doubt.is_none());
}

#[test]
fn networks_are_written_in_many_ways() {
    for (text, inside, outside) in [
        ("10.0.0.0/8", "10.255.0.1", "11.0.0.1"),
        ("10.1.2.3/8", "10.255.0.1", "11.0.0.1"),
        (" 192.0.2.1 ", "192.0.2.1", "192.0.2.2"),
        ("2001:db8::/32", "2001:db8:1::1", "2001:db9::1"),
        ("::1", "::1", "127.0.0.1"),
        ("::ffff:10.0.0.0/104", "10.255.0.1", "11.0.0.1"),
        ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.2"),
        ("0.0.0.0/0", "8.8.8.8", "::2"),
    ] {
        let network: Network = text.parse().unwrap();
        assert!(network.contains(inside.parse().unwrap()), "{text}");
        assert!(!network.contains(outside.parse().unwrap()), "{text}");
        assert_eq!(network.to_string().parse::<Network>().unwrap(), network);
    }
    for text in [
        "",
        "10.0.0.0/33",
        "10.0.0/8",
        "proxy.example",
        "10.0.0.1:80",
        "fe80::1%eth0",
        "[::1]",
        "*",
    ] {
        assert!(
            text.parse::<Network>().unwrap_err().contains("is no network"),
            "{text}"
        );
    }
}

proptest::proptest! {
    /// Whatever a client writes into the headers itself, the word of the proxy that appends its own is the one that counts,
    /// or nothing does.
    #[test]
    fn nothing_that_a_client_writes_wins(written in "[ -~]{0,40}", tail in "(|, for=\"|;proto=https|, 10\\.0\\.0\\.2|, for=10\\.0\\.0\\.2|café, |x=\"|, https)") {
        let own = format!("{written}{tail}");
        let peer = Peer::new(PROXY.parse().unwrap(), Wire::Plain);
        let ask = |lines: &[String]| {
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let (client, _) = identify(Some(&peer), &headers(&lines), &config());
            (client.address().to_string(), client.is_secure())
        };
        let (address, secure) = ask(&[format!("Forwarded: {own}, for=198.51.100.7;proto=http")]);
        proptest::prop_assert!(!secure && ["198.51.100.7", "10.0.0.1"].contains(&address.as_str()), "{address}");
        let told = ask(&[
            format!("X-Forwarded-For: {own}, 198.51.100.7"),
            format!("X-Forwarded-Proto: {own}, http"),
        ]);
        proptest::prop_assert_eq!(told, ("198.51.100.7".to_owned(), false));
        let (address, secure) = ask(&[
            format!("Forwarded: {own}"),
            "X-Forwarded-For: 198.51.100.7".to_owned(),
            "X-Forwarded-Proto: http".to_owned(),
        ]);
        proptest::prop_assert!(!secure && ["198.51.100.7", "10.0.0.1"].contains(&address.as_str()), "{address}");
    }
}
