//! Servers that are away, refuse or fall silent.

use std::{future::poll_fn, net::TcpListener, time::Duration};

use futures_util::future::join_all;
use qrstudio_store::{CodeId, DatabaseUrl, Options, Store, StoreError};
use tokio_postgres::{AsyncMessage, NoTls};

use crate::cases::scans::{code, fill, look_at_all};
use crate::support::{
    Fixture, NOW, account, block_on, charge, in_schema, on_postgres, pay, postgres_base, postgres_client,
    spawn,
};

fn options() -> Options {
    Options {
        connections: 2,
        connect_timeout: Duration::from_millis(300),
        call_timeout: Duration::from_secs(5),
        ..Options::default()
    }
}

fn refusal(url: &str) -> StoreError {
    let url: DatabaseUrl = url.parse().unwrap();
    let error = block_on(Store::open(&url, options())).unwrap_err();
    assert!(!error.to_string().contains("geheim"), "{error}");
    error
}

/// The URL of the test server with another user, database or query.
fn changed(user: Option<&str>, database: Option<&str>, query: &str) -> String {
    let base: tokio_postgres::Config = postgres_base().parse().unwrap();
    let tokio_postgres::config::Host::Tcp(host) = &base.get_hosts()[0] else {
        panic!("the test server is named by a TCP host");
    };
    let port = base.get_ports().first().copied().unwrap_or(5432);
    let password = String::from_utf8(base.get_password().unwrap_or(b"geheim").to_vec()).unwrap();
    let user = user.unwrap_or(base.get_user().unwrap());
    format!(
        "postgres://{user}:{password}@{host}:{port}/{}{query}",
        database.unwrap_or(base.get_dbname().unwrap())
    )
}

/// Ends the store's connections, which carry the test's schema as their name, and waits until they are gone.
const CUT_ALL_OTHERS: &str = "\
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
    WHERE application_name = current_schema() AND pid <> pg_backend_pid()";

#[test]
fn a_server_that_is_not_there_is_named() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = refusal(&format!("postgres://u:geheim@{free}/d"));
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
    assert!(error.to_string().contains(&format!("u@{free}")), "{error}");
    assert!(error.is_unavailable());
}

#[test]
fn a_server_that_never_answers_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let error = refusal(&format!("postgres://u:geheim@{}/d", silent.local_addr().unwrap()));
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error:?}");
}

#[test]
fn a_missing_database_is_named() {
    let error = refusal(&changed(None, Some("no_such_database"), ""));
    assert!(
        matches!(&error, StoreError::NoDatabase { database, .. } if database == "no_such_database"),
        "{error:?}"
    );
    assert!(error.to_string().contains("createdb no_such_database"), "{error}");
}

#[test]
fn an_unknown_user_is_a_refused_login() {
    let error = refusal(&changed(Some("no_such_user"), None, ""));
    assert!(matches!(error, StoreError::LoginRefused { .. }), "{error:?}");
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_refused() {
    // Whether the test server speaks TLS or not: a checked connection is what it cannot give.
    let error = refusal(&changed(None, None, "?sslmode=require"));
    assert!(matches!(error, StoreError::Tls { .. }), "{error:?}");
}

#[test]
fn an_authority_that_cannot_be_read_is_named() {
    let error = refusal(&changed(None, None, "?sslmode=require&sslrootcert=/no/such.pem"));
    assert!(matches!(error, StoreError::Tls { .. }), "{error:?}");
    assert!(error.to_string().contains("/no/such.pem"), "{error}");
}

#[test]
fn a_user_without_rights_is_told_which() {
    in_schema(async |schema| {
        let client = postgres_client(&schema.text()).await;
        let role = format!("qrstudio_test_role_{}", std::process::id());
        let grant = format!(
            "CREATE ROLE {role} LOGIN PASSWORD 'geheim'; GRANT USAGE ON SCHEMA {} TO {role}",
            schema.name()
        );
        client.batch_execute(&grant).await.unwrap();
        let path = schema.text().split_once('?').unwrap().1.to_owned();
        let url: DatabaseUrl = changed(Some(&role), None, &format!("?{path}")).parse().unwrap();
        let result = match Store::open(&url, options()).await {
            Ok(store) => store.migrate().await.map(drop),
            Err(error) => Err(error),
        };
        client
            .batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
            .await
            .unwrap();
        let error = result.unwrap_err();
        assert!(matches!(error, StoreError::MissingRights { .. }), "{error:?}");
    });
}

#[test]
fn tables_of_another_program_are_left_alone() {
    in_schema(async |schema| {
        let client = postgres_client(&schema.text()).await;
        client
            .batch_execute("CREATE TABLE users (theirs TEXT)")
            .await
            .unwrap();
        let store = Store::open(&schema.url(), options()).await.unwrap();
        let error = store.migrate().await.unwrap_err();
        let tables = client
            .query_one(
                "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()",
                &[],
            )
            .await;
        let tables: i64 = tables.unwrap().get(0);
        assert!(matches!(error, StoreError::Foreign { .. }), "{error:?}");
        assert_eq!(tables, 1);
    });
}

#[test]
fn a_newer_schema_is_refused() {
    on_postgres(async |fixture| {
        let known = fixture.store.schema().await.unwrap().known;
        let client = postgres_client(&fixture.text).await;
        let row = "INSERT INTO qrstudio_migrations VALUES ($1, 'future', 'x', $2, 0)";
        client.execute(row, &[&(known + 1), &known]).await.unwrap();
        assert_eq!(fixture.store.schema().await.unwrap().current, known + 1);
        client.execute(row, &[&(known + 2), &(known + 2)]).await.unwrap();
        let error = StoreError::NewerSchema {
            found: known + 2,
            known,
        };
        assert_eq!(fixture.store.migrate().await, Err(error));
    });
}

#[test]
fn connections_that_were_cut_are_made_anew() {
    on_postgres(async |fixture| {
        let store = &fixture.store;
        let ada = account(store, "ada@example.com").await;
        let client = postgres_client(&fixture.text).await;
        for used in 1..=3 {
            client.query(CUT_ALL_OTHERS, &[]).await.unwrap();
            assert_eq!(
                pay(store, charge(&ada, 1, 5)).await,
                Some((0, 1, 0)),
                "charge {used}"
            );
        }
        assert_eq!(store.list_keys(ada.workspace).await.unwrap().len(), 1);
    });
}

#[test]
fn a_change_of_codes_wakes_who_listens() {
    on_postgres(async |fixture| {
        let (client, mut connection) = tokio_postgres::connect(&fixture.text, NoTls).await.unwrap();
        let (sender, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let pump = spawn(async move {
            while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
                if let AsyncMessage::Notification(notification) = message.unwrap() {
                    sender.send(notification.payload().to_owned()).unwrap();
                }
            }
        });
        client.batch_execute("LISTEN qrstudio_codes").await.unwrap();
        let schema: String = client
            .query_one("SELECT current_schema()::text", &[])
            .await
            .unwrap()
            .get(0);
        fixture.store.block("evil.example", NOW).await.unwrap();
        // Other tests change codes in schemas of their own.
        while heard.recv().await.unwrap() != schema {}
        drop(client);
        pump.await.unwrap();
    });
}

#[test]
fn charges_that_wait_share_a_commit() {
    on_postgres(async |fixture| {
        let store = &fixture.store;
        let [ada, bob] = [
            account(store, "ada@example.com").await,
            account(store, "bob@example.com").await,
        ];
        let before = store.write_counters();
        let charges = (0..300).map(|number| {
            let payer = if number % 2 == 0 { &ada } else { &bob };
            store.commit_render(charge(payer, 1, None))
        });
        let used: Vec<_> = join_all(charges).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(used.len(), 300);
        let after = store.write_counters();
        assert_eq!(after.units - before.units, 300);
        // Those that came while the first was committed, and what was left.
        assert!(after.commits - before.commits < 10, "{after:?}");
        assert_eq!(pay(store, charge(&ada, 1, 151)).await, Some((0, 1, 0)));
        assert_eq!(pay(store, charge(&ada, 1, 151)).await, None);
    });
}

#[test]
fn a_charge_that_fails_does_not_spoil_the_others() {
    on_postgres(async |fixture| {
        let store = &fixture.store;
        let [ada, bob] = [
            account(store, "ada@example.com").await,
            account(store, "bob@example.com").await,
        ];
        let client = postgres_client(&fixture.text).await;
        let broken = format!(
            "CREATE FUNCTION refuse() RETURNS trigger AS 'BEGIN RAISE ''no''; END' LANGUAGE plpgsql; \
             CREATE TRIGGER refuse BEFORE UPDATE ON balances FOR EACH ROW WHEN (NEW.workspace_id = {}) \
             EXECUTE FUNCTION refuse()",
            bob.workspace.0
        );
        client.batch_execute(&broken).await.unwrap();
        let charges = (0..40).map(|number| {
            let payer = if number % 4 == 0 { &bob } else { &ada };
            store.commit_render(charge(payer, 1, 20))
        });
        let outcomes = join_all(charges).await;
        let failed = outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Err(StoreError::Fault { .. })));
        assert_eq!(failed.count(), 10);
        let charged = outcomes.iter().flatten();
        let charged = charged.filter(|outcome| matches!(outcome, qrstudio_store::ChargeOutcome::Charged(_)));
        assert_eq!(charged.count(), 20);
    });
}

#[test]
fn closing_pays_what_waits() {
    on_postgres(async |fixture| {
        let ada = account(&fixture.store, "ada@example.com").await;
        let other = fixture.another().await;
        let charges = join_all((0..50).map(|_| other.commit_render(charge(&ada, 1, None))));
        let (outcomes, ()) = futures_util::join!(charges, other.close());
        assert!(outcomes.into_iter().all(|outcome| outcome.is_ok()));
        let late = other.commit_render(charge(&ada, 1, None)).await;
        assert!(matches!(late, Err(StoreError::Closed)), "{late:?}");
        assert_eq!(pay(&fixture.store, charge(&ada, 1, 51)).await, Some((0, 1, 0)));
        assert_eq!(pay(&fixture.store, charge(&ada, 1, 51)).await, None);
    });
}

/// Rows that the server has read of the tables of scans, by its own count.
const ROWS_READ: &str = "\
    SELECT CAST(SUM(seq_tup_read + COALESCE(idx_tup_fetch, 0)) AS BIGINT) FROM pg_stat_user_tables \
    WHERE schemaname = current_schema() AND relname LIKE 'scan%'";
/// Pages of the sums' key.
const PAGES_OF_KEY_READ: &str = "\
    SELECT CAST(SUM(idx_blks_read + idx_blks_hit) AS BIGINT) FROM pg_statio_user_indexes \
    WHERE schemaname = current_schema() AND relname = 'scan_rollups'";

/// How far `counter` goes on while analytics are read.
async fn read_by_looking(
    fixture: &Fixture,
    client: &tokio_postgres::Client,
    code: CodeId,
    counter: &str,
) -> i64 {
    // A connection reports what it has read when it ends, at the latest.
    fixture.store.close().await;
    client.query(CUT_ALL_OTHERS, &[]).await.unwrap();
    let before: i64 = client.query_one(counter, &[]).await.unwrap().get(0);
    let store = fixture.another().await;
    look_at_all(&store, code).await;
    store.close().await;
    client.query(CUT_ALL_OTHERS, &[]).await.unwrap();
    client
        .batch_execute("SELECT pg_stat_clear_snapshot()")
        .await
        .unwrap();
    client.query_one(counter, &[]).await.unwrap().get::<_, i64>(0) - before
}

#[test]
fn analytics_read_as_many_rows_of_two_hundred_thousand_scans_as_of_twenty_thousand() {
    let mut read = Vec::new();
    for scans in [20_000, 200_000] {
        on_postgres(async |fixture| {
            let code = code(&fixture.store, "ada@example.com", "Code0001").await;
            fill(&fixture.store, code, scans).await;
            let client = postgres_client(&fixture.text).await;
            for table in ["scan_rollups", "scan_counts"] {
                client
                    .batch_execute(&format!("VACUUM (ANALYZE) {table}"))
                    .await
                    .unwrap();
            }
            read.push(read_by_looking(fixture, &client, code, ROWS_READ).await);
        });
    }
    assert_eq!(read[0], read[1]);
    // Eight quarters and a day of values, the quarters and days themselves, and the count: nothing else.
    assert_eq!(read[0], 9 * 31 + 104 + 3 + 1);
}

/// A table that has just been filled has no statistics, and the planner may take a path through all that a code has.
#[test]
fn analytics_search_sums_by_their_whole_key_without_statistics_too() {
    on_postgres(async |fixture| {
        let code = code(&fixture.store, "ada@example.com", "Code0001").await;
        let client = postgres_client(&fixture.text).await;
        client
            .batch_execute("ALTER TABLE scan_rollups SET (autovacuum_enabled = off)")
            .await
            .unwrap();
        fill(&fixture.store, code, 20_000).await;
        let read = read_by_looking(fixture, &client, code, PAGES_OF_KEY_READ).await;
        // The way down to each stretch, three pages, and the few that it has; all of them are more than a thousand.
        assert!(read < 150, "{read} pages");
    });
}
