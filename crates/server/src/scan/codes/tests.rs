//! Codes in memory and on disk.

use std::io::Write as _;

use qrstudio_store::{CodeId, CodeState, Variant, Visitor};

use super::*;

fn code(number: u32, revision: u64, destination: &str) -> ServedCode {
    ServedCode {
        id: CodeId(number.into()),
        workspace: None,
        short_id: format!("Code{number:04}").parse().unwrap(),
        revision,
        state: CodeState::Active {
            destination: destination.to_owned(),
            variants: Vec::new(),
        },
    }
}

fn blocked(revision: u64, patterns: &[&str]) -> BlockedPatterns {
    BlockedPatterns {
        revision,
        patterns: patterns.iter().map(|&pattern| pattern.to_owned()).collect(),
    }
}

fn open(directory: &tempfile::TempDir, name: &str, codes: usize) -> Codes {
    let bounds = Bounds {
        codes,
        bytes: 1 << 30,
    };
    Codes::open(&directory.path().join(name), bounds).unwrap()
}

/// Where a code leads.
fn leads_to(codes: &Codes, number: u32) -> Option<String> {
    let served = codes.get(code(number, 0, "").short_id, 1)?;
    match &served.state {
        State::Active(targets) => Some(targets.choose(served.id(), Visitor([0; 16])).as_str().to_owned()),
        _ => Some("nowhere".to_owned()),
    }
}

#[test]
fn a_slow_reader_does_not_undo_a_change() {
    let directory = tempfile::tempdir().unwrap();
    let codes = open(&directory, "codes", 1000);
    codes.put(&code(1, 0, "https://a.example"));
    codes.changed(&code(1, 5, "https://b.example"));
    codes.put(&code(1, 3, "https://a.example"));
    codes.changed(&code(1, 4, "https://c.example"));
    assert_eq!(leads_to(&codes, 1).as_deref(), Some("https://b.example/"));
    // Nobody has asked for this one yet.
    let told = codes.told();
    codes.changed(&code(2, 6, "https://d.example"));
    assert_eq!(leads_to(&codes, 2), None);
    assert_ne!(codes.told(), told);
}

#[test]
fn another_process_knows_what_this_one_knew() {
    let directory = tempfile::tempdir().unwrap();
    let one = open(&directory, "one", 1000);
    for number in 0..50 {
        one.put(&code(number, 0, "https://a.example/ä"));
    }
    one.changed(&code(7, 9, "https://b.example"));
    one.is_current_to(9);
    one.put(&code(50, 0, "https://c.example"));
    let path = directory.path().join("one");
    // Killed in the middle of a write.
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(&[40, 0, 0, 0, 1, 2]).unwrap();
    let two = open(&directory, "two", 1000);
    two.load(&[path, directory.path().join("missing")]).unwrap();
    assert_eq!(two.len(), 51);
    assert_eq!(leads_to(&two, 7).as_deref(), Some("https://b.example/"));
    assert_eq!(leads_to(&two, 3).as_deref(), Some("https://a.example/%C3%A4"));
    assert_eq!(two.revision(), 0);
    let three = open(&directory, "three", 1000);
    three.load(&[directory.path().join("two")]).unwrap();
    assert_eq!(three.len(), 51);
}

#[test]
fn the_least_recently_scanned_leave_first() {
    let directory = tempfile::tempdir().unwrap();
    let codes = open(&directory, "codes", 320);
    for number in 0..2000 {
        codes.put(&code(number, 0, "https://a.example"));
        codes.get(code(number, 0, "").short_id, number);
        // This one is on every poster.
        codes.get(code(0, 0, "").short_id, number);
    }
    assert!(codes.len() <= 352, "{}", codes.len());
    assert!(leads_to(&codes, 0).is_some() && leads_to(&codes, 1999).is_some());
    assert_eq!(leads_to(&codes, 1), None);
}

#[test]
fn a_blocked_place_is_known_before_and_after() {
    let directory = tempfile::tempdir().unwrap();
    let codes = open(&directory, "codes", 1000);
    let is_blocked = |number| match &codes.get(code(number, 0, "").short_id, 1).unwrap().state {
        State::Active(targets) => targets.choose(CodeId(1), Visitor([0; 16])).is_blocked,
        _ => panic!("it is active"),
    };
    codes.put(&code(1, 0, "https://bad.example/x"));
    assert!(!is_blocked(1));
    codes.block(&blocked(1, &["bad.example"]));
    codes.put(&code(2, 0, "https://bad.example/y"));
    assert!(is_blocked(1) && is_blocked(2));
    codes.block(&blocked(2, &[]));
    assert!(!is_blocked(1));
}

#[test]
fn another_process_leads_nobody_to_what_was_blocked_unless_the_store_knows_better() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name| directory.path().join(name);
    let is_blocked = |codes: &Codes| match &codes.get(code(1, 0, "").short_id, 1).unwrap().state {
        State::Active(targets) => targets.choose(CodeId(1), Visitor([0; 16])).is_blocked,
        _ => panic!("it is active"),
    };
    for (name, known) in [
        ("old", blocked(6, &[])),
        ("new", blocked(7, &["bad.example", "*.worse.example"])),
    ] {
        let codes = open(&directory, name, 1000);
        codes.put(&code(1, 0, "https://bad.example/x"));
        codes.block(&known);
    }
    let left = [file("old"), file("new"), file("missing")];
    let heir = open(&directory, "heir", 1000);
    heir.load(&left).unwrap();
    assert!(is_blocked(&heir));
    let second = open(&directory, "second", 1000);
    second.load(&[file("heir")]).unwrap();
    assert!(is_blocked(&second));
    second.block(&blocked(8, &[]));
    assert!(!is_blocked(&second));
    let told = open(&directory, "told", 1000);
    told.block(&blocked(0, &[]));
    told.load(&left).unwrap();
    assert!(!is_blocked(&told));
}

#[test]
fn variants_are_chosen_by_weight_and_stay_chosen() {
    let variant = |label: &str, weight| Variant {
        label: label.to_owned(),
        destination_url: format!("https://{label}.example/"),
        weight,
    };
    let mut split = code(1, 0, "https://unused.example");
    split.state = CodeState::Active {
        destination: "https://unused.example".to_owned(),
        variants: vec![variant("a", 70), variant("b", 30)],
    };
    let served = Served::of(&split, &Blocklist::new(&[]));
    let State::Active(targets) = &served.state else {
        panic!("it is active")
    };
    let mut chosen = [0_u32; 2];
    for number in 0..10_000_u32 {
        let mut visitor = [0; 16];
        visitor[..4].copy_from_slice(&number.to_le_bytes());
        let label = targets.choose(served.id(), Visitor(visitor)).label.clone();
        assert_eq!(targets.choose(served.id(), Visitor(visitor)).label, label);
        chosen[usize::from(label.as_deref() == Some("b"))] += 1;
    }
    assert!((6_800..7_200).contains(&chosen[0]), "{chosen:?}");
}

#[test]
fn a_known_code_takes_less_than_a_kibibyte() {
    let long = format!("https://example.com/{}", "x".repeat(200));
    let served = Served::of(&code(1, 0, &long), &Blocklist::new(&[]));
    assert!(served.bytes() < 900, "{}", served.bytes());
}
