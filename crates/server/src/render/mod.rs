//! From a request's fields to a picture in memory: what `POST /api/v1/generate/`, `POST /api/v1/validate/` and
//! `qrstudio render` share.
//!
//! [`Job::read`] judges everything that the fields alone decide, the fit of the contents and of the size included, and
//! reports all failures at once. What is left for [`Job::run`] is painting, which wants a thread that may be busy.

mod choices;
mod data_type;
mod job;
mod payload;
mod reader;
mod report;
mod request;
mod style;
mod times;
mod warning;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod properties;

pub use choices::choices;
pub use data_type::DataType;
pub use job::{Job, RenderError, Rendered};
pub use report::{Caution, Report};
pub use request::FIELDS;
pub use warning::Warning;
