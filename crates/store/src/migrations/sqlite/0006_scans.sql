-- How far each journal is drained: everything before it is in the tables below.
CREATE TABLE journal_positions (
    journal     TEXT PRIMARY KEY,
    segment     INTEGER NOT NULL,
    byte_offset INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- People's scans of a code; apart from the code's row, so that a change never waits for them.
CREATE TABLE scan_counts (
    code_id          INTEGER PRIMARY KEY REFERENCES dynamic_codes (id),
    scan_count       INTEGER NOT NULL,
    first_scanned_at INTEGER NOT NULL,
    last_scanned_at  INTEGER NOT NULL
) STRICT;

-- Scans with their details, as long as those are kept.
CREATE TABLE scans (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    code_id         INTEGER NOT NULL REFERENCES dynamic_codes (id),
    scanned_at      INTEGER NOT NULL,
    is_bot          INTEGER NOT NULL,
    destination_url TEXT NOT NULL,
    variant         TEXT,
    country         TEXT,
    region          TEXT,
    device          TEXT,
    os              TEXT,
    browser         TEXT,
    referrer        TEXT,
    language        TEXT,
    visitor         BLOB NOT NULL
) STRICT;

CREATE INDEX scans_code ON scans (code_id, scanned_at);
CREATE INDEX scans_time ON scans (scanned_at);

-- Sums a code, by quarters of an hour (grain 0) and days (grain 1), UTC, counted from 1970. Dimension 0 is all scans,
-- the others are told apart by a value: '' is unknown, U+0001 is other.
CREATE TABLE scan_rollups (
    code_id   INTEGER NOT NULL REFERENCES dynamic_codes (id),
    grain     INTEGER NOT NULL,
    dimension INTEGER NOT NULL,
    start     INTEGER NOT NULL,
    is_bot    INTEGER NOT NULL,
    value     TEXT NOT NULL,
    scans     INTEGER NOT NULL,
    visitors  INTEGER NOT NULL,
    PRIMARY KEY (code_id, grain, dimension, start, is_bot, value)
) STRICT, WITHOUT ROWID;

-- Who was seen on a UTC day, by hashes whose key is thrown away. Days that are over are erased.
CREATE TABLE scan_visitors (
    code_id INTEGER NOT NULL REFERENCES dynamic_codes (id),
    day     INTEGER NOT NULL,
    visitor BLOB NOT NULL,
    PRIMARY KEY (code_id, day, visitor)
) STRICT, WITHOUT ROWID;

CREATE INDEX scan_visitors_day ON scan_visitors (day);

-- The keys of those hashes; left out of exports and backups.
CREATE TABLE visitor_keys (
    day INTEGER PRIMARY KEY,
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;

-- Scans kept with their details a month (YYYYMM), where a plan bounds them.
CREATE TABLE monthly_scans (
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    month        INTEGER NOT NULL,
    recorded     INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, month)
) STRICT, WITHOUT ROWID;

-- Codes of erased workspaces whose scans are still to be erased, some at a time.
CREATE TABLE erased_codes (
    code_id INTEGER PRIMARY KEY REFERENCES dynamic_codes (id)
) STRICT;
