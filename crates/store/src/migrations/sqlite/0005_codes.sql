-- Short ids and where they lead. A row stays for good, so that no short id is ever given out again: deleted codes, and
-- those of erased workspaces, are emptied.
CREATE TABLE dynamic_codes (
    id                        INTEGER PRIMARY KEY AUTOINCREMENT,
    -- Null once the workspace is erased.
    workspace_id              INTEGER REFERENCES workspaces (id) ON DELETE SET NULL,
    -- Letter case counts.
    short_id                  TEXT NOT NULL UNIQUE CHECK (length(short_id) = 8),
    name                      TEXT NOT NULL,
    destination_url           TEXT NOT NULL,
    -- A JSON list; empty: the destination alone.
    variants                  TEXT NOT NULL,
    -- Name, destination and short id in lower case: what is searched, and the order by name.
    search_key                TEXT NOT NULL,
    paused_at                 INTEGER,
    destination_changes_count INTEGER NOT NULL DEFAULT 0 CHECK (destination_changes_count >= 0),
    -- 0 until the first change, then the number of the newest one in code_feed.
    revision                  INTEGER NOT NULL DEFAULT 0,
    created_at                INTEGER NOT NULL,
    updated_at                INTEGER NOT NULL,
    deleted_at                INTEGER
) STRICT;

CREATE INDEX dynamic_codes_workspace ON dynamic_codes (workspace_id, id);
CREATE UNIQUE INDEX dynamic_codes_revision ON dynamic_codes (revision) WHERE revision > 0;

-- One row. Who changes a code takes its next number and holds it until the commit, so that changes become visible in the
-- order of their numbers.
CREATE TABLE code_feed (
    id                 INTEGER PRIMARY KEY CHECK (id = 1),
    revision           INTEGER NOT NULL,
    -- The newest number that changed blocked_patterns.
    blocklist_revision INTEGER NOT NULL
) STRICT;

INSERT INTO code_feed (id, revision, blocklist_revision) VALUES (1, 0, 0);

-- Destinations that the operator has blocked.
CREATE TABLE blocked_patterns (
    pattern    TEXT PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Codes that are neither paused nor deleted.
ALTER TABLE balances ADD COLUMN active_codes INTEGER NOT NULL DEFAULT 0 CHECK (active_codes >= 0);
