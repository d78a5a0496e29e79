//! Standard error, to which lines that may wait go together: a system call for each would cost more than all else of a line.

use std::io::Write as _;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::Haste;

/// How long a line waits at most.
const WAIT: Duration = Duration::from_millis(50);
/// So many bytes do not wait any longer.
const FULL: usize = 64 << 10;

/// The process's standard error. Lines keep their order.
pub(super) struct StandardError {
    may_wait: bool,
    waiting: Mutex<Vec<u8>>,
    there_are_some: Condvar,
}

impl StandardError {
    /// Starts the thread that writes what has waited. `may_wait: false` has each line leave at once, for people who watch.
    pub(super) fn start(may_wait: bool) -> std::io::Result<Arc<Self>> {
        let sink = Arc::new(Self {
            may_wait,
            waiting: Mutex::default(),
            there_are_some: Condvar::new(),
        });
        if may_wait {
            let sink = Arc::clone(&sink);
            thread::Builder::new()
                .name("log".to_owned())
                .spawn(move || sink.work())?;
        }
        Ok(sink)
    }

    /// Takes a line. One that cannot wait takes along those that have.
    pub(super) fn put(&self, line: &[u8], haste: Haste) {
        let mut waiting = self.lock();
        let is_first = waiting.is_empty();
        waiting.extend_from_slice(line);
        if haste == Haste::AtOnce || !self.may_wait || waiting.len() >= FULL {
            write_out(&mut waiting);
        } else if is_first {
            self.there_are_some.notify_one();
        }
    }

    /// Writes out what waits.
    pub(super) fn flush(&self) {
        write_out(&mut self.lock());
    }

    fn work(&self) {
        loop {
            let waiting = self
                .there_are_some
                .wait_while(self.lock(), |waiting| waiting.is_empty());
            drop(waiting);
            thread::sleep(WAIT);
            self.flush();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn write_out(waiting: &mut Vec<u8>) {
    // Where standard error is closed, nobody can be told.
    let _ = std::io::stderr().write_all(waiting);
    waiting.clear();
}
