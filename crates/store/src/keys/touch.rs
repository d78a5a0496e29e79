//! When a key was last used.

use crate::{
    KeyAccess, KeyId, Millis, Store, StoreError,
    keys::sql,
    unit::{Access, Db, Unit, Value},
};

/// How exact the time of last use is.
const MINUTE_MS: i64 = 60_000;

impl KeyAccess {
    /// Whether the stored time of last use is a minute old or more, so that [`Store::touch_key`] has something to write.
    #[must_use]
    pub fn is_use_due(&self, now: Millis) -> bool {
        self.last_used_at
            .is_none_or(|last| last.0 <= now.0.saturating_sub(MINUTE_MS))
    }
}

impl Store {
    /// Notes that a key is used, unless that stands there already, exact to a minute. Whoever asks only when
    /// [`KeyAccess::is_use_due`] writes at most once a minute for each key. Returns whether something was written.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the other causes of a failing call.
    pub async fn touch_key(&self, key: KeyId, at: Millis) -> Result<bool, StoreError> {
        self.run(Touch(key, at)).await
    }
}

struct Touch(KeyId, Millis);

impl Unit for Touch {
    type Output = bool;
    const ACCESS: Access = Access::Write;

    async fn run<D: Db>(&self, db: &mut D) -> Result<bool, StoreError> {
        let parameters = [
            Value::Integer(self.0.0),
            Value::Integer(self.1.0),
            Value::Integer(self.1.0.saturating_sub(MINUTE_MS)),
        ];
        Ok(db.execute(sql::TOUCH_KEY, &parameters).await? > 0)
    }
}
