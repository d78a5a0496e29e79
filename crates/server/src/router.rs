//! Every route on one page.

use axum::Router;
use axum::routing::get;
use tower::layer::layer_fn;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::api::{
    account, auth, docs, dynamic, generate, health, home, jobs, keys, openapi, status, usage, usage_me,
    validate, webhooks,
};
use crate::app::App;
use crate::error::{method_not_allowed, not_found};
use crate::middleware::{NoteRoute, Shell};
use crate::scan::Front;

/// The whole service, ready for a listener or for a test. Scans, `/q/{short_id}/`, do not come to the router: `scan/front.rs` takes
/// them before.
#[must_use]
pub fn service(app: App) -> Front {
    let (api, document) = api().split_for_parts();
    let document = openapi::Document::new(document, &app);
    let router = Router::new()
        .merge(api.with_state(app.clone()))
        .route("/", get(home::page).with_state(app.clone()))
        .route("/account/verify/", get(account::verify).with_state(app.clone()))
        .route("/account/reset/", get(account::reset).with_state(app.clone()))
        .route("/account/account.css", get(account::style))
        .route("/account/account.js", get(account::script))
        .route("/docs/", get(docs::page))
        .route("/docs/start.js", get(docs::start))
        .route("/docs/scalar-1.46.4.js", get(docs::script))
        .route("/api/openapi.json", get(openapi::show).with_state(document))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(layer_fn(NoteRoute));
    Front::new(app.scans().clone(), Shell::new(router, app))
}

/// The documented part: paths in their canonical form, with the slash.
fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::base())
        .routes(routes!(generate::create))
        .routes(routes!(generate::bulk::create))
        .routes(routes!(jobs::show::show, jobs::cancel::cancel))
        .routes(routes!(jobs::result::download))
        .routes(routes!(validate::judge))
        .routes(routes!(usage::show))
        .routes(routes!(usage_me::show))
        .routes(routes!(keys::list::list, keys::create::create))
        .routes(routes!(keys::revoke::revoke))
        .routes(routes!(keys::rotate::rotate))
        .routes(routes!(dynamic::list::list, dynamic::create::create))
        .routes(routes!(
            dynamic::show::show,
            dynamic::change::change,
            dynamic::delete::delete
        ))
        .routes(routes!(dynamic::analytics::show))
        .routes(routes!(webhooks::list::list, webhooks::create::create))
        .routes(routes!(
            webhooks::show::show,
            webhooks::change::change,
            webhooks::delete::delete
        ))
        .routes(routes!(webhooks::rotate::rotate))
        .routes(routes!(webhooks::test::test))
        .routes(routes!(webhooks::deliveries::list))
        .routes(routes!(webhooks::redeliver::redeliver))
        .routes(routes!(auth::signup::create))
        .routes(routes!(auth::login::create))
        .routes(routes!(auth::refresh::create))
        .routes(routes!(auth::logout::create))
        .routes(routes!(
            auth::me::show::show,
            auth::me::change::change,
            auth::me::delete::delete
        ))
        .routes(routes!(auth::password::change::create))
        .routes(routes!(auth::password::reset::create))
        .routes(routes!(auth::password::confirm::create))
        .routes(routes!(auth::verify_email::create))
        .routes(routes!(health::show))
        .routes(routes!(status::show))
}
