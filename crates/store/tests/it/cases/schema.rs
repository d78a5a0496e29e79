//! Migrations, statements, opening and closing.

use futures_util::future::join_all;
use qrstudio_store::{DatabaseUrl, Month, Options, Store, StoreError};

use crate::support::{Fixture, NOW, account, block_on, on_empty_postgres};

on_both_engines!(
    migrating_again_does_nothing,
    every_statement_fits_the_tables,
    the_store_answers,
    rows_outlive_the_store,
    a_closed_store_says_so,
    a_disconnected_store_is_away_until_it_is_connected,
);

async fn migrating_again_does_nothing(fixture: &Fixture) {
    let store = &fixture.store;
    account(store, "ada@example.com").await;
    let state = store.schema().await.unwrap();
    assert_eq!((state.current, state.pending.len()), (state.known, 0));
    let again = store.migrate().await.unwrap();
    assert_eq!((again.applied.len(), again.current), (0, state.known));
    assert_eq!(store.list_accounts(Month::of(NOW)).await.unwrap().len(), 1);
}

async fn every_statement_fits_the_tables(fixture: &Fixture) {
    assert!(fixture.store.check_statements().await.unwrap() > 15);
}

async fn the_store_answers(fixture: &Fixture) {
    fixture.store.ping().await.unwrap();
}

async fn rows_outlive_the_store(fixture: &Fixture) {
    account(&fixture.store, "ada@example.com").await;
    fixture.store.close().await;
    let reopened = fixture.another().await;
    assert_eq!(
        reopened.list_accounts(Month::of(NOW)).await.unwrap()[0].email,
        "ada@example.com"
    );
    reopened.close().await;
}

async fn a_closed_store_says_so(fixture: &Fixture) {
    let store = fixture.another().await;
    store.close().await;
    store.close().await;
    assert_eq!(store.ping().await, Err(StoreError::Closed));
    assert_eq!(
        store.add_credits("ada@example.com", 1).await,
        Err(StoreError::Closed)
    );
    assert_eq!(store.migrate().await, Err(StoreError::Closed));
    assert!(StoreError::Closed.is_unavailable());
}

async fn a_disconnected_store_is_away_until_it_is_connected(fixture: &Fixture) {
    let store = Store::disconnected(&fixture.url);
    let clone = store.clone();
    let error = clone.ping().await.unwrap_err();
    assert!(error.is_away() && error.is_unavailable(), "{error}");
    assert!(clone.migrate().await.unwrap_err().is_away());
    store.connect(&fixture.another().await);
    clone.ping().await.unwrap();
    clone.close().await;
    assert_eq!(store.ping().await, Err(StoreError::Closed));
}

/// The cases below begin with an empty database.
async fn nodes_that_start_together_take_turns(url: DatabaseUrl) {
    let nodes = join_all((0..6).map(|_| Store::open(&url, Options::for_command()))).await;
    let nodes: Vec<_> = nodes.into_iter().map(Result::unwrap).collect();
    let state = nodes[0].schema().await.unwrap();
    assert_eq!(
        (state.current, state.pending.len()),
        (0, usize::try_from(state.known).unwrap())
    );
    assert_eq!(nodes[0].add_credits("x", 1).await, Err(StoreError::NotMigrated));
    let done = join_all(nodes.iter().map(Store::migrate)).await;
    let applied: usize = done.into_iter().map(|done| done.unwrap().applied.len()).sum();
    assert_eq!(applied, state.pending.len());
    for node in nodes {
        node.check_statements().await.unwrap();
        node.close().await;
    }
}

#[test]
fn sqlite_processes_that_start_together_take_turns() {
    let directory = tempfile::tempdir().unwrap();
    block_on(nodes_that_start_together_take_turns(DatabaseUrl::sqlite(
        directory.path().join("new.db"),
    )));
}

#[test]
fn postgres_nodes_that_start_together_take_turns() {
    on_empty_postgres(nodes_that_start_together_take_turns);
}
