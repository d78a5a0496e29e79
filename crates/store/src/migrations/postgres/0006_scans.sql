-- How far each journal is drained: everything before it is in the tables below.
CREATE TABLE journal_positions (
    journal     TEXT PRIMARY KEY,
    segment     BIGINT NOT NULL,
    byte_offset BIGINT NOT NULL
);

-- People's scans of a code; apart from the code's row, so that a change never waits for them.
CREATE TABLE scan_counts (
    code_id          BIGINT PRIMARY KEY REFERENCES dynamic_codes (id),
    scan_count       BIGINT NOT NULL,
    first_scanned_at BIGINT NOT NULL,
    last_scanned_at  BIGINT NOT NULL
);

-- Scans with their details, as long as those are kept.
CREATE TABLE scans (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code_id         BIGINT NOT NULL REFERENCES dynamic_codes (id),
    scanned_at      BIGINT NOT NULL,
    is_bot          BIGINT NOT NULL,
    destination_url TEXT NOT NULL,
    variant         TEXT,
    country         TEXT,
    region          TEXT,
    device          TEXT,
    os              TEXT,
    browser         TEXT,
    referrer        TEXT,
    language        TEXT,
    visitor         BYTEA NOT NULL
);

CREATE INDEX scans_code ON scans (code_id, scanned_at);
CREATE INDEX scans_time ON scans (scanned_at);

-- Sums a code, by quarters of an hour (grain 0) and days (grain 1), UTC, counted from 1970. Dimension 0 is all scans,
-- the others are told apart by a value: '' is unknown, U+0001 is other.
CREATE TABLE scan_rollups (
    code_id   BIGINT NOT NULL REFERENCES dynamic_codes (id),
    grain     BIGINT NOT NULL,
    dimension BIGINT NOT NULL,
    start     BIGINT NOT NULL,
    is_bot    BIGINT NOT NULL,
    value     TEXT NOT NULL,
    scans     BIGINT NOT NULL,
    visitors  BIGINT NOT NULL,
    PRIMARY KEY (code_id, grain, dimension, start, is_bot, value)
);

-- Who was seen on a UTC day, by hashes whose key is thrown away. Days that are over are erased.
CREATE TABLE scan_visitors (
    code_id BIGINT NOT NULL REFERENCES dynamic_codes (id),
    day     BIGINT NOT NULL,
    visitor BYTEA NOT NULL,
    PRIMARY KEY (code_id, day, visitor)
);

CREATE INDEX scan_visitors_day ON scan_visitors (day);

-- The keys of those hashes; left out of exports and backups.
CREATE TABLE visitor_keys (
    day BIGINT PRIMARY KEY,
    key BYTEA NOT NULL CHECK (length(key) = 32)
);

-- Scans kept with their details a month (YYYYMM), where a plan bounds them.
CREATE TABLE monthly_scans (
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    month        BIGINT NOT NULL,
    recorded     BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, month)
);

-- Codes of erased workspaces whose scans are still to be erased, some at a time.
CREATE TABLE erased_codes (
    code_id BIGINT PRIMARY KEY REFERENCES dynamic_codes (id)
);
