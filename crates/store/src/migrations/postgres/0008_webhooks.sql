-- The id of the request that caused it, where one did.
ALTER TABLE events ADD COLUMN request_id TEXT;

-- Where a workspace wants to be told of events. The row is the mutex of its queue of deliveries.
CREATE TABLE webhook_subscriptions (
    id                   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- Null once it is deleted, or its workspace erased; then the sweep removes its deliveries, and at last the row.
    workspace_id         BIGINT REFERENCES workspaces (id) ON DELETE SET NULL,
    url                  TEXT NOT NULL,
    description          TEXT NOT NULL,
    -- A JSON list of kinds.
    events               TEXT NOT NULL,
    include_bots         BIGINT NOT NULL,
    -- In which its maker reads: of the letter that tells that it is disabled.
    language             TEXT NOT NULL,
    status               TEXT NOT NULL CHECK (status IN ('active', 'paused', 'disabled')),
    -- Encrypted by the server.
    secret               BYTEA NOT NULL,
    -- Signs beside the secret until then.
    previous_secret      BYTEA,
    previous_until       BIGINT NOT NULL DEFAULT 0,
    -- Deliveries up to this one that wait are cancelled.
    cancelled_to         BIGINT NOT NULL DEFAULT 0,
    -- Deliveries of scans that wait.
    waiting_scans        BIGINT NOT NULL DEFAULT 0,
    -- Scans that were dropped because too many waited.
    dropped_scans        BIGINT NOT NULL DEFAULT 0,
    -- Since the last success: failed attempts, the time of the first, up to three of their events (a JSON list), and
    -- deliveries that have used up all their attempts.
    consecutive_failures BIGINT NOT NULL DEFAULT 0,
    failing_since        BIGINT,
    failing_events       TEXT NOT NULL DEFAULT '[]',
    exhausted            BIGINT NOT NULL DEFAULT 0,
    last_delivery_at     BIGINT,
    last_response_status BIGINT,
    created_at           BIGINT NOT NULL
);

CREATE INDEX webhook_subscriptions_workspace ON webhook_subscriptions (workspace_id, id);

-- One row an attempt to deliver an event; those that wait are the queue, the others what the owner sees.
CREATE TABLE webhook_deliveries (
    id              BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription_id BIGINT NOT NULL REFERENCES webhook_subscriptions (id),
    event_id        BIGINT NOT NULL,
    attempt         BIGINT NOT NULL,
    -- 0 waits, 1 is being made, 2 succeeded, 3 failed.
    state           BIGINT NOT NULL DEFAULT 0,
    -- Not before; 0 is at once.
    due_at          BIGINT NOT NULL,
    -- Who makes it: drawn anew for each claim.
    lease           BYTEA,
    response_status BIGINT,
    response_body   TEXT,
    error           TEXT,
    duration_ms     BIGINT,
    -- Of a failed one: when the next is due.
    next_at         BIGINT,
    -- When it was made, or, before that, when it began to wait.
    created_at      BIGINT NOT NULL,
    UNIQUE (event_id, subscription_id, attempt)
);

CREATE INDEX webhook_deliveries_subscription ON webhook_deliveries (subscription_id, id);
-- What is due next.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (subscription_id, due_at, event_id) WHERE state = 0;
-- What has waited for the longest time.
CREATE INDEX webhook_deliveries_oldest ON webhook_deliveries (subscription_id, event_id) WHERE state = 0;
CREATE INDEX webhook_deliveries_leased ON webhook_deliveries (subscription_id) WHERE state = 1;
