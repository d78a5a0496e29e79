//! The area's statements, the same for both engines.

use crate::unit::statements;

statements! {
    COUNT_WORKSPACES = "SELECT COUNT(*) FROM workspaces";

    /// No row: the e-mail is taken.
    INSERT_USER = "\
        INSERT INTO users (email, email_key, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5) \
        ON CONFLICT (email_key) DO NOTHING RETURNING id";

    INSERT_WORKSPACE = "INSERT INTO workspaces (name, plan, created_at) VALUES ($1, $2, $3) RETURNING id";

    INSERT_MEMBERSHIP = "\
        INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";

    INSERT_BALANCE = "INSERT INTO balances (workspace_id, month) VALUES ($1, $2)";

    MEMBERSHIPS_OF_USER = "\
        SELECT m.workspace_id, m.role FROM memberships m WHERE m.user_id = $1 ORDER BY m.workspace_id";

    /// The oldest workspace that a user owns.
    OWNED_WORKSPACE = "\
        SELECT m.workspace_id FROM memberships m JOIN users u ON u.id = m.user_id \
        WHERE u.email_key = $1 AND m.role = 'owner' ORDER BY m.workspace_id LIMIT 1";

    WORKSPACE_EXISTS = "SELECT id FROM workspaces WHERE id = $1";

    SET_PLAN = "UPDATE workspaces SET plan = $2 WHERE id = $1";

    ADD_CREDITS = "UPDATE balances SET credits = credits + $2 WHERE workspace_id = $1 RETURNING credits";

    /// $1 is the month that "used" is about: an older stored month counts as nothing used.
    LIST_ACCOUNTS = "\
        SELECT w.id, w.name, w.plan, w.created_at, u.id, u.email, u.name, \
               CASE WHEN b.month < $1 THEN 0 ELSE b.used END, b.credits \
        FROM workspaces w \
        JOIN balances b ON b.workspace_id = w.id \
        JOIN memberships m ON m.workspace_id = w.id AND m.role = 'owner' \
        JOIN users u ON u.id = m.user_id \
        ORDER BY w.id, u.id";
}
