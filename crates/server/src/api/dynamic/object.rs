//! A code as answers and events show it.

use std::sync::Arc;

use qrstudio_store::{Code, CodeField, DescribeCode, Variant};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::target::ScanBase;
use crate::wire_time;

/// A dynamic code.
#[derive(Serialize, ToSchema)]
#[schema(as = DynamicCode)]
pub(crate) struct CodeObject {
    #[schema(example = 42)]
    id: i64,
    /// What stands in the symbol; never given out twice.
    #[schema(example = "aBc12dEf")]
    short_id: String,
    /// What its owner calls it.
    #[schema(example = "Menu")]
    name: String,
    /// Where it leads while it has no variants; as it was given.
    #[schema(example = "https://example.com/menu")]
    destination_url: String,
    /// Where it leads otherwise.
    variants: Vec<VariantObject>,
    /// Whether it leads anywhere; a paused code shows a page that says so.
    #[schema(example = true)]
    is_active: bool,
    /// Scans, those of bots excluded.
    #[schema(example = 1247)]
    scan_count: u64,
    /// `null` until the first scan.
    #[schema(required, example = "2026-11-08T13:45:12Z", format = DateTime)]
    last_scanned_at: Option<String>,
    /// How often its destination was changed.
    #[schema(example = 1)]
    destination_changes_count: u64,
    /// What the symbol says.
    #[schema(example = "https://qr.example.com/q/aBc12dEf/")]
    public_url: String,
    #[schema(example = "2026-11-01T09:30:00Z", format = DateTime)]
    created_at: String,
    /// When name, destination, variants or state were last changed.
    #[schema(example = "2026-11-03T10:00:00Z", format = DateTime)]
    updated_at: String,
}

/// One of several destinations.
#[derive(Serialize, ToSchema)]
#[schema(as = Variant)]
pub(crate) struct VariantObject {
    /// What tells it from the others; unique.
    #[schema(example = "A", min_length = 1, max_length = 40)]
    label: String,
    #[schema(example = "https://example.com/menu-a", max_length = 2000)]
    destination_url: String,
    /// How often it is chosen, against the sum of all weights.
    #[schema(minimum = 1, maximum = 1000, example = 70)]
    weight: u32,
}

impl CodeObject {
    pub(super) fn of(code: &Code, base: &ScanBase) -> Self {
        Self {
            id: code.id.0,
            short_id: code.short_id.to_string(),
            name: code.name.clone(),
            destination_url: code.destination_url.clone(),
            variants: code.variants.iter().map(VariantObject::of).collect(),
            is_active: code.is_active,
            scan_count: code.scan_count,
            last_scanned_at: code.last_scanned_at.map(wire_time::instant),
            destination_changes_count: code.destination_changes,
            public_url: base.public_url(code.short_id),
            created_at: wire_time::instant(code.created_at),
            updated_at: wire_time::instant(code.updated_at),
        }
    }
}

impl VariantObject {
    fn of(variant: &Variant) -> Self {
        Self {
            label: variant.label.clone(),
            destination_url: variant.destination_url.clone(),
            weight: variant.weight,
        }
    }
}

/// A code in an event: what it is now, and what was changed.
#[derive(Serialize)]
struct Event {
    #[serde(flatten)]
    code: CodeObject,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Vec<&'static str>>,
}

/// Makes the data of events.
pub(super) fn describe(app: &App) -> Arc<DescribeCode> {
    let app = app.clone();
    Arc::new(move |code, changed| {
        let changed = changed.map(|fields| fields.iter().copied().map(CodeField::as_str).collect());
        let event = Event {
            code: CodeObject::of(code, app.scan_base()),
            changed,
        };
        // Texts, numbers and lists of them always have a JSON form.
        serde_json::to_string(&event).unwrap_or_default()
    })
}
