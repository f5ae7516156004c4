//! `--tracker` on the command line, the tables, and what is said once files are written.

use crate::support::samples::sample;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clusterbrief")).args(args).current_dir(folder).output().unwrap()
}

fn report(folder: &Path, args: &[&str]) -> Output {
    let case = sample("mid-upgrade").to_string_lossy().into_owned();
    run(folder, &[&["report", case.as_str(), "--as-of", "2026-11-22"], args].concat())
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn a_ticket_names_the_report_that_was_written_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["-o", "page.json", "-o", "out/whole.html", "-o", "t.html", "--tracker", "servicenow"];
    let output = report(folder.path(), &args);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // The first file of the extension is the ticket, others are as without it.
    let ticket = fs::read_to_string(folder.path().join("out/whole.html")).unwrap();
    assert!(ticket.starts_with("[code]<p>") && ticket.contains("see t.html."), "{ticket}");
    let page = fs::read_to_string(folder.path().join("t.html")).unwrap();
    assert!(page.to_lowercase().starts_with("<!doctype html>"));
    let lines: Vec<String> = said(&output).lines().map(ToOwned::to_owned).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("NOT READY: WEB03 runs ") && lines[0].ends_with("(VER-001)"), "{lines:?}");
    assert!(lines[1].starts_with("Wrote page.json (") && lines[1].contains("whole.html ("), "{lines:?}");
    assert!(lines[1].contains("KiB, fits servicenow), t.html ("), "{lines:?}");
}

#[test]
fn quiet_says_nothing_but_errors() {
    let folder = tempfile::tempdir().unwrap();
    let output = report(folder.path(), &["-o", "r.md", "--quiet"]);
    assert_eq!((output.status.code(), said(&output), output.stdout.len()), (Some(0), String::new(), 0));
    let broken = sample("broken-bundle").to_string_lossy().into_owned();
    let output = run(folder.path(), &["report", &broken, "-o", "r.md", "-q"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(said(&output).contains("WEB02") && !said(&output).contains("Wrote"), "{}", said(&output));
    let output = report(folder.path(), &["--format", "md"]);
    assert_eq!(said(&output), "", "nothing is said of standard output");
}

#[test]
fn a_system_and_an_extension_must_agree() {
    let folder = tempfile::tempdir().unwrap();
    for (args, words) in [
        (
            &["-o", "t.md", "--tracker", "jira"][..],
            "a ticket for jira is written into a .txt file, and t.md is none",
        ),
        (
            &["-o", "r.html", "-o", "t.txt", "--tracker", "github"],
            "into a .md file, and r.html, t.txt is none",
        ),
        (&["-o", "t.txt"], "for a ticket add --tracker jira or plain"),
        (&["--format", "html", "--tracker", "github"], "there is none: add -o ticket.md"),
        (&["-o", "t.md", "--tracker", "trac"], "github, jira, plain, zendesk, servicenow, teams"),
    ] {
        let output = report(folder.path(), args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said(&output).contains(words), "{args:?}: {}", said(&output));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    for args in [&["--tracker", "jira"][..], &["--tracker", "jira", "-o", "-"]] {
        let output = report(folder.path(), args);
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", said(&output));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.starts_with("h2. NOT READY: WEB01, WEB02 and WEB03\n"), "{text}");
    }
}

#[test]
fn a_plan_is_no_table_and_names_its_ticket() {
    let folder = tempfile::tempdir().unwrap();
    let case = sample("pre-upgrade").to_string_lossy().into_owned();
    let plan =
        |args: &[&str]| run(folder.path(), &[&["plan", &case, "--target", "11.7.000049"], args].concat());
    for (args, words) in [
        (&["-o", "p.xlsx"][..], "ends in none of .html, .md, .json"),
        (&["--format", "csv"], "a plan is not written as csv, only as html, md, json"),
    ] {
        let output = plan(args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(said(&output).contains(words), "{args:?}: {}", said(&output));
    }
    assert_eq!(plan(&["-o", "p.md", "-o", "t.txt", "--tracker", "jira"]).status.code(), Some(0));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("p.md").contains("to attach as a file") && read("p.md").chars().count() > 50_000);
    assert!(read("t.txt").contains("see p.md.") && read("t.txt").chars().count() < 30_000);
}

/// Files of ours in the folder of a case are no evidence, and may be written anew.
#[test]
fn own_tables_and_tickets_are_passed_over_and_written_anew() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["nodes.json", "tbVersion.csv"] {
        fs::copy(sample("mid-upgrade").join(name), folder.path().join(name)).unwrap();
    }
    let all = [
        ("github", "-o=t.md"),
        ("jira", "-o=t.txt"),
        ("plain", "-o=plain.txt"),
        ("zendesk", "-o=z.html"),
        ("servicenow", "-o=s.html"),
        ("teams", "-o=m.html"),
    ];
    let mut first = String::new();
    for _ in 0..2 {
        for (tracker, out) in all {
            let args = ["report", ".", "--as-of", "2026-11-22", "--tracker", tracker, out, "-q"];
            let output = run(folder.path(), &args);
            assert_eq!(output.status.code(), Some(0), "{tracker}: {}", said(&output));
        }
        let args = [
            "report",
            ".",
            "--as-of",
            "2026-11-22",
            "-o",
            "r.xlsx",
            "-o",
            "findings.csv",
            "-o",
            "r.json",
            "-q",
        ];
        let output = run(folder.path(), &args);
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        let json: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.path().join("r.json")).unwrap()).unwrap();
        let verdict = json["verdict"].to_string() + &json["findings"].to_string();
        if first.is_empty() {
            first = verdict;
        } else {
            assert_eq!(verdict, first, "own outputs change nothing");
            let inputs = json["inputs"].as_array().unwrap();
            let own = inputs.iter().filter(|input| input["status"] == "passed-over").count();
            assert_eq!(own, all.len() + 3, "{inputs:?}");
        }
    }
    // A table of somebody else is evidence, and stays.
    let table = folder.path().join("tbVersion.csv");
    let before = fs::read(&table).unwrap();
    let output = run(folder.path(), &["report", ".", "-o", "tbVersion.csv"]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert_eq!(fs::read(&table).unwrap(), before);
}
