//! What a render answers.

use insta::assert_snapshot;
use qrstudio_server::Limits;
use qrstudio_store::PlanName;
use serde_json::json;

use crate::studio::Studio;

#[tokio::test]
async fn a_png() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Starter).await;
    let answer = studio
        .generate(&key, json!({"data": "https://example.com", "size_inches": 4}))
        .await;
    assert_snapshot!(answer, @r#"
    200 OK
    access-control-allow-origin: *
    access-control-expose-headers: x-qr-version, x-qr-ec-level, x-qr-module-mm, x-qr-cache, x-qr-duration-ms, x-qr-plan, x-qr-quota-remaining, x-request-id, ratelimit-policy, ratelimit, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset
    cache-control: private, no-store
    content-disposition: inline; filename="qr.png"
    content-length: [length]
    content-security-policy: sandbox; default-src 'none'
    content-type: image/png
    etag: [hash of 34 characters]
    ratelimit: "key";r=59;t=1
    ratelimit-policy: "key";q=60;w=60
    x-content-type-options: nosniff
    x-qr-cache: MISS
    x-qr-duration-ms: 0
    x-qr-ec-level: Q
    x-qr-module-mm: 3.05
    x-qr-plan: starter
    x-qr-quota-remaining: 499
    x-qr-version: 2
    x-ratelimit-limit: 60
    x-ratelimit-remaining: 59
    x-ratelimit-reset: 1795420801
    x-request-id: 01M83PPH001440E1G50G1G4080

    [PNG]
    "#);
}

#[tokio::test]
async fn an_svg_with_everything_to_be_said() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let fields = json!({
        "data": "https://example.com", "size_inches": "2", "dpi": "300", "format": "svg", "quiet_zone": 2,
        "colour": "red", "frame_label": "SCAN", "not a header": 1,
    });
    assert_snapshot!(studio.generate(&key, fields).await, @r#"
    200 OK
    access-control-allow-origin: *
    access-control-expose-headers: x-qr-version, x-qr-ec-level, x-qr-module-mm, x-qr-warning, x-qr-cache, x-qr-duration-ms, x-qr-plan, x-qr-quota-remaining, x-qr-ignored-fields, x-request-id, ratelimit-policy, ratelimit, x-ratelimit-limit, x-ratelimit-remaining, x-ratelimit-reset
    cache-control: private, no-store
    content-disposition: inline; filename="qr.svg"
    content-length: [length]
    content-security-policy: sandbox; default-src 'none'
    content-type: image/svg+xml
    etag: [hash of 34 characters]
    ratelimit: "key";r=5999;t=1
    ratelimit-policy: "key";q=6000;w=60
    x-content-type-options: nosniff
    x-qr-cache: MISS
    x-qr-duration-ms: 0
    x-qr-ec-level: Q
    x-qr-ignored-fields: colour, frame_label
    x-qr-module-mm: 1.69
    x-qr-plan: enterprise
    x-qr-quota-remaining: unlimited
    x-qr-version: 2
    x-qr-warning: quiet_zone
    x-ratelimit-limit: 6000
    x-ratelimit-remaining: 5999
    x-ratelimit-reset: 1795420801
    x-request-id: 01M83PPH001440E1G50G1G4080

    [<svg…]
    "#);
}

#[tokio::test]
async fn the_same_request_is_the_same_picture_with_the_same_tag() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let render = async |data| {
        studio
            .generate(&key, json!({"data": data, "size_inches": 1}))
            .await
    };
    let (one, again, other) = (render("one").await, render("one").await, render("two").await);
    assert_eq!(
        (one.header("etag"), &one.body),
        (again.header("etag"), &again.body)
    );
    assert_ne!(one.header("etag"), other.header("etag"));
}

#[tokio::test]
async fn a_form_is_the_same_request() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let form = "--b\r\nContent-Disposition: form-data; name=\"size_inches\"\r\n\r\n1\r\n\
        --b\r\nContent-Disposition: form-data; name=\"data_type\"\r\n\r\nwifi\r\n\
        --b\r\nContent-Disposition: form-data; name=\"payload\"\r\n\r\n{\"ssid\": \"Caf\u{e9}\"}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"some_file\"; filename=\"logo.png\"\r\n\r\n\x00\x01\r\n--b--\r\n";
    let formed = studio
        .post(&key, "multipart/form-data; boundary=\"b\"", form)
        .await;
    assert_eq!(formed.status, 200, "{}", formed.line());
    assert_eq!(formed.header("x-qr-ignored-fields"), "some_file");
    let fields = json!({"size_inches": 1, "data_type": "wifi", "payload": {"ssid": "Caf\u{e9}"}});
    assert_eq!(studio.generate(&key, fields).await.body, formed.body);
}

#[tokio::test]
async fn every_field_of_looks_is_read() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let looks = json!({
        "data": "x", "size_inches": 1, "quiet_zone": 1, "pattern": "halftone", "color": "black", "background": "white",
        "gradient_from": "#102030", "gradient_to": "#302010", "eye_shape": "circle", "eye_color": "#A0A0A0",
        "eye_outer_frame": "on", "eye_outer_frame_match": 1, "eye_border_shape": "leaf-tr",
        "eye_center_shape": "diamond", "eye_border_color": "#203040", "eye_center_color": "#A0A0A0",
        "eye_centre_shape": "star", "frame_style": "banner-top", "frame_label": "SCAN",
    });
    let answer = studio.generate(&key, looks).await;
    assert_eq!(answer.status, 200, "{}", answer.line());
    assert_eq!(
        answer.header("x-qr-ignored-fields"),
        "eye_centre_shape, frame_label, frame_style"
    );
    assert_eq!(
        answer.header("x-qr-warning"),
        "low_contrast, quiet_zone, outer_frame_left_out"
    );
    assert_eq!(answer.header("x-qr-ec-level"), "H");
}

#[tokio::test]
async fn json_may_say_its_charset_and_its_case() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let body = r#"{"data": "x", "size_inches": 1}"#;
    for kind in [
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json ;x=y",
    ] {
        assert_eq!(studio.post(&key, kind, body).await.status, 200, "{kind}");
    }
}

#[tokio::test]
async fn beyond_the_queue_it_answers_503() {
    let limits = Limits {
        renders: 0,
        waiting_renders: 0,
        ..Limits::default()
    };
    let studio = Studio::with_limits(limits).await;
    let key = studio.key(PlanName::Free).await;
    let answer = studio
        .generate(&key, json!({"data": "x", "size_inches": 1}))
        .await;
    assert_eq!(
        answer.line(),
        r#"503 {"detail":"Too many renders are waiting. Try again shortly."}"#
    );
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(
        studio.get_with(&key, "/api/v1/usage/").await.json()["used_this_month"],
        0
    );
}

#[tokio::test]
async fn the_store_goes_away_before_the_charge() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Free).await;
    studio.store.close().await;
    let answer = studio
        .generate(&key, json!({"data": "x", "size_inches": 1}))
        .await;
    assert_eq!(answer.status, 503);
    assert_eq!(answer.header("retry-after"), "5");
}
