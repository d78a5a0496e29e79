//! How long analytics take over a hundred thousand scans and over many more, of the same thirty days and values.
//!
//! ```text
//! cargo run --release -p qrstudio-store --example analytics [SCANS] [postgres://…]
//! ```
//!
//! Every quarter of an hour has all of thirty values of each dimension in both, and each batch of scans is of as long a time.
//! Ends with 1 where the second takes more than 1.3 times as long as the first. The SQLite files, some GB, lie below `$TMPDIR`
//! meanwhile; the PostgreSQL user must be allowed to make schemas; they are dropped again.
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::{
    error::Error,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use qrstudio_store::{
    CodeId, CreateAccount, CreateCode, DatabaseUrl, Device, JournalPosition, Millis, NewAccount, NewCode,
    Options, PlanName, RecordScans, Scan, ScanEvents, ScanKind, ScanRange, Store, Visitor,
};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// 2026-11-01 00:00 UTC.
const START: i64 = 1_793_491_200_000;
const DAY: i64 = 86_400_000;
const DAYS: i64 = 30;
const FEW: i64 = 100_000;
/// Batches of each: a node stores what came in a stretch of time, however much that is.
const BATCHES: i64 = 2_000;
const ROUNDS: usize = 41;
const MOST: f64 = 1.3;

fn main() -> Outcome<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let many: i64 = arguments.next().map_or(Ok(10_000_000), |text| text.parse())?;
    let postgres = arguments.next();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let directory = tempfile::tempdir()?;
        let file = |name| DatabaseUrl::sqlite(directory.path().join(name));
        let mut is_flat = compare("SQLite", &file("few.db"), &file("many.db"), many).await?;
        if let Some(base) = postgres {
            let names = ["qrstudio_soak_few", "qrstudio_soak_many"];
            for name in names {
                run_sql(
                    &base,
                    &format!("DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"),
                )
                .await?;
            }
            let [few, all] = names.map(|name| in_schema(&base, name).parse());
            is_flat &= compare("PostgreSQL", &few?, &all?, many).await?;
            for name in names {
                run_sql(&base, &format!("DROP SCHEMA {name} CASCADE")).await?;
            }
        }
        Ok(if is_flat {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    })
}

fn in_schema(base: &str, name: &str) -> String {
    let join = if base.contains('?') { '&' } else { '?' };
    format!("{base}{join}options=-c%20search_path%3D{name}")
}

async fn run_sql(url: &str, sql: &str) -> Outcome<()> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let work = async move {
        client.batch_execute(sql).await?;
        drop(client);
        Ok::<_, tokio_postgres::Error>(())
    };
    let (done, _) = tokio::join!(work, connection);
    Ok(done?)
}

/// Whether many scans take as long as few, about.
async fn compare(engine: &str, few: &DatabaseUrl, all: &DatabaseUrl, many: i64) -> Outcome<bool> {
    let few = Filled::new(few, FEW).await?;
    let begun = Instant::now();
    let all = Filled::new(all, many).await?;
    println!(
        "{engine}: {many} scans stored in {:.0} s; {} rows for {FEW}, {} for all",
        begun.elapsed().as_secs_f64(),
        few.look().await?,
        all.look().await?
    );
    let (mut of_few, mut of_all) = (Vec::new(), Vec::new());
    // In turns, so that whatever else the machine does is shared.
    for _ in 0..ROUNDS {
        of_few.push(few.time().await?);
        of_all.push(all.time().await?);
    }
    let (few, all) = (median(of_few), median(of_all));
    let ratio = all.as_secs_f64() / few.as_secs_f64();
    println!("{engine}: {few:.1?} over {FEW} scans, {all:.1?} over {many}: {ratio:.2} (at most {MOST})");
    Ok(ratio <= MOST)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// A store with a code that was scanned.
struct Filled {
    store: Store,
    code: CodeId,
}

impl Filled {
    async fn new(url: &DatabaseUrl, scans: i64) -> Outcome<Self> {
        let store = Store::open(url, Options::default()).await?;
        store.migrate().await?;
        let code = code(&store).await?;
        let most = usize::try_from((scans + BATCHES - 1) / BATCHES)?;
        let (mut from, mut batch) = (JournalPosition::default(), Vec::with_capacity(most));
        for number in 0..scans {
            batch.push(scan(code, number, scans));
            if batch.len() == most || number + 1 == scans {
                let to = JournalPosition {
                    offset: from.offset + 1,
                    ..from
                };
                let record = RecordScans {
                    journal: "soak".to_owned(),
                    from,
                    to,
                    scans: std::mem::take(&mut batch),
                    monthly: Vec::new(),
                    events: ScanEvents::none(),
                };
                store.record_scans(record).await?;
                from = to;
            }
        }
        Ok(Self { store, code })
    }

    /// What the analytics of thirty days read, beginning and ending within a day; how many rows that is.
    async fn look(&self) -> Outcome<usize> {
        let range = ScanRange {
            code: self.code,
            from: Millis(START + DAY / 6),
            to: Millis(START + DAYS * DAY - DAY / 6),
            with_bots: true,
        };
        let rows = self.store.scans_by_quarter(range).await?.len()
            + self.store.visitors_by_day(range).await?.len()
            + self.store.scans_by_value(range).await?.len();
        self.store
            .scan_count(self.code)
            .await?
            .ok_or("nothing was counted")?;
        Ok(rows)
    }

    async fn time(&self) -> Outcome<Duration> {
        let begun = Instant::now();
        self.look().await?;
        Ok(begun.elapsed())
    }
}

fn scan(code: CodeId, number: i64, scans: i64) -> Scan {
    let value = Some(format!("v{}", number % 30));
    Scan {
        code,
        at: Millis(
            START
                + i64::try_from(i128::from(number) * i128::from(DAYS * DAY) / i128::from(scans)).unwrap_or(0),
        ),
        kind: ScanKind::Person,
        destination: "https://example.com/menu".to_owned(),
        variant: value.clone(),
        country: value.clone(),
        region: None,
        device: Some(Device::Mobile),
        os: value.clone(),
        browser: value.clone(),
        referrer: value.clone(),
        language: value,
        visitor: Visitor(i128::from(number % 1_000_003).to_le_bytes()),
    }
}

async fn code(store: &Store) -> Outcome<CodeId> {
    let account = NewAccount {
        email: "soak@example.com".to_owned(),
        name: String::new(),
        password_hash: String::new(),
        workspace: "soak".to_owned(),
        plan: PlanName::Enterprise,
        key: None,
        at: Millis(START),
    };
    let CreateAccount::Created(account) = store.create_account(account).await? else {
        return Err("the database is not empty".into());
    };
    let new = NewCode {
        workspace: account.workspace,
        short_id: "Soak0001".parse()?,
        name: "Soak".to_owned(),
        destination_url: "https://example.com/menu".to_owned(),
        variants: Vec::new(),
        is_active: true,
        active_cap: None,
        describe: Arc::new(|_, _| "{}".to_owned()),
        at: Millis(START),
        request: None,
    };
    match store.create_code(new).await? {
        CreateCode::Created(code) => Ok(code.id),
        other => Err(format!("no code: {other:?}").into()),
    }
}
