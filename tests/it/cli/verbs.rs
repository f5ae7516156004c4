//! The other verbs, help and the README.

use super::{code, err, out, root, run, run_in, sample};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

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
        assert!(out(&output).lines().nth(1).is_some_and(|line| line.ends_with('?')), "{id} has no question");
    }
    let output = run(&["explain", "VER-999"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("VER-001"), "{}", err(&output));
}

#[test]
fn a_known_error_explains_itself() {
    let output = run(&["explain", "e-004"]);
    assert_eq!(code(&output), 0, "{}", err(&output));
    for needle in ["E-004", "Where it appears", "Why it happens", "How to fix it", "VER-005", "Sources"] {
        assert!(out(&output).contains(needle), "{needle} is not in\n{}", out(&output));
    }
    assert!(out(&output).lines().all(|line| line.chars().count() <= 80), "{}", out(&output));
    let output = run(&["explain", "E-999"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("no rule or known error E-999"), "{}", err(&output));
}

#[test]
fn what_is_not_there_or_there_already_is_refused_with_a_sentence() {
    let (upgrade, behind) = (sample("pre-upgrade"), sample("mid-upgrade"));
    for (args, words) in [
        (&["rules", "--family", "FOO"][..], "there is no family FOO; there are BKP, BND"),
        (&["rules", "--needs", "foo"], "no rule needs foo; rules need always-on, answer"),
        (&["plan", &upgrade, "--add-node", "web01"], "WEB01 is a node of this case already"),
        (
            &["report", &behind, "--expect-nodes", "WEB01,web02"],
            "--expect-nodes does not name WEB03, which the node list",
        ),
    ] {
        let output = run(args);
        assert_eq!(code(&output), 2, "{args:?}: {}", err(&output));
        assert!(err(&output).contains(words), "{args:?}: {}", err(&output));
        assert!(out(&output).is_empty(), "{args:?}");
    }
    for role in [&["--role", "WEB03=dr"][..], &["--expect-nodes", "WEB03"]] {
        let args = [&["report", behind.as_str(), "--expect-nodes", "WEB01,WEB02"], role].concat();
        assert_eq!(code(&run(&args)), 0, "{role:?}");
    }
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

/// Numbers and names in a manifest come from outside and may be anything.
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
        &["logs", "--help"],
        &["logs", "-h"],
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
fn the_readme_matches_the_program() {
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
        readme.contains("cargo run -- report samples/mid-upgrade")
            && ci.contains("report samples/mid-upgrade")
    );
    assert!(readme.contains("\ncargo test\n") && ci.contains("\ncargo test"));
}
