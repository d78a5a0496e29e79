//! Scans: what the journals bring, each once, and what analytics read.

mod analytics;
mod drain;
mod entities;
mod position;
mod rollups;
pub(crate) mod sql;
mod sweep;
mod visitor_keys;

pub use self::{
    analytics::ScanRange,
    entities::{
        DayVisitors, Device, Dimension, JournalPosition, QuarterScans, RecordScans, Recorded, Scan,
        ScanCount, ScanKind, Told, ValueScans, Visitor,
    },
};
