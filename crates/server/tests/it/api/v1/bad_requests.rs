//! One line a case: what is sent as which type, and the exact answer. Never a 500.

use std::convert::Infallible;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use qrstudio_store::PlanName;

use crate::studio::Studio;

pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "multipart/form-data; boundary=b";
const TOO_LARGE: &str = r#"413 {"detail":"Request body too large."}"#;

/// One part of a form.
pub(super) fn part(name: &str, value: &str) -> String {
    format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

/// A JSON body with a right size and one more member.
fn with(member: &str) -> Vec<u8> {
    format!(r#"{{"data": "x", "size_inches": 1, {member}}}"#).into_bytes()
}

#[rustfmt::skip]
pub(super) fn cases() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let json = |body: &str| body.as_bytes().to_vec();
    vec![
        // No JSON.
        (JSON, json(""), r#"400 {"detail":"JSON parse error - EOF while parsing a value at line 1 column 0"}"#),
        (JSON, json("   "), r#"400 {"detail":"JSON parse error - EOF while parsing a value at line 1 column 3"}"#),
        (JSON, json("{"), r#"400 {"detail":"JSON parse error - EOF while parsing an object at line 1 column 1"}"#),
        (JSON, json(r#"{"data": "x"#), r#"400 {"detail":"JSON parse error - EOF while parsing a string at line 1 column 11"}"#),
        (JSON, json("{\n\"data\": \"x\",\n}"), r#"400 {"detail":"JSON parse error - key must be a string at line 3 column 1"}"#),
        (JSON, json("{'data': 1}"), r#"400 {"detail":"JSON parse error - key must be a string at line 1 column 2"}"#),
        (JSON, json("{} {}"), r#"400 {"detail":"JSON parse error - trailing characters at line 1 column 4"}"#),
        (JSON, json("data=x"), r#"400 {"detail":"JSON parse error - expected value at line 1 column 1"}"#),
        (JSON, json(r#"{"size_inches": NaN}"#), r#"400 {"detail":"JSON parse error - expected value at line 1 column 17"}"#),
        (JSON, json(r#"{"size_inches": -Infinity}"#), r#"400 {"detail":"JSON parse error - invalid number at line 1 column 18"}"#),
        (JSON, b"{\"data\": \"\xff\xfe\"}".to_vec(), r#"400 {"detail":"JSON parse error - invalid unicode code point at line 1 column 11"}"#),
        (JSON, b"{\"data\": \"a\nb\"}".to_vec(), r#"400 {"detail":"JSON parse error - control character (\\u0000-\\u001F) found while parsing a string at line 1 column 11"}"#),
        (JSON, b"[".repeat(60_000), r#"400 {"detail":"JSON parse error - EOF while parsing a list at line 1 column 60000"}"#),
        // No object.
        (JSON, json("[]"), r#"400 {"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}"#),
        (JSON, json("\"x\""), r#"400 {"non_field_errors":["Invalid data. Expected a dictionary, but got str."]}"#),
        (JSON, json("null"), r#"400 {"non_field_errors":["Invalid data. Expected a dictionary, but got NoneType."]}"#),
        // Wrong fields.
        (JSON, json("{}"), r#"400 {"data":["This field is required."],"size_inches":["This field is required."]}"#),
        (JSON, json(r#"{"data": null, "size_inches": null}"#), r#"400 {"data":["This field may not be null."],"size_inches":["This field may not be null."]}"#),
        (JSON, json(r#"{"data": " \t ", "size_inches": ""}"#), r#"400 {"data":["This field may not be blank."],"size_inches":["A valid number is required."]}"#),
        (JSON, json(r#"{"data": {}, "size_inches": []}"#), r#"400 {"data":["Not a valid string."],"size_inches":["A valid number is required."]}"#),
        (JSON, json(r#"{"data": true, "size_inches": "NaN"}"#), r#"400 {"data":["Not a valid string."],"size_inches":["A valid number is required."]}"#),
        (JSON, json(r#"{"data": "x", "size_inches": 1e400}"#), r#"400 {"size_inches":["A valid number is required."]}"#),
        (JSON, json(r#"{"data": "x", "size_inches": 1e300}"#), r#"400 {"size_inches":["Ensure this value is less than or equal to 15.0."]}"#),
        (JSON, json(r#"{"data": "x", "size_inches": 0.49}"#), r#"400 {"size_inches":["Ensure this value is greater than or equal to 0.5."]}"#),
        (JSON, with(r#""dpi": 99999999999999999999"#), r#"400 {"dpi":["Ensure this value is less than or equal to 600."]}"#),
        (JSON, with(r#""dpi": 71"#), r#"400 {"dpi":["Ensure this value is greater than or equal to 72."]}"#),
        (JSON, with(r#""dpi": 300.5"#), r#"400 {"dpi":["A valid integer is required."]}"#),
        (JSON, with(r#""quiet_zone": -1"#), r#"400 {"quiet_zone":["Ensure this value is greater than or equal to 0."]}"#),
        (JSON, with(r#""format": "gif""#), r#"400 {"format":["\"gif\" is not a valid choice."]}"#),
        (JSON, with(r#""data_type": "fax""#), r#"400 {"data_type":["\"fax\" is not a valid choice."]}"#),
        (JSON, with(r#""data_type": "dynamic""#), r#"400 {"payload":["This field is required."]}"#),
        (JSON, with(r#""error_correction": "m""#), r#"400 {"error_correction":["\"m\" is not a valid choice."]}"#),
        (JSON, with(r#""pattern": 7"#), r#"400 {"pattern":["\"7\" is not a valid choice."]}"#),
        (JSON, with(r#""color": "rouge""#), r#"400 {"color":"Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB."}"#),
        (JSON, with(r##""background": "#12345""##), r#"400 {"background":"Invalid color '#12345'. Use 'black', 'white', or hex like #RRGGBB."}"#),
        (JSON, with(r#""color": "white", "background": "white""#), r#"400 {"color":"Contrast 1.0:1 against the background cannot be read; choose a darker color."}"#),
        (JSON, with(r#""gradient_from": "black""#), r#"400 {"gradient_to":"gradient_from and gradient_to must be given together."}"#),
        (JSON, with(r##""eye_color": "#EEEEEE", "background": "white""##), r#"400 {"eye_color":"Contrast 1.1:1 against the background cannot be read; choose a darker color."}"#),
        (JSON, with(r#""eye_outer_frame": "perhaps""#), r#"400 {"eye_outer_frame":["Must be a valid boolean."]}"#),
        (JSON, with(r#""eye_border_shape": "star", "eye_shape": "leaf-tl""#), r#"400 {"eye_shape":["\"leaf-tl\" is not a valid choice."],"eye_border_shape":["\"star\" is not a valid choice."]}"#),
        (JSON, json(r#"{"data": "a\u0000b", "size_inches": 1}"#), r#"400 {"data":["Null characters are not allowed."]}"#),
        (JSON, json(r#"{"data": "\ud800", "size_inches": 1}"#), r#"400 {"data":["Not a valid string."]}"#),
        (JSON, format!(r#"{{"data": "{}", "size_inches": 1}}"#, "x".repeat(2049)).into(), r#"400 {"data":["Ensure this field has no more than 2048 characters."]}"#),
        (JSON, json(r#"{"data_type": "wifi", "size_inches": 1}"#), r#"400 {"payload":["This field is required."]}"#),
        (JSON, json(r#"{"data_type": "wifi", "size_inches": 1, "payload": "x"}"#), r#"400 {"payload":["Expected a dictionary of items but got type \"str\"."]}"#),
        (JSON, json(r#"{"data_type": "wifi", "size_inches": 1, "payload": {}}"#), r#"400 {"payload":{"ssid":["This field is required."]}}"#),
        (JSON, json(r#"{"data": "x", "size_inches": 16, "color": "rouge"}"#), r#"400 {"size_inches":["Ensure this value is less than or equal to 15.0."],"color":"Invalid color 'rouge'. Use 'black', 'white', or hex like #RRGGBB."}"#),
        // Too large.
        (JSON, format!(r#"{{"data": "{}"}}"#, "x".repeat(64 << 10)).into(), TOO_LARGE),
        (JSON, vec![b' '; 10_000_000], TOO_LARGE),
        (FORM, vec![b'x'; 10_000_000], TOO_LARGE),
        ("text/plain", vec![b'x'; 10_000_000], TOO_LARGE),
        // Of no type that is taken.
        ("text/plain", json("{}"), r#"415 {"detail":"Unsupported media type \"text/plain\" in request."}"#),
        ("", json("{}"), r#"415 {"detail":"Unsupported media type \"\" in request."}"#),
        ("application/x-www-form-urlencoded", json("data=x"), r#"415 {"detail":"Unsupported media type \"application/x-www-form-urlencoded\" in request."}"#),
        ("application/problem+json", json("{}"), r#"415 {"detail":"Unsupported media type \"application/problem+json\" in request."}"#),
        // No form.
        ("multipart/form-data", json("--b--"), r#"400 {"detail":"Multipart form parse error - the Content-Type names no boundary"}"#),
        ("multipart/form-data; boundary=\"\"", json("----"), r#"400 {"detail":"Multipart form parse error - the Content-Type names no boundary"}"#),
        (FORM, json(""), r#"400 {"detail":"Multipart form parse error - the body ends before its last boundary"}"#),
        (FORM, json("no boundary in sight"), r#"400 {"detail":"Multipart form parse error - the body ends before its last boundary"}"#),
        (FORM, json("--b\r\nbroken"), r#"400 {"detail":"Multipart form parse error - the body ends before its last boundary"}"#),
        (FORM, json("--b\r\n:\r\n\r\nx\r\n--b--\r\n"), r#"400 {"detail":"Multipart form parse error - the headers of a part cannot be read"}"#),
        (FORM, part("data", "x").into(), r#"400 {"detail":"Multipart form parse error - the body ends before its last boundary"}"#),
        (FORM, [part("data", "").as_bytes().trim_ascii_end(), b"\r\n\r\n\xff\r\n--b--\r\n"].concat(), r#"400 {"detail":"Multipart form parse error - part 1 is no UTF-8 text"}"#),
        (FORM, (part("n", "x").repeat(1001) + "--b--\r\n").into(), r#"400 {"detail":"Multipart form parse error - more than 1000 parts"}"#),
        // Wrong fields in a form.
        (FORM, json("--b--\r\n"), r#"400 {"data":["This field is required."],"size_inches":["This field is required."]}"#),
        (FORM, (part("data", "x") + &part("size_inches", "1") + &part("size_inches", "99") + "--b--\r\n").into(), r#"400 {"size_inches":["Ensure this value is less than or equal to 15.0."]}"#),
        (FORM, (part("data\"; filename=\"x", "y") + &part("size_inches", "1") + "--b--\r\n").into(), r#"400 {"data":["Not a valid string."]}"#),
        (FORM, (part("data", "x") + &part("size_inches", "1") + &part("eye_outer_frame", "maybe") + &part("gradient_to", "black") + "--b--\r\n").into(), r#"400 {"gradient_from":"gradient_from and gradient_to must be given together.","eye_outer_frame":["Must be a valid boolean."]}"#),
        (FORM, (part("data_type", "wifi") + &part("size_inches", "1") + &part("payload", "{") + "--b--\r\n").into(), r#"400 {"payload":["Value must be valid JSON."]}"#),
    ]
}

#[tokio::test]
async fn every_bad_request_has_its_answer() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    let mut wrong = Vec::new();
    for (content_type, body, expected) in cases() {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = studio.post(&key, content_type, body).await;
        assert_eq!(answer.header("content-type"), "application/json");
        if answer.line() != expected {
            wrong.push(format!(
                "{content_type} {shown}\n     got {}\nexpected {expected}",
                answer.line()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// A body that does not announce its length.
fn chunked(chunk: &'static [u8], count: usize) -> Body {
    let chunks = std::iter::repeat_n(Ok::<_, Infallible>(Bytes::from_static(chunk)), count);
    Body::from_stream(stream::iter(chunks))
}

#[tokio::test]
async fn a_body_that_hides_its_length_is_bounded_all_the_same() {
    let studio = Studio::new().await;
    let key = studio.key(PlanName::Enterprise).await;
    assert_eq!(
        studio.post(&key, JSON, chunked(&[b' '; 1024], 65)).await.line(),
        TOO_LARGE
    );
    assert_eq!(
        studio
            .post(&key, FORM, chunked(&[b'x'; 1 << 16], 129))
            .await
            .line(),
        TOO_LARGE
    );
}

#[tokio::test]
async fn without_a_key_nothing_else_is_judged() {
    let studio = Studio::new().await;
    let expected = r#"401 {"detail":"Invalid or revoked API key."}"#;
    for (content_type, body) in [
        (JSON, vec![b' '; 10_000_000]),
        ("text/plain", b"x".to_vec()),
        (JSON, b"{".to_vec()),
    ] {
        assert_eq!(
            studio.post("smk_wrong", content_type, body).await.line(),
            expected
        );
    }
}
