-- Batches that nobody waits for, while they are worked on and a day beyond.
CREATE TABLE jobs (
    -- 32 hexadecimal digits, drawn at random.
    id           TEXT PRIMARY KEY CHECK (length(id) = 32),
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- The key that asked, and pays.
    key_id       BIGINT NOT NULL REFERENCES api_keys (id) ON DELETE CASCADE,
    -- What is to be done, encrypted.
    request      BYTEA,
    status       TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
    -- Items that are drawn, and all of them.
    done         BIGINT NOT NULL CHECK (done >= 0),
    total        BIGINT NOT NULL CHECK (total > 0),
    -- Why it has failed: a JSON object.
    errors       TEXT,
    -- Who works on it: drawn anew by every try.
    holder       BYTEA CHECK (length(holder) = 16),
    -- When another one may take over: the holder is taken for dead.
    free_at      BIGINT NOT NULL,
    tries        BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    -- When it is forgotten, with its archive.
    expires_at   BIGINT NOT NULL
);

CREATE INDEX jobs_workspace ON jobs (workspace_id);
CREATE INDEX jobs_waiting ON jobs (created_at, id) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_expiry ON jobs (expires_at);
