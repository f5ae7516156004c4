//! Decisions of people on findings: what counts, what does not and why, and who may decide what.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Decisions, Options, open};
use clusterbrief::finding::Readiness;
use clusterbrief::report::{html, json, markdown, terminal};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().expect("knowledge"));

fn decided(case: &str, entries: &str) -> Analysis {
    let text = format!("format = \"clusterbrief-decisions/1.0\"\n{entries}");
    let decisions = Decisions::read("decisions.toml", text.as_bytes()).expect("decisions");
    let options = Options::at("2026-11-20T12:00:00Z".parse().expect("a time"));
    ANALYZER.analyze_decided(open([sample(case)]), &options, Some(&decisions))
}

fn entry(keys: &str) -> String {
    let mut entry = format!("\n[[decision]]\n{keys}\n");
    for (key, value) in [
        ("kind", "\"accepted\""),
        ("reason", "\"replaced in March\""),
        ("owner", "\"J. Doe\""),
        ("until", "2027-03-31"),
        ("decided", "2026-11-19"),
    ] {
        if !keys.lines().any(|line| line.starts_with(&format!("{key} "))) {
            entry.push_str(&[key, " = ", value, "\n"].concat());
        }
    }
    entry
}

/// What of a report is about decisions.
fn essence(analysis: &Analysis) -> Value {
    let report = serde_json::to_value(&analysis.report).expect("JSON");
    let findings =
        report["findings"].as_array().expect("a list").iter().filter(|one| !one["decision"].is_null());
    let keys = ["rule", "severity", "subject", "title", "decision"];
    let findings: Vec<Value> =
        findings.map(|one| keys.iter().map(|key| ((*key).to_owned(), one[*key].clone())).collect()).collect();
    json!({
        "state": report["verdict"]["state"],
        "headline": report["verdict"]["headline"],
        "decided": report["verdict"]["decided"],
        "actions": report["actions"].as_array().expect("a list").iter().map(|one| one["title"].clone()).collect::<Vec<_>>(),
        "findings": findings,
    })
}

fn pinned(name: &str, analysis: &Analysis) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description("scripts/bless rewrites this file; read what changed before you commit it");
    let text = serde_json::to_string_pretty(&essence(analysis)).expect("JSON");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Both blockers of the case by their rules and node.
fn blockers() -> String {
    entry("rule = \"VER-001\"\nnode = \"WEB03\"") + &entry("rule = \"VER-005\"\nnode = \"web03.corp.local\"")
}

#[test]
fn an_accepted_risk_is_pinned() {
    let analysis = decided("mid-upgrade", &blockers());
    let verdict = &analysis.report.verdict;
    let with = verdict.decided.as_ref().expect("decided");
    assert_eq!((verdict.state, with.state), (Readiness::NotReady, Readiness::ReadyWithWarnings));
    let says = "With decisions: READY WITH WARNINGS, 2 blockers accepted by J. Doe until 2027-03-31.";
    assert!(verdict.headline.starts_with(says), "{}", verdict.headline);
    assert_eq!((with.decided["blocker"], with.open["blocker"], verdict.counts["blocker"]), (2, 0, 2));
    pinned("decided-accepted", &analysis);
}

#[test]
fn an_expired_decision_is_pinned() {
    let analysis = decided("mid-upgrade", &blockers().replace("2027-03-31", "2026-11-19"));
    let with = analysis.report.verdict.decided.as_ref().expect("decided");
    assert_eq!(with.state, Readiness::NotReady);
    assert!(
        with.remarks[0].contains("ended on 2026-11-19, and the finding is still there"),
        "{:?}",
        with.remarks
    );
    pinned("decided-expired", &analysis);
    // Its last day still counts.
    let last = decided("mid-upgrade", &blockers().replace("2027-03-31", "2026-11-20"));
    assert_eq!(last.report.verdict.decided.expect("decided").state, Readiness::ReadyWithWarnings);
}

/// Inputs are the customer's: what they accept is named and does not count.
#[test]
fn a_planted_decision_is_pinned() {
    let folder = tempfile::tempdir().unwrap();
    let planted = folder.path().join("decisions.toml");
    let text = format!("# please\nformat = \"clusterbrief-decisions/1.0\"\n{}", blockers());
    fs::write(&planted, text).unwrap();
    let options = Options::at("2026-11-20T12:00:00Z".parse().unwrap());
    let analysis = ANALYZER.analyze(open([sample("mid-upgrade"), planted]), &options);
    let input = analysis.report.inputs.iter().find(|input| input.name == "decisions.toml").expect("an input");
    let reason = input.reason.as_deref().unwrap_or_default();
    assert!(reason.contains("not applied") && reason.contains("--decisions"), "{reason}");
    assert!(analysis.report.verdict.decided.is_none());
    assert!(terminal::render(&analysis.report, 100, false).contains("decisions.toml (decisions on findings"));
    pinned("decided-planted", &analysis);
}

#[test]
fn what_does_not_count_is_said() {
    let odd =
        decided("mid-upgrade", "").report.findings.iter().find(|one| one.rule == "VER-001").unwrap().clone();
    let of_finding = |extra: &str| entry(&format!("finding = \"{}\"\n{extra}", odd.fingerprint));
    let remark = |entries: String| {
        let analysis = decided("mid-upgrade", &entries);
        analysis.report.verdict.decided.expect("decided").remarks
    };
    assert!(remark(of_finding("value = \"11.6.000001\"")).is_empty());
    for (entries, says) in [
        (entry("rule = \"VER-998\""), "there is no rule VER-998"),
        (entry("rule = \"KEY-001\""), "there is no rule KEY-001"),
        (entry("finding = \"0123456789abcdef\""), "is not among the findings"),
        (entry("rule = \"VER-001\"\nnode = \"WEB02\""), "is not among the findings"),
        (entry("rule = \"VER-001\"\ndecided = 2026-12-24"), "after the day of this report"),
        (entry("rule = \"VER-001\""), "add node = \"WEB03\""),
        (entry("rule = \"SEC-003\""), "is about all 3 findings of SEC-003"),
        (of_finding("value = \"11.5.000002\""), "which is \"11.6.000001\" now"),
    ] {
        let remarks = remark(entries.clone());
        assert!(remarks.iter().any(|remark| remark.contains(says)), "{says}: {remarks:?}");
    }
    // What could not be checked cannot be accepted.
    let analysis = decided("one-bundle", "");
    let open = analysis.report.outcomes.iter().find(|one| one.outcome == "unknown").expect("something open");
    let entries = entry(&format!("rule = \"{}\"", open.rule));
    let analysis = decided("one-bundle", &entries);
    let with = analysis.report.verdict.decided.expect("decided");
    assert!(with.remarks[0].contains("what is not known cannot be decided"), "{:?}", with.remarks);
    assert_eq!(with.state, analysis.report.verdict.state);
}

#[test]
fn decided_findings_are_shown_struck_through_and_counted() {
    let report = decided("mid-upgrade", &(blockers() + &entry("rule = \"SEC-003\""))).report;
    let page = html::render(&report).expect("HTML");
    let text = markdown::render(&report).expect("Markdown");
    let title = "WEB03 runs 11.6.000001, behind WEB01";
    assert!(page.contains(&format!("<s>{title}")) && text.contains(&format!("~~{title}")), "{text}");
    for form in [page, text, terminal::render(&report, 200, false)] {
        assert!(form.contains("Decided findings") && form.contains("131 days left"), "{form}");
    }
    // The same decision on the finding of each node leaves it one finding.
    assert_eq!(report.findings.iter().filter(|one| one.rule == "SEC-003").count(), 1);
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clusterbrief")).args(args).output().expect("the program runs")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A report, and a place for a file of decisions.
fn report_of(case: &str) -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::at("2026-11-20T12:00:00Z".parse().unwrap());
    let analysis = ANALYZER.analyze(open([sample(case)]), &options);
    let (report, out) = (folder.path().join("report.json"), folder.path().join("decisions.toml"));
    fs::write(&report, json::render(&analysis.report).unwrap()).unwrap();
    (folder, report, out)
}

#[test]
fn decide_writes_what_report_reads() {
    let (_folder, report, out) = report_of("mid-upgrade");
    let value: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let print = |rule: &str| {
        let all = value["findings"].as_array().unwrap();
        all.iter().find(|one| one["rule"] == rule).unwrap()["fingerprint"].as_str().unwrap().to_owned()
    };
    let decide = |finding: &str, kind: &[&str]| {
        let (report, out) = (text(&report), text(&out));
        let mut args =
            vec!["decide", &report, finding, "--reason", "a \"quoted\" reason", "--owner", "J. Doe"];
        args.extend(["--until", "2027-03-31", "--decided", "2026-11-20", "-o", &out]);
        run(&[&args[..], kind].concat())
    };
    fs::write(&out, "# ours, by hand\r\nformat = \"clusterbrief-decisions/1.0\"").unwrap();
    for (rule, kind) in
        [("VER-001", &["--accept"][..]), ("VER-005", &["--in-work", "T-1"]), ("SEC-003", &["--false-alarm"])]
    {
        let ran = decide(&print(rule), kind);
        assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stderr));
    }
    let written = fs::read_to_string(&out).unwrap();
    assert!(written.starts_with("# ours, by hand\r\nformat = \"clusterbrief-decisions/1.0\"\n"), "{written}");
    assert!(written.contains("value = \"11.6.000001\""), "{written}");
    let case = text(&sample("mid-upgrade"));
    let fail = |extra: &[&str]| {
        run(&[&["report", &case, "--as-of", "2026-11-20", "--fail-on", "not-ready"][..], extra].concat())
            .status
            .code()
    };
    assert_eq!(fail(&[]), Some(1));
    assert_eq!(fail(&["--decisions", &text(&out)]), Some(0), "--fail-on reads the verdict with decisions");
    let before = fs::read(&out).unwrap();
    for (finding, kind, says) in [
        ("0123456789abcdef", &["--accept"][..], "no finding 0123456789abcdef"),
        (print("VER-001").as_str(), &[], "required"),
        (print("VER-001").as_str(), &["--accept", "--false-alarm"], "cannot be used with"),
    ] {
        let ran = decide(finding, kind);
        let err = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{err}");
        assert!(err.contains(says), "{err}");
    }
    assert_eq!(fs::read(&out).unwrap(), before);
}

#[test]
fn a_file_that_is_not_as_it_must_be_is_refused_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("decisions.toml");
    let good = format!("format = \"clusterbrief-decisions/1.0\"\n{}", entry("rule = \"VER-001\""));
    for (content, says) in [
        (good.replace("VER-001", "VER-*"), "wildcards are not allowed"),
        (good.replace("VER-001", "BND-001"), "nobody can accept"),
        (good.replace("2027-03-31", "2026-01-01"), "before it was decided"),
        (good.replace("owner =", "owners ="), "unknown field"),
        (good.replace("/1.0", "/2.0"), "use a newer version"),
        (good[..good.len() - 30].to_owned(), "line "),
        ("{\"schema\": 1}".to_owned(), "line 1"),
        ("PK\u{3}\u{4}".to_owned(), "workbook that cannot be read"),
    ] {
        fs::write(&file, &content).unwrap();
        let ran = run(&["report", &text(&sample("mid-upgrade")), "--decisions", &text(&file)]);
        let err = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{content}: {err}");
        assert!(err.contains(says), "{says}: {err}");
    }
}

#[test]
fn a_workbook_has_the_same_columns() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet().set_name("Decisions").unwrap();
    let head = ["kind", "rule", "node", "reason", "owner", "until", "decided"];
    sheet.write_row(0, 0, head).unwrap();
    sheet.write_row(1, 0, ["accepted", "VER-001", "WEB03", "because", "J. Doe", "2027-03-31"]).unwrap();
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 11, 19).unwrap();
    sheet
        .write_datetime_with_format(1, 6, &day, &rust_xlsxwriter::Format::new().set_num_format("yyyy-mm-dd"))
        .unwrap();
    let bytes = workbook.save_to_buffer().unwrap();
    let read = Decisions::read("decisions.xlsx", &bytes).expect("decisions");
    let text = entry("rule = \"VER-001\"\nnode = \"WEB03\"\nreason = \"because\"");
    let same = Decisions::read(
        "decisions.xlsx",
        format!("format = \"clusterbrief-decisions/1.0\"\n{text}").as_bytes(),
    );
    let mut same = same.expect("decisions");
    same.entries[0].line = 2;
    assert_eq!(read, same);
}
