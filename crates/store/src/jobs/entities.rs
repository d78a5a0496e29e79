//! What the area speaks of.

use std::{fmt, str::FromStr};

use crate::{
    KeyAccess, Millis, StoreError,
    unit::{Columns, count, word},
};

/// A job on the wire: 32 hexadecimal digits, drawn at random.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct JobId([u8; 16]);

impl JobId {
    /// The job of these random bytes.
    #[must_use]
    pub fn new(drawn: [u8; 16]) -> Self {
        Self(drawn)
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for JobId {
    type Err = UnknownJob;

    fn from_str(text: &str) -> Result<Self, UnknownJob> {
        let digits = text.as_bytes();
        if digits.len() != 32
            || !digits
                .iter()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'))
        {
            return Err(UnknownJob);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| UnknownJob)?;
        Ok(Self(number.to_be_bytes()))
    }
}

/// A text that names no job.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such job")]
pub struct UnknownJob;

/// How far a job is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JobStatus {
    /// Nobody works on it yet.
    Queued,
    /// Somebody does.
    Running,
    /// It is paid and its archive is there.
    Done,
    /// It had no effect.
    Failed,
}

impl JobStatus {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Running, Self::Done, Self::Failed];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for JobStatus {
    type Err = UnknownJobStatus;

    fn from_str(text: &str) -> Result<Self, UnknownJobStatus> {
        let found = Self::ALL.into_iter().find(|status| status.as_str() == text);
        found.ok_or(UnknownJobStatus)
    }
}

/// A text that names no status.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no such status of a job")]
pub struct UnknownJobStatus;

/// A job as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// The job.
    pub id: JobId,
    /// How far it is.
    pub status: JobStatus,
    /// Items that are drawn.
    pub done: u64,
    /// Items in all.
    pub total: u64,
    /// Why it has failed: a JSON object.
    pub errors: Option<String>,
    /// When it is forgotten, with its archive.
    pub expires_at: Millis,
}

/// A job that the caller is to work on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimedJob {
    /// The job.
    pub id: JobId,
    /// What is to be done, as the caller has stored it.
    pub request: Vec<u8>,
    /// How often somebody has begun, this time included.
    pub tries: u64,
    /// The key that asked, on the plans of today; it works on even where it was revoked meanwhile.
    pub access: KeyAccess,
}

/// Reads the columns `job_columns!`.
pub(super) fn read(row: &dyn Columns) -> Result<Job, StoreError> {
    Ok(Job {
        id: word(&row.text(0)?)?,
        status: word(&row.text(1)?)?,
        done: count(row.integer(2)?)?,
        total: count(row.integer(3)?)?,
        errors: row.maybe_text(4)?,
        expires_at: Millis(row.integer(5)?),
    })
}
