//! What goes over the wire, and what the letters say.

use std::time::Duration;

use insta::assert_snapshot;

use super::*;
use crate::html::escape;
use crate::mail::{Language, Letter};

const URL: &str = "https://qr.example";
/// 2026-11-23 08:00:00 UTC.
const NOW: i64 = 1_795_420_800_000;
const HOUR: Duration = Duration::from_secs(3600);

fn from() -> Mailbox {
    "QR Studio <no-reply@qr.example>".parse().unwrap()
}

fn sealed(mail: &Mail) -> Option<Sealed> {
    let stamp = Stamp {
        from: &from(),
        url: URL,
        at_ms: NOW,
        id: [0xab; 16],
    };
    seal(mail, &stamp)
}

fn to(address: &str, language: Language, letter: Letter) -> Mail {
    Mail {
        to: address.to_owned(),
        language,
        letter,
    }
}

fn letters() -> [Letter; 6] {
    [
        Letter::verify_email(URL, "t0ken", 24 * HOUR),
        Letter::reset_password(URL, "t0ken", HOUR),
        Letter::PasswordChanged,
        Letter::EmailChanged {
            new_email: "grace@example.org".to_owned(),
        },
        Letter::WebhookDisabled {
            number: 7,
            is_gone: false,
        },
        Letter::WebhookDisabled {
            number: 7,
            is_gone: true,
        },
    ]
}

fn in_words(mail: &Mail) -> crate::mail::words::Words {
    let at = Timestamp::from_millisecond(NOW).unwrap();
    words(mail, URL, TimeZone::UTC.to_datetime(at))
}

#[test]
fn the_head_of_a_letter() {
    let mail = to("ada@example.com", Language::French, Letter::PasswordChanged);
    let sealed = sealed(&mail).unwrap();
    let text = String::from_utf8(sealed.bytes).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let boundary = head
        .split("boundary=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    assert_snapshot!(head.replace(boundary, "[boundary]").replace('\r', ""), @r#"
    From: "QR Studio" <no-reply@qr.example>
    To: ada@example.com
    Subject: Votre mot de passe QR Studio a =?utf-8?b?w6l0w6kgY2hhbmfDqQ==?=
    Date: Mon, 23 Nov 2026 08:00:00 +0000
    Message-ID: <abababababababababababababababab@qr.example>
    Auto-Submitted: auto-generated
    X-Auto-Response-Suppress: All
    Content-Language: fr
    MIME-Version: 1.0
    Content-Type: multipart/alternative;
     boundary="[boundary]"
    "#);
    let parts: Vec<_> = body.lines().filter(|line| line.starts_with("Content-")).collect();
    assert_eq!(
        parts,
        [
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "Content-Type: text/html; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable"
        ]
    );
    // Every mail server takes it: ASCII, short lines.
    assert!(text.is_ascii());
    assert!(
        text.split("\r\n")
            .all(|line| line.len() <= 78 && !line.contains(['\r', '\n']))
    );
}

#[test]
fn an_address_cannot_write_headers_or_commands() {
    for address in [
        "",
        "ada",
        "@example.com",
        "ada@",
        "ada@example.com\r\nBcc: eve@example.com",
        "ada\r\nBcc: eve@example.com\r\n@example.com",
        "ada@example.com> SIZE=1\r\nRCPT TO:<eve@example.com",
        "ada@example.com, eve@example.com",
        "Ada <ada@example.com>",
        "ada@exam ple.com",
        "a\0da@example.com",
        "\"a\r\nBcc: eve@example.com\"@example.com",
        "\"a\"b\"@example.com",
        "\"a\\\"@example.com",
        "\"a b\"@exam ple.com",
        "\"a b\"@example.com>",
        "\"\"@example.com",
    ] {
        let mail = to(address, Language::English, Letter::PasswordChanged);
        assert!(sealed(&mail).is_none(), "{address:?}");
    }
}

#[test]
fn odd_addresses_that_are_good() {
    for (address, recipient) in [
        ("ada+codes@example.com", "ada+codes@example.com"),
        ("Ada@Example.COM", "Ada@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("\"ada..lovelace\"@example.com", "\"ada..lovelace\"@example.com"),
        ("\"ada lovelace\"@example.com", "\"ada lovelace\"@example.com"),
        ("\"a\\\" @b\"@example.com", "\"a\\\" @b\"@example.com"),
        ("o'neil@example.com", "o'neil@example.com"),
    ] {
        let mail = to(address, Language::English, Letter::PasswordChanged);
        let sealed = sealed(&mail).unwrap_or_else(|| panic!("{address}"));
        let [to] = sealed.envelope.to() else {
            panic!("one recipient")
        };
        assert_eq!(to.to_string(), recipient);
        let head = String::from_utf8(sealed.bytes).unwrap();
        assert!(head.contains(&format!("\r\nTo: {recipient}\r\n")), "{head}");
        assert_eq!(sealed.envelope.from().unwrap().to_string(), "no-reply@qr.example");
    }
}

#[test]
fn the_words_in_english() {
    let texts = letters().map(|letter| {
        let mail = to("ada@example.com", Language::English, letter);
        let words = in_words(&mail);
        format!("Subject: {}\n\n{}", words.subject, form::plain(&words))
    });
    assert_snapshot!(texts.join("\n==========\n\n"));
}

#[test]
fn the_words_in_french() {
    let texts = letters().map(|letter| {
        let mail = to("ada@example.com", Language::French, letter);
        let words = in_words(&mail);
        format!("Subject: {}\n\n{}", words.subject, form::plain(&words))
    });
    assert_snapshot!(texts.join("\n==========\n\n"));
}

#[test]
fn the_html_of_a_letter() {
    let [verify, ..] = letters();
    let mail = to("ada@example.com", Language::English, verify);
    assert_snapshot!(form::html(&in_words(&mail), mail.language));
}

#[test]
fn both_forms_say_the_same_and_load_nothing() {
    for language in [Language::English, Language::French] {
        for letter in letters() {
            let mail = to("ada@example.com", language, letter);
            let words = in_words(&mail);
            let (plain, html) = (form::plain(&words), form::html(&words, language));
            let flat = plain.replace('\n', " ");
            let link = words.action.as_ref().map(|action| &action.link);
            let link = link.or(words.doubt_link.as_ref());
            let sentences = words.opening.iter().chain(&words.doubt).chain([&words.footer]);
            for sentence in sentences.chain(link) {
                assert!(flat.contains(sentence.as_str()), "{sentence}");
                assert!(html.contains(&escape(sentence)), "{sentence}");
            }
            for loads in [
                "src=",
                "url(",
                "<img",
                "<link",
                "<script",
                "@import",
                "background=",
            ] {
                assert!(!html.contains(loads), "{loads}");
            }
            let hrefs: Vec<_> = html.split("href=\"").skip(1).collect();
            assert!(
                hrefs
                    .iter()
                    .all(|href| link.is_some_and(|link| href.starts_with(link.as_str())))
            );
        }
    }
}

#[test]
fn an_address_cannot_write_html() {
    let mail = to("\"<b>&\"@example.com", Language::English, Letter::PasswordChanged);
    let html = form::html(&in_words(&mail), mail.language);
    assert!(html.contains("&quot;&lt;b&gt;&amp;&quot;@example.com") && !html.contains("<b>"));
}
