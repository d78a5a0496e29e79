//! `DELETE /api/auth/me/`: the end of an account.

use axum::extract::{Request, State};
use qrstudio_store::Millis;
use utoipa::ToSchema;

use crate::api::auth::{FieldTexts, proof, rules};
use crate::api::openapi::Throttled;
use crate::app::App;
use crate::auth::{AtLeast, Viewer};
use crate::body;
use crate::error::{Error, Result};
use crate::fields::Form;
use crate::reply::Reply;

/// That it is meant.
#[derive(ToSchema)]
#[schema(as = MeDelete, example = json!({"current_password": "correct horse battery staple"}))]
#[expect(dead_code, reason = "a description: the fields are read one by one")]
pub(crate) struct Body {
    /// The password of today.
    current_password: String,
}

/// Erase the account
///
/// A workspace that has no other owner goes with it: its keys stop working at once. Nothing of it can be had back.
#[utoipa::path(
    delete,
    path = "/api/auth/me/",
    tag = "Accounts",
    operation_id = "delete_me",
    security(("session" = [])),
    request_body = Body,
    responses(
        Throttled,
        (status = 204, description = "There is no such account any more"),
        (
            status = 400, description = "The password is wrong, or the body cannot be read (`detail`)",
            body = FieldTexts, example = json!({"current_password": ["Invalid password."]}),
        ),
    )
)]
pub(crate) async fn delete(
    State(app): State<App>,
    session: AtLeast<Viewer>,
    request: Request,
) -> Result<Reply<()>> {
    let fields = body::json_fields(request, app.limits()).await?;
    let mut form = Form::of(&fields);
    let password = form.required("current_password", rules::PASSWORD);
    let ignored = form.finish().map_err(Error::Fields)?;
    let credentials = proof::prove(&app, &session, &password).await?;
    if app
        .store()
        .delete_account(credentials.user, credentials.epoch, Millis(app.clock().now_ms()))
        .await?
    {
        // Its codes are gone: the very next scan on this node says so.
        app.scans().catch_up().await;
        Ok(Reply::done().ignoring(&ignored))
    } else {
        // The password was changed in the same moment: the one that came is not it any more.
        Err(proof::wrong())
    }
}
