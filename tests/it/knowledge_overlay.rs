//! A support team's own knowledge from the outside: a TOML file and `--knowledge`, no rebuild.

use crate::support::samples::sample;
use clusterbrief::knowledge::Knowledge;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn run(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_clusterbrief"))
        .args(args)
        .env("COLUMNS", "100")
        .output()
        .expect("the program runs")
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The example of `docs/knowledge.md`, as a support engineer would copy it from there.
fn example() -> String {
    let page = fs::read_to_string(root().join("docs/knowledge.md")).expect("the page");
    let page = page.replace("\r\n", "\n");
    let (_, rest) = page.split_once("```toml\n# ours/2026.toml\n").expect("the page has the example");
    rest.split_once("```").expect("the example ends").0.to_owned()
}

fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let above = tempfile::tempdir().expect("a folder can be made");
    let ours = above.path().join("ours");
    fs::create_dir(&ours).expect("a folder can be made");
    for (name, text) in files {
        let path = ours.join(name);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder can be made");
        fs::write(path, text).expect("a file can be written");
    }
    (above, ours)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path of this test")
}

/// The sample with one more line in a log.
fn case(above: &Path) -> PathBuf {
    let case = above.join("case");
    let from = sample("noisy-logs");
    fs::create_dir(&case).expect("a folder can be made");
    for entry in walkdir::WalkDir::new(&from).into_iter().map(|entry| entry.expect("the sample")) {
        let to = case.join(entry.path().strip_prefix(&from).expect("below the sample"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(to).expect("a folder can be made");
        } else {
            fs::copy(entry.path(), to).expect("a file can be copied");
        }
    }
    case
}

#[test]
fn one_signature_one_requirement_and_one_parity_row_need_a_file_only() {
    let (above, ours) = folder(&[("2026.toml", &example())]);
    let checked = run(&["knowledge", "check", text(&ours)]);
    let page = said(&checked.stdout);
    assert!(checked.status.success(), "{}", said(&checked.stderr));
    for line in [
        "1 file, 7 records, edition 2026-12-01",
        "  signature    E-900  (ours/2026.toml, line ",
        "  rule         SYS-900  (ours/2026.toml, line ",
        "  parity       config.web.config:system.web/httpRuntime@maxRequestLength",
        "replaces\n  question     LBL-001  (ours/2026.toml, line ",
    ] {
        assert!(page.contains(line), "{line} is missing in\n{page}");
    }

    let case = case(above.path());
    let log = case.join("WEB01/logs/SS.log");
    let logs = fs::read_to_string(&log).expect("a log");
    let last = logs.lines().rev().find(|line| line.starts_with("2026-")).expect("a line with a time");
    let time: String = last.chars().take(23).collect();
    let line = format!("{time} [7] ERROR Ours.Proxy - Blue Coat appliance refused the session\n");
    fs::write(&log, format!("{logs}{line}")).expect("the log is written");
    follow(&case.join("WEB01"), "logs/SS.log");

    let report = |own: &[&str]| {
        let mut args = vec!["report", text(&case), "--as-of", "2026-11-20T12:00:00Z", "--format", "json"];
        args.extend(own);
        let output = run(&args);
        serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("a report")
    };
    let (without, with) = (report(&[]), report(&["--knowledge", text(&ours)]));
    let fired = |report: &serde_json::Value, rule: &str| {
        report["findings"].as_array().expect("a list").iter().filter(|one| one["rule"] == rule).count()
    };
    assert_eq!(fired(&without, "SYS-900") + fired(&without, "LOG-900"), 0);
    assert_eq!(fired(&with, "LOG-900"), 1, "{with:#}");
    assert_eq!(fired(&with, "SYS-900"), 1, "the same finding on every node is one");
    let own = with["findings"].as_array().expect("a list").iter().find(|one| one["rule"] == "SYS-900");
    let nodes = own.expect("the finding")["nodes"].as_array().expect("nodes").len();
    assert_eq!(nodes, with["nodes"].as_array().expect("nodes").len());
    assert!(with["matrix"].to_string().contains("Largest request"));
    assert!(!without["matrix"].to_string().contains("Largest request"));
    let own = &with["tool"]["own"];
    assert_eq!(own["edition"], "2026-12-01");
    assert_eq!(own["overridden"], serde_json::json!(["question LBL-001"]));
    assert!(own["added"].to_string().contains("signature E-900"), "{own}");
    assert!(without["tool"]["own"].is_null());

    for format in ["md", "html"] {
        let args =
            ["report", text(&case), "--as-of", "2026-11-20", "--format", format, "--knowledge", text(&ours)];
        let page = said(&run(&args).stdout);
        assert!(page.contains("edition 2026-12-01") && page.contains("signature E-900"), "{page}");
    }
    let explained = said(&run(&["explain", "SYS-900", "--knowledge", text(&ours)]).stdout);
    assert!(explained.contains("request size"), "{explained}");
    assert!(explained.contains("\nDoes web.config allow the requests of the launcher?\n"), "{explained}");
    let questions = |rule: &str| {
        let mut rules = with["coverage"]["rules"].as_array().expect("a list").iter();
        rules.find(|one| one["rule"] == rule).expect("the rule")["question"].clone()
    };
    assert_eq!(questions("SYS-900"), "Does web.config allow the requests of the launcher?");
    assert_eq!(
        questions("LOG-900"),
        "Proxy appliance cuts sessions",
        "a rule without a question has its title"
    );
    let listed = said(&run(&["rules", "--knowledge", text(&ours)]).stdout);
    assert!(listed.contains("LOG-900"), "{listed}");
}

/// Release dates of today's builds are not public: a team that knows one adds it.
#[test]
fn a_release_date_from_an_overlay_decides_whether_a_build_is_supported() {
    let sample = sample("healthy-3-node");
    let verdicts = |date: &str| {
        let release = format!(
            "[[release]]\nversion = \"12.3.000001\"\ndate = \"{date}\"\n\
             cites = [{{ source = \"AMB\", status = \"confirmed\" }}]\n"
        );
        let (_above, ours) = folder(&[("releases.toml", &release)]);
        let day = ["--as-of", "2026-11-20T12:00:00Z", "--format", "json", "--knowledge", text(&ours)];
        let output = run(&[&["report", text(&sample)][..], &day].concat());
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("a report");
        let outcomes = report["outcomes"].as_array().expect("a list").clone();
        let of_rule = outcomes.into_iter().filter(|one| one["rule"] == "VER-011");
        of_rule.map(|one| one["outcome"].as_str().expect("a word").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(verdicts("2026-06-01"), ["pass"; 3]);
    assert_eq!(verdicts("2025-06-01"), ["findings"; 3]);
}

/// Makes a manifest say what is now in the bundle.
fn follow(bundle: &Path, member: &str) {
    let manifest = bundle.join("manifest.json");
    let bytes = fs::read(bundle.join(member)).expect("the member");
    let mut json: serde_json::Value =
        serde_json::from_slice(&fs::read(&manifest).expect("the manifest")).expect("JSON");
    let content = serde_json::json!({
        "size": bytes.len(),
        "sha256": clusterbrief::bundle::Sha256::of(&bytes).to_string(),
    });
    let members = json["members"].as_array_mut().expect("a list");
    let record = members.iter_mut().find(|one| one["path"] == member).expect("the member is listed");
    record["status"] = serde_json::json!({ "taken": content });
    fs::write(&manifest, serde_json::to_vec(&json).expect("JSON")).expect("the manifest is written");
}

#[test]
fn every_fault_is_listed_with_its_file_and_line() {
    let broken = "[[source]]\nkey = \"X\"\ntitle = \"t\"\nage = \"2026\"\nsurprise = 1\n";
    let wrong = "[[question]]\nid = \"XYZ-001\"\nask = \"?\"\ngood = [\"yes\"]\nbad = [\"no\"]\n\n\
                 [[parity]]\ngroup = \"g\"\nfact = \"no.such\"\nlabel = \"l\"\nagree = \"same\"\ncites = []\n";
    let (_above, ours) = folder(&[("a.toml", broken), ("deep/b.toml", wrong), ("notes.txt", "not read")]);
    for args in
        [&["knowledge", "check"][..], &["rules", "--knowledge"], &["explain", "VER-001", "--knowledge"]]
    {
        let mut args = args.to_vec();
        args.push(text(&ours));
        let output = run(&args);
        assert_eq!(output.status.code(), Some(4), "{args:?}");
        let errors = said(&output.stderr);
        assert!(errors.contains("ours/a.toml, line 5: unknown field `surprise`"), "{errors}");
        assert!(
            errors.contains("ours/deep/b.toml, line 7: no.such: there is no such fact of a node"),
            "{errors}"
        );
        assert!(errors.contains(": 2 errors; nothing was done"), "{errors}");
        assert!(output.stdout.is_empty());
    }
    let (_above, ours) = folder(&[("b.toml", wrong.split("\n\n").next().expect("its first record"))]);
    let output = run(&["knowledge", "check", text(&ours)]);
    assert!(said(&output.stderr).contains("ours/b.toml, line 1: XYZ-001: there is no rule XYZ-001"));
}

/// A CVE record in the form of the public list, on the product if `product` is its name.
fn cve(id: &str, product: &str, versions: &str) -> String {
    format!(
        r#"{{"dataType":"CVE_RECORD","dataVersion":"5.2",
"cveMetadata":{{"cveId":"{id}","state":"PUBLISHED","datePublished":"2026-11-19T08:00:00Z"}},
"containers":{{"cna":{{"affected":[{{"vendor":"Delinea","product":"{product}","versions":[{versions}],"defaultStatus":"unaffected"}}],
"descriptions":[{{"lang":"en","value":"Anybody can read everything."}}],
"metrics":[{{"cvssV3_1":{{"baseScore":9.9,"privilegesRequired":"NONE"}}}}]}}}}}}"#
    )
}

#[test]
fn a_cve_record_in_the_folder_is_an_advisory() {
    let range = r#"{"version":"11.0.0","lessThan":"12.3.4","status":"affected"}"#;
    let ours_too = cve("CVE-2026-20001", "Secret Server (On-Prem)", range);
    let (above, ours) = folder(&[
        ("2026/CVE-2026-20001.json", &ours_too),
        ("2026/CVE-2026-20002.json", &cve("CVE-2026-20002", "Another <b>Product</b>", range)),
        ("settings.json", "{\"editor\": 1}"),
    ]);
    let checked = run(&["knowledge", "check", text(&ours)]);
    let page = said(&checked.stdout);
    assert!(checked.status.success(), "{}", said(&checked.stderr));
    for line in [
        "3 files, 1 record, without an edition",
        "adds\n  advisory     CVE-2026-20001  (ours/2026/CVE-2026-20001.json, line 1)",
        "passed over\n  ours/2026/CVE-2026-20002.json: CVE-2026-20002 is about another product, Delinea Another <b>Product</b>",
        "  ours/settings.json: it is no CVE record",
    ] {
        assert!(page.contains(line), "{line} is missing in\n{page}");
    }
    let case = case(above.path());
    let report = |format: &str| {
        let args =
            ["report", text(&case), "--as-of", "2026-11-20", "--target", "12.3.000002", "--format", format];
        said(&run(&[&args[..], &["--with-plan", "--knowledge", text(&ours)]].concat()).stdout)
    };
    let json: serde_json::Value = serde_json::from_str(&report("json")).expect("a report");
    let findings = json["findings"].as_array().expect("a list");
    let ours_first = findings.iter().find(|one| one["title"].to_string().contains("CVE-2026-20001"));
    let finding = ours_first.expect("the record is a finding");
    assert_eq!((finding["rule"].as_str(), finding["severity"].as_str()), (Some("VER-016"), Some("high")));
    assert!(finding["remedy"].to_string().contains("Upgrade to 12.3.000004"), "{finding:#}");
    let builds = &json["plan"]["builds"];
    assert_eq!(builds["recommended"], "12.3.000004", "{builds:#}");
    let target =
        builds["candidates"].as_array().expect("a list").iter().find(|one| one["build"] == "12.3.000002");
    assert!(target.expect("the target")["leaves_open"].to_string().contains("CVE-2026-20001"));
    assert!(json["plan"]["path"]["warnings"].to_string().contains("leaves critical advisories open"));
    assert_eq!(json["tool"]["own"]["passed_over"].as_array().expect("a list").len(), 2);
    for format in ["html", "md"] {
        let page = report(format);
        assert!(page.contains("Which build closes which advisory"), "{page}");
        // A ticket has no room for it.
        assert!(format == "md" || page.contains("Passed over: ours/2026/CVE-2026-20002.json"), "{page}");
        assert!(!page.replace("\\<", "").contains("<b>Product"), "{format}");
    }
}

#[test]
fn a_cve_record_that_cannot_be_read_refuses_the_folder() {
    for (versions, wrong) in [
        (
            r#"{"version":"1.2.3","status":"perhaps"}"#,
            "CVE-2026-20001.json, line 3: unknown variant `perhaps`",
        ),
        (r#"{"version":7,"status":"affected"}"#, "CVE-2026-20001.json, line 3: invalid type: integer `7`"),
        (r#"{"version":"1.2.3""#, "CVE-2026-20001.json, line 3: "),
    ] {
        let record = cve("CVE-2026-20001", "Secret Server", versions);
        let (_above, ours) = folder(&[("CVE-2026-20001.json", &record)]);
        let output = run(&["knowledge", "check", text(&ours)]);
        assert_eq!(output.status.code(), Some(4));
        assert!(said(&output.stderr).contains(wrong), "{wrong}: {}", said(&output.stderr));
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_refused_with_a_reason() {
    let (above, ours) = folder(&[("notes.txt", "nothing")]);
    let (_other, large) = folder(&[("a.toml", &"#".repeat(17 << 20))]);
    let (_third, bytes) = folder(&[("a.toml", "")]);
    fs::write(bytes.join("a.toml"), b"\xff\xfe\x00").expect("a file can be written");
    let missing = above.path().join("nowhere");
    for (folder, why) in [
        (&missing, "there is no such folder"),
        (&ours, "it contains no .toml file"),
        (&ours.join("notes.txt"), "there is no such folder"),
        (&large, "larger than 16 MiB together"),
        (&bytes, "is not UTF-8 text"),
    ] {
        let output = run(&["knowledge", "check", text(folder)]);
        assert_eq!(output.status.code(), Some(2), "{}", folder.display());
        let errors = said(&output.stderr);
        assert!(errors.contains(why) && errors.lines().count() == 1, "{errors}");
    }
}

#[test]
fn rules_are_filtered_and_printed_in_three_forms() {
    let page = fs::read_to_string(root().join("docs/rules.md")).expect("the page").replace("\r\n", "\n");
    assert_eq!(said(&run(&["rules", "--format", "md"]).stdout), page);
    let list = |args: &[&str]| -> Vec<serde_json::Value> {
        let args = [&["rules", "--format", "json"][..], args].concat();
        let json: serde_json::Value = serde_json::from_slice(&run(&args).stdout).expect("JSON");
        json["rules"].as_array().expect("a list").clone()
    };
    let all = list(&[]);
    for (args, key, value) in [
        (["--family", "upg"], "id", "UPG-"),
        (["--severity", "blocker"], "severity", "blocker"),
        (["--scope", "upgrade"], "scope", "upgrade"),
        (["--needs", "logs"], "needs", "logs"),
    ] {
        let some = list(&args);
        assert!(!some.is_empty() && some.len() < all.len(), "{args:?}");
        assert!(some.iter().all(|rule| rule[key].to_string().contains(value)), "{args:?}");
    }
    let split: usize =
        ["confirmed", "title", "inferred"].iter().map(|one| list(&["--status", one]).len()).sum();
    assert_eq!(split, all.len());
}

/// Words in backticks.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect()
}

/// The records of the page by heading, each with its text.
fn sections() -> BTreeMap<String, String> {
    let page = fs::read_to_string(root().join("docs/knowledge.md")).expect("the page").replace("\r\n", "\n");
    let parts = page.split("\n### `").skip(1);
    parts.map(|part| part.split_once("`\n").expect("a heading is a name")).map(own_pair).collect()
}

fn own_pair((name, text): (&str, &str)) -> (String, String) {
    (name.to_owned(), text.to_owned())
}

/// A file with one record of this kind, or with one part of a record, that has these keys.
fn file(kind: &str, keys: &str) -> String {
    match (kind, kind.split_once('.')) {
        ("cites", _) => format!("rule = [{{ cites = [{{ {keys} }}] }}]"),
        ("applies", _) => format!("rule = [{{ applies = {{ {keys} }} }}]"),
        ("versions", _) => format!("signature = [{{ versions = {{ {keys} }} }}]"),
        (_, Some((kind, part))) => format!("{kind} = [{{ {part} = [{{ {keys} }}] }}]"),
        (_, None) => format!("{kind} = [{{ {keys} }}]"),
    }
}

/// Why each of these files cannot be read, by name; files that can are left out.
fn refusals(files: &[(String, String)]) -> BTreeMap<String, String> {
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let faults = Knowledge::layered(&files).expect_err("these files have faults").0;
    let unread = faults.into_iter().filter(|fault| fault.key.is_none());
    unread.map(|fault| (fault.origin.file, fault.why)).collect()
}

/// The page against the program: which keys there are, which are needed, and which words they take, as the messages of
/// the reader itself say.
#[test]
fn the_page_documents_every_key_of_every_record() {
    let sections = sections();
    let surprise = |kind: &str| (kind.to_owned(), file(kind, "surprise = 1"));
    let mut files: Vec<_> = sections.keys().map(|kind| surprise(kind)).collect();
    files.push((String::new(), "surprise = 1".to_owned()));
    let mut keys: BTreeMap<String, BTreeSet<String>> =
        refusals(&files).into_iter().map(|(kind, why)| (kind, quoted(&why))).collect();
    for keys in keys.values_mut() {
        assert!(keys.remove("surprise"), "it was taken");
    }
    let page = fs::read_to_string(root().join("docs/knowledge.md")).expect("the page");
    let (_, before) = page.split_once("## The records").expect("it has records");
    let before = quoted(before.split_once("### ").expect("it has kinds").0);
    for key in keys.remove("").expect("a file has keys") {
        assert!(sections.contains_key(&key) || before.contains(&key), "the page lacks {key}");
    }
    assert_eq!(keys.len(), sections.len());

    // Where a key takes words, the page has them.
    let pairs = || keys.iter().flat_map(|(kind, keys)| keys.iter().map(move |key| (kind, key)));
    let try_out = |kind: &str, key: &str, value: &str| {
        (format!("{kind} {key} {value}"), file(kind, &format!("{key} = {value}")))
    };
    let asked: Vec<_> = pairs().map(|(kind, key)| try_out(kind, key, "\"?\"")).collect();
    let refused = refusals(&asked);
    let mut candidates = BTreeMap::new();
    for (kind, key) in pairs() {
        let why = refused
            .get(&format!("{kind} {key} \"?\""))
            .and_then(|why| why.strip_prefix("unknown variant `?`"));
        let words = quoted(why.unwrap_or_default());
        let above = kind.split_once('.').map_or("", |(kind, _)| sections[kind].as_str());
        assert!(
            words.is_subset(&quoted(&format!("{above}{}", sections[kind]))),
            "{kind}: {key} takes {words:?}"
        );
        let plain = ["?", "10.1.000000", "2026-11-20"].into_iter().map(ToOwned::to_owned);
        let texts = words.into_iter().chain(plain).map(|text| format!("\"{text}\""));
        let others = ["[]", "true", "7", "{}"].map(ToOwned::to_owned);
        candidates.insert((kind, key), texts.chain(others).collect::<Vec<_>>());
    }

    // A value that each key takes: the reader then misses another key, and not one within the value.
    let tried = candidates
        .iter()
        .flat_map(|((kind, key), values)| values.iter().map(|value| try_out(kind, key, value)));
    let refused = refusals(&tried.collect::<Vec<_>>());
    let mut fitting = BTreeMap::new();
    for ((kind, key), values) in &candidates {
        let outer = match kind.split_once('.') {
            Some((outer, _)) => outer,
            None if ["applies", "cites"].contains(&kind.as_str()) => "rule",
            None if *kind == "versions" => "signature",
            None => kind,
        };
        let missed = |value: &&String| {
            let why = refused.get(&format!("{kind} {key} {value}"))?;
            let missed = why.strip_prefix("missing field `")?.strip_suffix('`')?;
            (keys[*kind].contains(missed) || keys[outer].contains(missed)).then_some(())
        };
        if let Some(value) = values.iter().find(|value| missed(value).is_some()) {
            fitting.insert((*kind, *key), value.clone());
        }
    }

    // A record of all keys but one is refused for that one, if it is needed.
    let without = pairs().map(|(kind, left)| {
        let others = fitting.iter().filter(|((of, key), _)| *of == kind && *key != left);
        let others: Vec<String> = others.map(|((_, key), value)| format!("{key} = {value}")).collect();
        (format!("{kind} {left}"), file(kind, &others.join(", ")))
    });
    let refused = refusals(&without.collect::<Vec<_>>());
    for (kind, text) in &sections {
        let mut documented = BTreeMap::new();
        for row in text.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = row.split('|').map(str::trim).collect();
            documented.extend(quoted(cells[1]).into_iter().map(|key| (key, cells[2] == "yes")));
        }
        let needs =
            |key: &str| refused.get(&format!("{kind} {key}")) == Some(&format!("missing field `{key}`"));
        let there: BTreeMap<String, bool> = keys[kind].iter().map(|key| (key.clone(), needs(key))).collect();
        assert_eq!(documented, there, "{kind}");
    }
}
