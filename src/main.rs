/// main
fn main() {}
