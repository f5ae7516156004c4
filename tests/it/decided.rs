//! Decisions of people on findings: what counts, what does not and why, and who may decide what.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Decisions, Options, open};
use clusterbrief::finding::Readiness;
use clusterbrief::report::{html, json, markdown, table, table_workbook, terminal};
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
        (of_finding("rule = \"SEC-003\""), "is of VER-001, and the entry names SEC-003: correct the rule"),
        (of_finding("node = \"WEB02\""), "is of WEB03, and the entry names WEB02: correct the node"),
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
    (same.bytes, same.sha256) = (read.bytes, read.sha256.clone());
    assert_eq!(read, same);
}

#[test]
fn the_headline_says_why_no_decision_counts() {
    let odd = decided("mid-upgrade", "").report.findings;
    let print = &odd.iter().find(|one| one.rule == "VER-001").expect("VER-001").fingerprint;
    let finding = format!("finding = \"{print}\"");
    let ended = entry("rule = \"VER-005\"\nuntil = 2026-11-19");
    for (entries, says) in [
        (String::new(), "the file holds none"),
        (ended.clone(), "1 has ended"),
        (ended.repeat(2), "2 have ended"),
        (entry("rule = \"VER-001\"\ndecided = 2026-12-24"), "1 is of a later day"),
        (entry(&format!("{finding}\nvalue = \"11.5.000002\"")), "1 is about a value that has changed"),
        (
            entry(&format!("{finding}\nrule = \"SEC-003\"")),
            "1 names another rule or node than its finding has",
        ),
        (
            ended + &entry("rule = \"VER-998\"") + &entry("finding = \"0123456789abcdef\""),
            "1 has ended, 1 names a rule that does not exist, 1 is about no finding of this report",
        ),
    ] {
        let with = decided("mid-upgrade", &entries).report.verdict.decided.expect("decided");
        let wanted = format!("With decisions: NOT READY; no decision counts: {says}.");
        assert_eq!(with.headline, wanted, "{:?}", with.remarks);
        assert!(!with.remarks.iter().any(|one| one.contains("names SEC-003") && one.contains("Remove")));
    }
}

/// Standard error of a report on a case with these decisions.
fn said(case: &[&Path], decisions: &Path, extra: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (decisions, out) = (text(decisions), text(&folder.path().join("report.json")));
    let case: Vec<String> = case.iter().map(|path| text(path)).collect();
    let mut args = vec!["report", "--as-of", "2026-11-20", "--decisions", &decisions, "-o", &out];
    args.extend(case.iter().map(String::as_str).chain(extra.iter().copied()));
    let ran = run(&args);
    let err = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(0), "{err}");
    err
}

#[test]
fn the_terminal_says_what_decisions_did() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("decisions.toml");
    let ended = entry("rule = \"SEC-003\"\nuntil = 2026-11-19");
    let content = format!("format = \"clusterbrief-decisions/1.0\"\n{}{ended}", blockers());
    fs::write(&file, &content).unwrap();
    let case = sample("mid-upgrade");
    let err = said(&[&case], &file, &[]);
    let lines: Vec<&str> = err.lines().collect();
    let at = lines.iter().position(|line| line.starts_with("NOT READY: ")).expect("the verdict");
    assert!(
        lines[at + 1].starts_with("With decisions: READY WITH WARNINGS, 2 blockers accepted by J. Doe"),
        "{err}"
    );
    assert!(lines[at + 2].contains("! decisions.toml line ") && lines[at + 2].contains("ended on"), "{err}");
    assert!(lines[at + 3].starts_with("Wrote "), "{err}");
    assert_eq!(said(&[&case], &file, &["--quiet"]), "");
}

/// The file of `--decisions` may lie in the folder of the case; another one there still does not count.
#[test]
fn a_copy_of_the_file_among_the_inputs_is_applied_and_another_one_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (file, other) = (folder.path().join("decisions.toml"), folder.path().join("other.toml"));
    let content = format!("format = \"clusterbrief-decisions/1.0\"\n{}", blockers());
    fs::write(&file, &content).unwrap();
    let case = sample("mid-upgrade");
    let err = said(&[&case, &file], &file, &[]);
    assert!(err.contains("decisions.toml (the decisions of --decisions, applied)"), "{err}");
    assert!(!err.contains("not applied"), "{err}");
    fs::write(&other, content.replace("J. Doe", "A. Foe")).unwrap();
    let err = said(&[&case, &file, &other], &file, &[]);
    assert!(err.contains("other.toml (decisions on findings, not applied)"), "{err}");
    assert!(err.contains("accepted by J. Doe until"), "{err}");
}

#[test]
fn tables_have_the_decision_of_each_finding() {
    use calamine::{Reader as _, Xlsx};
    let report = decided("mid-upgrade", &blockers()).report;
    let bytes = table::render(&report).expect("CSV");
    let mut reader = csv::Reader::from_reader(&bytes[3..]);
    let column = reader.headers().unwrap().iter().position(|head| head == "Decision").expect("a column");
    let cells: Vec<String> = reader.records().map(|row| row.unwrap()[column].to_owned()).collect();
    assert_eq!(cells.len(), report.safety.len() + report.findings.len(), "decided findings stay");
    let decision = "accepted by J. Doe until 2027-03-31";
    assert_eq!(cells.iter().filter(|cell| *cell == decision).count(), 2);
    assert_eq!(cells.iter().filter(|cell| cell.is_empty()).count(), cells.len() - 2);
    let bytes = table_workbook::write(&report).expect("XLSX");
    let mut workbook = Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
    let range = workbook.worksheet_range("Findings").expect("a sheet");
    let mut rows = range.rows().map(|row| row[column].to_string());
    assert_eq!(rows.next().as_deref(), Some("Decision"));
    assert_eq!(rows.collect::<Vec<_>>(), cells);
}

/// `decide` on a report, with other options than usual; what it answered, and its exit code.
fn decide(report: &Path, finding: &str, out: &Path, other: &[(&str, &str)]) -> (Option<i32>, String) {
    let (report, out) = (text(report), text(out));
    let mut args = vec!["decide".to_owned(), report, finding.to_owned(), "--accept".to_owned()];
    for (option, usual) in [
        ("--reason", "because"),
        ("--owner", "J. Doe"),
        ("--until", "2027-03-31"),
        ("--decided", "2026-11-20"),
        ("-o", out.as_str()),
    ] {
        let value = other.iter().find(|(name, _)| *name == option).map_or(usual, |(_, value)| value);
        args.extend([option.to_owned(), value.to_owned()]);
    }
    let ran = run(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let said = [ran.stdout, ran.stderr].concat();
    // Long lines are broken.
    let said = String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ");
    (ran.status.code(), said)
}

/// The fingerprint of the first finding of a rule in a report.
fn print_of(report: &Value, rule: &str) -> String {
    let all = report["findings"].as_array().unwrap();
    all.iter().find(|one| one["rule"] == rule).unwrap()["fingerprint"].as_str().unwrap().to_owned()
}

#[test]
fn decide_reads_the_versions_that_before_reads() {
    let (_folder, report, out) = report_of("mid-upgrade");
    let mut value: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let print = print_of(&value, "VER-001");
    for (schema, code, says) in [
        ("clusterbrief-report/3.0", 2, "it is of the newer format 3.0: use a newer version of this program"),
        ("clusterbrief-report/12.1", 2, "newer format 12.1"),
        ("clusterbrief-kit/1.0", 2, "it is no JSON form of a report"),
        ("clusterbrief-report/2.9", 0, "is accepted by J. Doe"),
    ] {
        value["schema"] = schema.into();
        fs::write(&report, value.to_string()).unwrap();
        let (ended, said) = decide(&report, &print, &out, &[]);
        assert_eq!(ended, Some(code), "{schema}: {said}");
        assert!(said.contains(says), "{schema}: {said}");
        assert_eq!(out.exists(), code == 0, "{schema}");
    }
    let whole = value.to_string();
    fs::write(&report, &whole[..whole.len() / 2]).unwrap();
    let (ended, said) = decide(&report, &print, &out, &[]);
    assert!(ended == Some(2) && said.contains("it is cut off"), "{said}");
}

#[test]
fn decide_says_which_option_is_wrong() {
    let (folder, report, out) = report_of("mid-upgrade");
    let value: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let print = print_of(&value, "VER-001");
    let at = |name: &str| folder.path().join(name);
    fs::write(at("r.json"), "{\"schema\": \"clusterbrief-report/1.6\"}").unwrap();
    fs::write(at("broken.toml"), "format = \"clusterbrief-decisions/1.0\"\n[[decision]]\nkind = 1\n")
        .unwrap();
    let (json, broken, xlsx) = (text(&at("r.json")), text(&at("broken.toml")), text(&at("x.XLSX")));
    let inside = text(folder.path());
    for (option, value, code, says) in [
        ("--owner", " ", 2, "--owner is empty"),
        ("--reason", "", 2, "--reason is empty"),
        ("-o", json.as_str(), 2, "r.json is no file of decisions"),
        ("-o", &broken, 2, "line 3"),
        ("-o", &xlsx, 2, "x.XLSX: decisions are written as .toml"),
        ("-o", &inside, 5, "is a folder; name a file in it"),
    ] {
        let (ended, said) = decide(&report, &print, &out, &[(option, value)]);
        assert_eq!(ended, Some(code), "{option} {value}: {said}");
        assert!(said.contains(says), "{option} {value}: {said}");
        assert!(option == "-o" || !said.contains("line "), "{said}");
    }
    let (ended, said) = decide(folder.path(), &print, &out, &[]);
    assert!(ended == Some(2) && said.contains("is a folder: give the JSON form of a report"), "{said}");
    assert!(!out.exists() && !at("x.XLSX").exists());
    assert_eq!(fs::read_to_string(at("r.json")).unwrap(), "{\"schema\": \"clusterbrief-report/1.6\"}");
}

#[test]
fn decide_says_how_many_findings_have_the_fingerprint() {
    let (_folder, report, out) = report_of("mid-upgrade");
    let mut value: Value = serde_json::from_slice(&fs::read(&report).unwrap()).unwrap();
    let print = print_of(&value, "VER-001");
    let of_rule = |value: &Value| {
        let all = value["findings"].as_array().unwrap();
        all.iter().find(|one| one["rule"] == "VER-001").unwrap().clone()
    };
    let mut twin = of_rule(&value);
    twin["title"] = "another title".into();
    for piece in twin["evidence"].as_array_mut().unwrap() {
        piece["text"] = "11.7.000001".into();
    }
    value["findings"].as_array_mut().unwrap().push(twin.clone());
    fs::write(&report, value.to_string()).unwrap();
    let (ended, said) = decide(&report, &print, &out, &[]);
    assert_eq!(ended, Some(0), "{said}");
    assert!(said.contains("2 findings of the report have this fingerprint, rule and subject"), "{said}");
    let written = fs::read_to_string(&out).unwrap();
    assert_eq!(written.matches("[[decision]]").count(), 1);
    assert!(!written.contains("value ="), "the value of one is not that of the other: {written}");
    // Of another rule it is another problem.
    twin["rule"] = "VER-005".into();
    value["findings"].as_array_mut().unwrap().push(twin);
    fs::write(&report, value.to_string()).unwrap();
    let (ended, said) = decide(&report, &print, &out, &[]);
    assert_eq!(ended, Some(2), "{said}");
    assert!(said.contains("3 findings have the fingerprint") && said.contains("by hand"), "{said}");
    assert_eq!(fs::read_to_string(&out).unwrap(), written);
}
