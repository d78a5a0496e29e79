//! The area's statements, the same for both engines.

use crate::unit::statements;

statements! {
    INSERT_EVENT = "INSERT INTO events (workspace_id, kind, data, created_at, request_id) VALUES ($1, $2, $3, $4, $5) RETURNING id";

    LIST_EVENTS = "\
        SELECT id, workspace_id, kind, data, created_at FROM events WHERE workspace_id = $1 ORDER BY id";
}
