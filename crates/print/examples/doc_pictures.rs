//! Draws the pictures of the documentation again: `cargo run -p qr-print --example doc_pictures`.

#[path = "../tests/it/doc_pictures/pictures.rs"]
mod pictures;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for (name, picture) in pictures::files()? {
        std::fs::write(
            concat!(env!("CARGO_MANIFEST_DIR"), "/doc/").to_owned() + name,
            picture,
        )?;
    }
    Ok(())
}
