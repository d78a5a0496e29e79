//! What an operator sees.

use std::collections::HashMap;

use crate::{
    AccountSummary, Key, Membership, Millis, Month, Store, StoreError, UserId, WorkspaceId,
    accounts::sql,
    keys,
    unit::{Access, Columns, Db, Unit, Value, count, word},
};

impl Store {
    /// Every workspace with its owner, use in `month` and keys, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn list_accounts(&self, month: Month) -> Result<Vec<AccountSummary>, StoreError> {
        let mut accounts = self.run(ListAccounts(month)).await?;
        let mut keys: HashMap<WorkspaceId, Vec<Key>> = HashMap::new();
        for key in self.run(keys::ListAllKeys).await? {
            keys.entry(key.workspace).or_default().push(key);
        }
        for account in &mut accounts {
            account.keys = keys.remove(&account.workspace).unwrap_or_default();
        }
        Ok(accounts)
    }

    /// The workspaces that a user belongs to, the oldest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn memberships(&self, user: UserId) -> Result<Vec<Membership>, StoreError> {
        self.run(Memberships(user)).await
    }
}

struct ListAccounts(Month);

impl Unit for ListAccounts {
    type Output = Vec<AccountSummary>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<AccountSummary>, StoreError> {
        db.rows(sql::LIST_ACCOUNTS, &[Value::Integer(self.0.number())], read)
            .await
    }
}

fn read(row: &dyn Columns) -> Result<AccountSummary, StoreError> {
    Ok(AccountSummary {
        workspace: WorkspaceId(row.integer(0)?),
        workspace_name: row.text(1)?,
        plan: word(&row.text(2)?)?,
        created_at: Millis(row.integer(3)?),
        user: UserId(row.integer(4)?),
        email: row.text(5)?,
        name: row.text(6)?,
        used: count(row.integer(7)?)?,
        credits: count(row.integer(8)?)?,
        referral_code: row.maybe_text(9)?,
        negotiated_renders: row.maybe_integer(10)?.map(count).transpose()?,
        keys: Vec::new(),
    })
}

struct Memberships(UserId);

impl Unit for Memberships {
    type Output = Vec<Membership>;
    const ACCESS: Access = Access::Look;

    async fn run<D: Db>(&self, db: &mut D) -> Result<Vec<Membership>, StoreError> {
        let places = db
            .rows(sql::MEMBERSHIPS_OF_USER, &[Value::Integer(self.0.0)], |row| {
                Ok((WorkspaceId(row.integer(0)?), word(&row.text(1)?)?))
            })
            .await?;
        Ok(places
            .into_iter()
            .map(|(workspace, role)| Membership {
                workspace,
                user: self.0,
                role,
            })
            .collect())
    }
}
