//! The pages that the links in letters open.

use axum::body::Body;
use axum::http::Request;
use insta::assert_snapshot;

use crate::studio::{Answer, Studio};

async fn page(studio: &Studio, path: &str, language: &str) -> Answer {
    let request = Request::get(path)
        .header("Accept-Language", language)
        .body(Body::empty())
        .unwrap();
    studio.call(request).await
}

#[tokio::test]
async fn everything_comes_from_here_and_nothing_is_inline() {
    let studio = Studio::new().await;
    let answer = page(&studio, "/account/verify/", "fr-CH, fr;q=0.9").await;
    assert_snapshot!(answer, @"
    200 OK
    cache-control: no-cache
    content-language: fr
    content-length: [length]
    content-security-policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    referrer-policy: no-referrer
    vary: Accept-Language
    x-content-type-options: nosniff
    x-request-id: 01M83PPH001440E1G50G1G4080

    [<!do…]
    ");
    for path in ["/account/verify/", "/account/reset/"] {
        for language in ["en", "fr", "de"] {
            let answer = page(&studio, path, language).await;
            let text = answer.text();
            assert!(!text.contains("style=") && !text.contains("<style"), "{text}");
            assert!(!text.contains("{{"), "{text}");
            assert!(text.contains("127.0.0.1:8080"), "{text}");
            for reference in text.split("src=\"").chain(text.split("href=\"")).skip(1) {
                assert!(
                    reference.starts_with('/')
                        || reference.starts_with("data:")
                        || reference.starts_with("<!"),
                    "{reference}"
                );
            }
        }
    }
    for (path, content_type) in [
        ("/account/account.js", "text/javascript; charset=utf-8"),
        ("/account/account.css", "text/css; charset=utf-8"),
    ] {
        let answer = studio.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("content-type")),
            (200, content_type)
        );
    }
}

#[tokio::test]
async fn both_languages_have_the_same_parts() {
    let studio = Studio::new().await;
    // Identifiers and the texts of the service that a page has words for.
    let parts = |answer: &Answer| {
        let of = |attribute: &str| -> Vec<String> {
            let text = answer.text();
            text.split(attribute)
                .skip(1)
                .map(|rest| rest.split('"').next().unwrap().to_owned())
                .collect()
        };
        (of(" id=\""), of("data-text=\""), of("data-of=\""))
    };
    for path in ["/account/verify/", "/account/reset/"] {
        let english = page(&studio, path, "en").await;
        let french = page(&studio, path, "fr").await;
        assert_eq!(parts(&english), parts(&french));
        assert_ne!(english.text(), french.text());
    }
}

#[tokio::test]
async fn without_mail_nobody_is_promised_a_message() {
    let studio = Studio::new().await;
    let answer = page(&studio, "/account/reset/", "en").await;
    assert!(
        answer.text().contains("This service sends no mail"),
        "{}",
        answer.text()
    );
    assert!(!answer.text().contains("Send the link"), "{}", answer.text());
}
