//! `report --before`: what changed since an earlier moment. The upgrade story of three made cases is pinned; everything that is
//! no earlier state of the case is refused in a sentence.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Before, BeforeError, Options, open};
use clusterbrief::compare::{Change, Since};
use clusterbrief::model::BuildVersion;
use clusterbrief::report::{html, json, markdown, terminal};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().expect("knowledge"));

fn options(target: Option<&str>) -> Options {
    let target = target.map(|target| BuildVersion::parse(target).expect("a build"));
    Options { target, ..Options::at("2026-11-20T12:00:00Z".parse().expect("a time")) }
}

const TARGET: Option<&str> = Some("11.7.000049");

fn analysis(paths: &[PathBuf], target: Option<&str>) -> Analysis {
    ANALYZER.analyze(open(paths), &options(target))
}

fn json_of(analysis: &Analysis) -> Vec<u8> {
    json::render(&analysis.report).expect("JSON").into_bytes()
}

/// The report on a case, compared.
fn compared(after: &str, before: Before, target: Option<&str>) -> Result<Analysis, BeforeError> {
    let mut analysis = analysis(&[sample(after)], target);
    ANALYZER.compare(&mut analysis, before, &options(target))?;
    Ok(analysis)
}

fn since(analysis: &Analysis) -> &Since {
    analysis.report.since.as_ref().expect("a comparison")
}

/// Rule and node of every finding that changed in this way.
fn changed(since: &Since, change: Change) -> Vec<String> {
    let of_change = since.findings.iter().filter(|one| one.change == change);
    of_change.map(|one| format!("{} {}", one.rule, one.subject.name).trim().to_owned()).collect()
}

fn pinned(name: &str, value: &impl serde::Serialize) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../golden");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_description("scripts/bless rewrites this file; read what changed before you commit it");
    let text = serde_json::to_string_pretty(value).expect("JSON");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn the_upgrade_story_is_pinned() {
    for (name, before, after) in [
        ("since-half-way", "upgrade-1-before", "upgrade-2-half-way"),
        ("since-after-half-way", "upgrade-2-half-way", "upgrade-3-after"),
        ("since-whole-upgrade", "upgrade-1-before", "upgrade-3-after"),
    ] {
        let analysis = compared(after, Before::Inputs(open([sample(before)])), TARGET).expect("one cluster");
        pinned(name, since(&analysis));
    }
}

/// An earlier report says the same as the bundles that it was made of; only files are listed by bundles alone.
#[test]
fn a_report_and_its_bundles_are_the_same_earlier_moment() {
    let folder = sample("upgrade-1-before");
    let report = json_of(&analysis(std::slice::from_ref(&folder), TARGET));
    let of = |before: Before| {
        let analysis = compared("upgrade-3-after", before, TARGET).expect("one cluster");
        let mut since = serde_json::to_value(since(&analysis)).expect("JSON");
        for node in since["nodes"].as_array_mut().expect("nodes") {
            (node["files"], node["files_more"]) = (json!([]), json!(0));
        }
        since["notes"] = json!([]);
        since
    };
    assert_eq!(of(Before::Report(report.clone())), of(Before::Inputs(open([&folder]))));
    // PowerShell writes UTF-16 when somebody redirects `-o -`.
    let text = String::from_utf8(report).expect("UTF-8");
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(of(Before::Report(utf16)), of(Before::Report(text.into_bytes())));
}

#[test]
fn every_form_has_the_section() {
    let before = Before::Inputs(open([sample("upgrade-1-before")]));
    let report = compared("upgrade-2-half-way", before, TARGET).expect("one cluster").report;
    let forms = [
        html::render(&report).expect("HTML"),
        markdown::render(&report).expect("Markdown"),
        terminal::render(&report, 100, false),
    ];
    for form in forms {
        for text in [
            "Since last time",
            "Cannot be seen any more",
            "HSTS is off",
            "What is left to do",
            "not upgraded yet",
        ] {
            assert!(form.contains(text), "{text}: {form}");
        }
    }
}

/// What was judged then and cannot be judged now is never counted as fixed.
#[test]
fn what_cannot_be_seen_any_more_is_not_fixed() {
    let before = json_of(&analysis(&[sample("mid-upgrade")], None));
    let folder = sample("mid-upgrade");
    let kept: Vec<PathBuf> = fs::read_dir(&folder)
        .expect("a sample")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| !path.ends_with("WEB03"))
        .collect();
    let mut after = analysis(&kept, None);
    ANALYZER.compare(&mut after, Before::Report(before), &options(None)).expect("one cluster");
    let since = since(&after);
    assert!(changed(since, Change::Fixed).is_empty(), "{:?}", changed(since, Change::Fixed));
    let unseen = changed(since, Change::NoLongerVisible);
    assert!(unseen.contains(&"VER-005 WEB03".to_owned()), "{unseen:?}");
    for one in since.findings.iter().filter(|one| one.change == Change::NoLongerVisible) {
        assert!(!one.why.is_empty(), "{} has no reason", one.title);
    }
}

/// The same evidence judged by another edition changes nothing in the cluster.
#[test]
fn what_only_the_edition_changed_is_its_own_group() {
    let mut earlier: Value =
        serde_json::from_slice(&json_of(&analysis(&[sample("mid-upgrade")], None))).unwrap();
    earlier["tool"]["knowledge"] = json!("2025-01-01");
    let gone = |list: &mut Value, wanted: fn(&Value) -> bool| {
        list.as_array_mut().expect("a list").retain(|row| !wanted(row));
    };
    let is_new = |row: &Value| row["rule"] == "VER-005";
    gone(&mut earlier["findings"], is_new);
    gone(&mut earlier["outcomes"], is_new);
    gone(&mut earlier["coverage"]["rules"], is_new);
    // This one came although the rule was there and the evidence is the same.
    gone(&mut earlier["findings"], |row| row["rule"] == "VER-013");
    // This one is gone, and its rule with it.
    let mut old = earlier["findings"][0].clone();
    old["rule"] = json!("VER-999");
    old["fingerprint"] = json!("0123456789abcdef");
    earlier["findings"].as_array_mut().unwrap().push(old);
    let before = Before::Report(serde_json::to_vec(&earlier).unwrap());
    let after = compared("mid-upgrade", before, None).expect("one cluster");
    let since = since(&after);
    let by_edition = changed(since, Change::Edition);
    assert_eq!(by_edition.len(), 3, "{by_edition:?}");
    for rule in ["VER-005", "VER-013", "VER-999"] {
        assert!(by_edition.iter().any(|one| one.starts_with(rule)), "{rule}: {by_edition:?}");
    }
    assert!(changed(since, Change::New).is_empty() && changed(since, Change::Fixed).is_empty());
    assert!(since.notes.iter().any(|note| note.contains("2025-01-01")), "{:?}", since.notes);
}

#[test]
fn severity_and_confidence_decide_what_is_worse_and_what_is_better() {
    let mut earlier: Value =
        serde_json::from_slice(&json_of(&analysis(&[sample("mid-upgrade")], None))).unwrap();
    for finding in earlier["findings"].as_array_mut().unwrap() {
        match finding["rule"].as_str() {
            Some("VER-005") => finding["severity"] = json!("high"),
            Some("VER-013") => finding["severity"] = json!("blocker"),
            Some("VER-001") => finding["confidence"] = json!("inferred"),
            _ => {}
        }
    }
    let after =
        compared("mid-upgrade", Before::Report(serde_json::to_vec(&earlier).unwrap()), None).expect("one");
    assert_eq!(changed(since(&after), Change::Worse), ["VER-001 WEB03", "VER-005 WEB03"]);
    assert_eq!(changed(since(&after), Change::Better), ["VER-013 WEB03"]);
}

/// Reports of 1.0 to 1.5 have no fingerprints of the nodes of a merged finding: rule, node and title are compared instead.
#[test]
fn an_older_report_without_fingerprints_of_nodes_is_read() {
    let mut earlier: Value =
        serde_json::from_slice(&json_of(&analysis(&[sample("mid-upgrade")], None))).unwrap();
    earlier["schema"] = json!("clusterbrief-report/1.0");
    for finding in earlier["findings"].as_array_mut().unwrap() {
        finding.as_object_mut().unwrap().remove("fingerprints");
    }
    for key in ["actions", "checklist", "plan", "errors", "inputs"] {
        earlier.as_object_mut().unwrap().remove(key);
    }
    let after =
        compared("mid-upgrade", Before::Report(serde_json::to_vec(&earlier).unwrap()), None).expect("one");
    let counts = &since(&after).counts;
    assert!(counts["still"] > 8 && counts["new"] == 0 && counts["fixed"] == 0, "{counts:?}");
}

#[test]
fn a_new_fault_has_its_first_moment_and_what_came_before_it() {
    let before = Before::Inputs(open([sample("upgrade-1-before")]));
    let after = compared("upgrade-2-half-way", before, TARGET).expect("one cluster");
    let moments = since(&after).moments.as_ref().expect("moments");
    assert_eq!(moments.bad, "2026-11-20T06:50:00Z");
    assert!(moments.good < moments.bad, "{moments:?}");
    assert!(moments.rows[0].text.contains("database upgraded to 11.7.000049"), "{moments:?}");
    assert!(moments.rows.windows(2).all(|pair| pair[0].at <= pair[1].at));
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
        .args(args)
        .env("COLUMNS", "100")
        .output()
        .expect("the program runs")
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[test]
fn what_is_no_earlier_state_of_the_case_is_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| text(&folder.path().join(name));
    let whole = json::render(&analysis(&[sample("mid-upgrade")], None).report).unwrap();
    let other = whole.replace("WEB0", "APP0");
    for (name, content) in [
        ("cut.json", whole[..whole.len() / 2].to_owned()),
        ("newer.json", whole.replace("clusterbrief-report/1.", "clusterbrief-report/7.")),
        ("other.json", other),
        ("plan.json", whole.replace("clusterbrief-report/1.", "clusterbrief-handout/1.")),
        ("lighthouse.json", r#"{"lighthouseVersion": "12.0.0", "audits": {}}"#.to_owned()),
        ("odd.json", r#"{"schema": "clusterbrief-report/1.6", "findings": 3}"#.to_owned()),
        ("page.html", "<!doctype html><title>x</title>".to_owned()),
        ("empty.json", String::new()),
    ] {
        fs::write(at(name), content).unwrap();
    }
    let inputs = text(&sample("mid-upgrade"));
    let out = at("out.json");
    for (before, code, says) in [
        ("cut.json", 4, "it is cut off"),
        ("newer.json", 4, "newer version of this program"),
        (
            "other.json",
            4,
            "it is of another cluster: it has APP01, APP02 and APP03, the case has WEB01, WEB02 and WEB03",
        ),
        ("plan.json", 4, "and no report"),
        ("lighthouse.json", 4, "nothing of it can be used"),
        ("odd.json", 4, "no report that can be read"),
        ("page.html", 4, "nothing of it can be used"),
        ("empty.json", 4, "nothing of it can be used"),
        ("missing.json", 2, "there is no such file"),
    ] {
        let ran = run(&["report", &inputs, "--as-of", "2026-11-20", "-o", &out, "--before", &at(before)]);
        let err = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(code), "{before}: {err}");
        assert!(err.contains(says), "{before}: {err}");
        assert!(!Path::new(&out).exists(), "{before}");
    }
    let whole_path = at("whole.json");
    fs::write(&whole_path, &whole).unwrap();
    let over = run(&["report", &inputs, "--before", &whole_path, "-o", &whole_path]);
    assert_eq!(over.status.code(), Some(2));
    assert_eq!(fs::read_to_string(&whole_path).unwrap(), whole, "the earlier report stays");
    let two = run(&["report", &inputs, "--as-of", "2026-11-20", "--before", &at("cut.json"), &inputs]);
    assert_eq!(two.status.code(), Some(2));
}

#[test]
fn fail_on_asks_what_is_new() {
    let (before, half, after) =
        (sample("upgrade-1-before"), sample("upgrade-2-half-way"), sample("upgrade-3-after"));
    let code = |case: &Path, before: &Path, fail_on: &str| {
        let args = ["report", &text(case), "--as-of", "2026-11-20T12:00:00Z", "--before", &text(before)];
        run(&[&args[..], &["--fail-on", fail_on]].concat()).status.code()
    };
    assert_eq!(code(&half, &before, "new-blocker"), Some(1));
    assert_eq!(code(&after, &half, "new-blocker"), Some(0));
    assert_eq!(code(&after, &half, "new"), Some(1));
    assert_eq!(code(&after, &after, "new"), Some(0));
    let alone = run(&["report", &text(&half), "--fail-on", "new"]);
    assert_eq!(alone.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&alone.stderr).contains("need --before"));
}

/// A copy of a made case and the same with a change, compared.
fn changed_case(case: &str, change: impl Fn(&Path)) -> Since {
    let folder = tempfile::tempdir().expect("a folder");
    let now = folder.path().join("now");
    copy(&sample(case), &now);
    change(&now);
    let mut after = analysis(&[now], None);
    ANALYZER.compare(&mut after, Before::Inputs(open([sample(case)])), &options(None)).expect("one cluster");
    since(&after).clone()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry").path();
        let target = to.join(entry.file_name().expect("a name"));
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).expect("a copy");
        }
    }
}

/// Evidence that is not given again is no repair: neither where the rule passes without it, nor where it finds something else.
#[test]
fn lost_evidence_is_never_a_repair() {
    let without = |name: &'static str| move |now: &Path| fs::remove_file(now.join(name)).expect("a file");
    let empty = |now: &Path| fs::write(now.join("WEB02/logs/SS.log"), "").expect("a file");
    let list = changed_case("key-mismatch", without("nodes.json"));
    let logs = changed_case("key-mismatch", empty);
    let database = changed_case("pre-upgrade", without("database.xlsx"));
    let history = changed_case("mid-upgrade", without("tbVersion.csv"));
    for (since, title, why) in [
        (&list, "WEB02 runs, but has not connected", "not there now: the list of nodes"),
        (&logs, "Stored values fail their integrity check", "the logs of WEB02 have a gap now"),
        (&database, "96.4 percent of the transaction log", "not there now: the space in the transaction log"),
        (&history, "out of support since", "not there now: the version history of the database"),
        (&history, "contradicts the evidence", "not there now: the version history of the database"),
    ] {
        assert!(changed(since, Change::Fixed).is_empty(), "{:?}", changed(since, Change::Fixed));
        let one = since.findings.iter().find(|one| one.title.contains(title)).expect(title);
        assert_eq!(one.change, Change::NoLongerVisible, "{title}");
        assert!(one.why.contains(why), "{title}: {}", one.why);
    }
    // The same fault in other words is neither new nor out of sight.
    assert!(changed(&history, Change::Still).contains(&"VER-001 WEB03".to_owned()), "{history:?}");
    assert!(!history.has_new(clusterbrief::finding::Severity::Blocker, &BTreeSet::new()));
}

/// With all evidence there again, a finding that is gone is fixed, though its rule still has another one.
#[test]
fn what_is_looked_for_and_gone_is_fixed_beside_another_finding() {
    let fixed = changed_case("key-mismatch", |now| {
        let list = now.join("nodes.json");
        let text = fs::read_to_string(&list).expect("a list");
        let repaired = text.replace("Encryption configurations do not match", "");
        assert_ne!(text, repaired);
        fs::write(list, repaired).expect("a list");
    });
    let one = fixed.findings.iter().find(|one| one.title.contains("in the node list")).expect("the finding");
    assert_eq!((one.change, one.why.as_str()), (Change::Fixed, ""));
    assert!(changed(&fixed, Change::NoLongerVisible).is_empty(), "{fixed:?}");
}

/// What was not asked then, because no upgrade was, is not new.
#[test]
fn a_rule_that_did_not_apply_without_the_target_finds_nothing_new() {
    let before = Before::Report(json_of(&analysis(&[sample("pre-upgrade")], None)));
    let after = compared("pre-upgrade", before, Some("12.3.000001")).expect("one cluster");
    let since = since(&after);
    assert!(changed(since, Change::New).is_empty(), "{:?}", changed(since, Change::New));
    assert!(!since.has_new(clusterbrief::finding::Severity::Low, &BTreeSet::new()));
    let backup = since.findings.iter().find(|one| one.rule == "BKP-001").expect("the old backup");
    assert_eq!(backup.change, Change::Edition);
    assert_eq!(backup.why, "it did not apply then: no --target was given");
}
