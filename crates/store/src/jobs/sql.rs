//! The area's statements; claiming is the one that differs.

use crate::unit::statements;

/// The columns of a job, in the order that `entities::read` takes them.
macro_rules! job_columns {
    () => {
        "id, status, done, total, errors, expires_at"
    };
}

/// $1 holder, $2 now, $3 free at. A job is claimed where nobody holds it, or its holder's time has passed.
macro_rules! claim_job {
    ($lock:literal) => {
        concat!(
            "UPDATE jobs SET status = 'running', holder = $1, free_at = $3, tries = tries + 1 WHERE id = (",
            "SELECT id FROM jobs WHERE status IN ('queued', 'running') AND free_at <= $2 AND expires_at > $2 ",
            "ORDER BY created_at, id LIMIT 1",
            $lock,
            ") RETURNING id, request, tries, key_id"
        )
    };
}

statements! {
    /// $1 id, $2 workspace, $3 key, $4 request, $5 total, $6 most unfinished ones, $7 now, $8 expires at.
    INSERT_JOB = concat!(
        "INSERT INTO jobs (id, workspace_id, key_id, request, status, done, total, free_at, tries, created_at, expires_at) ",
        "SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), $4, 'queued', 0, CAST($5 AS BIGINT), 0, 0, ",
        "CAST($7 AS BIGINT), CAST($8 AS BIGINT) ",
        "WHERE (SELECT COUNT(*) FROM jobs WHERE workspace_id = CAST($2 AS BIGINT) ",
        "AND status IN ('queued', 'running') AND expires_at > CAST($7 AS BIGINT)) < CAST($6 AS BIGINT) RETURNING ",
        job_columns!()
    );

    /// $1 key.
    ACCESS_OF = "\
        SELECT k.id, k.workspace_id, k.prefix, k.plan, w.plan, \
        (SELECT MAX(u.verified_at) FROM memberships m JOIN users u ON u.id = m.user_id \
        WHERE m.workspace_id = k.workspace_id AND m.role = 'owner'), \
        k.last_used_at, w.negotiated_renders \
        FROM api_keys k JOIN workspaces w ON w.id = k.workspace_id WHERE k.id = $1";

    /// $1 id, $2 holder, $3 done, $4 free at.
    RENEW_JOB = "\
        UPDATE jobs SET done = $3, free_at = $4 WHERE id = $1 AND holder = $2 AND status = 'running'";

    RELEASE_JOB = "\
        UPDATE jobs SET status = 'queued', holder = NULL, free_at = 0, tries = tries - 1 \
        WHERE id = $1 AND holder = $2 AND status = 'running'";

    /// $1 id, $2 holder. Takes the row until the end of the transaction, if it is still the holder's.
    HOLD_JOB = "UPDATE jobs SET holder = holder WHERE id = $1 AND holder = $2 AND status = 'running'";

    /// $1 id, $2 holder, $3 expires at.
    JOB_DONE = "\
        UPDATE jobs SET status = 'done', done = total, expires_at = $3 \
        WHERE id = $1 AND holder = $2 AND status = 'running'";

    /// $1 id, $2 holder, $3 errors, $4 expires at. What was asked for is of no use any more.
    JOB_FAILED = "\
        UPDATE jobs SET status = 'failed', errors = $3, expires_at = $4, request = NULL \
        WHERE id = $1 AND holder = $2 AND status = 'running'";

    /// $1 workspace, $2 id, $3 now.
    SHOW_JOB = concat!(
        "SELECT ", job_columns!(), " FROM jobs WHERE workspace_id = $1 AND id = $2 AND expires_at > $3"
    );

    REQUEST_OF = "SELECT request, key_id FROM jobs WHERE id = $1 AND status = 'done'";

    DELETE_JOB = "DELETE FROM jobs WHERE workspace_id = $1 AND id = $2";

    SWEEP_JOBS = "DELETE FROM jobs WHERE expires_at <= $1";

    LIVE_JOBS = "SELECT id FROM jobs";
}

pub(crate) const CLAIM_ON_SQLITE: &str = claim_job!("");
pub(crate) const CLAIM_ON_POSTGRES: &str = claim_job!(" FOR UPDATE SKIP LOCKED");
