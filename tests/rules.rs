//! Every case of `tests/rules/*.toml`, run by the front door. See `support/case.rs` for what a case can say.
//!
//! `BLESS=1` rewrites the `expect` lists and nothing else; whoever does it reads them. `SHOW=ENC-001` prints what the
//! cases of a rule say.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a fixture that cannot be read fails its test, and SHOW prints"
)]

#[path = "support/case.rs"]
mod case;

use case::{Bench, Case, CaseFile, Said};
use clusterbrief::knowledge::Knowledge;
use rayon::prelude::*;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// A fixture file, its text and the outcome of its cases.
struct Fixture {
    path: PathBuf,
    rule: String,
    text: String,
    cases: Vec<(Case, Said)>,
}

fn fixtures() -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let knowledge = Knowledge::builtin().unwrap();
    let bench = Bench::new(&knowledge);
    paths
        .into_par_iter()
        .map(|path| {
            let rule = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap().replace("\r\n", "\n");
            let file: CaseFile = toml::from_str(&text).unwrap_or_else(|error| panic!("{rule}: {error}"));
            let cases = file.case.into_par_iter().map(|case| {
                let said = bench.run(&case, &rule);
                (case, said)
            });
            Fixture { cases: cases.collect(), path, rule, text }
        })
        .collect()
}

#[test]
fn every_case_ends_as_its_fixture_says() {
    let fixtures = fixtures();
    let (bless, show) = (env::var_os("BLESS").is_some(), env::var("SHOW").unwrap_or_default());
    let mut faults = Vec::new();
    for fixture in &fixtures {
        for (case, said) in &fixture.cases {
            let name = format!("{}, {}", fixture.rule, case.name);
            if fixture.rule == show {
                println!("== {name}\n{}\n--\n{}\n", said.outcomes.join("\n"), said.words);
            }
            if case.expect != said.outcomes && !bless {
                faults.push(format!(
                    "{name}: expected {:#?}, got {:#?}\n{}",
                    case.expect, said.outcomes, said.words
                ));
            }
            let silent = case.says.iter().filter(|text| !said.words.contains(text.as_str()));
            faults.extend(silent.map(|text| format!("{name}: nothing says {text:?} in\n{}", said.words)));
        }
        if bless {
            let lists = fixture.cases.iter().map(|(_, said)| said.outcomes.as_slice());
            fs::write(&fixture.path, blessed(&fixture.text, lists)).unwrap();
        }
    }
    assert!(faults.is_empty(), "{} faults\n\n{}", faults.len(), faults.join("\n\n"));
}

/// The file with the list of every case replaced, in order of the cases.
fn blessed<'a>(text: &str, lists: impl Iterator<Item = &'a [String]>) -> String {
    let (mut made, mut rest) = (String::new(), text);
    for list in lists {
        let start =
            rest.find("\nexpect = [").expect("every case has an `expect` list at the start of a line") + 1;
        let end = start + rest[start..].find(']').expect("the list ends") + 1;
        made += &rest[..start];
        let quoted: Vec<String> = list.iter().map(|line| format!("{line:?}")).collect();
        let short = quoted.join(", ").len() <= 100;
        made += "expect = [";
        made += if short { "" } else { "\n    " };
        made += &quoted.join(if short { ", " } else { ",\n    " });
        made += if short { "]" } else { ",\n]" };
        rest = &rest[end..];
    }
    made + rest
}

#[test]
fn blessing_changes_the_lists_only() {
    let text = "[[case]]\nname = \"a\"\nexpect = []\nsays = [\"x\"]\n\n[[case]]\nexpect = [\n    \"old\",\n]\nbase = \"b\"\n";
    let lists = [vec!["pass cluster".to_owned()], vec!["y".repeat(110)]];
    let made = blessed(text, lists.iter().map(Vec::as_slice));
    let long = "y".repeat(110);
    assert_eq!(
        made,
        format!(
            "[[case]]\nname = \"a\"\nexpect = [\"pass cluster\"]\nsays = [\"x\"]\n\n[[case]]\nexpect = [\n    \"{long}\",\n]\nbase = \"b\"\n"
        )
    );
}
