//! Which request the thread is working for, so that each line that is written meanwhile says so.
//!
//! A span of `tracing` would do the same for a registry of spans that every request pays for, and few write a line.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::pin::pin;

use crate::middleware::RequestId;

thread_local! {
    static REQUEST: RefCell<Option<RequestId>> = const { RefCell::new(None) };
}

/// As long as it is there, lines of this thread bear a request's id.
#[must_use]
pub(crate) struct Entered {
    outer: Option<RequestId>,
    /// It belongs to this thread.
    not_send: PhantomData<*const ()>,
}

/// Lines of this thread bear the request's id until the guard is dropped.
pub(crate) fn enter(id: &RequestId) -> Entered {
    Entered {
        outer: REQUEST.with_borrow_mut(|request| request.replace(id.clone())),
        not_send: PhantomData,
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        REQUEST.with_borrow_mut(|request| *request = self.outer.take());
    }
}

/// Lines that `future` writes bear the request's id, on whichever thread it is polled.
pub(crate) async fn within<F: Future>(id: &RequestId, future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|context| {
        let _entered = enter(id);
        future.as_mut().poll(context)
    })
    .await
}

/// Calls `read` with the id of the request that this thread is working for, if there is one.
pub(super) fn current(read: impl FnOnce(&str)) {
    // A thread that ends may log after its values are gone.
    let _ = REQUEST.try_with(|request| {
        if let Some(id) = &*request.borrow() {
            read(id.as_str());
        }
    });
}
