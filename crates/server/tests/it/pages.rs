//! What a browser is given.

use insta::assert_snapshot;

use crate::studio::Studio;

#[tokio::test]
async fn the_first_page_says_what_this_is_and_how_to_begin() {
    let studio = Studio::new().await;
    let page = studio.get("/").await;
    assert_snapshot!(page, @"
    200 OK
    cache-control: no-cache
    content-length: [length]
    content-security-policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    x-request-id: 01M83PPH001440E1G50G1G4080

    [<!do…]
    ");
    for words in [
        "QR Studio",
        "curl http://127.0.0.1:8080/api/v1/generate/",
        "href=\"/docs\"",
        "prefers-color-scheme",
    ] {
        assert!(page.text().contains(words), "{words}");
    }
}

#[tokio::test]
async fn the_reference_comes_from_here_alone() {
    let studio = Studio::new().await;
    let page = studio.get("/docs").await;
    assert_snapshot!(page, @"
    200 OK
    cache-control: no-cache
    content-length: [length]
    content-security-policy: default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'
    content-type: text/html; charset=utf-8
    referrer-policy: no-referrer
    x-content-type-options: nosniff
    x-request-id: 01M83PPH001440E1G50G1G4080

    [<!do…]
    ");
    let scripts: Vec<_> = page
        .text()
        .split("src=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(scripts.len(), 2);
    for script in scripts {
        let answer = studio.get(script).await;
        assert_eq!(answer.status, 200, "{script}");
        assert_eq!(answer.header("content-type"), "text/javascript; charset=utf-8");
    }
    for page in [
        page.text(),
        studio.get("/docs/start.js").await.text(),
        studio.get("/").await.text(),
    ] {
        assert!(
            !page.contains("https://") || page.contains("https://example.com"),
            "{page}"
        );
    }
}

#[tokio::test]
async fn the_bundle_is_sent_as_it_was_packed() {
    let studio = Studio::new().await;
    let bundle = studio.get("/docs/scalar-1.46.4.js").await;
    assert_eq!(bundle.header("content-encoding"), "gzip");
    assert_eq!(
        bundle.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert!(bundle.body.starts_with(b"\x1f\x8b"));
}
