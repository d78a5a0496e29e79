//! Scans of one process, with what another one has left.

use std::path::Path;

use qrstudio_store::{
    ChangeCode, Code, CodeChange, CodeState, CreateAccount, CreateCode, DatabaseUrl, Millis, NewAccount,
    NewCode, Options, ScanEvents, ShortId, WorkspaceId,
};

use super::*;
use crate::clock::SystemClock;
use crate::entropy::SystemEntropy;
use crate::limits::Limits;

const DEAD: &str = "01KB0000000000000000000000";

async fn store(directory: &Path) -> Store {
    let url = DatabaseUrl::sqlite(directory.join("qrstudio.db"));
    let store = Store::open(&url, Options::for_command()).await.unwrap();
    store.migrate().await.unwrap();
    store
}

fn open(directory: &Path, store: &Store) -> Scans {
    let config = Config {
        data_dir: directory.to_owned(),
        ..Config::default()
    };
    let parts = ScanParts {
        config: &config,
        base: ScanBase::parse("https://qr.example/codes").unwrap(),
        limits: Limits::default().scans,
        events: ScanEvents::none(),
        store: store.clone(),
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy),
    };
    Scans::open(parts).unwrap()
}

/// With what earlier processes knew.
async fn begun(directory: &Path, store: &Store) -> Scans {
    let scans = open(directory, store);
    scans.begin().await;
    scans.load();
    scans
}

async fn workspace(store: &Store) -> WorkspaceId {
    let account = NewAccount {
        email: "ada@example.com".to_owned(),
        name: "Ada".to_owned(),
        password_hash: String::new(),
        workspace: "workshop".to_owned(),
        plan: PlanName::Pro,
        key: None,
        at: Millis(0),
    };
    match store.create_account(account).await.unwrap() {
        CreateAccount::Created(account) => account.workspace,
        CreateAccount::EmailTaken => panic!("the store is new"),
    }
}

async fn code(store: &Store, workspace: WorkspaceId) -> Code {
    let new = NewCode {
        workspace,
        short_id: "Code0001".parse().unwrap(),
        name: "Menu".to_owned(),
        destination_url: "https://old.example/".to_owned(),
        variants: Vec::new(),
        is_active: true,
        active_cap: None,
        describe: Arc::new(|_, _| "{}".to_owned()),
        at: Millis(0),
        request: None,
    };
    match store.create_code(new).await.unwrap() {
        CreateCode::Created(code) => code,
        other => panic!("{other:?}"),
    }
}

async fn repoint(store: &Store, code: &Code) {
    let change = CodeChange {
        workspace: code.workspace,
        short_id: code.short_id,
        name: None,
        destination_url: Some("https://new.example/".to_owned()),
        variants: None,
        is_active: None,
        active_cap: None,
        destination_edits: None,
        may_vary: true,
        describe: Arc::new(|_, _| "{}".to_owned()),
        at: Millis(1),
        request: None,
    };
    assert!(matches!(
        store.change_code(change).await.unwrap(),
        ChangeCode::Changed(_)
    ));
}

/// Where a code leads, from memory alone.
fn known(scans: &Scans, short_id: ShortId) -> Option<CodeState> {
    scans
        .0
        .codes
        .get(short_id, 1)
        .map(|code| code.source.state.clone())
}

fn leads_to(destination: &str) -> Option<CodeState> {
    Some(CodeState::Active {
        destination: destination.to_owned(),
        variants: Vec::new(),
    })
}

/// A process that is still there when this one starts, and knows a code.
fn other_process(directory: &Path, code: &Code) -> (Journal, Codes) {
    let settings = JournalSettings {
        max_bytes: 1 << 20,
        segment_bytes: 1 << 20,
        durability: crate::config::ScanDurability::Process,
    };
    let journal = Journal::open(&directory.join("journal"), DEAD, settings).unwrap();
    let bounds = Bounds {
        codes: 10,
        bytes: 1 << 20,
    };
    let codes = Codes::open(&codes_of(journal.home().path()), bounds).unwrap();
    codes.put(&code.served());
    (journal, codes)
}

/// Its lock ends when its threads have.
async fn die((journal, codes): (Journal, Codes)) {
    journal.close().await;
    drop((journal, codes));
}

#[tokio::test]
async fn what_a_dead_process_knew_is_known_after_a_start_and_then_brought_up_to_date() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path()).await;
    let code = code(&store, workspace(&store).await).await;
    die(other_process(directory.path(), &code)).await;
    repoint(&store, &code).await;
    let scans = begun(directory.path(), &store).await;
    assert_eq!(known(&scans, code.short_id), leads_to("https://old.example/"));
    scans.follow_once(&mut None).await.unwrap();
    assert_eq!(known(&scans, code.short_id), leads_to("https://new.example/"));
}

#[tokio::test]
async fn what_a_process_knew_that_died_later_is_not_believed() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path()).await;
    let code = code(&store, workspace(&store).await).await;
    let other = other_process(directory.path(), &code);
    let scans = begun(directory.path(), &store).await;
    // This process has heard of the change, but knows no such code; the other one dies before it hears.
    repoint(&store, &code).await;
    let mut seen = None;
    scans.follow_once(&mut seen).await.unwrap();
    die(other).await;
    scans.adopt();
    scans.follow_once(&mut seen).await.unwrap();
    assert_ne!(known(&scans, code.short_id), leads_to("https://old.example/"));
    assert_eq!(scans.0.adopted.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_code_that_was_made_here_is_known_before_its_first_scan() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path()).await;
    let code = code(&store, workspace(&store).await).await;
    let scans = begun(directory.path(), &store).await;
    assert_eq!(known(&scans, code.short_id), None);
    scans.made(&code.served(), scans.told()).await;
    assert_eq!(known(&scans, code.short_id), leads_to("https://old.example/"));
    repoint(&store, &code).await;
    scans.catch_up().await;
    assert_eq!(known(&scans, code.short_id), leads_to("https://new.example/"));
}

#[tokio::test]
async fn a_code_that_was_changed_before_its_maker_took_it_in_is_true() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path()).await;
    let scans = begun(directory.path(), &store).await;
    let told = scans.told();
    let code = code(&store, workspace(&store).await).await;
    repoint(&store, &code).await;
    let changed = store.served_code(code.short_id).await.unwrap().unwrap();
    scans.changed(&changed);
    scans.made(&code.served(), told).await;
    assert_eq!(known(&scans, code.short_id), leads_to("https://new.example/"));
}

#[tokio::test]
async fn a_code_that_nobody_has_scanned_is_known_soon_after_the_start_and_true() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path()).await;
    let code = code(&store, workspace(&store).await).await;
    let scans = begun(directory.path(), &store).await;
    scans.warm().await;
    assert_eq!(known(&scans, code.short_id), leads_to("https://old.example/"));
    repoint(&store, &code).await;
    scans.follow_once(&mut None).await.unwrap();
    assert_eq!(known(&scans, code.short_id), leads_to("https://new.example/"));
}
