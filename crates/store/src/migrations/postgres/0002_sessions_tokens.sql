-- When the user showed that the address is theirs.
ALTER TABLE users ADD COLUMN verified_at BIGINT;
-- Goes up with every new password: what was begun under the old one finds another number.
ALTER TABLE users ADD COLUMN session_epoch BIGINT NOT NULL DEFAULT 0;
-- What the sign-up named, for the operator.
ALTER TABLE workspaces ADD COLUMN referral_code TEXT;

-- Whoever is here already was made by an operator, who vouches.
UPDATE users SET verified_at = created_at;

-- A sign-in on one device, and the refresh tokens that follow each other in it.
CREATE TABLE sessions (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id      BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Where the session acts.
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    -- SHA-256 of the part that all refresh tokens of the session share.
    family_hash  BYTEA NOT NULL UNIQUE CHECK (length(family_hash) = 32),
    -- SHA-256 of the one that works.
    token_hash   BYTEA NOT NULL CHECK (length(token_hash) = 32),
    started_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_workspace ON sessions (workspace_id);

-- What a link in a letter carries. Works once.
CREATE TABLE one_time_tokens (
    hash       BYTEA PRIMARY KEY CHECK (length(hash) = 32),
    user_id    BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    TEXT NOT NULL CHECK (purpose IN ('reset_password', 'verify_email')),
    -- Where the letter went.
    email      TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX one_time_tokens_user ON one_time_tokens (user_id);
