//! `qrstudio`: the service and its tools in one binary.
fn main() {}
