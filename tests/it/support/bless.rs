//! Generated files that are committed: compared, or rewritten by `scripts/bless`.

use std::path::Path;
use std::{env, fs};

/// Whether generated files are rewritten instead of compared.
pub fn blessing() -> bool {
    env::var_os("BLESS").is_some()
}

/// Compares a generated file, named from the root of the repository, with the committed one.
pub fn compare(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if blessing() {
        fs::write(&path, made).expect("a generated file can be written");
        return;
    }
    let committed = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let pair = committed.lines().chain([""]).zip(made.lines().chain([""])).find(|(old, new)| old != new);
    let (old, new) = pair.unwrap_or_default();
    assert!(
        committed == made,
        "{name} is out of date; scripts/bless rewrites it\ncommitted: {old}\ngenerated: {new}"
    );
}

/// Compares the part of a page between two marks, which is generated, while the rest is written by hand.
pub fn compare_part(name: &str, [start, end]: [&str; 2], made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let page = fs::read_to_string(&path).expect("a page").replace("\r\n", "\n");
    let (before, part) = page.split_once(start).expect("where the part starts");
    let (_, after) = part.split_once(end).expect("where the part ends");
    compare(name, &format!("{before}{start}{made}{end}{after}"));
}
