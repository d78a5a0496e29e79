//! A change of a code, seen by the next scan.

use std::{collections::HashSet, fmt, sync::Arc};

use crate::{
    Code, CodeField, DescribeCode, EventKind, Millis, RequestId, ShortId, Store, StoreError, Variant,
    WorkspaceId,
    codes::{
        Settled, Settlement,
        entities::{read, search_key, write_variants},
        next_revision, settle, sql,
    },
    events::{self, News},
    unit::{Access, Db, Unit, Value},
};

/// What is to become of a code. `None` leaves a field as it is.
#[derive(Clone)]
pub struct CodeChange {
    /// Whose it is.
    pub workspace: WorkspaceId,
    /// Which it is.
    pub short_id: ShortId,
    /// What its owner calls it.
    pub name: Option<String>,
    /// Where it leads while it has no variants.
    pub destination_url: Option<String>,
    /// Where it leads otherwise; an empty list takes them away.
    pub variants: Option<Vec<Variant>>,
    /// Whether it leads anywhere.
    pub is_active: Option<bool>,
    /// Whether the plan has variants; what is there stays, and may be taken away.
    pub may_vary: bool,
    /// How many codes of the workspace may be active; `None` is any number.
    pub active_cap: Option<u64>,
    /// How often the destination of a code may be changed in its life without a credit; `None` is any number.
    pub destination_edits: Option<u64>,
    /// Makes the data of the event.
    pub describe: Arc<DescribeCode>,
    /// Now.
    pub at: Millis,
    /// The request that changes it.
    pub request: Option<RequestId>,
}

impl fmt::Debug for CodeChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CodeChange({:?}, {})", self.workspace, self.short_id)
    }
}

/// What became of a [`CodeChange`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChangeCode {
    /// It is done.
    Changed(Code),
    /// It is as it was asked to be already; nothing was written.
    Unchanged(Code),
    /// The plan has no variants; nothing was changed.
    NoVariants,
    /// As many codes are active as may be; nothing was changed.
    CapReached,
    /// The destination was edited so often already, and there are no credits; nothing was changed.
    EditsUsed(u64),
    /// The workspace has no such code.
    Unknown,
}

impl Store {
    /// Changes a code, and stores the event of it. A new destination counts as an edit; so does a new destination of a
    /// variant where edits are limited. An edit beyond the limit costs a credit. Cap and limit are exact under any number of
    /// callers, processes and nodes.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn change_code(&self, change: CodeChange) -> Result<ChangeCode, StoreError> {
        self.run(Change(change)).await
    }
}

struct Change(CodeChange);

impl Unit for Change {
    type Output = ChangeCode;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<ChangeCode, StoreError> {
        let change = &self.0;
        let key = [
            Value::Integer(change.workspace.0),
            Value::Text(change.short_id.as_str()),
        ];
        let Some(before) = db.row(sql::HOLD_CODE, &key, read).await? else {
            return Ok(ChangeCode::Unknown);
        };
        let mut after = change.applied_to(&before);
        let changed = differences(&before, &after);
        if changed.is_empty() {
            return Ok(ChangeCode::Unchanged(before));
        }
        if changed.contains(&CodeField::Variants) && !after.variants.is_empty() && !change.may_vary {
            return Ok(ChangeCode::NoVariants);
        }
        let edits = change.is_edit(&before, &after);
        after.destination_changes += u64::from(edits);
        let beyond = edits
            && change
                .destination_edits
                .is_some_and(|allowed| before.destination_changes >= allowed);
        let settlement = Settlement {
            workspace: change.workspace,
            active: i64::from(after.is_active) - i64::from(before.is_active),
            active_cap: change.active_cap,
            credits: beyond.into(),
        };
        // A change that costs nothing leaves the row alone, so that it waits for no charge.
        if settlement.active != 0 || settlement.credits != 0 {
            match settle(db, &settlement).await? {
                Settled::Done => {}
                Settled::CapReached => return Ok(ChangeCode::CapReached),
                Settled::NoCredits => return Ok(ChangeCode::EditsUsed(before.destination_changes)),
                Settled::NoWorkspace => return Ok(ChangeCode::Unknown),
            }
        }
        let revision = next_revision(db).await?;
        let after = write(db, &after, revision, change.at).await?;
        let data = (change.describe)(&after, Some(&changed));
        let news = News {
            workspace: change.workspace,
            kind: EventKind::DynamicQrUpdated,
            data: &data,
            at: change.at,
            request: change.request,
        };
        events::record(db, &news).await?;
        Ok(ChangeCode::Changed(after))
    }
}

impl CodeChange {
    fn applied_to(&self, before: &Code) -> Code {
        let mut after = before.clone();
        if let Some(name) = &self.name {
            after.name.clone_from(name);
        }
        if let Some(destination_url) = &self.destination_url {
            after.destination_url.clone_from(destination_url);
        }
        if let Some(variants) = &self.variants {
            after.variants.clone_from(variants);
        }
        if let Some(is_active) = self.is_active {
            after.is_active = is_active;
        }
        after
    }

    /// Whether the change counts as an edit of the destination.
    fn is_edit(&self, before: &Code, after: &Code) -> bool {
        before.destination_url != after.destination_url
            || self.destination_edits.is_some() && leads_elsewhere(before, after)
    }
}

/// Whether a variant leads where the code has not led before.
fn leads_elsewhere(before: &Code, after: &Code) -> bool {
    let known: HashSet<&str> = before
        .variants
        .iter()
        .map(|variant| variant.destination_url.as_str())
        .chain([before.destination_url.as_str()])
        .collect();
    after
        .variants
        .iter()
        .any(|variant| !known.contains(variant.destination_url.as_str()))
}

fn differences(before: &Code, after: &Code) -> Vec<CodeField> {
    let differs = [
        (CodeField::Name, before.name != after.name),
        (
            CodeField::DestinationUrl,
            before.destination_url != after.destination_url,
        ),
        (CodeField::Variants, before.variants != after.variants),
        (CodeField::IsActive, before.is_active != after.is_active),
    ];
    differs
        .into_iter()
        .filter_map(|(field, differs)| differs.then_some(field))
        .collect()
}

async fn write<D: Db>(db: &mut D, code: &Code, revision: u64, at: Millis) -> Result<Code, StoreError> {
    let variants = write_variants(&code.variants)?;
    let search_key = search_key(&code.name, &code.destination_url, code.short_id);
    let number = |number: u64| Value::Integer(i64::try_from(number).unwrap_or(i64::MAX));
    let parameters = [
        Value::Integer(code.id.0),
        Value::Text(&code.name),
        Value::Text(&code.destination_url),
        Value::Text(&variants),
        Value::Text(&search_key),
        Value::MaybeInteger((!code.is_active).then_some(at.0)),
        number(code.destination_changes),
        number(revision),
        Value::Integer(at.0),
    ];
    db.row(sql::CHANGE_CODE, &parameters, read)
        .await?
        .ok_or_else(|| StoreError::fault("a held code has vanished"))
}
