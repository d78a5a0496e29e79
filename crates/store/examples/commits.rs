//! How many renders a second the store charges durably, with 1 and with 64 callers at once.
//!
//! ```text
//! cargo run --release -p qrstudio-store --example commits [DIRECTORY] [postgres://…]
//! ```
//!
//! The directory (default: the present one) decides which disk is measured. The PostgreSQL database must be empty or of
//! this version; it gets one account more.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use qrstudio_store::{
    Account, Allowance, Charge, ChargeOutcome, CreateAccount, DatabaseUrl, KeyHash, KeyId, Millis,
    NewAccount, NewKey, Options, PlanName, Store,
};

const ROUND: Duration = Duration::from_secs(2);
const NOW: Millis = Millis(1_795_176_000_000);

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = tempfile::tempdir_in(arguments.next().unwrap_or_else(|| ".".to_owned()))?;
    let postgres = arguments.next();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let file = DatabaseUrl::sqlite(directory.path().join("commits.db"));
        measure("SQLite", &file).await?;
        match postgres {
            Some(url) => measure("PostgreSQL", &url.parse()?).await,
            None => Ok(()),
        }
    })
}

async fn measure(engine: &str, url: &DatabaseUrl) -> Result<(), Box<dyn Error>> {
    let store = Store::open(url, Options::default()).await?;
    store.migrate().await?;
    for callers in [1, 64] {
        // As many workspaces as callers: they do not wait for each other's balance.
        let accounts = accounts(&store, callers).await?;
        let before = store.write_counters();
        let (charged, seconds) = charge(&store, &accounts, callers).await?;
        let rate = charged / seconds;
        print!("{engine}, {callers} callers: {rate:.0} durable charges a second");
        let after = store.write_counters();
        let units = u32::try_from(after.units - before.units)?;
        let commits = u32::try_from(after.commits - before.commits)?;
        println!(", {:.1} to a commit", f64::from(units) / f64::from(commits));
    }
    let accounts = accounts(&store, 1).await?;
    let (charged, seconds) = charge(&store, &accounts, 64).await?;
    println!(
        "{engine}, 64 callers of one workspace: {:.0} durable charges a second",
        charged / seconds
    );
    let (looks, seconds) = look(&store, &accounts).await?;
    println!(
        "{engine}, 1 caller: {:.1} µs for a key by its hash",
        seconds * 1e6 / looks
    );
    store.close().await;
    Ok(())
}

async fn charge(store: &Store, accounts: &[Account], callers: usize) -> Result<(f64, f64), Box<dyn Error>> {
    let charged = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for account in accounts.iter().cycle().take(callers) {
        let (store, charged) = (store.clone(), Arc::clone(&charged));
        let charge = Charge {
            workspace: account.workspace,
            key: account.key.unwrap_or(KeyId(0)),
            cost: 1,
            allowance: Allowance {
                quota: None,
                overage: false,
            },
            at: NOW,
            request: None,
        };
        tasks.spawn(async move {
            while start.elapsed() < ROUND {
                if let Ok(ChargeOutcome::Charged(_)) = store.commit_render(charge).await {
                    charged.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    while tasks.join_next().await.transpose()?.is_some() {}
    Ok((
        f64::from(u32::try_from(charged.load(Ordering::Relaxed))?),
        start.elapsed().as_secs_f64(),
    ))
}

async fn look(store: &Store, accounts: &[Account]) -> Result<(f64, f64), Box<dyn Error>> {
    let hash = accounts
        .first()
        .map(|account| KeyHash::of(&account.email))
        .ok_or("no account")?;
    let start = Instant::now();
    let mut looks = 0;
    while start.elapsed() < ROUND {
        store.key_by_hash(&hash).await?.ok_or("the key is gone")?;
        looks += 1;
    }
    Ok((f64::from(looks), start.elapsed().as_secs_f64()))
}

async fn accounts(store: &Store, count: usize) -> Result<Vec<Account>, Box<dyn Error>> {
    let mut accounts = Vec::new();
    for _ in 0..count {
        let email = format!("{:?}@example.com", Instant::now());
        let key = NewKey {
            name: "bench".to_owned(),
            prefix: "smk_bench".to_owned(),
            hash: KeyHash::of(&email),
            plan: None,
            at: NOW,
        };
        let new = NewAccount {
            email: email.clone(),
            name: String::new(),
            password_hash: String::new(),
            workspace: "bench".to_owned(),
            plan: PlanName::Enterprise,
            key: Some(key),
            at: NOW,
        };
        match store.create_account(new).await? {
            CreateAccount::Created(account) => accounts.push(account),
            CreateAccount::EmailTaken => return Err("a clock stands still".into()),
        }
    }
    Ok(accounts)
}
