//! What the area speaks of.

use serde::{Deserialize, Serialize};

use crate::{
    CodeId, Millis, ShortId, StoreError, WorkspaceId,
    unit::{Columns, count},
};

/// A dynamic code as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Code {
    /// The code.
    pub id: CodeId,
    /// The workspace that it belongs to.
    pub workspace: WorkspaceId,
    /// What stands in the symbol.
    pub short_id: ShortId,
    /// What its owner calls it.
    pub name: String,
    /// Where it leads while it has no variants; as it was given.
    pub destination_url: String,
    /// Where it leads otherwise.
    pub variants: Vec<Variant>,
    /// Whether it leads anywhere.
    pub is_active: bool,
    /// How often its destination was changed.
    pub destination_changes: u64,
    /// The number of its newest change, 0 before the first.
    pub revision: u64,
    /// When it was made.
    pub created_at: Millis,
    /// When it was last changed.
    pub updated_at: Millis,
    /// Scans, those of bots excluded.
    pub scan_count: u64,
    /// When it was last scanned.
    pub last_scanned_at: Option<Millis>,
}

/// One of several destinations of a code.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Variant {
    /// What tells it from the others in the analytics.
    pub label: String,
    /// Where it leads; as it was given.
    pub destination_url: String,
    /// How often it is chosen, against the sum of all weights.
    pub weight: u32,
}

/// What a change may touch.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum CodeField {
    /// `name`
    Name,
    /// `destination_url`
    DestinationUrl,
    /// `variants`
    Variants,
    /// `is_active`
    IsActive,
}

impl CodeField {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::DestinationUrl => "destination_url",
            Self::Variants => "variants",
            Self::IsActive => "is_active",
        }
    }
}

/// Makes the `data` of an event from the code after its creation (`None`) or after a change of these fields; called inside
/// the transaction, perhaps again when the engine had to begin anew.
pub type DescribeCode = dyn Fn(&Code, Option<&[CodeField]>) -> String + Send + Sync;

/// What a scan has to know of a code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ServedCode {
    /// The code.
    pub id: CodeId,
    /// The workspace that it belongs to; `None` once that is erased.
    pub workspace: Option<WorkspaceId>,
    /// What stands in the symbol.
    pub short_id: ShortId,
    /// The number of its newest change, 0 before the first. The higher one is the newer state.
    pub revision: u64,
    /// Where it leads.
    pub state: CodeState,
}

/// Whether a code leads anywhere.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum CodeState {
    /// It does.
    Active {
        /// Where to, while there are no variants; as it was given.
        destination: String,
        /// Where to otherwise.
        variants: Vec<Variant>,
    },
    /// Its owner has paused it.
    Paused,
    /// It is gone for good, or its workspace is.
    Deleted,
}

impl Code {
    /// What a scan has to know of it.
    #[must_use]
    pub fn served(&self) -> ServedCode {
        let state = if self.is_active {
            CodeState::Active {
                destination: self.destination_url.clone(),
                variants: self.variants.clone(),
            }
        } else {
            CodeState::Paused
        };
        ServedCode {
            id: self.id,
            workspace: Some(self.workspace),
            short_id: self.short_id,
            revision: self.revision,
            state,
        }
    }
}

/// Reads the columns `code_columns!`.
pub(super) fn read(row: &dyn Columns) -> Result<Code, StoreError> {
    read_from(row, 0)
}

/// The same, where other columns stand before.
pub(super) fn read_from(row: &dyn Columns, first: usize) -> Result<Code, StoreError> {
    Ok(Code {
        id: CodeId(row.integer(first)?),
        workspace: WorkspaceId(row.integer(first + 1)?),
        short_id: read_short_id(row, first + 2)?,
        name: row.text(first + 3)?,
        destination_url: row.text(first + 4)?,
        variants: read_variants(&row.text(first + 5)?)?,
        is_active: row.maybe_integer(first + 6)?.is_none(),
        destination_changes: count(row.integer(first + 7)?)?,
        revision: count(row.integer(first + 8)?)?,
        created_at: Millis(row.integer(first + 9)?),
        updated_at: Millis(row.integer(first + 10)?),
        scan_count: count(row.integer(first + 11)?)?,
        last_scanned_at: row.maybe_integer(first + 12)?.map(Millis),
    })
}

/// Reads the columns `served_columns!`.
pub(super) fn read_served(row: &dyn Columns) -> Result<ServedCode, StoreError> {
    let state = if row.maybe_integer(7)?.is_some() {
        CodeState::Deleted
    } else if row.maybe_integer(6)?.is_some() {
        CodeState::Paused
    } else {
        CodeState::Active {
            destination: row.text(4)?,
            variants: read_variants(&row.text(5)?)?,
        }
    };
    Ok(ServedCode {
        id: CodeId(row.integer(0)?),
        workspace: row.maybe_integer(1)?.map(WorkspaceId),
        short_id: read_short_id(row, 2)?,
        revision: count(row.integer(3)?)?,
        state,
    })
}

fn read_short_id(row: &dyn Columns, column: usize) -> Result<ShortId, StoreError> {
    crate::unit::word(&row.text(column)?)
}

fn read_variants(text: &str) -> Result<Vec<Variant>, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::fault(format!("stored variants: {error}")))
}

/// Variants as they are stored.
pub(super) fn write_variants(variants: &[Variant]) -> Result<String, StoreError> {
    serde_json::to_string(variants).map_err(|error| StoreError::fault(format!("variants: {error}")))
}

/// What is searched: every part in lower case, the name first because it also gives the order by name.
pub(super) fn search_key(name: &str, destination_url: &str, short_id: ShortId) -> String {
    format!("{name}\n{destination_url}\n{short_id}").to_lowercase()
}
