//! Overload is answered, not suffered: so much at once, so much waiting, and 503 beyond.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queue {
    /// Pictures to be drawn.
    Renders,
    /// Batches that are read and checked.
    Batches,
    /// Passwords to be hashed.
    SignIns,
}

impl Queue {
    /// What an answer calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Renders => "renders",
            Self::Batches => "batches",
            Self::SignIns => "sign-ins",
        }
    }
}

/// The places for work of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Capacity {
    queue: Queue,
    /// Working and waiting together.
    places: Arc<Semaphore>,
    /// Working.
    working: Arc<Semaphore>,
    /// Items of batches, working and waiting together: as many as may work, so that nothing else ever waits behind more
    /// than one of them.
    items: Arc<Semaphore>,
}

/// A place at which one item of a batch is worked on.
#[derive(Debug)]
pub(crate) struct Turn {
    _working: OwnedSemaphorePermit,
    _item: OwnedSemaphorePermit,
}

/// A place for work that is done by the caller.
#[derive(Debug)]
pub(crate) struct Place(#[expect(dead_code, reason = "held until it is dropped")] OwnedSemaphorePermit);

impl Capacity {
    /// Room for `working` at once and for `waiting` more in the queue.
    pub(crate) fn new(queue: Queue, working: usize, waiting: usize) -> Self {
        Self {
            queue,
            places: Arc::new(Semaphore::new(working.saturating_add(waiting))),
            working: Arc::new(Semaphore::new(working)),
            items: Arc::new(Semaphore::new(working)),
        }
    }

    /// A place without a queue.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when all are taken.
    pub(crate) fn admit(&self) -> Result<Place> {
        let place = Arc::clone(&self.places).try_acquire_owned();
        place.map(Place).map_err(|_| Error::Overloaded(self.queue))
    }

    /// The next turn of an item of a batch. Batches take turns, and whatever else waits has its own in between.
    ///
    /// # Errors
    /// [`Error::Internal`], which never comes.
    pub(crate) async fn item(&self) -> Result<Turn> {
        let item = Arc::clone(&self.items).acquire_owned().await;
        let working = Arc::clone(&self.working).acquire_owned().await;
        Ok(Turn {
            _working: working.map_err(Error::internal)?,
            _item: item.map_err(Error::internal)?,
        })
    }

    /// Runs `work` on a blocking thread when its turn comes. Dropping the future while it waits frees its place at
    /// once; work that has begun keeps its place until it ends, since a thread cannot be stopped.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when the queue is full; [`Error::Internal`] when the work panics.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::Overloaded(self.queue))?;
        let turn = Arc::clone(&self.working)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        let worked = tokio::task::spawn_blocking(move || {
            let _held = (place, turn);
            work()
        });
        worked.await.map_err(|error| match error.try_into_panic() {
            Ok(panic) => Error::panicked(&*panic),
            Err(cancelled) => Error::internal(cancelled),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures_util::FutureExt as _;
    use futures_util::poll;

    use super::*;

    #[tokio::test]
    async fn beyond_the_queue_is_refused_and_who_leaves_frees_a_place() {
        let capacity = Capacity::new(Queue::Renders, 1, 1);
        let (finish, finished) = mpsc::channel::<()>();
        let mut working = Box::pin(capacity.run(move || finished.recv().is_ok()));
        assert!(poll!(&mut working).is_pending());
        let mut waiting = Box::pin(capacity.run(|| 2));
        assert!(poll!(&mut waiting).is_pending());
        assert!(matches!(
            capacity.run(|| 3).now_or_never(),
            Some(Err(Error::Overloaded(Queue::Renders)))
        ));
        drop(waiting);
        let mut next = Box::pin(capacity.run(|| 4));
        assert!(poll!(&mut next).is_pending());
        finish.send(()).unwrap();
        assert!(working.await.unwrap());
        assert_eq!(next.await.unwrap(), 4);
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_frees_its_place() {
        let capacity = Capacity::new(Queue::Renders, 1, 0);
        let failed = capacity.run(|| panic!("a cause")).await;
        assert!(matches!(failed, Err(Error::Internal(cause)) if cause == "panicked: a cause"));
        assert_eq!(capacity.run(|| 1).await.unwrap(), 1);
    }
}
