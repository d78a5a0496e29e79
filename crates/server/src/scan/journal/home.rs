//! A process's directory below `journal/`, under a lock.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use ulid::Ulid;

const LOCK: &str = "lock";
const SEGMENT: &str = "scans";

/// A directory of segments that this process alone may touch, as long as the value lives.
#[derive(Debug)]
pub(crate) struct Home {
    path: PathBuf,
    name: String,
    _lock: File,
}

impl Home {
    /// Makes a new one. Only its owner may read it.
    pub(super) fn make(parent: &Path, name: &str) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        let path = parent.join(name);
        // The lock comes before the name that others look for: nobody adopts what is just being made.
        let unnamed = parent.join(format!(".{name}"));
        DirBuilder::new().mode(0o700).create(&unnamed)?;
        let lock = lock(&unnamed)?.ok_or(io::ErrorKind::WouldBlock)?;
        fs::rename(&unnamed, &path)?;
        sync_directory(parent)?;
        Ok(Self {
            path,
            name: name.to_owned(),
            _lock: lock,
        })
    }

    /// Takes over what a dead process has left; `None` while it is alive, or when another one was faster.
    fn adopt(path: PathBuf) -> io::Result<Option<Self>> {
        let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else {
            return Ok(None);
        };
        let lock = match lock(&path) {
            // Its former owner has just removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            other => other?,
        };
        Ok(lock.filter(|_| path.is_dir()).map(|lock| Self {
            path,
            name,
            _lock: lock,
        }))
    }

    /// The name that the store knows the journal by.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file of a segment.
    pub(super) fn segment(&self, number: u64) -> PathBuf {
        self.path.join(format!("{number:08}.{SEGMENT}"))
    }

    /// Makes the file of a new segment.
    pub(super) fn make_segment(&self, number: u64) -> io::Result<File> {
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(self.segment(number))?;
        sync_directory(&self.path)?;
        Ok(file)
    }

    /// The numbers of the segments that are there, in order.
    pub(crate) fn segments(&self) -> io::Result<Vec<u64>> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            let name = entry?.file_name();
            let number = name
                .to_str()
                .and_then(|name| name.strip_suffix(SEGMENT)?.strip_suffix('.'));
            numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Removes a segment; returns its bytes.
    pub(crate) fn remove_segment(&self, number: u64) -> io::Result<u64> {
        let path = self.segment(number);
        let bytes = fs::metadata(&path)?.len();
        fs::remove_file(path)?;
        Ok(bytes)
    }

    /// Removes the directory, of which nothing is needed any more.
    pub(crate) fn remove(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.path)
    }
}

/// The directories below `parent` that nobody holds, each now held by the caller.
///
/// # Errors
/// Whatever the operating system says; a `parent` that is not there has none.
pub(crate) fn leftovers(parent: &Path) -> io::Result<Vec<Home>> {
    let entries = match fs::read_dir(parent) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut homes = Vec::new();
    for entry in entries {
        let entry = entry?;
        let is_home = entry
            .file_name()
            .to_str()
            .is_some_and(|name| Ulid::from_string(name).is_ok());
        if is_home {
            homes.extend(Home::adopt(entry.path())?);
        }
    }
    Ok(homes)
}

/// The lock of a directory; `None` while another process has it.
fn lock(directory: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(directory.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Makes names of new files outlive a loss of power.
fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
