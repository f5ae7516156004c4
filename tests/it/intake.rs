//! From what a person gives to one case: real bundles and exports through the front door of `intake`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail the test they help")]

use chrono::{DateTime, Utc};
use clusterbrief::bundle::manifest::FingerprintKey;
use clusterbrief::bundle::{
    BundleWriter, Collection, Form, FormatVersion, Manifest, MemberName, MemberRecord, NewMember,
    NodeIdentity, Status, gather,
};
use clusterbrief::collect::{self, Silent};
use clusterbrief::demo::NodeFolder;
use clusterbrief::intake::answers::Question;
use clusterbrief::intake::cluster::{Case, Options, assemble};
use clusterbrief::intake::read::{Tools, read_all};
use clusterbrief::intake::recognise::MAX_EXPORT_BYTES;
use clusterbrief::knowledge::Knowledge;
use clusterbrief::logs::Scanner;
use clusterbrief::model::facts::{Binary, ConfigState, NodeFacts};
use clusterbrief::model::input::ProblemKind;
use clusterbrief::model::{BuildVersion, Input, InputStatus, Node, Observed, Place, Role};
use clusterbrief::redact::Sanitizer;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A bundle to be written.
struct Bundle {
    node: &'static str,
    started: &'static str,
    facts: NodeFacts,
    config: String,
    log: String,
    inventory: String,
    extra: Vec<MemberRecord>,
}

impl Bundle {
    fn of(node: &'static str) -> Self {
        let mut facts =
            NodeFacts { log_folder: Observed::known(true, Place::file("log")), ..NodeFacts::default() };
        let taken = ConfigState::Taken { member: "config/web.config".into() };
        facts.configs.insert("web.config".into(), Observed::known(taken, Place::file("web.config")));
        facts.configs.insert("web-auth.config".into(), Observed::absent(Place::file("web-auth.config")));
        facts.host.machine_id =
            Observed::known(format!("case:k1:{}", hex(node)).try_into().unwrap(), Place::file("host"));
        let mut bundle = Self {
            node,
            started: "2026-11-20T10:00:00Z",
            facts,
            config: "<configuration>\n  <system.web>\n    <httpRuntime enableVersionHeader=\"false\" />\n  </system.web>\n</configuration>\n".into(),
            log: "2026-11-20 09:00:00,000 [1] INFO  Thycotic.Start - started\n".into(),
            inventory: "{\"path\":\"bin/a.dll\",\"size\":3}\n".into(),
            extra: Vec::new(),
        };
        bundle.dll("11.7.000049");
        bundle
    }

    fn dll(&mut self, product: &str) {
        let binary = Binary { product_version: Some(product.into()), ..Binary::default() };
        let place = Place::file("bin/Thycotic.ihawu.Business.dll");
        let dlls =
            BTreeMap::from([("Thycotic.ihawu.Business.dll".to_owned(), Observed::known(binary, place))]);
        self.facts.binaries = Observed::known(dlls, Place::file("bin"));
    }

    fn write(&self, folder: &Path, name: &str, form: Form) -> PathBuf {
        let mut writer = BundleWriter::create(folder, name, form).unwrap();
        let facts = serde_json::to_vec(&self.facts).unwrap();
        for (path, origin, bytes) in [
            ("config/web.config", "web.config", self.config.as_bytes()),
            ("facts.json", "", facts.as_slice()),
            ("inventory.jsonl", "", self.inventory.as_bytes()),
            ("logs/SS.log", "log/SS.log", self.log.as_bytes()),
        ] {
            let new = NewMember {
                name: MemberName::parse(path).unwrap(),
                origin: origin.into(),
                size: bytes.len() as u64,
                modified: None,
            };
            writer.add(new, &mut &*bytes).unwrap();
        }
        for record in &self.extra {
            writer.note(record.clone()).unwrap();
        }
        let started: DateTime<Utc> = self.started.parse().unwrap();
        let manifest = Manifest {
            format: FormatVersion::CURRENT,
            tool: "clusterbrief 0.1.0".into(),
            node: NodeIdentity { name: self.node.into(), copied: false },
            collection: Collection {
                started,
                ended: started + chrono::TimeDelta::seconds(5),
                utc_offset_minutes: Observed::known(60, Place::file("host")),
                zone: Observed::known("Europe/Berlin".into(), Place::file("host")),
                reference_time: None,
                clock_set_ms: None,
            },
            elevated: Observed::known(true, Place::file("host")),
            options: BTreeMap::new(),
            looked_at: Vec::new(),
            never_taken: Vec::new(),
            fingerprint: Observed::known(
                FingerprintKey { scheme: "case".into(), key_id: "k1".into() },
                Place::file("host"),
            ),
            members: Vec::new(),
        };
        writer.finish(manifest).unwrap().commit().unwrap()
    }
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn options() -> Options {
    Options {
        expect_nodes: Vec::new(),
        roles: BTreeMap::new(),
        as_of: "2026-11-22T00:00:00Z".parse().unwrap(),
        target: None,
        package: None,
    }
}

fn case_with(paths: &[&Path], options: &Options) -> Case {
    let knowledge = Knowledge::builtin().unwrap();
    let scanner = Scanner::new(&knowledge, &Sanitizer).unwrap();
    let questions = [Question {
        id: "LBL-001".into(),
        values: vec!["sticky".into(), "not-sticky".into()],
        per_node: true,
    }];
    let given = paths.iter().flat_map(|path| gather(path, MAX_EXPORT_BYTES)).collect();
    let tools =
        Tools { scanner: &scanner, cleaner: &Sanitizer, questions: &questions, knowledge: &knowledge };
    assemble(read_all(given, tools), options)
}

fn case(folder: &TempDir) -> Case {
    case_with(&[folder.path()], &options())
}

fn node<'c>(case: &'c Case, name: &str) -> &'c Node {
    case.cluster.nodes.iter().find(|node| node.name == name).unwrap_or_else(|| panic!("no node {name}"))
}

fn input<'c>(case: &'c Case, name: &str) -> &'c Input {
    case.cluster.inputs.iter().find(|input| input.name == name).unwrap_or_else(|| panic!("no input {name}"))
}

fn texts(input: &Input) -> Vec<&str> {
    input.problems.iter().map(|problem| problem.text.as_str()).collect()
}

fn nodes_json(rows: &[(&str, &str)]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|(name, version)| {
            serde_json::json!({"machineName": name, "binaryVersion": version, "inCluster": true, "lastConnected": "2026-11-20T10:30:00"})
        })
        .collect();
    serde_json::to_string(&rows).unwrap()
}

#[test]
fn a_whole_case() {
    let folder = TempDir::new().unwrap();
    Bundle::of("WEB01").write(folder.path(), "one", Form::Zip);
    let mut behind = Bundle::of("web02.corp.example");
    behind.dll("11.6.000001");
    behind.write(folder.path(), "two", Form::Folder);
    fs::write(
        folder.path().join("a"),
        nodes_json(&[("WEB01", "11.7.000049"), ("WEB02", "11.7.000049"), ("WEB03", "10.11")]),
    )
    .unwrap();
    fs::write(
        folder.path().join("b"),
        "VersionNumber;Upgraded\n11.7.000049;2026-11-20 09:00:00\n11.6.000001;2026-01-20 09:00:00\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("c"),
        "[[answer]]\nquestion = \"LBL-001\"\nvalue = \"sticky\"\nnode = \"web02\"\n",
    )
    .unwrap();
    let case = case(&folder);
    let cluster = &case.cluster;

    assert_eq!(
        cluster.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(),
        ["WEB01", "WEB02", "WEB03"]
    );
    assert_eq!(cluster.node_set.confirmed_by, ["the node list a"]);
    assert_eq!(cluster.node_set.without_bundle, ["WEB03"]);
    assert_eq!(cluster.database_version().value(), Some(&BuildVersion::new(11, 7, 49)));
    assert_eq!(cluster.answers.get("LBL-001", "WEB02").unwrap().value, "sticky");

    let web01 = node(&case, "WEB01");
    let Observed::Known { sources, disputed, .. } = &web01.version else { panic!("{:?}", web01.version) };
    assert_eq!(
        sources.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["a [0].binaryVersion", "bin/Thycotic.ihawu.Business.dll"]
    );
    assert!(disputed.is_empty());
    let snapshot = web01.snapshot.as_ref().unwrap();
    assert_eq!(snapshot.started.to_rfc3339(), "2026-11-20T11:00:00+01:00");
    assert_eq!(snapshot.key_id.as_deref(), Some("case:k1"));
    assert_eq!(snapshot.inventory.value().unwrap()[0].path, "bin/a.dll");
    let settings = snapshot.settings["web.config"].value().unwrap();
    let header = &settings["system.web/httpRuntime@enableVersionHeader"];
    assert_eq!((header.value.as_str(), header.line), ("false", 3));
    assert!(snapshot.settings["web-auth.config"].is_absent());
    let logs = snapshot.logs.value().unwrap();
    assert_eq!(logs.files[0].period.unwrap().from.to_rfc3339(), "2026-11-20T09:00:00+01:00");

    let web02 = node(&case, "WEB02");
    let Observed::Known { value, disputed, .. } = &web02.version else { panic!("{:?}", web02.version) };
    assert_eq!((*value, disputed[0].0), (BuildVersion::new(11, 7, 49), BuildVersion::new(11, 6, 1)));
    assert!(node(&case, "WEB03").version.is_unknown());

    for input in &cluster.inputs {
        assert_eq!((input.status, texts(input)), (InputStatus::Read, vec![]), "{}", input.name);
        assert!(input.sha256.is_some() && input.bytes > 0);
    }
    assert_eq!(input(&case, "two").node.as_deref(), Some("WEB02"));
}

#[test]
fn the_order_and_the_folder_of_inputs_do_not_matter() {
    let shown = |case: &Case| format!("{:?}", case.cluster);
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for folder in [&one, &two] {
        Bundle::of("WEB01").write(folder.path(), "one", Form::Zip);
        let mut newer = Bundle::of("WEB01");
        newer.started = "2026-11-20T12:00:00Z";
        newer.write(&folder.path().join("sub"), "one", Form::Zip);
        fs::write(folder.path().join("nodes.json"), nodes_json(&[("WEB01", "11.7.000049")])).unwrap();
    }
    let paths =
        |folder: &TempDir| ["sub/one.zip", "one.zip", "nodes.json"].map(|name| folder.path().join(name));
    let (first, mut second) = (paths(&one), paths(&two));
    second.reverse();
    let of =
        |paths: &[PathBuf]| case_with(&paths.iter().map(PathBuf::as_path).collect::<Vec<_>>(), &options());
    let (first, second) = (of(&first), of(&second));
    assert_eq!(shown(&first), shown(&second));
    let names: Vec<&str> = first.cluster.inputs.iter().map(|input| input.name.as_str()).collect();
    assert_eq!(names, ["nodes.json", "one.zip", "one.zip (2)"]);
}

#[test]
fn a_member_that_was_changed_takes_only_its_own_facts_away() {
    let folder = TempDir::new().unwrap();
    for (name, member) in [
        ("facts", "facts.json"),
        ("inventory", "inventory.jsonl"),
        ("config", "config/web.config"),
        ("log", "logs/SS.log"),
    ] {
        let path = Bundle::of("WEB01").write(folder.path(), name, Form::Folder);
        let changed = fs::read(path.join(member)).unwrap().iter().map(|byte| byte ^ 1).collect::<Vec<_>>();
        fs::write(path.join(member), changed).unwrap();
        let case = case_with(&[&path], &options());
        let input = &case.cluster.inputs[0];
        assert_eq!(
            (input.status, input.problems[0].kind),
            (InputStatus::Partly, ProblemKind::Tampered),
            "{member}"
        );
        assert_eq!(input.problems.len(), 1, "{:?}", input.problems);
        let snapshot = node(&case, "WEB01").snapshot.as_ref().unwrap();
        let unreadable = |unreadable: bool, what: &str| {
            assert_eq!(unreadable, what == name, "{what} when {name} was changed");
        };
        unreadable(matches!(snapshot.facts.host.machine_id, Observed::Unreadable { .. }), "facts");
        unreadable(matches!(snapshot.inventory, Observed::Unreadable { .. }), "inventory");
        unreadable(matches!(snapshot.settings["web.config"], Observed::Unreadable { .. }), "config");
        unreadable(snapshot.logs.value().unwrap().files[0].broken.is_some(), "log");
    }
}

#[test]
fn what_the_collector_did_not_take_is_told_once_for_each_reason() {
    let folder = TempDir::new().unwrap();
    let mut bundle = Bundle::of("WEB01");
    let record = |name: &str, status| MemberRecord::not_taken(MemberName::parse(name).unwrap(), name, status);
    let old = || Status::Skipped { why: "older than 14 days".into() };
    bundle.extra = vec![
        record("logs/SS.log.1", old()),
        record("logs/SS.log.2", old()),
        record("logs/SS-BWSR.log", Status::Denied { why: "access denied".into() }),
        record("config/web-auth.config", Status::Missing),
    ];
    bundle.write(folder.path(), "one", Form::Zip);
    let case = case(&folder);
    let input = input(&case, "one.zip");
    assert_eq!(input.status, InputStatus::Read);
    assert_eq!(
        input.problems.iter().map(|problem| (problem.kind, problem.text.as_str())).collect::<Vec<_>>(),
        [
            (ProblemKind::Incomplete, "logs/SS.log.1 and 1 more: skipped, older than 14 days."),
            (ProblemKind::Rights, "logs/SS-BWSR.log: denied, access denied."),
        ]
    );
    let logs = node(&case, "WEB01").snapshot.as_ref().unwrap().logs.value().unwrap();
    let broken: Vec<_> =
        logs.files.iter().filter_map(|log| Some((log.name.as_str(), log.broken.as_deref()?))).collect();
    assert_eq!(broken, [("logs/SS-BWSR.log", "access denied")]);
}

#[test]
fn facts_that_the_format_does_not_know_do_not_count() {
    let folder = TempDir::new().unwrap();
    let mut bundle = Bundle::of("WEB01");
    bundle.inventory.push_str("{\"path\":\"x\",\"size\":1,\"extra\":true}\n");
    bundle.config = "<configuration><unclosed></configuration>".into();
    bundle.write(folder.path(), "one", Form::Zip);
    let case = case(&folder);
    assert_eq!(texts(input(&case, "one.zip")).len(), 2);
    let snapshot = node(&case, "WEB01").snapshot.as_ref().unwrap();
    assert!(snapshot.inventory.why_unknown().unwrap().starts_with("inventory.jsonl:2 could not be read"));
    assert!(
        snapshot.settings["web.config"]
            .why_unknown()
            .unwrap()
            .starts_with("config/web.config:1 could not be read")
    );
}

#[test]
fn of_two_bundles_of_one_node_the_newer_counts() {
    let folder = TempDir::new().unwrap();
    let mut old = Bundle::of("WEB01");
    old.dll("11.6.000001");
    old.write(folder.path(), "z-old", Form::Zip);
    let mut new = Bundle::of("web01.corp.example");
    new.facts.host.machine_id = Bundle::of("WEB01").facts.host.machine_id;
    new.started = "2026-11-21T10:00:00Z";
    new.write(folder.path(), "a-new", Form::Zip);
    let case = case(&folder);
    assert_eq!(case.cluster.nodes.len(), 1);
    assert_eq!(case.cluster.nodes[0].version.value(), Some(&BuildVersion::new(11, 7, 49)));
    let refused = input(&case, "z-old.zip");
    assert_eq!((refused.status, refused.problems[0].kind), (InputStatus::Refused, ProblemKind::Duplicate));
    assert_eq!(texts(refused), ["z-old.zip is of WEB01 and is older than a-new.zip, which counts instead."]);
}

#[test]
fn one_name_on_two_machines_counts_for_nobody_and_a_clone_is_told() {
    let folder = TempDir::new().unwrap();
    Bundle::of("WEB01").write(folder.path(), "a", Form::Zip);
    let mut other = Bundle::of("WEB01");
    other.facts.host.machine_id = Bundle::of("WEB09").facts.host.machine_id;
    other.started = "2026-11-21T10:00:00Z";
    other.write(folder.path(), "b", Form::Zip);
    let mut clone = Bundle::of("WEB02");
    clone.facts.host.machine_id = Bundle::of("WEB03").facts.host.machine_id;
    clone.write(folder.path(), "c", Form::Zip);
    Bundle::of("WEB03").write(folder.path(), "d", Form::Zip);
    let case = case(&folder);
    assert_eq!(
        case.cluster.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(),
        ["WEB02", "WEB03"]
    );
    for (name, status) in [
        ("a.zip", InputStatus::Refused),
        ("b.zip", InputStatus::Refused),
        ("c.zip", InputStatus::Read),
        ("d.zip", InputStatus::Read),
    ] {
        let input = input(&case, name);
        assert_eq!((input.status, input.problems[0].kind), (status, ProblemKind::Duplicate), "{name}");
    }
    assert!(texts(input(&case, "c.zip"))[0].contains("WEB02 and WEB03 have the same installation id"));
}

#[test]
fn of_two_clusters_the_one_with_more_bundles_is_judged() {
    let folder = TempDir::new().unwrap();
    for name in ["TEST01", "PROD01", "PROD02"] {
        Bundle::of(name).write(folder.path(), name, Form::Zip);
    }
    fs::write(folder.path().join("a-test.json"), nodes_json(&[("TEST01", "11.6.000001")])).unwrap();
    fs::write(
        folder.path().join("b-prod.json"),
        nodes_json(&[("PROD01", "11.7.000049"), ("PROD02", "11.7.000049")]),
    )
    .unwrap();
    fs::write(folder.path().join("c-history.csv"), "VersionNumber,Upgraded\n11.6.000001,2026-01-01\n")
        .unwrap();
    let results = case(&folder);
    assert_eq!(
        results.cluster.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(),
        ["PROD01", "PROD02"]
    );
    assert_eq!(
        results.cluster.database_version().why_unknown().unwrap(),
        "c-history.csv could not be read: c-history.csv does not say to which cluster of this case it belongs, so it does not count"
    );
    for name in ["a-test.json", "TEST01.zip", "c-history.csv"] {
        let input = input(&results, name);
        assert_eq!(
            (input.status, input.problems[0].kind),
            (InputStatus::Refused, ProblemKind::Foreign),
            "{name}"
        );
    }
    let text = texts(input(&results, "a-test.json"))[0];
    assert!(text.contains("TEST01") && text.contains("PROD01, PROD02"), "{text}");

    let meant = Options { expect_nodes: vec!["test01".into()], ..options() };
    let results = case_with(&[folder.path()], &meant);
    assert_eq!(results.cluster.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["TEST01"]);
}

#[test]
fn without_a_list_the_node_set_is_open_and_a_person_can_close_it() {
    let folder = TempDir::new().unwrap();
    Bundle::of("WEB01").write(folder.path(), "one", Form::Zip);
    Bundle::of("DR01").write(folder.path(), "dr", Form::Zip);
    let open = case(&folder);
    assert!(open.cluster.node_set.confirmed_by.is_empty());
    assert_eq!(open.cluster.list.why_unknown().unwrap(), "no node list was given");
    let options = Options {
        expect_nodes: vec!["web01".into(), "WEB02".into(), " ".into()],
        roles: BTreeMap::from([("dr01".into(), Role::Dr), ("WEB77".into(), Role::Standby)]),
        ..options()
    };
    let closed = case_with(&[folder.path()], &options);
    assert_eq!(closed.cluster.node_set.confirmed_by, ["--expect-nodes"]);
    assert_eq!(closed.cluster.node_set.without_bundle, ["WEB02"]);
    assert_eq!(closed.cluster.node_set.unlisted, ["DR01"]);
    assert_eq!(node(&closed, "DR01").role, Role::Dr);
    assert_eq!(
        closed.remarks,
        ["--expect-nodes holds an empty name.", "--role names WEB77, which is no node of this case."]
    );
}

#[test]
fn every_refusal_is_a_sentence_that_names_its_input() {
    let folder = TempDir::new().unwrap();
    for (name, content) in [
        ("empty.csv", ""),
        ("notes.txt", "see you tomorrow"),
        ("health.json", "{\"healthy\":true}"),
        ("cut.json", "[{\"machineName\":\"WEB01\","),
        ("cut.zip", "PK\u{3}\u{4}"),
        ("answers.toml", "[[answer]]\nquestion = 1\n"),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    fs::create_dir(folder.path().join("sub")).unwrap();
    let case = case_with(&[folder.path(), Path::new("/nowhere/nodes.json")], &options());
    assert_eq!(case.cluster.inputs.len(), 8);
    for input in &case.cluster.inputs {
        assert_eq!(input.status, InputStatus::Refused);
        let [text] = texts(input)[..] else { panic!("{:?}", input.problems) };
        assert!(text.starts_with(&input.name) && text.ends_with('.'), "{text}");
    }
    assert!(case.cluster.nodes.is_empty());
}

#[test]
fn an_answer_for_a_stranger_does_not_count_and_the_same_file_twice_counts_once() {
    let folder = TempDir::new().unwrap();
    Bundle::of("WEB01").write(folder.path(), "one", Form::Zip);
    let answer = "[[answer]]\nquestion = \"LBL-001\"\nvalue = \"sticky\"\nnode = \"WEB09\"\n";
    fs::write(folder.path().join("answers.toml"), answer).unwrap();
    fs::write(folder.path().join("copy.toml"), answer).unwrap();
    let case = case(&folder);
    assert!(case.cluster.answers.by_question.is_empty());
    let input = input(&case, "answers.toml");
    assert_eq!(
        texts(input),
        ["answers.toml:1 answers for WEB09, which is no node of this case; the answer does not count."]
    );
    assert_eq!(input.notes, ["The same bytes were given again as copy.toml; they count once."]);
    assert_eq!(case.cluster.inputs.len(), 2);
}

/// Bytes in the shape of a key file: what no text is made of.
fn key_file() -> Vec<u8> {
    (0..457u32).map(|i| u8::try_from(i.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect()
}

#[test]
fn a_secret_removes_the_evidence_of_its_bundle_and_of_no_other() {
    let folder = TempDir::new().unwrap();
    let mut config = Bundle::of("WEB01");
    config.config = "<configuration><connectionStrings><add connectionString=\"Server=s;User ID=sa;Password=hunter2hunter2\" /></connectionStrings></configuration>".into();
    config.write(folder.path(), "config", Form::Zip);
    let mut log = Bundle::of("WEB02");
    log.log
        .push_str("2026-11-20 09:00:01,000 [1] ERROR X - Data Source=s;User ID=sa;Password=hunter2hunter2\n");
    log.write(folder.path(), "log", Form::Folder);
    let stray = Bundle::of("WEB03").write(folder.path(), "stray", Form::Folder);
    fs::write(stray.join("encryption - Copy.config"), key_file()).unwrap();
    let changed = Bundle::of("WEB04").write(folder.path(), "changed", Form::Folder);
    fs::write(changed.join("config/web.config"), key_file()).unwrap();
    Bundle::of("WEB05").write(folder.path(), "whole", Form::Zip);
    fs::write(folder.path().join("database.config"), key_file()).unwrap();

    let case = case(&folder);
    for (name, kind) in [
        ("config.zip", ProblemKind::Secret),
        ("log", ProblemKind::Secret),
        ("stray", ProblemKind::KeyMaterial),
        ("changed", ProblemKind::KeyMaterial),
        ("database.config", ProblemKind::KeyMaterial),
    ] {
        let input = input(&case, name);
        assert_eq!(input.status, InputStatus::Refused, "{name}");
        assert!(input.problems.iter().any(|problem| problem.kind == kind), "{name}: {:?}", input.problems);
    }
    assert_eq!(case.cluster.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(), ["WEB05"]);
    assert!(!format!("{:?}", case.cluster).contains("hunter2"));
}

#[test]
fn an_entry_that_the_manifest_does_not_list_is_told_and_nothing_else_is_lost() {
    let folder = TempDir::new().unwrap();
    let path = Bundle::of("WEB01").write(folder.path(), "one", Form::Folder);
    fs::write(path.join("notes.txt"), "nothing secret in here").unwrap();
    let case = case(&folder);
    let input = input(&case, "one");
    assert_eq!((input.status, input.problems[0].kind), (InputStatus::Partly, ProblemKind::Tampered));
    assert!(node(&case, "WEB01").snapshot.is_some());
}

#[test]
fn the_page_on_exports_states_the_limits_of_the_code() {
    use clusterbrief::intake::{json, nodes_json, table, workbook};
    let page = include_str!("../../docs/exports.md");
    let thousands = |number: usize| {
        let text = number.to_string();
        let groups: Vec<&str> =
            text.as_bytes().rchunks(3).map(|part| std::str::from_utf8(part).unwrap()).collect();
        groups.into_iter().rev().collect::<Vec<_>>().join(" ")
    };
    for row in [
        format!("| one export | {} MB |", MAX_EXPORT_BYTES >> 20),
        format!(
            "| JSON, its records | {} MB, {} |",
            json::MAX_JSON_BYTES >> 20,
            thousands(json::MAX_RECORDS)
        ),
        format!(
            "| a workbook inflated, its parts, its sheets | {} MB, {}, {} |",
            workbook::MAX_INFLATED >> 20,
            thousands(workbook::MAX_PARTS),
            workbook::MAX_SHEETS
        ),
        format!(
            "| its shared texts together, one text | {} MB, {} MB |",
            workbook::MAX_SHARED >> 20,
            workbook::MAX_TEXT >> 20
        ),
        format!(
            "| rows of one export, cells, columns | {}, {}, {} |",
            thousands(table::MAX_ROWS),
            thousands(table::MAX_CELLS),
            table::MAX_COLUMNS
        ),
        format!("| nodes | {} |", thousands(nodes_json::MAX_NODES)),
    ] {
        assert!(page.contains(&row), "{row}");
    }
}

#[test]
fn what_the_collector_wrote_is_read_whole() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    for name in ["SSWEB01", "SSWEB02"] {
        let mut node = NodeFolder::new(name, "11.7.000049", "2026-09-14T08:30:00+02:00".parse().unwrap());
        node.log("log/SS-BWSR.log", "Thycotic.BackgroundWorker", 200);
        let parent = folder.path().join(name);
        fs::create_dir(&parent).unwrap();
        node.write(&parent).expect("a made node");
        let iis_config = Some(parent.join("applicationHost.config"));
        let options =
            collect::Options { iis_config, ..collect::Options::new(parent.join("SecretServer"), &out) };
        collect::run(&options, &node.host(), &mut Silent).unwrap();
    }
    let case = case_with(&[&out], &options());
    assert_eq!(case.cluster.nodes.len(), 2);
    for input in &case.cluster.inputs {
        assert_eq!(input.status, InputStatus::Read, "{:?}", input.problems);
        let unexpected = input.problems.iter().find(|problem| problem.kind != ProblemKind::Rights);
        assert_eq!(unexpected, None);
    }
    for node in &case.cluster.nodes {
        assert_eq!(node.version.value(), Some(&BuildVersion::new(11, 7, 49)));
        let snapshot = node.snapshot.as_ref().unwrap();
        assert!(snapshot.inventory.value().is_some_and(|files| !files.is_empty()));
        assert!(snapshot.settings.values().all(|settings| !settings.is_unknown()), "{:?}", snapshot.settings);
        assert!(!snapshot.settings["web.config"].value().unwrap().is_empty());
        assert_eq!(snapshot.iis_application().value().map(|app| app.pool.is_empty()), Some(false));
        let logs = snapshot.logs.value().unwrap();
        assert!(logs.zone_known && logs.files.iter().all(|log| log.period.is_some() && log.broken.is_none()));
    }
}
