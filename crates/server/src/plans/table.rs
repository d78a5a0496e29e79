//! All plans: the contract's, or what the operator has made of them.

use super::{Plan, PlanName};

/// The rows of all plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plans {
    /// The lowest plan first.
    pub(super) rows: [Plan; 5],
}

impl Plans {
    /// The row of a plan.
    #[must_use]
    pub fn get(&self, name: PlanName) -> &Plan {
        let [free, starter, pro, agency, enterprise] = &self.rows;
        match name {
            PlanName::Free => free,
            PlanName::Starter => starter,
            PlanName::Pro => pro,
            PlanName::Agency => agency,
            PlanName::Enterprise => enterprise,
        }
    }

    /// What a workspace may: its plan's row, with the renders a month that it has agreed on, if it has.
    #[must_use]
    pub fn of_workspace(&self, name: PlanName, negotiated_renders: Option<u64>) -> Plan {
        let row = self.get(name);
        Plan {
            monthly_renders: negotiated_renders.or(row.monthly_renders),
            ..*row
        }
    }

    /// The plans with webhooks.
    pub(crate) fn with_webhooks(&self) -> Vec<PlanName> {
        let with = self.rows.iter().filter(|row| row.webhooks);
        with.map(|row| row.name).collect()
    }

    /// The plans that are not the contract's.
    pub(crate) fn changed(&self) -> Vec<PlanName> {
        let given = Self::default();
        let rows = self.rows.iter().zip(&given.rows);
        rows.filter(|(row, given)| row != given)
            .map(|(row, _)| row.name)
            .collect()
    }

    /// What the table says that is hardly meant: plans that allow less than a lower one. A key's effective plan is the
    /// lower by name, so that such a plan would be no step up.
    pub(crate) fn doubts(&self) -> Vec<String> {
        let pairs = self.rows.iter().zip(self.rows.iter().skip(1));
        pairs
            .flat_map(|(lower, higher)| steps_down(lower, higher))
            .collect()
    }
}

fn steps_down(lower: &Plan, higher: &Plan) -> Vec<String> {
    // Unlimited is the most.
    let most = |limit: Option<u64>| limit.unwrap_or(u64::MAX);
    let numbers = [
        (
            "monthly_renders",
            most(lower.monthly_renders),
            most(higher.monthly_renders),
        ),
        (
            "max_size_inches",
            lower.max_size_inches.into(),
            higher.max_size_inches.into(),
        ),
        ("max_dpi", lower.max_dpi.into(), higher.max_dpi.into()),
        ("custom_logo", lower.custom_logo.into(), higher.custom_logo.into()),
        (
            "active_dynamic_codes",
            most(lower.active_dynamic_codes),
            most(higher.active_dynamic_codes),
        ),
        (
            "destination_edits",
            most(lower.destination_edits),
            most(higher.destination_edits),
        ),
        (
            "recorded_scans",
            most(lower.recorded_scans),
            most(higher.recorded_scans),
        ),
        ("variants", lower.variants.into(), higher.variants.into()),
        ("webhooks", lower.webhooks.into(), higher.webhooks.into()),
        ("bulk_items", lower.bulk_items.into(), higher.bulk_items.into()),
        (
            "requests_per_minute",
            lower.requests_per_minute.into(),
            higher.requests_per_minute.into(),
        ),
    ];
    let less = numbers.into_iter().filter(|(_, low, high)| high < low);
    less.map(|(column, ..)| format!("{} allows less {column} than {}", higher.name, lower.name))
        .collect()
}

impl Default for Plans {
    /// The table of `plans.md`.
    fn default() -> Self {
        Self {
            rows: [
                Plan {
                    name: PlanName::Free,
                    monthly_renders: Some(5),
                    max_size_inches: 3,
                    max_dpi: 300,
                    custom_logo: false,
                    active_dynamic_codes: Some(1),
                    destination_edits: Some(1),
                    recorded_scans: Some(50),
                    variants: false,
                    webhooks: false,
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
                    destination_edits: None,
                    recorded_scans: None,
                    variants: false,
                    webhooks: false,
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
                    destination_edits: None,
                    recorded_scans: None,
                    variants: true,
                    webhooks: true,
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
                    destination_edits: None,
                    recorded_scans: None,
                    variants: true,
                    webhooks: true,
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
                    destination_edits: None,
                    recorded_scans: None,
                    variants: true,
                    webhooks: true,
                    bulk_items: 5_000,
                    overage: false,
                    requests_per_minute: 6_000,
                },
            ],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_finds_its_own_row_and_the_table_ascends() {
        let plans = Plans::default();
        for name in PlanName::ALL {
            assert_eq!(plans.get(name).name, name);
        }
        assert_eq!(plans.doubts(), [""; 0]);
        assert_eq!(plans.changed(), []);
    }

    #[test]
    fn a_step_down_is_doubted() {
        let mut plans = Plans::default();
        plans.rows[1].monthly_renders = None;
        plans.rows[2].custom_logo = false;
        assert_eq!(plans.changed(), [PlanName::Starter, PlanName::Pro]);
        assert_eq!(
            plans.doubts(),
            [
                "pro allows less monthly_renders than starter",
                "pro allows less custom_logo than starter"
            ]
        );
    }
}
