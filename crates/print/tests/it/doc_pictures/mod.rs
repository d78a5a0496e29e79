//! The pictures in the documentation are what is drawn today.

mod pictures;

#[test]
fn pictures_are_fresh() {
    for (name, expected) in pictures::files().unwrap() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("doc")
            .join(name);
        let found = std::fs::read_to_string(file).unwrap();
        assert!(
            found == expected,
            "doc/{name} is stale: cargo run -p qr-print --example doc_pictures"
        );
    }
}
