//! A file from outside that is no bundle: recognised by its content, judged, and rendered in every format.
#![no_main]

use clusterbrief::analysis::{Analyzer, Options, open};
use clusterbrief::report::{html, json, markdown, terminal};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder can be made"));
static AUDITOR: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().expect("the built-in knowledge loads"));

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("export");
    std::fs::write(&path, bytes).expect("a file can be written");
    let given = open([&path]);
    let as_of = "2026-11-22T12:00:00Z".parse().expect("a time");
    let options = Options::at(as_of);
    let report = AUDITOR.analyze(given, &options).report;
    html::render(&report).expect("HTML");
    markdown::render(&report).expect("Markdown");
    json::render(&report).expect("JSON");
    let _ = terminal::render(&report, 80, false);
});
