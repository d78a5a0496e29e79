//! The area's statements. Many rows travel as one JSON text, which both engines unpack.

use crate::unit::{Db, Engine, statements};

/// The columns of a subscription, in the order that `entities::read` takes them.
macro_rules! subscription_columns {
    () => {
        "id, workspace_id, url, description, events, include_bots, status, consecutive_failures, last_delivery_at, \
         last_response_status, created_at"
    };
}

/// The columns of a delivery, in the order that `entities::read_delivery` takes them. What is cancelled has no next one.
macro_rules! delivery_columns {
    () => {
        "d.id, d.event_id, e.kind, e.data, e.created_at, d.attempt, d.state, d.response_status, d.response_body, d.error, \
         d.duration_ms, d.created_at, d.due_at, \
         CASE WHEN d.id > s.cancelled_to AND s.status = 'active' THEN d.next_at END"
    };
}

/// Deliveries with their subscription and event; cancelled ones that still wait to be erased are not there any more.
macro_rules! deliveries {
    () => {
        "webhook_deliveries d JOIN webhook_subscriptions s ON s.id = d.subscription_id JOIN events e ON e.id = d.event_id \
         WHERE NOT (d.state = 0 AND d.id <= s.cancelled_to) "
    };
}

statements! {
    COUNT_SUBSCRIPTIONS = "SELECT COUNT(*) FROM webhook_subscriptions WHERE workspace_id = $1";

    INSERT_SUBSCRIPTION = concat!(
        "INSERT INTO webhook_subscriptions (workspace_id, url, description, events, include_bots, secret, created_at, language, status) ",
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'active') RETURNING ", subscription_columns!()
    );

    LIST_SUBSCRIPTIONS = concat!(
        "SELECT ", subscription_columns!(), " FROM webhook_subscriptions WHERE workspace_id = $1 ORDER BY id"
    );

    FIND_SUBSCRIPTION = concat!(
        "SELECT ", subscription_columns!(), " FROM webhook_subscriptions WHERE workspace_id = $1 AND id = $2"
    );

    /// The same, held until the transaction ends.
    HOLD_SUBSCRIPTION = concat!(
        "UPDATE webhook_subscriptions SET status = status WHERE workspace_id = $1 AND id = $2 RETURNING ",
        subscription_columns!()
    );

    CHANGE_SUBSCRIPTION = concat!(
        "UPDATE webhook_subscriptions SET url = COALESCE($2, url), description = COALESCE($3, description), ",
        "events = COALESCE($4, events), include_bots = COALESCE($5, include_bots), status = COALESCE($6, status) ",
        "WHERE id = $1 RETURNING ", subscription_columns!()
    );

    /// All that waits for a subscription. Its rows go later, some at a time.
    CANCEL = "\
        UPDATE webhook_subscriptions SET waiting_scans = 0, cancelled_to = (SELECT COALESCE(MAX(d.id), 0) \
        FROM webhook_deliveries d WHERE d.subscription_id = webhook_subscriptions.id) WHERE id = $1";

    FORGET_FAILURES = concat!(
        "UPDATE webhook_subscriptions SET consecutive_failures = 0, failing_since = NULL, failing_events = '[]', ",
        "exhausted = 0 WHERE id = $1 RETURNING ", subscription_columns!()
    );

    /// $1 workspace, $2 subscription, $3 secret, $4 until when the old one signs, too, or 0
    ROTATE_SUBSCRIPTION = concat!(
        "UPDATE webhook_subscriptions SET previous_secret = CASE WHEN CAST($4 AS BIGINT) > 0 THEN secret END, previous_until = $4, ",
        "secret = $3 WHERE workspace_id = $1 AND id = $2 RETURNING ", subscription_columns!()
    );

    /// $1 workspace, $2 subscription, $3 nothing, in the place of the secret
    DELETE_SUBSCRIPTION = "\
        UPDATE webhook_subscriptions SET workspace_id = NULL, url = '', description = '', status = 'disabled', \
        secret = $3, previous_secret = NULL WHERE workspace_id = $1 AND id = $2";

    /// $1 workspace, $2 event, $3 pattern of its kind, $4 now
    ENQUEUE = "\
        INSERT INTO webhook_deliveries (subscription_id, event_id, attempt, due_at, created_at) \
        SELECT id, $2, 1, 0, $4 FROM webhook_subscriptions \
        WHERE workspace_id = $1 AND status = 'active' AND events LIKE $3";

    /// $1 after this subscription, $2 at most. Two steps of an index for each, however much waits.
    QUEUES = "\
        WITH RECURSIVE queue (id, place) AS ( \
        SELECT (SELECT MIN(subscription_id) FROM webhook_deliveries WHERE state = 0 AND subscription_id > $1), 1 \
        UNION ALL \
        SELECT (SELECT MIN(d.subscription_id) FROM webhook_deliveries d WHERE d.state = 0 AND d.subscription_id > queue.id), \
        queue.place + 1 FROM queue WHERE queue.id IS NOT NULL AND queue.place < $2) \
        SELECT id, (SELECT MIN(d.due_at) FROM webhook_deliveries d WHERE d.state = 0 AND d.subscription_id = queue.id) \
        FROM queue WHERE id IS NOT NULL ORDER BY id";

    LEASED = "SELECT id, subscription_id, lease FROM webhook_deliveries WHERE state = 1";

    /// $1 delivery, $2 lease
    RELEASE = "\
        UPDATE webhook_deliveries SET state = 0, lease = NULL, due_at = 0 \
        WHERE id = $1 AND state = 1 AND lease = $2 RETURNING id";

    /// $1 delivery, $2 lease, $3 state, $4 status, $5 answer, $6 error, $7 duration, $8 next, $9 when it was made
    FINISH = "\
        UPDATE webhook_deliveries SET state = $3, lease = NULL, response_status = $4, response_body = $5, error = $6, \
        duration_ms = $7, next_at = $8, created_at = $9 WHERE id = $1 AND state = 1 AND lease = $2 RETURNING id";

    /// $1 subscription, $2 event, $3 attempt, $4 due, $5 now
    RETRY = "\
        INSERT INTO webhook_deliveries (subscription_id, event_id, attempt, due_at, created_at) VALUES ($1, $2, $3, $4, $5)";

    /// $1 subscription, $2 status, $3 failures, $4 since, $5 their events, $6 exhausted, $7 last, $8 its answer, $9 scans
    /// that wait again
    NOTE_OUTCOMES = "\
        UPDATE webhook_subscriptions SET status = $2, consecutive_failures = $3, failing_since = $4, failing_events = $5, \
        exhausted = $6, last_delivery_at = $7, last_response_status = $8, waiting_scans = waiting_scans + $9 WHERE id = $1";

    /// $1 workspace
    OWNERS = "\
        SELECT u.email FROM memberships m JOIN users u ON u.id = m.user_id \
        WHERE m.workspace_id = $1 AND m.role = 'owner' ORDER BY u.id";

    /// $1 subscription, $2 up to this one, $3 at most
    ERASE_CANCELLED = "\
        DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries \
        WHERE subscription_id = $1 AND state = 0 AND id <= $2 LIMIT $3)";

    /// $1 workspace, $2 subscription, $3 not after this one, $4 at most, $5 skipped
    LIST_DELIVERIES = concat!(
        "WITH shown AS (SELECT ", delivery_columns!(), " AS next_at FROM ", deliveries!(),
        "AND s.workspace_id = $1 AND d.subscription_id = $2 AND d.id <= $3), ",
        "page AS (SELECT * FROM shown ORDER BY id DESC LIMIT $4 OFFSET $5) ",
        "SELECT page.*, bounds.places, bounds.newest FROM ",
        "(SELECT COUNT(*) AS places, COALESCE(MAX(id), 0) AS newest FROM shown) AS bounds ",
        "LEFT JOIN page ON true ORDER BY page.id DESC"
    );

    /// $1 workspace, $2 subscription, $3 delivery
    FIND_DELIVERY = concat!(
        "SELECT ", delivery_columns!(), " FROM ", deliveries!(),
        "AND s.workspace_id = $1 AND d.subscription_id = $2 AND d.id = $3"
    );

    /// $1 subscription, $2 event: its newest attempt.
    NEWEST_ATTEMPT = "\
        SELECT id, attempt, state FROM webhook_deliveries WHERE event_id = $2 AND subscription_id = $1 \
        ORDER BY attempt DESC LIMIT 1";

    INSERT_DELIVERY = "\
        INSERT INTO webhook_deliveries (subscription_id, event_id, attempt, due_at, created_at) \
        VALUES ($1, $2, $3, 0, $4) RETURNING id";

    /// $1 delivery
    MAKE_DUE = "UPDATE webhook_deliveries SET due_at = 0 WHERE id = $1 AND state = 0";

    /// $1 subscription, $2 scans
    ADD_WAITING_SCANS = "\
        UPDATE webhook_subscriptions SET waiting_scans = waiting_scans + $2 WHERE id = $1";

    /// $1 subscription, $2 scans
    NOTE_DROPPED = "\
        UPDATE webhook_subscriptions SET waiting_scans = waiting_scans - $2, dropped_scans = dropped_scans + $2 WHERE id = $1";

    /// $1 subscription, $2 scans, $3 pattern of their kind. Nothing where it does not want them any more.
    HOLD_LISTENER = "\
        UPDATE webhook_subscriptions SET waiting_scans = waiting_scans + $2 \
        WHERE id = $1 AND workspace_id IS NOT NULL AND status = 'active' AND events LIKE $3 RETURNING waiting_scans";

    /// $1 subscription, $2 at most: the scans that have waited for the longest time.
    DROP_OLDEST_SCANS = "\
        DELETE FROM webhook_deliveries WHERE id IN (SELECT d.id FROM webhook_deliveries d \
        JOIN webhook_subscriptions s ON s.id = d.subscription_id JOIN events e ON e.id = d.event_id \
        WHERE d.subscription_id = $1 AND d.state = 0 AND d.id > s.cancelled_to AND e.kind = 'scan.created' \
        ORDER BY d.event_id LIMIT $2)";

    BACKLOG = "\
        SELECT waiting.deliveries, (SELECT created_at FROM events WHERE id = waiting.oldest), \
        (SELECT CAST(COALESCE(SUM(dropped_scans), 0) AS BIGINT) FROM webhook_subscriptions) \
        FROM (SELECT COUNT(*) AS deliveries, MIN(event_id) AS oldest FROM webhook_deliveries WHERE state = 0) AS waiting";

    /// $1 after this one, $2 at most: the last of so many, and how old the oldest is.
    WINDOW_OF_DELIVERIES = "\
        SELECT MAX(id), MIN(created_at) FROM (SELECT id, created_at FROM webhook_deliveries WHERE id > $1 \
        ORDER BY id LIMIT $2) AS span";
    /// $1 after this one, $2 up to this one, $3 before
    ERASE_DELIVERIES = "\
        DELETE FROM webhook_deliveries WHERE id > $1 AND id <= $2 AND state >= 2 AND created_at < $3";
    WINDOW_OF_EVENTS = "\
        SELECT MAX(id), MIN(created_at) FROM (SELECT id, created_at FROM events WHERE id > $1 ORDER BY id LIMIT $2) AS span";
    ERASE_EVENTS = "\
        DELETE FROM events WHERE id > $1 AND id <= $2 AND created_at < $3 \
        AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.event_id = events.id)";

    NEXT_DELETED = "SELECT id FROM webhook_subscriptions WHERE workspace_id IS NULL ORDER BY id LIMIT 1";
    /// $1 subscription, $2 at most
    ERASE_DELIVERIES_OF = "\
        DELETE FROM webhook_deliveries WHERE id IN \
        (SELECT id FROM webhook_deliveries WHERE subscription_id = $1 ORDER BY id LIMIT $2)";
    ERASE_SUBSCRIPTION = "DELETE FROM webhook_subscriptions WHERE id = $1 AND workspace_id IS NULL";
    /// $1 latest time that can be due
    PULL_IN = "UPDATE webhook_deliveries SET due_at = 0 WHERE state = 0 AND due_at > $1";
}

/// The statements that differ between the engines.
pub(crate) struct Bulk {
    /// $1 workspace: held until the transaction ends.
    pub(crate) hold_workspace: &'static str,
    /// [subscription]: what finishing has to know, held in the order of their numbers.
    pub(crate) hold_subscriptions: &'static str,
    /// The same for claims: what another claim holds is left out.
    pub(crate) hold_queues: &'static str,
    /// [subscription]: how many deliveries are being made for each.
    pub(crate) in_flight: &'static str,
    /// $1 now, then on SQLite $2 subscription, $3 at most, $4 after this delivery; on PostgreSQL $2 a list of such triples.
    /// Of what is due, the oldest events first.
    pub(crate) pick: &'static str,
    /// $1 [delivery], $2 lease, $3 now
    pub(crate) claim: &'static str,
    /// $1 [delivery]
    pub(crate) load: &'static str,
    /// $1 [delivery that waits again]
    pub(crate) count_waiting_scans: &'static str,
    /// $1 [code]: short id, name, scans
    pub(crate) tell_codes: &'static str,
    /// $1 [workspace], $2 pattern of the kind
    pub(crate) listeners: &'static str,
}

impl Bulk {
    /// Every statement.
    pub(crate) const fn all(&self) -> [&'static str; 10] {
        [
            self.hold_workspace,
            self.hold_subscriptions,
            self.hold_queues,
            self.in_flight,
            self.pick,
            self.claim,
            self.load,
            self.count_waiting_scans,
            self.tell_codes,
            self.listeners,
        ]
    }
}

/// The engine's own.
pub(crate) fn bulk<D: Db>() -> &'static Bulk {
    match D::ENGINE {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    }
}

macro_rules! in_list {
    (sqlite) => {
        "IN (SELECT value FROM json_each($1))"
    };
    (postgres) => {
        "IN (SELECT CAST(j AS BIGINT) FROM jsonb_array_elements_text(CAST(CAST($1 AS TEXT) AS JSONB)) AS j)"
    };
}

macro_rules! held_columns {
    () => {
        "SELECT id, workspace_id, status, consecutive_failures, failing_since, failing_events, exhausted, cancelled_to, language \
         FROM webhook_subscriptions WHERE id "
    };
}

macro_rules! queue_columns {
    () => {
        "SELECT s.id, s.workspace_id, w.plan, s.url, s.secret, s.previous_secret, s.previous_until, \
         s.consecutive_failures, s.cancelled_to \
         FROM webhook_subscriptions s JOIN workspaces w ON w.id = s.workspace_id WHERE s.id "
    };
}

macro_rules! in_flight {
    ($engine:ident) => {
        concat!(
            "SELECT subscription_id, COUNT(*) FROM webhook_deliveries WHERE state = 1 AND subscription_id ",
            in_list!($engine),
            " GROUP BY subscription_id"
        )
    };
}

/// Fresh deliveries and due retries, each from its end of the index.
macro_rules! pick {
    ($subscription:literal, $most:literal, $after:literal) => {
        concat!(
            "SELECT id FROM (SELECT * FROM (SELECT id, event_id FROM webhook_deliveries WHERE state = 0 AND due_at = 0 ",
            "AND subscription_id = ", $subscription, " AND id > ", $after, " ORDER BY event_id LIMIT ", $most, ") AS fresh ",
            "UNION ALL SELECT * FROM (SELECT id, event_id FROM webhook_deliveries WHERE state = 0 AND due_at > 0 ",
            "AND due_at <= $1 AND subscription_id = ", $subscription, " AND id > ", $after, " ORDER BY due_at LIMIT ", $most,
            ") AS again) AS due ORDER BY event_id LIMIT ", $most
        )
    };
}

macro_rules! claim {
    ($engine:ident) => {
        concat!(
            "UPDATE webhook_deliveries SET state = 1, lease = $2, created_at = $3 WHERE state = 0 AND id ",
            in_list!($engine)
        )
    };
}

macro_rules! load {
    ($engine:ident) => {
        concat!(
            "SELECT d.id, d.subscription_id, d.attempt, e.id, e.kind, e.data, e.created_at, e.request_id ",
            "FROM webhook_deliveries d JOIN events e ON e.id = d.event_id WHERE d.id ",
            in_list!($engine),
            " ORDER BY d.event_id"
        )
    };
}

macro_rules! count_waiting_scans {
    ($engine:ident) => {
        concat!(
            "UPDATE webhook_subscriptions SET waiting_scans = waiting_scans + (SELECT COUNT(*) FROM webhook_deliveries d ",
            "JOIN events e ON e.id = d.event_id WHERE d.subscription_id = webhook_subscriptions.id ",
            "AND d.id > webhook_subscriptions.cancelled_to AND e.kind = 'scan.created' AND d.id ",
            in_list!($engine),
            ") WHERE id IN (SELECT subscription_id FROM webhook_deliveries WHERE id ",
            in_list!($engine),
            ")"
        )
    };
}

macro_rules! tell_codes {
    ($engine:ident) => {
        concat!(
            "SELECT c.id, c.short_id, c.name, COALESCE(n.scan_count, 0) FROM dynamic_codes c ",
            "LEFT JOIN scan_counts n ON n.code_id = c.id WHERE c.id ",
            in_list!($engine)
        )
    };
}

macro_rules! listeners {
    ($engine:ident) => {
        concat!(
            "SELECT id, workspace_id, include_bots FROM webhook_subscriptions ",
            "WHERE status = 'active' AND events LIKE $2 AND workspace_id ",
            in_list!($engine),
            " ORDER BY id"
        )
    };
}

pub(crate) const SQLITE: Bulk = Bulk {
    hold_workspace: "SELECT id FROM workspaces WHERE id = $1",
    hold_subscriptions: concat!(held_columns!(), in_list!(sqlite), " ORDER BY id"),
    hold_queues: concat!(queue_columns!(), in_list!(sqlite), " ORDER BY s.id"),
    in_flight: in_flight!(sqlite),
    pick: pick!("$2", "$3", "$4"),
    claim: claim!(sqlite),
    load: load!(sqlite),
    count_waiting_scans: count_waiting_scans!(sqlite),
    tell_codes: tell_codes!(sqlite),
    listeners: listeners!(sqlite),
};

pub(crate) const POSTGRES: Bulk = Bulk {
    hold_workspace: "SELECT id FROM workspaces WHERE id = $1 FOR NO KEY UPDATE",
    hold_subscriptions: concat!(
        held_columns!(),
        in_list!(postgres),
        " ORDER BY id FOR NO KEY UPDATE"
    ),
    hold_queues: concat!(
        queue_columns!(),
        in_list!(postgres),
        " ORDER BY s.id FOR NO KEY UPDATE OF s SKIP LOCKED"
    ),
    in_flight: in_flight!(postgres),
    pick: concat!(
        "SELECT picked.id FROM (SELECT CAST(j ->> 0 AS BIGINT) AS subscription, CAST(j ->> 1 AS BIGINT) AS most, ",
        "CAST(j ->> 2 AS BIGINT) AS after FROM jsonb_array_elements(CAST(CAST($2 AS TEXT) AS JSONB)) AS j) AS queue, ",
        "LATERAL (",
        pick!("queue.subscription", "queue.most", "queue.after"),
        ") AS picked"
    ),
    claim: claim!(postgres),
    load: load!(postgres),
    count_waiting_scans: count_waiting_scans!(postgres),
    tell_codes: tell_codes!(postgres),
    listeners: listeners!(postgres),
};
