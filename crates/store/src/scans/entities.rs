//! What is kept of a scan, and what is told of many.

use serde::{Deserialize, Serialize};

use crate::{CodeId, Millis, PlanName, ScanEvents};

/// One visit of a dynamic code as it is kept, its texts owned or borrowed. The visitor's address is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scan<T = String> {
    /// What was scanned.
    pub code: CodeId,
    /// When, by the clock of the node that answered.
    pub at: Millis,
    /// How much of it counts.
    pub kind: ScanKind,
    /// Where the visitor was sent.
    pub destination: T,
    /// The label of the variant, where the code has variants.
    pub variant: Option<T>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<T>,
    /// ISO 3166-2 without the country, where somebody knows it.
    pub region: Option<T>,
    /// What was in the visitor's hand.
    pub device: Option<Device>,
    /// The family of the operating system.
    pub os: Option<T>,
    /// The family of the browser.
    pub browser: Option<T>,
    /// The host of the page that led here.
    pub referrer: Option<T>,
    /// The primary language that the visitor reads, ISO 639.
    pub language: Option<T>,
    /// Tells visitors of one UTC day apart, and of two days never.
    pub visitor: Visitor,
}

/// How much of a scan counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ScanKind {
    /// A person's: all of it.
    Person,
    /// A crawler's or a link previewer's: kept and told apart.
    Bot,
    /// One of a flood by one visitor: counted without details.
    Flood,
}

/// A keyed hash of address and user agent, under a key that is thrown away after its UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Visitor(pub [u8; 16]);

/// What was in the visitor's hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Device {
    /// `mobile`
    Mobile,
    /// `tablet`
    Tablet,
    /// `desktop`
    Desktop,
    /// `bot`
    Bot,
}

impl Device {
    /// The word on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mobile => "mobile",
            Self::Tablet => "tablet",
            Self::Desktop => "desktop",
            Self::Bot => "bot",
        }
    }
}

/// A place in a journal: everything before it is in the store. The default is its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JournalPosition {
    /// The number of the segment.
    pub segment: u64,
    /// Bytes from the segment's beginning.
    pub offset: u64,
}

/// Scans in a row of one journal.
#[derive(Clone, Debug)]
pub struct RecordScans {
    /// The name of the journal.
    pub journal: String,
    /// Where the scans begin in it.
    pub from: JournalPosition,
    /// Where they end.
    pub to: JournalPosition,
    /// The scans.
    pub scans: Vec<Scan>,
    /// How many scans a month are kept with their details on each plan that bounds them; the others bound none.
    pub monthly: Vec<(PlanName, u64)>,
    /// How those who want to be told of scans are.
    pub events: ScanEvents,
}

/// What became of [`RecordScans`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// They are in the store, durably.
    Stored,
    /// They do not begin where the journal is drained to, which is here; nothing was stored.
    Elsewhere(JournalPosition),
}

/// How often a code was scanned by people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanCount {
    /// All scans.
    pub scans: u64,
    /// The first one.
    pub first: Millis,
    /// The latest one.
    pub last: Millis,
}

/// What scans are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// ISO 3166-1 alpha-2.
    Country,
    /// [`Device`].
    Device,
    /// Family of the operating system.
    Os,
    /// Family of the browser.
    Browser,
    /// Host of the page that led here.
    Referrer,
    /// ISO 639.
    Language,
    /// Label of the variant.
    Variant,
}

impl Dimension {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Country,
        Self::Device,
        Self::Os,
        Self::Browser,
        Self::Referrer,
        Self::Language,
        Self::Variant,
    ];

    /// Its number in the database; 0 is the sum over everything.
    pub(crate) const fn number(self) -> i64 {
        match self {
            Self::Country => 1,
            Self::Device => 2,
            Self::Os => 3,
            Self::Browser => 4,
            Self::Referrer => 5,
            Self::Language => 6,
            Self::Variant => 7,
        }
    }

    /// The scan's value; `None` where nobody knows it.
    pub(crate) fn of(self, scan: &Scan) -> Option<&str> {
        match self {
            Self::Country => scan.country.as_deref(),
            Self::Device => scan.device.map(Device::as_str),
            Self::Os => scan.os.as_deref(),
            Self::Browser => scan.browser.as_deref(),
            Self::Referrer => scan.referrer.as_deref(),
            Self::Language => scan.language.as_deref(),
            Self::Variant => scan.variant.as_deref(),
        }
    }
}

/// Scans of one quarter of an hour, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuarterScans {
    /// When it begins.
    pub start: Millis,
    /// Scans in it.
    pub scans: u64,
}

/// Visitors of one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DayVisitors {
    /// When it begins.
    pub start: Millis,
    /// Different visitors.
    pub visitors: u64,
}

/// Scans that share a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueScans {
    /// What they are told apart by.
    pub dimension: Dimension,
    /// The value.
    pub value: Told,
    /// Scans with it.
    pub scans: u64,
}

/// A value by which scans are told apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Told {
    /// This one.
    Known(String),
    /// Nobody knows it.
    Unknown,
    /// One of those beyond the first 200 of a code's UTC day.
    Other,
}
