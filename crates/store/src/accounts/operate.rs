//! What an operator changes: plan, renders a month, and credits.

use crate::{
    PlanName, Store, StoreError, WorkspaceId, WorkspaceRef,
    accounts::{email_key, sql},
    unit::{Access, Db, Unit, Value, count, word},
};

impl Store {
    /// Puts the workspace that this user owns on a plan, with that plan's renders a month. `None`: no such user, or no workspace
    /// of theirs.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn set_plan(&self, email: &str, plan: PlanName) -> Result<Option<WorkspaceId>, StoreError> {
        self.run(SetPlan(WorkspaceRef::OwnedBy(email.to_owned()), plan))
            .await
    }

    /// The plan of the workspace that this user owns. `None`: no such user, or no workspace of theirs.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn owned_plan(&self, email: &str) -> Result<Option<PlanName>, StoreError> {
        self.run(OwnedPlan(email_key(email))).await
    }

    /// Gives the workspace that this user owns so many renders a month in the place of its plan's, or its plan's again. At most
    /// [`i64::MAX`], to which more is cut. `None`: no such user, or no workspace of theirs.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn negotiate_renders(
        &self,
        email: &str,
        renders: Option<u64>,
    ) -> Result<Option<WorkspaceId>, StoreError> {
        self.run(SetRenders(WorkspaceRef::OwnedBy(email.to_owned()), renders))
            .await
    }

    /// Gives credits to the workspace that this user owns and returns how many it has now. `None`: no such user, or no
    /// workspace of theirs.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn add_credits(&self, email: &str, credits: u32) -> Result<Option<u64>, StoreError> {
        self.run(AddCredits(WorkspaceRef::OwnedBy(email.to_owned()), credits))
            .await
    }
}

/// Finds a workspace by number or by its owner.
pub(crate) async fn find<D: Db>(
    db: &mut D,
    workspace: &WorkspaceRef,
) -> Result<Option<WorkspaceId>, StoreError> {
    match workspace {
        WorkspaceRef::Id(id) => {
            db.row(sql::WORKSPACE_EXISTS, &[Value::Integer(id.0)], |row| {
                row.integer(0).map(WorkspaceId)
            })
            .await
        }
        WorkspaceRef::OwnedBy(email) => {
            let key = email_key(email);
            db.row(sql::OWNED_WORKSPACE, &[Value::Text(&key)], |row| {
                row.integer(0).map(WorkspaceId)
            })
            .await
        }
    }
}

struct SetPlan(WorkspaceRef, PlanName);

impl Unit for SetPlan {
    type Output = Option<WorkspaceId>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<WorkspaceId>, StoreError> {
        let Some(workspace) = find(db, &self.0).await? else {
            return Ok(None);
        };
        db.execute(
            sql::SET_PLAN,
            &[Value::Integer(workspace.0), Value::Text(self.1.as_str())],
        )
        .await?;
        Ok(Some(workspace))
    }
}

struct OwnedPlan(String);

impl Unit for OwnedPlan {
    type Output = Option<PlanName>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<PlanName>, StoreError> {
        db.row(sql::OWNED_PLAN, &[Value::Text(&self.0)], |row| {
            word(&row.text(0)?)
        })
        .await
    }
}

struct SetRenders(WorkspaceRef, Option<u64>);

impl Unit for SetRenders {
    type Output = Option<WorkspaceId>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<WorkspaceId>, StoreError> {
        let Some(workspace) = find(db, &self.0).await? else {
            return Ok(None);
        };
        let renders = self.1.map(|renders| i64::try_from(renders).unwrap_or(i64::MAX));
        let parameters = [Value::Integer(workspace.0), Value::MaybeInteger(renders)];
        db.execute(sql::SET_RENDERS, &parameters).await?;
        Ok(Some(workspace))
    }
}

struct AddCredits(WorkspaceRef, u32);

impl Unit for AddCredits {
    type Output = Option<u64>;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Option<u64>, StoreError> {
        let Some(workspace) = find(db, &self.0).await? else {
            return Ok(None);
        };
        let parameters = [Value::Integer(workspace.0), Value::Integer(self.1.into())];
        let credits = db
            .row(sql::ADD_CREDITS, &parameters, |row| row.integer(0))
            .await?;
        credits.map(count).transpose()
    }
}
