//! Scans: each once, summed as they come, read back as sums.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::future::join_all;
use qrstudio_store::{
    CodeId, CreateCode, DayVisitors, Device, Dimension, JournalPosition, Millis, NewCode, PlanName,
    QuarterScans, RecordScans, Recorded, Scan, ScanEvents, ScanKind, ScanRange, Store, Told, Visitor,
    WorkspaceId,
};

use crate::support::{DAY, Fixture, NOW, account, spawn};

on_both_engines!(
    a_batch_is_stored_once_however_often_it_comes,
    sums_tell_scans_apart,
    a_day_that_is_whole_and_its_quarters_say_the_same,
    visitors_count_once_a_day,
    bots_stand_apart,
    a_flood_is_counted_without_details,
    a_plan_bounds_the_scans_kept_a_month,
    beyond_two_hundred_values_a_day_there_is_other,
    two_journals_at_once_count_exactly,
    scans_of_unknown_codes_are_dropped,
    every_node_gets_the_same_key_of_a_day,
    old_scans_go_and_their_sums_stay,
    nothing_stays_of_the_scans_of_an_erased_workspace,
    texts_of_every_kind_come_back,
    analytics_grow_with_buckets_and_not_with_scans,
);

const QUARTER: i64 = 900_000;
/// 2026-11-20 00:00 UTC.
const MIDNIGHT: i64 = NOW.0 - DAY / 2;

/// A code of a new workspace on the starter plan.
pub(crate) async fn code(store: &Store, email: &str, short_id: &str) -> CodeId {
    code_in(store, account(store, email).await.workspace, short_id).await
}

pub(crate) async fn code_in(store: &Store, workspace: WorkspaceId, short_id: &str) -> CodeId {
    let new = NewCode {
        workspace,
        short_id: short_id.parse().unwrap(),
        name: "Menu".to_owned(),
        destination_url: "https://example.com/".to_owned(),
        variants: Vec::new(),
        is_active: true,
        active_cap: None,
        describe: Arc::new(|_, _| "{}".to_owned()),
        at: NOW,
        request: None,
    };
    match store.create_code(new).await.unwrap() {
        CreateCode::Created(code) => code.id,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn scan(code: CodeId, at: i64, visitor: u8) -> Scan {
    Scan {
        code,
        at: Millis(at),
        kind: ScanKind::Person,
        destination: "https://example.com/".to_owned(),
        variant: None,
        country: Some("CA".to_owned()),
        region: None,
        device: Some(Device::Mobile),
        os: Some("iPhone".to_owned()),
        browser: Some("Safari".to_owned()),
        referrer: None,
        language: Some("fr".to_owned()),
        visitor: Visitor([visitor; 16]),
    }
}

fn at(offset: u64) -> JournalPosition {
    JournalPosition { segment: 1, offset }
}

/// A batch from the journal's beginning.
fn first(journal: &str, scans: Vec<Scan>) -> RecordScans {
    RecordScans {
        journal: journal.to_owned(),
        from: JournalPosition::default(),
        to: at(100),
        scans,
        monthly: Vec::new(),
        events: ScanEvents::none(),
    }
}

async fn record(store: &Store, journal: &str, scans: Vec<Scan>) {
    let recorded = store.record_scans(first(journal, scans)).await.unwrap();
    assert_eq!(recorded, Recorded::Stored);
}

fn range(code: CodeId, from: i64, to: i64) -> ScanRange {
    ScanRange {
        code,
        from: Millis(from),
        to: Millis(to),
        with_bots: false,
    }
}

async fn scans(store: &Store, code: CodeId) -> u64 {
    store
        .scan_count(code)
        .await
        .unwrap()
        .map_or(0, |count| count.scans)
}

/// The values of a dimension and how often each was scanned.
async fn values(store: &Store, range: ScanRange, dimension: Dimension) -> BTreeMap<String, u64> {
    let mut values = BTreeMap::new();
    for row in store.scans_by_value(range).await.unwrap() {
        if row.dimension == dimension {
            let name = match row.value {
                Told::Known(value) => value,
                Told::Unknown => "-".to_owned(),
                Told::Other => "+".to_owned(),
            };
            *values.entry(name).or_default() += row.scans;
        }
    }
    values
}

async fn a_batch_is_stored_once_however_often_it_comes(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    assert_eq!(store.scan_count(code).await.unwrap(), None);
    let batch = first("one", vec![scan(code, NOW.0, 1), scan(code, NOW.0 + 1, 2)]);
    assert_eq!(store.record_scans(batch.clone()).await.unwrap(), Recorded::Stored);
    assert_eq!(
        store.record_scans(batch).await.unwrap(),
        Recorded::Elsewhere(at(100))
    );
    assert_eq!(store.journal_position("one".to_owned()).await.unwrap(), at(100));
    let count = store.scan_count(code).await.unwrap().unwrap();
    assert_eq!(
        (count.scans, count.first, count.last),
        (2, NOW, Millis(NOW.0 + 1))
    );
    // The next one begins where the first has ended.
    let next = RecordScans {
        from: at(100),
        to: at(200),
        ..first("one", vec![scan(code, NOW.0 - 5, 1)])
    };
    assert_eq!(store.record_scans(next).await.unwrap(), Recorded::Stored);
    let count = store.scan_count(code).await.unwrap().unwrap();
    assert_eq!((count.scans, count.first), (3, Millis(NOW.0 - 5)));
    // A journal whose files are gone begins anew.
    store.forget_journal("one".to_owned()).await.unwrap();
    let position = store.journal_position("one".to_owned()).await.unwrap();
    assert_eq!(position, JournalPosition::default());
}

async fn sums_tell_scans_apart(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    let mut other = scan(code, NOW.0 + QUARTER, 2);
    other.country = None;
    other.variant = Some("B".to_owned());
    other.device = Some(Device::Tablet);
    record(
        store,
        "one",
        vec![scan(code, NOW.0, 1), scan(code, NOW.0 + 1, 1), other],
    )
    .await;
    let hour = range(code, NOW.0, NOW.0 + 4 * QUARTER);
    let quarter = |start, scans| QuarterScans {
        start: Millis(start),
        scans,
    };
    assert_eq!(
        store.scans_by_quarter(hour).await.unwrap(),
        [quarter(NOW.0, 2), quarter(NOW.0 + QUARTER, 1)]
    );
    let told = |pairs: &[(&str, u64)]| -> BTreeMap<String, u64> {
        pairs
            .iter()
            .map(|(name, scans)| ((*name).to_owned(), *scans))
            .collect()
    };
    for (dimension, expected) in [
        (Dimension::Country, told(&[("CA", 2), ("-", 1)])),
        (Dimension::Device, told(&[("mobile", 2), ("tablet", 1)])),
        (Dimension::Os, told(&[("iPhone", 3)])),
        (Dimension::Browser, told(&[("Safari", 3)])),
        (Dimension::Referrer, told(&[("-", 3)])),
        (Dimension::Language, told(&[("fr", 3)])),
        (Dimension::Variant, told(&[("B", 1)])),
    ] {
        assert_eq!(values(store, hour, dimension).await, expected, "{dimension:?}");
    }
    // The end is not in the range.
    let before = range(code, NOW.0, NOW.0 + QUARTER);
    assert_eq!(store.scans_by_quarter(before).await.unwrap(), [quarter(NOW.0, 2)]);
    assert_eq!(
        values(store, before, Dimension::Country).await,
        told(&[("CA", 2)])
    );
}

async fn a_day_that_is_whole_and_its_quarters_say_the_same(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    // One scan each quarter of an hour of three days.
    let all: Vec<Scan> = (0..3 * 96)
        .map(|n| scan(code, MIDNIGHT + n * QUARTER, 1))
        .collect();
    record(store, "one", all).await;
    for (from, to) in [
        (0, 288),
        (1, 287),
        (1, 95),
        (40, 200),
        (96, 192),
        (95, 193),
        (0, 1),
        (5, 5),
    ] {
        let range = range(code, MIDNIGHT + from * QUARTER, MIDNIGHT + to * QUARTER);
        let by_value = values(store, range, Dimension::Country).await;
        let by_quarter: u64 = store
            .scans_by_quarter(range)
            .await
            .unwrap()
            .iter()
            .map(|row| row.scans)
            .sum();
        let expected = u64::try_from(to - from).unwrap();
        assert_eq!(
            by_value.get("CA").copied().unwrap_or_default(),
            expected,
            "{from}..{to}"
        );
        assert_eq!(by_quarter, expected, "{from}..{to}");
    }
}

async fn visitors_count_once_a_day(fixture: &Fixture) {
    let store = &fixture.store;
    let one = code(store, "ada@example.com", "Code0001").await;
    let two = code(store, "bob@example.com", "Code0002").await;
    record(
        store,
        "one",
        vec![scan(one, MIDNIGHT, 1), scan(one, NOW.0, 1), scan(two, NOW.0, 1)],
    )
    .await;
    // The same ones, from another node, and the next day.
    record(
        store,
        "two",
        vec![
            scan(one, NOW.0, 1),
            scan(one, NOW.0, 2),
            scan(one, MIDNIGHT + DAY, 1),
        ],
    )
    .await;
    let days = |code| store.visitors_by_day(range(code, MIDNIGHT + QUARTER, MIDNIGHT + DAY + QUARTER));
    let day = |start, visitors| DayVisitors {
        start: Millis(start),
        visitors,
    };
    assert_eq!(
        days(one).await.unwrap(),
        [day(MIDNIGHT, 2), day(MIDNIGHT + DAY, 1)]
    );
    assert_eq!(days(two).await.unwrap(), [day(MIDNIGHT, 1)]);
    // Who was seen on a day that is over is forgotten; how many they were is not.
    store.erase_visitors(Millis(MIDNIGHT + DAY)).await.unwrap();
    assert_eq!(days(two).await.unwrap(), [day(MIDNIGHT, 1)]);
}

async fn bots_stand_apart(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    let bot = Scan {
        kind: ScanKind::Bot,
        device: Some(Device::Bot),
        ..scan(code, NOW.0, 9)
    };
    record(store, "one", vec![bot.clone(), bot, scan(code, NOW.0, 1)]).await;
    assert_eq!(scans(store, code).await, 1);
    let people = range(code, NOW.0, NOW.0 + QUARTER);
    let everybody = ScanRange {
        with_bots: true,
        ..people
    };
    assert_eq!(store.scans_by_quarter(people).await.unwrap()[0].scans, 1);
    assert_eq!(store.scans_by_quarter(everybody).await.unwrap()[0].scans, 3);
    assert_eq!(values(store, people, Dimension::Device).await.get("bot"), None);
    assert_eq!(
        values(store, everybody, Dimension::Device).await.get("bot"),
        Some(&2)
    );
    assert_eq!(store.visitors_by_day(everybody).await.unwrap()[0].visitors, 1);
}

async fn a_flood_is_counted_without_details(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    let flood = Scan {
        kind: ScanKind::Flood,
        ..scan(code, NOW.0, 1)
    };
    record(store, "one", vec![scan(code, NOW.0, 1), flood.clone(), flood]).await;
    assert_eq!(scans(store, code).await, 3);
    let range = range(code, NOW.0, NOW.0 + QUARTER);
    assert_eq!(store.scans_by_quarter(range).await.unwrap()[0].scans, 3);
    assert_eq!(values(store, range, Dimension::Country).await.get("CA"), Some(&1));
}

async fn a_plan_bounds_the_scans_kept_a_month(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    let bounded = |journal: &str, scans| RecordScans {
        monthly: vec![(PlanName::Free, 1), (PlanName::Starter, 5)],
        ..first(journal, scans)
    };
    let some = |count, at| (0..count).map(|_| scan(code, at, 1)).collect::<Vec<_>>();
    let range = range(code, NOW.0, NOW.0 + 31 * DAY);
    let kept = async || values(store, range, Dimension::Country).await.get("CA").copied();
    store.record_scans(bounded("one", some(3, NOW.0))).await.unwrap();
    assert_eq!(kept().await, Some(3));
    store.record_scans(bounded("two", some(4, NOW.0))).await.unwrap();
    assert_eq!(kept().await, Some(5));
    // Every one of them counts, and the next month begins anew.
    assert_eq!(scans(store, code).await, 7);
    store
        .record_scans(bounded("three", some(2, NOW.0 + 20 * DAY)))
        .await
        .unwrap();
    assert_eq!(kept().await, Some(7));
    assert_eq!(scans(store, code).await, 9);
}

async fn beyond_two_hundred_values_a_day_there_is_other(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    let from = |numbers: std::ops::Range<i64>, at: i64| {
        let one = |number| Scan {
            referrer: Some(format!("host{number}.example")),
            ..scan(code, at, 1)
        };
        numbers.map(one).collect::<Vec<_>>()
    };
    record(store, "one", from(0..150, NOW.0)).await;
    record(store, "two", from(100..260, NOW.0 + QUARTER)).await;
    // Known ones go on being told apart, and the next day begins anew.
    record(store, "three", from(0..10, NOW.0)).await;
    record(store, "four", from(300..310, NOW.0 + DAY)).await;
    let day = values(store, range(code, MIDNIGHT, MIDNIGHT + DAY), Dimension::Referrer).await;
    assert_eq!(day.len(), 201);
    assert_eq!(day.values().sum::<u64>(), 150 + 160 + 10);
    assert_eq!(
        (day["+"], day["host0.example"], day["host120.example"]),
        (60, 2, 2)
    );
    let quarters = values(
        store,
        range(code, NOW.0, NOW.0 + 2 * QUARTER),
        Dimension::Referrer,
    )
    .await;
    assert_eq!(quarters, day);
    let next = values(
        store,
        range(code, MIDNIGHT + DAY, MIDNIGHT + 2 * DAY),
        Dimension::Referrer,
    )
    .await;
    assert_eq!(next.len(), 10);
}

async fn two_journals_at_once_count_exactly(fixture: &Fixture) {
    let nodes = [fixture.store.clone(), fixture.another().await];
    let mut codes = Vec::new();
    for number in 0..5 {
        codes.push(
            code(
                &fixture.store,
                &format!("{number}@example.com"),
                &format!("Code000{number}"),
            )
            .await,
        );
    }
    let codes = Arc::new(codes);
    let drains = (0..8_u8).map(|number| {
        let (store, codes) = (nodes[usize::from(number) % 2].clone(), Arc::clone(&codes));
        spawn(async move {
            let journal = format!("journal {number}");
            let mut from = JournalPosition::default();
            for round in 0..10_u64 {
                // Each in another order.
                let scans = (0..50_u8).map(|n| {
                    let code = codes[usize::from(n.wrapping_mul(number + 1)) % codes.len()];
                    scan(code, NOW.0 + i64::from(n), n)
                });
                let to = at(100 * (round + 1));
                let batch = RecordScans {
                    from,
                    to,
                    ..first(&journal, scans.collect())
                };
                assert_eq!(store.record_scans(batch).await.unwrap(), Recorded::Stored);
                from = to;
            }
        })
    });
    for drained in join_all(drains).await {
        drained.unwrap();
    }
    let mut all = 0;
    for code in codes.iter() {
        let range = range(*code, NOW.0, NOW.0 + QUARTER);
        let count = scans(&fixture.store, *code).await;
        assert_eq!(
            values(&fixture.store, range, Dimension::Country).await.get("CA"),
            Some(&count)
        );
        all += count;
    }
    assert_eq!(all, 8 * 10 * 50);
}

async fn scans_of_unknown_codes_are_dropped(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    record(
        store,
        "one",
        vec![scan(CodeId(4_000_000), NOW.0, 1), scan(code, NOW.0, 1)],
    )
    .await;
    assert_eq!(scans(store, code).await, 1);
    record(store, "two", vec![scan(CodeId(4_000_000), NOW.0, 1)]).await;
    record(store, "three", Vec::new()).await;
    assert_eq!(store.journal_position("three".to_owned()).await.unwrap(), at(100));
}

async fn every_node_gets_the_same_key_of_a_day(fixture: &Fixture) {
    let other = fixture.another().await;
    let key = fixture
        .store
        .visitor_key(Millis(MIDNIGHT), [1; 32])
        .await
        .unwrap();
    assert_eq!(key, [1; 32]);
    assert_eq!(
        other
            .visitor_key(Millis(MIDNIGHT + DAY - 1), [2; 32])
            .await
            .unwrap(),
        key
    );
    assert_eq!(
        other.visitor_key(Millis(MIDNIGHT + DAY), [3; 32]).await.unwrap(),
        [3; 32]
    );
    // Once the day is over nobody can compute its hashes again.
    other.erase_visitors(Millis(MIDNIGHT + DAY)).await.unwrap();
    assert_eq!(
        other.visitor_key(Millis(MIDNIGHT), [4; 32]).await.unwrap(),
        [4; 32]
    );
    assert_eq!(
        other.visitor_key(Millis(MIDNIGHT + DAY), [5; 32]).await.unwrap(),
        [3; 32]
    );
}

async fn old_scans_go_and_their_sums_stay(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    let all: Vec<Scan> = (0..10).map(|n| scan(code, NOW.0 + n * DAY, 1)).collect();
    record(store, "one", all).await;
    let before = Millis(NOW.0 + 5 * DAY);
    let mut erased = Vec::new();
    loop {
        let some = store.erase_scans(before, 2).await.unwrap();
        erased.push(some);
        if some == 0 {
            break;
        }
    }
    assert_eq!(erased, [2, 2, 1, 0]);
    assert_eq!(scans(store, code).await, 10);
    let range = range(code, NOW.0, NOW.0 + 20 * DAY);
    assert_eq!(store.scans_by_quarter(range).await.unwrap().len(), 10);
}

async fn nothing_stays_of_the_scans_of_an_erased_workspace(fixture: &Fixture) {
    let store = &fixture.store;
    let ada = account(store, "ada@example.com").await;
    let gone = code_in(store, ada.workspace, "Code0001").await;
    let stays = code(store, "bob@example.com", "Code0002").await;
    let of = |code| (0..5).map(move |n| scan(code, NOW.0 + i64::from(n), n));
    record(store, "one", of(gone).chain(of(stays)).collect()).await;
    assert!(store.delete_account(ada.user, 0, NOW).await.unwrap());
    // A node that had not heard of it.
    record(store, "two", of(gone).collect()).await;
    while store.erase_scans_of_erased(2).await.unwrap() {}
    let day = |code| range(code, MIDNIGHT, MIDNIGHT + DAY);
    assert_eq!(scans(store, gone).await, 0);
    assert!(store.scans_by_quarter(day(gone)).await.unwrap().is_empty());
    assert!(store.scans_by_value(day(gone)).await.unwrap().is_empty());
    assert_eq!(scans(store, stays).await, 5);
    assert_eq!(store.scans_by_quarter(day(stays)).await.unwrap().len(), 1);
    // Who was seen is forgotten, too: the others' visitors of that day are still known.
    record(store, "three", of(stays).collect()).await;
    assert_eq!(store.visitors_by_day(day(stays)).await.unwrap()[0].visitors, 5);
}

async fn texts_of_every_kind_come_back(fixture: &Fixture) {
    let store = &fixture.store;
    let code = code(store, "ada@example.com", "Code0001").await;
    let labels = [
        "quote \" and ' and \\",
        "Größe ☕ 漢字",
        "[1, null]",
        "null",
        "12",
        "%_",
        "A",
    ];
    let scans = labels.map(|label| Scan {
        variant: Some(label.to_owned()),
        ..scan(code, NOW.0, 1)
    });
    record(store, "one", scans.to_vec()).await;
    let told = values(store, range(code, NOW.0, NOW.0 + QUARTER), Dimension::Variant).await;
    let expected: BTreeMap<String, u64> = labels.map(|label| (label.to_owned(), 1)).into();
    assert_eq!(told, expected);
}

/// Scans of thirty days, spread evenly, so that every quarter of an hour has all of five values of each dimension.
pub(crate) async fn fill(store: &Store, code: CodeId, scans: i64) {
    let (mut from, mut batch) = (JournalPosition::default(), Vec::new());
    for number in 0..scans {
        let value = format!("v{}", number % 5);
        batch.push(Scan {
            country: Some(value.clone()),
            os: Some(value.clone()),
            browser: Some(value.clone()),
            referrer: Some(value.clone()),
            language: Some(value.clone()),
            variant: Some(value),
            ..scan(
                code,
                MIDNIGHT + number * 30 * DAY / scans,
                u8::try_from(number % 200).unwrap(),
            )
        });
        if batch.len() == 5_000 || number + 1 == scans {
            let to = at(from.offset + 1);
            let scans = RecordScans {
                journal: "fill".to_owned(),
                from,
                to,
                scans: std::mem::take(&mut batch),
                monthly: Vec::new(),
                events: ScanEvents::none(),
            };
            assert_eq!(store.record_scans(scans).await.unwrap(), Recorded::Stored);
            from = to;
        }
    }
}

/// All that the analytics of a day and two hours read: how many rows.
pub(crate) async fn look_at_all(store: &Store, code: CodeId) -> usize {
    // An hour of a day, a whole day, an hour of the next one.
    let range = range(
        code,
        MIDNIGHT + DAY - 4 * QUARTER,
        MIDNIGHT + 2 * DAY + 4 * QUARTER,
    );
    assert!(store.scan_count(code).await.unwrap().is_some());
    store.scans_by_quarter(range).await.unwrap().len()
        + store.visitors_by_day(range).await.unwrap().len()
        + store.scans_by_value(range).await.unwrap().len()
}

async fn analytics_grow_with_buckets_and_not_with_scans(fixture: &Fixture) {
    let store = &fixture.store;
    let mut read = Vec::new();
    for (email, short_id, scans) in [
        ("ada@example.com", "Code0001", 20_000),
        ("bob@example.com", "Code0002", 200_000),
    ] {
        let code = code(store, email, short_id).await;
        // A journal of its own each time.
        store.forget_journal("fill".to_owned()).await.unwrap();
        fill(store, code, scans).await;
        assert_eq!(self::scans(store, code).await, scans.unsigned_abs());
        read.push(look_at_all(store, code).await);
    }
    assert_eq!(read[0], read[1]);
    // Quarters, days, and five values of six dimensions beside the one device, in three parts.
    assert_eq!(read[0], 104 + 3 + 3 * 31);
}
