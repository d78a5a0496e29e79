//! The table as settings write it: a table a plan; what does not come stays as it is.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use serde::de::Error as _;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::{Plan, PlanName, Plans};

/// What stands for no limit, as in our headers: TOML has no null.
const UNLIMITED: &str = "unlimited";

/// A plan's row.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(with = "limit")]
    monthly_renders: Option<u64>,
    max_size_inches: u32,
    max_dpi: u32,
    custom_logo: bool,
    #[serde(with = "limit")]
    active_dynamic_codes: Option<u64>,
    #[serde(with = "limit")]
    destination_edits: Option<u64>,
    #[serde(with = "limit")]
    recorded_scans: Option<u64>,
    variants: bool,
    webhooks: bool,
    bulk_items: u32,
    overage: bool,
    requests_per_minute: u32,
}

impl Row {
    fn of(plan: &Plan) -> Self {
        Self {
            monthly_renders: plan.monthly_renders,
            max_size_inches: plan.max_size_inches,
            max_dpi: plan.max_dpi,
            custom_logo: plan.custom_logo,
            active_dynamic_codes: plan.active_dynamic_codes,
            destination_edits: plan.destination_edits,
            recorded_scans: plan.recorded_scans,
            variants: plan.variants,
            webhooks: plan.webhooks,
            bulk_items: plan.bulk_items,
            overage: plan.overage,
            requests_per_minute: plan.requests_per_minute,
        }
    }

    fn plan(self, name: PlanName) -> Plan {
        Plan {
            name,
            monthly_renders: self.monthly_renders,
            max_size_inches: self.max_size_inches,
            max_dpi: self.max_dpi,
            custom_logo: self.custom_logo,
            active_dynamic_codes: self.active_dynamic_codes,
            destination_edits: self.destination_edits,
            recorded_scans: self.recorded_scans,
            variants: self.variants,
            webhooks: self.webhooks,
            bulk_items: self.bulk_items,
            overage: self.overage,
            requests_per_minute: self.requests_per_minute,
        }
    }

    /// What cannot be: beyond what any render may have, or nothing at all.
    fn problem(&self) -> Option<String> {
        let ranges: [(&str, u32, RangeInclusive<u32>); 4] = [
            ("max_size_inches", self.max_size_inches, 1..=15),
            ("max_dpi", self.max_dpi, 72..=600),
            ("bulk_items", self.bulk_items, 0..=5_000),
            ("requests_per_minute", self.requests_per_minute, 1..=1_000_000),
        ];
        ranges
            .into_iter()
            .find(|(_, number, range)| !range.contains(number))
            .map(|(column, number, range)| {
                format!(
                    "{column} is {number}; it has to lie between {} and {}",
                    range.start(),
                    range.end()
                )
            })
    }
}

impl Serialize for Plans {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.rows.len()))?;
        for plan in &self.rows {
            map.serialize_entry(plan.name.as_str(), &Row::of(plan))?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Plans {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let given = BTreeMap::<String, Map<String, Value>>::deserialize(deserializer)?;
        let mut plans = Self::default();
        for (name, columns) in given {
            let name: PlanName = name.parse().map_err(D::Error::custom)?;
            for row in plans.rows.iter_mut().filter(|row| row.name == name) {
                *row = changed(row, &columns)
                    .map_err(|problem| D::Error::custom(format!("{name}: {problem}")))?;
            }
        }
        Ok(plans)
    }
}

/// A row with some of its columns written anew.
fn changed(plan: &Plan, columns: &Map<String, Value>) -> Result<Plan, String> {
    let mut row = serde_json::to_value(Row::of(plan)).map_err(|error| error.to_string())?;
    if let Value::Object(row) = &mut row {
        row.extend(columns.clone());
    }
    let row = Row::deserialize(row).map_err(|error| error.to_string())?;
    match row.problem() {
        None => Ok(row.plan(plan.name)),
        Some(problem) => Err(problem),
    }
}

/// A number, or the word for none.
mod limit {
    use super::{Deserialize as _, Deserializer, Serializer, UNLIMITED, Value};
    use serde::de::Error as _;

    #[expect(clippy::ref_option, reason = "serde passes fields by reference")]
    pub(super) fn serialize<S: Serializer>(limit: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        match limit {
            Some(number) => serializer.serialize_u64(*number),
            None => serializer.serialize_str(UNLIMITED),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(word) if word == UNLIMITED => Ok(None),
            // The store counts in 63 bits.
            Value::Number(number)
                if number
                    .as_u64()
                    .is_some_and(|number| i64::try_from(number).is_ok()) =>
            {
                Ok(number.as_u64())
            }
            other => Err(D::Error::custom(format!(
                "{other} is no limit: 500 is one, and \"{UNLIMITED}\""
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(table: Value) -> Result<Plans, String> {
        Plans::deserialize(table).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_reads_back() {
        let mut plans = Plans::default();
        for row in &mut plans.rows {
            row.monthly_renders = None;
        }
        for plans in [plans, Plans::default()] {
            let written = serde_json::to_value(&plans).unwrap();
            assert_eq!(read(written), Ok(plans));
        }
    }

    #[test]
    fn what_does_not_come_stays() {
        let plans =
            read(json!({"free": {"monthly_renders": 100, "active_dynamic_codes": "unlimited"}})).unwrap();
        let expected = Plan {
            monthly_renders: Some(100),
            active_dynamic_codes: None,
            ..*Plans::default().get(PlanName::Free)
        };
        assert_eq!(plans.get(PlanName::Free), &expected);
        assert_eq!(plans.changed(), [PlanName::Free]);
        assert_eq!(read(json!({})), Ok(Plans::default()));
    }

    #[test]
    fn what_cannot_be_is_said() {
        for (table, problem) in [
            (
                json!({"gold": {}}),
                "'gold' is no plan; choose free, starter, pro, agency or enterprise",
            ),
            (
                json!({"free": {"monthly_render": 5}}),
                "free: unknown field `monthly_render`, expected one of `monthly_renders`, `max_size_inches`, `max_dpi`, \
                 `custom_logo`, `active_dynamic_codes`, `destination_edits`, `recorded_scans`, `variants`, `webhooks`, `bulk_items`, `overage`, `requests_per_minute`",
            ),
            (
                json!({"free": {"monthly_renders": -1}}),
                "free: -1 is no limit: 500 is one, and \"unlimited\"",
            ),
            (
                json!({"free": {"monthly_renders": 9_223_372_036_854_775_808_u64}}),
                "free: 9223372036854775808 is no limit: 500 is one, and \"unlimited\"",
            ),
            (
                json!({"free": {"monthly_renders": "none"}}),
                "free: \"none\" is no limit: 500 is one, and \"unlimited\"",
            ),
            (
                json!({"pro": {"max_dpi": 1200}}),
                "pro: max_dpi is 1200; it has to lie between 72 and 600",
            ),
            (
                json!({"pro": {"max_size_inches": 16}}),
                "pro: max_size_inches is 16; it has to lie between 1 and 15",
            ),
            (
                json!({"pro": {"requests_per_minute": 0}}),
                "pro: requests_per_minute is 0; it has to lie between 1 and 1000000",
            ),
            (
                json!({"pro": {"bulk_items": 5001}}),
                "pro: bulk_items is 5001; it has to lie between 0 and 5000",
            ),
            (
                json!({"pro": {"custom_logo": "yes"}}),
                "pro: invalid type: string \"yes\", expected a boolean",
            ),
        ] {
            assert_eq!(read(table).unwrap_err(), problem);
        }
        assert!(read(json!({"free": 5})).is_err());
        assert!(read(json!("enterprise")).is_err());
    }
}
