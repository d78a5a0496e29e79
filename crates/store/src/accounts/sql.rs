//! The area's statements, the same for both engines.

use crate::unit::statements;

/// The workspaces that user $1 owns alone.
macro_rules! solely_owned {
    () => {
        "SELECT m.workspace_id FROM memberships m WHERE m.user_id = $1 AND m.role = 'owner' AND NOT EXISTS ( \
         SELECT 1 FROM memberships o \
         WHERE o.workspace_id = m.workspace_id AND o.role = 'owner' AND o.user_id <> m.user_id)"
    };
}
pub(crate) use solely_owned;

statements! {
    ANY_WORKSPACE = "SELECT id FROM workspaces LIMIT 1";

    /// No row: the e-mail is taken.
    INSERT_USER = "\
        INSERT INTO users (email, email_key, name, password_hash, created_at, verified_at) \
        VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (email_key) DO NOTHING RETURNING id";

    INSERT_WORKSPACE = "\
        INSERT INTO workspaces (name, plan, created_at, referral_code) VALUES ($1, $2, $3, $4) RETURNING id";

    INSERT_MEMBERSHIP = "\
        INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)";

    INSERT_BALANCE = "INSERT INTO balances (workspace_id, month) VALUES ($1, $2)";

    PUT_MEMBERSHIP = "\
        INSERT INTO memberships (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role";

    MEMBERSHIPS_OF_USER = "\
        SELECT m.workspace_id, m.role FROM memberships m WHERE m.user_id = $1 ORDER BY m.workspace_id";

    /// The oldest workspace that a user owns.
    OWNED_WORKSPACE = "\
        SELECT m.workspace_id FROM memberships m JOIN users u ON u.id = m.user_id \
        WHERE u.email_key = $1 AND m.role = 'owner' ORDER BY m.workspace_id LIMIT 1";

    /// The plan of the same.
    OWNED_PLAN = "\
        SELECT w.plan FROM workspaces w JOIN memberships m ON m.workspace_id = w.id JOIN users u ON u.id = m.user_id \
        WHERE u.email_key = $1 AND m.role = 'owner' ORDER BY w.id LIMIT 1";

    WORKSPACE_EXISTS = "SELECT id FROM workspaces WHERE id = $1";

    /// A plan comes with its own renders a month.
    SET_PLAN = "UPDATE workspaces SET plan = $2, negotiated_renders = NULL WHERE id = $1";

    SET_RENDERS = "UPDATE workspaces SET negotiated_renders = $2 WHERE id = $1";

    ADD_CREDITS = "UPDATE balances SET credits = credits + $2 WHERE workspace_id = $1 RETURNING credits";

    /// $1 is the month that "used" is about: an older stored month counts as nothing used.
    LIST_ACCOUNTS = "\
        SELECT w.id, w.name, w.plan, w.created_at, u.id, u.email, u.name, \
               CASE WHEN b.month < $1 THEN 0 ELSE b.used END, b.credits, w.referral_code, w.negotiated_renders \
        FROM workspaces w \
        JOIN balances b ON b.workspace_id = w.id \
        JOIN memberships m ON m.workspace_id = w.id AND m.role = 'owner' \
        JOIN users u ON u.id = m.user_id \
        ORDER BY w.id, u.id";

    CREDENTIALS_BY_EMAIL = "\
        SELECT id, email, password_hash, session_epoch, verified_at FROM users WHERE email_key = $1";

    CREDENTIALS_BY_USER = "\
        SELECT id, email, password_hash, session_epoch, verified_at FROM users WHERE id = $1";

    /// $1 user, $2 the epoch that was read, $3 the new hash.
    CHANGE_PASSWORD = "\
        UPDATE users SET password_hash = $3, session_epoch = session_epoch + 1 \
        WHERE id = $1 AND session_epoch = $2";

    /// The operator's way: no epoch to compare with.
    SET_PASSWORD = "\
        UPDATE users SET password_hash = $2, session_epoch = session_epoch + 1 WHERE email_key = $1 RETURNING id";

    SET_NAME = "UPDATE users SET name = $2 WHERE id = $1";

    SET_WORKSPACE_NAME = "UPDATE workspaces SET name = $2 WHERE id = $1";

    /// $1 user, $2 address, $3 the same in lower case. An address that is the same but for case stays verified.
    /// Writes nothing: another user has it.
    SET_EMAIL = "\
        UPDATE users SET email = $2, email_key = $3, \
        verified_at = CASE WHEN email_key = $3 THEN verified_at ELSE NULL END \
        WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email_key = $3 AND o.id <> $1)";

    EMAIL_TAKEN = "SELECT id FROM users WHERE email_key = $1 AND id <> $2";

    /// Two owners who leave at the same moment take turns, so that the second finds nobody else.
    HOLD_OWNED_WORKSPACES = "\
        UPDATE workspaces SET name = name WHERE id IN \
        (SELECT workspace_id FROM memberships WHERE user_id = $1 AND role = 'owner')";

    /// Who makes a code of such a workspace comes before the erasure, and its code goes along, or finds nothing.
    HOLD_BALANCES = concat!(
        "UPDATE balances SET active_codes = 0 WHERE workspace_id IN (", solely_owned!(), ")"
    );

    /// What hangs on a workspace goes with it, by the foreign keys.
    DELETE_SOLELY_OWNED = concat!("DELETE FROM workspaces WHERE id IN (", solely_owned!(), ")");

    DELETE_USER = "DELETE FROM users WHERE id = $1";
}
