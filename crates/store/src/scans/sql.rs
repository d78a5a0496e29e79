//! The area's statements. Many rows travel as one JSON text, which both engines unpack.

use std::sync::LazyLock;

use crate::unit::statements;

/// The sums of dimensions by value. Each by its number, and by itself: for `dimension > 0`, and for `IN` where it has no statistics,
/// PostgreSQL goes through all days that a code has.
macro_rules! values_of {
    (@one $dimension:literal) => {
        concat!(
            "SELECT CAST(", $dimension, " AS BIGINT), value, CAST(SUM(scans) AS BIGINT) FROM scan_rollups \
             WHERE code_id = $1 AND grain = $2 AND dimension = ", $dimension, " AND start >= $3 AND start < $4 \
             AND is_bot <= $5 GROUP BY value"
        )
    };
    ($first:literal $(, $more:literal)+) => {
        concat!(values_of!(@one $first) $(, " UNION ALL ", values_of!(@one $more))+)
    };
}

statements! {
    HOLD_POSITION = "\
        INSERT INTO journal_positions (journal, segment, byte_offset) VALUES ($1, 0, 0) \
        ON CONFLICT (journal) DO UPDATE SET segment = journal_positions.segment \
        RETURNING segment, byte_offset";
    /// $1 journal, $2 segment, $3 offset
    MOVE_POSITION = "UPDATE journal_positions SET segment = $2, byte_offset = $3 WHERE journal = $1";
    FORGET_POSITION = "DELETE FROM journal_positions WHERE journal = $1";

    /// $1 workspace, $2 month. Holds the row until the transaction ends.
    HOLD_MONTH = "\
        INSERT INTO monthly_scans (workspace_id, month, recorded) VALUES ($1, $2, 0) \
        ON CONFLICT (workspace_id, month) DO UPDATE SET recorded = monthly_scans.recorded \
        RETURNING recorded";
    ADD_MONTH = "UPDATE monthly_scans SET recorded = recorded + $3 WHERE workspace_id = $1 AND month = $2";

    /// $1 code, $2 grain, $3 from, $4 to (not in it), in units of the grain; $5 1 with bots
    SERIES = "\
        SELECT start, CAST(SUM(scans) AS BIGINT) FROM scan_rollups \
        WHERE code_id = $1 AND grain = $2 AND dimension = 0 AND start >= $3 AND start < $4 AND is_bot <= $5 \
        GROUP BY start ORDER BY start";
    VISITORS = "\
        SELECT start, CAST(SUM(visitors) AS BIGINT) FROM scan_rollups \
        WHERE code_id = $1 AND grain = 1 AND dimension = 0 AND start >= $2 AND start < $3 AND is_bot = 0 \
        GROUP BY start ORDER BY start";
    /// $1 code, $2 grain, $3 from, $4 to (not in it), in units of the grain; $5 1 with bots
    VALUES = values_of!(1, 2, 3, 4, 5, 6, 7);
    COUNT_OF = "SELECT scan_count, first_scanned_at, last_scanned_at FROM scan_counts WHERE code_id = $1";

    VISITOR_KEY = "\
        INSERT INTO visitor_keys (day, key) VALUES ($1, $2) \
        ON CONFLICT (day) DO UPDATE SET key = visitor_keys.key RETURNING key";
    ERASE_VISITOR_KEYS = "DELETE FROM visitor_keys WHERE day < $1";
    ERASE_VISITORS = "DELETE FROM scan_visitors WHERE day < $1";

    /// $1 before, $2 at most
    ERASE_SCANS = "\
        DELETE FROM scans WHERE id IN (SELECT id FROM scans WHERE scanned_at < $1 ORDER BY scanned_at LIMIT $2)";

    NEXT_ERASED_CODE = "SELECT code_id FROM erased_codes ORDER BY code_id LIMIT 1";
    /// $1 code, $2 at most; and so the next two
    ERASE_SCANS_OF = "DELETE FROM scans WHERE id IN (SELECT id FROM scans WHERE code_id = $1 LIMIT $2)";
    ERASE_ROLLUPS_OF = "\
        DELETE FROM scan_rollups WHERE code_id = $1 AND (grain, dimension, start, is_bot, value) IN \
        (SELECT grain, dimension, start, is_bot, value FROM scan_rollups WHERE code_id = $1 LIMIT $2)";
    ERASE_VISITORS_OF = "\
        DELETE FROM scan_visitors WHERE code_id = $1 AND (day, visitor) IN \
        (SELECT day, visitor FROM scan_visitors WHERE code_id = $1 LIMIT $2)";
    ERASE_COUNT_OF = "DELETE FROM scan_counts WHERE code_id = $1";
    FORGET_ERASED_CODE = "DELETE FROM erased_codes WHERE code_id = $1";
}

/// The statements that take many rows at once.
pub(crate) struct Bulk {
    /// [code]: its workspace and plan; nothing where it has none any more.
    pub(crate) owners: &'static str,
    /// [code, scans, first, last]
    pub(crate) count: &'static str,
    /// Code, at, bot, destination, variant, country, region, device, os, browser, referrer, language, visitor: on SQLite the
    /// parameters of one row, on PostgreSQL rows with the visitor in hex.
    pub(crate) insert: &'static str,
    /// The same, and the number of each.
    pub(crate) insert_numbered: &'static str,
    /// [code, day, visitor in hex]: code and day of each that is new.
    pub(crate) visitors: &'static str,
    /// [code, day, dimension, value]: whether the value is known there, and how many are.
    pub(crate) known: &'static str,
    /// [code, grain, dimension, start, bot, value, scans, visitors]
    pub(crate) roll_up: &'static str,
}

impl Bulk {
    /// Every statement.
    pub(crate) const fn all(&self) -> [&'static str; 7] {
        [
            self.owners,
            self.count,
            self.insert,
            self.insert_numbered,
            self.visitors,
            self.known,
            self.roll_up,
        ]
    }
}

macro_rules! insert {
    (sqlite) => {
        "\
         INSERT INTO scans (code_id, scanned_at, is_bot, destination_url, variant, country, region, device, os, browser, \
         referrer, language, visitor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    };
    (postgres) => {
        "\
         INSERT INTO scans (code_id, scanned_at, is_bot, destination_url, variant, country, region, device, os, browser, \
         referrer, language, visitor) \
         SELECT CAST(j ->> 0 AS BIGINT), CAST(j ->> 1 AS BIGINT), CAST(j ->> 2 AS BIGINT), j ->> 3, j ->> 4, j ->> 5, \
         j ->> 6, j ->> 7, j ->> 8, j ->> 9, j ->> 10, j ->> 11, decode(j ->> 12, 'hex') \
         FROM jsonb_array_elements(CAST(CAST($1 AS TEXT) AS JSONB)) AS j"
    };
}

pub(crate) const SQLITE: Bulk = Bulk {
    owners: "\
        SELECT c.id, w.id, w.plan FROM json_each($1) AS j \
        JOIN dynamic_codes c ON c.id = j.value JOIN workspaces w ON w.id = c.workspace_id",
    count: "\
        INSERT INTO scan_counts (code_id, scan_count, first_scanned_at, last_scanned_at) \
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each($1) WHERE true \
        ON CONFLICT (code_id) DO UPDATE SET scan_count = scan_counts.scan_count + excluded.scan_count, \
        first_scanned_at = min(scan_counts.first_scanned_at, excluded.first_scanned_at), \
        last_scanned_at = max(scan_counts.last_scanned_at, excluded.last_scanned_at)",
    insert: insert!(sqlite),
    insert_numbered: concat!(insert!(sqlite), " RETURNING id"),
    visitors: "\
        INSERT INTO scan_visitors (code_id, day, visitor) \
        SELECT value ->> 0, value ->> 1, unhex(value ->> 2) FROM json_each($1) WHERE true \
        ON CONFLICT (code_id, day, visitor) DO NOTHING RETURNING code_id, day",
    known: "\
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, \
        EXISTS (SELECT 1 FROM scan_rollups r WHERE r.code_id = j.value ->> 0 AND r.grain = 1 \
        AND r.dimension = j.value ->> 2 AND r.start = j.value ->> 1 AND r.value = j.value ->> 3), \
        (SELECT count(DISTINCT r.value) FROM scan_rollups r WHERE r.code_id = j.value ->> 0 AND r.grain = 1 \
        AND r.dimension = j.value ->> 2 AND r.start = j.value ->> 1) FROM json_each($1) AS j",
    roll_up: "\
        INSERT INTO scan_rollups (code_id, grain, dimension, start, is_bot, value, scans, visitors) \
        SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7 \
        FROM json_each($1) WHERE true \
        ON CONFLICT (code_id, grain, dimension, start, is_bot, value) DO UPDATE SET \
        scans = scan_rollups.scans + excluded.scans, visitors = scan_rollups.visitors + excluded.visitors",
};

/// Scans that SQLite takes in one statement.
pub(super) const ROWS: usize = 20;

/// Its `insert` with so many rows: a statement costs as much as a row does.
pub(super) static INSERT_ROWS: LazyLock<String> = LazyLock::new(|| {
    let (head, row) = SQLITE.insert.split_once("VALUES ").unwrap_or_default();
    let columns = row.split(',').count();
    let row = |number: usize| {
        let parameters = (1..=columns).map(|column| format!("${}", number * columns + column));
        format!("({})", parameters.collect::<Vec<_>>().join(", "))
    };
    format!(
        "{head}VALUES {}",
        (0..ROWS).map(row).collect::<Vec<_>>().join(", ")
    )
});

pub(crate) const POSTGRES: Bulk = Bulk {
    owners: "\
        SELECT c.id, w.id, w.plan FROM jsonb_array_elements(CAST(CAST($1 AS TEXT) AS JSONB)) AS j \
        JOIN dynamic_codes c ON c.id = CAST(j AS BIGINT) JOIN workspaces w ON w.id = c.workspace_id",
    count: "\
        INSERT INTO scan_counts (code_id, scan_count, first_scanned_at, last_scanned_at) \
        SELECT CAST(j ->> 0 AS BIGINT), CAST(j ->> 1 AS BIGINT), CAST(j ->> 2 AS BIGINT), CAST(j ->> 3 AS BIGINT) \
        FROM jsonb_array_elements(CAST(CAST($1 AS TEXT) AS JSONB)) AS j \
        ON CONFLICT (code_id) DO UPDATE SET scan_count = scan_counts.scan_count + excluded.scan_count, \
        first_scanned_at = least(scan_counts.first_scanned_at, excluded.first_scanned_at), \
        last_scanned_at = greatest(scan_counts.last_scanned_at, excluded.last_scanned_at)",
    insert: insert!(postgres),
    insert_numbered: concat!(insert!(postgres), " RETURNING id"),
    visitors: "\
        INSERT INTO scan_visitors (code_id, day, visitor) \
        SELECT CAST(j ->> 0 AS BIGINT), CAST(j ->> 1 AS BIGINT), decode(j ->> 2, 'hex') \
        FROM jsonb_array_elements(CAST(CAST($1 AS TEXT) AS JSONB)) AS j \
        ON CONFLICT (code_id, day, visitor) DO NOTHING RETURNING code_id, day",
    known: "\
        SELECT k.code, k.day, k.dimension, k.value, \
        CAST(CASE WHEN EXISTS (SELECT 1 FROM scan_rollups r WHERE r.code_id = k.code AND r.grain = 1 \
        AND r.dimension = k.dimension AND r.start = k.day AND r.value = k.value) THEN 1 ELSE 0 END AS BIGINT), \
        (SELECT count(DISTINCT r.value) FROM scan_rollups r WHERE r.code_id = k.code AND r.grain = 1 \
        AND r.dimension = k.dimension AND r.start = k.day) \
        FROM (SELECT CAST(j ->> 0 AS BIGINT) AS code, CAST(j ->> 1 AS BIGINT) AS day, \
        CAST(j ->> 2 AS BIGINT) AS dimension, j ->> 3 AS value \
        FROM jsonb_array_elements(CAST(CAST($1 AS TEXT) AS JSONB)) AS j) AS k",
    roll_up: "\
        INSERT INTO scan_rollups (code_id, grain, dimension, start, is_bot, value, scans, visitors) \
        SELECT CAST(j ->> 0 AS BIGINT), CAST(j ->> 1 AS BIGINT), CAST(j ->> 2 AS BIGINT), CAST(j ->> 3 AS BIGINT), \
        CAST(j ->> 4 AS BIGINT), j ->> 5, CAST(j ->> 6 AS BIGINT), CAST(j ->> 7 AS BIGINT) \
        FROM jsonb_array_elements(CAST(CAST($1 AS TEXT) AS JSONB)) AS j \
        ON CONFLICT (code_id, grain, dimension, start, is_bot, value) DO UPDATE SET \
        scans = scan_rollups.scans + excluded.scans, visitors = scan_rollups.visitors + excluded.visitors",
};
