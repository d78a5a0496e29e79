//! A new pair without a restart: on SIGHUP, and when the files change.

use std::path::Path;
use std::sync::Arc;

use tokio::signal::unix::Signal;
use tokio::time::{Duration, MissedTickBehavior, interval};

use super::{Tls, TlsFiles};
use crate::clock::Clock;

/// What a file looks like from outside; nothing where it is not there. Links are followed, so that the change of a link
/// (certbot, Kubernetes) is one of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp(Option<(u64, u64, u64, i64, i64, i64, i64)>);

impl Stamp {
    fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;

        Self(std::fs::metadata(path).ok().map(|file| {
            (
                file.dev(),
                file.ino(),
                file.size(),
                file.mtime(),
                file.mtime_nsec(),
                file.ctime(),
                file.ctime_nsec(),
            )
        }))
    }
}

/// What both files look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamps {
    certificate: Stamp,
    key: Stamp,
}

impl Stamps {
    pub(super) fn of(files: &TlsFiles) -> Self {
        Self {
            certificate: Stamp::of(&files.certificate),
            key: Stamp::of(&files.key),
        }
    }
}

impl Tls {
    /// Takes over new pairs for as long as it is polled, and says once a day when the certificate is about to end.
    pub(crate) async fn keep_fresh(self, clock: Arc<dyn Clock>, look: Duration, mut hangup: Signal) {
        self.tell(&*clock);
        let mut taken = self.0.opened;
        // A change is acted on when two looks agree about it: nobody is still writing then.
        let mut seen = taken;
        let mut looks = interval(look);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut days = interval(Duration::from_secs(24 * 60 * 60));
        days.tick().await;
        loop {
            tokio::select! {
                told = hangup.recv() => {
                    if told.is_none() {
                        return std::future::pending().await;
                    }
                    taken = self.take_over(&clock, "SIGHUP").await;
                    seen = taken;
                }
                _ = looks.tick() => {
                    let now = self.stamps().await;
                    if now != taken && now == seen {
                        taken = self.take_over(&clock, "the files changed").await;
                    }
                    seen = now;
                }
                _ = days.tick() => self.warn(&*clock),
            }
        }
    }

    /// Reads the files, and says what they looked like just before.
    async fn take_over(&self, clock: &Arc<dyn Clock>, why: &'static str) -> Stamps {
        let (tls, now) = (self.clone(), clock.now_ms());
        let reading = tokio::task::spawn_blocking(move || (Stamps::of(&tls.0.files), tls.reload(now)));
        match reading.await {
            Ok((stamps, Ok(()))) => {
                tracing::info!(why, "took over a new certificate");
                self.tell(&**clock);
                stamps
            }
            Ok((stamps, Err(error))) => {
                tracing::error!(%error, why, "the new certificate cannot be used; the old one stays in use");
                stamps
            }
            Err(error) => {
                tracing::error!(%error, "reading the certificate failed; the old one stays in use");
                self.0.opened
            }
        }
    }

    async fn stamps(&self) -> Stamps {
        let tls = self.clone();
        tokio::task::spawn_blocking(move || Stamps::of(&tls.0.files))
            .await
            .unwrap_or(self.0.opened)
    }

    /// Says what is in use, and what is wrong with it.
    fn tell(&self, clock: &dyn Clock) {
        let pair = self.pair();
        let certificate = pair.certificate();
        tracing::info!(
            names = certificate.is_for(),
            until = certificate.until(),
            "TLS ends here"
        );
        self.warn(clock);
    }

    fn warn(&self, clock: &dyn Clock) {
        let pair = self.pair();
        let certificate = pair.certificate();
        let now = clock.now_ms();
        if let Err(error) = certificate.in_its_time(now) {
            tracing::error!(%error, "QRSTUDIO_TLS_CERT");
        } else if certificate.expires_soon(now) {
            tracing::warn!(
                days = certificate.days_left(now),
                "the certificate expires soon; new files are taken over without a restart"
            );
        }
    }
}
