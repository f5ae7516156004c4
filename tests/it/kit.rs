//! A kit goes round: report, kit from it, what comes back, second report; and everything that may be wrong on the way.

use crate::support::bless::compare_part;
use crate::support::fill::{Entry, fill};
use clusterbrief::demo::{Case, Pe};
use clusterbrief::kit::{MANIFEST, is_own_kit};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::model::checklist;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const NODES: [&str; 3] = ["WEB01", "WEB02", "WEB03"];
const AS_OF: [&str; 2] = ["--as-of", "2026-11-20"];

fn run(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clusterbrief")).args(args).current_dir(dir).output().unwrap()
}

/// Runs it; it must end with this code. What it complains of.
fn complaint(dir: &Path, args: &[&str], code: i32) -> String {
    let output = run(dir, args);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
    text
}

fn report(dir: &Path, inputs: &[&str], code: i32) -> Value {
    complaint(dir, &[&["report"], inputs, &AS_OF, &["-o", "report.json"]].concat(), code);
    serde_json::from_slice(&fs::read(dir.join("report.json")).unwrap()).unwrap()
}

fn files_of(zip: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(fs::read(zip).unwrap())).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let name = file.name().unwrap().to_string();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}

/// Recorded answers as the script packs them.
fn answers(kind: &str, node: &str) -> Vec<u8> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/kit/{kind}/clusterbrief-answers-{node}"));
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        zip.start_file(path.file_name().unwrap().to_str().unwrap(), SimpleFileOptions::default()).unwrap();
        zip.write_all(&fs::read(path).unwrap()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The listings of the made RabbitMQ cluster as `rabbitmq.ps1` packs them: an answer in each file, and the record.
fn rabbitmq_answers(made: &Path) -> Vec<u8> {
    let bus: Value = serde_json::from_slice(&fs::read(made).unwrap()).unwrap();
    let definitions =
        json!({ "rabbitmq_version": "3.12.14", "exchanges": [], "policies": bus["policies"], "queues": [] });
    let answers = [
        ("bus-cluster", &bus["cluster_status"]),
        ("bus-exchanges", &bus["exchanges"]),
        ("bus-policies", &bus["policies"]),
        ("bus-queues", &bus["queues"]),
        ("bus-environment", &bus["rabbit"]),
        ("bus-definitions", &definitions),
    ];
    let parts: Vec<Value> =
        answers.iter().map(|(part, _)| json!({ "part": part, "status": "done" })).collect();
    // The key that says what a record is comes first, as the script writes it.
    let record = format!(
        r#"{{"schema": "clusterbrief-answers/1.0", "script": "rabbitmq", "node": "MQ01", "finished": true, "parts": {}}}"#,
        Value::from(parts)
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let texts = answers.into_iter().map(|(name, value)| (name, value.to_string()));
    for (name, text) in texts.chain([("answers", record)]) {
        zip.start_file(format!("{name}.json"), SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A folder with the made case, its three bundles apart from its exports.
fn made() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    Case::find("healthy-3-node").unwrap().write(&dir.path().join("made")).unwrap();
    let bundles = dir.path().join("bundles");
    fs::create_dir(&bundles).unwrap();
    for node in NODES {
        fs::rename(dir.path().join("made").join(node), bundles.join(node)).unwrap();
    }
    dir
}

/// What a report asks for: files and calls one by one, then questions.
fn asked(report: &Value) -> (usize, usize) {
    let missing = report["missing"].as_array().unwrap();
    let questions = missing.iter().filter(|one| one["kind"] == "question").count();
    let things = missing.iter().filter(|one| one["kind"] != "question" && one["kind"] != "nothing");
    (things.map(|one| one["parts"].as_array().unwrap().len().max(1)).sum(), questions)
}

#[test]
fn one_round_settles_everything_but_what_only_a_person_knows() {
    let dir = made();
    let at = |name: &str| dir.path().join(name);
    let first = report(dir.path(), &["bundles"], 0);
    complaint(dir.path(), &["kit", "--from", "report.json", "--case", "Acme 4711", "-o", "kit.zip"], 0);
    let kit = files_of(&at("kit.zip"));
    let names: Vec<&str> = kit.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "READ-ME-FIRST.html",
            MANIFEST,
            "nodes.csv",
            "queries.sql",
            "questions.xlsx",
            "rabbitmq.ps1",
            "rest.ps1"
        ],
        "all bundles are there, so nobody is asked to collect"
    );
    let page = String::from_utf8(kit["READ-ME-FIRST.html"].clone()).unwrap();
    for text in [
        "Acme 4711",
        "Never send",
        "rest.ps1",
        "queries.sql",
        "What leaves your company",
        "not yet run on a Windows",
    ] {
        assert!(page.contains(text), "{text}");
    }
    assert!(
        !page.contains("Collect on the nodes") && !page.contains("http://") && !page.contains("https://")
    );

    // The kit is in the folder of what came back, as mail programs leave it.
    let back = at("back");
    fs::create_dir(&back).unwrap();
    fs::copy(at("kit.zip"), back.join("kit.zip")).unwrap();
    for node in NODES {
        fs::write(
            back.join(format!("clusterbrief-answers-{node}-20261120-090600.zip")),
            answers("whole", node),
        )
        .unwrap();
    }
    fs::copy(at("made/sql-results.csv"), back.join("queries-result.txt")).unwrap();
    fs::copy(at("made/tbVersion.csv"), back.join("versions.txt")).unwrap();
    fs::write(back.join("rabbitmq.zip"), rabbitmq_answers(&at("made/bus.json"))).unwrap();
    let second = report(dir.path(), &["bundles", "back"], 0);
    assert_eq!(second["verdict"]["state"], "ready", "{}", second["verdict"]["headline"]);
    assert_eq!(asked(&second).0, 0, "{:#}", second["missing"]);
    assert_eq!(second["kit"]["left"], json!([]));
    assert_eq!(second["kit"]["runs"].as_array().unwrap().len(), 4);
    let parts: Vec<&str> = second["kit"]["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["part"].as_str().unwrap())
        .collect();
    assert_eq!(parts, ["questions"]);
    for input in second["inputs"].as_array().unwrap() {
        let is_kit = input["name"].as_str().unwrap().contains("kit.zip/");
        let expected = if is_kit { "passed-over" } else { "read" };
        assert_eq!(input["status"], expected, "{input:#}");
    }

    // A person fills in the workbook of the kit.
    let knowledge = Knowledge::builtin().unwrap();
    let answer = |key: &str| {
        let (_, question, _) = checklist::parts(key)?;
        let word = knowledge.question(question)?.good.first()?.clone();
        Some(Entry { word, who: "J. Doe".into(), when: 46_346 })
    };
    let (filled, count) = fill(&kit["questions.xlsx"], &answer);
    assert!(count > 30, "{count} lines: a question for each node is a line of its own");
    fs::write(back.join("questions.xlsx"), filled).unwrap();
    let third = report(dir.path(), &["bundles", "back"], 0);
    assert_eq!(third["verdict"]["state"], "ready", "{}", third["verdict"]["headline"]);
    assert_eq!(third["verdict"]["complete"], true, "{}", third["verdict"]["left_out"]);
    assert_eq!(third["verdict"]["left_out"], json!([]));

    let mut table = "\n\n| given | things to send | questions | verdict |\n|---|---|---|---|\n".to_owned();
    for (given, report) in [
        ("three bundles", &first),
        ("and the answers of the scripts and queries", &second),
        ("and the filled-in workbook", &third),
    ] {
        let (things, questions) = asked(report);
        let state = report["verdict"]["label"].as_str().unwrap();
        let headline = report["verdict"]["headline"].as_str().unwrap();
        let state = if headline.contains("as far as looked") {
            format!("{state}, as far as looked")
        } else {
            state.to_owned()
        };
        println!("{given}: {things} things to send, {questions} questions: {state}");
        writeln!(table, "| {given} | {things} | {questions} | {state} |").unwrap();
    }
    table.push('\n');
    compare_part("docs/kit.md", ["<!-- made by tests/it/kit.rs: BLESS=1 -->", "<!-- end -->"], &table);
}

#[test]
fn what_was_refused_or_never_asked_is_said_node_by_node() {
    let dir = made();
    let back = dir.path().join("back");
    fs::create_dir(&back).unwrap();
    fs::write(back.join("a.zip"), answers("stopped", "WEB01")).unwrap();
    fs::write(back.join("b.zip"), answers("refused", "WEB02")).unwrap();
    let report = report(dir.path(), &["bundles", "back"], 0);
    assert_eq!(
        report["kit"]["left"],
        json!([
            "WEB01: the script rest was stopped before its end; not asked: diagnostics and security. Run it there again.",
            "WEB02: the answer diagnostics was refused: this account may not read it.",
            "WEB02: the answer security was refused: this account may not read it.",
            "WEB03: rest.ps1 was not run there, so its diagnostics are missing.",
        ])
    );
    let record =
        |name: &str| report["inputs"].as_array().unwrap().iter().find(|input| input["name"] == name).unwrap();
    assert_eq!(record("a.zip/answers.json")["status"], "partly");
    assert_eq!(record("b.zip/answers.json")["kind"], "kit-answers");
    assert_eq!(record("a.zip/nodes-1.txt")["status"], "read", "what a stopped run has is read");
    let rest = report["kit"]["parts"].as_array().unwrap().iter().find(|part| part["part"] == "rest").unwrap();
    assert_eq!(rest["nodes"], json!(NODES));
    let missing = report["missing"].as_array().unwrap();
    for anchor in rest["answers"].as_array().unwrap() {
        assert!(missing.iter().any(|one| one["anchor"] == *anchor && one["kit"] == "rest"));
    }

    // The second kit asks for no more than that.
    complaint(dir.path(), &["kit", "--from", "report.json", "-o", "again.zip"], 0);
    let script = String::from_utf8(files_of(&dir.path().join("again.zip"))["rest.ps1"].clone()).unwrap();
    let list: Vec<&str> =
        script.split("$Ask = @(").nth(1).unwrap().split("\n)").next().unwrap().split('\'').collect();
    let asked: Vec<&str> = list.iter().skip(1).step_by(2).copied().collect();
    assert_eq!(
        asked,
        ["node diagnostics /api/v1/diagnostics", "once security /api/v1/configuration/security"]
    );
    for format in ["md", "txt"] {
        let args: &[&str] = if format == "md" { &["-o", "-", "--format", "md"] } else { &[] };
        let output = run(dir.path(), &[&["report", "bundles", "back"], &AS_OF[..], args].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("rest.ps1 was not run there") && text.contains("clusterbrief kit"), "{text}");
    }
}

#[test]
fn an_answer_that_the_record_has_and_the_zip_has_not_is_said() {
    let dir = made();
    let mut zip = ZipArchive::new(Cursor::new(answers("whole", "WEB01"))).unwrap();
    let mut less = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let name = file.name().unwrap().to_string();
        if name.starts_with("diagnostics-") || name.starts_with("engines-") {
            continue;
        }
        less.start_file(name.as_str(), SimpleFileOptions::default()).unwrap();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        // A page of a list that was cut on its way.
        if name.starts_with("security-") {
            bytes.truncate(bytes.len() / 2);
        }
        less.write_all(&bytes).unwrap();
    }
    fs::write(dir.path().join("a.zip"), less.finish().unwrap().into_inner()).unwrap();
    let of_web01 = |report: &Value| -> Vec<String> {
        let left = report["kit"]["left"].as_array().unwrap().iter();
        left.map(|line| line.as_str().unwrap().to_owned()).filter(|line| line.starts_with("WEB01")).collect()
    };
    let send = "but its file is not here. Send the zip of the script as it is.";
    let one = report(dir.path(), &["bundles", "a.zip"], 3);
    assert_eq!(
        of_web01(&one),
        [
            "WEB01: the file of the answer security could not be read.".to_owned(),
            format!("WEB01: the record has the answer diagnostics, {send}"),
            format!("WEB01: the record has the answer engines, {send}"),
        ]
    );
    // Another run has what is of the cluster; the diagnostics of a node only that node can give.
    fs::write(dir.path().join("b.zip"), answers("whole", "WEB01")).unwrap();
    assert_eq!(of_web01(&report(dir.path(), &["bundles", "a.zip", "b.zip"], 3)), [] as [&str; 0]);
}

/// The files of a kit that customers are to use, without its page and its list.
fn to_use(kit: &Path) -> Vec<String> {
    files_of(kit).into_keys().filter(|name| name != MANIFEST && name != "READ-ME-FIRST.html").collect()
}

#[test]
fn a_report_names_the_parts_that_its_kit_has_and_the_command_gives_them() {
    let dir = tempfile::tempdir().unwrap();
    let exe = dir.path().join("clusterbrief.exe");
    fs::write(exe, Pe::new(env!("CARGO_PKG_VERSION"), [0, 0, 0, 0]).bytes()).unwrap();
    for case in ["key-mismatch", "healthy-3-node", "two-nodes-no-exports", "one-bundle", "pre-upgrade"] {
        Case::find(case).unwrap().write(&dir.path().join(case)).unwrap();
        let output = run(dir.path(), &[&["report", case], &AS_OF[..], &["-o", "report.json"]].concat());
        assert!(output.status.code().is_some_and(|code| code < 2), "{case}: {output:?}");
        let report: Value =
            serde_json::from_slice(&fs::read(dir.path().join("report.json")).unwrap()).unwrap();
        let parts = report["kit"]["parts"].as_array().unwrap();
        let mut named: Vec<&str> = parts.iter().map(|part| part["file"].as_str().unwrap()).collect();
        named.sort_unstable();
        let command = report["kit"]["command"].as_str().unwrap();
        assert_eq!(command.contains("--exe clusterbrief.exe"), named.contains(&"clusterbrief.exe"), "{case}");
        let words: Vec<&str> = command.split(' ').skip(1).collect();
        complaint(dir.path(), &words, 0);
        assert_eq!(to_use(&dir.path().join("kit.zip")), named, "{case}");
        for missing in report["missing"].as_array().unwrap() {
            let Some(word) = missing["kit"].as_str() else { continue };
            assert!(parts.iter().any(|part| part["part"] == word), "{case}: {missing}");
        }
        let screen = run(dir.path(), &[&["report", case], &AS_OF[..]].concat());
        let screen: String = String::from_utf8_lossy(&screen.stdout).split_whitespace().collect();
        assert!(screen.contains(&command.replace(' ', "")), "{case}: {screen}");
        for format in ["md", "html"] {
            let args = ["-o", "-", "--format", format];
            let output = run(dir.path(), &[&["report", case], &AS_OF[..], &args[..]].concat());
            assert!(String::from_utf8_lossy(&output.stdout).contains(command), "{case} as {format}");
        }
    }
}

#[test]
fn a_step_says_each_thing_once_and_how_to_use_a_case_key() {
    let dir = tempfile::tempdir().unwrap();
    Case::find("key-mismatch").unwrap().write(&dir.path().join("case")).unwrap();
    report(dir.path(), &["case"], 0);
    complaint(dir.path(), &["kit", "--from", "report.json"], 0);
    let page =
        || String::from_utf8(files_of(&dir.path().join("kit.zip"))["READ-ME-FIRST.html"].clone()).unwrap();
    let keyed = page();
    let on = keyed.lines().find(|line| line.starts_with("<p>On:")).unwrap();
    assert_eq!(
        on,
        "<p>On: WEB01, WEB02 and WEB03 again, as administrator, with one case key, on the node itself.</p>"
    );
    for text in [
        "<pre><code>clusterbrief case-key new</code></pre>",
        "<pre><code>clusterbrief collect --case-key-file clusterbrief-case-key-do-not-send.txt</code></pre>",
        "stays with you: never send it",
    ] {
        assert!(keyed.contains(text), "{text}");
    }
    assert!(keyed.contains("that you type are not shown and not kept; the address is in the record."));
    complaint(dir.path(), &["kit"], 0);
    assert!(!page().contains("case-key") && !page().contains("What you type is not shown"));
}

#[test]
fn a_report_that_a_windows_shell_wrote_is_read() {
    let dir = made();
    report(dir.path(), &["bundles"], 0);
    let text = fs::read_to_string(dir.path().join("report.json")).unwrap();
    let utf16 = |mark: &str| {
        let units = format!("{mark}{text}");
        units.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>()
    };
    complaint(dir.path(), &["kit", "--from", "report.json"], 0);
    let expected = fs::read(dir.path().join("kit.zip")).unwrap();
    for bytes in [utf16("\u{feff}"), utf16(""), format!("\u{feff}{text}").into_bytes()] {
        fs::write(dir.path().join("report.json"), bytes).unwrap();
        complaint(dir.path(), &["kit", "--from", "report.json"], 0);
        assert_eq!(fs::read(dir.path().join("kit.zip")).unwrap(), expected);
    }
}

#[test]
fn a_half_answer_is_read_as_far_as_it_goes() {
    let dir = made();
    let whole = answers("whole", "WEB01");
    fs::write(dir.path().join("cut.zip"), &whole[..whole.len() / 2]).unwrap();
    let report = report(dir.path(), &["bundles", "cut.zip"], 3);
    let cut = report["inputs"].as_array().unwrap().iter().find(|input| input["name"] == "cut.zip").unwrap();
    assert_eq!(cut["status"], "refused");
    // The folder that a killed script leaves: no record, or half of one.
    let folder = dir.path().join("left");
    fs::create_dir(&folder).unwrap();
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kit/whole/clusterbrief-answers-WEB01");
    fs::copy(recorded.join("nodes-1.txt"), folder.join("nodes-1.txt")).unwrap();
    let record = fs::read(recorded.join("answers.json")).unwrap();
    fs::write(folder.join("answers.json"), &record[..record.len() / 2]).unwrap();
    let text =
        complaint(dir.path(), &[&["report", "bundles", "left"], &AS_OF[..], &["-o", "r.json"]].concat(), 3);
    assert!(text.contains("is no whole one") && text.contains("are read all the same"), "{text}");
    let newer = String::from_utf8(record).unwrap().replace("answers/1.0", "answers/2.0");
    fs::write(folder.join("answers.json"), newer).unwrap();
    let text =
        complaint(dir.path(), &[&["report", "bundles", "left"], &AS_OF[..], &["-o", "r.json"]].concat(), 3);
    assert!(text.contains("newer format 2.0"), "{text}");
}

#[test]
fn a_report_of_another_case_program_or_format_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let base = json!({
        "schema": "clusterbrief-report/1.6", "case": { "name": "Acme" }, "target": "12.3.000001",
        "nodes": [{ "name": "WEB01", "role": "serving", "bundle": false }], "missing": [], "inputs": [], "coverage": { "rules": [] },
    });
    let changed = |key: &str, value: Value| {
        let mut report = base.clone();
        report[key] = value;
        report.to_string()
    };
    let whole = base.to_string();
    for (text, args, why) in [
        (whole.clone(), &["--case", "Other"][..], "is of the case \"Acme\", not of \"Other\""),
        (
            whole.clone(),
            &["--target", "12.1.000002"],
            "is about an upgrade to 12.3.000001, not to 12.1.000002",
        ),
        (changed("schema", json!("clusterbrief-report/2.0")), &[], "newer format 2.0"),
        (changed("schema", json!("clusterbrief-handout/1.0")), &[], "is no report of clusterbrief"),
        (changed("schema", Value::Null), &[], "is no report of clusterbrief"),
        (changed("nodes", json!("WEB01")), &[], "begins as a report, but is none"),
        ("[1, 2]".to_owned(), &[], "is no report of clusterbrief"),
        (whole[..whole.len() / 2].to_owned(), &[], "is no whole JSON file"),
    ] {
        fs::write(dir.path().join("r.json"), text).unwrap();
        let text = complaint(dir.path(), &[&["kit", "--from", "r.json"], args].concat(), 2);
        assert!(text.contains(why), "{text}");
        assert!(!dir.path().join("kit.zip").exists());
    }
    assert!(complaint(dir.path(), &["kit", "--from", "none.json"], 2).contains("is no file"));
    fs::write(dir.path().join("r.json"), whole).unwrap();
    complaint(dir.path(), &["kit", "--from", "r.json"], 0);
    let page =
        String::from_utf8(files_of(&dir.path().join("kit.zip"))["READ-ME-FIRST.html"].clone()).unwrap();
    assert!(page.contains("Acme") && page.contains("12.3.000001") && page.contains("On: WEB01."), "{page}");
}

#[test]
fn the_collector_is_a_program_of_this_version_or_the_page_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("script.exe"), "echo no program").unwrap();
    let text = complaint(dir.path(), &["kit", "--exe", "script.exe"], 2);
    assert!(text.contains("is no program for Windows"), "{text}");
    assert!(complaint(dir.path(), &["kit", "--exe", "none.exe"], 2).contains("cannot be read"));
    let page = || String::from_utf8(files_of(&at("kit.zip"))["READ-ME-FIRST.html"].clone()).unwrap();
    fs::write(at("other.exe"), Pe::new("0.1.7", [0, 1, 7, 0]).bytes()).unwrap();
    assert!(complaint(dir.path(), &["kit", "--exe", "other.exe"], 0).contains("version 0.1.7"));
    assert!(page().contains("of version 0.1.7, and this kit was made by version"));
    fs::write(at("own.exe"), Pe::new(env!("CARGO_PKG_VERSION"), [0, 0, 0, 0]).bytes()).unwrap();
    assert_eq!(complaint(dir.path(), &["kit", "--exe", "own.exe"], 0), "");
    assert!(!page().contains("this kit was made by version"));
    assert_eq!(files_of(&at("kit.zip"))["clusterbrief.exe"], fs::read(at("own.exe")).unwrap());
}

#[test]
fn names_and_outputs_that_would_do_harm_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["../x", "a/b", "a\\b", "..", ""] {
        assert!(complaint(dir.path(), &["kit", "--case", name], 2).contains("name of a case"), "{name}");
    }
    assert!(complaint(dir.path(), &["kit", "--purpose", "upgrade"], 2).contains("needs --target"));
    assert!(
        complaint(dir.path(), &["kit", "--purpose", "health", "--target", "12.3.000001"], 2)
            .contains("--purpose upgrade")
    );
    assert!(complaint(dir.path(), &["kit", "-o", "kit.txt"], 2).contains("ends in .zip"));
    fs::write(dir.path().join("ticket.zip"), answers("whole", "WEB01")).unwrap();
    assert!(complaint(dir.path(), &["kit", "-o", "ticket.zip"], 2).contains("is no kit"));
    complaint(dir.path(), &["kit"], 0);
    let first = fs::read(dir.path().join("kit.zip")).unwrap();
    complaint(dir.path(), &["kit"], 0);
    assert!(
        is_own_kit(&first) && first == fs::read(dir.path().join("kit.zip")).unwrap(),
        "same options, same bytes"
    );
}

#[test]
fn a_kit_in_its_own_input_folder_is_passed_over_and_what_was_filled_in_is_read() {
    let dir = made();
    complaint(dir.path(), &["kit", "-o", "bundles/kit.zip"], 0);
    let unpacked = dir.path().join("bundles/kit");
    fs::create_dir(&unpacked).unwrap();
    for (name, bytes) in files_of(&dir.path().join("bundles/kit.zip")) {
        fs::write(unpacked.join(name), bytes).unwrap();
    }
    let alone = report(dir.path(), &["bundles/WEB01", "bundles/WEB02", "bundles/WEB03"], 0);
    let beside = report(dir.path(), &["bundles"], 0);
    let missing = |report: &Value| report["missing"].clone();
    assert_eq!(missing(&alone), missing(&beside));
    let inputs = beside["inputs"].as_array().unwrap();
    assert_eq!(
        inputs.iter().filter(|input| input["status"] == "passed-over").count(),
        7,
        "the same bytes count once: {inputs:#?}"
    );
    let table = "Machine Name,Version,Database,In Cluster\nWEB01,12.3.000001,SQL01\\SecretServer,yes\n";
    fs::write(unpacked.join("nodes.csv"), table).unwrap();
    let filled = report(dir.path(), &["bundles"], 0);
    let nodes = |input: &&Value| input["kind"] == "nodes-table" && input["status"] == "read";
    assert_eq!(filled["inputs"].as_array().unwrap().iter().filter(nodes).count(), 1);
}
