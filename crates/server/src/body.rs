//! From the bytes of a request to its fields: JSON or a multipart form, within the limit of its kind.

use std::borrow::Cow;
use std::error::Error as StdError;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use multer::Multipart;
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::fields::{BodyError, Fields, Upload};
use crate::idempotency::{FormPrint, Print};
use crate::limits::Limits;
use crate::listener::BodyError as RequestBodyError;
use crate::render::FILE_FIELDS;

/// More parts than any request has, and few enough to hold.
const MOST_PARTS: usize = 1000;

/// What a body claims to be.
enum Kind {
    Json,
    Multipart { boundary: String },
}

/// Reads the fields of JSON alone: first size and type, then the body.
pub(crate) async fn json_fields(request: Request, limits: &Limits) -> Result<Fields> {
    gather_json(request, limits).await?.fields
}

/// The same, for who has to know the body before its faults.
///
/// # Errors
/// Size and type; and bodies that did not arrive.
pub(crate) async fn gather_json(request: Request, limits: &Limits) -> Result<Gathered> {
    let (parts, body) = request.into_parts();
    if u64::try_from(limits.json_bytes).is_ok_and(|limit| body.size_hint().lower() > limit) {
        return Err(Error::TooLarge);
    }
    match kind(&parts.headers)? {
        Kind::Json => Ok(Gathered::of_json(collect(body, limits.json_bytes).await?)),
        Kind::Multipart { .. } => Err(unsupported(&parts.headers)),
    }
}

/// The same where there need be no body: without one, no field came, whatever type it claims.
///
/// # Errors
/// Those of [`gather_json`].
pub(crate) async fn gather_optional_json(request: Request, limits: &Limits) -> Result<Gathered> {
    if request.body().is_end_stream() {
        return Ok(Gathered::of_json(Bytes::from_static(b"{}")));
    }
    gather_json(request, limits).await
}

/// The bytes of a JSON body of at most `limit` bytes, for who reads it piece by piece; `None` where it is `wanted` no
/// further than its size and type.
///
/// # Errors
/// Size and type; and bodies that did not arrive.
pub(crate) async fn json_bytes(request: Request, limit: usize, wanted: bool) -> Result<Option<Bytes>> {
    let (parts, mut body) = request.into_parts();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > limit {
        return Err(Error::TooLarge);
    }
    let Kind::Json = kind(&parts.headers)? else {
        return Err(unsupported(&parts.headers));
    };
    if !wanted {
        return Ok(None);
    }
    // Gathered in one place: putting the pieces together at the end would take the room twice.
    let mut whole = BytesMut::with_capacity(announced);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|error| broken(&error))?.into_data() else {
            continue;
        };
        if whole.len() + data.len() > limit {
            return Err(Error::TooLarge);
        }
        whole.extend_from_slice(&data);
    }
    Ok(Some(whole.freeze()))
}

/// The print of a body that nothing is read from, of whatever type.
///
/// # Errors
/// Size; and bodies that did not arrive.
pub(crate) async fn print(request: Request, limits: &Limits) -> Result<Print> {
    let body = collect(request.into_body(), limits.json_bytes).await?;
    Ok(Print::Json(body))
}

/// A body that was read whole, whatever it holds.
pub(crate) struct Gathered {
    /// Tells this body from others.
    pub(crate) print: Print,
    /// Its fields, or why there are none.
    pub(crate) fields: Result<Fields>,
}

impl Gathered {
    fn of_json(body: Bytes) -> Self {
        Self {
            fields: json(&body),
            print: Print::Json(body),
        }
    }
}

/// Reads the fields of JSON or a form: first size and type, then the body.
pub(crate) async fn fields(request: Request, limits: &Limits) -> Result<Fields> {
    gather(request, limits).await?.fields
}

/// The same, for who has to know the body before its faults.
///
/// # Errors
/// Size and type; and bodies that did not arrive.
pub(crate) async fn gather(request: Request, limits: &Limits) -> Result<Gathered> {
    let (parts, body) = request.into_parts();
    let announced = body.size_hint().lower();
    let over = |limit: usize| u64::try_from(limit).is_ok_and(|limit| announced > limit);
    if over(limits.json_bytes.max(limits.multipart_bytes)) {
        return Err(Error::TooLarge);
    }
    match kind(&parts.headers)? {
        Kind::Json if over(limits.json_bytes) => Err(Error::TooLarge),
        Kind::Json => Ok(Gathered::of_json(collect(body, limits.json_bytes).await?)),
        Kind::Multipart { boundary } => {
            let mut print = FormPrint::default();
            let fields = multipart(body, boundary, limits.multipart_bytes, &mut print).await;
            match fields {
                Err(error) if !matches!(error, Error::Multipart(_)) => Err(error),
                fields => Ok(Gathered {
                    print: print.finish(fields.is_ok()),
                    fields,
                }),
            }
        }
    }
}

fn content_type(headers: &HeaderMap) -> Cow<'_, str> {
    headers
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .unwrap_or_default()
}

fn unsupported(headers: &HeaderMap) -> Error {
    Error::UnsupportedMediaType(content_type(headers).chars().take(100).collect())
}

fn kind(headers: &HeaderMap) -> Result<Kind> {
    let given = content_type(headers);
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(Kind::Json)
    } else if essence.eq_ignore_ascii_case("multipart/form-data") {
        let boundary = multer::parse_boundary(&*given)
            .map_err(|_| Error::Multipart("the Content-Type names no boundary".to_owned()))?;
        Ok(Kind::Multipart { boundary })
    } else {
        Err(unsupported(headers))
    }
}

async fn collect(body: Body, limit: usize) -> Result<Bytes> {
    match Limited::new(body, limit).collect().await {
        Ok(whole) => Ok(whole.to_bytes()),
        Err(error) => Err(broken(&*error)),
    }
}

fn json(body: &[u8]) -> Result<Fields> {
    Fields::from_json(body).map_err(|error| match error {
        BodyError::Syntax(what) => Error::Json(what),
        BodyError::Shape(errors) => Error::Fields(errors),
    })
}

async fn multipart(body: Body, boundary: String, limit: usize, print: &mut FormPrint) -> Result<Fields> {
    let mut form = Multipart::new(Limited::new(body, limit).into_data_stream(), boundary);
    let mut fields = Fields::new();
    let mut parts = 0;
    while let Some(mut part) = form.next_field().await.map_err(unreadable)? {
        parts += 1;
        if parts > MOST_PARTS {
            return Err(Error::Multipart(format!("more than {MOST_PARTS} parts")));
        }
        let Some(name) = part.name().map(str::to_owned) else {
            continue;
        };
        // Some programs send a file without a name; a form's empty input has neither name nor bytes.
        let file_name = part.file_name().map(str::to_owned);
        if file_name.is_some() || FILE_FIELDS.contains(&name.as_str()) {
            let (mut hash, mut kept) = (Sha256::new(), BytesMut::new());
            while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
                hash.update(&chunk);
                let room = Upload::KEPT - kept.len();
                kept.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            }
            print.file(&name, hash);
            if !kept.is_empty() || file_name.is_some_and(|name| !name.is_empty()) {
                fields.set_file(name, Upload::new(kept.freeze()));
            }
        } else {
            let bytes = part.bytes().await.map_err(unreadable)?;
            print.text(&name, &bytes);
            match String::from_utf8(bytes.into()) {
                Ok(text) => fields.set_text(name, text),
                Err(_) => return Err(Error::Multipart(format!("part {parts} is no UTF-8 text"))),
            }
        }
    }
    Ok(fields)
}

/// Why a form cannot be read: its own fault, or that of the body that carries it.
fn unreadable(error: multer::Error) -> Error {
    match error {
        multer::Error::StreamReadFailed(cause) => broken(&*cause),
        multer::Error::IncompleteStream | multer::Error::IncompleteFieldData { .. } => {
            Error::Multipart("the body ends before its last boundary".to_owned())
        }
        multer::Error::IncompleteHeaders | multer::Error::ReadHeaderFailed(_) => {
            Error::Multipart("the headers of a part cannot be read".to_owned())
        }
        // The other texts repeat what the client sent.
        _ => Error::Multipart("the body is no multipart form".to_owned()),
    }
}

/// Why a body ended early: it is over the limit, or the client went away or became too slow, and reads no answer.
fn broken(error: &(dyn StdError + 'static)) -> Error {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Error::TooLarge;
        }
        if let Some(RequestBodyError::TooSlow) = error.downcast_ref() {
            return Error::BodyTooSlow;
        }
        cause = error.source();
    }
    Error::BodyEndedEarly
}
