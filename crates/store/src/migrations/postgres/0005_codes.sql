-- Short ids and where they lead. A row stays for good, so that no short id is ever given out again: deleted codes, and
-- those of erased workspaces, are emptied.
CREATE TABLE dynamic_codes (
    id                        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Null once the workspace is erased.
    workspace_id              BIGINT REFERENCES workspaces (id) ON DELETE SET NULL,
    -- Letter case counts.
    short_id                  TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(short_id) = 8),
    name                      TEXT NOT NULL,
    destination_url           TEXT NOT NULL,
    -- A JSON list; empty: the destination alone.
    variants                  TEXT NOT NULL,
    -- Name, destination and short id in lower case: what is searched, and the order by name.
    search_key                TEXT COLLATE "C" NOT NULL,
    paused_at                 BIGINT,
    destination_changes_count BIGINT NOT NULL DEFAULT 0 CHECK (destination_changes_count >= 0),
    -- 0 until the first change, then the number of the newest one in code_feed.
    revision                  BIGINT NOT NULL DEFAULT 0,
    created_at                BIGINT NOT NULL,
    updated_at                BIGINT NOT NULL,
    deleted_at                BIGINT
);

CREATE INDEX dynamic_codes_workspace ON dynamic_codes (workspace_id, id);
CREATE UNIQUE INDEX dynamic_codes_revision ON dynamic_codes (revision) WHERE revision > 0;

-- One row. Who changes a code takes its next number and holds it until the commit, so that changes become visible in the
-- order of their numbers.
CREATE TABLE code_feed (
    id                 BIGINT PRIMARY KEY CHECK (id = 1),
    revision           BIGINT NOT NULL,
    -- The newest number that changed blocked_patterns.
    blocklist_revision BIGINT NOT NULL
);

INSERT INTO code_feed (id, revision, blocklist_revision) VALUES (1, 0, 0);

-- Destinations that the operator has blocked.
CREATE TABLE blocked_patterns (
    pattern    TEXT COLLATE "C" PRIMARY KEY,
    created_at BIGINT NOT NULL
);

-- Wakes the other nodes at once, and says whose schema has changed; code_feed is the truth.
CREATE FUNCTION notify_codes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('qrstudio_codes', current_schema()::text);
    RETURN NULL;
END $$;

CREATE TRIGGER code_feed_notify AFTER UPDATE ON code_feed FOR EACH STATEMENT EXECUTE FUNCTION notify_codes();

-- Codes that are neither paused nor deleted.
ALTER TABLE balances ADD COLUMN active_codes BIGINT NOT NULL DEFAULT 0 CHECK (active_codes >= 0);
