//! The codes of workspaces that are about to be erased.

use crate::{
    Millis, StoreError, UserId,
    codes::sql,
    unit::{Db, Value},
};

/// Empties the codes of the workspaces that only this user owns. The caller holds those workspaces and erases them in the
/// same transaction.
pub(crate) async fn erase<D: Db>(db: &mut D, user: UserId, at: Millis) -> Result<(), StoreError> {
    let owner = Value::Integer(user.0);
    let codes = db
        .row(sql::COUNT_ERASED, &[owner], |row| row.integer(0))
        .await?
        .unwrap_or_default();
    if codes == 0 {
        return Ok(());
    }
    db.execute(sql::MARK_ERASED, &[owner]).await?;
    let last = db
        .row(sql::NEXT_REVISIONS, &[Value::Integer(codes)], |row| {
            row.integer(0)
        })
        .await?
        .ok_or_else(|| StoreError::fault("the feed of codes has no row"))?;
    let parameters = [owner, Value::Integer(last - codes), Value::Integer(at.0)];
    db.execute(sql::ERASE_CODES, &parameters).await.map(drop)
}
