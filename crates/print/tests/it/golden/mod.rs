//! Every picture is the same byte for byte, on every machine and in every build.

mod cases;

#[test]
fn pictures_are_those_of_the_manifest() {
    let expected = include_str!("manifest.txt");
    let found = cases::manifest().unwrap();
    for (found, expected) in found.lines().zip(expected.lines()) {
        assert_eq!(
            found, expected,
            "if the change is meant: cargo run -p qr-print --example golden"
        );
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}
