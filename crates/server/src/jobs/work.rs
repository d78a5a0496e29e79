//! The work on jobs, one after the other and a few at once.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use qrstudio_store::{BatchCharge, ClaimedJob, FinishJob, JobId, KeyAccess, Millis};
use tokio_util::sync::CancellationToken;

use super::{KEEP_MS, Order};
use crate::app::App;
use crate::batch::Items;
use crate::bulk::draw::{Drawing, Whole};
use crate::bulk::judge::{Rules, judged};
use crate::bulk::{Customer, Lanes, pay, remote};
use crate::capacity::Queue;
use crate::charge;
use crate::entropy;
use crate::error::{Error, Result};
use crate::spool;

/// Jobs that are worked on at once: while one waits for pictures or the database, the other draws.
const AT_ONCE: usize = 2;
/// When a worker that is not heard of is taken for dead, and how often one is heard of.
const LEASE_MS: i64 = 10_000;
const RENEW_EVERY: Duration = Duration::from_secs(1);
/// How often jobs of other nodes are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A job that was begun so often and never ended is one that ends the process.
const MOST_TRIES: u64 = 5;

/// Works on jobs until it is dropped, or the service stops and the last one has been given back.
pub(crate) async fn work(app: &App) {
    let mut running = FuturesUnordered::new();
    let jobs = app.jobs();
    let mut told = false;
    loop {
        while running.len() < AT_ONCE && !app.is_draining() {
            match claim(app).await {
                Ok(Some((job, holder))) => running.push(Box::pin(run(app, job, holder))),
                Ok(None) => break,
                Err(error) => {
                    if !told {
                        tracing::warn!(?error, "jobs cannot be looked for");
                        told = true;
                    }
                    break;
                }
            }
            told = false;
        }
        if app.is_draining() && running.is_empty() {
            return;
        }
        tokio::select! {
            Some(()) = running.next() => {}
            () = jobs.bell.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = app.draining().cancelled(), if !app.is_draining() => {}
        }
    }
}

async fn claim(app: &App) -> Result<Option<(ClaimedJob, [u8; 16])>> {
    let holder = entropy::bytes(app.entropy());
    let now = app.clock().now_ms();
    let claimed = app.store().claim_job(holder, Millis(now), Millis(now + LEASE_MS));
    Ok(claimed.await?.map(|job| (job, holder)))
}

/// One job from its claim to its end, its cancellation, or the end of the service.
async fn run(app: &App, job: ClaimedJob, holder: [u8; 16]) {
    let id = job.id;
    let cancelled = CancellationToken::new();
    app.jobs().running().insert(id, cancelled.clone());
    let done = Arc::new(AtomicUsize::new(0));
    let outcome = {
        let mut work = Box::pin(carry_out(app, job, holder, cancelled.clone(), Arc::clone(&done)));
        let held = tokio::select! {
            outcome = &mut work => Ok(outcome),
            lost = renew(app, id, holder, &done) => Err(lost),
        };
        match held {
            Ok(outcome) => outcome,
            Err(lost) => {
                // Its threads end with the pictures at hand; only then may somebody else have the file.
                cancelled.cancel();
                drop(work.await);
                Err(lost)
            }
        }
    };
    app.jobs().running().remove(&id);
    if let Err(stopped) = outcome {
        end(app, id, holder, stopped).await;
    }
}

/// Why a job has not been done.
enum Stopped {
    /// It was cancelled, or another node has it.
    Lost,
    /// The service stops.
    Draining,
    /// It cannot be done.
    Failed(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Says that the job is worked on; ends when it is not this node's any more.
async fn renew(app: &App, id: JobId, holder: [u8; 16], done: &AtomicUsize) -> Stopped {
    loop {
        tokio::select! {
            () = tokio::time::sleep(RENEW_EVERY) => {}
            () = app.draining().cancelled() => return Stopped::Draining,
        }
        let now = app.clock().now_ms();
        let done = u64::try_from(done.load(Ordering::Relaxed)).unwrap_or(u64::MAX);
        let renewed = app.store().renew_job(id, holder, done, Millis(now + LEASE_MS));
        match renewed.await {
            Ok(true) => {}
            Ok(false) => return Stopped::Lost,
            // The next try may succeed; if none does, the last transaction finds out.
            Err(error) => tracing::warn!(%error, job = %id, "a job was not renewed"),
        }
    }
}

async fn end(app: &App, id: JobId, holder: [u8; 16], stopped: Stopped) {
    let expires_at = Millis(app.clock().now_ms() + KEEP_MS);
    match stopped {
        Stopped::Draining => {
            if let Err(error) = app.store().release_job(id, holder).await {
                tracing::warn!(%error, job = %id, "a job was not given back; another node takes it in some seconds");
            }
        }
        Stopped::Lost | Stopped::Failed(Error::Cancelled) => remove(app, id).await,
        // These pass: the job's time does, and somebody tries again.
        Stopped::Failed(Error::StoreAway(cause) | Error::SpoolFull(cause)) => {
            tracing::warn!(cause, job = %id, "a job waits for better times");
        }
        Stopped::Failed(Error::Overloaded(_)) => {}
        Stopped::Failed(error) => {
            if let Error::Internal(cause) = &error {
                tracing::error!(cause, job = %id, "a job failed");
            }
            match app.store().fail_job(id, holder, error.body(), expires_at).await {
                Ok(_) => remove(app, id).await,
                Err(error) => tracing::warn!(%error, job = %id, "a job's failure was not stored"),
            }
        }
    }
}

async fn remove(app: &App, id: JobId) {
    let spool = app.spool().clone();
    if let Err(error) = spool::blocking(move || spool.remove_job(id)).await {
        tracing::warn!(?error, job = %id, "a job's archive was not removed");
    }
}

/// Does all that an archive takes, and pays.
async fn carry_out(
    app: &App,
    job: ClaimedJob,
    holder: [u8; 16],
    cancelled: CancellationToken,
    done: Arc<AtomicUsize>,
) -> std::result::Result<(), Stopped> {
    if job.tries > MOST_TRIES {
        return Err(Error::internal(format!("begun {} times and never ended", job.tries)).into());
    }
    let id = job.id;
    let (items, customer) = draw(app, id, job.access, job.request, Purpose::Work, cancelled, done).await?;
    let finish = FinishJob {
        id,
        holder,
        batch: pay::batch(app, &customer, &items),
        expires_at: Millis(app.clock().now_ms() + KEEP_MS),
    };
    let at = finish.batch.charge.at;
    match app.store().finish_job(finish).await.map_err(Error::from)? {
        None => Err(Stopped::Lost),
        Some(BatchCharge::CapReached) => Err(pay::beyond_cap(app, &customer, &items).await?.into()),
        Some(outcome) => {
            charge::batch_receipt(&outcome, &customer.payer, at)?;
            Ok(())
        }
    }
}

/// Why an archive is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// It is to be paid: what may not be any more is refused.
    Work,
    /// It was paid before, and this node does not have it.
    Again,
}

/// The archive of a job that is done, which another node has made: pictures are the same wherever they are drawn.
///
/// # Errors
/// What has changed since: a picture that is not there any more.
pub(crate) async fn archive_again(app: &App, id: JobId) -> Result<()> {
    let (request, access) = app.store().job_request(id).await?.ok_or(Error::NotFound)?;
    let cancelled = CancellationToken::new();
    let _stops = cancelled.clone().drop_guard();
    let done = Arc::default();
    Box::pin(draw(app, id, access, request, Purpose::Again, cancelled, done))
        .await
        .map(drop)
}

async fn draw(
    app: &App,
    id: JobId,
    access: KeyAccess,
    request: Vec<u8>,
    purpose: Purpose,
    cancelled: CancellationToken,
    done: Arc<AtomicUsize>,
) -> Result<(Arc<Items>, Customer)> {
    let lanes = Lanes::new(app, cancelled);
    let opener = app.clone();
    let order = move || Order::open(request, opener.jobs(), id, opener.limits().batch_bytes);
    let order = tokio::task::spawn_blocking(order)
        .await
        .map_err(Error::internal)??;
    let mut customer = Customer::of(&access, order.request, app.plans());
    customer.plan = *app.plans().get(order.plan);
    let rules = match purpose {
        Purpose::Work => Rules::new(app, &customer, order.seed).await?,
        Purpose::Again => Rules::of_the_past(app, &customer, order.seed),
    };
    let (items, _) = judged(rules, order.body, &lanes).await?;
    if purpose == Purpose::Work {
        charge::look(app, &customer.payer, pay::cost(&items)).await?;
    }
    let items = remote::fetch(app, &customer, items, &lanes).await?;
    let items = Arc::new(items);
    let (thread_app, thread_items) = (app.clone(), Arc::clone(&items));
    let drawn = tokio::task::spawn_blocking(move || {
        let drawing = Drawing {
            app: &thread_app,
            customer: &customer,
            items: &thread_items,
            lanes: &lanes,
            afresh: order.afresh,
            done: &done,
        };
        write(&drawing, id)
    });
    drawn.await.map_err(Error::internal)??;
    Ok((items, customer))
}

/// Draws into the job's file, and makes it durable.
fn write(drawing: &Drawing<'_>, id: JobId) -> Result<()> {
    let begun = drawing.app.spool().begin_job(id);
    let unfinished = begun.map_err(|error| match error.kind() {
        io::ErrorKind::ResourceBusy => Error::Overloaded(Queue::Batches),
        _ => spool::failed(error),
    })?;
    // The room is its own until the file is listed.
    let Whole { file: _room, .. } = drawing.run(unfinished.file())?;
    unfinished.finish().map_err(spool::failed)
}
