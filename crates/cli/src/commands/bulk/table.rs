//! The rows of the table, one after the other: CSV as spreadsheets write it, or NDJSON.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::value::RawValue;

use super::quotes::Quotes;
use crate::exit::Failure;

/// Longer lines of NDJSON hold nothing that could be drawn.
const LONGEST_LINE: u64 = 1 << 20;
/// What is looked at to tell one kind of file from another.
const LOOK: usize = 64 * 1024;

/// The members of an object by name.
pub(super) type Object = BTreeMap<String, Box<RawValue>>;

/// What stands in a row.
#[derive(Debug)]
pub(super) enum Cells {
    /// Texts in the order of the columns.
    Csv(StringRecord),
    /// Members of an object.
    Json(Object),
}

/// A row of the table, or why it cannot be read.
#[derive(Debug)]
pub(super) struct Row {
    /// Counted from 0, the line with the names left out.
    pub(super) index: usize,
    /// As a person counts it: the row of a spreadsheet, the line of an NDJSON file.
    pub(super) number: u64,
    /// Bytes of the file up to it.
    pub(super) at: u64,
    pub(super) cells: Result<Cells, String>,
}

/// The table, opened.
pub(super) struct Table {
    pub(super) kind: Kind,
    /// Bytes of the file, where they are known.
    pub(super) bytes: Option<u64>,
    index: usize,
}

/// The two kinds of table.
pub(super) enum Kind {
    Csv {
        reader: Box<csv::Reader<Box<dyn Read + Send>>>,
        /// The names of the columns.
        names: Vec<String>,
        quotes: Quotes,
    },
    Json {
        reader: BufReader<Box<dyn Read + Send>>,
        at: u64,
        line: u64,
    },
}

impl Table {
    /// Opens a file, or standard input.
    ///
    /// # Errors
    /// A file that cannot be read, or has no first line.
    pub(super) fn open(path: &Path, delimiter: Option<char>) -> Result<Self, Failure> {
        let failed =
            |error: io::Error| Failure::bad_input(format_args!("cannot read {}: {error}", path.display()));
        let (input, bytes): (Box<dyn Read + Send>, _) = if path.as_os_str() == "-" {
            (Box::new(io::stdin()), None)
        } else {
            let file = File::open(path).map_err(failed)?;
            let bytes = file.metadata().map_err(failed)?.len();
            (Box::new(file), Some(bytes))
        };
        let mut input = BufReader::with_capacity(LOOK, input);
        let mut start = Vec::new();
        (&mut input)
            .take(LOOK as u64)
            .read_to_end(&mut start)
            .map_err(failed)?;
        if start.starts_with(&[0xFF, 0xFE]) || start.starts_with(&[0xFE, 0xFF]) {
            return Err(Failure::bad_input(format_args!("{} is UTF-16", path.display()))
                .tip("save it as UTF-8, which spreadsheets call \"CSV UTF-8\""));
        }
        let start = match start.strip_prefix(b"\xEF\xBB\xBF") {
            Some(rest) => rest.to_vec(),
            None => start,
        };
        let is_json = match path.extension().and_then(|end| end.to_str()) {
            Some(end) if end.eq_ignore_ascii_case("csv") || end.eq_ignore_ascii_case("tsv") => false,
            Some(end) if end.eq_ignore_ascii_case("ndjson") || end.eq_ignore_ascii_case("jsonl") => true,
            _ => start.trim_ascii_start().starts_with(b"{"),
        };
        let delimiter = match delimiter {
            Some(given) => u8::try_from(given)
                .ok()
                .filter(u8::is_ascii)
                .ok_or_else(|| Failure::bad_input("--delimiter: one character of ASCII, such as ';'"))?,
            None => likely_delimiter(&start),
        };
        let whole: Box<dyn Read + Send> = Box::new(io::Cursor::new(start).chain(input));
        let kind = if is_json {
            Kind::Json {
                reader: BufReader::new(whole),
                at: 0,
                line: 0,
            }
        } else {
            csv_of(whole, delimiter, path)?
        };
        Ok(Self {
            kind,
            bytes,
            index: 0,
        })
    }
}

fn csv_of(input: Box<dyn Read + Send>, delimiter: u8, path: &Path) -> Result<Kind, Failure> {
    let quotes = Quotes::default();
    let input: Box<dyn Read + Send> = Box::new(quotes.seen_in(input));
    let mut reader = Box::new(
        ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .trim(Trim::Headers)
            .from_reader(input),
    );
    let names = reader
        .headers()
        .map_err(|error| Failure::bad_input(format_args!("{}: {}", path.display(), told(&error))))?;
    let names: Vec<String> = names.iter().map(str::to_owned).collect();
    if names.iter().all(String::is_empty) {
        return Err(Failure::bad_input(format_args!("{} is empty", path.display()))
            .tip("its first line names the columns, as in: name,landing_page"));
    }
    Ok(Kind::Csv {
        reader,
        names,
        quotes,
    })
}

/// The delimiter that the first line has most of, outside of quotes.
fn likely_delimiter(start: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for &byte in start {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts
                .iter_mut()
                .filter(|(delimiter, _)| *delimiter == byte)
                .for_each(|(_, count)| *count += 1),
        }
    }
    // Of equals the first: a table of one column has none of them.
    let best = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    best.map_or(b',', |(delimiter, _)| delimiter)
}

fn told(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8, which spreadsheets call \"CSV UTF-8\"".to_owned(),
        csv::ErrorKind::Io(error) => format!("it cannot be read: {error}"),
        _ => error.to_string(),
    }
}

impl Iterator for Table {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let index = self.index;
        let row = match &mut self.kind {
            Kind::Csv {
                reader,
                names,
                quotes,
            } => {
                let at = reader.position().byte();
                let mut record = StringRecord::new();
                let read = reader.read_record(&mut record);
                let end = reader.position().byte();
                let cells = match read {
                    Ok(false) => return None,
                    Ok(true) if quotes.leave_open(&record, at, end) => {
                        Err("its last cell begins with a quote that is never closed".to_owned())
                    }
                    Ok(true) if record.len() != names.len() => Err(format!(
                        "it has {} cells, and the first line names {} columns",
                        record.len(),
                        names.len()
                    )),
                    Ok(true) => Ok(Cells::Csv(record)),
                    Err(error) if matches!(error.kind(), csv::ErrorKind::Io(_)) && index > 0 => return None,
                    Err(error) => Err(told(&error)),
                };
                let number = u64::try_from(index).unwrap_or(u64::MAX).saturating_add(2);
                Row {
                    index,
                    number,
                    at,
                    cells,
                }
            }
            Kind::Json { reader, at, line } => next_line(reader, at, line, index)?,
        };
        self.index += 1;
        Some(row)
    }
}

/// The next line that is not blank.
fn next_line(reader: &mut impl BufRead, at: &mut u64, line: &mut u64, index: usize) -> Option<Row> {
    loop {
        let mut bytes = Vec::new();
        let read = reader.take(LONGEST_LINE).read_until(b'\n', &mut bytes);
        let cells = match read {
            Ok(0) => return None,
            Ok(_) if !bytes.ends_with(b"\n") && bytes.len() as u64 == LONGEST_LINE => {
                let _ = reader.skip_until(b'\n');
                Err("it is too long".to_owned())
            }
            Ok(_) if bytes.trim_ascii().is_empty() => {
                *at += bytes.len() as u64;
                *line += 1;
                continue;
            }
            Ok(_) => serde_json::from_slice::<Object>(&bytes)
                .map(Cells::Json)
                .map_err(|error| format!("it is no JSON object: {error}")),
            Err(error) => Err(format!("it cannot be read: {error}")),
        };
        *at += bytes.len() as u64;
        *line += 1;
        return Some(Row {
            index,
            number: *line,
            at: *at,
            cells,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8], name: &str) -> Vec<String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let table = match Table::open(&path, None) {
            Ok(table) => table,
            Err(failure) => return vec![format!("{failure:?}")],
        };
        table
            .map(|row| match row.cells {
                Ok(Cells::Csv(record)) => {
                    format!("{}: {}", row.number, record.iter().collect::<Vec<_>>().join("|"))
                }
                Ok(Cells::Json(object)) => {
                    format!("{}: {}", row.number, serde_json::to_string(&object).unwrap())
                }
                Err(text) => format!("{}! {text}", row.number),
            })
            .collect()
    }

    #[test]
    fn files_as_spreadsheets_write_them() {
        for bytes in [
            &b"a,b\n1,2\nx,\"y, z\"\n"[..],
            b"\xEF\xBB\xBFa,b\r\n1,2\r\nx,\"y, z\"\r\n",
            b"a;b\n1;2\nx;y, z",
            b"a\tb\n1\t2\n\nx\ty, z\n",
            b"\"a\",\"b\"\r\"1\",\"2\"\r\"x\",\"y, z\"\r",
            b" a , b \n1,2\nx,\"y, z\"",
        ] {
            assert_eq!(
                rows(bytes, "t.csv"),
                ["2: 1|2", "3: x|y, z"],
                "{}",
                bytes.escape_ascii()
            );
        }
        // Cells keep their blanks and their line ends.
        assert_eq!(rows(b"a\n\" x\r\ny \"\n", "t.csv"), ["2:  x\r\ny "]);
    }

    #[test]
    fn what_is_wrong_is_told_by_row() {
        assert_eq!(
            rows(b"a,b\n1\n1,2\n1,2,3\n\xE9,2\n1,2\n", "t.csv"),
            [
                "2! it has 1 cells, and the first line names 2 columns",
                "3: 1|2",
                "4! it has 3 cells, and the first line names 2 columns",
                "5! it is not UTF-8, which spreadsheets call \"CSV UTF-8\"",
                "6: 1|2",
            ]
        );
        // A quote that nobody closes would swallow all further rows.
        for bytes in [&b"a\n1\n\"x\ny\nz\n"[..], b"a\n1\n\"x\ny\nz"] {
            let told = rows(bytes, "t.csv");
            assert_eq!(
                told,
                [
                    "2: 1",
                    "3! its last cell begins with a quote that is never closed"
                ]
            );
        }
        assert_eq!(
            rows(b"a\n5\" pipe\n\"x\ny\"", "t.csv"),
            ["2: 5\" pipe", "3: x\ny"]
        );
        let lines = rows(b"{\"a\": 1}\n\n[1]\n{\"b\": \"x\"}\r\n{", "t.ndjson");
        assert_eq!([&lines[0], &lines[2]], ["1: {\"a\":1}", "4: {\"b\":\"x\"}"]);
        assert!(lines[1].starts_with("3! it is no JSON object"), "{lines:?}");
        assert!(lines[3].starts_with("5! it is no JSON object"), "{lines:?}");
        for (bytes, text) in [
            (&b""[..], "is empty"),
            (b"\n\n", "is empty"),
            (b"\xFF\xFEa\0,\0", "UTF-16"),
        ] {
            let told = rows(bytes, "t.csv");
            assert!(told[0].contains(text), "{told:?}");
        }
        assert_eq!(rows(b"a,b\n", "t.csv"), [""; 0]);
    }
}
