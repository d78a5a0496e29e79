//! The area's statements, the same for both engines.

use crate::unit::statements;

statements! {
    /// Takes the user's row until the end of the transaction, so that counting and inserting are one step, and only while
    /// password and address are those for which the letter is meant.
    HOLD_USER = "UPDATE users SET session_epoch = session_epoch WHERE id = $1 AND session_epoch = $2 AND email = $3";

    SWEEP_TOKENS = "DELETE FROM one_time_tokens WHERE user_id = $1 AND expires_at <= $2";

    /// Tokens of a purpose that were sent and not used yet.
    COUNT_TOKENS = "SELECT COUNT(*) FROM one_time_tokens WHERE user_id = $1 AND purpose = $2";

    INSERT_TOKEN = "\
        INSERT INTO one_time_tokens (hash, user_id, purpose, email, expires_at) VALUES ($1, $2, $3, $4, $5)";

    /// The user's own address, whatever the token was sent to.
    TOKEN_OWNER = "\
        SELECT u.email FROM one_time_tokens t JOIN users u ON u.id = t.user_id \
        WHERE t.hash = $1 AND t.purpose = $2 AND t.expires_at > $3";

    /// Of two callers with one token only one gets the row.
    TAKE_TOKEN = "\
        DELETE FROM one_time_tokens WHERE hash = $1 AND purpose = $2 AND expires_at > $3 RETURNING user_id, email";

    FORGET_TOKENS = "DELETE FROM one_time_tokens WHERE user_id = $1 AND purpose = $2";

    /// $1 user, $2 the purpose of resets. Leaves proofs of the address that the user has.
    FORGET_TAKEOVERS = "\
        DELETE FROM one_time_tokens WHERE user_id = $1 AND \
        (purpose = $2 OR email <> (SELECT email FROM users WHERE id = $1))";

    FORGET_ALL_TOKENS = "DELETE FROM one_time_tokens WHERE user_id = $1";

    /// $1 user, $2 hash, $3 the address of the token in lower case, $4 now. Who reads the mail of the user's address has
    /// shown that it is theirs.
    RESET_PASSWORD = "\
        UPDATE users SET password_hash = $2, session_epoch = session_epoch + 1, \
        verified_at = CASE WHEN email_key = $3 THEN COALESCE(verified_at, $4) ELSE verified_at END \
        WHERE id = $1 RETURNING email";

    EMAIL_OF = "SELECT email, email_key FROM users WHERE id = $1";

    /// $1 user, $2 address, $3 the same in lower case, $4 now. No row: another user has the address.
    VERIFY_EMAIL = "\
        UPDATE users SET email = $2, email_key = $3, verified_at = $4 \
        WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.email_key = $3 AND o.id <> $1) RETURNING id";
}
