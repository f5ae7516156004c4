//! A file from outside that is no bundle: recognised by its content, judged, and rendered in every format.
#![no_main]

use clusterbrief::bundle::source::gather;
use clusterbrief::analysis::Analyzer;
use clusterbrief::intake::cluster::Options;
use clusterbrief::intake::recognise::MAX_EXPORT_BYTES;
use clusterbrief::report::{html, json, markdown, terminal};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FOLDER: LazyLock<tempfile::TempDir> =
    LazyLock::new(|| tempfile::tempdir().expect("a folder can be made"));
static AUDITOR: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().expect("the built-in knowledge loads"));

fuzz_target!(|bytes: &[u8]| {
    let path = FOLDER.path().join("export");
    std::fs::write(&path, bytes).expect("a file can be written");
    let given = gather(&path, MAX_EXPORT_BYTES);
    let as_of = "2026-11-22T12:00:00Z".parse().expect("a time");
    let options =
        Options { expect_nodes: Vec::new(), roles: Default::default(), as_of, target: None, package: None };
    let report = AUDITOR.analyze(given, &options).report;
    html::render(&report).expect("HTML");
    markdown::render(&report).expect("Markdown");
    json::render(&report).expect("JSON");
    let _ = terminal::render(&report, 80, false);
});
