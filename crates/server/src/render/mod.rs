//! From a request's fields to a picture in memory: what `POST /api/v1/generate/`, `POST /api/v1/validate/` and
//! `qrstudio render` share.
//!
//! [`Spec::read`] judges the fields and reports all failures at once; a [`Spec`] is all that its picture depends on.
//! [`Spec::fit`] encodes it and finds its size. What is left for [`Job::run`] is painting, which wants a thread that may be
//! busy.

mod choices;
mod cost;
mod data_type;
mod dynamic;
mod job;
mod payload;
mod pictures;
mod reader;
mod report;
mod request;
mod spec;
mod style;
mod times;
mod warning;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;

pub use choices::choices;
pub use data_type::DataType;
pub(crate) use dynamic::{CODE_NAME, CarriedCode, CodePlace, DESTINATION};
pub use job::{Job, RenderError, Rendered};
pub use pictures::Decode;
pub(crate) use pictures::Source;
pub use report::{Caution, Report};
pub use request::{FIELDS, FILE_FIELDS};
pub use spec::Spec;
pub use warning::Warning;
