//! A new code.

use std::{fmt, sync::Arc};

use crate::{
    Code, DescribeCode, EventKind, Keep, Kept, Millis, RequestId, ShortId, Store, StoreError, Variant,
    WorkspaceId,
    codes::{
        Settled, Settlement,
        entities::{read, search_key, write_variants},
        settle, sql,
    },
    events::{self, News},
    idempotency::{Outcome, RunKept},
    unit::{Access, Db, Unit, Value},
};

/// A code about to be stored.
#[derive(Clone)]
pub struct NewCode {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// What stands in the symbol: drawn at random.
    pub short_id: ShortId,
    /// What its owner calls it.
    pub name: String,
    /// Where it leads while it has no variants.
    pub destination_url: String,
    /// Where it leads otherwise.
    pub variants: Vec<Variant>,
    /// Whether it leads anywhere yet.
    pub is_active: bool,
    /// How many codes of the workspace may be active; `None` is any number.
    pub active_cap: Option<u64>,
    /// Makes the data of the event.
    pub describe: Arc<DescribeCode>,
    /// Now.
    pub at: Millis,
    /// The request that makes it.
    pub request: Option<RequestId>,
}

impl fmt::Debug for NewCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewCode({:?}, {})", self.workspace, self.short_id)
    }
}

/// What became of a [`NewCode`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CreateCode {
    /// It is stored.
    Created(Code),
    /// As many codes are active as may be; nothing was stored.
    CapReached,
    /// The workspace is gone.
    NoWorkspace,
}

impl Outcome for CreateCode {
    type Success = Code;

    fn success(&self) -> Option<&Code> {
        match self {
            Self::Created(code) => Some(code),
            _ => None,
        }
    }
}

impl Store {
    /// Stores a code and the event of its creation. Under any number of callers, processes and nodes exactly as many codes
    /// become active as the cap has room for.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] where the short id is, or ever was, in use; [`StoreError::Unavailable`] and the other
    /// causes of a failing call.
    pub async fn create_code(&self, code: NewCode) -> Result<CreateCode, StoreError> {
        self.run(Create(code)).await
    }

    /// The same, and keeps the answer with it: both, or neither.
    ///
    /// # Errors
    /// Those of [`create_code`](Self::create_code).
    pub async fn create_kept_code(
        &self,
        code: NewCode,
        keep: Keep<Code>,
    ) -> Result<Kept<CreateCode>, StoreError> {
        self.run(RunKept::new(Create(code), keep)).await
    }
}

struct Create(NewCode);

impl Unit for Create {
    type Output = CreateCode;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<CreateCode, StoreError> {
        let new = &self.0;
        match settle(db, &settlement(new)).await? {
            Settled::Done => insert(db, new).await.map(CreateCode::Created),
            Settled::CapReached | Settled::NoCredits => Ok(CreateCode::CapReached),
            Settled::NoWorkspace => Ok(CreateCode::NoWorkspace),
        }
    }
}

/// The place that a code takes.
pub(super) fn settlement(new: &NewCode) -> Settlement {
    Settlement {
        workspace: new.workspace,
        active: new.is_active.into(),
        active_cap: new.active_cap,
        credits: 0,
    }
}

/// Rows that travel together.
const GROUP: usize = 256;

/// Writes the row and the event of a code that is counted already.
pub(super) async fn insert<D: Db>(db: &mut D, new: &NewCode) -> Result<Code, StoreError> {
    let stored = insert_all(db, std::slice::from_ref(new)).await?.pop();
    stored.ok_or_else(|| StoreError::fault("a new code has no row"))
}

/// The same of many.
pub(super) async fn insert_all<D: Db>(db: &mut D, codes: &[NewCode]) -> Result<Vec<Code>, StoreError> {
    let mut stored = Vec::with_capacity(codes.len());
    for group in codes.chunks(GROUP) {
        let texts = group.iter().map(|new| {
            let key = search_key(&new.name, &new.destination_url, new.short_id);
            Ok((write_variants(&new.variants)?, key))
        });
        let texts: Vec<(String, String)> = texts.collect::<Result<_, StoreError>>()?;
        let rows = group.iter().zip(&texts).map(|(new, (variants, search_key))| {
            [
                Value::Integer(new.workspace.0),
                Value::Text(new.short_id.as_str()),
                Value::Text(&new.name),
                Value::Text(&new.destination_url),
                Value::Text(variants),
                Value::Text(search_key),
                Value::MaybeInteger((!new.is_active).then_some(new.at.0)),
                Value::Integer(new.at.0),
            ]
        });
        let rows: Vec<_> = rows.collect();
        let inserted = db.row_of_each(sql::INSERT_CODE, &rows, read).await?;
        for (new, code) in group.iter().zip(inserted) {
            let code = code.ok_or_else(|| StoreError::fault("a new code has no row"))?;
            let data = (new.describe)(&code, None);
            let news = News {
                workspace: new.workspace,
                kind: EventKind::DynamicQrCreated,
                data: &data,
                at: new.at,
                request: new.request,
            };
            events::record(db, &news).await?;
            stored.push(code);
        }
    }
    Ok(stored)
}
