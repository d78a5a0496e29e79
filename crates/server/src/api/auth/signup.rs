//! `POST /api/auth/signup/`: an account of one's own.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use qrstudio_store::{Millis, NewAccount, SignUp, SigningUp};
use serde::Serialize;
use utoipa::ToSchema;

use super::letters::Prepared;
use super::me::{User, Workspace};
use super::{FieldTexts, rules};
use crate::api::openapi::Throttled;
use crate::app::App;
use crate::attempts::Try;
use crate::auth::{RefreshToken, TokenPair};
use crate::body;
use crate::client::ClientNetwork;
use crate::config;
use crate::email::EmailKey;
use crate::error::{Detail, Error, Result};
use crate::fields::{FieldErrors, Fields, Form, Ignored, TextRule};
use crate::mail::Language;
use crate::reply::Reply;

/// Who signs up.
#[derive(ToSchema)]
#[schema(
    as = SignupRequest,
    example = json!({"email": "ada@example.com", "password": "correct horse battery staple", "name": "Ada Lovelace"}),
)]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// The address to sign in with; unique without regard to letter case.
    #[schema(example = "ada@example.com")]
    email: String,
    /// 10 to 128 characters, not among the common ones, not the e-mail.
    #[schema(example = "correct horse battery staple", min_length = 10, max_length = 128)]
    password: String,
    /// The person's name.
    #[schema(example = "Ada Lovelace", min_length = 1, max_length = 150)]
    name: String,
    /// The workspace's name; without it, the person's.
    #[schema(
        example = "Analytical Engines",
        min_length = 1,
        max_length = 150,
        nullable = false
    )]
    workspace: Option<String>,
    /// Who sent them, for the operator's eyes.
    #[schema(min_length = 1, max_length = 64, nullable = false)]
    referral_code: Option<String>,
}

/// The account that was made, signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct SignedUp {
    user: User,
    workspace: Workspace,
    #[serde(flatten)]
    tokens: TokenPair,
}

/// Make an account
///
/// It comes with a workspace on the default plan, and is signed in. Where letters can be sent, one asks for a proof of
/// the address; until then nothing can be rendered.
#[utoipa::path(
    post,
    path = "/api/auth/signup/",
    tag = "Accounts",
    operation_id = "signup",
    request_body = Body,
    responses(
        Throttled,
        (status = 201, description = "The account, signed in", body = SignedUp),
        (
            status = 400, description = "Fields are wrong (each with its texts), or the body cannot be read (`detail`)",
            body = FieldTexts, example = json!({"email": ["A user with this email already exists."]}),
        ),
        (status = 403, description = "The operator makes the accounts here", body = Detail,
            example = json!({"detail": "Sign-up is closed."})),
    )
)]
pub(crate) async fn create(
    State(app): State<App>,
    network: ClientNetwork,
    request: Request,
) -> Result<Reply<SignedUp>> {
    if app.config().signup == config::SignUp::Closed {
        return Err(Error::SignUpClosed);
    }
    app.attempts()
        .count(Try::SignUp, &network, app.clock().monotonic())?;
    let language = Language::of_request(request.headers());
    let fields = body::json_fields(request, app.limits()).await?;
    let (wanted, ignored) = Wanted::read(&fields).map_err(Error::Fields)?;
    let now = Millis(app.clock().now_ms());
    let refresh = RefreshToken::draw(app.entropy());
    let letter = Prepared::proof(&app, &wanted.email, language);
    let account = NewAccount {
        password_hash: app.hasher().hash(&wanted.password, app.entropy()).await?,
        email: wanted.email,
        workspace: wanted.workspace,
        name: wanted.name,
        plan: app.config().default_plan,
        key: None,
        at: now,
    };
    let (user, workspace) = (User::new(&account), Workspace::new(&account));
    let device = EmailKey::of(&account.email);
    let signing_up = SigningUp {
        account,
        referral_code: wanted.referral_code,
        session: refresh.session(now),
        proof: letter.as_ref().map(|letter| letter.token.clone()),
    };
    let done = match app.store().sign_up(signing_up).await? {
        SignUp::Done(done) => done,
        SignUp::EmailTaken => return Err(email_taken()),
    };
    if let Some(letter) = letter {
        letter.post(&app);
    }
    let body = SignedUp {
        user: user.numbered(done.account.user),
        workspace: workspace.numbered(done.account.workspace),
        tokens: TokenPair::of(&app, done.session, &refresh),
    };
    let cookie = app.device_cookie(&device);
    Ok(Reply::new(StatusCode::CREATED, body)
        .ignoring(&ignored)
        .with(SET_COOKIE, cookie))
}

/// The answer to an address that another user has.
pub(super) fn email_taken() -> Error {
    let mut errors = FieldErrors::default();
    errors.add("email", "A user with this email already exists.");
    Error::Fields(errors)
}

/// The fields as they are wanted.
struct Wanted {
    email: String,
    password: String,
    name: String,
    workspace: String,
    referral_code: Option<String>,
}

impl Wanted {
    fn read(fields: &Fields) -> Result<(Self, Ignored), FieldErrors> {
        const REFERRAL_CODE: TextRule = TextRule {
            keeps_blanks: false,
            longest: Some(64),
        };
        let mut form = Form::of(fields);
        let email = rules::new_email(&mut form);
        let password = rules::new_password(&mut form, "password", email.as_ref());
        let name = form.required("name", rules::NAME);
        let workspace = form.optional("workspace", rules::NAME);
        let referral_code = form.optional("referral_code", REFERRAL_CODE);
        let ignored = form.finish()?;
        let wanted = Self {
            email: email.map(crate::email::Email::into_string).unwrap_or_default(),
            password,
            workspace: workspace.unwrap_or_else(|| name.clone()),
            name,
            referral_code,
        };
        Ok((wanted, ignored))
    }
}
