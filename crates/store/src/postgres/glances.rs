//! A connection that all glances share: PostgreSQL answers in the order in which it is asked, so that the questions of many
//! callers travel together, and their answers too. With a connection for each, most of what a glance costs is the kernel's.

use std::sync::{Arc, Mutex, PoisonError};

use deadpool_postgres::{Object, Pool, PoolError};

/// Glances are a few rows by their keys, so that nobody is in front of the others for long.
pub(super) struct Glances {
    /// Of two connections: while the last users of one wait in vain, the others have another.
    pool: Pool,
    shared: Mutex<Option<Arc<Object>>>,
    /// Held by whoever makes a connection, so that not everybody does.
    making: tokio::sync::Mutex<()>,
}

impl Glances {
    /// How many connections a pool for glances has.
    pub(super) const CONNECTIONS: usize = 2;

    pub(super) fn new(pool: Pool) -> Self {
        Self {
            pool,
            shared: Mutex::default(),
            making: tokio::sync::Mutex::default(),
        }
    }

    /// The connection, made where there is none or it has broken.
    pub(super) async fn connection(&self) -> Result<Arc<Object>, PoolError> {
        if let Some(open) = self.open() {
            return Ok(open);
        }
        let _making = self.making.lock().await;
        if let Some(open) = self.open() {
            return Ok(open);
        }
        let made = Arc::new(self.pool.get().await?);
        self.put(Some(Arc::clone(&made)));
        Ok(made)
    }

    /// Gives this connection to nobody else. Those who use it already go on.
    pub(super) fn give_up(&self, client: &Arc<Object>) {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        // Another who waited in vain may have done so before, and it is a new one.
        shared.take_if(|shared| Arc::ptr_eq(shared, client));
    }

    pub(super) fn close(&self) {
        self.pool.close();
        self.put(None);
    }

    fn open(&self) -> Option<Arc<Object>> {
        let shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        shared.as_ref().filter(|client| !client.is_closed()).cloned()
    }

    fn put(&self, client: Option<Arc<Object>>) {
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner) = client;
    }
}
