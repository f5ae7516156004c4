//! A file from outside that is no bundle: recognised by its content, judged, and rendered in every format.
#![no_main]

use clusterbrief::bundle::Sha256;
use clusterbrief::bundle::source::{Content, Given};
use clusterbrief::cli::audit::Auditor;
use clusterbrief::intake::cluster::Options;
use clusterbrief::report::{html, json, markdown, terminal};
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static AUDITOR: LazyLock<Auditor> = LazyLock::new(|| Auditor::new().expect("the built-in knowledge loads"));

fuzz_target!(|bytes: &[u8]| {
    let given = Given {
        name: "export".into(),
        path: "export".into(),
        bytes: bytes.len() as u64,
        sha256: Some(Sha256::of(bytes)),
        content: Ok(Content::File(bytes.to_vec())),
    };
    let as_of = "2026-11-22T12:00:00Z".parse().expect("a time");
    let options = Options { expect_nodes: Vec::new(), roles: Default::default(), as_of, target: None, package: None };
    let report = AUDITOR.audit(vec![given], &options).expect("the signatures compile").report;
    html::render(&report).expect("HTML");
    markdown::render(&report).expect("Markdown");
    json::render(&report).expect("JSON");
    let _ = terminal::render(&report, 80, false);
});
