//! `qrstudio bulk`: a code for every row of a table, offline, on all cores. Rows go through the service's own checks and the
//! service's own painter, one after the other, so that memory does not grow with the table.

mod columns;
mod name;
mod options;
mod output;
mod progress;
mod quotes;
mod row;
mod table;

pub(crate) use options::Options;

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use qrstudio_server::batch::{Decoded, Drawn, Manifest, Origin, in_order};
use qrstudio_server::fields::Upload;
use qrstudio_server::render::{Job, RenderError, Spec};

use self::output::{Digest, Earlier, Output};
use self::progress::Progress;
use self::row::{Recipe, problems};
use self::table::{Row, Table};
use crate::exit::{self, Failure, Outcome};

/// Rows that are listed; of a table that is wrong from its first row to its last these tell enough.
const MOST_TOLD: usize = 1000;
/// Decoded pictures that wait in memory for the next row that shows them.
const DECODED_BYTES: u64 = 32 * 1024 * 1024;

/// Draws all rows.
pub(crate) fn run(options: Options) -> Outcome {
    let table = Table::open(&options.input, options.delimiter)?;
    let (output, skip_bad, dry_run) = (options.output.clone(), options.skip_bad, options.dry_run);
    let output_path = output.clone();
    let bytes = table.bytes;
    let recipe = Recipe::new(options, &table)?;
    let place = if dry_run { None } else { output };
    let scratch = scratch_folder(place.as_deref());
    let output = Output::open(place)?;
    let batch = Batch {
        earlier: output.earlier(),
        recipe,
        decoded: Decoded::keeping(DECODED_BYTES),
        first: Mutex::default(),
        only_checks: AtomicBool::new(dry_run),
        skip_bad,
        scratch,
    };
    let mut writing = Writing {
        output,
        manifest: Manifest::new(None),
        progress: Progress::new(bytes),
        names: HashMap::new(),
        wrong: Wrong::default(),
        bytes: 0,
    };
    let drawn = draw(&batch, table, &mut writing);
    writing.progress.clear();
    let Writing {
        output,
        manifest,
        progress,
        wrong,
        bytes,
        ..
    } = writing;
    if let Err(failure) = drawn {
        output.abandon();
        return Err(failure);
    }
    if wrong.count > 0 && !skip_bad {
        output.abandon();
        return Err(wrong.failure());
    }
    let count = manifest.len();
    if !dry_run {
        output.finish(&manifest)?;
    }
    wrong.warn();
    let took = progress::time(progress.took().as_secs_f64());
    match output_path.filter(|_| !dry_run) {
        Some(path) => exit::note(format_args!(
            "{count} codes in {}, {} of pictures, {took}",
            path.display(),
            size(bytes)
        )),
        None => exit::note(format_args!(
            "{count} rows are right; nothing was written, {took}"
        )),
    }
    Ok(())
}

/// What all threads share.
struct Batch {
    recipe: Recipe,
    decoded: Decoded,
    earlier: Arc<Earlier>,
    /// The first row that shows each code.
    first: Mutex<HashMap<Digest, usize>>,
    /// Nothing is drawn any more: a row is wrong, or nothing was to be drawn.
    only_checks: AtomicBool,
    skip_bad: bool,
    /// Where large pictures wait for their turn.
    scratch: PathBuf,
}

/// What becomes of a row.
struct Outcomes {
    row: u64,
    index: usize,
    at: u64,
    made: Result<Code, String>,
}

/// A row that is right.
struct Code {
    name: String,
    digest: Digest,
    job: Box<Job>,
    picture: Picture,
}

/// Its picture.
enum Picture {
    Drawn(Drawn, Origin),
    /// That of an earlier row.
    Same(usize),
    /// An earlier run has left it.
    Kept,
    /// Nobody wants it.
    Unwanted,
}

/// Why there is no code.
enum Trouble {
    /// The row is wrong.
    Row(String),
    /// The machine does not play along.
    Machine(Failure),
}

impl From<String> for Trouble {
    fn from(text: String) -> Self {
        Self::Row(text)
    }
}

impl Batch {
    /// One row, on one of the threads.
    fn work(&self, row: &Row) -> Result<Outcomes, Failure> {
        let made = match self.code(row) {
            Ok(code) => Ok(code),
            Err(Trouble::Row(text)) => {
                if !self.skip_bad {
                    self.only_checks.store(true, Ordering::Relaxed);
                }
                Err(text)
            }
            Err(Trouble::Machine(failure)) => return Err(failure),
        };
        Ok(Outcomes {
            row: row.number,
            index: row.index,
            at: row.at,
            made,
        })
    }

    fn code(&self, row: &Row) -> Result<Code, Trouble> {
        let cells = row.cells.as_ref().map_err(Clone::clone)?;
        let fields = self.recipe.fields(cells)?;
        let (spec, _) = Spec::read(&fields).map_err(|errors| problems(&errors))?;
        if let Some(field) = spec.remote_field() {
            return Err(format!("{field}: nothing is fetched here").into());
        }
        let digest = spec.digest();
        let job = Box::new(spec.fit().map_err(|errors| problems(&errors))?);
        let name = match &self.recipe.name {
            None => qrstudio_server::batch::name(row.index, job.format().extension()),
            Some(template) => template.name(row.index, job.format().extension(), |column| {
                self.recipe.cell(cells, column)
            })?,
        };
        let picture = self.picture(row.index, &name, &job, &digest)?;
        Ok(Code {
            name,
            digest,
            job,
            picture,
        })
    }

    fn picture(&self, index: usize, name: &str, job: &Job, digest: &Digest) -> Result<Picture, Trouble> {
        if self.only_checks.load(Ordering::Relaxed) {
            let judged = job.judge_pictures(&|upload, fit| self.decoded.decode(upload, fit));
            judged.map_err(|errors| problems(&errors))?;
            return Ok(Picture::Unwanted);
        }
        if self.earlier.has(name, digest) {
            return Ok(Picture::Kept);
        }
        let first = {
            let mut all = self.first.lock().unwrap_or_else(PoisonError::into_inner);
            *all.entry(*digest).or_insert(index)
        };
        // One that is worked on right now and stands behind this one is drawn twice.
        if first < index {
            return Ok(Picture::Same(first));
        }
        let scratch = || self.scratch_file();
        let began = Instant::now();
        match Drawn::draw(
            job,
            &|upload: &Upload, fit| self.decoded.decode(upload, fit),
            &scratch,
        ) {
            Ok(drawn) => Ok(Picture::Drawn(drawn, Origin::Made(began.elapsed()))),
            Err(RenderError::Pictures(errors)) => Err(problems(&errors).into()),
            Err(other) => Err(Trouble::Machine(Failure::failed(other))),
        }
    }

    /// A file without a name.
    fn scratch_file(&self) -> io::Result<File> {
        let path = self.scratch.join(format!(
            ".qrstudio-{}-{:?}.part",
            std::process::id(),
            std::thread::current().id()
        ));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)?;
        std::fs::remove_file(&path)?;
        Ok(file)
    }
}

/// Beside the archive, or in the folder.
fn scratch_folder(output: Option<&Path>) -> PathBuf {
    match output {
        Some(path) if path.is_dir() => path.to_owned(),
        Some(path) => match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        },
        None => PathBuf::from("."),
    }
}

/// What is written, row after row.
struct Writing {
    output: Output,
    manifest: Manifest,
    progress: Progress,
    /// The row of each name, letter case aside.
    names: HashMap<String, u64>,
    wrong: Wrong,
    /// Bytes of all pictures.
    bytes: u64,
}

fn draw(batch: &Batch, table: Table, writing: &mut Writing) -> Result<(), Failure> {
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    in_order(
        table,
        threads,
        |row| batch.work(&row),
        |outcome| writing.take(outcome, batch),
    )
}

impl Writing {
    fn take(&mut self, outcome: Outcomes, batch: &Batch) -> Result<(), Failure> {
        let Outcomes { row, index, at, made } = outcome;
        let added = match made {
            Ok(code) => self.add(row, index, code),
            Err(text) => Ok(Err(text)),
        };
        let added = added
            .map_err(|error| Failure::failed(format_args!("cannot write the code of row {row}: {error}")))?;
        if let Err(text) = added {
            if !batch.skip_bad {
                batch.only_checks.store(true, Ordering::Relaxed);
            }
            self.wrong.add(row, &text);
        }
        self.progress.row(at);
        Ok(())
    }

    /// Adds a code, unless something about it is wrong.
    fn add(&mut self, row: u64, index: usize, code: Code) -> io::Result<Result<(), String>> {
        let Code {
            name,
            digest,
            job,
            picture,
        } = code;
        if let Some(other) = self.names.insert(name.to_lowercase(), row) {
            return Ok(Err(format!("its name {name} is that of row {other}, too")));
        }
        let (bytes, origin) = match picture {
            Picture::Drawn(drawn, origin) => (self.output.add(index, &name, &digest, drawn)?, origin),
            Picture::Same(first) => match self.output.repeat(index, &name, &digest, first)? {
                Some(bytes) => (bytes, Origin::Found),
                None => {
                    return Ok(Err(
                        "it is equal to an earlier row that could not be drawn".to_owned()
                    ));
                }
            },
            Picture::Kept => (self.output.keep(index, &name)?, Origin::Found),
            Picture::Unwanted => (0, Origin::Found),
        };
        self.bytes += bytes;
        self.manifest.add(index, name, &job, bytes, origin);
        Ok(Ok(()))
    }
}

/// The rows that are wrong.
#[derive(Default)]
struct Wrong {
    count: u64,
    told: Vec<String>,
}

impl Wrong {
    fn add(&mut self, row: u64, text: &str) {
        self.count += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(format!("row {row}: {text}"));
        }
    }

    /// The rows beyond those that are listed.
    fn rest(&self) -> Option<String> {
        let rest = self.count - self.told.len() as u64;
        (rest > 0).then(|| format!("and {rest} more rows"))
    }

    fn failure(mut self) -> Failure {
        let rest = self.rest();
        self.told.extend(rest);
        Failure::bad_inputs(self.told).tip("--skip-bad leaves such rows out")
    }

    fn warn(&self) {
        for text in self.told.iter().chain(&self.rest()) {
            exit::warn(format_args!("{text}; it was left out"));
        }
    }
}

/// Bytes as people say them.
#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn size(bytes: u64) -> String {
    match bytes as f64 {
        small if small < 1e6 => format!("{:.0} kB", small / 1e3),
        large if large < 1e9 => format!("{:.1} MB", large / 1e6),
        huge => format!("{:.1} GB", huge / 1e9),
    }
}
