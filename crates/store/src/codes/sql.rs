//! The area's statements, the same for both engines.

use crate::unit::statements;

/// The columns of a code, in the order that `entities::read` takes them. No alias: they stand after RETURNING too.
macro_rules! code_columns {
    () => {
        "id, workspace_id, short_id, name, destination_url, variants, paused_at, destination_changes_count, \
         revision, created_at, updated_at, \
         COALESCE((SELECT scan_count FROM scan_counts WHERE code_id = dynamic_codes.id), 0), \
         (SELECT last_scanned_at FROM scan_counts WHERE code_id = dynamic_codes.id)"
    };
}

/// The columns of a served code, in the order that `entities::read_served` takes them.
macro_rules! served_columns {
    () => {
        "id, workspace_id, short_id, revision, destination_url, variants, paused_at, deleted_at"
    };
}

/// $1 workspace, $2 pattern of LIKE or null, $3 whether active (1), paused (0), or null, $4 the highest id, $5 the revision
/// after which deleted codes keep their place, $6 rows a page, $7 rows before it. Always one row or more: where the page is
/// empty its columns are null.
macro_rules! list_codes {
    ($order:literal) => {
        concat!(
            "WITH walk AS (SELECT ",
            code_columns!(),
            ", search_key, deleted_at FROM dynamic_codes \
             WHERE workspace_id = $1 AND id <= $4 AND (deleted_at IS NULL OR revision > $5) \
             AND (deleted_at IS NOT NULL OR CAST($2 AS TEXT) IS NULL OR search_key LIKE $2 ESCAPE '\\') \
             AND (CAST($3 AS BIGINT) IS NULL OR (CASE WHEN paused_at IS NULL THEN 1 ELSE 0 END) = $3)), \
             page AS (SELECT * FROM walk ORDER BY ",
            $order,
            " LIMIT $6 OFFSET $7) \
             SELECT (SELECT COUNT(*) FROM walk), (SELECT COUNT(*) FROM walk WHERE deleted_at IS NULL), \
             (SELECT COALESCE(MAX(id), 0) FROM walk), f.revision, p.deleted_at, p.* \
             FROM code_feed f LEFT JOIN page p ON 1 = 1 ORDER BY ",
            $order
        )
    };
}

statements! {
    /// $1 workspace, $2 codes that become active, $3 credits, $4 how many may be active or null. No row: refused, or no such
    /// workspace.
    SETTLE = "\
        UPDATE balances SET \
        active_codes = active_codes + CAST($2 AS BIGINT), credits = credits - CAST($3 AS BIGINT) \
        WHERE workspace_id = $1 AND credits >= CAST($3 AS BIGINT) \
        AND (CAST($2 AS BIGINT) <= 0 OR CAST($4 AS BIGINT) IS NULL \
             OR active_codes + CAST($2 AS BIGINT) <= CAST($4 AS BIGINT))";

    CREDITS = "SELECT credits FROM balances WHERE workspace_id = $1";

    NEXT_REVISION = "UPDATE code_feed SET revision = revision + 1 RETURNING revision";

    /// $1 numbers wanted; returns the last of them.
    NEXT_REVISIONS = "UPDATE code_feed SET revision = revision + $1 RETURNING revision";

    LATEST_REVISION = "SELECT revision FROM code_feed";

    INSERT_CODE = concat!(
        "INSERT INTO dynamic_codes (workspace_id, short_id, name, destination_url, variants, search_key, paused_at, \
         created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING ",
        code_columns!()
    );

    SHOW_CODE = concat!(
        "SELECT ", code_columns!(),
        " FROM dynamic_codes WHERE workspace_id = $1 AND short_id = $2 AND deleted_at IS NULL"
    );

    /// Two changes of one code take turns.
    HOLD_CODE = concat!(
        "UPDATE dynamic_codes SET name = name WHERE workspace_id = $1 AND short_id = $2 AND deleted_at IS NULL RETURNING ",
        code_columns!()
    );

    CHANGE_CODE = concat!(
        "UPDATE dynamic_codes SET name = $2, destination_url = $3, variants = $4, search_key = $5, paused_at = $6, \
         destination_changes_count = $7, revision = $8, updated_at = $9 WHERE id = $1 RETURNING ",
        code_columns!()
    );

    /// $1 code, $2 revision, $3 now.
    DELETE_CODE = concat!(
        "UPDATE dynamic_codes SET name = '', destination_url = '', variants = '[]', search_key = '', \
         revision = $2, updated_at = $3, deleted_at = $3 WHERE id = $1 RETURNING ",
        served_columns!()
    );

    /// $1 user: the codes of the workspaces that go with them.
    COUNT_ERASED = concat!(
        "SELECT COUNT(*) FROM dynamic_codes WHERE workspace_id IN (", crate::accounts::sql::solely_owned!(), ")"
    );

    /// $1 user: so that their scans go, too.
    MARK_ERASED = concat!(
        "INSERT INTO erased_codes (code_id) SELECT id FROM dynamic_codes WHERE workspace_id IN (",
        crate::accounts::sql::solely_owned!(), ")"
    );

    /// $1 user, $2 the revision before the first, $3 now. A number for each, since the feed is read in parts.
    ERASE_CODES = concat!(
        "UPDATE dynamic_codes SET name = '', destination_url = '', variants = '[]', search_key = '', workspace_id = NULL, \
         revision = CAST($2 AS BIGINT) + numbered.n, updated_at = $3, deleted_at = COALESCE(dynamic_codes.deleted_at, $3) \
         FROM (SELECT c.id AS code, ROW_NUMBER() OVER (ORDER BY c.id) AS n FROM dynamic_codes c WHERE c.workspace_id IN (",
        crate::accounts::sql::solely_owned!(),
        ")) numbered WHERE dynamic_codes.id = numbered.code"
    );

    SERVED_CODE = concat!("SELECT ", served_columns!(), " FROM dynamic_codes WHERE short_id = $1");

    SERVED_CODES_SINCE = concat!(
        "SELECT ", served_columns!(), " FROM dynamic_codes WHERE revision > $1 AND revision > 0 ORDER BY revision LIMIT $2"
    );

    WARM_CODES = concat!(
        "SELECT ", served_columns!(), " FROM dynamic_codes WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT $2"
    );

    BLOCK = "INSERT INTO blocked_patterns (pattern, created_at) VALUES ($1, $2) ON CONFLICT (pattern) DO NOTHING";

    UNBLOCK = "DELETE FROM blocked_patterns WHERE pattern = $1";

    BLOCKLIST_CHANGED = "UPDATE code_feed SET revision = revision + 1, blocklist_revision = revision + 1";

    /// A row at least: without patterns the second column is null.
    BLOCKED_PATTERNS = "\
        SELECT f.blocklist_revision, b.pattern FROM code_feed f LEFT JOIN blocked_patterns b ON 1 = 1 ORDER BY b.pattern";

    LIST_NEWEST_FIRST = list_codes!("id DESC");
    LIST_OLDEST_FIRST = list_codes!("id");
    LIST_BY_NAME = list_codes!("search_key, id");
    LIST_BY_NAME_DESCENDING = list_codes!("search_key DESC, id DESC");
    LIST_BY_UPDATE = list_codes!("updated_at, id");
    LIST_BY_UPDATE_DESCENDING = list_codes!("updated_at DESC, id DESC");
}
