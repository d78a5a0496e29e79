//! Writes the manifest of golden pictures anew, after a change that is meant: `cargo run -p qr-print --example golden`.

#[path = "../tests/it/golden/cases.rs"]
mod cases;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/golden/manifest.txt");
    Ok(std::fs::write(file, cases::manifest()?)?)
}
