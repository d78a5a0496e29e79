//! The pictures that a batch names by URL: each fetched once, and looked at before anything is drawn.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use qrstudio_store::WorkspaceId;
use tokio::sync::Semaphore;
use url::Url;

use super::judge::in_one_line;
use super::{Customer, Lanes};
use crate::app::App;
use crate::batch::{Items, in_order};
use crate::error::{Error, Result};
use crate::fields::{FieldErrors, Upload};
use crate::pictures::FetchFailure;
use crate::render::{Job, Source};

/// Different pictures of a batch.
const MOST: usize = 100;
/// Bytes of all of them: they wait in memory for the last item that shows them.
const MOST_BYTES: usize = 64 * 1024 * 1024;
/// Fetches at once, and of those to one host.
const AT_ONCE: usize = 8;
const AT_ONE_HOST: usize = 2;
/// How long all of them may take.
const TIME: Duration = Duration::from_secs(60);

/// The pictures by their URLs.
type Fetched = HashMap<String, Arc<std::result::Result<Upload, FetchFailure>>>;

/// Fetches all pictures of a batch and puts them into its items.
///
/// # Errors
/// [`Error::Fields`] under `items` where the batch names too many or waits too long; [`Error::Items`] with those whose
/// pictures cannot be fetched or read.
pub(crate) async fn fetch(app: &App, customer: &Customer, mut items: Items, lanes: &Lanes) -> Result<Items> {
    let urls = urls(&items);
    if urls.is_empty() {
        return Ok(items);
    }
    if urls.len() > MOST {
        let text = format!(
            "A batch may name at most {MOST} different remote images, got {}.",
            urls.len()
        );
        return Err(refuse(text));
    }
    tracing::debug!(
        workspace = customer.workspace().0,
        pictures = urls.len(),
        "fetching for a batch"
    );
    let fetched = tokio::time::timeout(TIME, fetch_all(app, customer.workspace(), &urls)).await;
    let fetched = fetched.map_err(|_| {
        let text = format!(
            "The remote images of this batch were not there within {} s.",
            TIME.as_secs()
        );
        refuse(text)
    })?;
    let mut bytes = 0;
    for picture in fetched.values() {
        match &**picture {
            Ok(upload) => bytes += upload.len(),
            Err(failure) => failure.own()?,
        }
    }
    if bytes > MOST_BYTES {
        return Err(refuse(format!(
            "The remote images of a batch may have at most {MOST_BYTES} bytes in all, got {bytes}."
        )));
    }
    let errors = put(&mut items, &fetched);
    if !errors.is_empty() {
        return Err(Error::Items { errors, rendered: 0 });
    }
    let (app, customer, lanes) = (app.clone(), *customer, lanes.clone());
    let looked = tokio::task::spawn_blocking(move || look(&app, &customer, items, &urls, &lanes));
    looked.await.map_err(Error::internal)?
}

fn refuse(text: String) -> Error {
    let mut errors = FieldErrors::default();
    errors.add_domain("items", text);
    Error::Fields(errors)
}

/// Every URL, with the first item that names it.
fn urls(items: &Items) -> HashMap<String, usize> {
    let mut urls = HashMap::new();
    for (index, job) in items.jobs().enumerate() {
        for url in job.remote_urls() {
            if !urls.contains_key(url) {
                urls.insert(url.to_owned(), index);
            }
        }
    }
    urls
}

async fn fetch_all(app: &App, workspace: WorkspaceId, urls: &HashMap<String, usize>) -> Fetched {
    let host = |url: &str| {
        Url::parse(url)
            .ok()
            .and_then(|url| Some(url.host_str()?.to_owned()))
    };
    let mut hosts: HashMap<Option<String>, Semaphore> = HashMap::new();
    for url in urls.keys() {
        hosts
            .entry(host(url))
            .or_insert_with(|| Semaphore::new(AT_ONE_HOST));
    }
    let (hosts, all) = (&hosts, &Semaphore::new(AT_ONCE));
    let now = app.clock().now_ms();
    let fetches = urls.keys().map(|url| async move {
        let of_host = match hosts.get(&host(url)) {
            Some(host) => host.acquire().await.ok(),
            None => None,
        };
        let _turns = (of_host, all.acquire().await);
        (url.clone(), Arc::new(app.remote().get(workspace, url, now).await))
    });
    join_all(fetches).await.into_iter().collect()
}

/// Puts the pictures where they are wanted; returns the items whose pictures are not there.
fn put(items: &mut Items, fetched: &Fetched) -> BTreeMap<usize, String> {
    let mut errors = BTreeMap::new();
    for index in 0..items.len() {
        let Some(job) = items.job(index) else { continue };
        let mut wrong = FieldErrors::default();
        for (field, url) in job.remote_fields() {
            if let Some(Err(failure)) = fetched.get(url).map(|picture| &**picture) {
                failure.tell(field, &mut wrong);
            }
        }
        if !wrong.is_empty() {
            errors.insert(index, in_one_line(&wrong));
        }
    }
    if errors.is_empty() {
        for given in items.own_mut().flat_map(Job::remote_pictures) {
            if let Source::Url(url) = &given.source
                && let Some(Ok(upload)) = fetched.get(url).map(|picture| &**picture)
            {
                given.source = Source::Bytes(upload.clone());
            }
        }
    }
    errors
}

/// Tries whether the pictures can be read, each with the first item that names it.
fn look(
    app: &App,
    customer: &Customer,
    items: Items,
    urls: &HashMap<String, usize>,
    lanes: &Lanes,
) -> Result<Items> {
    let decode = |upload: &Upload, fit| {
        let now = app.clock().now_ms();
        app.decoded()
            .find_or_decode(customer.workspace(), upload, fit, now)
    };
    let mut firsts: Vec<usize> = urls.values().copied().collect();
    firsts.sort_unstable();
    firsts.dedup();
    let mut wrong = HashMap::new();
    let judge = |index: usize| -> Result<(usize, Option<FieldErrors>)> {
        let _turn = lanes.enter()?;
        let judged = items.job(index).map(|job| job.judge_pictures(&decode));
        Ok((index, judged.and_then(std::result::Result::err)))
    };
    in_order(firsts, lanes.threads, judge, |(index, errors)| {
        if let (Some(errors), Some(job)) = (errors, items.job(index)) {
            for (field, digest) in job.picture_digests() {
                if let Some((_, error)) = errors.entries().find(|(name, _)| *name == field) {
                    wrong.insert(digest, error.clone());
                }
            }
        }
        Ok(())
    })?;
    if wrong.is_empty() {
        return Ok(items);
    }
    let mut errors = BTreeMap::new();
    for (index, job) in items.jobs().enumerate() {
        let mut of_item = FieldErrors::default();
        for (field, digest) in job.picture_digests() {
            if let Some(error) = wrong.get(&digest) {
                of_item.set(field, error.clone());
            }
        }
        if !of_item.is_empty() {
            errors.insert(index, in_one_line(&of_item));
        }
    }
    Err(Error::Items { errors, rendered: 0 })
}
