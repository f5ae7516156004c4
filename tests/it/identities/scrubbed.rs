//! `scrub`: bundles and exports raised to level `identities` later.

use super::{assert_no_names, clusterbrief, everything, node, report};
use crate::support::samples::sample;
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::scrub::{Scrub, ScrubError, scrub};
use clusterbrief::collect::{Options, Silent, run};
use clusterbrief::redact::{CaseKey, Level};
use std::fs;
use std::path::{Path, PathBuf};

/// A sample of level `secrets`, raised.
fn raised(dir: &Path, inputs: &[&str], key: &CaseKey) -> Vec<PathBuf> {
    let sample = sample("healthy-3-node");
    let one = |input: &&str| {
        let asked = Scrub {
            input: sample.join(input),
            level: Level::Identities,
            case_key: Some(key.clone()),
            redact_words: None,
            out: dir.join("in"),
        };
        let scrubbed = scrub(&asked, &mut Silent).unwrap();
        scrubbed.keep.iter().for_each(|path| fs::remove_file(path).unwrap());
        scrubbed.path
    };
    inputs.iter().map(one).collect()
}

const SAMPLE: &[&str] = &[
    "WEB01",
    "WEB02",
    "WEB03",
    "bus.json",
    "diagnostics.json",
    "nodes.json",
    "product.json",
    "sql-results.csv",
    "tbVersion.csv",
];

/// How many outcomes of each kind.
fn counts(json: &serde_json::Value) -> serde_json::Value {
    json["coverage"]["counts"].clone()
}

#[test]
fn a_case_raised_to_identities_has_the_same_results() {
    let dir = tempfile::tempdir().unwrap();
    let sample = sample("healthy-3-node");
    fs::create_dir(dir.path().join("raw")).unwrap();
    let raw: Vec<String> =
        SAMPLE.iter().map(|input| sample.join(input).to_string_lossy().into_owned()).collect();
    let (before, _) = report(dir.path(), &raw.iter().map(String::as_str).collect::<Vec<_>>());
    raised(dir.path(), SAMPLE, &CaseKey::generate().unwrap());
    let (after, text) = report(dir.path(), &["in"]);
    assert_eq!((&before["verdict"]["state"], counts(&before)), (&after["verdict"]["state"], counts(&after)));
    for name in ["web01", "web02", "web03", "sql01", "vault.corp"] {
        assert!(!text.contains(name), "{name}");
    }
}

#[test]
fn labels_next_to_names_give_unknown_and_no_finding() {
    let dir = tempfile::tempdir().unwrap();
    raised(dir.path(), &["WEB01", "WEB02", "WEB03"], &CaseKey::generate().unwrap());
    let nodes = sample("healthy-3-node/nodes.json");
    let (json, text) = report(dir.path(), &["in", &nodes.to_string_lossy()]);
    assert_eq!(json["verdict"]["state"], "cannot-say");
    let of = |rule: &str| -> Vec<String> {
        let outcomes = json["outcomes"].as_array().unwrap().iter().filter(|one| one["rule"] == rule);
        outcomes.map(|one| one["outcome"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of("CLU-006"), ["unknown"]);
    assert!(of("ROL-008").iter().all(|outcome| outcome == "unknown"), "{:?}", of("ROL-008"));
    assert!(text.contains("does not compare with the names of the other bundles"), "no sentence says why");
    // Two keys in one case are no two clusters either.
    raised(dir.path(), &["WEB01"], &CaseKey::generate().unwrap());
    let (json, _) = report(dir.path(), &["in"]);
    let refused = json["inputs"].as_array().unwrap().iter().filter(|input| input["status"] == "refused");
    let reasons: Vec<&str> = refused.map(|input| input["reason"].as_str().unwrap()).collect();
    assert!(
        reasons.len() == 1 && reasons.iter().all(|reason| reason.contains("labels of key")),
        "{reasons:?}"
    );
    // Names given by hand do not compare either.
    let (json, _) = report(dir.path(), &["in", "--expect-nodes", "WEB01,WEB02"]);
    assert_eq!(json["verdict"]["state"], "cannot-say");
}

#[test]
fn scrubbing_and_collecting_agree_and_no_level_is_lowered() {
    let dir = tempfile::tempdir().unwrap();
    let key = CaseKey::generate().unwrap();
    let node = node(1);
    let app = node.write(dir.path()).unwrap();
    let take = |level, out: &str| {
        let iis_config = Some(dir.path().join("applicationHost.config"));
        let options = Options {
            level,
            iis_config,
            case_key: Some(key.clone()),
            ..Options::new(&app, dir.path().join(out))
        };
        run(&options, &node.host(), &mut Silent).unwrap().path
    };
    let (plain, strict) = (take(Level::Secrets, "plain"), take(Level::Identities, "strict"));
    assert!(everything(&plain).contains("ssweb01"));
    let asked = |input: &Path, level, case_key: Option<&CaseKey>, out: &str| Scrub {
        input: input.to_owned(),
        level,
        case_key: case_key.cloned(),
        redact_words: None,
        out: dir.path().join(out),
    };
    let raised = scrub(&asked(&plain, Level::Identities, Some(&key), "raised"), &mut Silent).unwrap().path;
    assert_no_names("the raised bundle", &everything(&raised));
    let log = |path: &Path| Bundle::open(path).unwrap().bytes("logs/SS.log", u64::MAX).unwrap();
    assert_eq!(String::from_utf8(log(&raised)).unwrap(), String::from_utf8(log(&strict)).unwrap());
    let name = |path: &Path| Bundle::open(path).unwrap().manifest().node.name.clone();
    assert_eq!(name(&raised), name(&strict));

    let lower = scrub(&asked(&raised, Level::Secrets, None, "lower"), &mut Silent);
    assert!(matches!(lower, Err(ScrubError::Stricter(Level::Identities))), "{lower:?}");
    let other = scrub(&asked(&raised, Level::Identities, None, "other"), &mut Silent);
    assert!(matches!(other, Err(ScrubError::OtherKey(_))), "{other:?}");
    // One byte of a member is changed: its content can no longer be trusted.
    let folder = sample("healthy-3-node/WEB01");
    let copy = dir.path().join("copy");
    for entry in walkdir::WalkDir::new(&folder) {
        let entry = entry.unwrap();
        let target = copy.join(entry.path().strip_prefix(&folder).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
    let inventory = copy.join("inventory.jsonl");
    let text = fs::read_to_string(&inventory).unwrap().replacen("bin/", "bim/", 1);
    fs::write(inventory, text).unwrap();
    let broken = scrub(&asked(&copy, Level::Identities, Some(&key), "broken"), &mut Silent);
    assert!(matches!(broken, Err(ScrubError::Broken(_))), "{broken:?}");
    assert!(
        !dir.path().join("broken").exists()
            || fs::read_dir(dir.path().join("broken")).unwrap().next().is_none()
    );
}

#[test]
fn values_under_secret_names_are_removed_from_exports_at_both_levels() {
    let dir = tempfile::tempdir().unwrap();
    let json = r#"{"smtp": {"Host": "localhost", "Password": "Plain-1", "ApiKey": "Plain-2", "port": 25},
        "tokens": [{"access_token": "Plain-3"}], "settings": [{"Key": "ClientSecret", "Value": "Plain-4"},
        {"Key": "Theme", "Value": "dark"}], "requirePassword": true, "minPasswordLength": "8"}"#;
    let csv = "Name,Password,Api Key,PasswordAge,Note\r\nx,Plain-5,Plain-6,12,fine\r\n";
    for (name, text, kept) in [
        ("config.json", json, &["localhost", "dark", "25", "\"8\"", "true"][..]),
        ("rows.csv", csv, &["x,", ",12,fine"]),
    ] {
        let input = dir.path().join(name);
        fs::write(&input, text).unwrap();
        for level in [Level::Secrets, Level::Identities] {
            let out = dir.path().join(level.to_string());
            let asked = Scrub { input: input.clone(), level, case_key: None, redact_words: None, out };
            let scrubbed = scrub(&asked, &mut Silent).unwrap();
            let out = fs::read_to_string(scrubbed.path).unwrap();
            assert!(!out.contains("Plain"), "{level}: {out}");
            assert!(kept.iter().all(|text| out.contains(text)), "{level}: {out}");
        }
    }
}

#[test]
fn the_verbs_say_what_must_not_be_sent_and_what_leaks() {
    let dir = tempfile::tempdir().unwrap();
    let node = node(1);
    node.write(dir.path()).unwrap();
    let collect = [
        "collect",
        "--app-dir",
        "SecretServer",
        "--node",
        "SSWEB01",
        "--since",
        "99999d",
        "--out",
        "out",
        "--level",
    ];
    let (code, said) = clusterbrief(dir.path(), &[&collect[..], &["identities"]].concat());
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("DO NOT SEND") && said.contains("-legend-do-not-send.txt"), "{said}");
    let (code, said) = clusterbrief(dir.path(), &[&collect[..], &["names"]].concat());
    assert_eq!(code, 2, "{said}");

    fs::write(dir.path().join("book.xlsx"), b"PK\x03\x04 and more").unwrap();
    let (code, said) = clusterbrief(dir.path(), &["scrub", "book.xlsx"]);
    assert_eq!(code, 4, "{said}");
}
