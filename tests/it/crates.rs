//! What is compiled in which build: the collector without the crates of the analysis, and no crate in two versions.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// What is built and shipped.
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc"];

/// Crates that only the analysis uses.
const ANALYSIS: [&str; 5] = ["calamine", "csv", "rust_xlsxwriter", "tera", "terminal_size"];

/// Every crate that the program is built from, as name and version.
fn crates(target: &str, arguments: &[&str]) -> BTreeSet<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--prefix", "none", "--format", "{p}", "--target", target])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let words = |line: &str| {
        let mut words = line.split_whitespace().map(ToOwned::to_owned);
        Some((words.next()?, words.next()?))
    };
    text.lines().filter_map(words).collect()
}

#[test]
fn the_collector_is_built_without_the_crates_of_the_analysis() {
    for target in TARGETS {
        let collector = crates(target, &["--edges", "normal", "--no-default-features"]);
        let whole = crates(target, &["--edges", "normal"]);
        for name in ANALYSIS {
            assert!(whole.iter().any(|(found, _)| found == name), "{name} is in no program for {target}");
            // clap knows how wide the terminal is by the same crate.
            let shared = name == "terminal_size";
            assert!(shared || !collector.iter().any(|(found, _)| found == name), "{name} for {target}");
        }
    }
}

#[test]
fn no_crate_is_compiled_in_two_versions() {
    for target in TARGETS {
        let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, version) in crates(target, &["--edges", "normal,build,dev"]) {
            versions.entry(name).or_default().insert(version);
        }
        versions.retain(|_, versions| versions.len() > 1);
        assert!(versions.is_empty(), "for {target}: {versions:?}");
    }
}
