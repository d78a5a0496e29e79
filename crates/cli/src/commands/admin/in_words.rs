//! What a task of `admin` came to, for people.

use qrstudio_server::admin::{
    AccountLine, Accounts, BlockedPatterns, Blocklisted, CreatedKey, CreatedUser, CreditsAdded, KeyLine,
    KeysRevoked, PasswordReset, PlanChanged, QuotaChanged,
};

use crate::output;

const ONCE: &str = "Shown once and stored as hashes only: keep it.\n";

pub(super) fn created_user(made: &CreatedUser) -> String {
    let rows = [
        ("Login", made.user.email.as_str()),
        ("Password", &made.password),
        ("API key", &made.raw_key),
        (
            "Workspace",
            &format!("{} (plan {})", made.workspace.name, made.workspace.plan),
        ),
    ];
    pairs(&rows) + ONCE
}

pub(super) fn password_reset(reset: &PasswordReset) -> String {
    let rows = [("Login", reset.email.as_str()), ("Password", &reset.password)];
    pairs(&rows) + "Every session of theirs has ended. " + ONCE
}

pub(super) fn created_key(made: &CreatedKey) -> String {
    let plan = made
        .plan
        .map_or("the workspace's".to_owned(), |plan| plan.to_string());
    pairs(&[("API key", &made.raw_key), ("Name", &made.name), ("Plan", &plan)]) + ONCE
}

pub(super) fn keys_revoked(revoked: &KeysRevoked) -> String {
    revoked
        .revoked
        .iter()
        .map(|key| format!("Revoked {} ({}).\n", key.key_prefix, output::harmless(&key.name)))
        .collect()
}

pub(super) fn plan_changed(changed: &PlanChanged) -> String {
    format!(
        "The workspace of {} is on plan {} now.\n",
        changed.email, changed.plan
    )
}

pub(super) fn quota_changed(changed: &QuotaChanged) -> String {
    let quota = changed.negotiated_quota.map_or_else(
        || "the quota of its plan".to_owned(),
        |quota| format!("a quota of {quota} renders a month"),
    );
    format!("The workspace of {} has {quota} now.\n", changed.email)
}

pub(super) fn credits_added(added: &CreditsAdded) -> String {
    format!(
        "The workspace of {} has {} credits now, {} more than before.\n",
        added.email, added.credits, added.added
    )
}

pub(super) fn blocklisted(pattern: &Blocklisted) -> String {
    let state = match (pattern.blocked, pattern.changed) {
        (true, true) => "is blocked now",
        (true, false) => "was blocked before",
        (false, _) => "is not blocked any more",
    };
    format!("{} {state}.\n", pattern.pattern)
}

pub(super) fn blocked(blocklist: &BlockedPatterns) -> String {
    if blocklist.patterns.is_empty() {
        return "Nothing is blocked.\n".to_owned();
    }
    blocklist
        .patterns
        .iter()
        .map(|pattern| format!("{pattern}\n"))
        .collect()
}

pub(super) fn accounts(accounts: &Accounts) -> String {
    if accounts.accounts.is_empty() {
        return "There is no account yet. Make one: qrstudio admin create-user <E-MAIL>\n".to_owned();
    }
    let mut rows = vec![
        ["OWNER", "WORKSPACE", "PLAN", "THIS MONTH", "CREDITS", "KEYS"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for account in &accounts.accounts {
        rows.extend(account_rows(account));
    }
    output::table(&rows)
}

/// The account with its first key; each further key has a row of its own.
fn account_rows(account: &AccountLine) -> Vec<Vec<String>> {
    let quota = account
        .monthly_quota
        .map_or("unlimited".to_owned(), |quota| quota.to_string());
    let mut keys = account.keys.iter().map(key);
    let first = vec![
        account.user.email.clone(),
        account.workspace.name.clone(),
        account.workspace.plan.to_string(),
        format!("{} of {quota}", account.used_this_month),
        account.credits.to_string(),
        keys.next().unwrap_or_else(|| "none".to_owned()),
    ];
    let further = keys.map(|key| {
        vec![
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            key,
        ]
    });
    std::iter::once(first).chain(further).collect()
}

fn key(key: &KeyLine) -> String {
    let state = if key.is_active {
        String::new()
    } else {
        ", revoked".to_owned()
    };
    let plan = key.plan.map(|plan| format!(", plan {plan}")).unwrap_or_default();
    format!("{}... ({}{plan}{state})", key.key_prefix, key.name)
}

fn pairs(rows: &[(&str, &str)]) -> String {
    output::table(
        &rows
            .iter()
            .map(|(label, value)| vec![(*label).to_owned(), (*value).to_owned()])
            .collect::<Vec<_>>(),
    )
}
