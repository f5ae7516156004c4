//! Level `identities` from a node to the report: nobody is named, and the report still says what it has to say.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test ends at the first surprise")]

use crate::support::samples::{made, sample};
use chrono::TimeDelta;
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::scrub::{Scrub, ScrubError, scrub};
use clusterbrief::collect::{FixedHost, Options, Silent, is_made_key, run};
use clusterbrief::demo::NodeFolder;
use clusterbrief::probes::FakeSystem;
use clusterbrief::probes::system::Event;
use clusterbrief::redact::search::{Searcher, SecretFindings};
use clusterbrief::redact::{CaseKey, Level};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everybody and everything the three nodes name; in lower case, for nothing of it may stand there in any case.
const NAMED: &[&str] = &[
    "ssweb01",
    "ssweb02",
    "ssweb03",
    "corp.example",
    "contoso",
    "jane.doe",
    "jdoe",
    "svc-vault",
    "10.20.30.",
    "2001:db8:",
    "00:15:5d",
    "00-15-5d",
    "s-1-5-21-",
    "sql07",
    "vaultdb",
    "fs03",
    "deployx",
    "a909502dd82ae414",
    "3f2504e0-4f89",
    "mail-07",
    "jane doe",
];

/// Lines that name somebody, in every way of domain 9; `@` stands for the number of the node.
const LINES: &[&str] = &[
    "Thycotic.Web - login of CONTOSO\\jdoe from 10.20.30.4@:55123 failed",
    "Thycotic.Web - {\"user\":\"contoso\\\\jdoe\",\"machineName\":\"SSWEB0@\"}",
    "Thycotic.Web - session of jdoe on ssweb0@ ended, cookie dropped",
    "Thycotic.Web - mail to Jane.Doe@corp.example over mail-07.corp.example",
    "Thycotic.Web - GET https://ssweb0@.corp.example/SecretServer/Login.aspx?x=1",
    "Thycotic.Data - Server=tcp:sql07.corp.example,1433;Database=VaultDb;Encrypt=true",
    "Thycotic.Data - Data Source=SQL07\\VaultDb;Initial Catalog=VaultDb",
    "Thycotic.Web - peer 2001:db8:0:0::@ and fe80::1c2d:3e4f:5a6b:7c8d%12 at 00:15:5d:01:02:0@, 00-15-5D-01-02-0@",
    "Thycotic.Web - token of S-1-5-21-1004336348-1177238915-682003330-110@ with thumbprint a909502dd82ae41433e6f83886b00d4277a32a7b",
    "Thycotic.Web - copy \\\\fs03.corp.example\\deployx$\\a to C:\\Users\\jane.doe\\AppData\\Local",
    "Thycotic.Web - Event: [Secret] Action: [View] By User: Jane.Doe Item Name: x",
    "Thycotic.Web - dhost=ssweb0@ shost=fs03 suser=Jane Doe src=10.20.30.4@",
    "Thycotic.Web - pool IIS APPPOOL\\ContosoVault runs as contoso\\svc-vault, request 3f2504e0-4f89-11d3-9a0c-0305e82c330@",
    "Thycotic.Web - CN=Jane Doe,OU=Contoso,DC=corp and the node SSWEB03.corp.example",
];

fn node(number: u32) -> NodeFolder {
    let clock = "2026-09-14T08:30:00+02:00".parse().unwrap();
    let mut node = NodeFolder::new(&format!("SSWEB0{number}"), "11.7.000049", clock);
    for line in LINES {
        let line = line
            .replace('@', "\u{1}")
            .replacen("Doe\u{1}corp", "Doe@corp", 1)
            .replace('\u{1}', &number.to_string());
        node.log_line("log/SS.log", TimeDelta::minutes(2), "INFO ", &line);
    }
    node.put(&format!("Scripts/SSWEB0{number}.js"), "x");
    node.put("customresources/Users/jane.doe.xml", "<a/>");
    node.put(
        &format!("web-ssweb0{number}.config"),
        "<a b=\"https://ssweb01.corp.example/\" loginUrl=\"https://vault.contoso.com/x\"/>",
    );
    node
}

/// Three bundles of level `identities` in a folder, and what was written beside them.
fn collected(dir: &Path, key: Option<&CaseKey>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut bundles, mut keep) = (Vec::new(), Vec::new());
    for number in 1..=3 {
        let node = node(number);
        let home = dir.join(format!("node{number}"));
        fs::create_dir_all(&home).unwrap();
        let app = node.write(&home).unwrap();
        let options = Options {
            iis_config: Some(home.join("applicationHost.config")),
            level: Level::Identities,
            case_key: key.cloned(),
            ..Options::new(app, dir.join("out"))
        };
        let taken = run(&options, &node.host(), &mut Silent).unwrap();
        assert!(taken.notes.is_empty(), "{:?}", taken.notes);
        bundles.push(taken.path);
        keep.extend(taken.keep);
    }
    (bundles, keep)
}

/// Every byte of a bundle, members inflated, names too, in lower case.
fn everything(path: &Path) -> String {
    let bundle = Bundle::open(path).unwrap();
    assert_eq!(bundle.problems(), []);
    let mut all = fs::read(path).unwrap();
    all.extend(path.file_name().unwrap().to_string_lossy().bytes());
    all.extend(bundle.manifest().to_json().unwrap());
    for member in bundle.members().filter(|member| member.content().is_some()) {
        all.extend(bundle.bytes(member.path.as_str(), u64::MAX).unwrap());
    }
    String::from_utf8_lossy(&all).to_lowercase()
}

fn names_nobody(what: &str, text: &str) {
    let found: Vec<&str> = NAMED
        .iter()
        .flat_map(|name| text.match_indices(name).take(1))
        .map(|(at, _)| text.get(at.saturating_sub(60)..at + 60).unwrap_or("…"))
        .collect();
    assert!(found.is_empty(), "{what}: {found:#?}");
}

fn clusterbrief(dir: &Path, args: &[&str]) -> (i32, String) {
    let output =
        Command::new(env!("CARGO_BIN_EXE_clusterbrief")).args(args).current_dir(dir).output().unwrap();
    let text = [&output.stdout[..], &output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&text).into_owned())
}

fn report(dir: &Path, inputs: &[&str]) -> (serde_json::Value, String) {
    let args =
        ["--as-of", "2026-09-14T12:00:00Z", "-o", "report.json", "-o", "report.html", "-o", "report.md"];
    let (code, said) = clusterbrief(dir, &[&["report"][..], inputs, &args].concat());
    assert!(code == 0 || code == 3, "{code}: {said}");
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let json = read("report.json");
    (
        serde_json::from_str(&json).unwrap(),
        [json, read("report.html"), read("report.md"), said].concat().to_lowercase(),
    )
}

#[test]
fn three_nodes_name_nobody_and_are_reported() {
    let dir = tempfile::tempdir().unwrap();
    let key = CaseKey::generate().unwrap();
    let (bundles, keep) = collected(dir.path(), Some(&key));
    for bundle in &bundles {
        names_nobody("the bundle", &everything(bundle));
    }
    // The legends name everybody; they lie beside the bundles and say that they stay.
    assert_eq!(keep.len(), 3);
    let legend = fs::read_to_string(keep.first().unwrap()).unwrap();
    for name in ["SSWEB01", "jdoe", "corp.example", "10.20.30.41", "svc-vault", "VaultDb"] {
        assert!(legend.contains(name), "{name} is not in the legend: {legend}");
    }
    assert!(keep.iter().all(|path| path.to_string_lossy().contains("do-not-send")));
    for path in keep {
        fs::remove_file(path).unwrap();
    }
    let (json, text) = report(dir.path(), &["out"]);
    names_nobody("the report", &text);
    // Nodes are told apart, and one that another names is the same.
    let labels: Vec<String> =
        bundles.iter().map(|path| Bundle::open(path).unwrap().manifest().node.name.clone()).collect();
    assert!(
        labels.iter().all(|label| label.starts_with("{host-") && text.contains(label.as_str())),
        "{labels:?}"
    );
    let first = everything(bundles.first().unwrap());
    assert!(first.contains(labels.last().unwrap().as_str()), "the first node's log names the third");
    assert!(
        ["cannot-say", "not-ready"].contains(&json["verdict"]["state"].as_str().unwrap()),
        "{}",
        json["verdict"]
    );
    assert!(
        json["inputs"].as_array().unwrap().iter().all(|input| input["status"] == "read"),
        "{}",
        json["inputs"]
    );
    // What the nodes share compares: the key file is the same on all of them.
    let same = json["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .any(|one| one["rule"] == "ENC-001" && one["outcome"] == "pass");
    assert!(same, "{}", json["outcomes"]);
}

#[test]
fn names_that_only_records_of_event_logs_tell_are_hidden_everywhere() {
    let mut node = node(1);
    for line in
        ["Thycotic.Web - kowalski waits for ledgerdb9", "Thycotic.Web - zrh-vault and litware.example answer"]
    {
        node.log_line("log/SS.log", TimeDelta::minutes(5), "INFO ", line);
    }
    let texts = [
        "Process information:\r\n    Account name: FABRIKAM\\kowalski\r\n    Thread account name: FABRIKAM\\kowalski",
        "Server=LEDGERDB9;Database=Payroll42;Integrated Security=true",
        "Request URL: https://zrh-vault.litware.example/SecretServer/Login.aspx\r\n    User host address: 10.20.30.99",
    ];
    let record = |provider: &str, text: &str| Event {
        provider: provider.into(),
        id: 1309,
        level: 3,
        at: node.clock.to_utc() - TimeDelta::minutes(1),
        data: vec!["Secret Server".into(), text.into()],
    };
    let mut records: Vec<Event> = texts.iter().map(|text| record("ASP.NET 4.0.30319.0", text)).collect();
    records.push(record("Agent on LEDGERDB9", "-"));
    let events = [("Application".to_owned(), records)].into();
    let system = Some(FakeSystem { events, ..FakeSystem::default() });
    let dir = tempfile::tempdir().unwrap();
    let app = node.write(dir.path()).unwrap();
    let options = Options { level: Level::Identities, ..Options::new(&app, dir.path().join("out")) };
    let taken = run(&options, &FixedHost { system, ..node.host() }, &mut Silent).unwrap();
    // The leak scan had nothing to do.
    assert!(taken.notes.iter().all(|note| !note.contains("was found in")), "{:?}", taken.notes);

    let all = everything(&taken.path);
    names_nobody("the bundle", &all);
    for name in ["kowalski", "fabrikam", "ledgerdb9", "payroll42", "zrh-vault", "litware"] {
        assert!(!all.contains(name), "{name}");
    }
    let bundle = Bundle::open(&taken.path).unwrap();
    let text = |name: &str| String::from_utf8(bundle.bytes(name, u64::MAX).unwrap()).unwrap();
    let log = text("logs/SS.log");
    let label = log.split(" waits for ").next().unwrap().rsplit(' ').next().unwrap();
    assert!(label.starts_with("{user-"), "{label}");
    assert_eq!(text("events/Application.jsonl").matches(label).count(), 2, "{label}");
}

#[test]
fn labels_compare_without_a_case_key_where_nodes_share_the_key_file() {
    let dir = tempfile::tempdir().unwrap();
    let (bundles, _) = collected(dir.path(), None);
    let third = Bundle::open(bundles.last().unwrap()).unwrap().manifest().node.name.clone();
    assert!(everything(bundles.first().unwrap()).contains(&third));
}

#[test]
fn a_key_is_made_where_nothing_keys_the_labels() {
    let dir = tempfile::tempdir().unwrap();
    let mut node = node(1);
    node.put("encryption.config", vec![0; 457]);
    let app = node.write(dir.path()).unwrap();
    let options = Options { level: Level::Identities, ..Options::new(app, dir.path().join("out")) };
    let taken = run(&options, &node.host(), &mut Silent).unwrap();
    let key = taken.keep.iter().find(|path| is_made_key(path)).unwrap();
    let name = key.file_name().unwrap().to_str().unwrap();
    assert!(taken.notes.iter().any(|note| note.contains(name)), "{:?}", taken.notes);
    CaseKey::parse(&fs::read_to_string(key).unwrap()).unwrap();
    names_nobody("the bundle", &everything(&taken.path));
}

/// A sample of level `secrets`, raised.
fn raised(dir: &Path, inputs: &[&str], key: &CaseKey) -> Vec<PathBuf> {
    let sample = sample("healthy-3-node");
    let one = |input: &&str| {
        let asked = Scrub {
            input: sample.join(input),
            level: Level::Identities,
            case_key: Some(key.clone()),
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
fn a_case_that_was_raised_is_judged_as_before() {
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
fn labels_beside_names_are_unknown_and_no_fault() {
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
fn scrubbing_and_collecting_agree_and_nothing_is_lowered() {
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
        out: dir.path().join(out),
    };
    let raised = scrub(&asked(&plain, Level::Identities, Some(&key), "raised"), &mut Silent).unwrap().path;
    names_nobody("the raised bundle", &everything(&raised));
    let log = |path: &Path| Bundle::open(path).unwrap().bytes("logs/SS.log", u64::MAX).unwrap();
    assert_eq!(String::from_utf8(log(&raised)).unwrap(), String::from_utf8(log(&strict)).unwrap());
    let name = |path: &Path| Bundle::open(path).unwrap().manifest().node.name.clone();
    assert_eq!(name(&raised), name(&strict));

    let lower = scrub(&asked(&raised, Level::Secrets, None, "lower"), &mut Silent);
    assert!(matches!(lower, Err(ScrubError::Stricter(Level::Identities))), "{lower:?}");
    let other = scrub(&asked(&raised, Level::Identities, None, "other"), &mut Silent);
    assert!(matches!(other, Err(ScrubError::OtherKey(_))), "{other:?}");
    // One byte of a member is another: nobody can say what it is.
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
fn what_stands_under_the_name_of_a_secret_goes_from_exports_at_either_level() {
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
            let out = dir.path().join(level.as_str());
            let asked = Scrub { input: input.clone(), level, case_key: None, out };
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

#[test]
fn what_others_wrote_is_searched_by_shape_and_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let mail = dir.path().join("mail");
    fs::create_dir(&mail).unwrap();
    let inspect = |path: &str| clusterbrief(dir.path(), &["inspect", "--leaks", path]);
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();

    fs::write(mail.join("app.log"), "one\r\ntwo Server=db;User ID=sa;Password=Hunter-Two-22;x=1\r\n")
        .unwrap();
    fs::write(mail.join("notes.txt"), "\x1b[31mred\u{202e}\npassword=hunter2secret\n").unwrap();
    fs::write(mail.join("wide.log"), [b"\xfe\xff", &utf16("one\ntwo\ntoken=Hunter-33\n")[..]].concat())
        .unwrap();
    fs::write(mail.join("many.log"), "\x1b[2J pwd: Hunter-44\n".repeat(700)).unwrap();
    fs::write(mail.join("prose.log"), "Invalid password: try again\n").unwrap();
    let (code, said) = inspect("mail");
    assert_eq!(code, 6, "{said}");
    for line in [
        "app.log:2 a connection string with a password Password=********",
        "notes.txt:2 a value after the name of a secret password=********",
        "wide.log:3 a value after the name of a secret token=********",
        "many.log and 680 more like these",
        "SecretFindings 703 secrets in 5 files",
        "Not counted: 1 word that reads like prose",
        "It knows no values",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.to_lowercase().contains("hunter") && !said.contains(['\x1b', '\u{202e}']), "{said}");

    for (number, level) in [Level::Secrets, Level::Identities].into_iter().enumerate() {
        let node = node(1);
        let home = dir.path().join(level.as_str());
        fs::create_dir(&home).unwrap();
        let app = node.write(&home).unwrap();
        let options = Options { level, ..Options::new(&app, dir.path().join(format!("out{number}"))) };
        run(&options, &node.host(), &mut Silent).unwrap();
        let (code, said) = inspect(&format!("out{number}"));
        assert!(said.contains("SecretFindings no secret") && !said.contains("Not counted"), "{said}");
        assert_eq!(code, 0, "{said}");
    }
}

#[test]
fn bundles_of_ours_hold_no_secret_of_any_shape_or_name() {
    let searcher = Searcher::new();
    let mut bundles = 0;
    for manifest in walkdir::WalkDir::new(made()).into_iter().map(Result::unwrap) {
        if manifest.file_name() != "manifest.json" {
            continue;
        }
        bundles += 1;
        for file in walkdir::WalkDir::new(manifest.path().parent().unwrap()) {
            let file = file.unwrap();
            if file.file_type().is_file() {
                let found = searcher.search(&fs::read(file.path()).unwrap());
                assert_eq!(found, SecretFindings::default(), "{}", file.path().display());
            }
        }
    }
    assert!(bundles >= 20, "{bundles}");
}

#[test]
fn what_configurations_that_are_not_taken_hold_stands_nowhere() {
    let mut node = node(1);
    let setting = |name: &str, value: &str| format!(r#"<add key="{name}" value="{value}"/>"#);
    let secrets =
        ["Harv-K0zzz", "Harv-L1zzz", "Harv-M2zzz", "Harv-N3zzz", "Harv-O4zzz", "Harv-P5zzz", "Harv-Q6zzz"];
    let names = ["ledgersql4", "tmsdb9"];
    node.put(
        "connectionStrings.config",
        "<connectionStrings><add name=\"A\" connectionString=\"Data Source=LEDGERSQL4;User ID=ledgeruser;Password=Harv-K0zzz\"/></connectionStrings>",
    );
    node.put("TMS/web.config", format!("<a>{}</a>", setting("TmsPassword", secrets[1])));
    node.put("web-appSettings.config.bak", format!("<a>{}</a>", setting("OldPassword", secrets[2])));
    node.put(
        "appsettings.json",
        r#"{"Bus": {"Password": "Harv-N3zzz", "Url": "amqps://vaultbus7:Harv-O4zzz@mq/"}}"#,
    );
    node.put("web-parts.config", r#"<a><appSettings file="parts\more.xml"/></a>"#);
    node.put("parts/more.xml", format!("<a>{}</a>", setting("MorePassword", secrets[5])));
    for value in secrets.iter().chain(&names) {
        node.log_line("log/SS.log", TimeDelta::minutes(1), "ERROR", &format!("X - bare {value} here"));
    }
    let dir = tempfile::tempdir().unwrap();
    let app = node.write(dir.path()).unwrap();
    fs::create_dir_all(dir.path().join("TMS")).unwrap();
    let beside = "<a><add connectionString=\"Server=TMSDB9;Uid=tmsdbuser;Pwd=Harv-Q6zzz\"/></a>";
    fs::write(dir.path().join("TMS/web.config"), beside).unwrap();
    for level in [Level::Secrets, Level::Identities] {
        let iis_config = Some(dir.path().join("applicationHost.config"));
        let options = Options { level, iis_config, ..Options::new(&app, dir.path().join(level.as_str())) };
        let taken = run(&options, &node.host(), &mut Silent).unwrap();
        assert!(taken.notes.is_empty(), "{:?}", taken.notes);
        let all = everything(&taken.path);
        let hidden: &[&str] = if level == Level::Secrets { &[] } else { &names };
        for value in secrets.iter().chain(hidden) {
            assert!(!all.contains(&value.to_lowercase()), "{level}: {value}");
        }
        let bundle = Bundle::open(&taken.path).unwrap();
        assert!(!bundle.members().any(|member| member.path.as_str().contains("connectionStrings")));
    }
}
