//! Bundles collected at level `identities`.

use super::{assert_no_names, collected, everything, node, report};
use chrono::TimeDelta;
use clusterbrief::bundle::Bundle;
use clusterbrief::collect::{FixedHost, Options, Silent, is_made_key, run};
use clusterbrief::probes::FakeSystem;
use clusterbrief::probes::system::Event;
use clusterbrief::redact::{CaseKey, Level};
use std::fs;

#[test]
fn three_nodes_are_reported_without_any_name() {
    let dir = tempfile::tempdir().unwrap();
    let key = CaseKey::generate().unwrap();
    let (bundles, keep) = collected(dir.path(), Some(&key));
    for bundle in &bundles {
        assert_no_names("the bundle", &everything(bundle));
    }
    // The legends name everybody; they are next to the bundles and say that they must not be sent.
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
    assert_no_names("the report", &text);
    // Nodes keep different labels, and a node that another one names has the same label there.
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
fn names_known_only_from_event_logs_are_hidden_everywhere() {
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
    assert_no_names("the bundle", &all);
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
fn a_key_is_made_when_there_is_none_for_the_labels() {
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
    assert_no_names("the bundle", &everything(&taken.path));
}

#[test]
fn content_of_configurations_that_are_not_collected_appears_nowhere() {
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
        let options = Options { level, iis_config, ..Options::new(&app, dir.path().join(level.to_string())) };
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
