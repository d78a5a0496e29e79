//! PostgreSQL's migrations.

use super::Migration;

pub(super) const MIGRATIONS: &[Migration] = &[Migration {
    number: 1,
    name: "0001_accounts_keys_charges",
    runs_with: 1,
    text: include_str!("postgres/0001_accounts_keys_charges.sql"),
}];
