//! Letters on their way: a bounded number of tasks, each of which has one letter and tries until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use lettre::message::Mailbox;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Mail;
use super::failure::Failure;
use super::message::{Sealed, Stamp, seal};
use super::settings::MailSettings;
use super::smtp::Line;
use crate::clock::Clock;
use crate::entropy::{self, Entropy};

/// Bounds on letters.
#[derive(Debug, Clone, Copy)]
pub struct MailLimits {
    /// Letters that may wait or be on their way; one more is dropped.
    pub letters: usize,
    /// Connections to the mail server at once.
    pub connections: usize,
    /// How long one attempt may take.
    pub attempt: Duration,
    /// How long to wait after each failed attempt before the next; after the last, the letter is given up.
    pub pauses: &'static [Duration],
}

impl Default for MailLimits {
    fn default() -> Self {
        const PAUSES: [Duration; 7] = [
            Duration::from_secs(2),
            Duration::from_secs(10),
            Duration::from_secs(60),
            // Greylisting asks for five minutes.
            Duration::from_secs(5 * 60),
            Duration::from_secs(10 * 60),
            Duration::from_secs(15 * 60),
            Duration::from_secs(20 * 60),
        ];
        Self {
            letters: 1000,
            connections: 4,
            attempt: Duration::from_secs(60),
            pauses: &PAUSES,
        }
    }
}

/// What deliveries need from the service.
pub(crate) struct Service {
    /// Base of links to it.
    pub(crate) url: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Cancelled when the service is told to stop: whoever waits for another attempt makes it now, as the last.
    pub(crate) draining: CancellationToken,
    pub(crate) limits: MailLimits,
}

/// Where letters wait.
pub(super) struct Office {
    line: Line,
    from: Mailbox,
    service: Service,
    room: Arc<Semaphore>,
    connections: Semaphore,
    tasks: TaskTracker,
}

impl Office {
    pub(super) fn open(settings: MailSettings, service: Service) -> Result<Self, Failure> {
        Ok(Self {
            line: settings.server.prepare()?,
            from: settings.from,
            room: Arc::new(Semaphore::new(service.limits.letters)),
            connections: Semaphore::new(service.limits.connections),
            tasks: TaskTracker::new(),
            service,
        })
    }

    /// Takes a letter, unless too many wait.
    pub(super) fn take(self: &Arc<Self>, mail: Mail) {
        self.take_behind(async { Some(mail) });
    }

    /// Takes a letter that is still to be written, or none in the end.
    pub(super) fn take_behind(
        self: &Arc<Self>,
        writing: impl Future<Output = Option<Mail>> + Send + 'static,
    ) {
        let Ok(place) = Arc::clone(&self.room).try_acquire_owned() else {
            tracing::error!("too many letters wait: one was dropped");
            return;
        };
        let office = Arc::clone(self);
        // Of now: the letter tells when things happened.
        let at_ms = self.service.clock.now_ms();
        self.tasks.spawn(async move {
            let _place = place;
            let Some(mail) = writing.await else { return };
            let letter = mail.letter.name();
            let stamp = Stamp {
                from: &office.from,
                url: &office.service.url,
                at_ms,
                id: entropy::bytes(&*office.service.entropy),
            };
            let sealed = seal(&mail, &stamp);
            // The link is in the sealed letter only, which goes with this task.
            drop(mail);
            match sealed {
                Some(sealed) => office.deliver(letter, &sealed).await,
                None => tracing::error!(
                    letter,
                    "a letter has an address that no mail can be sent to: dropped"
                ),
            }
        });
    }

    async fn deliver(&self, letter: &'static str, sealed: &Sealed) {
        let mut pauses = self.service.limits.pauses.iter();
        for attempt in 1.. {
            let last = self.service.draining.is_cancelled();
            let Err(failure) = self.attempt(sealed).await else {
                tracing::info!(letter, attempt, "a letter was delivered to the mail server");
                return;
            };
            let pause = pauses.next().filter(|_| failure.is_temporary() && !last);
            let Some(pause) = pause else {
                tracing::error!(letter, attempt, cause = %failure, "a letter could not be delivered: given up");
                return;
            };
            tracing::warn!(
                letter,
                attempt,
                cause = %failure,
                again_in_s = pause.as_secs(),
                "a letter could not be delivered yet"
            );
            tokio::select! {
                () = self.service.draining.cancelled() => {}
                () = tokio::time::sleep(*pause) => {}
            }
        }
    }

    async fn attempt(&self, sealed: &Sealed) -> Result<(), Failure> {
        // Never closed, so there is always a permit to come.
        let _connection = self.connections.acquire().await;
        self.line
            .carry(&sealed.envelope, &sealed.bytes, self.service.limits.attempt)
            .await
    }

    /// Waits until every letter has left or was given up, at most `time`; says how many are lost.
    pub(super) async fn drain(&self, time: Duration) -> usize {
        self.tasks.close();
        match tokio::time::timeout(time, self.tasks.wait()).await {
            Ok(()) => 0,
            Err(_) => self.tasks.len(),
        }
    }
}

#[cfg(test)]
mod tests;
