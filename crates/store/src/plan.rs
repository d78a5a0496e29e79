//! The names of the plans. What a plan allows is the server's business; the store keeps the name.

use std::{fmt, str::FromStr};

/// A plan, ordered by tier: a key's effective plan is the lesser of its own and its workspace's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum PlanName {
    /// `free`
    Free,
    /// `starter`
    Starter,
    /// `pro`
    Pro,
    /// `agency`
    Agency,
    /// `enterprise`
    Enterprise,
}

impl PlanName {
    /// All plans, the smallest first.
    pub const ALL: [Self; 5] = [
        Self::Free,
        Self::Starter,
        Self::Pro,
        Self::Agency,
        Self::Enterprise,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Starter => "starter",
            Self::Pro => "pro",
            Self::Agency => "agency",
            Self::Enterprise => "enterprise",
        }
    }
}

impl fmt::Display for PlanName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A text that names no plan.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("'{0}' is no plan; choose free, starter, pro, agency or enterprise")]
pub struct UnknownPlan(String);

impl FromStr for PlanName {
    type Err = UnknownPlan;

    fn from_str(text: &str) -> Result<Self, UnknownPlan> {
        Self::ALL
            .into_iter()
            .find(|plan| plan.as_str() == text)
            .ok_or_else(|| UnknownPlan(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_reads_back_and_stands_in_order() {
        for plan in PlanName::ALL {
            assert_eq!(plan.as_str().parse(), Ok(plan));
        }
        assert!(PlanName::ALL.is_sorted());
        assert_eq!(
            "gold".parse::<PlanName>().unwrap_err().to_string(),
            "'gold' is no plan; choose free, starter, pro, agency or enterprise"
        );
    }
}
