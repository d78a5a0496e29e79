//! The only place where failures become status codes and bodies.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;

use axum::http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, UPGRADE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use qrstudio_store::JobStatus;
use serde::Serialize;
use utoipa::ToSchema;

use crate::capacity::Queue;
use crate::fields::FieldErrors;
use crate::plans::PlanName;

/// What a handler returns.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a request is refused. Each variant is a cause; [`Error::status`] and [`Error::detail`] know its wire form.
#[derive(Debug)]
pub(crate) enum Error {
    /// A missing, malformed, unknown or revoked API key: one answer for all.
    InvalidKey,
    /// The key has made too many requests, until so many seconds from now.
    RateLimited {
        per_minute: u32,
        plan: PlanName,
        retry_after: u64,
    },
    /// No access token where one is wanted.
    NoCredentials,
    /// An access or refresh token that is not ours, was changed, is too old, or was used before; or whose session has
    /// ended: one answer for all.
    InvalidToken,
    /// No such account, or another password: one answer for both.
    WrongCredentials,
    /// The user's role in the workspace does not suffice.
    RoleTooLow,
    /// The operator makes the accounts here.
    SignUpClosed,
    /// Letters can be sent, and the owner has not shown yet that the address is theirs.
    EmailNotVerified,
    /// Too many tries; the next one so many seconds from now.
    Throttled { retry_after: u64 },
    /// No such path.
    NotFound,
    /// The path is there, the method is not.
    MethodNotAllowed(Method),
    /// The request came over a wire that anybody may read.
    HttpsRequired,
    /// The body is over the limit of its kind.
    TooLarge,
    /// The body is of a kind that this path does not take.
    UnsupportedMediaType(String),
    /// The body is no JSON: what is wrong, and where.
    Json(String),
    /// The body is no multipart form: what is wrong.
    Multipart(String),
    /// The body ended before its announced length: the client went away.
    BodyEndedEarly,
    /// The body arrived below the pace that a client has to keep.
    BodyTooSlow,
    /// The `Idempotency-Key` is none.
    BadIdempotencyKey,
    /// The first request with this `Idempotency-Key` has no answer yet.
    RequestInProgress,
    /// The `Idempotency-Key` came with another body before.
    OtherRequestBody,
    /// The answer to this `Idempotency-Key` was too large to be kept for so long.
    AnswerExpired,
    /// Fields are wrong: the contract's object of field name to texts, all at once.
    Fields(FieldErrors),
    /// Items of a batch are wrong, by their index; so many had been rendered when that came up.
    Items {
        errors: BTreeMap<usize, String>,
        rendered: usize,
    },
    /// The plan has no batches.
    PlanBulk(PlanName),
    /// As many jobs of the workspace are unfinished as may be.
    TooManyJobs(u32),
    /// A job has no archive, or none yet.
    NoArchive(JobStatus),
    /// A batch would take longer than anybody waits, or more than the spool has room for.
    BatchTooLarge,
    /// The spool or its disk is full.
    SpoolFull(String),
    /// The size is beyond the plan.
    PlanSize(PlanName, u32),
    /// The resolution is beyond the plan.
    PlanDpi(PlanName, u32),
    /// As many dynamic codes are active as the plan allows.
    PlanActiveCodes(PlanName, u64),
    /// The plan has no variants.
    PlanVariants(PlanName),
    /// The plan has no webhooks.
    PlanWebhooks(PlanName),
    /// The plan's changes of a code's destination are used, and there are no credits.
    EditsUsed { plan: PlanName, allowed: u64, used: u64 },
    /// The operator has blocked the destination.
    BlockedDestination,
    /// A list has no such page.
    InvalidPage,
    /// The plan allows no logos.
    PlanLogo(PlanName),
    /// The plan allows no pictures under the modules.
    PlanBackground(PlanName),
    /// The month's renders are used up, until so many seconds from now.
    QuotaExceeded {
        quota: u64,
        plan: PlanName,
        retry_after: u64,
    },
    /// More work of a kind waits than may.
    Overloaded(Queue),
    /// The database is away for the moment.
    StoreAway(String),
    /// Nobody waits for the answer any more, or the service stops.
    Cancelled,
    /// A mistake of ours. The cause goes to the log and nowhere else.
    Internal(String),
}

impl Error {
    /// A failure that nothing in the request explains.
    pub(crate) fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// What a handler panicked with.
    pub(crate) fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .copied()
            .or(panic.downcast_ref::<String>().map(String::as_str));
        Self::Internal(format!("panicked: {}", text.unwrap_or("without a text")))
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::Json(_)
            | Self::Multipart(_)
            | Self::BodyEndedEarly
            | Self::BadIdempotencyKey
            | Self::Fields(_) => StatusCode::BAD_REQUEST,
            Self::RequestInProgress | Self::OtherRequestBody | Self::AnswerExpired | Self::NoArchive(_) => {
                StatusCode::CONFLICT
            }
            Self::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::InvalidKey | Self::NoCredentials | Self::InvalidToken | Self::WrongCredentials => {
                StatusCode::UNAUTHORIZED
            }
            Self::PlanSize(..)
            | Self::PlanDpi(..)
            | Self::PlanBulk(_)
            | Self::PlanActiveCodes(..)
            | Self::PlanVariants(_)
            | Self::PlanWebhooks(_)
            | Self::PlanLogo(_)
            | Self::PlanBackground(_)
            | Self::RoleTooLow
            | Self::SignUpClosed
            | Self::EmailNotVerified => StatusCode::FORBIDDEN,
            Self::NotFound | Self::InvalidPage => StatusCode::NOT_FOUND,
            Self::EditsUsed { .. } => StatusCode::PAYMENT_REQUIRED,
            Self::BlockedDestination => StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::HttpsRequired => StatusCode::UPGRADE_REQUIRED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::QuotaExceeded { .. }
            | Self::RateLimited { .. }
            | Self::Throttled { .. }
            | Self::TooManyJobs(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Items { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Overloaded(_)
            | Self::StoreAway(_)
            | Self::BatchTooLarge
            | Self::SpoolFull(_)
            | Self::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The text under `detail`; field errors have a shape of their own.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::InvalidKey => "Invalid or revoked API key.".to_owned(),
            Self::NoCredentials => "Authentication credentials were not provided.".to_owned(),
            Self::InvalidToken => "Token is invalid or expired.".to_owned(),
            Self::WrongCredentials => "No active account found with the given credentials.".to_owned(),
            Self::RoleTooLow => "You do not have permission to perform this action.".to_owned(),
            Self::SignUpClosed => "Sign-up is closed.".to_owned(),
            Self::EmailNotVerified => {
                "Verify your email address before rendering. Signing in sends the link again.".to_owned()
            }
            Self::Throttled { retry_after: 1 } => {
                "Request was throttled. Expected available in 1 second.".to_owned()
            }
            Self::Throttled { retry_after } => {
                format!("Request was throttled. Expected available in {retry_after} seconds.")
            }
            Self::NotFound => "Not found.".to_owned(),
            Self::MethodNotAllowed(method) => format!("Method \"{method}\" not allowed."),
            Self::HttpsRequired => "HTTPS is required.".to_owned(),
            Self::TooLarge => "Request body too large.".to_owned(),
            Self::UnsupportedMediaType(kind) => format!("Unsupported media type \"{kind}\" in request."),
            Self::Json(what) => format!("JSON parse error - {what}"),
            Self::Multipart(what) => format!("Multipart form parse error - {what}"),
            Self::BodyEndedEarly => "The request body ended early.".to_owned(),
            Self::BodyTooSlow => "The request body arrived too slowly.".to_owned(),
            Self::BadIdempotencyKey => {
                "Idempotency-Key must be 1 to 255 visible ASCII characters.".to_owned()
            }
            Self::RequestInProgress => "A request with this Idempotency-Key is still in progress.".to_owned(),
            Self::OtherRequestBody => {
                "Idempotency-Key was already used with a different request body.".to_owned()
            }
            Self::AnswerExpired => "The stored answer has expired.".to_owned(),
            Self::Fields(_) | Self::Items { .. } => String::new(),
            Self::PlanBulk(plan) => {
                format!("Plan '{plan}' doesn't include bulk generation. Upgrade to Starter or higher.")
            }
            Self::TooManyJobs(most) => {
                format!("This workspace has {most} unfinished jobs. Wait for one of them, or cancel one.")
            }
            Self::NoArchive(JobStatus::Failed) => "This job has failed: there is no archive.".to_owned(),
            Self::NoArchive(status) => {
                format!(
                    "This job is {}: its archive is there when it is done.",
                    status.as_str()
                )
            }
            Self::BatchTooLarge => {
                "This batch is too large to answer at once. Send fewer items or use Prefer: \
                 respond-async."
                    .to_owned()
            }
            Self::PlanSize(plan, most) => {
                format!("Plan '{plan}' allows up to {most}\". Upgrade for larger sizes.")
            }
            Self::PlanDpi(plan, most) => {
                format!("Plan '{plan}' caps DPI at {most}. Upgrade for higher resolution.")
            }
            Self::PlanActiveCodes(plan, most) => {
                format!(
                    "Plan '{plan}' allows {most} active dynamic {}. Pause one or upgrade.",
                    several(*most, "QR")
                )
            }
            Self::PlanVariants(plan) => {
                format!("Plan '{plan}' doesn't include A/B variants. Upgrade to Pro or higher.")
            }
            Self::PlanWebhooks(plan) => {
                format!("Plan '{plan}' doesn't include webhooks. Upgrade to Pro or higher.")
            }
            Self::EditsUsed { plan, allowed, used } => format!(
                "Plan '{plan}' allows {allowed} destination {} per dynamic QR. This QR has been edited {used} time(s) already. \
                 Upgrade to Starter ($7/mo) or higher for unlimited edits, or buy a credit pack.",
                several(*allowed, "edit")
            ),
            Self::BlockedDestination => {
                "The operator of this service has blocked this destination.".to_owned()
            }
            Self::InvalidPage => "Invalid page.".to_owned(),
            Self::PlanLogo(plan) => format!("Plan '{plan}' doesn't support custom logos."),
            Self::PlanBackground(plan) => format!("Plan '{plan}' doesn't support background images."),
            Self::RateLimited { per_minute, plan, .. } => {
                format!("Rate limit of {per_minute} requests per minute exceeded for plan '{plan}'.")
            }
            Self::QuotaExceeded { quota, plan, .. } => {
                format!("Monthly quota of {quota} exceeded for plan '{plan}'.")
            }
            Self::Overloaded(queue) => format!("Too many {} are waiting. Try again shortly.", queue.name()),
            Self::StoreAway(_) | Self::SpoolFull(_) | Self::Cancelled => {
                "The service is temporarily unavailable. Try again shortly.".to_owned()
            }
            Self::Internal(_) => "Render engine failure. Retry once or contact support.".to_owned(),
        }
    }

    /// The body: an object, in one of the contract's three shapes.
    pub(crate) fn body(&self) -> String {
        let body = match self {
            Self::Fields(fields) => serde_json::to_string(fields),
            Self::Items { errors, rendered } => serde_json::to_string(&ItemErrors {
                errors,
                rendered_before_failure: *rendered,
            }),
            _ => serde_json::to_string(&Detail {
                detail: self.detail(),
            }),
        };
        // All are objects of texts, which always have a JSON form.
        body.unwrap_or_default()
    }

    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::QuotaExceeded { retry_after, .. }
            | Self::RateLimited { retry_after, .. }
            | Self::Throttled { retry_after } => Some(*retry_after),
            Self::Overloaded(_) | Self::RequestInProgress => Some(1),
            Self::StoreAway(_) | Self::Cancelled | Self::TooManyJobs(_) => Some(5),
            Self::BatchTooLarge | Self::SpoolFull(_) => Some(60),
            _ => None,
        }
    }

    /// What a client has to show, on a 401.
    fn challenge(&self) -> Option<&'static str> {
        match self {
            Self::InvalidKey => Some("ApiKey realm=\"api\""),
            Self::NoCredentials | Self::WrongCredentials => Some("Bearer realm=\"api\""),
            Self::InvalidToken => Some("Bearer realm=\"api\", error=\"invalid_token\""),
            _ => None,
        }
    }

    /// Causes that clients never see; the request's id stands on the line through its span.
    fn log(&self) {
        match self {
            Self::Internal(cause) => tracing::error!(%cause, "request failed"),
            Self::StoreAway(cause) => tracing::error!(%cause, "the store is away"),
            Self::SpoolFull(cause) => tracing::error!(%cause, "the spool is full"),
            Self::Overloaded(queue) => tracing::warn!(queue = queue.name(), "too much waits; refused one"),
            _ => {}
        }
    }
}

/// A noun as it stands behind a number.
fn several(number: u64, noun: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{noun}{end}")
}

/// The body of an error that concerns items of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ItemErrors<'a> {
    /// Every item that fails, by its index in `items`, with all that is wrong with it.
    #[schema(value_type = Object)]
    errors: &'a BTreeMap<usize, String>,
    /// How many items had been rendered when the first failure came up: 0 where checking the items found it.
    #[schema(example = 0)]
    rendered_before_failure: usize,
}

/// The body of an error that concerns the whole request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Detail {
    /// What is wrong, in a fixed text.
    #[schema(example = "Invalid or revoked API key.")]
    pub(crate) detail: String,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let body = self.body();
        let mut response = (self.status(), [(CONTENT_TYPE, "application/json")], body).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after() {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        if let Some(challenge) = self.challenge() {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if matches!(self, Self::HttpsRequired) {
            headers.insert(UPGRADE, HeaderValue::from_static("TLS/1.2, HTTP/1.1"));
            headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        }
        if matches!(self, Self::BodyTooSlow | Self::BodyEndedEarly) {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}

/// The answer to a path that exists under other methods; axum adds the `Allow` header.
pub(crate) async fn method_not_allowed(method: Method) -> Error {
    Error::MethodNotAllowed(method)
}

/// The answer to a path that does not exist.
pub(crate) async fn not_found() -> Error {
    Error::NotFound
}
