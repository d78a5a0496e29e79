//! What is told of a scan.

use std::sync::Arc;

use qrstudio_store::{Device, ScanEvents, ToldScan};
use serde::Serialize;

use crate::config::Config;
use crate::limits::WebhookLimits;
use crate::wire_time;

/// The data of `scan.created`.
#[derive(Serialize)]
struct Told<'a> {
    scan_id: i64,
    short_id: &'a str,
    name: &'a str,
    scanned_at: String,
    destination_url: &'a str,
    variant: Option<&'a str>,
    country: Option<&'a str>,
    region: Option<&'a str>,
    device: Option<&'static str>,
    os: Option<&'a str>,
    browser: Option<&'a str>,
    referrer: Option<&'a str>,
    language: Option<&'a str>,
    scan_count: u64,
}

/// How scans become events here.
#[must_use]
pub fn scan_events(config: &Config, limits: &WebhookLimits) -> ScanEvents {
    ScanEvents {
        plans: config.plans.with_webhooks(),
        most_waiting: limits.waiting_scans,
        describe: Arc::new(describe),
    }
}

fn describe(told: &ToldScan<'_>) -> String {
    let scan = told.scan;
    let data = Told {
        scan_id: told.id,
        short_id: told.short_id,
        name: told.name,
        scanned_at: wire_time::instant(scan.at),
        destination_url: &scan.destination,
        variant: scan.variant.as_deref(),
        country: scan.country.as_deref(),
        region: scan.region.as_deref(),
        device: scan.device.map(Device::as_str),
        os: scan.os.as_deref(),
        browser: scan.browser.as_deref(),
        referrer: scan.referrer.as_deref(),
        language: scan.language.as_deref(),
        scan_count: told.scan_count,
    };
    // Texts and numbers always have a JSON form.
    serde_json::to_string(&data).unwrap_or_default()
}
