//! Logos and backgrounds: uploaded and fetched, gated by plans, kept by their bytes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use qrstudio_server::Config;
use qrstudio_store::PlanName;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::bad_requests::FORM;
use super::cache::strangers_key;
use crate::studio::{Answer, NOW, Studio};

const PNG: &[u8] = include_bytes!("../../../../../pictures/tests/samples/rgba.png");
const JPEG: &[u8] = include_bytes!("../../../../../pictures/tests/samples/progressive.jpg");
const LARGEST: usize = 2_097_152;

/// A form of the boundary `b`: each part its name, what follows in its header, and its bytes.
fn form(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, more, bytes) in parts {
        body.extend(
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n").into_bytes(),
        );
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--b--\r\n");
    body
}

const NAMED: &str = "; filename=\"logo.png\"\r\nContent-Type: text/plain";

/// Renders a form with these parts beside what every right request has.
async fn upload(studio: &Studio, key: &str, parts: &[(&str, &str, &[u8])]) -> Answer {
    let right: [(&str, &str, &[u8]); 2] = [("data", "", b"https://example.com"), ("size_inches", "", b"2")];
    studio.post(key, FORM, form(&[&right, parts].concat())).await
}

async fn paying(config: Config) -> (Studio, String) {
    let studio = Studio::with_config(config).await;
    let key = studio.key(PlanName::Pro).await;
    (studio, key)
}

#[tokio::test]
async fn a_form_carries_files_however_it_is_written() {
    let (studio, key) = paying(Config::default()).await;
    let plain = upload(&studio, &key, &[]).await;
    assert_eq!(plain.header("x-qr-version"), "2");
    let with = upload(&studio, &key, &[("logo_file", NAMED, PNG)]).await;
    assert_eq!(
        (
            with.status.as_u16(),
            with.header("x-qr-version"),
            with.header("x-qr-ec-level")
        ),
        (200, "4", "H")
    );
    for same in [
        &[("logo_file", "", PNG)][..],
        &[("logo_file", "; filename=\"\"", PNG)],
        &[("logo_file", NAMED, JPEG), ("logo_file", NAMED, PNG)],
        &[("logo_file", NAMED, PNG), ("logo_file", "; filename=\"\"", b"")],
        &[
            ("logo_file", NAMED, PNG),
            ("bg_image_file", "", b""),
            ("logo_url", "", b""),
        ],
        &[
            ("logo_url", "", b"http://10.0.0.1/x.png"),
            ("logo_file", NAMED, PNG),
        ],
    ] {
        let answer = upload(&studio, &key, same).await;
        assert_eq!(answer.header("x-qr-cache"), "HIT", "{same:?}");
        assert_eq!(answer.body, with.body);
    }
    let backwards = form(&[
        ("logo_file", NAMED, PNG),
        ("size_inches", "", b"2"),
        ("data", "", b"https://example.com"),
    ]);
    assert_eq!(
        studio.post(&key, FORM, backwards).await.header("x-qr-cache"),
        "HIT"
    );
    for other in [
        &[("logo_file", NAMED, JPEG)][..],
        &[("bg_image_file", NAMED, PNG)],
        &[("logo_file", NAMED, PNG), ("bg_image_file", NAMED, JPEG)],
        &[("logo_file", NAMED, PNG), ("logo_neon_alpha", "", b"on")],
    ] {
        let answer = upload(&studio, &key, other).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("x-qr-cache")),
            (200, "MISS")
        );
        assert_ne!(answer.body, with.body);
    }
}

#[tokio::test]
async fn nobody_learns_what_others_put_on_their_codes() {
    let (studio, key) = paying(Config::default()).await;
    let second = studio.another_key("second", None).await;
    let logo = [("logo_file", NAMED, PNG)];
    for (key, cache) in [(&key, "MISS"), (&second, "HIT")] {
        let answer = upload(&studio, key, &logo).await;
        assert_eq!(answer.header("x-qr-cache"), cache);
    }
    let stranger = strangers_key(&studio).await;
    studio
        .store
        .set_plan("stranger@example.com", PlanName::Pro)
        .await
        .unwrap();
    for cache in ["MISS", "HIT"] {
        let answer = upload(&studio, &stranger, &logo).await;
        assert_eq!(answer.header("x-qr-cache"), cache, "{}", answer.line());
    }
}

#[tokio::test]
async fn files_have_a_largest_size_and_have_to_be_pictures() {
    let (studio, key) = paying(Config::default()).await;
    let unreadable = "Not a readable image: it is no PNG, JPEG, GIF, BMP, TIFF, WebP or SVG.";
    for (parts, expected) in [
        (
            &[("logo_file", NAMED, &vec![b'x'; LARGEST][..])][..],
            json!({"logo_file": unreadable}),
        ),
        (
            &[("logo_file", NAMED, &vec![b'x'; LARGEST + 1])],
            json!({"logo_file": "Max 2097152 bytes."}),
        ),
        (
            &[("bg_image_file", "", &vec![b'x'; LARGEST + 1])],
            json!({"bg_image_file": "Max 2097152 bytes."}),
        ),
        (
            &[("logo_file", NAMED, b"")],
            json!({"logo_file": ["The submitted file is empty."]}),
        ),
        (
            &[("logo_file", NAMED, PNG.get(..100).unwrap())],
            json!({"logo_file": "Not a readable image: the PNG data is damaged or ends early."}),
        ),
        (
            &[
                ("logo_file", NAMED, b"x"),
                ("bg_image_file", NAMED, b"<svg><script/></svg>"),
                ("dpi", "", b"600"),
            ],
            json!({"logo_file": unreadable, "bg_image_file": unreadable}),
        ),
        (
            &[(
                "bg_image_file",
                NAMED,
                b"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'><script/></svg>",
            )],
            json!({"bg_image_file": "Not a readable image: it holds <script>."}),
        ),
    ] {
        for path in ["/api/v1/generate/", "/api/v1/validate/"] {
            let right: [(&str, &str, &[u8]); 2] = [("data", "", b"x"), ("size_inches", "", b"2")];
            let answer = studio
                .post_to(path, &key, FORM, form(&[&right, parts].concat()))
                .await;
            assert_eq!(
                (answer.status.as_u16(), answer.json()),
                (400, expected.clone()),
                "{path}"
            );
        }
    }
    let padded = [PNG, &vec![0; LARGEST + 1 - PNG.len()]].concat();
    for field in ["logo_file", "bg_image_file"] {
        let largest = upload(&studio, &key, &[(field, NAMED, padded.get(..LARGEST).unwrap())]).await;
        assert_eq!(largest.status, 200, "{}", largest.line());
        let larger = upload(&studio, &key, &[(field, NAMED, &padded)]).await;
        assert_eq!(larger.json(), json!({field: "Max 2097152 bytes."}));
    }
    let two = [
        ("logo_file", NAMED, &vec![b'x'; 5 << 20][..]),
        ("bg_image_file", NAMED, &vec![b'x'; 4 << 20]),
    ];
    assert_eq!(
        upload(&studio, &key, &two).await.line(),
        r#"413 {"detail":"Request body too large."}"#
    );
}

#[tokio::test]
async fn what_may_disappoint_is_told() {
    let (studio, key) = paying(Config::default()).await;
    let logo = ("logo_file", NAMED, PNG);
    let under = ("bg_image_file", NAMED, PNG);
    for (parts, warnings) in [
        (&[logo, ("background", "", b"white")][..], ""),
        (&[logo, ("logo_size_ratio", "", b"0.31")], "logo_large"),
        (&[under], ""),
        (&[under, ("bg_image_opacity", "", b"0.6")], "busy_background"),
        (&[under, ("color", "", b"#8a4b00")], "busy_background"),
        (
            &[logo, ("error_correction", "", b"Q"), ("size_inches", "", b"0.5")],
            "module_small",
        ),
    ] {
        let answer = upload(&studio, &key, parts).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("x-qr-warning")),
            (200, warnings)
        );
    }
}

#[tokio::test]
async fn contrast_is_told_as_bad_as_a_picture_may_make_it() {
    let (studio, key) = paying(Config::default()).await;
    let under = ("bg_image_file", NAMED, PNG);
    for (parts, ratio) in [
        (&[][..], 21.0),
        (&[under], 8.6),
        (&[under, ("bg_image_opacity", "", b"0")], 21.0),
        (&[under, ("bg_image_opacity", "", b"1")], 1.0),
        // Somewhere a photograph is as grey as the modules.
        (
            &[under, ("bg_image_opacity", "", b"1"), ("color", "", b"#777777")],
            1.0,
        ),
        (&[under, ("color", "", b"white")], 1.0),
        (
            &[under, ("color", "", b"white"), ("background", "", b"black")],
            7.0,
        ),
    ] {
        let right: [(&str, &str, &[u8]); 2] = [("data", "", b"x"), ("size_inches", "", b"2")];
        let body = form(&[&right, parts].concat());
        let report = studio.post_to("/api/v1/validate/", &key, FORM, body).await.json();
        let warned = report["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|warning| warning["code"] == "busy_background");
        assert_eq!(
            (&report["contrast_ratio"], warned),
            (&json!(ratio), ratio < 4.0),
            "{parts:?}"
        );
    }
}

#[tokio::test]
async fn plans_without_pictures_say_so_before_anything_is_read_or_fetched() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    let logo = r#"403 {"detail":"Plan 'free' doesn't support custom logos."}"#;
    let background = r#"403 {"detail":"Plan 'free' doesn't support background images."}"#;
    assert_eq!(
        upload(&studio, &key, &[("logo_file", NAMED, b"x")]).await.line(),
        logo
    );
    assert_eq!(
        upload(&studio, &key, &[("bg_image_file", NAMED, b"x")])
            .await
            .line(),
        background
    );
    let both = [("bg_image_file", NAMED, PNG), ("logo_file", NAMED, PNG)];
    assert_eq!(upload(&studio, &key, &both).await.line(), logo);
    let url = json!({"data": "x", "size_inches": 2, "logo_url": "http://127.0.0.1/"});
    assert_eq!(studio.generate(&key, url).await.line(), logo);
    assert_eq!(
        upload(&studio, &key, &[("logo_size_ratio", "", b"0.3")])
            .await
            .status,
        200
    );
}

/// A server that answers everything with a PNG, or as the path says, and counts.
async fn picture_server() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    #[expect(clippy::disallowed_methods, reason = "a test's server ends with its runtime")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut head = vec![0; 4096];
            let _ = stream.read(&mut head).await;
            let head = String::from_utf8_lossy(&head).into_owned();
            let (status, kind, body) = match head.split(' ').nth(1).unwrap_or_default() {
                "/missing" => ("404 Not Found", "image/png", PNG),
                "/page" => ("200 OK", "text/html", PNG),
                "/broken" => ("200 OK", "image/png", PNG.get(..50).unwrap()),
                "/inside" => ("302 Found\r\nLocation: http://10.0.0.1/", "image/png", PNG),
                _ => ("200 OK", "image/png", PNG),
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
        }
    });
    (base, count)
}

fn allowing() -> Config {
    Config {
        fetch_allow: vec!["127.0.0.1".parse().unwrap()],
        ..Config::default()
    }
}

fn with_logo(url: &str) -> Value {
    json!({"data": "https://example.com", "size_inches": 2, "logo_url": url})
}

#[tokio::test]
async fn remote_pictures_are_fetched_once_in_ten_minutes() {
    let (studio, key) = paying(allowing()).await;
    let (base, count) = picture_server().await;
    let url = format!("{base}/logo.png");
    let fetched = studio.generate(&key, with_logo(&url)).await;
    assert_eq!(
        (fetched.status.as_u16(), fetched.header("x-qr-version")),
        (200, "4")
    );
    let uploaded = upload(&studio, &key, &[("logo_file", NAMED, PNG)]).await;
    // The same bytes make the same picture, wherever they come from.
    assert_eq!(
        (uploaded.header("x-qr-cache"), &uploaded.body),
        ("HIT", &fetched.body)
    );
    let both = json!({"data": "y", "size_inches": 2, "logo_url": url, "bg_image_url": url});
    assert_eq!(studio.generate(&key, both).await.status, 200);
    let report = studio
        .post_to(
            "/api/v1/validate/",
            &key,
            "application/json",
            with_logo(&url).to_string(),
        )
        .await;
    assert_eq!(report.json()["logo_cover"], 0.058);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    studio.set_time(NOW + 10 * 60 * 1000);
    assert_eq!(
        studio.generate(&key, with_logo(&url)).await.header("x-qr-cache"),
        "HIT"
    );
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn what_cannot_be_fetched_is_said_under_its_field_and_costs_nothing() {
    let (studio, key) = paying(allowing()).await;
    let (base, _) = picture_server().await;
    let used = Mutex::new(Vec::new());
    for (url, text) in [
        (
            format!("{base}/missing"),
            "could not fetch from 127.0.0.1: it answered 404",
        ),
        (
            format!("{base}/page"),
            "could not fetch from 127.0.0.1: its content type is text/html, not image/*",
        ),
        (
            format!("{base}/inside"),
            "refusing to fetch 10.0.0.1: resolves to private/internal IP 10.0.0.1",
        ),
        (
            "http://[::1]:1/".to_owned(),
            "refusing to fetch ::1: resolves to private/internal IP ::1",
        ),
        (
            "http://0x7f000002/".to_owned(),
            "refusing to fetch 127.0.0.2: resolves to private/internal IP 127.0.0.2",
        ),
        (
            "http://a:b@example.com/".to_owned(),
            "refusing to fetch example.com: the URL holds a user name or a password",
        ),
        (
            format!("{base}/broken"),
            "Not a readable image: the PNG data is damaged or ends early.",
        ),
    ] {
        for field in ["logo_url", "bg_image_url"] {
            let body = json!({"data": "x", "size_inches": 2, field: url});
            for path in ["/api/v1/generate/", "/api/v1/validate/"] {
                let answer = studio
                    .post_to(path, &key, "application/json", body.to_string())
                    .await;
                assert_eq!(
                    (answer.status.as_u16(), answer.json()),
                    (400, json!({field: text})),
                    "{path}"
                );
                used.lock().unwrap().push(url.clone());
            }
        }
    }
    let usage = studio.get_with(&key, "/api/v1/usage/").await;
    assert_eq!(usage.json()["used_this_month"], 0);
}
