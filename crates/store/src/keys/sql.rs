//! The area's statements, the same for both engines.

use crate::{charges::sql::usage_columns, unit::statements};

/// The columns of a key, in the order that `entities::read` takes them.
macro_rules! key_columns {
    () => {
        "id, workspace_id, name, prefix, plan, created_at, last_used_at, revoked_at"
    };
}

/// What a key opens, in the order that `by_hash::read` takes it. Unknown and revoked keys take one path: no row.
macro_rules! key_by_hash {
    ([$($more:tt)*], $from:literal) => {
        concat!(
            "SELECT k.id, k.workspace_id, k.prefix, k.plan, w.plan, \
            (SELECT MAX(u.verified_at) FROM memberships m JOIN users u ON u.id = m.user_id \
            WHERE m.workspace_id = k.workspace_id AND m.role = 'owner'), \
            k.last_used_at, w.negotiated_renders",
            $($more)*,
            " FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id ",
            $from,
            "WHERE k.hash = $1 AND k.revoked_at IS NULL"
        )
    };
}

statements! {
    INSERT_KEY = "\
        INSERT INTO api_keys (workspace_id, name, prefix, hash, plan, created_at) \
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";

    KEY_BY_HASH = key_by_hash!([""], "");

    /// $2 month. Behind the key: its usage.
    KEY_AND_USAGE = key_by_hash!(
        [", ", usage_columns!("$2")],
        "JOIN balances b ON b.workspace_id = k.workspace_id "
    );

    LIST_KEYS = concat!("SELECT ", key_columns!(), " FROM api_keys WHERE workspace_id = $1 ORDER BY id");

    LIST_ALL_KEYS = concat!("SELECT ", key_columns!(), " FROM api_keys ORDER BY id");

    /// $1 workspace, $2 month.
    KEYS_USAGE = concat!(
        "SELECT ", key_columns!(), ", CASE WHEN month < $2 THEN 0 ELSE used END ",
        "FROM api_keys WHERE workspace_id = $1 ORDER BY id"
    );

    /// A key that was revoked before keeps its time.
    REVOKE_KEY = concat!(
        "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $3) WHERE workspace_id = $1 AND id = $2 RETURNING ",
        key_columns!()
    );

    /// $1 workspace, $2 key, $3 prefix and $4 hash of the new raw key. No row: no such key, or revoked.
    ROTATE_KEY = concat!(
        "UPDATE api_keys SET prefix = $3, hash = $4 WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL ",
        "RETURNING ", key_columns!()
    );

    /// $1 key, $2 now, $3 a minute ago. Requests of one moment write once.
    TOUCH_KEY = "\
        UPDATE api_keys SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3)";

    REVOKE_KEYS_BY_PREFIX = concat!(
        "UPDATE api_keys SET revoked_at = COALESCE(revoked_at, $2) WHERE prefix = $1 RETURNING ",
        key_columns!()
    );
}
