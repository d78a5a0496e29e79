//! The area's statements, the same for both engines.

use crate::unit::statements;

statements! {
    /// $1 workspace, $2 key, $3 body, $4 holder, $5 free at, $6 expires at, $7 now. Writes where the key is free: new,
    /// forgotten, or held by somebody who has died.
    CLAIM = "\
        INSERT INTO idempotent_answers (workspace_id, key_hash, body_hash, holder, free_at, expires_at) \
        VALUES ($1, $2, $3, $4, $5, $6) \
        ON CONFLICT (workspace_id, key_hash) DO UPDATE SET \
        body_hash = excluded.body_hash, holder = excluded.holder, free_at = excluded.free_at, \
        expires_at = excluded.expires_at, head = NULL, body = NULL, file = NULL \
        WHERE idempotent_answers.expires_at <= $7 \
        OR (idempotent_answers.head IS NULL AND idempotent_answers.free_at <= $7)";

    LOOK = "\
        SELECT CAST(CASE WHEN body_hash = $3 THEN 1 ELSE 0 END AS BIGINT), head, body, file \
        FROM idempotent_answers WHERE workspace_id = $1 AND key_hash = $2";

    /// $1 workspace, $2 key, $3 holder. Takes the row until the end of the transaction, if it is still the holder's.
    HOLD = "\
        UPDATE idempotent_answers SET holder = holder \
        WHERE workspace_id = $1 AND key_hash = $2 AND holder = $3 AND head IS NULL";

    KEEP_BYTES = "\
        UPDATE idempotent_answers SET head = $4, body = $5 \
        WHERE workspace_id = $1 AND key_hash = $2 AND holder = $3 AND head IS NULL";

    KEEP_FILE = "\
        UPDATE idempotent_answers SET head = $4, file = $5 \
        WHERE workspace_id = $1 AND key_hash = $2 AND holder = $3 AND head IS NULL";

    /// $1 workspace, $2 key, $3 holder, $4 free at.
    RENEW = "\
        UPDATE idempotent_answers SET free_at = $4 \
        WHERE workspace_id = $1 AND key_hash = $2 AND holder = $3 AND head IS NULL";

    RELEASE = "\
        DELETE FROM idempotent_answers \
        WHERE workspace_id = $1 AND key_hash = $2 AND holder = $3 AND head IS NULL";

    SWEEP = "DELETE FROM idempotent_answers WHERE expires_at <= $1";
}
