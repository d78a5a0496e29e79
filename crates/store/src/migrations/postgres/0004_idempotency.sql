-- Requests that were sent with an Idempotency-Key, and what they were answered.
CREATE TABLE idempotent_answers (
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- Keyed hash of path and key.
    key_hash     BYTEA NOT NULL CHECK (length(key_hash) = 32),
    -- Keyed hash of the body as parsed.
    body_hash    BYTEA NOT NULL CHECK (length(body_hash) = 32),
    -- Who works on it: drawn anew by every try.
    holder       BYTEA NOT NULL CHECK (length(holder) = 16),
    -- When another try may take over a request that has no answer: its process is taken for dead.
    free_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    -- Status and headers, encrypted. Null while the request is in flight.
    head         BYTEA,
    -- The body, encrypted, or the name of the file that holds it.
    body         BYTEA,
    file         TEXT,
    PRIMARY KEY (workspace_id, key_hash)
);

CREATE INDEX idempotent_answers_expiry ON idempotent_answers (expires_at);
