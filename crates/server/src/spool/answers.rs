//! Answers that are too large for the database: gone after a day. A file that is not there any more is an answer that has
//! expired.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use super::listed::{UNFINISHED, list_all, remove};
use super::{Spool, SpoolWriter, create};

/// An answer while it is written.
#[derive(Debug)]
pub(crate) struct Unfinished {
    path: PathBuf,
    writer: SpoolWriter,
}

impl Spool {
    /// Begins the file of that name.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn begin_answer(&self, name: &str) -> io::Result<Unfinished> {
        let path = self.0.answers.join(name);
        let file = create(&path.with_extension(UNFINISHED))?;
        Ok(Unfinished {
            path,
            writer: self.writer(Arc::new(file)),
        })
    }

    /// A file, if it is still there.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn open_answer(&self, name: &str) -> io::Result<Option<File>> {
        match File::open(self.0.answers.join(name)) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Removes the files that were written before.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn sweep_answers(&self, before_ms: i64) -> io::Result<()> {
        let files = list_all(&self.0.answers)?;
        let old = files.iter().filter(|file| file.written_ms < before_ms);
        old.for_each(remove);
        Ok(())
    }
}

impl Unfinished {
    /// Where it is written.
    pub(crate) fn out(&mut self) -> &mut SpoolWriter {
        &mut self.writer
    }

    /// Makes it durable under its name.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.writer.file().sync_all()?;
        fs::rename(self.path.with_extension(UNFINISHED), &self.path)?;
        match self.path.parent() {
            Some(directory) => File::open(directory)?.sync_all(),
            None => Ok(()),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // One that is finished has another name.
        drop(fs::remove_file(self.path.with_extension(UNFINISHED)));
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn read(spool: &Spool, name: &str) -> Option<String> {
        let mut text = String::new();
        spool
            .open_answer(name)
            .unwrap()?
            .read_to_string(&mut text)
            .unwrap();
        Some(text)
    }

    fn write(spool: &Spool, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut answer = spool.begin_answer(name)?;
        answer.out().write_all(bytes)?;
        answer.finish()
    }

    #[test]
    fn a_file_goes_when_its_day_is_over() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::new(directory.path(), 1000);
        // Nothing was ever written.
        spool.sweep_answers(0).unwrap();
        write(&spool, "old", b"old").unwrap();
        write(&spool, "new", b"new").unwrap();
        let file = File::options()
            .write(true)
            .open(directory.path().join("answers/old"));
        file.unwrap()
            .set_modified(UNIX_EPOCH + Duration::from_millis(999))
            .unwrap();
        spool.sweep_answers(999).unwrap();
        assert_eq!(read(&spool, "old").as_deref(), Some("old"));
        spool.sweep_answers(1000).unwrap();
        assert_eq!(read(&spool, "old"), None);
        assert_eq!(read(&spool, "new").as_deref(), Some("new"));
    }

    #[test]
    fn the_oldest_make_room_and_what_has_none_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let spool = Spool::new(directory.path(), 1000);
        for (name, seconds) in [("one", 1), ("two", 2)] {
            write(&spool, name, &[0; 400]).unwrap();
            let file = File::options()
                .write(true)
                .open(directory.path().join("answers").join(name));
            file.unwrap()
                .set_modified(UNIX_EPOCH + Duration::from_secs(seconds))
                .unwrap();
        }
        write(&spool, "three", &[0; 400]).unwrap();
        let there = || ["one", "two", "three"].map(|name| spool.open_answer(name).unwrap().is_some());
        assert_eq!(there(), [false, true, true]);
        let too_large = write(&spool, "four", &[0; 1001]).unwrap_err();
        assert_eq!(too_large.kind(), io::ErrorKind::StorageFull);
        assert_eq!(there(), [false, true, true]);
        let files = directory.path().join("answers").read_dir().unwrap().count();
        assert_eq!((files, spool.free().unwrap()), (2, 1000));
        // A file without a name takes its room as long as it is there.
        let mut nameless = spool.writer(Arc::new(spool.nameless().unwrap()));
        nameless.write_all(&[0; 900]).unwrap();
        assert_eq!((there(), spool.free().unwrap()), ([false, false, false], 100));
        assert!(write(&spool, "five", &[0; 101]).is_err());
        drop(nameless);
        assert_eq!(spool.free().unwrap(), 1000);
        assert_eq!(directory.path().join("work").read_dir().unwrap().count(), 0);
    }
}
