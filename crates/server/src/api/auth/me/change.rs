//! `PATCH /api/auth/me/`: another name, another address.

use axum::extract::{Request, State};
use qrstudio_store::{ChangeProfile, ProfileChange};
use serde::Serialize;
use utoipa::ToSchema;

use super::Me;
use crate::api::auth::signup::email_taken;
use crate::api::auth::{FieldTexts, letters, proof, rules};
use crate::api::openapi::Throttled;
use crate::app::App;
use crate::auth::{AtLeast, Owner, Session, Viewer};
use crate::body;
use crate::email::{Email, EmailKey};
use crate::error::{Detail, Error, Result};
use crate::fields::{FieldErrors, Fields, Form, Ignored, texts};
use crate::mail::Language;
use crate::reply::Reply;

/// What is to change. What does not come stays.
#[derive(ToSchema)]
#[schema(as = MeChange, examples(
    json!({"name": "Ada King"}),
    json!({"workspace": "Analytical Engines"}),
    json!({"email": "ada.king@example.com", "current_password": "correct horse battery staple"}),
))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// The person's name.
    #[schema(example = "Ada King", min_length = 1, max_length = 150, nullable = false)]
    name: Option<String>,
    /// The workspace's name; for its owner.
    #[schema(min_length = 1, max_length = 150, nullable = false)]
    workspace: Option<String>,
    /// Another address. It needs the password.
    #[schema(nullable = false)]
    email: Option<String>,
    /// The password of today.
    #[schema(nullable = false)]
    current_password: Option<String>,
}

/// The user after the change.
#[derive(Serialize, ToSchema)]
pub(crate) struct Changed {
    #[serde(flatten)]
    me: Me,
    /// The address that a letter was sent to: it becomes the user's when its link is opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_email: Option<String>,
}

/// Change a name or the e-mail
///
/// Where letters can be sent, a new address has to be verified before it takes the place of the old one; elsewhere it
/// does so at once.
#[utoipa::path(
    patch,
    path = "/api/auth/me/",
    tag = "Accounts",
    operation_id = "change_me",
    security(("session" = [])),
    request_body = Body,
    responses(
        Throttled,
        (status = 200, description = "The user and the workspace now", body = Changed),
        (
            status = 400, description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = FieldTexts, example = json!({"current_password": ["Invalid password."]}),
        ),
        (status = 403, description = "The workspace belongs to somebody else", body = Detail,
            example = json!({"detail": "You do not have permission to perform this action."})),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    session: AtLeast<Viewer>,
    request: Request,
) -> Result<Reply<Changed>> {
    let language = Language::of_request(request.headers());
    let fields = body::json_fields(request, app.limits()).await?;
    let (wanted, ignored) = Wanted::read(&fields, &session).map_err(Error::Fields)?;
    if wanted.profile.workspace_name.is_some() {
        session.require::<Owner>()?;
    }
    let access = &session.0;
    let mut profile = wanted.profile;
    let mut pending = None;
    if let Some(email) = wanted.email {
        let credentials = proof::prove(&app, &session, &wanted.current_password).await?;
        let is_the_same = EmailKey::of(email.as_str()) == EmailKey::of(&access.email);
        let email = email.into_string();
        if !app.mailer().is_on() || is_the_same {
            profile.email = Some((email, credentials.epoch));
        } else if app.store().is_email_taken(&email, access.user).await? {
            return Err(email_taken());
        } else {
            pending = Some((credentials, email));
        }
    }
    match app
        .store()
        .change_profile(access.user, access.workspace, profile)
        .await?
    {
        ChangeProfile::Changed => {}
        ChangeProfile::EmailTaken => return Err(email_taken()),
        ChangeProfile::PasswordChanged => return Err(proof::wrong()),
    }
    let mut pending_email = None;
    if let Some((credentials, email)) = pending {
        letters::ask_for_proof(&app, credentials, &email, language).await?;
        pending_email = Some(email);
    }
    let now = app
        .store()
        .session(access.session, access.user)
        .await?
        .ok_or(Error::InvalidToken)?;
    let body = Changed {
        me: Me::of(&now),
        pending_email,
    };
    Ok(Reply::ok(body).ignoring(&ignored))
}

/// The fields as they are wanted.
struct Wanted {
    profile: ProfileChange,
    email: Option<Email>,
    current_password: String,
}

impl Wanted {
    fn read(fields: &Fields, session: &Session) -> Result<(Self, Ignored), FieldErrors> {
        let mut form = Form::of(fields);
        let profile = ProfileChange {
            name: form.optional("name", rules::NAME),
            workspace_name: form.optional("workspace", rules::NAME),
            email: None,
        };
        // The address that the user has anyway needs no password.
        let email = rules::other_email(&mut form).filter(|email| email.as_str() != session.0.email);
        let current_password = form.optional("current_password", rules::PASSWORD);
        if email.is_some() && current_password.is_none() && !form.has_failed("current_password") {
            form.refuse("current_password", [texts::REQUIRED.to_owned()]);
        }
        let ignored = form.finish()?;
        let wanted = Self {
            profile,
            email,
            current_password: current_password.unwrap_or_default(),
        };
        Ok((wanted, ignored))
    }
}
