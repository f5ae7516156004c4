//! What every sample comes to: the structured report first, its text second. `BLESS=1` rewrites the goldens; read what
//! changed before you commit it.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test ends at the first surprise"
)]

use crate::support::sample::{SAMPLES, Sample};
use clusterbrief::analysis::{Audited, Auditor};
use clusterbrief::bundle::source::gather;
use clusterbrief::intake::cluster::Options;
use clusterbrief::intake::recognise::MAX_EXPORT_BYTES;
use clusterbrief::model::BuildVersion;
use clusterbrief::plan::{Wish, plan};
use clusterbrief::report::handout::Handout;
use clusterbrief::report::{html, json, markdown};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn options() -> Options {
    Options {
        expect_nodes: Vec::new(),
        roles: BTreeMap::new(),
        as_of: "2026-11-20T12:00:00Z".parse().expect("a time"),
        target: None,
        package: None,
    }
}

fn audit(paths: &[PathBuf]) -> Audited {
    audit_for(paths, None)
}

fn audit_for(paths: &[PathBuf], target: Option<&str>) -> Audited {
    let given = paths.iter().flat_map(|path| gather(path, MAX_EXPORT_BYTES)).collect();
    let target = target.map(|target| BuildVersion::parse(target).expect("a build"));
    let options = Options { target, ..options() };
    Auditor::new().expect("knowledge").audit(given, &options)
}

fn audit_sample(one: &Sample) -> Audited {
    audit_for(&[sample(one.name)], one.target)
}

fn sample(name: &str) -> PathBuf {
    root().join("samples").join(name)
}

/// What of a report a reader would argue about: verdict, plan, gaps, findings, outcomes, inputs. Texts that only
/// explain are left to the page.
fn essence(audited: &Audited) -> Value {
    let report = serde_json::to_value(&audited.report).expect("JSON");
    let pick = |list: &str, keys: &[&str]| -> Vec<Value> {
        let rows = report[list].as_array().expect("a list");
        rows.iter()
            .map(|row| keys.iter().map(|key| ((*key).to_owned(), row[*key].clone())).collect())
            .collect()
    };
    let outcomes: Vec<String> = report["outcomes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let inferred = if row["inferred"] == true { " (inferred)" } else { "" };
            format!(
                "{} {} {} {}{inferred}",
                text(&row["rule"]),
                text(&row["subject"]["kind"]),
                text(&row["subject"]["name"]),
                text(&row["outcome"])
            )
        })
        .collect();
    json!({
        "verdict": report["verdict"],
        "nodes": report["nodes"],
        "contacts": report["contacts"],
        "balancer": report["balancer"],
        "safety": pick("safety", &["rule", "severity", "title"]),
        "actions": pick("actions", &["number", "title", "nodes", "severity", "confidence"]),
        "missing": pick("missing", &["ask", "blockers", "rules"]),
        "findings": pick("findings", &["rule", "severity", "confidence", "subject", "title", "detail", "caused_by"]),
        "hits": report["errors"]["hits"],
        "inputs": pick("inputs", &["name", "kind", "status", "reason", "holds"]),
        "counts": report["coverage"]["counts"],
        "outcomes": outcomes,
    })
}

fn compare(path: &Path, made: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, made).expect("a golden can be written");
    }
    let kept = fs::read_to_string(path).unwrap_or_default();
    if kept != made {
        let line = kept.lines().zip(made.lines()).position(|(a, b)| a != b).unwrap_or_default();
        let at = |text: &str| text.lines().nth(line).unwrap_or_default().to_owned();
        panic!(
            "{} differs at line {}:\n  kept: {}\n  made: {}\nBLESS=1 cargo test --test golden",
            path.display(),
            line + 1,
            at(&kept),
            at(made)
        );
    }
}

#[test]
fn every_sample_comes_to_its_golden() {
    for one in SAMPLES {
        let audited = audit_sample(one);
        let text = serde_json::to_string_pretty(&essence(&audited)).expect("JSON") + "\n";
        compare(&root().join("tests/golden").join(format!("{}.json", one.name)), &text);
    }
}

#[test]
fn the_texts_of_two_cases_are_pinned() {
    for one in SAMPLES.iter().filter(|one| ["mid-upgrade", "pre-upgrade"].contains(&one.name)) {
        let text = markdown::render(&audit_sample(one).report).expect("Markdown");
        compare(&root().join("tests/golden").join(format!("{}.md", one.name)), &text);
    }
}

/// The runbooks as they are handed to whoever upgrades that case, or builds one more node.
#[test]
fn the_plans_of_a_case_are_pinned() {
    let one = SAMPLES.iter().find(|one| one.name == "pre-upgrade").expect("a sample");
    let auditor = Auditor::new().expect("knowledge");
    let audited = audit_sample(one);
    let wishes = [
        ("upgrade", None, Wish::Upgrade { by: Some("classic".into()) }),
        ("add-node", Some("WEB04"), Wish::AddNode("WEB04".into())),
    ];
    for (name, new, wish) in wishes {
        let plan = plan(&audited.cluster, &audited.judged, auditor.knowledge(), &wish).expect("a plan");
        let text = markdown::handout(&Handout::of_plan(&audited.report, plan, new)).expect("Markdown");
        compare(&root().join("tests/golden").join(format!("pre-upgrade-{name}.md")), &text);
    }
}

#[test]
fn the_verdicts_are_those_the_samples_page_promises() {
    let readme = fs::read_to_string(root().join("samples/README.md")).expect("samples/README.md");
    for one in SAMPLES {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{}`", one.name))).expect("a row");
        let promised = row.trim_end_matches('|').rsplit('|').next().expect("a column").trim();
        assert_eq!(audit_sample(one).report.verdict.label, promised, "{}", one.name);
    }
}

#[test]
fn without_its_exports_the_healthy_case_cannot_be_called_ready() {
    let bundles = ["WEB01", "WEB02", "WEB03"].map(|node| sample("healthy-3-node").join(node));
    assert_eq!(audit(&bundles).report.verdict.label, "CANNOT SAY");
}

/// Order, threads, place and form of the inputs change nothing.
#[test]
fn the_same_inputs_give_the_same_bytes() {
    let folder = sample("noisy-logs");
    let mut parts: Vec<PathBuf> =
        fs::read_dir(&folder).expect("a sample").map(|entry| entry.expect("an entry").path()).collect();
    parts.sort();
    let whole = json::render(&audit(&[folder]).report).expect("JSON");
    assert_eq!(json::render(&audit(&parts).report).expect("JSON"), whole);
    parts.reverse();
    let copies = tempfile::tempdir().expect("a folder can be made");
    let moved: Vec<PathBuf> = parts.iter().map(|part| copy(part, copies.path())).collect();
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let again = pool.install(|| json::render(&audit(&moved).report).expect("JSON"));
        assert_eq!(again, whole, "{threads} threads");
    }
}

fn copy(from: &Path, into: &Path) -> PathBuf {
    let to = into.join(from.file_name().expect("a name"));
    if from.is_dir() {
        fs::create_dir_all(&to).expect("a folder can be made");
        for entry in fs::read_dir(from).expect("a folder") {
            copy(&entry.expect("an entry").path(), &to);
        }
    } else {
        fs::copy(from, &to).expect("a file can be copied");
    }
    to
}

#[test]
fn what_was_planted_in_an_export_is_in_no_report() {
    let saved = fs::read_to_string(sample("healthy-3-node").join("diagnostics.json")).expect("a sample");
    assert!(saved.contains("Planted!in-the-sample"));
    let report = audit(&[sample("healthy-3-node")]).report;
    let pages = [html::render(&report), markdown::render(&report), json::render(&report)];
    for page in pages {
        assert!(!page.expect("a page").contains("Planted!"));
    }
}

#[test]
fn a_page_without_findings_is_small() {
    let page = html::render(&audit(&[sample("healthy-3-node")]).report).expect("HTML");
    assert!(page.len() <= 150 * 1024, "{} bytes", page.len());
}

/// With plan, runbooks and checklist, and every export there is.
#[test]
fn a_page_with_a_plan_stays_below_400_kb() {
    let one = SAMPLES.iter().find(|one| one.name == "pre-upgrade").expect("a sample");
    let report = audit_sample(one).report;
    let page = html::render(&report).expect("HTML");
    for id in ["plan", "runbook-classic", "checklist"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id} is not on the page");
    }
    assert!(page.len() <= 400 * 1000, "{} bytes", page.len());
}

/// The counts of outcomes add up to the rules, and every rule is among them.
#[test]
fn coverage_adds_up() {
    for one in SAMPLES {
        let coverage = audit_sample(one).report.coverage;
        let sum: usize = coverage.counts.iter().filter(|(word, _)| **word != "total").map(|(_, n)| n).sum();
        assert_eq!(sum, coverage.counts["total"], "{}", one.name);
        assert_eq!(coverage.rules.len(), coverage.counts["total"]);
        assert_eq!(coverage.counts["failed"], 0, "{}", one.name);
    }
}
