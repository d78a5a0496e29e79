//! All items of a batch, drawn into one archive in the spool.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufWriter;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use qr_print::PrintError;

use super::judge::in_one_line;
use super::{Customer, Lanes};
use crate::app::App;
use crate::batch::{self, Archive, Drawn, Item, Items, Manifest, Origin, Placed, in_order};
use crate::error::{Error, Result};
use crate::fields::Upload;
use crate::pictures::Picture;
use crate::render::RenderError;
use crate::spool::{self, SpoolWriter};

/// Bytes that are gathered for one write.
const BUFFER: usize = 256 * 1024;

/// An archive that is whole.
pub(crate) struct Whole {
    pub(crate) bytes: u64,
    /// Its file, and the room that it takes.
    pub(crate) file: SpoolWriter,
}

/// A batch that is about to be drawn.
pub(crate) struct Drawing<'a> {
    pub(crate) app: &'a App,
    pub(crate) customer: &'a Customer,
    pub(crate) items: &'a Items,
    pub(crate) lanes: &'a Lanes,
    /// Whether pictures that were drawn before will not do.
    pub(crate) afresh: bool,
    /// How many items stand in the archive.
    pub(crate) done: &'a AtomicUsize,
}

/// An item on its way into the archive.
enum Step {
    Drawn(Drawn, Origin),
    /// The picture of an earlier item.
    Same(usize),
}

/// Why an item is not drawn.
enum Failure {
    Pictures(usize, String),
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Drawing<'_> {
    /// Draws into a file; what an interrupted run has left whole in it stays.
    ///
    /// # Errors
    /// [`Error::Items`] for a picture that cannot be drawn; [`Error::SpoolFull`]; [`Error::Cancelled`].
    pub(crate) fn run(&self, file: &Arc<File>) -> Result<Whole> {
        let spool = self.app.spool();
        let mut archive = Archive::new(BufWriter::with_capacity(BUFFER, spool.writer(Arc::clone(file))));
        let mut manifest = Manifest::new(Some(self.customer.plan.name.as_str()));
        let mut placed: Vec<Placed> = Vec::with_capacity(self.items.len());
        self.adopt(file, &mut archive, &mut manifest, &mut placed)
            .map_err(spool::failed)?;
        let first = placed.len();
        let take = |step: Step| -> Result<(), Failure> {
            let index = placed.len();
            let Some(job) = self.items.job(index) else {
                return Err(Error::internal("an item of a batch is missing").into());
            };
            let name = batch::name(index, job.format().extension());
            let (added, origin) = match step {
                Step::Drawn(drawn, origin) => (archive.add(&name, drawn), origin),
                Step::Same(first) => match placed.get(first) {
                    Some(first) => (archive.repeat(&name, first, file), Origin::Found),
                    None => return Err(Error::internal("an equal item was not drawn").into()),
                },
            };
            let added = added.map_err(|error| Failure::Other(spool::failed(error)))?;
            manifest.add(index, name, job, added.entry.bytes, origin);
            placed.push(added);
            self.done.store(placed.len(), Ordering::Relaxed);
            Ok(())
        };
        let drawn = in_order(
            first..self.items.len(),
            self.lanes.threads,
            |index| self.draw(index),
            take,
        );
        drawn.map_err(|failure| match failure {
            Failure::Other(error) => error,
            Failure::Pictures(index, text) => Error::Items {
                errors: BTreeMap::from([(index, text)]),
                rendered: self.done.load(Ordering::Relaxed),
            },
        })?;
        let finished = archive.finish(&manifest.to_json());
        let (out, bytes) = finished.map_err(spool::failed)?;
        let file = out
            .into_inner()
            .map_err(|error| spool::failed(error.into_error()))?;
        Ok(Whole { bytes, file })
    }

    /// Goes on behind the last entry that is whole; what follows it in the file is cut off.
    fn adopt(
        &self,
        file: &Arc<File>,
        archive: &mut Archive<BufWriter<SpoolWriter>>,
        manifest: &mut Manifest,
        placed: &mut Vec<Placed>,
    ) -> std::io::Result<()> {
        use std::io::Seek as _;

        if file.metadata()?.len() > 0 {
            for (index, job) in self.items.jobs().enumerate() {
                let name = batch::name(index, job.format().extension());
                let Some(found) = archive.adopt(file, &name)? else {
                    break;
                };
                manifest.add(index, name, job, found.entry.bytes, Origin::Found);
                placed.push(found);
            }
            file.set_len(archive.bytes())?;
            let bytes = archive.bytes();
            archive.out().get_mut().skip(bytes)?;
            (&**file).seek(std::io::SeekFrom::Start(archive.bytes()))?;
            self.done.store(placed.len(), Ordering::Relaxed);
        }
        Ok(())
    }

    /// One item, on one of the threads.
    fn draw(&self, index: usize) -> Result<Step, Failure> {
        let job = match self.items.get(index) {
            Some(Item::Own(job)) => job,
            Some(Item::Same(first)) => return Ok(Step::Same(*first)),
            None => return Err(Error::internal("an item of a batch is missing").into()),
        };
        let _turn = self.lanes.enter()?;
        let clock = self.app.clock();
        let scratch = || self.app.spool().nameless();
        // No other picture shows the same short id.
        if !self.afresh && job.spec().code().is_none() {
            let key = Picture::key(job.spec(), self.customer.workspace());
            if let Some(picture) = self.app.pictures().find(&key, clock.now_ms()) {
                let drawn = Drawn::of_bytes(job.format(), &picture.bytes, &scratch);
                return Ok(Step::Drawn(drawn.map_err(spool::failed)?, Origin::Found));
            }
        }
        let began = clock.monotonic();
        let decode = |upload: &Upload, fit| {
            let (workspace, now) = (self.customer.workspace(), clock.now_ms());
            self.app.decoded().find_or_decode(workspace, upload, fit, now)
        };
        let drawn = Drawn::draw(job, &decode, &scratch).map_err(|error| match error {
            RenderError::Pictures(errors) => Failure::Pictures(index, in_one_line(&errors)),
            RenderError::Spill(error) | RenderError::Print(PrintError::Io(error)) => {
                Failure::Other(spool::failed(error))
            }
            other => Failure::Other(Error::internal(other)),
        })?;
        let took = clock.monotonic().saturating_sub(began);
        Ok(Step::Drawn(drawn, Origin::Made(took)))
    }
}
