//! The outcomes that the fixtures of `tests/rules` expect, without running them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What the catalogue needs to know of one `tests/rules/ID.toml`.
pub(crate) struct Fixture {
    cases: Vec<Case>,
}

/// One case of a fixture.
pub(crate) struct Case {
    /// Its name.
    pub(crate) name: String,
    /// Whether it is given answers of a person.
    pub(crate) answered: bool,
    expect: Vec<String>,
}

impl Fixture {
    /// Reads a fixture file.
    pub(crate) fn parse(text: &str) -> Self {
        let table: toml::Table = text.parse().unwrap();
        let cases = table.get("case").unwrap().as_array().unwrap().iter().map(|case| Case {
            name: case["name"].as_str().unwrap().to_owned(),
            answered: case.get("args").is_some_and(|args| args.get("answers").is_some()),
            expect: case["expect"]
                .as_array()
                .unwrap()
                .iter()
                .map(|line| line.as_str().unwrap().to_owned())
                .collect(),
        });
        Self { cases: cases.collect() }
    }

    /// Whether any case expects an outcome of this word.
    pub(crate) fn has(&self, outcome: &str) -> bool {
        self.cases.iter().any(|case| case.has(outcome))
    }

    /// Whether any case that is given no answers expects an outcome of this word.
    pub(crate) fn has_unanswered(&self, outcome: &str) -> bool {
        self.cases.iter().any(|case| !case.answered && case.has(outcome))
    }

    /// The case of this name.
    pub(crate) fn case(&self, name: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.name == name)
    }
}

impl Case {
    /// Whether the case expects an outcome of this word.
    pub(crate) fn has(&self, outcome: &str) -> bool {
        self.expect.iter().any(|line| line.split(' ').next() == Some(outcome))
    }
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every fixture by the id of its rule.
pub(crate) fn fixtures() -> BTreeMap<String, Fixture> {
    fs::read_dir(root().join("tests/rules"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (id, Fixture::parse(&fs::read_to_string(&path).unwrap()))
        })
        .collect()
}
