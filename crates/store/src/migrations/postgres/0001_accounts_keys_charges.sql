-- Who signs in.
CREATE TABLE users (
    id            BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email         TEXT NOT NULL,
    -- The e-mail in lower case: what must be unique.
    email_key     TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    BIGINT NOT NULL
);

-- What owns keys, codes and one plan.
CREATE TABLE workspaces (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name       TEXT NOT NULL,
    plan       TEXT NOT NULL CHECK (plan IN ('free', 'starter', 'pro', 'agency', 'enterprise')),
    created_at BIGINT NOT NULL
);

CREATE TABLE memberships (
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id      BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role         TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
);

CREATE INDEX memberships_user ON memberships (user_id);

-- One row a workspace, apart from it, so that a charge never waits for a change of name or plan.
CREATE TABLE balances (
    workspace_id   BIGINT PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    -- YYYYMM, UTC: the month that used and overage speak of. An older one than today's counts as nothing used.
    month          BIGINT NOT NULL,
    used           BIGINT NOT NULL DEFAULT 0 CHECK (used >= 0),
    -- The part of used that the plan bills.
    overage        BIGINT NOT NULL DEFAULT 0 CHECK (overage >= 0),
    credits        BIGINT NOT NULL DEFAULT 0 CHECK (credits >= 0),
    -- What the newest charge took, for its RETURNING: no database here returns old values.
    charge_credits BIGINT NOT NULL DEFAULT 0,
    charge_overage BIGINT NOT NULL DEFAULT 0
-- Hot rows: room for new versions in the same page.
) WITH (fillfactor = 50);

-- Renders delivered a UTC day (YYYYMMDD), however paid.
CREATE TABLE daily_renders (
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    day          BIGINT NOT NULL,
    renders      BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, day)
);

CREATE TABLE api_keys (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    -- SHA-256 of the raw key, which is nowhere.
    hash         BYTEA NOT NULL UNIQUE CHECK (length(hash) = 32),
    -- Null: the workspace's.
    plan         TEXT CHECK (plan IN ('free', 'starter', 'pro', 'agency', 'enterprise')),
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at   BIGINT,
    -- Renders by this key, credits included, in this month (YYYYMM).
    month        BIGINT NOT NULL DEFAULT 0,
    used         BIGINT NOT NULL DEFAULT 0 CHECK (used >= 0)
) WITH (fillfactor = 70);

CREATE INDEX api_keys_workspace ON api_keys (workspace_id);
CREATE INDEX api_keys_prefix ON api_keys (prefix);
