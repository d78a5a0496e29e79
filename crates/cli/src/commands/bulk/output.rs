//! Where the codes go: an archive that appears when it is whole, or a folder that fills up.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use qrstudio_server::batch::{Archive, Drawn, Manifest, Placed};

use crate::exit::Failure;

/// Bytes that are gathered for one write.
const BUFFER: usize = 256 * 1024;
/// What a folder remembers of the codes in it: a line each, the hash of what it shows and its name.
const JOURNAL: &str = ".qrstudio-bulk";

/// The hash of what a code shows.
pub(super) type Digest = [u8; 32];

/// Where the codes go.
pub(super) enum Output {
    /// Nowhere: rows are only checked.
    Nothing,
    Archive(Box<Zip>),
    Folder(Folder),
}

/// An archive that grows beside its place.
pub(super) struct Zip {
    path: PathBuf,
    growing: PathBuf,
    file: Arc<File>,
    archive: Archive<BufWriter<Arc<File>>>,
    placed: HashMap<usize, Placed>,
}

/// What an earlier run has left.
#[derive(Default)]
pub(super) struct Earlier {
    path: PathBuf,
    /// The hashes of codes by their names.
    codes: HashMap<String, String>,
}

impl Earlier {
    /// Whether the code stands there already.
    pub(super) fn has(&self, name: &str, digest: &Digest) -> bool {
        self.codes
            .get(name)
            .is_some_and(|earlier| *earlier == hex(digest))
            && self.path.join(name).is_file()
    }
}

/// A folder that fills up.
pub(super) struct Folder {
    path: PathBuf,
    earlier: Arc<Earlier>,
    journal: File,
    names: HashMap<usize, String>,
    made: bool,
}

impl Output {
    /// Opens it.
    ///
    /// # Errors
    /// What the operating system says, and where.
    pub(super) fn open(path: Option<PathBuf>) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::Nothing);
        };
        let failed =
            |error: io::Error| Failure::failed(format_args!("cannot write {}: {error}", path.display()));
        if path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("zip"))
        {
            if path.is_dir() {
                return Err(Failure::bad_input(format_args!(
                    "--output: {} is a folder",
                    path.display()
                )));
            }
            return Zip::create(path.clone())
                .map(|zip| Self::Archive(Box::new(zip)))
                .map_err(failed);
        }
        if path.is_file() {
            return Err(
                Failure::bad_input(format_args!("--output: {} is a file", path.display()))
                    .tip("an archive's name ends in .zip; everything else is a folder"),
            );
        }
        Folder::open(path.clone()).map(Self::Folder).map_err(failed)
    }

    /// What stands there from an earlier run.
    pub(super) fn earlier(&self) -> Arc<Earlier> {
        match self {
            Self::Folder(folder) => Arc::clone(&folder.earlier),
            _ => Arc::default(),
        }
    }

    /// Adds a code; returns its bytes.
    pub(super) fn add(&mut self, index: usize, name: &str, digest: &Digest, drawn: Drawn) -> io::Result<u64> {
        let bytes = drawn.entry().bytes;
        match self {
            Self::Nothing => {}
            Self::Archive(zip) => {
                let placed = zip.archive.add(name, drawn)?;
                zip.placed.insert(index, placed);
            }
            Self::Folder(folder) => {
                folder.write(name, |file| drawn.read_plain(|data| io::copy(data, file)))?;
                folder.note(index, name, digest)?;
            }
        }
        Ok(bytes)
    }

    /// Adds a code that is there under another name; `None` where that one could not be drawn.
    pub(super) fn repeat(
        &mut self,
        index: usize,
        name: &str,
        digest: &Digest,
        first: usize,
    ) -> io::Result<Option<u64>> {
        match self {
            Self::Nothing => Ok(Some(0)),
            Self::Archive(zip) => {
                let Some(of_first) = zip.placed.get(&first) else {
                    return Ok(None);
                };
                let placed = zip.archive.repeat(name, of_first, &zip.file)?;
                zip.placed.insert(index, placed);
                Ok(Some(placed.entry.bytes))
            }
            Self::Folder(folder) => {
                let Some(of_first) = folder.names.get(&first) else {
                    return Ok(None);
                };
                let mut source = File::open(folder.path.join(of_first))?;
                let bytes = folder.write(name, |file| io::copy(&mut source, file))?;
                folder.note(index, name, digest)?;
                Ok(Some(bytes))
            }
        }
    }

    /// Counts a code that an earlier run has left; returns its bytes.
    pub(super) fn keep(&mut self, index: usize, name: &str) -> io::Result<u64> {
        match self {
            Self::Folder(folder) => {
                folder.names.insert(index, name.to_owned());
                Ok(fs::metadata(folder.path.join(name))?.len())
            }
            _ => Ok(0),
        }
    }

    /// Ends it with what it holds.
    ///
    /// # Errors
    /// What the operating system says, and where.
    pub(super) fn finish(self, manifest: &Manifest) -> Result<(), Failure> {
        match self {
            Self::Nothing => Ok(()),
            Self::Archive(zip) => {
                let path = zip.path.clone();
                let failed = |error: io::Error| {
                    Failure::failed(format_args!("cannot write {}: {error}", path.display()))
                };
                zip.finish(manifest).map_err(failed)
            }
            Self::Folder(folder) => {
                let path = folder.path.clone();
                let failed = |error: io::Error| {
                    Failure::failed(format_args!("cannot write {}: {error}", path.display()))
                };
                folder
                    .write("manifest.json", |file| file.write_all(&manifest.to_json()))
                    .map_err(failed)
            }
        }
    }

    /// Leaves no half of an archive. What is in a folder stays: a later run goes on behind it.
    pub(super) fn abandon(self) {
        match self {
            Self::Archive(zip) => drop(fs::remove_file(&zip.growing)),
            // A folder that this run has made and put nothing into.
            Self::Folder(folder) if folder.made && folder.names.is_empty() => {
                drop(fs::remove_file(folder.path.join(JOURNAL)));
                drop(fs::remove_dir(&folder.path));
            }
            _ => {}
        }
    }
}

impl Zip {
    fn create(path: PathBuf) -> io::Result<Self> {
        let mut growing = path.clone().into_os_string();
        growing.push(format!(".{}.part", std::process::id()));
        let growing = PathBuf::from(growing);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&growing)?;
        let file = Arc::new(file);
        Ok(Self {
            path,
            growing,
            archive: Archive::new(BufWriter::with_capacity(BUFFER, Arc::clone(&file))),
            file,
            placed: HashMap::new(),
        })
    }

    fn finish(self, manifest: &Manifest) -> io::Result<()> {
        let written = self
            .archive
            .finish(&manifest.to_json())
            .and_then(|_| fs::rename(&self.growing, &self.path));
        if written.is_err() {
            drop(fs::remove_file(&self.growing));
        }
        written
    }
}

impl Folder {
    fn open(path: PathBuf) -> io::Result<Self> {
        let made = !path.exists();
        fs::create_dir_all(&path)?;
        let journal = path.join(JOURNAL);
        let mut codes = HashMap::new();
        for line in fs::read_to_string(&journal).unwrap_or_default().lines() {
            if let Some((digest, name)) = line.split_once(' ') {
                codes.insert(name.to_owned(), digest.to_owned());
            }
        }
        let mut journal = OpenOptions::new().create(true).append(true).open(journal)?;
        // Behind a line that was cut off.
        if journal.metadata()?.len() > 0 {
            journal.write_all(b"\n")?;
        }
        let earlier = Earlier {
            path: path.clone(),
            codes,
        };
        Ok(Self {
            path,
            earlier: Arc::new(earlier),
            journal,
            names: HashMap::new(),
            made,
        })
    }

    fn note(&mut self, index: usize, name: &str, digest: &Digest) -> io::Result<()> {
        self.names.insert(index, name.to_owned());
        self.journal
            .write_all(format!("{} {name}\n", hex(digest)).as_bytes())
    }

    /// A file appears, or changes, only when it is complete.
    fn write<T>(&self, name: &str, with: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
        let path = self.path.join(name);
        if name.contains('/')
            && let Some(folder) = path.parent()
        {
            fs::create_dir_all(folder)?;
        }
        let growing = growing(&path);
        let mut file = File::create(&growing)?;
        let written = with(&mut file).and_then(|done| fs::rename(&growing, &path).map(|()| done));
        if written.is_err() {
            drop(fs::remove_file(&growing));
        }
        written
    }
}

/// The name of a file while it grows.
fn growing(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".part");
    path.with_file_name(name)
}

fn hex(digest: &Digest) -> String {
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
