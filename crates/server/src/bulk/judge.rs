//! Every item of a batch checked, on all cores, and all failures told at once.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::body::Body;
use super::{Customer, Lanes, Seed};
use crate::app::App;
use crate::batch::{Items, in_order};
use crate::blocklist::Blocklist;
use crate::charge;
use crate::error::{Error, Result};
use crate::fields::{BodyError, FieldError, FieldErrors, Fields, Ignored, texts};
use crate::render::{CodePlace, Job, Spec};

/// Items that are checked in one turn: few enough that nobody notices the wait.
const TURN: usize = 8;
/// Bytes of one item: as many as a body of its own may have.
const LONGEST_ITEM: usize = 64 * 1024;

/// What items are held to.
pub(crate) struct Rules {
    app: App,
    customer: Customer,
    seed: Seed,
    blocklist: Blocklist,
    /// Dynamic codes that may become active; `None` is any number.
    room: Option<u64>,
}

/// An item that is right, or all that is wrong with it.
type Verdict = std::result::Result<(Box<Job>, [u8; 32], Ignored), String>;

impl Rules {
    pub(crate) async fn new(app: &App, customer: &Customer, seed: Seed) -> Result<Self> {
        Ok(Self {
            app: app.clone(),
            customer: *customer,
            seed,
            blocklist: Blocklist::new(&app.store().blocked_patterns().await?.patterns),
            room: charge::room_for_codes(app, &customer.payer).await?,
        })
    }

    /// The rules for a batch that was paid before: what it made is there.
    pub(crate) fn of_the_past(app: &App, customer: &Customer, seed: Seed) -> Self {
        Self {
            app: app.clone(),
            customer: *customer,
            seed,
            blocklist: Blocklist::default(),
            room: None,
        }
    }

    /// Checks all items. The second value names the fields that nothing reads.
    ///
    /// # Errors
    /// [`Error::Items`] with every item that fails; [`Error::Cancelled`].
    pub(crate) fn judge(&self, raw: &[&RawValue], lanes: &Lanes) -> Result<(Items, Ignored)> {
        let mut items = Items::default();
        let mut ignored = Ignored::default();
        let mut errors = BTreeMap::new();
        let mut codes = 0_u64;
        let judge = |(turn, raw): (usize, &[&RawValue])| -> Result<Vec<Verdict>> {
            let _turn = lanes.enter()?;
            let verdicts = (turn * TURN..).zip(raw);
            Ok(verdicts
                .map(|(index, item)| self.judge_item(index, item))
                .collect())
        };
        let mut index = 0;
        let mut gather = |verdict: Verdict| {
            let verdict = verdict.and_then(|(job, digest, names)| {
                codes += u64::from(job.spec().code().is_some());
                match self
                    .room
                    .is_some_and(|room| job.spec().code().is_some() && codes > room)
                {
                    true => Err(crate::api::dynamic::commit::active_cap(&self.customer.payer.plan).detail()),
                    false => Ok((job, digest, names)),
                }
            });
            match verdict {
                Ok((job, digest, names)) => {
                    ignored.merge(names);
                    // One failure is enough to need none of them.
                    if errors.is_empty() {
                        items.push(job, digest);
                    }
                }
                Err(text) => {
                    items = Items::default();
                    errors.insert(index, text);
                }
            }
            index += 1;
        };
        in_order(raw.chunks(TURN).enumerate(), lanes.threads, judge, |verdicts| {
            verdicts.into_iter().for_each(&mut gather);
            Ok(())
        })?;
        if errors.is_empty() {
            return Ok((items, ignored));
        }
        Err(Error::Items { errors, rendered: 0 })
    }

    fn judge_item(&self, index: usize, raw: &RawValue) -> Verdict {
        let json = raw.get();
        if json == "null" {
            return Err(texts::NULL.to_owned());
        }
        if json.len() > LONGEST_ITEM {
            return Err(Error::TooLarge.detail());
        }
        let fields = Fields::from_json(json.as_bytes()).map_err(|error| match error {
            BodyError::Shape(errors) => in_one_line(&errors),
            BodyError::Syntax(what) => Error::Json(what).detail(),
        })?;
        let place = CodePlace {
            base: self.app.scan_base(),
            short_id: &|| self.seed.short_id(index),
        };
        let read = Spec::read_item(&fields, place, &self.customer.plan);
        let (spec, ignored) = read.map_err(|errors| in_one_line(&errors))?;
        if spec
            .code()
            .is_some_and(|code| self.blocklist.matches(&code.target))
        {
            return Err(Error::BlockedDestination.detail());
        }
        let digest = spec.digest();
        let job = spec.fit().map_err(|errors| in_one_line(&errors))?;
        Ok((Box::new(job), digest, ignored))
    }
}

/// The items of a body, all of them right.
///
/// # Errors
/// Those of [`Body`] and of [`Rules::judge`].
pub(crate) async fn judged(rules: Rules, bytes: Bytes, lanes: &Lanes) -> Result<(Items, Ignored)> {
    let lanes = lanes.clone();
    let judged = tokio::task::spawn_blocking(move || {
        let plan = &rules.customer.plan;
        let body = Body::read(&bytes)?;
        let raw = body.items(plan.bulk_items, plan.name.as_str())?;
        rules.judge(&raw, &lanes)
    });
    judged.await.map_err(Error::internal)?
}

/// All failures of an item in one text: those of the framework behind the names of their fields, the others as they are.
pub(crate) fn in_one_line(errors: &FieldErrors) -> String {
    let mut texts = Vec::new();
    gather(errors, "", &mut texts);
    texts.join("; ")
}

fn gather(errors: &FieldErrors, path: &str, texts: &mut Vec<String>) {
    for (name, error) in errors.entries() {
        match error {
            FieldError::Framework(list) if name == "non_field_errors" => texts.extend(list.iter().cloned()),
            FieldError::Framework(list) => {
                texts.extend(list.iter().map(|text| format!("{path}{name}: {text}")));
            }
            FieldError::Domain(text) => texts.push(text.clone()),
            FieldError::Inside(inside) => gather(inside, &format!("{path}{name}."), texts),
        }
    }
}
