//! `GET /api/v1/dynamic/`: the codes of the workspace, a page at a time.

use axum::extract::State;
use qrstudio_store::{AsOf, CodeId, CodeOrder, ListCodes};
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};

use super::PATH;
use super::object::CodeObject;
use crate::api::generate::schema::BadRequest;
use crate::app::App;
use crate::auth::{AtLeast, Viewer};
use crate::error::{Detail, Error, Result};
use crate::fields::{self, FieldErrors, TextRule, Value};
use crate::page::{Page, PageOf, Query};
use crate::reply::Reply;

const ORDERS: [(&str, CodeOrder); 6] = [
    ("-created_at", CodeOrder::NewestFirst),
    ("created_at", CodeOrder::OldestFirst),
    ("name", CodeOrder::Name),
    ("-name", CodeOrder::NameDescending),
    ("updated_at", CodeOrder::Updated),
    ("-updated_at", CodeOrder::UpdatedDescending),
];
const SEARCH: TextRule = TextRule {
    keeps_blanks: false,
    longest: Some(200),
};

/// Which codes are asked for.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "a description: the parameters are read one by one")]
pub(crate) struct Parameters {
    /// The page.
    #[param(minimum = 1, default = 1, example = 1)]
    page: Option<u64>,
    /// Codes a page: 1 to 100. More than 100 is 100; what is no such number is 25.
    #[param(schema_with = page_size)]
    page_size: Option<u32>,
    /// Only codes whose name, destination or short id contains this; letter case does not count.
    #[param(max_length = 200, example = "menu")]
    search: Option<String>,
    /// Only active codes, or only paused ones.
    #[param(example = true)]
    is_active: Option<bool>,
    /// `created_at`, `updated_at` or `name`; with `-` before it, backwards.
    #[param(
        default = "-created_at",
        example = "name",
        pattern = "^(\\s*|-?(created_at|updated_at|name))$"
    )]
    ordering: Option<String>,
    /// From `next` and `previous`: what was there when the first page was asked for.
    as_of: Option<String>,
}

/// Any text will do.
fn page_size() -> Object {
    let types = SchemaType::Array(vec![Type::Integer, Type::String]);
    ObjectBuilder::new()
        .schema_type(types)
        .default(Some(25.into()))
        .build()
}

/// List dynamic codes
///
/// The newest first. Whoever belongs to the workspace may see them. Who follows `next` meets each code once, whatever is made
/// or deleted meanwhile.
#[utoipa::path(
    get,
    path = "/api/v1/dynamic/",
    tag = "Dynamic codes",
    operation_id = "list_dynamic",
    security(("session" = [])),
    params(Parameters),
    responses(
        (status = 200, description = "A page of codes", body = PageOf<CodeObject>),
        (status = 400, description = "Parameters are wrong, each with its texts", body = BadRequest,
            example = json!({"is_active": ["Must be a valid boolean."]})),
        (status = 404, description = "There are not so many pages", body = Detail,
            example = json!({"detail": "Invalid page."})),
    )
)]
pub(crate) async fn list(
    State(app): State<App>,
    session: AtLeast<Viewer>,
    query: Query,
) -> Result<Reply<PageOf<CodeObject>>> {
    let page = Page::of(&query)?;
    let filters = Filters::of(&query).map_err(Error::Fields)?;
    let list = ListCodes {
        workspace: session.0.workspace,
        search: filters.search,
        is_active: filters.is_active,
        order: filters.order,
        as_of: query.get("as_of").and_then(read_as_of),
        limit: page.size(),
        offset: page.offset(),
    };
    let found = app.store().list_codes(list).await?;
    let codes = found
        .codes
        .iter()
        .map(|code| CodeObject::of(code, app.scan_base()))
        .collect();
    let as_of = format!("{}.{}", found.as_of.newest, found.as_of.revision);
    let base = format!("{}{PATH}", app.url());
    page.filled(codes, found.count, found.places, &base, &query, &as_of)
        .map(Reply::ok)
}

/// Which of the codes, and in which order.
struct Filters {
    search: Option<String>,
    is_active: Option<bool>,
    order: CodeOrder,
}

impl Filters {
    fn of(query: &Query) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let filters = Self {
            search: read(query, "search", &mut errors, |value| fields::text(value, SEARCH)),
            is_active: read(query, "is_active", &mut errors, fields::boolean),
            order: read(query, "ordering", &mut errors, |value| {
                fields::choice(value, &ORDERS)
            })
            .unwrap_or_default(),
        };
        if errors.is_empty() {
            Ok(filters)
        } else {
            Err(errors)
        }
    }
}

/// A parameter; an empty one is how forms say nothing.
fn read<T>(
    query: &Query,
    name: &str,
    errors: &mut FieldErrors,
    coerce: impl FnOnce(&Value<'_>) -> Result<T, Vec<String>>,
) -> Option<T> {
    let text = query.get(name).filter(|text| !text.trim().is_empty())?;
    coerce(&Value::Text(text.into()))
        .map_err(|refused| errors.add_all(name, refused))
        .ok()
}

/// Nonsense begins a walk anew.
fn read_as_of(text: &str) -> Option<AsOf> {
    let (newest, revision) = text.split_once('.')?;
    Some(AsOf {
        newest: CodeId(newest.parse().ok()?),
        revision: revision.parse().ok()?,
    })
}
