//! What was drawn, in one line.

use qrstudio_server::render::{Job, Rendered};

use super::destination::Destination;

/// `code.png: 600 × 600 px (2 in at 300 dpi), version 2-H, modules of 1.83 mm, 812 bytes`
pub(super) fn line(destination: &Destination, job: &Job, rendered: &Rendered) -> String {
    let (inches, dpi) = (job.size_inches(), job.dpi());
    format!(
        "{destination}: {side} × {side} px ({inches} in at {dpi} dpi), version {version}-{level}, \
         modules of {module:.2} mm, {bytes} bytes",
        side = (inches * f64::from(dpi)).round(),
        version = rendered.version,
        level = rendered.level,
        module = rendered.module_mm,
        bytes = rendered.bytes.len(),
    )
}
