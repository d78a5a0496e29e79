//! The area's statements, the same for both engines.

use crate::unit::statements;

statements! {
    /// Takes the user's row until the end of the transaction, and only while the password is the one that was checked:
    /// a sign-in and a change of the password take turns.
    HOLD_USER = "UPDATE users SET session_epoch = session_epoch WHERE id = $1 AND session_epoch = $2";

    /// The workspace that a user signs in to: one of their own first, then the oldest.
    HOME_WORKSPACE = "\
        SELECT workspace_id FROM memberships WHERE user_id = $1 \
        ORDER BY CASE role WHEN 'owner' THEN 0 ELSE 1 END, workspace_id LIMIT 1";

    /// $1 user, $2 now, $3 how many of the newest may stay, so that a script that only ever signs in fills nothing.
    SWEEP_SESSIONS = "\
        DELETE FROM sessions WHERE user_id = $1 AND (expires_at <= $2 OR id <= \
        (SELECT id FROM sessions WHERE user_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $3))";

    INSERT_SESSION = "\
        INSERT INTO sessions (user_id, workspace_id, family_hash, token_hash, started_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";

    /// No row: the session has ended, or the user is no member any more.
    SESSION = "\
        SELECT s.id, u.id, u.email, u.name, u.verified_at, u.created_at, w.id, w.name, w.plan, m.role, w.negotiated_renders \
        FROM sessions s \
        JOIN users u ON u.id = s.user_id \
        JOIN workspaces w ON w.id = s.workspace_id \
        JOIN memberships m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id \
        WHERE s.id = $1 AND s.user_id = $2";

    /// $1 family, $2 the token that came, $3 the next one, $4 now, $5 its end. One statement decides, so that of two
    /// callers with one token only one is first. No row: the token was used before, is too old, or is none.
    ROTATE = "\
        UPDATE sessions SET token_hash = $3, expires_at = $5 \
        WHERE family_hash = $1 AND token_hash = $2 AND expires_at > $4 RETURNING id, user_id";

    CLOSE_FAMILY = "DELETE FROM sessions WHERE family_hash = $1 RETURNING id, user_id";

    CLOSE_ALL = "DELETE FROM sessions WHERE user_id = $1";
}
