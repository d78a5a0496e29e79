//! The codes of a workspace, a page at a time.

use crate::{
    Code, CodeId, Store, StoreError, WorkspaceId,
    codes::{entities::read_from, sql},
    unit::{Access, Db, Unit, Value, count},
};

/// Which codes are asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ListCodes {
    /// Whose they are.
    pub workspace: WorkspaceId,
    /// What name, destination or short id contain; letter case does not count.
    pub search: Option<String>,
    /// Only active ones, or only paused ones.
    pub is_active: Option<bool>,
    /// In which order.
    pub order: CodeOrder,
    /// The state that the walk began with; `None` begins one.
    pub as_of: Option<AsOf>,
    /// Codes a page.
    pub limit: u32,
    /// Codes before this page.
    pub offset: u64,
}

/// The order of a list.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum CodeOrder {
    /// The newest first.
    #[default]
    NewestFirst,
    /// The oldest first.
    OldestFirst,
    /// By name, letter case aside.
    Name,
    /// By name, backwards.
    NameDescending,
    /// Those first that have not been changed for the longest time.
    Updated,
    /// Those first that were changed last.
    UpdatedDescending,
}

/// What was there when a walk over the pages began: later codes are left out, and codes that are deleted meanwhile keep
/// their place (though they are not shown), so that no page moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AsOf {
    /// The newest code of the walk.
    pub newest: CodeId,
    /// The newest change of any code.
    pub revision: u64,
}

/// A page of a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CodePage {
    /// Its codes.
    pub codes: Vec<Code>,
    /// All codes that fit.
    pub count: u64,
    /// The places of the walk: `count` and the codes that were deleted since it began.
    pub places: u64,
    /// For the next page.
    pub as_of: AsOf,
}

impl Store {
    /// A page of a workspace's codes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn list_codes(&self, list: ListCodes) -> Result<CodePage, StoreError> {
        self.run(List(list)).await
    }
}

struct List(ListCodes);

/// A row of the list's statements.
struct Row {
    places: u64,
    count: u64,
    newest: CodeId,
    revision: u64,
    /// `None`: the page is empty, or the code was deleted.
    code: Option<Code>,
}

impl Unit for List {
    type Output = CodePage;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<CodePage, StoreError> {
        let list = &self.0;
        let pattern = list.search.as_deref().map(contains);
        // Without a beginning every code is in, and no deleted one.
        let (newest, revision) = list.as_of.map_or((i64::MAX, i64::MAX), |as_of| {
            (as_of.newest.0, i64::try_from(as_of.revision).unwrap_or(i64::MAX))
        });
        let parameters = [
            Value::Integer(list.workspace.0),
            Value::MaybeText(pattern.as_deref()),
            Value::MaybeInteger(list.is_active.map(i64::from)),
            Value::Integer(newest),
            Value::Integer(revision),
            Value::Integer(list.limit.into()),
            Value::Integer(i64::try_from(list.offset).unwrap_or(i64::MAX)),
        ];
        let statement = match list.order {
            CodeOrder::NewestFirst => sql::LIST_NEWEST_FIRST,
            CodeOrder::OldestFirst => sql::LIST_OLDEST_FIRST,
            CodeOrder::Name => sql::LIST_BY_NAME,
            CodeOrder::NameDescending => sql::LIST_BY_NAME_DESCENDING,
            CodeOrder::Updated => sql::LIST_BY_UPDATE,
            CodeOrder::UpdatedDescending => sql::LIST_BY_UPDATE_DESCENDING,
        };
        let rows = db.rows(statement, &parameters, read).await?;
        let first = rows
            .first()
            .ok_or_else(|| StoreError::fault("the feed of codes has no row"))?;
        Ok(CodePage {
            count: first.count,
            places: first.places,
            as_of: list.as_of.unwrap_or(AsOf {
                newest: first.newest,
                revision: first.revision,
            }),
            codes: rows.into_iter().filter_map(|row| row.code).collect(),
        })
    }
}

fn read(row: &dyn crate::unit::Columns) -> Result<Row, StoreError> {
    let is_shown = row.maybe_integer(4)?.is_none() && row.maybe_integer(5)?.is_some();
    Ok(Row {
        places: count(row.integer(0)?)?,
        count: count(row.integer(1)?)?,
        newest: CodeId(row.integer(2)?),
        revision: count(row.integer(3)?)?,
        code: is_shown.then(|| read_from(row, 5)).transpose()?,
    })
}

/// The pattern of LIKE for texts that contain this one.
fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.to_lowercase().chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}
