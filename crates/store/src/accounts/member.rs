//! Who belongs to a workspace.

use crate::{
    Membership, Millis, Store, StoreError,
    accounts::sql,
    unit::{Access, Db, Unit, Value},
};

impl Store {
    /// Makes a user a member of a workspace, or gives a member another role; it counts from the next call on. The caller
    /// sees to it that an owner is left.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn put_member(&self, member: Membership, at: Millis) -> Result<(), StoreError> {
        self.run(Put(member, at)).await
    }
}

struct Put(Membership, Millis);

impl Unit for Put {
    type Output = ();
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<(), StoreError> {
        let parameters = [
            Value::Integer(self.0.workspace.0),
            Value::Integer(self.0.user.0),
            Value::Text(self.0.role.as_str()),
            Value::Integer(self.1.0),
        ];
        db.execute(sql::PUT_MEMBERSHIP, &parameters).await.map(drop)
    }
}
