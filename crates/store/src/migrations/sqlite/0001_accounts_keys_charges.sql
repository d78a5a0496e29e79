-- Who signs in.
CREATE TABLE users (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    email         TEXT NOT NULL,
    -- The e-mail in lower case: what must be unique.
    email_key     TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

-- What owns keys, codes and one plan.
CREATE TABLE workspaces (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    plan       TEXT NOT NULL CHECK (plan IN ('free', 'starter', 'pro', 'agency', 'enterprise')),
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE memberships (
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    user_id      INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role         TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX memberships_user ON memberships (user_id);

-- One row a workspace, apart from it, so that a charge never waits for a change of name or plan.
CREATE TABLE balances (
    workspace_id   INTEGER PRIMARY KEY REFERENCES workspaces (id) ON DELETE CASCADE,
    -- YYYYMM, UTC: the month that used and overage speak of. An older one than today's counts as nothing used.
    month          INTEGER NOT NULL,
    used           INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0),
    -- The part of used that the plan bills.
    overage        INTEGER NOT NULL DEFAULT 0 CHECK (overage >= 0),
    credits        INTEGER NOT NULL DEFAULT 0 CHECK (credits >= 0),
    -- What the newest charge took, for its RETURNING: no database here returns old values.
    charge_credits INTEGER NOT NULL DEFAULT 0,
    charge_overage INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Renders delivered a UTC day (YYYYMMDD), however paid.
CREATE TABLE daily_renders (
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    day          INTEGER NOT NULL,
    renders      INTEGER NOT NULL,
    PRIMARY KEY (workspace_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    workspace_id INTEGER NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    -- SHA-256 of the raw key, which is nowhere.
    hash         BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    -- Null: the workspace's.
    plan         TEXT CHECK (plan IN ('free', 'starter', 'pro', 'agency', 'enterprise')),
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER,
    -- Renders by this key, credits included, in this month (YYYYMM).
    month        INTEGER NOT NULL DEFAULT 0,
    used         INTEGER NOT NULL DEFAULT 0 CHECK (used >= 0)
) STRICT;

CREATE INDEX api_keys_workspace ON api_keys (workspace_id);
CREATE INDEX api_keys_prefix ON api_keys (prefix);
