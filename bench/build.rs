//! Links libqrencode (Debian: `libqrencode-dev`), the C peer.

fn main() {
    println!("cargo::rustc-link-lib=qrencode");
    println!("cargo::rerun-if-changed=build.rs");
}
