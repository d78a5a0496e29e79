//! The plan table: what each plan allows. The store only ever gets the numbers.

use qrstudio_store::Allowance;
pub use qrstudio_store::PlanName;

/// What one plan allows (`plans.md`); `None` is "unlimited".
#[derive(Debug, Clone, Copy, PartialEq)]
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

/// The table of `plans.md`, lowest plan first.
pub const PLANS: [Plan; 5] = [
    Plan {
        name: PlanName::Free,
        monthly_renders: Some(5),
        max_size_inches: 3,
        max_dpi: 300,
        custom_logo: false,
        active_dynamic_codes: Some(1),
        bulk_items: 0,
        overage: false,
        requests_per_minute: 10,
    },
    Plan {
        name: PlanName::Starter,
        monthly_renders: Some(500),
        max_size_inches: 8,
        max_dpi: 300,
        custom_logo: true,
        active_dynamic_codes: Some(10),
        bulk_items: 50,
        overage: true,
        requests_per_minute: 60,
    },
    Plan {
        name: PlanName::Pro,
        monthly_renders: Some(5_000),
        max_size_inches: 15,
        max_dpi: 600,
        custom_logo: true,
        active_dynamic_codes: Some(200),
        bulk_items: 1_000,
        overage: true,
        requests_per_minute: 300,
    },
    Plan {
        name: PlanName::Agency,
        monthly_renders: Some(25_000),
        max_size_inches: 15,
        max_dpi: 600,
        custom_logo: true,
        active_dynamic_codes: Some(1_000),
        bulk_items: 5_000,
        overage: true,
        requests_per_minute: 1_200,
    },
    Plan {
        name: PlanName::Enterprise,
        monthly_renders: None,
        max_size_inches: 15,
        max_dpi: 600,
        custom_logo: true,
        active_dynamic_codes: None,
        bulk_items: 5_000,
        overage: false,
        requests_per_minute: 6_000,
    },
];

/// The row of a plan.
#[must_use]
pub fn plan(name: PlanName) -> &'static Plan {
    let [free, starter, pro, agency, enterprise] = &PLANS;
    match name {
        PlanName::Free => free,
        PlanName::Starter => starter,
        PlanName::Pro => pro,
        PlanName::Agency => agency,
        PlanName::Enterprise => enterprise,
    }
}

/// The name of a key's effective plan.
#[must_use]
pub fn lower(key: Option<PlanName>, workspace: PlanName) -> PlanName {
    key.map_or(workspace, |key| key.min(workspace))
}

/// A key's effective plan, which rules what a render may look like: the lower of its own plan and the workspace's.
/// A key without a plan of its own follows the workspace's.
#[must_use]
pub fn effective(key: Option<PlanName>, workspace: PlanName) -> &'static Plan {
    plan(lower(key, workspace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_finds_its_own_row_and_the_table_ascends() {
        for row in &PLANS {
            assert_eq!(plan(row.name), row);
        }
        assert!(PLANS.is_sorted_by_key(|row| row.name));
    }

    #[test]
    fn the_lower_plan_rules() {
        use PlanName::{Agency, Free, Pro};
        assert_eq!(effective(None, Pro).name, Pro);
        assert_eq!(effective(Some(Free), Pro).name, Free);
        // A workspace that stepped down takes its keys along.
        assert_eq!(effective(Some(Agency), Pro).name, Pro);
    }
}
