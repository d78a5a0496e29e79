//! Pictures that requests name by URL: fetched within the rules, and kept for ten minutes by URL, so that the next render
//! with the same logo needs no network.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use ipnet::IpNet;
use qrstudio_egress::{FetchError, Fetcher, Rules, SystemResolver};
use qrstudio_store::WorkspaceId;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use super::cache::{Cache, Weigh};
use crate::capacity::Queue;
use crate::error::{Error, Result};
use crate::fields::{FieldErrors, Upload, texts};
use crate::render::{Source, Spec};

/// How long what was fetched is kept.
const KEEP: Duration = Duration::from_secs(10 * 60);
/// Bytes of all that is kept.
const KEPT_BYTES: u64 = 64 * 1024 * 1024;
/// Fetches at once: each may hold twice its rules' bytes.
const AT_ONCE: usize = 16;
/// Of these, those of one workspace: hosts that hang keep nobody else waiting.
const OF_A_WORKSPACE: usize = AT_ONCE / 2;

/// Fetches pictures.
pub(crate) struct Remote {
    allowed: Vec<IpNet>,
    /// Made for the first picture: reading the system's certificates takes a while.
    fetcher: OnceLock<Result<Fetcher, String>>,
    turns: Semaphore,
    /// The turns of each workspace that fetches.
    shares: Mutex<HashMap<WorkspaceId, Weak<Semaphore>>>,
    kept: Cache<Upload>,
}

impl Weigh for Upload {
    fn bytes(&self) -> usize {
        self.len()
    }
}

/// Why a picture was not fetched.
#[derive(Debug)]
pub(crate) enum FetchFailure {
    /// The reason for whoever named it.
    Fetch(FetchError),
    /// Too many wait for their turn.
    Overloaded,
    /// A mistake of ours.
    Internal(String),
}

impl FetchFailure {
    /// A reason of ours as an error.
    ///
    /// # Errors
    /// Where it is one.
    pub(crate) fn own(&self) -> Result<()> {
        match self {
            Self::Fetch(_) => Ok(()),
            Self::Overloaded => Err(Error::Overloaded(Queue::Renders)),
            Self::Internal(cause) => Err(Error::internal(cause)),
        }
    }

    /// A reason for whoever named it, under its field.
    pub(crate) fn tell(&self, field: &str, errors: &mut FieldErrors) {
        match self {
            Self::Fetch(FetchError::NotAUrl) => errors.add(field, texts::NOT_A_URL),
            Self::Fetch(error) => errors.add_domain(field, error.to_string()),
            Self::Overloaded | Self::Internal(_) => {}
        }
    }
}

impl Remote {
    /// May reach `allowed` networks although they are not public.
    pub(crate) fn new(allowed: Vec<IpNet>) -> Self {
        Self {
            allowed,
            fetcher: OnceLock::new(),
            turns: Semaphore::new(AT_ONCE),
            shares: Mutex::default(),
            kept: Cache::new(KEPT_BYTES, KEEP),
        }
    }

    /// Fetches every picture of `spec` that is named by a URL.
    ///
    /// # Errors
    /// Those that cannot be fetched, by their fields.
    pub(crate) async fn fetch(&self, workspace: WorkspaceId, spec: &mut Spec, now_ms: i64) -> Result<()> {
        let mut errors = FieldErrors::default();
        for given in spec.remote_pictures() {
            let Source::Url(url) = &given.source else { continue };
            match self.get(workspace, url, now_ms).await {
                Ok(upload) => given.source = Source::Bytes(upload),
                Err(failure) => {
                    failure.own()?;
                    failure.tell(given.field, &mut errors);
                }
            }
        }
        if errors.is_empty() {
            Ok(())
        } else {
            Err(Error::Fields(errors))
        }
    }

    /// The picture of a URL.
    ///
    /// # Errors
    /// Why it is not there.
    pub(crate) async fn get(
        &self,
        workspace: WorkspaceId,
        url: &str,
        now_ms: i64,
    ) -> Result<Upload, FetchFailure> {
        let key = Sha256::digest(url).into();
        let fetch = async || {
            let own = |cause: &str| FetchFailure::Internal(cause.to_owned());
            let fetcher = self.fetcher().map_err(own)?;
            // Who waits longer for a turn than a fetch may take is told to come back.
            let share = self.share(workspace);
            let turns = async { (share.acquire().await, self.turns.acquire().await) };
            let turns = tokio::time::timeout(Rules::PICTURE.deadline, turns).await;
            let _turns = turns.map_err(|_| FetchFailure::Overloaded)?;
            let fetched = fetcher
                .fetch(url, &Rules::PICTURE)
                .await
                .map_err(FetchFailure::Fetch)?;
            Ok(Upload::new(fetched.bytes))
        };
        let (upload, _) = self.kept.find_or_make(key, now_ms, fetch).await?;
        Ok(Upload::clone(&upload))
    }

    /// The turns of a workspace, which are forgotten once nobody of it fetches.
    fn share(&self, workspace: WorkspaceId) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(&workspace).and_then(Weak::upgrade) {
            return share;
        }
        shares.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(OF_A_WORKSPACE));
        shares.insert(workspace, Arc::downgrade(&share));
        share
    }

    fn fetcher(&self) -> Result<&Fetcher, &str> {
        let made = self.fetcher.get_or_init(|| {
            let (tls, trusted) = Fetcher::system_tls().map_err(|error| error.to_string())?;
            if trusted == 0 {
                tracing::warn!("the system trusts no certificate: pictures over https cannot be fetched");
            }
            Ok(Fetcher::new(
                Arc::new(SystemResolver::default()),
                tls,
                self.allowed.clone(),
            ))
        });
        made.as_ref().map_err(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_workspace_leaves_turns_to_others() {
        let remote = Remote::new(Vec::new());
        let share = remote.share(WorkspaceId(1));
        let turns: Vec<_> = (0..AT_ONCE).map_while(|_| share.try_acquire().ok()).collect();
        assert_eq!(turns.len(), OF_A_WORKSPACE);
        assert!(remote.share(WorkspaceId(1)).try_acquire().is_err());
        assert!(remote.share(WorkspaceId(2)).try_acquire().is_ok());
        drop(turns);
        drop(share);
        // Who fetches no more is forgotten when somebody new comes.
        remote.share(WorkspaceId(3));
        assert_eq!(remote.shares.lock().unwrap().len(), 1);
    }
}
