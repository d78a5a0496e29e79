-- Requests that were sent with an Idempotency-Key, and what they were answered.
CREATE TABLE idempotent_answers (
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- Keyed hash of path and key.
    key_hash     BLOB NOT NULL CHECK (length(key_hash) = 32),
    -- Keyed hash of the body as parsed.
    body_hash    BLOB NOT NULL CHECK (length(body_hash) = 32),
    -- Who works on it: drawn anew by every try.
    holder       BLOB NOT NULL CHECK (length(holder) = 16),
    -- When another try may take over a request that has no answer: its process is taken for dead.
    free_at      INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    -- Status and headers, encrypted. Null while the request is in flight.
    head         BLOB,
    -- The body, encrypted, or the name of the file that holds it.
    body         BLOB,
    file         TEXT,
    PRIMARY KEY (workspace_id, key_hash)
) STRICT;

CREATE INDEX idempotent_answers_expiry ON idempotent_answers (expires_at);
