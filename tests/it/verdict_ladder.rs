//! The ladder of evidence on a healthy cluster: what the verdict says with bundles alone, and with each thing more.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analyzer, Options, open};
use clusterbrief::finding::Readiness;
use clusterbrief::model::{Area, BuildVersion};
use clusterbrief::report::model::Report;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().expect("knowledge"));

const BUNDLES: [&str; 3] = ["WEB01", "WEB02", "WEB03"];

fn options() -> Options {
    Options::at("2026-11-20T12:00:00Z".parse().expect("a time"))
}

/// The report on these files of the healthy cluster.
fn report(files: &[&str], options: &Options) -> Report {
    let paths: Vec<PathBuf> = files.iter().map(|file| sample("healthy-3-node").join(file)).collect();
    ANALYZER.analyze(open(paths), options).report
}

fn area(report: &Report, area: Area) -> &clusterbrief::report::model::AreaView {
    report.verdict.areas.iter().find(|view| view.area == area).expect("every area is there")
}

#[test]
fn bundles_alone_are_ready_as_far_as_looked() {
    let report = report(&BUNDLES, &options());
    let verdict = &report.verdict;
    assert_eq!(verdict.state, Readiness::Ready, "{}", verdict.headline);
    assert!(!verdict.complete && verdict.headline.starts_with("READY, as far as looked: "));
    for said in ["In Cluster, maintenance and read-only", "backups", "nothing says that these are all nodes"]
    {
        assert!(verdict.headline.contains(said), "{said}: {}", verdict.headline);
    }
    assert!(verdict.node_set.confirmed_by.is_empty());
    assert!(area(&report, Area::Key).required && !area(&report, Area::Database).required);
}

#[test]
fn bundles_without_logs_cannot_say() {
    let folder = tempfile::tempdir().expect("a folder");
    for bundle in BUNDLES {
        copy_without_logs(&sample("healthy-3-node").join(bundle), &folder.path().join(bundle));
    }
    let report = ANALYZER.analyze(open([folder.path()]), &options()).report;
    assert_eq!(report.verdict.state, Readiness::Undetermined, "{}", report.verdict.headline);
}

/// Copies a bundle as if its log folder could not be read: its manifest names no log.
fn copy_without_logs(from: &Path, to: &Path) {
    for entry in walk(from) {
        let name = entry.strip_prefix(from).expect("below it");
        if name.starts_with("logs") {
            continue;
        }
        let target = to.join(name);
        fs::create_dir_all(target.parent().expect("a folder")).expect("made");
        fs::copy(&entry, &target).expect("copied");
    }
    let path = to.join("manifest.json");
    let mut manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(&path).expect("text")).expect("JSON");
    let members = manifest["members"].as_array_mut().expect("a list");
    members.retain(|member| !member["path"].as_str().unwrap_or_default().starts_with("logs/"));
    fs::write(&path, manifest.to_string()).expect("written");
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn one_bundle_alone_cannot_say() {
    for bundle in BUNDLES {
        let report = report(&[bundle], &options());
        assert_eq!(report.verdict.state, Readiness::Undetermined, "{bundle}: {}", report.verdict.headline);
        assert!(report.verdict.headline.contains("Only one node was seen"), "{}", report.verdict.headline);
    }
    let single = Options { expect_nodes: vec!["WEB01".into()], ..options() };
    assert_eq!(report(&["WEB01"], &single).verdict.state, Readiness::Ready);
}

#[test]
fn a_node_that_is_named_and_was_not_seen_keeps_it_open() {
    let report = report(&["WEB01", "WEB02", "nodes.json"], &options());
    assert_eq!(report.verdict.state, Readiness::Undetermined);
    assert!(report.verdict.headline.contains("WEB03"), "{}", report.verdict.headline);
}

#[test]
fn bundles_and_the_node_list_are_ready_as_far_as_looked() {
    let report = report(&["WEB01", "WEB02", "WEB03", "nodes.json"], &options());
    let verdict = &report.verdict;
    assert_eq!(verdict.state, Readiness::Ready, "{}", verdict.headline);
    assert!(!verdict.complete && !verdict.headline.contains("In Cluster"), "{}", verdict.headline);
    assert!(!verdict.headline.contains("nothing says"), "{}", verdict.headline);
    let page = clusterbrief::report::html::render(&report).expect("a page");
    let asks = page.split("<section id=\"ask\"").nth(1).expect("the section");
    let open = asks.split("<details").next().expect("what is not folded");
    assert!(asks.contains("nice to have") && open.matches("<p id=\"missing-").count() <= 3, "{open}");
}

#[test]
fn everything_is_ready_with_nothing_left_out() {
    let report = report(&[""], &options());
    let verdict = &report.verdict;
    assert_eq!(verdict.state, Readiness::Ready, "{}", verdict.headline);
    assert!(verdict.complete && verdict.left_out.is_empty(), "{:?}", verdict.left_out);
}

#[test]
fn an_area_that_is_required_keeps_it_open() {
    let required = Options { require: [Area::Database].into(), ..options() };
    let target = Options { target: BuildVersion::parse("12.3.000002").ok(), ..options() };
    let files = ["WEB01", "WEB02", "WEB03", "nodes.json"];
    // Whether the database is online is proved by running; for a target nothing is.
    assert_eq!(report(&files, &required).verdict.state, Readiness::Ready);
    let report = report(&files, &target);
    assert_eq!(report.verdict.state, Readiness::Undetermined);
    assert!(area(&report, Area::Database).required && area(&report, Area::Backups).required);
}
