//! `report`: outputs, formats, exit codes, refused inputs, full disks.

use super::{code, err, out, run, run_in, sample};
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn a_report_without_an_output_is_a_summary_without_colour_in_a_pipe() {
    let output = run(&["report", &sample("mid-upgrade")]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let text = out(&output);
    assert!(text.contains("NOT READY") && text.contains("WEB03"), "{text}");
    assert!(!text.contains('\u{1b}'), "escape sequences in a pipe");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn several_outputs_at_once_by_extension() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let output = run_in(
        folder.path(),
        &["report", &sample("mid-upgrade"), "-o", "r.html", "-o", "deep/r.md", "-o", "r.json"],
    );
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(out(&output).is_empty(), "files were asked for: nothing on standard output");
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a report");
    assert!(read("r.html").to_lowercase().starts_with("<!doctype html>"));
    assert!(read("deep/r.md").contains("NOT READY"));
    let json: serde_json::Value = serde_json::from_str(&read("r.json")).expect("JSON");
    assert_eq!(json["verdict"]["state"], "not-ready");
}

#[test]
fn with_a_target_plan_and_checklist_are_files_beside_the_page() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let case = sample("pre-upgrade");
    let target = ["report", case.as_str(), "--target", "11.7.000049", "--as-of", "2026-11-20"];
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a page");
    let output = run_in(folder.path(), &[&target[..], &["-o", "r.html", "-o", "r.json"]].concat());
    assert_eq!(code(&output), 0, "{}", err(&output));
    for name in ["r.html", "r.json", "r-plan.html", "r-checklist.html"] {
        assert!(err(&output).contains(name), "{name}: {}", err(&output));
    }
    assert!(read("r.html").contains("<a href=\"r-plan.html\">") && !read("r.html").contains("id=\"plan\""));
    assert!(
        read("r-plan.html").contains("id=\"plan\"") && read("r-checklist.html").contains("id=\"checklist\"")
    );
    // Or both are in the page.
    let inside = run_in(folder.path(), &[&target[..], &["--with-plan", "-o", "whole.html"]].concat());
    assert_eq!(code(&inside), 0, "{}", err(&inside));
    assert!(read("whole.html").contains("id=\"plan\"") && read("whole.html").contains("id=\"checklist\""));
    assert!(!folder.path().join("whole-plan.html").exists());
    // What is given as an input is never overwritten, under a name of ours either.
    let input = folder.path().join("case-plan.html");
    fs::write(&input, "evidence").expect("a file can be written");
    let refused = run_in(folder.path(), &[&target[..], &["case-plan.html", "-o", "case.html"]].concat());
    assert_eq!(code(&refused), 2, "{}", err(&refused));
    assert_eq!(fs::read_to_string(&input).expect("it is still there"), "evidence");
    // Nor is what nobody named; our own page is written again.
    fs::write(folder.path().join("notes-plan.html"), "my notes").expect("a file can be written");
    let refused = run_in(folder.path(), &[&target[..], &["-o", "notes.html"]].concat());
    assert!(
        code(&refused) == 2 && err(&refused).contains("notes-plan.html is there already"),
        "{}",
        err(&refused)
    );
    assert_eq!(read("notes-plan.html"), "my notes");
    assert_eq!(code(&run_in(folder.path(), &[&target[..], &["-o", "r.html"]].concat())), 0);
    let twice = run_in(folder.path(), &[&target[..], &["-o", "t.html", "-o", "t-plan.html"]].concat());
    assert!(code(&twice) == 2 && err(&twice).contains("--with-plan"), "{}", err(&twice));
    // The option is about a target.
    assert_eq!(code(&run_in(folder.path(), &["report", &case, "--with-plan", "-o", "x.html"])), 2);
}

#[test]
fn the_case_is_named_at_the_top_and_decides_nothing() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let case = sample("mid-upgrade");
    let plain = ["report", case.as_str(), "--as-of", "2026-11-22", "-q"];
    let named = ["--case", "Autumn\n=upgrade", "--customer", "A & B", "--ticket", "#4711"];
    let outputs = ["-o", "r.json", "-o", "r.md", "-o", "t.txt", "--tracker", "plain"];
    assert_eq!(code(&run_in(folder.path(), &[&plain[..], &named, &outputs].concat())), 0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a report");
    let mut json: serde_json::Value = serde_json::from_str(&read("r.json")).expect("JSON");
    let shown = json.as_object_mut().expect("an object").remove("case").expect("the case");
    assert_eq!(shown, serde_json::json!({"name": "Autumn =upgrade", "customer": "A & B", "ticket": "#4711"}));
    assert!(
        read("r.md").contains("Case Autumn =upgrade, customer A \\& B, ticket #4711"),
        "{}",
        read("r.md")
    );
    assert!(read("t.txt").contains("\n\nCase Autumn =upgrade, customer A & B, ticket #4711\n"));
    let summary = out(&run(&[&plain[..], &["--ticket", "4711"]].concat()));
    assert!(summary.starts_with("Ticket 4711\n"), "{summary}");
    assert_eq!(code(&run_in(folder.path(), &[&plain[..], &["-o", "r.json"]].concat())), 0);
    let without: serde_json::Value = serde_json::from_str(&read("r.json")).expect("JSON");
    assert!(without == json, "nothing else changes");
}

#[test]
fn the_summary_names_high_findings_with_file_and_line() {
    let output = run(&["report", &sample("key-mismatch"), "--as-of", "2026-11-22"]);
    let text = out(&output);
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(text.contains("(ENC-001), ") || text.contains("(ENC-004), "), "{text}");
    assert!(text.contains(".log:"), "{text}");
}

#[test]
fn standard_output_needs_a_format() {
    let output = run(&["report", &sample("one-bundle"), "-o", "-"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("--format"), "{}", err(&output));
    let output = run(&["report", &sample("one-bundle"), "-o", "-", "--format", "json"]);
    assert_eq!(code(&output), 0);
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(json["verdict"]["state"], "cannot-say");
}

#[test]
fn fail_on_decides_the_exit_code() {
    for (name, fail_on, expected) in [
        ("mid-upgrade", "not-ready", 1),
        ("one-bundle", "not-ready", 0),
        ("one-bundle", "cannot-say", 1),
        ("healthy-3-node", "warnings", 0),
    ] {
        let output = run(&["report", &sample(name), "--as-of", "2026-11-20", "--fail-on", fail_on]);
        assert_eq!(code(&output), expected, "{name} {fail_on}");
    }
}

#[test]
fn refused_inputs_are_named_and_the_rest_is_reported() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let output = run_in(folder.path(), &["report", &sample("broken-bundle"), "-o", "r.json"]);
    assert_eq!(code(&output), 3);
    let said = err(&output);
    for name in ["WEB02", "WEB03", "WEB04.zip"] {
        assert!(
            said.lines().any(|line| line.starts_with(&format!("clusterbrief: {name}"))),
            "{name} in {said}"
        );
    }
    let text = fs::read_to_string(folder.path().join("r.json")).expect("a report of the rest");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(json["nodes"].as_array().expect("nodes").iter().any(|node| node["name"] == "WEB01"));
}

#[test]
fn without_usable_input_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("a.zip"), "no zip").expect("a file can be written");
    fs::create_dir(folder.path().join("empty")).expect("a folder can be made");
    for input in ["a.zip", "empty"] {
        let output = run_in(folder.path(), &["report", input, "-o", "r.html"]);
        assert_eq!(code(&output), 4, "{input}: {}", err(&output));
        assert!(err(&output).contains(input), "{}", err(&output));
        assert!(!folder.path().join("r.html").exists());
    }
    let output = run_in(folder.path(), &["report", "no-such-thing", "-o", "r.html"]);
    assert_eq!(code(&output), 2);
}

#[test]
fn an_output_that_is_a_folder_is_refused_and_the_old_report_stays() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(folder.path().join("r.html")).expect("a folder can be made");
    let output = run_in(folder.path(), &["report", &sample("one-bundle"), "-o", "r.html"]);
    assert_eq!(code(&output), 5);
    assert!(err(&output).contains("r.html is a folder"), "{}", err(&output));
}

#[test]
fn an_output_is_no_input_and_no_other_output() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let export = folder.path().join("nodes.json");
    fs::copy(sample("mid-upgrade/nodes.json"), &export).expect("the export is copied");
    let before = fs::read(&export).expect("the export");
    for (args, said) in [
        (&["report", "nodes.json", "-o", "./nodes.json"][..], "is an input"),
        (&["report", ".", "-o", "nodes.json"], "is an input"),
        (&["report", "nodes.json", "-o", "r.md", "-o", "./r.md"], "is given twice"),
    ] {
        let output = run_in(folder.path(), args);
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(err(&output).contains(said), "{}", err(&output));
    }
    assert_eq!(fs::read(&export).expect("the export"), before);
    assert!(!folder.path().join("r.md").exists());
    for _ in 0..2 {
        let output = run_in(folder.path(), &["report", ".", "-o", "r.json", "-o", "r.html"]);
        assert!(matches!(code(&output), 0 | 3), "its own report of before: {}", err(&output));
    }
}

#[test]
fn an_output_below_a_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("file"), "").expect("a file can be written");
    let output = run_in(folder.path(), &["report", &sample("one-bundle"), "-o", "file/r.md"]);
    assert_eq!(code(&output), 5);
    assert!(err(&output).contains("cannot make the folder file"), "{}", err(&output));
}

/// Every verb that prints fails with a sentence where nothing can be printed.
#[cfg(target_os = "linux")]
#[test]
fn a_full_device_is_no_panic() {
    let bundle = sample("one-bundle/WEB01");
    let inputs = sample("one-bundle");
    for args in [
        &["rules"][..],
        &["explain", "VER-001"],
        &["inspect", &bundle],
        &["report", &inputs],
        &["template", "nodes"],
        &["demo"],
        &["completions", "bash"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
            .args(args)
            .stdout(fs::File::create("/dev/full").expect("the device opens"))
            .output()
            .expect("the program runs");
        assert_eq!(code(&output), 5, "{args:?}");
        let said = err(&output);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.starts_with("clusterbrief: cannot write to standard output"), "{said}");
    }
}

/// A reader that has seen enough, such as `head`, ends the program quietly.
#[cfg(unix)]
#[test]
fn a_closed_pipe_is_quiet() {
    let inputs = sample("one-bundle");
    let bundle = sample("one-bundle/WEB01");
    for args in [
        &["rules"][..],
        &["report", &inputs, "--format", "html"],
        &["report", &inputs],
        &["inspect", &bundle],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
            .args(args)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the program runs");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((code(&output), err(&output).as_str()), (0, ""), "{args:?}");
    }
}

/// A device that is always full acts as a full disk; the report beside it stays as it was.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_the_old_report_whole() {
    if !Path::new("/dev/full").exists() {
        return;
    }
    let full = fs::File::create("/dev/full").expect("the device opens");
    let output = Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
        .args(["report", &sample("one-bundle"), "-o", "-", "--format", "html"])
        .stdout(full)
        .output()
        .expect("the program runs");
    assert_eq!(code(&output), 5);
    assert!(err(&output).contains("cannot write to standard output"), "{}", err(&output));
}

#[test]
fn the_downloaded_package_is_checked_and_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (fresh, gone, page) = (at("setup.exe"), at("Version_12_0_000022.zip"), at("report.json"));
    fs::write(&fresh, "MZ").unwrap();
    let with = |package: &str, out: &str, target: &[&str]| {
        run(&[&["report", &sample("two-nodes-no-exports"), "--upgrade-package", package, "-o", out], target]
            .concat())
    };
    let target = ["--target", "12.0.000022"];
    assert_eq!(code(&with(&fresh, &page, &[])), 2, "a package can only be checked for a target");
    let output = with(&gone, &page, &target);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("there is no such file"), "{}", err(&output));
    let output = run(&[
        "report",
        &sample("one-bundle"),
        "--upgrade-package",
        &fresh,
        "-o",
        &fresh,
        "--format",
        "json",
        "--target",
        "12.0.000022",
    ]);
    assert_eq!(code(&output), 2);
    assert_eq!(fs::read(&fresh).unwrap(), b"MZ");
    assert_eq!(code(&with(&fresh, &page, &target)), 0);
    let report: serde_json::Value = serde_json::from_slice(&fs::read(&page).unwrap()).unwrap();
    let package = &report["plan"]["package"];
    assert_eq!(package["bytes"], 2);
    assert_eq!(package["sha256"].as_str().map(str::len), Some(64));
    assert!(
        package["verdict"]
            .as_str()
            .unwrap()
            .starts_with("Do not use it: setup.exe is not an upgrade package")
    );
}
