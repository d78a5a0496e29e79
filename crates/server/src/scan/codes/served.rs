//! A code as a scan needs it.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::http::HeaderValue;
use qrstudio_store::{CodeId, CodeState, ServedCode, Visitor};

use crate::blocklist::Blocklist;

/// A code with everything parsed that a redirect would otherwise parse each time.
#[derive(Debug)]
pub(crate) struct Served {
    /// As the store gave it: what the file on disk holds.
    pub(in crate::scan) source: ServedCode,
    pub(crate) state: State,
}

/// What a scan of it gets.
#[derive(Debug)]
pub(crate) enum State {
    /// One of these, by weight.
    Active(Targets),
    Paused,
    Deleted,
}

/// Where a code leads: at least one place.
#[derive(Debug)]
pub(crate) struct Targets {
    first: Target,
    more: Vec<Target>,
    weights: u64,
}

/// One place.
#[derive(Debug)]
pub(crate) struct Target {
    /// The variant's label.
    pub(crate) label: Option<String>,
    /// The address as it is sent.
    pub(crate) location: HeaderValue,
    /// The operator leads nobody there.
    pub(crate) is_blocked: bool,
    weight: u32,
}

impl Served {
    /// A code of the store. A destination that is no URL, which no door lets in, makes it lead nowhere.
    pub(crate) fn of(code: &ServedCode, blocklist: &Blocklist) -> Self {
        let state = match &code.state {
            CodeState::Paused => State::Paused,
            CodeState::Deleted => State::Deleted,
            CodeState::Active {
                destination,
                variants,
            } => {
                let variants = variants.iter().filter_map(|variant| {
                    Target::of(
                        Some(&variant.label),
                        &variant.destination_url,
                        variant.weight,
                        blocklist,
                    )
                });
                let targets: Vec<Target> = variants.collect();
                let targets = if targets.is_empty() {
                    Target::of(None, destination, 1, blocklist).into_iter().collect()
                } else {
                    targets
                };
                Targets::of(targets).map_or(State::Paused, State::Active)
            }
        };
        Self {
            source: code.clone(),
            state,
        }
    }

    pub(crate) fn id(&self) -> CodeId {
        self.source.id
    }

    /// Bytes that it takes, about. The source has every address again.
    pub(crate) fn bytes(&self) -> usize {
        let of = |target: &Target| {
            size_of::<Target>() + target.location.len() + target.label.as_ref().map_or(0, String::len)
        };
        let targets = match &self.state {
            State::Active(targets) => targets.all().map(of).sum(),
            State::Paused | State::Deleted => 0,
        };
        size_of::<Self>() + 2 * targets
    }
}

impl Targets {
    fn of(targets: Vec<Target>) -> Option<Self> {
        let weights = targets.iter().map(|target| u64::from(target.weight)).sum();
        let mut targets = targets.into_iter();
        Some(Self {
            first: targets.next()?,
            more: targets.collect(),
            weights,
        })
    }

    fn all(&self) -> impl Iterator<Item = &Target> {
        std::iter::once(&self.first).chain(&self.more)
    }

    /// The place for a visitor: by weight, and the same one as long as the visitor's hash is, until the UTC day ends.
    pub(crate) fn choose(&self, code: CodeId, visitor: Visitor) -> &Target {
        if self.more.is_empty() {
            return &self.first;
        }
        // Mixed with the code, or else whoever gets the first variant of one code got the first one of all.
        let mut hasher = DefaultHasher::new();
        (code, visitor).hash(&mut hasher);
        let mut left = hasher.finish() % self.weights.max(1);
        for target in self.all() {
            match left.checked_sub(u64::from(target.weight)) {
                Some(rest) => left = rest,
                None => return target,
            }
        }
        &self.first
    }
}

impl Target {
    fn of(label: Option<&str>, destination: &str, weight: u32, blocklist: &Blocklist) -> Option<Self> {
        let target = crate::target::Target::parse(destination).ok()?;
        Some(Self {
            label: label.map(str::to_owned),
            location: HeaderValue::from_str(target.location()).ok()?,
            is_blocked: blocklist.matches(&target),
            weight,
        })
    }

    /// The address as text.
    pub(crate) fn as_str(&self) -> &str {
        self.location.to_str().unwrap_or_default()
    }
}
