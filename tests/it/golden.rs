//! The result of every made case: verdict, findings and counts, and for two cases the whole text. `scripts/bless` rewrites
//! the snapshots in `tests/golden`; read what changed before you commit it.

use crate::support::samples::{sample, samples};
use clusterbrief::analysis::{Analysis, Analyzer, Options, open};
use clusterbrief::demo::{CASES, Case};
use clusterbrief::model::BuildVersion;
use clusterbrief::plan::{PlanRequest, plan};
use clusterbrief::report::document::Document;
use clusterbrief::report::{html, json, markdown};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn options() -> Options {
    Options::at("2026-11-20T12:00:00Z".parse().expect("a time"))
}

fn audit(paths: &[PathBuf]) -> Analysis {
    audit_for(paths, None)
}

fn audit_for(paths: &[PathBuf], target: Option<&str>) -> Analysis {
    let given = open(paths);
    let target = target.map(|target| BuildVersion::parse(target).expect("a build"));
    let options = Options { target, ..options() };
    Analyzer::new().expect("knowledge").analyze(given, &options)
}

fn audit_case(case: &Case) -> Analysis {
    audit_for(&[sample(case.name)], case.target)
}

/// Every case with its report, made once for all tests.
pub(crate) static AUDITED: LazyLock<Vec<(&Case, Analysis)>> =
    LazyLock::new(|| CASES.iter().map(|case| (case, audit_case(case))).collect());

fn audited(name: &str) -> &'static Analysis {
    &AUDITED.iter().find(|(case, _)| case.name == name).expect("a case").1
}

/// What of a report a reader would argue about: verdict, plan, gaps, findings, inputs, and outcomes that are no pass.
/// Passes, and rules that do not apply, are in the counts only, so that a new rule changes few lines.
fn essence(audited: &Analysis) -> Value {
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
        .filter(|row| row["outcome"] != "pass" && row["outcome"] != "not-applicable")
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

/// Compares a text with the snapshot of this name.
fn compare(name: &str, made: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description("scripts/bless rewrites this file; read what changed before you commit it");
    settings.bind(|| insta::assert_snapshot!(name, made));
}

#[test]
fn every_case_matches_its_snapshot() {
    for (case, audited) in &*AUDITED {
        compare(case.name, &serde_json::to_string_pretty(&essence(audited)).expect("JSON"));
    }
}

#[test]
fn the_texts_of_two_cases_are_pinned() {
    for name in ["mid-upgrade", "pre-upgrade"] {
        compare(&format!("{name}.md"), &markdown::render(&audited(name).report).expect("Markdown"));
    }
}

/// The runbooks as printed for the person who upgrades that case, or builds one more node.
#[test]
fn the_plans_of_a_case_are_pinned() {
    let auditor = Analyzer::new().expect("knowledge");
    let audited = audited("pre-upgrade");
    let wishes = [
        ("upgrade", None, PlanRequest::Upgrade { by: Some("classic".into()) }),
        ("add-node", Some("WEB04"), PlanRequest::AddNode("WEB04".into())),
    ];
    for (name, new, wish) in wishes {
        let plan = plan(&audited.cluster, &audited.results, auditor.knowledge(), &wish).expect("a plan");
        let text = markdown::handout(&Document::of_plan(&audited.report, plan, new)).expect("Markdown");
        compare(&format!("pre-upgrade-{name}.md"), &text);
    }
}

#[test]
fn the_verdicts_are_those_the_samples_page_promises() {
    let readme = fs::read_to_string(samples().join("README.md")).expect("samples/README.md");
    for (case, audited) in &*AUDITED {
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{}`", case.name))).expect("a row");
        let promised = row.trim_end_matches('|').rsplit('|').next().expect("a column").trim();
        assert_eq!(audited.report.verdict.label, promised, "{}", case.name);
    }
}

#[test]
fn without_its_exports_the_healthy_case_is_ready_as_far_as_looked() {
    let bundles = ["WEB01", "WEB02", "WEB03"].map(|node| sample("healthy-3-node").join(node));
    let verdict = audit(&bundles).report.verdict;
    assert_eq!((verdict.label, verdict.complete), ("READY", false), "{}", verdict.headline);
}

/// The error of one node that a rule of its own reports is not reported again by the rule on errors of one node.
#[test]
fn one_fault_is_one_finding() {
    for case in ["mid-upgrade", "key-mismatch"] {
        let report = &audited(case).report;
        let fired = report.outcomes.iter().any(|one| one.rule == "LOG-008" && one.outcome == "findings");
        assert!(fired && report.findings.iter().all(|finding| finding.rule != "LOG-008"), "{case}");
        let noted = |note: &String| note == "No other node logs this error.";
        assert!(report.findings.iter().any(|finding| finding.notes.iter().any(noted)), "{case}");
        let mut reasons = report.actions.iter().flat_map(|action| &action.mends);
        assert!(reasons.all(|reason| reason.rule != "LOG-008"), "{case}");
    }
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
    let report = &audited("healthy-3-node").report;
    let pages = [html::render(report), markdown::render(report), json::render(report)];
    for page in pages {
        assert!(!page.expect("a page").contains("Planted!"));
    }
}

#[test]
fn a_page_without_findings_is_small() {
    let page = html::render(&audited("healthy-3-node").report).expect("HTML");
    assert!(page.len() <= 150 * 1024, "{} bytes", page.len());
}

/// With plan, runbooks and checklist, and every export there is.
#[test]
fn a_page_with_a_plan_stays_below_400_kb() {
    let whole = html::PageOptions { with_plan: true, ..html::PageOptions::default() };
    let page = html::render_with(&audited("pre-upgrade").report, &whole).expect("HTML");
    for id in ["plan", "runbook-classic", "checklist"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id} is not on the page");
    }
    assert!(page.len() <= 400 * 1000, "{} bytes", page.len());
}

/// The counts of outcomes add up to the rules, and every rule is among them.
#[test]
fn coverage_adds_up() {
    for (case, audited) in &*AUDITED {
        let coverage = &audited.report.coverage;
        let sum: usize = coverage.counts.iter().filter(|(word, _)| **word != "total").map(|(_, n)| n).sum();
        assert_eq!(sum, coverage.counts["total"], "{}", case.name);
        assert_eq!(coverage.rules.len(), coverage.counts["total"]);
        assert_eq!(coverage.counts["failed"], 0, "{}", case.name);
    }
}
