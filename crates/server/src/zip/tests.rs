//! Archives at the edges of the format; whole ones are read by other programs in `tests/test_bulk.py`.

use std::io::Write as _;

use super::*;

fn entry(bytes: u64) -> Entry {
    Entry {
        method: Method::Stored,
        crc32: 0,
        bytes,
        packed_bytes: bytes,
    }
}

fn field(bytes: &[u8], at: usize, width: usize) -> u64 {
    bytes[at..at + width]
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The archive with everything counted and nothing but its directory written.
fn directory(entries: &[(&str, u64)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Vec::new());
    for (name, bytes) in entries {
        zip.adopt(name, &entry(*bytes)).unwrap();
    }
    zip.finish().unwrap().0
}

#[test]
fn small_archives_have_the_plain_form_alone() {
    let end = directory(&[("a", 1), ("b", 2)]);
    let tail = end.len() - 22;
    assert_eq!(field(&end, tail, 4), u64::from(END));
    assert_eq!((field(&end, tail + 8, 2), field(&end, tail + 10, 2)), (2, 2));
    assert_eq!(field(&end, tail + 12, 4), tail as u64);
    assert_eq!(field(&end, tail + 16, 4), 31 + 1 + 31 + 2);
    assert!(!end.windows(4).any(|four| four == END_64.to_le_bytes()));
}

#[test]
fn beyond_the_plain_form_the_wider_one_tells() {
    let most = u64::from(u32::MAX);
    for (entries, extra_of_last, wide_end) in [
        (vec![("a", most - 1), ("b", 1)], 12, true),
        (vec![("a", most)], 20, true),
        (vec![("a", most), ("b", most)], 28, true),
        // The last header begins in front of the edge, the directory behind it.
        (vec![("a", most - 32), ("b", 1)], 0, true),
        (vec![("a", most - 100)], 0, false),
    ] {
        let end = directory(&entries);
        let start: u64 = entries
            .iter()
            .map(|(_, bytes)| bytes + if *bytes >= most { 51 } else { 31 })
            .sum();
        let last = end
            .windows(4)
            .rposition(|four| four == CENTRAL.to_le_bytes())
            .unwrap();
        assert_eq!(field(&end, last + 30, 2), extra_of_last, "{entries:?}");
        let tail = end.len() - 22;
        if wide_end {
            let locator = tail - 20;
            assert_eq!(field(&end, locator, 4), u64::from(LOCATOR_64));
            let record = locator - 56;
            assert_eq!(field(&end, locator + 8, 8), start + record as u64);
            assert_eq!(field(&end, record, 4), u64::from(END_64));
            assert_eq!(field(&end, record + 24, 8), entries.len() as u64);
            assert_eq!(field(&end, record + 40, 8), record as u64);
            assert_eq!(field(&end, record + 48, 8), start);
        } else {
            assert_eq!(field(&end, tail + 16, 4), start);
        }
    }
}

#[test]
fn more_entries_than_sixteen_bits_count() {
    let names: Vec<_> = (0..65_535).map(|number| number.to_string()).collect();
    let entries: Vec<_> = names.iter().map(|name| (name.as_str(), 0)).collect();
    let end = directory(&entries);
    let tail = end.len() - 22;
    assert_eq!(field(&end, tail + 10, 2), 65_535);
    assert_eq!(field(&end, tail - 20 - 56 + 24, 8), 65_535);
    let fewer = directory(&entries[1..]);
    assert_eq!(field(&fewer, fewer.len() - 22 + 10, 2), 65_534);
    assert!(!fewer.windows(4).any(|four| four == END_64.to_le_bytes()));
}

#[test]
fn what_was_interrupted_is_found_up_to_its_last_whole_entry() {
    let text = b"hello, hello, hello, hello";
    let packed = {
        let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        deflate.write_all(text).unwrap();
        deflate.finish().unwrap()
    };
    let stored = Entry {
        crc32: crc32fast::hash(text),
        ..entry(text.len() as u64)
    };
    let deflated = Entry {
        method: Method::Deflated,
        packed_bytes: packed.len() as u64,
        ..stored
    };
    let mut zip = ZipWriter::new(tempfile::tempfile().unwrap());
    let first = zip.add("ä.txt", &stored, text).unwrap();
    let second_at = zip.bytes();
    let second = zip.add("b", &deflated, &packed).unwrap();
    let end = zip.bytes();
    let file = zip.out();
    let found = |name, at| {
        find(file, at, name)
            .unwrap()
            .map(|found| (found.entry, found.data_at))
    };
    assert_eq!(found("ä.txt", 0), Some((stored, first)));
    assert_eq!(found("b", second_at), Some((deflated, second)));
    // Another name, another place, the end.
    for (name, at) in [("a.txt", 0), ("ä.txt", 1), ("c", second_at), ("b", end)] {
        assert_eq!(found(name, at), None, "{name} at {at}");
    }
    file.set_len(end - 1).unwrap();
    assert_eq!(find(file, second_at, "b").unwrap(), None);
    assert!(find(file, 0, "ä.txt").unwrap().is_some());
    // A byte that the disk has lost.
    std::os::unix::fs::FileExt::write_at(file, b"H", first).unwrap();
    assert_eq!(find(file, 0, "ä.txt").unwrap(), None);
}
