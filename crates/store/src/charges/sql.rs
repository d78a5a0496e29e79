//! The area's statements, the same for both engines.
//!
//! In `CHARGE` every name of a column is the row's value before the statement. Neither engine has `LEAST` and `MIN` in
//! common, hence `CASE`.

use crate::unit::statements;

/// Used before the charge. A stored month older than the charge's has turned over; a newer one (a clock that was put
/// back, a node that lags) goes on being the month.
macro_rules! used {
    () => {
        "(CASE WHEN month < $2 THEN 0 ELSE used END)"
    };
}

/// Renders that credits do not cover.
macro_rules! rest {
    () => {
        "(CASE WHEN credits >= $3 THEN 0 ELSE $3 - credits END)"
    };
}

/// Renders that neither credits nor quota cover.
macro_rules! over {
    () => {
        concat!(
            "(CASE WHEN CAST($4 AS BIGINT) IS NULL OR ",
            used!(),
            " + ",
            rest!(),
            " <= $4 THEN 0 ",
            "WHEN ",
            used!(),
            " >= $4 THEN ",
            rest!(),
            " ",
            "ELSE ",
            used!(),
            " + ",
            rest!(),
            " - $4 END)"
        )
    };
}

/// Where a balance `b` and a key `k` stand in a month, in the order that `usage::read` takes it.
macro_rules! usage_columns {
    ($month:literal) => {
        concat!(
            "CASE WHEN b.month < ",
            $month,
            " THEN 0 ELSE b.used END, \
            CASE WHEN k.month IS NULL OR k.month < ",
            $month,
            " THEN 0 ELSE k.used END, \
            CASE WHEN b.month < ",
            $month,
            " THEN 0 ELSE b.overage END, \
            b.credits, b.active_codes"
        )
    };
}
pub(crate) use usage_columns;

statements! {
    /// $1 workspace, $2 month, $3 cost, $4 quota or null, $5 whether overage is billed (1) or refused (0).
    /// No row: refused, or no such workspace.
    CHARGE = concat!(
        "UPDATE balances SET ",
        "month = CASE WHEN month < $2 THEN $2 ELSE month END, ",
        "used = ", used!(), " + ", rest!(), ", ",
        "overage = (CASE WHEN month < $2 THEN 0 ELSE overage END) + ", over!(), ", ",
        "credits = CASE WHEN credits >= $3 THEN credits - $3 ELSE 0 END, ",
        "charge_credits = CASE WHEN credits >= $3 THEN $3 ELSE credits END, ",
        "charge_overage = ", over!(), " ",
        "WHERE workspace_id = $1 AND ($5 = 1 OR ", over!(), " = 0) ",
        "RETURNING month, used, overage, credits, charge_credits, charge_overage, marked_75, marked_100"
    );

    HAS_BALANCE = "SELECT workspace_id FROM balances WHERE workspace_id = $1";

    /// $1 workspace, $2 month of the balance.
    MARK_75 = "UPDATE balances SET marked_75 = $2 WHERE workspace_id = $1 AND marked_75 < $2";

    MARK_100 = "UPDATE balances SET marked_100 = $2 WHERE workspace_id = $1 AND marked_100 < $2";

    PLAN_OF = "SELECT plan FROM workspaces WHERE id = $1";

    /// $1 key, $2 month of the balance after the charge, $3 cost, $4 now. The time of last use rides along.
    COUNT_KEY = "\
        UPDATE api_keys SET \
        used = (CASE WHEN month < $2 THEN 0 ELSE used END) + $3, \
        month = CASE WHEN month < $2 THEN $2 ELSE month END, \
        last_used_at = CASE WHEN last_used_at >= $4 THEN last_used_at ELSE $4 END \
        WHERE id = $1";

    COUNT_DAY = "\
        INSERT INTO daily_renders (workspace_id, day, renders) VALUES ($1, $2, $3) \
        ON CONFLICT (workspace_id, day) DO UPDATE SET renders = daily_renders.renders + excluded.renders";

    /// $1 workspace, $2 key, $3 month.
    USAGE = concat!(
        "SELECT ", usage_columns!("$3"), " \
        FROM balances b LEFT JOIN api_keys k ON k.id = $2 AND k.workspace_id = b.workspace_id \
        WHERE b.workspace_id = $1"
    );

    /// $1 workspace, $2 first day, $3 last day.
    DAILY = "\
        SELECT day, renders FROM daily_renders \
        WHERE workspace_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day";
}
