//! The journal as its two ends see it.

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use qrstudio_store::{CodeId, JournalPosition, Millis, Scan, ScanKind, Visitor};

use super::*;

const NAME: &str = "01KB0000000000000000000000";

fn settings() -> JournalSettings {
    JournalSettings {
        max_bytes: 1 << 20,
        segment_bytes: 1 << 10,
        durability: ScanDurability::Process,
    }
}

fn scan(number: i64) -> Scan<&'static str> {
    Scan {
        code: CodeId(number),
        at: Millis(number),
        kind: ScanKind::Person,
        destination: "https://example.com/",
        variant: None,
        country: None,
        region: None,
        device: None,
        os: None,
        browser: None,
        referrer: None,
        language: None,
        visitor: Visitor([7; 16]),
    }
}

/// The codes of all scans in a journal, read in small batches.
fn read_all(home: &Home, until: Option<JournalPosition>) -> Vec<i64> {
    let (mut position, mut codes) = (JournalPosition::default(), Vec::new());
    loop {
        let batch = read(home, position, until, 200).unwrap();
        codes.extend(batch.scans.iter().map(|scan| scan.code.0));
        if batch.next == position {
            return codes;
        }
        position = batch.next;
    }
}

#[tokio::test]
async fn what_is_appended_is_read_in_order_over_many_segments() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::open(directory.path(), NAME, settings()).unwrap();
    for number in 0..100 {
        journal.append(&scan(number)).await.unwrap();
    }
    assert!(journal.home().segments().unwrap().len() > 3);
    let written = *journal.written().borrow();
    let expected: Vec<i64> = (0..100).collect();
    assert_eq!(read_all(journal.home(), Some(written)), expected);
    assert_eq!(journal.counts().pending(), 100);
    journal.close().await;
    assert_eq!(journal.append(&scan(100)).await, Err(Lost));
    assert_eq!(read_all(journal.home(), None), expected);
    assert_eq!(count(journal.home(), JournalPosition::default()).unwrap(), 100);
}

#[tokio::test]
async fn many_at_once_are_each_there() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::open(directory.path(), NAME, settings()).unwrap();
    let appends = (0..500).map(|number| {
        let journal = journal.clone();
        async move { journal.append(&scan(number)).await }
    });
    let kept = futures_util::future::join_all(appends).await;
    assert!(kept.iter().all(Result::is_ok));
    let mut codes = read_all(journal.home(), Some(*journal.written().borrow()));
    codes.sort_unstable();
    assert_eq!(codes, (0..500).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_journal_that_is_full_says_so_and_goes_on_when_there_is_room() {
    let directory = tempfile::tempdir().unwrap();
    let full = JournalSettings {
        max_bytes: 2_000,
        ..settings()
    };
    let journal = Journal::open(directory.path(), NAME, full).unwrap();
    let mut kept = 0;
    while journal.append(&scan(kept)).await.is_ok() {
        kept += 1;
    }
    assert!(kept > 10);
    assert_eq!(journal.counts().lost(), 1);
    let bytes = journal.home().remove_segment(1).unwrap();
    journal.counts().freed(bytes);
    assert_eq!(journal.append(&scan(kept)).await, Ok(()));
    let codes = read_all(journal.home(), Some(*journal.written().borrow()));
    assert_eq!(codes.last(), Some(&kept));
}

#[tokio::test]
async fn a_torn_end_hides_nothing_before_and_nothing_behind_it() {
    let directory = tempfile::tempdir().unwrap();
    let journal = Journal::open(directory.path(), NAME, settings()).unwrap();
    for number in 0..40 {
        journal.append(&scan(number)).await.unwrap();
    }
    journal.close().await;
    let home = journal.home();
    let first = home.path().join("00000001.scans");
    let whole = fs::read(&first).unwrap();
    let in_first = count(home, JournalPosition::default()).unwrap();
    for cut in 1..whole.len().min(200) {
        fs::write(&first, &whole[..whole.len() - cut]).unwrap();
        let codes = read_all(home, None);
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{cut}");
        assert_eq!(codes.last(), Some(&39), "{cut}");
        assert!((codes.len() as u64) < in_first, "{cut}");
    }
    fs::write(&first, &whole).unwrap();
    OpenOptions::new()
        .append(true)
        .open(&first)
        .unwrap()
        .write_all(&[0xAB; 37])
        .unwrap();
    assert_eq!(read_all(home, None), (0..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn only_what_nobody_holds_is_taken_over() {
    let directory = tempfile::tempdir().unwrap();
    assert!(leftovers(&directory.path().join("missing")).unwrap().is_empty());
    let journal = Journal::open(directory.path(), NAME, settings()).unwrap();
    journal.append(&scan(1)).await.unwrap();
    assert!(leftovers(directory.path()).unwrap().is_empty());
    journal.close().await;
    drop(journal);
    let homes = leftovers(directory.path()).unwrap();
    assert_eq!(homes.len(), 1);
    assert_eq!(homes[0].name(), NAME);
    assert_eq!(read_all(&homes[0], None), [1]);
    assert!(leftovers(directory.path()).unwrap().is_empty());
    homes[0].remove().unwrap();
    drop(homes);
    assert!(leftovers(directory.path()).unwrap().is_empty());
}
