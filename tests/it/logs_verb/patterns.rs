//! Patterns: listed, searched for, held against a baseline, and made into a knowledge record.

use super::{Node, command, each, entries, logs, loose};
use clusterbrief::bundle::Form;
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// A log with several errors, each with words that change.
fn log(seed: u32) -> String {
    let mut log = String::new();
    for at in 0..60 {
        let time = format!("2026-09-14 08:{:02}:{:02},000 [{}]", at / 2, at % 2 * 30, at % 9 + 1);
        let number = at * 37 + seed;
        let _ = match at % 6 {
            0 => {
                write!(log, "{time} ERROR Contoso.Feeder - Could not feed animal {number} within {at} ms\r\n")
            }
            1 => write!(
                log,
                "{time} WARN  Contoso.Feeder - Bowl '{number:x}' is nearly \"empty\" at C:\\bowls\\{number}\\a.txt\r\n"
            ),
            2 => write!(
                log,
                "{time} ERROR Contoso.Door - The door {number:08x}-1f2e-4d3c-8b9a-{number:012x} does not close\r\nContoso.DoorException: stuck\r\n   at Thycotic.Doors.Close(Int32 id)\r\n"
            ),
            3 => write!(log, "{time} INFO  Contoso.Clock - tick {number}\r\n"),
            4 => write!(
                log,
                "{time} ERROR Contoso.Door - Login with password=Sommer-Regen-{number} was refused by 10.0.{at}.7\r\n"
            ),
            _ => write!(
                log,
                "{time} INFO  Contoso.Door - opened\r\nContoso.HingeException: dry {number}\r\n   at Thycotic.Doors.Open()\r\n"
            ),
        };
    }
    log
}

/// Two nodes, the second one as a loose log.
fn case(folder: &Path) {
    let log = |seed| log(seed).into_bytes();
    let node =
        Node { name: "WEB01", zone: "GMT Standard Time", clock: "2026-09-14T08:40:00+00:00", log: &log(1) };
    node.bundle(folder, Form::Zip);
    loose(folder, "WEB02/log/SS.log", &log(20_000));
}

#[test]
fn the_table_lists_what_pattern_shows() {
    let folder = tempfile::tempdir().unwrap();
    case(folder.path());
    let rows = entries(&[folder.path()], &[]);
    let wordings = each(&rows, "wording");
    assert_eq!(rows.len(), 5, "{wordings:?}");
    let levels = each(&rows, "level");
    assert_eq!(levels, ["error", "error", "error", "warn", "other"], "the gravest first");
    for row in &rows {
        assert_eq!(
            (&row["count"], &row["nodes"]["WEB01"], &row["nodes"]["WEB02"]),
            (&20.into(), &10.into(), &10.into())
        );
        assert!(row["samples"].as_array().is_some_and(|samples| !samples.is_empty()), "{row}");
        let id = row["id"].as_str().unwrap();
        let found = entries(&[folder.path()], &["--pattern", id]);
        assert_eq!(found.len(), 20, "{row}");
        let level = row["level"].as_str().unwrap();
        assert!(
            found.iter().all(
                |entry| entry["logger"] == row["logger"] && (entry["level"] == level || level == "other")
            )
        );
        let window = ["--pattern", id, "--until", "2026-09-14 08:10", "--node", "web02"];
        let some = entries(&[folder.path()], &window);
        assert!(
            (1..10).contains(&some.len()) && some.iter().all(|entry| entry["node"] == "WEB02"),
            "{some:?}"
        );
    }
    let (code, out, err) = logs(&[folder.path()], &[]);
    assert_eq!(code, 0, "{err}");
    let first = out.lines().next().unwrap();
    assert!(first.contains("20 ERROR WEB01 10, WEB02 10  2026-09-14 08:0"), "{out}");
    assert!(out.contains("Contoso.Feeder - Could not feed animal <num> within <num> ms"), "{out}");
    let (_, out, err) = logs(&[folder.path()], &["--node", "WEB02", "--limit", "2"]);
    assert!(!out.contains("WEB01") && out.contains("10 ERROR WEB02 10  "), "{out}");
    assert!(err.contains("shown are the first 2 of 5 patterns"), "{err}");
    let (code, _, err) = logs(&[folder.path()], &["--pattern", "p-0000000000"]);
    assert!(code == 2 && err.contains("there is no such pattern"), "{err}");
}

#[test]
fn patterns_do_not_depend_on_order_and_threads_and_hold_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    case(folder.path());
    let baseline = folder.path().join("baseline.txt");
    let bundle = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.is_file())
        .unwrap();
    let run = |inputs: &[&Path], threads: &str| {
        let options = ["--format", "json", "--baseline-out", baseline.to_str().unwrap()];
        let output = command(inputs, &options).env("RAYON_NUM_THREADS", threads).output().unwrap();
        (super::told(&output), fs::read_to_string(&baseline).unwrap())
    };
    let tree = folder.path().join("WEB02");
    let first = run(&[&bundle, &tree], "1");
    assert!(run(&[&tree, &bundle], "7") == first);
    let ((_, out, err), baseline) = first;
    for text in [&out, &err, &baseline] {
        assert!(!text.contains("Sommer-Regen"), "{text}");
    }
    assert!(out.contains("password={redacted}"), "{out}");
    for filled in ["37", "20000", "10.0.", "samples", "2026-09"] {
        assert!(!baseline.contains(filled), "{filled} is in {baseline}");
    }
}

#[test]
fn what_is_not_in_the_baseline_is_new() {
    let folder = tempfile::tempdir().unwrap();
    case(folder.path());
    let path = tempfile::tempdir().unwrap();
    let baseline = path.path().join("baseline.json");
    let name = baseline.to_str().unwrap();
    assert_eq!(logs(&[folder.path()], &["--baseline-out", name]).0, 0);
    let written: Value = serde_json::from_str(&fs::read_to_string(&baseline).unwrap()).unwrap();
    assert_eq!(
        (&written["format"], &written["version"], &written["hours_covered"]),
        (&"clusterbrief-baseline".into(), &1.into(), &1.into())
    );
    assert_eq!(written["patterns"].as_array().unwrap().len(), 5);
    let keys: Vec<&String> = written["patterns"][0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["exception", "frame", "level", "logger", "rate_per_hour", "template"]);

    let rows = entries(&[folder.path()], &["--baseline", name]);
    assert!(rows.iter().all(|row| row["new"] == false), "{rows:?}");
    let more = "2026-09-14 08:35:00,000 [3] WARN  Contoso.Roof - Rain comes in at beam 7\n";
    loose(folder.path(), "WEB03/log/SS.log", (log(70_000) + more).as_bytes());
    let rows = entries(&[folder.path()], &["--baseline", name]);
    assert_eq!(
        each(&rows, "new"),
        ["true", "false", "false", "false", "false", "false"],
        "new ones come first"
    );
    assert_eq!(rows[0]["logger"], "Contoso.Roof");
    let (_, out, _) = logs(&[folder.path()], &["--baseline", name]);
    assert!(out.lines().next().unwrap().ends_with("  NEW") && out.matches("NEW").count() == 1, "{out}");
    let without = entries(&[folder.path()], &[]);
    assert!(without.iter().all(|row| row["new"].is_null()));

    let bad = path.path().join("bad.json");
    fs::write(&bad, "{\"format\":\"clusterbrief-baseline\",\"version\":9}").unwrap();
    for (file, words) in
        [(bad.as_path(), "is a baseline of version 9"), (Path::new("nothing.json"), "could not be read")]
    {
        let (code, _, err) = logs(&[folder.path()], &["--baseline", file.to_str().unwrap()]);
        assert!(code == 2 && err.contains(words), "{err}");
    }
    let report = |file: &Path| {
        let bundle = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.is_file());
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_clusterbrief"));
        command.arg("report").arg(bundle.unwrap()).arg("--baseline").arg(file).output().unwrap().status.code()
    };
    assert_eq!((report(&baseline), report(&bad)), (Some(0), Some(2)));
}

#[test]
fn a_record_of_any_pattern_loads_and_finds_its_entries() {
    let folder = tempfile::tempdir().unwrap();
    let odd = "2026-09-14 08:36:00,000 [3] ERROR Contoso.Odd - It said \"no\" to C:\\new\\table, then \u{1b}[31m'''stopped''' # here\n\
        2026-09-14 08:36:01,000 [3] ERROR Contoso.Odd - 4711\n\
        2026-09-14 08:36:02,000 [3] ERROR 12 13\n\
        2026-09-14 08:36:03,000 [3] ERROR Contoso.Data - Login failed for user 'svc'. A network-related or instance-specific error\n\
        2026-09-14 08:36:04,000 [3] ERROR Contoso.Größe - Die Tür klemmt übermäßig\n";
    loose(folder.path(), "WEB01/log/SS.log", (log(1) + odd).as_bytes());
    let rows = entries(&[folder.path()], &[]);
    assert!(rows.len() >= 9, "{:?}", each(&rows, "wording"));
    for row in rows {
        let (code, record, err) = logs(&[folder.path()], &["--as-record", row["id"].as_str().unwrap()]);
        assert_eq!(code, 0, "{err}");
        assert!(!record.contains("WEB01") && !record.contains('\u{1b}'), "{record}");
        let own = tempfile::tempdir().unwrap();
        fs::write(own.path().join("ours.toml"), &record).unwrap();
        let mut check = std::process::Command::new(env!("CARGO_BIN_EXE_clusterbrief"));
        let output = check.args(["knowledge", "check"]).arg(own.path()).output().unwrap();
        assert!(output.status.success(), "{row}\n{record}\n{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("E-900") && text.contains("LOG-900"), "{text}");
    }
    let (code, _, err) = logs(&[folder.path()], &["--as-record", "p-0000000000"]);
    assert!(code == 2 && err.contains("there is no such pattern"), "{err}");
}

#[test]
fn a_report_with_the_record_has_its_finding() {
    let folder = tempfile::tempdir().unwrap();
    case(folder.path());
    let rows = entries(&[folder.path()], &[]);
    let door = rows.iter().find(|row| row["exception"] == "Contoso.DoorException").unwrap();
    let own = tempfile::tempdir().unwrap();
    let (_, record, _) = logs(&[folder.path()], &["--as-record", door["id"].as_str().unwrap()]);
    fs::write(own.path().join("ours.toml"), record).unwrap();
    let bundle =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).find(|path| path.is_file());
    let mut report = std::process::Command::new(env!("CARGO_BIN_EXE_clusterbrief"));
    report.arg("report").arg(bundle.unwrap()).arg("--knowledge").arg(own.path());
    let output = report.args(["--as-of", "2026-09-14", "-o", "-", "--format", "json"]).output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let findings = json["findings"].as_array().unwrap();
    assert!(
        findings.iter().any(|finding| finding["rule"] == "LOG-900"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
