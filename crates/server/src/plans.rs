//! The plan table: what each plan allows. The store only ever gets the numbers.

mod table;
mod wire;

use qrstudio_store::Allowance;
pub use qrstudio_store::PlanName;

pub use self::table::Plans;

/// What one plan allows (`plans.md`); `None` is "unlimited".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Its wire name.
    pub name: PlanName,
    /// Renders a calendar month (UTC).
    pub monthly_renders: Option<u64>,
    /// Largest `size_inches`.
    pub max_size_inches: u32,
    /// Largest `dpi`.
    pub max_dpi: u32,
    /// Whether a design may carry a logo or a background image.
    pub custom_logo: bool,
    /// Dynamic codes that may be active at once.
    pub active_dynamic_codes: Option<u64>,
    /// How often the destination of a dynamic code may be changed in its life; further changes cost a credit each.
    pub destination_edits: Option<u64>,
    /// Scans of dynamic codes whose details are kept, a calendar month (UTC); all of them count.
    pub recorded_scans: Option<u64>,
    /// Whether dynamic codes may have several destinations to choose from.
    pub variants: bool,
    /// Whether webhooks are told of events.
    pub webhooks: bool,
    /// Items of one bulk request; 0 means none at all.
    pub bulk_items: u32,
    /// Whether renders beyond the quota are billed instead of refused.
    pub overage: bool,
    /// Requests a minute of one key (`http.md`).
    pub requests_per_minute: u32,
}

impl Plan {
    /// What is left of the quota after so many renders; `None` is unlimited.
    #[must_use]
    pub fn remaining(&self, used: u64) -> Option<u64> {
        self.monthly_renders.map(|quota| quota.saturating_sub(used))
    }

    /// What the store has to know of it to charge a render.
    #[must_use]
    pub fn allowance(&self) -> Allowance {
        Allowance {
            quota: self.monthly_renders,
            overage: self.overage,
        }
    }
}

/// The name of a key's effective plan: the lower of its own and the workspace's. A key without a plan of its own follows
/// the workspace's.
#[must_use]
pub fn lower(key: Option<PlanName>, workspace: PlanName) -> PlanName {
    key.map_or(workspace, |key| key.min(workspace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lower_plan_rules() {
        use PlanName::{Agency, Free, Pro};
        assert_eq!(lower(None, Pro), Pro);
        assert_eq!(lower(Some(Free), Pro), Free);
        // A workspace that stepped down takes its keys along.
        assert_eq!(lower(Some(Agency), Pro), Pro);
    }
}
