-- What has happened, written in the transaction of what caused it.
CREATE TABLE events (
    id           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    kind         TEXT NOT NULL,
    -- A JSON object.
    data         TEXT NOT NULL,
    created_at   BIGINT NOT NULL
);

CREATE INDEX events_workspace ON events (workspace_id);

-- YYYYMM: the newest month in which use reached 75 % and 100 % of the quota, each told once a month.
ALTER TABLE balances ADD COLUMN marked_75 BIGINT NOT NULL DEFAULT 0;
ALTER TABLE balances ADD COLUMN marked_100 BIGINT NOT NULL DEFAULT 0;
