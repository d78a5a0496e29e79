//! Those who wait for one write.

use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::Lost;

/// Scans that are written at once, and who waits for them.
///
/// To wake a task from a thread that is none of the runtime's costs far more than from another task. So the thread that
/// writes wakes one member, and that one wakes the others.
#[derive(Default)]
pub(super) struct Group(Mutex<State>);

#[derive(Default)]
struct State {
    outcome: Option<Result<(), Lost>>,
    waiting: Vec<Option<Waker>>,
}

impl Group {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells all members what became of their scans.
    pub(super) fn end(&self, outcome: Result<(), Lost>) {
        let mut state = self.state();
        state.outcome = Some(outcome);
        let first = state.waiting.iter_mut().find_map(Option::take);
        drop(state);
        if let Some(first) = first {
            first.wake();
        }
    }
}

/// One of a group: ready once its scan is written, or lost.
pub(super) struct Member {
    group: Arc<Group>,
    place: Option<usize>,
}

impl Member {
    pub(super) fn of(group: &Arc<Group>) -> Self {
        Self {
            group: Arc::clone(group),
            place: None,
        }
    }
}

impl Future for Member {
    type Output = Result<(), Lost>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let mut state = this.group.state();
        if let Some(outcome) = state.outcome {
            let others = mem::take(&mut state.waiting);
            drop(state);
            others.into_iter().flatten().for_each(Waker::wake);
            return Poll::Ready(outcome);
        }
        let waker = context.waker().clone();
        match this.place.and_then(|place| state.waiting.get_mut(place)) {
            Some(before) => *before = Some(waker),
            None => {
                this.place = Some(state.waiting.len());
                state.waiting.push(Some(waker));
            }
        }
        Poll::Pending
    }
}

/// Whoever leaves may be the one that was to wake the others.
impl Drop for Member {
    fn drop(&mut self) {
        let mut state = self.group.state();
        if state.outcome.is_some() {
            let others = mem::take(&mut state.waiting);
            drop(state);
            others.into_iter().flatten().for_each(Waker::wake);
        } else if let Some(own) = self.place.and_then(|place| state.waiting.get_mut(place)) {
            *own = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::Wake;

    use super::*;

    #[derive(Default)]
    struct Woken(AtomicUsize);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A member that waits, and how often it was woken.
    fn waiting(group: &Arc<Group>) -> (Pin<Box<Member>>, Arc<Woken>) {
        let mut member = Box::pin(Member::of(group));
        let woken = Arc::new(Woken::default());
        assert!(poll(&mut member, &woken).is_pending());
        (member, woken)
    }

    fn poll(member: &mut Pin<Box<Member>>, woken: &Arc<Woken>) -> Poll<Result<(), Lost>> {
        let waker = Waker::from(Arc::clone(woken));
        member.as_mut().poll(&mut Context::from_waker(&waker))
    }

    #[test]
    fn one_is_woken_and_wakes_the_others() {
        let group = Arc::default();
        let mut members = [(); 3].map(|()| waiting(&group));
        group.end(Ok(()));
        let times = |members: &[(Pin<Box<Member>>, Arc<Woken>)]| {
            let of = |(_, woken): &(_, Arc<Woken>)| woken.0.load(Ordering::Relaxed);
            members.iter().map(of).collect::<Vec<_>>()
        };
        assert_eq!(times(&members), [1, 0, 0]);
        for (member, woken) in &mut members {
            assert_eq!(poll(member, woken), Poll::Ready(Ok(())));
        }
        assert_eq!(times(&members), [1, 1, 1]);
    }

    #[test]
    fn who_leaves_leaves_nobody_asleep() {
        for leaves_first in [true, false] {
            let group = Arc::default();
            let (leaving, _) = waiting(&group);
            let (_staying, woken) = waiting(&group);
            if leaves_first {
                drop(leaving);
                group.end(Err(Lost));
            } else {
                group.end(Err(Lost));
                drop(leaving);
            }
            assert_eq!(woken.0.load(Ordering::Relaxed), 1);
        }
    }
}
