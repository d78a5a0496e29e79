//! Work on several threads whose results come in order.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};

/// How far the threads may run ahead of the result that is waited for.
const AHEAD: usize = 64;

struct State<S, T, E, F> {
    /// What nobody works on yet; `None` once there is no more.
    tasks: Option<S>,
    /// Number of the next task.
    next: usize,
    /// Number of the result that is taken next.
    due: usize,
    /// Results that came before their turn.
    early: BTreeMap<usize, T>,
    failed: Option<E>,
    take: F,
}

/// Does `work` for every task on so many threads, and hands each result to `take` in the order of the tasks. The threads run
/// ahead of it by some dozens of results, however long one of them takes; tasks are made when their turn comes.
///
/// # Errors
/// The first failure of either; nothing is begun after it.
pub fn in_order<A, T: Send, E: Send>(
    tasks: impl IntoIterator<Item = A, IntoIter: Send>,
    threads: usize,
    work: impl Fn(A) -> Result<T, E> + Sync,
    take: impl FnMut(T) -> Result<(), E> + Send,
) -> Result<(), E> {
    let state = Mutex::new(State {
        tasks: Some(tasks.into_iter()),
        next: 0,
        due: 0,
        early: BTreeMap::new(),
        failed: None,
        take,
    });
    let moved = Condvar::new();
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| run(&state, &moved, &work));
        }
        run(&state, &moved, &work);
    });
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.failed.map_or(Ok(()), Err)
}

/// One thread.
fn run<A, S, T, E, F>(state: &Mutex<State<S, T, E, F>>, moved: &Condvar, work: &impl Fn(A) -> Result<T, E>)
where
    S: Iterator<Item = A>,
    F: FnMut(T) -> Result<(), E>,
{
    let lock = || state.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let (number, task) = {
            let waits = |state: &mut State<S, T, E, F>| {
                state.failed.is_none() && state.tasks.is_some() && state.next >= state.due + AHEAD
            };
            let mut state = moved
                .wait_while(lock(), waits)
                .unwrap_or_else(PoisonError::into_inner);
            if state.failed.is_some() {
                return;
            }
            let Some(task) = state.tasks.as_mut().and_then(Iterator::next) else {
                state.tasks = None;
                moved.notify_all();
                return;
            };
            state.next += 1;
            (state.next - 1, task)
        };
        // A panic must not leave the others waiting for a result that never comes.
        let alarm = Alarm(state, moved);
        let done = work(task);
        {
            let state = &mut *lock();
            let taken = done.and_then(|done| {
                state.early.insert(number, done);
                while let Some(due) = state.early.remove(&state.due) {
                    (state.take)(due)?;
                    state.due += 1;
                }
                Ok(())
            });
            if let Err(error) = taken {
                state.failed.get_or_insert(error);
            }
        }
        std::mem::forget(alarm);
        moved.notify_all();
    }
}

/// Stops the other threads when this one unwinds.
struct Alarm<'a, S, T, E, F>(&'a Mutex<State<S, T, E, F>>, &'a Condvar);

impl<S, T, E, F> Drop for Alarm<'_, S, T, E, F> {
    fn drop(&mut self) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.tasks = None;
        self.1.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_result_comes_once_and_in_order() {
        for (threads, range) in [
            (1, 0..0),
            (4, 0..0),
            (1, 0..100),
            (4, 0..1000),
            (4, 990..1000),
            (8, 0..3),
        ] {
            let mut taken = Vec::new();
            let work = |number: usize| {
                if number.is_multiple_of(7) {
                    std::thread::yield_now();
                }
                Ok::<_, ()>(number * 2)
            };
            in_order(range.clone(), threads, work, |result| {
                taken.push(result);
                Ok(())
            })
            .unwrap();
            let expected: Vec<_> = range.map(|number| number * 2).collect();
            assert_eq!(taken, expected);
        }
    }

    #[test]
    fn a_slow_one_holds_the_others_back() {
        let (begun, made) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (go, gone) = std::sync::mpsc::channel::<()>();
        let gone = Mutex::new(gone);
        let work = |number| {
            if number == 0 {
                gone.lock().unwrap().recv().unwrap();
            }
            // The first one goes on when the others have come as far as they may.
            if begun.fetch_add(1, Ordering::SeqCst) + 2 == AHEAD {
                go.send(()).unwrap();
            }
            Ok::<_, ()>(number)
        };
        let tasks = (0..1000).inspect(|number| {
            made.store(number + 1, Ordering::SeqCst);
        });
        let mut most_ahead = 0;
        in_order(tasks, 2, work, |number| {
            most_ahead = most_ahead.max(made.load(Ordering::SeqCst) - number);
            Ok(())
        })
        .unwrap();
        assert_eq!((begun.load(Ordering::SeqCst), most_ahead), (1000, AHEAD));
    }

    #[test]
    fn a_failure_ends_it() {
        let begun = AtomicUsize::new(0);
        let work = |number| {
            begun.fetch_add(1, Ordering::SeqCst);
            if number == 5 { Err("work") } else { Ok(number) }
        };
        assert_eq!(in_order(0..10_000, 4, work, |_| Ok(())), Err("work"));
        assert!(begun.load(Ordering::SeqCst) < 5 + AHEAD + 4);
        let take = |number| if number == 3 { Err("take") } else { Ok(()) };
        assert_eq!(in_order(0..10_000, 4, Ok, take), Err("take"));
    }

    #[test]
    fn a_panic_reaches_the_caller_whichever_thread_it_is_on() {
        for panics in [0, 70, 999] {
            let work = |number| {
                assert_ne!(number, panics, "meant");
                Ok::<_, ()>(())
            };
            let run = || in_order(0..1000, 4, work, |()| Ok(()));
            assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err());
        }
    }
}
