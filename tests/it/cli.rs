//! The command line from the outside: verbs, exit codes, streams.

#![expect(clippy::expect_used, reason = "a test ends at the first surprise")]

use crate::support::samples;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sample(name: &str) -> String {
    samples::sample(name).to_string_lossy().into_owned()
}

fn run(args: &[&str]) -> Output {
    run_in(&std::env::temp_dir(), args)
}

fn run_in(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
        .args(args)
        .current_dir(folder)
        .env_remove("CLICOLOR_FORCE")
        .env("COLUMNS", "100")
        .output()
        .expect("the program runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("an exit code")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

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
        assert!(said.contains(&format!("clusterbrief: {name}: ")), "{name} in {said}");
    }
    let text = fs::read_to_string(folder.path().join("r.json")).expect("a report of the rest");
    let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert!(json["nodes"].as_array().expect("nodes").iter().any(|node| node["name"] == "WEB01"));
}

#[test]
fn nothing_usable_writes_nothing() {
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

/// A device that is always full stands for a full disk; the report beside it stays as it was.
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
fn every_rule_explains_itself() {
    let output = run(&["rules"]);
    assert_eq!(code(&output), 0);
    let text = out(&output);
    let ids: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.contains('-'))
        .collect();
    assert!(ids.len() > 50, "{text}");
    for id in [ids[0], "ver-001"] {
        let output = run(&["explain", id]);
        assert_eq!(code(&output), 0);
        for heading in ["What it checks", "Why it matters", "How to fix it", "What it cannot see", "Sources"]
        {
            assert!(out(&output).contains(heading), "{id}: {heading}");
        }
    }
    let output = run(&["explain", "VER-999"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("VER-001"), "{}", err(&output));
}

#[test]
fn inspect_verifies_every_hash() {
    let output = run(&["inspect", &sample("one-bundle/WEB01")]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(out(&output).contains("match their size and SHA-256"), "{}", out(&output));
    let output = run(&["inspect", &sample("broken-bundle/WEB02")]);
    assert_eq!(code(&output), 3);
    assert!(out(&output).contains("NOT USED"), "{}", out(&output));
    let output = run(&["inspect", "no-such-bundle"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("no-such-bundle: there is no such file"), "{}", err(&output));
    let output = run(&["inspect", &sample("one-bundle/WEB01/manifest.json")]);
    assert_eq!(code(&output), 4);
    assert!(err(&output).contains("manifest.json"), "{}", err(&output));
}

/// Numbers of a manifest are anybody's, and so are its names.
#[test]
fn inspect_survives_what_a_manifest_may_say() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let manifest = fs::read_to_string(sample("one-bundle/WEB01/manifest.json")).expect("a manifest");
    let mut json: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    json["collection"]["utc-offset-minutes"]["known"]["value"] = i16::MIN.into();
    json["node"]["name"] = "WEB01\u{1b}[2J\nReady".into();
    json["members"][0]["redactions"] = serde_json::json!({ "a": u64::MAX, "b": u64::MAX });
    json["members"][0]["origin"] = "\u{1b}[31m".into();
    fs::write(folder.path().join("manifest.json"), json.to_string()).expect("a manifest is written");
    let output = run(&["inspect", &folder.path().to_string_lossy()]);
    assert_eq!(code(&output), 3, "{}", err(&output));
    assert!(out(&output).contains("-546:08") && !out(&output).contains('\u{1b}'), "{}", out(&output));
}

#[test]
fn a_filled_in_template_is_read_back() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let template = out(&run(&["template", "nodes"]));
    let header = template.lines().find(|line| line.contains("Machine Name")).expect("a header");
    let columns = header.split(',').count();
    let row = |name: &str| format!("{name},11.7.000049{}\n", ",".repeat(columns - 2));
    fs::write(folder.path().join("nodes.csv"), format!("{header}\n{}{}", row("WEB01"), row("WEB02")))
        .expect("a file can be written");
    let output = run_in(folder.path(), &["report", "nodes.csv", "-o", "-", "--format", "json"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let json: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(json["nodes"].as_array().expect("nodes").len(), 2);
}

#[test]
fn completions_for_every_shell() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let output = run(&["completions", shell]);
        assert_eq!(code(&output), 0);
        assert!(out(&output).contains("clusterbrief"), "{shell}");
    }
    // Bash is where the tests run; the others have no such switch everywhere.
    let folder = tempfile::tempdir().expect("a folder can be made");
    let script = folder.path().join("completions.bash");
    fs::write(&script, out(&run(&["completions", "bash"]))).expect("the script is written");
    if let Ok(bash) = Command::new("bash").arg("-n").arg(&script).output() {
        assert!(bash.status.success() && bash.stderr.is_empty(), "{}", err(&bash));
    }
}

#[test]
fn a_case_key_is_made_once() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let args = ["case-key", "new", "--out", "key-do-not-send.txt"];
    assert_eq!(code(&run_in(folder.path(), &args)), 0);
    let key = fs::read(folder.path().join("key-do-not-send.txt")).expect("a key");
    let again = run_in(folder.path(), &args);
    assert_eq!(code(&again), 5, "an existing key is never overwritten");
    assert!(err(&again).contains("already exists"), "{}", err(&again));
    assert_eq!(fs::read(folder.path().join("key-do-not-send.txt")).expect("a key"), key);
}

#[test]
fn collect_on_any_system_and_report_on_it() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let app = folder.path().join("SecretServer");
    fs::create_dir_all(app.join("log")).expect("a folder can be made");
    fs::write(app.join("web.config"), "<configuration />").expect("a file can be written");
    fs::write(app.join("web-appSettings.config"), "<appSettings />").expect("a file can be written");
    fs::write(app.join("log/SS.log"), "2026-11-20 10:00:00,000 [1] INFO  Thycotic.X - started\r\n")
        .expect("a log");
    let args = ["collect", "--app-dir", "SecretServer", "--node", "WEB09", "--out", "out"];

    let dry = run_in(folder.path(), &[&args[..], &["--dry-run"]].concat());
    assert_eq!(code(&dry), 0, "{}", err(&dry));
    assert!(out(&dry).contains("web.config") && !folder.path().join("out").exists(), "{}", out(&dry));

    let output = run_in(folder.path(), &args);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let bundles: Vec<PathBuf> = fs::read_dir(folder.path().join("out"))
        .expect("out")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(bundles.len(), 1, "{bundles:?}");
    assert_eq!(code(&run(&["inspect", &bundles[0].to_string_lossy()])), 0);
    let report = run_in(folder.path(), &["report", "out"]);
    assert_eq!(code(&report), 0, "{}", err(&report));
    assert!(out(&report).contains("WEB09: the application folder holds no program"), "{}", out(&report));
}

#[test]
fn help_fits_a_terminal_and_usage_errors_have_their_code() {
    for args in [
        &["--help"][..],
        &["-h"],
        &["report", "--help"],
        &["report", "-h"],
        &["plan", "--help"],
        &["collect", "--help"],
        &["inspect", "--help"],
        &["explain", "--help"],
        &["rules", "--help"],
        &["template", "--help"],
        &["sql", "--help"],
        &["demo", "--help"],
        &["demo", "-h"],
        &["case-key", "--help"],
        &["case-key", "new", "--help"],
        &["completions", "--help"],
    ] {
        let output = run(args);
        assert_eq!(code(&output), 0);
        assert!(out(&output).contains("Usage:"), "{args:?}");
        for line in out(&output).lines() {
            assert!(line.chars().count() <= 100, "{args:?}: {line}");
        }
    }
    assert_eq!(code(&run(&["report"])), 2);
    assert_eq!(code(&run(&["nonsense"])), 2);
    assert_eq!(code(&run(&["report", &sample("one-bundle"), "--target", "10.11"])), 2);
}

/// The case that the verb makes is the one that is committed, and its next command works as printed.
#[test]
fn demo_makes_a_case_and_prints_the_command_to_try() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let output = run_in(folder.path(), &["demo", "pre-upgrade", "new/my case"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    let text = out(&output);
    assert!(
        text.starts_with("Wrote new/my case: ") && text.contains("WEB03") && text.contains("inventory.xlsx")
    );
    let made = folder.path().join("new/my case");
    for name in ["WEB02/manifest.json", "inventory.xlsx"] {
        let committed = fs::read(sample(&format!("pre-upgrade/{name}"))).expect("the committed case");
        assert!(fs::read(made.join(name)).expect("the made case") == committed, "{name}");
    }
    let next = text.lines().find_map(|line| line.strip_prefix("Next: clusterbrief ")).expect("a command");
    let options = next.strip_prefix("report \"new/my case\" ").expect("the folder in quotation marks");
    let args: Vec<&str> =
        ["report", "new/my case", "--fail-on", "not-ready"].into_iter().chain(options.split(' ')).collect();
    assert_eq!(code(&run_in(folder.path(), &args)), 1, "the report says that it is not ready");
    assert!(folder.path().join("report.html").exists());
}

#[test]
fn demo_lists_its_cases_and_refuses_what_it_cannot_make() {
    let list = out(&run(&["demo"]));
    assert_eq!(out(&run(&["demo", "list"])), list);
    for case in clusterbrief::demo::CASES {
        let row = format!("{}  {}", format_args!("{:20}", case.name), case.summary);
        assert!(list.lines().any(|line| line == row), "{row} is not in\n{list}");
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::write(folder.path().join("mine.txt"), "x").expect("a file can be written");
    for (args, expected, words) in [
        (&["demo", "one-bundle", "."][..], 5, "is not empty"),
        (&["demo", "one-bundle", "mine.txt"], 5, "cannot make mine.txt"),
        (&["demo", "one-bundle"], 2, "clusterbrief demo one-bundle DIR"),
        (&["demo", "list", "new"], 2, "takes no folder"),
        (&["demo", "no-such-case", "new"], 2, "possible values: broken-bundle"),
    ] {
        let output = run_in(folder.path(), args);
        assert_eq!(code(&output), expected, "{args:?}");
        assert!(err(&output).contains(words), "{args:?}: {}", err(&output));
    }
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1, "nothing else was written");
}

#[test]
fn a_plan_is_of_an_upgrade_or_of_one_more_node() {
    let case = sample("pre-upgrade");
    let output = run(&["plan", &case, "--target", "11.7.000049"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    for needle in
        ["Upgrade to 11.7.000049", "> 11.7.000049", "Which node first", "   1. ", "What is not known"]
    {
        assert!(out(&output).contains(needle), "{needle} is not in\n{}", out(&output));
    }
    assert!(out(&output).lines().all(|line| line.chars().count() <= 100), "{}", out(&output));
    let folder = tempfile::tempdir().expect("a folder can be made");
    let args = ["plan", &case, "--add-node", "WEB04", "-o", "a.html", "-o", "a.md", "-o", "a.json"];
    assert_eq!(code(&run_in(folder.path(), &args)), 0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a plan");
    assert!(read("a.html").contains("<title>Build node WEB04"), "{}", read("a.html"));
    assert!(read("a.md").starts_with("# Build node WEB04"));
    let json: serde_json::Value = serde_json::from_str(&read("a.json")).expect("JSON");
    assert_eq!(
        (&json["plan"]["purpose"], &json["checklist"]),
        (&"add-node".into(), &serde_json::Value::Null)
    );
    for (args, words) in [
        (&[][..], "--target VERSION"),
        (&["--target", "11.7.000049", "--add-node", "WEB04"], "cannot be used with"),
        (&["--target", "11.7.000049", "--by", "magic"], "classic, load-balanced, rolling"),
        (&["--add-node", "WEB04; del"], "not a valid server name"),
        (&["--add-node", "WEB04", "--by", "classic"], "cannot be used with"),
    ] {
        let output = run(&[&["plan", case.as_str()], args].concat());
        assert_eq!(code(&output), 2, "{args:?}");
        assert!(err(&output).contains(words), "{args:?}: {}", err(&output));
    }
}

/// The README names verbs that exist, files that exist, and the two commands as they are run here.
#[test]
fn the_readme_is_true() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let help = out(&run(&["--help"]));
    let verbs: Vec<&str> =
        readme.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert!(verbs.len() >= 6, "{verbs:?}");
    for verb in verbs.iter().filter_map(|verb| verb.split(' ').next()) {
        assert!(help.contains(&format!("  {verb}")), "{verb} is no verb of\n{help}");
    }
    for link in readme.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(root().join(link).exists(), "{link} is not there");
    }
    let ci = fs::read_to_string(root().join(".ci/run")).expect(".ci/run");
    assert!(
        readme.contains("cargo run --release -- report samples/mid-upgrade")
            && ci.contains("report samples/mid-upgrade")
    );
    assert!(readme.contains("\ncargo test\n") && ci.contains("\ncargo test"));
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
    assert_eq!(code(&with(&fresh, &page, &[])), 2, "a package is judged for a target");
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
