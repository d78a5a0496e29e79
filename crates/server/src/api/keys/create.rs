//! `POST /api/v1/keys/`: a further key.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use qrstudio_store::{KeyId, Millis, PlanName, WorkspaceRef};
use utoipa::ToSchema;

use super::{NewKey, PATH};
use crate::api::generate::schema::BadRequest;
use crate::app::App;
use crate::auth::{Admin, AtLeast, Session};
use crate::body::{self, Gathered};
use crate::error::{Detail, Error, Result};
use crate::fields::{self, FieldErrors, Fields, Ignored, TextRule, Value};
use crate::idempotency::{self, Held, IdempotencyKey};
use crate::keys::RawKey;
use crate::plans;
use crate::reply::Reply;

/// The key that is wanted.
#[derive(ToSchema)]
#[schema(as = KeyRequest, examples(
    json!({"name": "shop"}),
    json!({"name": "kiosk", "plan": "free"}),
))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// What to call it.
    #[schema(example = "shop", min_length = 1, max_length = 100)]
    name: String,
    /// Holds the key to this plan's size, resolution and requests a minute. At most the workspace's plan; without it, the
    /// key follows the workspace's.
    #[schema(example = "free", pattern = "^(free|starter|pro|agency|enterprise)$")]
    plan: Option<String>,
}

/// Make a key
///
/// For owners and admins. The answer is the only one that shows the key. Quota and credits are the workspace's, whatever
/// the key's plan.
#[utoipa::path(
    post,
    path = "/api/v1/keys/",
    tag = "Keys",
    operation_id = "create_key",
    security(("session" = [])),
    params(("Idempotency-Key" = Option<String>, Header, min_length = 1, max_length = 255,
        description = "Of requests with the same key and body, within a day, one makes a key; the others get its answer. \
            A UUID is usual.")),
    request_body = Body,
    responses(
        (
            status = 201, description = "The key, shown this once", body = NewKey,
            headers(("Idempotent-Replayed" = String, description = "`true` when this is the answer to an earlier request with this `Idempotency-Key`")),
        ),
        (
            status = 400, description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = BadRequest,
            example = json!({"name": "Required.", "plan": "Plan 'pro' exceeds your subscription tier 'starter'."}),
        ),
        (status = 403, description = "Keys are made by owners and admins", body = Detail,
            example = json!({"detail": "You do not have permission to perform this action."})),
        (
            status = 409, description = "The `Idempotency-Key` was used before: with another body, or for a request that \
                has no answer yet", body = Detail,
            headers(("Retry-After" = u64, description = "Seconds, while the first request has no answer")),
            example = json!({"detail": "A request with this Idempotency-Key is still in progress."}),
        ),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    session: AtLeast<Admin>,
    request: Request,
) -> Result<Response> {
    let name = IdempotencyKey::of(request.headers());
    let Gathered { print, fields } = body::gather_json(request, app.limits()).await?;
    let make = |held| make(&app, &session, fields, held);
    idempotency::once(&app, session.0.workspace, PATH, name?, &print, make).await
}

async fn make(app: &App, session: &Session, fields: Result<Fields>, held: Option<Held>) -> Result<Response> {
    let tier = session.0.plan;
    let (wanted, ignored) = Wanted::read(&fields?, tier).map_err(Error::Fields)?;
    let raw = RawKey::draw(app.entropy());
    let row = raw.row(&wanted.name, wanted.plan, Millis(app.clock().now_ms()));
    let workspace = WorkspaceRef::Id(session.0.workspace);
    let plan = plans::lower(wanted.plan, tier);
    let reply = move |id: &KeyId| {
        Reply::new(
            StatusCode::CREATED,
            NewKey::of(*id, wanted.name.clone(), &raw, plan),
        )
        .ignoring(&ignored)
    };
    let store = app.store();
    let made = match held {
        None => store.create_key(workspace, row).await?,
        Some(held) => {
            let keep = held.keep_reply(reply.clone());
            idempotency::done(store.create_kept_key(workspace, row, keep).await?)?
        }
    };
    // The workspace went in the same moment, and its sessions with it.
    made.map(|id| reply(&id).into_response())
        .ok_or(Error::InvalidToken)
}

const NAME: TextRule = TextRule {
    keeps_blanks: false,
    longest: Some(100),
};

/// The fields as they are wanted.
struct Wanted {
    name: String,
    plan: Option<PlanName>,
}

impl Wanted {
    fn read(fields: &Fields, tier: PlanName) -> Result<(Self, Ignored), FieldErrors> {
        let mut errors = FieldErrors::default();
        let wanted = Self {
            name: name(fields.get("name"), &mut errors),
            plan: plan(fields.get("plan"), tier, &mut errors),
        };
        if errors.is_empty() {
            Ok((wanted, fields.unknown(&["name", "plan"])))
        } else {
            Err(errors)
        }
    }
}

/// Nothing in any form (absent, null, blanks) gets one text.
fn name(given: Option<Value<'_>>, errors: &mut FieldErrors) -> String {
    let is_nothing = match &given {
        None | Some(Value::Null) => true,
        Some(Value::Text(text)) => text.trim().is_empty(),
        Some(_) => false,
    };
    match given
        .filter(|_| !is_nothing)
        .map(|value| fields::text(&value, NAME))
    {
        Some(Ok(name)) => return name,
        Some(Err(texts)) => errors.add_all("name", texts),
        None => errors.add_domain("name", "Required."),
    }
    String::new()
}

/// Null says the same as nothing: the workspace's plan.
fn plan(given: Option<Value<'_>>, tier: PlanName, errors: &mut FieldErrors) -> Option<PlanName> {
    let given = given.filter(|value| !matches!(value, Value::Null))?;
    match fields::choice(&given, &PlanName::ALL.map(|plan| (plan.as_str(), plan))) {
        Ok(plan) if plan > tier => {
            let text = format!("Plan '{plan}' exceeds your subscription tier '{tier}'.");
            errors.add_domain("plan", text);
            None
        }
        Ok(plan) => Some(plan),
        Err(texts) => {
            errors.add_all("plan", texts);
            None
        }
    }
}
