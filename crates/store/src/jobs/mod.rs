//! Batches that nobody waits for: queued, worked on by one node at a time, and kept for a day.

mod claim;
mod create;
mod entities;
mod finish;
mod show;
pub(crate) mod sql;

pub use self::{
    create::{CreateJob, NewJob},
    entities::{ClaimedJob, Job, JobId, JobStatus, UnknownJob, UnknownJobStatus},
    finish::FinishJob,
};
