//! One input never silently changes what is said of another: bundles of one node that contradict each other, that are
//! dated wrongly, that are copies, or that show what was repaired. Each is tried in every order of the folders' names.

use crate::support::samples::sample;
use clusterbrief::analysis::{Analysis, Analyzer, Options, open};
use clusterbrief::bundle::Sha256;
use clusterbrief::collect::Silent;
use clusterbrief::collect::scrub::{Scrub, scrub};
use clusterbrief::finding::Readiness;
use clusterbrief::redact::{CaseKey, Level};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static ANALYZER: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().unwrap());

/// A case of three healthy nodes on the disk.
struct Case(tempfile::TempDir);

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::write(to.join(entry.file_name()), fs::read(entry.path()).unwrap()).unwrap();
        }
    }
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Changes manifest and facts of a bundle, and writes the right hashes.
fn forge(bundle: &Path, change: impl FnOnce(&mut Value, &mut Value)) {
    let (mut manifest, mut facts) = (read(&bundle.join("manifest.json")), read(&bundle.join("facts.json")));
    change(&mut manifest, &mut facts);
    fs::write(bundle.join("facts.json"), serde_json::to_vec(&facts).unwrap()).unwrap();
    for member in manifest["members"].as_array_mut().unwrap() {
        let path = bundle.join(member["path"].as_str().unwrap());
        if let Ok(bytes) = fs::read(path) {
            member["status"]["taken"] =
                json!({"size": bytes.len(), "sha256": Sha256::of(&bytes).to_string()});
        }
    }
    fs::write(bundle.join("manifest.json"), serde_json::to_vec(&manifest).unwrap()).unwrap();
}

fn at(manifest: &mut Value, started: &str) {
    manifest["collection"]["started"] = json!(started);
    manifest["collection"]["ended"] = json!(started);
}

/// A blocker that a fact proves alone.
fn block(facts: &mut Value) {
    facts["iis"]["known"]["value"]["application"]["known"]["value"]["pool-settings"]["managedPipelineMode"]
        ["known"]["value"] = json!("Classic");
}

impl Case {
    fn new() -> Self {
        let case = Self(tempfile::tempdir().unwrap());
        copy(&sample("healthy-3-node"), case.0.path());
        case
    }

    fn bundle(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A second bundle of WEB02.
    fn second(&self, name: &str, change: impl FnOnce(&mut Value, &mut Value)) {
        copy(&self.bundle("WEB02"), &self.bundle(name));
        forge(&self.bundle(name), change);
    }

    fn report(&self) -> Analysis {
        ANALYZER.analyze(open([self.0.path()]), &Options::at("2026-11-21T00:00:00Z".parse().unwrap()))
    }
}

fn headline(analysis: &Analysis) -> &str {
    &analysis.report.verdict.headline
}

fn state(analysis: &Analysis) -> Readiness {
    analysis.report.verdict.state
}

/// The real bundle has a blocker, the other one has none: under a name before and after that of the real one, and the
/// other way round.
fn both_ways(change: impl Fn(&mut Value, &mut Value), check: impl Fn(&Analysis, bool)) {
    for name in ["AAA", "zzz"] {
        for real_blocks in [true, false] {
            let case = Case::new();
            case.second(name, |manifest, facts| {
                if !real_blocks {
                    block(facts);
                }
                change(manifest, facts);
            });
            if real_blocks {
                forge(&case.bundle("WEB02"), |_, facts| block(facts));
            }
            check(&case.report(), real_blocks);
        }
    }
}

fn safety(analysis: &Analysis) -> Vec<&str> {
    let found = analysis.report.safety.iter().filter(|finding| finding.rule == "BND-003");
    found.map(|finding| finding.title.as_str()).collect()
}

#[test]
fn without_a_second_bundle_the_cluster_is_ready_and_a_blocker_shows() {
    let case = Case::new();
    let state_of = |case: &Case| state(&case.report());
    assert!(matches!(state_of(&case), Readiness::Ready | Readiness::ReadyWithWarnings));
    forge(&case.bundle("WEB02"), |_, facts| block(facts));
    assert_eq!(state_of(&case), Readiness::NotReady);
}

#[test]
fn two_bundles_of_one_time_with_different_content_are_believed_nowhere() {
    both_ways(
        |_, facts| facts["host"]["os"]["known"]["value"] = json!("Windows Server 2016, build 14393"),
        |analysis, _| {
            assert_eq!(state(analysis), Readiness::Undetermined, "{}", headline(analysis));
            assert!(
                headline(analysis).contains("Bundles of WEB02 contradict each other"),
                "{}",
                headline(analysis)
            );
            assert_eq!(safety(analysis).len(), 2);
            assert!(analysis.cluster.nodes[1].snapshot.as_ref().unwrap().facts.host.os.is_unknown());
        },
    );
}

#[test]
fn a_machine_id_that_differs_or_is_left_out_is_a_conflict() {
    let ids = [
        json!({"not-collected": {"why": "no rights"}}),
        json!({"known": {"value": format!("key:139a05df:{}", "0c".repeat(32)), "sources": [{"file": "x"}]}}),
    ];
    for id in ids {
        both_ways(
            |manifest, facts| {
                at(manifest, "2026-11-20T09:10:00Z");
                facts["host"]["machine-id"] = id.clone();
            },
            |analysis, _| {
                assert_eq!(state(analysis), Readiness::Undetermined, "{}", headline(analysis));
                assert!(headline(analysis).contains("contradict each other"), "{}", headline(analysis));
                assert_eq!(safety(analysis).len(), 2);
            },
        );
    }
}

#[test]
fn a_bundle_from_the_future_replaces_nothing() {
    for started in ["2026-11-23T09:00:00Z", "2027-01-01T00:00:00Z", "9999-12-31T00:00:00Z"] {
        both_ways(
            |manifest, _| at(manifest, started),
            |analysis, real_blocks| {
                let expected = if real_blocks { Readiness::NotReady } else { Readiness::Undetermined };
                assert_eq!(state(analysis), expected, "{}", headline(analysis));
                assert!(
                    headline(analysis).contains("is not believed, because it is dated"),
                    "{}",
                    headline(analysis)
                );
                assert_eq!(safety(analysis).len(), 1);
            },
        );
    }
}

#[test]
fn a_bundle_that_is_dated_after_its_own_logs_replaces_nothing() {
    both_ways(|manifest, _| at(manifest, "2026-12-20T09:00:00Z"), |_, _| {});
    let case = Case::new();
    case.second("newer", |manifest, _| at(manifest, "2026-12-20T09:00:00Z"));
    forge(&case.bundle("WEB02"), |_, facts| block(facts));
    let analysis =
        ANALYZER.analyze(open([case.0.path()]), &Options::at("2027-06-01T00:00:00Z".parse().unwrap()));
    assert_eq!(state(&analysis), Readiness::NotReady);
    assert!(headline(&analysis).contains("long after its newest log line"), "{}", headline(&analysis));
}

#[test]
fn a_newer_bundle_decides_and_what_it_lacks_is_said() {
    both_ways(
        |manifest, _| at(manifest, "2026-11-20T09:30:00Z"),
        |analysis, real_blocks| {
            let title = "pipeline mode";
            if real_blocks {
                assert!(state(analysis) > Readiness::Undetermined, "{}", headline(analysis));
                let said = headline(analysis).split("Gone since 2026-11-20 10:02: ").nth(1).unwrap();
                assert!(
                    said.to_lowercase().contains(title) && said.ends_with("confirm the repair."),
                    "{said}"
                );
            } else {
                assert_eq!(state(analysis), Readiness::NotReady);
                assert!(!headline(analysis).contains("Gone since"), "{}", headline(analysis));
            }
        },
    );
}

#[test]
fn of_three_bundles_each_blocker_is_said_once() {
    let case = Case::new();
    forge(&case.bundle("WEB02"), |_, facts| block(facts));
    case.second("later", |manifest, _| at(manifest, "2026-11-20T09:20:00Z"));
    case.second("last", |manifest, facts| {
        at(manifest, "2026-11-20T09:30:00Z");
        facts["iis"]["known"]["value"]["application"]["known"]["value"]["pool-settings"]["managedPipelineMode"]["known"]
            ["value"] = json!("Integrated");
    });
    let analysis = case.report();
    assert_eq!(headline(&analysis).matches("Gone since").count(), 1, "{}", headline(&analysis));
}

/// Ids of different keys cannot show that two bundles are of one machine: then neither replaces the other.
#[test]
fn ids_that_do_not_compare_are_no_proof_of_one_machine() {
    let case = Case::new();
    case.second("AAA", |manifest, facts| {
        at(manifest, "2026-11-20T09:30:00Z");
        manifest["fingerprint"]["known"]["value"] = json!({"scheme": "case", "key-id": "7d91d732"});
        facts["host"]["machine-id"]["known"]["value"] = json!(format!("case:7d91d732:{}", "0c".repeat(32)));
    });
    let analysis = case.report();
    assert_eq!(analysis.cluster.node_set.conflicts.len(), 1);
    assert!(headline(&analysis).contains("made with different keys"), "{}", headline(&analysis));
    let none = Case::new();
    let without = |_: &mut Value, facts: &mut Value| {
        facts["host"]["machine-id"] = json!({"not-collected": {"why": "no rights"}});
    };
    forge(&none.bundle("WEB02"), without);
    none.second("AAA", |manifest, _| at(manifest, "2026-11-20T09:30:00Z"));
    assert!(headline(&none.report()).contains("not all of them have an installation id"));
}

#[test]
fn a_stricter_copy_is_the_same_collection_unless_it_says_something_else() {
    for level in [Level::Secrets, Level::Identities] {
        let case = Case::new();
        let out = tempfile::tempdir().unwrap();
        let request = Scrub {
            input: case.bundle("WEB02"),
            level,
            case_key: Some(CaseKey::parse(&"07".repeat(32)).unwrap()),
            redact_words: None,
            out: out.path().to_owned(),
        };
        let scrubbed = scrub(&request, &mut Silent).unwrap().path;
        let name = if level == Level::Secrets { "AAA.zip" } else { "host.zip" };
        fs::rename(&scrubbed, case.bundle(name)).unwrap();
        let analysis = case.report();
        assert_eq!(analysis.cluster.node_set.conflicts, Vec::<String>::new(), "{}", headline(&analysis));
        assert!(state(&analysis) > Readiness::Undetermined, "{level:?}: {}", headline(&analysis));
        if level == Level::Secrets {
            assert_eq!(analysis.cluster.nodes[1].input(), name, "the stricter text");
        }
    }
    // Anybody can name a manifest.
    let case = Case::new();
    let original = Sha256::of(&fs::read(case.bundle("WEB02").join("manifest.json")).unwrap()).to_string();
    case.second("AAA", |manifest, facts| {
        manifest["scrubbed-from"] = json!([original]);
        block(facts);
    });
    let analysis = case.report();
    assert_eq!(state(&analysis), Readiness::Undetermined);
    assert!(headline(&analysis).contains("contradict each other"));
}

#[test]
fn the_same_collection_in_two_containers_counts_once() {
    let case = Case::new();
    copy(&case.bundle("WEB02"), &case.bundle("AAA"));
    fs::write(case.bundle("AAA").join("logs/SS.log"), "cut off").unwrap();
    let analysis = case.report();
    assert_eq!(analysis.cluster.node_set.conflicts, Vec::<String>::new());
    assert_eq!(analysis.cluster.nodes[1].input(), "WEB02", "the one that is whole");
}

#[test]
fn a_name_written_in_another_way_is_the_same_name() {
    for name in ["web02", "WEB02.", " WEB02\u{a0}", "ＷＥＢ０２", "WEB\u{200b}02", "WEB02\u{e0020}"] {
        let case = Case::new();
        case.second("AAA", |manifest, facts| {
            manifest["node"]["name"] = json!(name);
            block(facts);
        });
        let analysis = case.report();
        assert_eq!(analysis.cluster.nodes.len(), 3, "{name:?}");
        assert_eq!(analysis.cluster.node_set.conflicts.len(), 1, "{name:?}");
    }
    for name in ["*", "WEB01,WEB02", "{node}", "<name>"] {
        let case = Case::new();
        case.second("AAA", |manifest, _| manifest["node"]["name"] = json!(name));
        let analysis = case.report();
        let input = analysis.report.inputs.iter().find(|input| input.name == "AAA").unwrap();
        let said = input.problems[0].text.as_str();
        assert!(said.starts_with("AAA names no machine in its manifest.json:"), "{said}");
    }
}

#[test]
fn a_connection_in_the_future_hides_no_silence() {
    for (silent, last) in [("WEB03", "2026-11-18T09:00:00Z"), ("WEB01", "2026-11-18T09:00:00Z")] {
        for forged in ["9999-12-31T00:00:00Z", "2027-03-01T00:00:00", "9999-01-01T00:00:00"] {
            let case = Case::new();
            // Without logs the list decides.
            for node in ["WEB01", "WEB02", "WEB03"] {
                fs::remove_dir_all(case.bundle(node)).unwrap();
            }
            let path = case.bundle("nodes.json");
            let mut list = read(&path);
            let set = |list: &mut Value, name: &str, time: &str| {
                let rows = list.as_array_mut().unwrap();
                rows.iter_mut().find(|row| row["machineName"] == name).unwrap()["lastConnected"] =
                    json!(time);
            };
            let finds = |case: &Case| -> Vec<String> {
                let analysis = case.report();
                let rule = analysis.report.findings.iter().filter(|one| one.rule == "CLU-005");
                rule.map(|one| one.title.clone()).collect()
            };
            set(&mut list, silent, last);
            fs::write(&path, serde_json::to_vec(&list).unwrap()).unwrap();
            let before = finds(&case);
            assert_eq!(before.len(), 1, "{silent}");
            set(&mut list, "WEB02", forged);
            fs::write(&path, serde_json::to_vec(&list).unwrap()).unwrap();
            assert_eq!(finds(&case), before, "{silent} {forged}");
        }
    }
}

#[test]
fn of_a_key_that_is_there_twice_no_value_is_believed() {
    // An export: in any case, as its keys are read.
    for (from, to) in [
        ("\"inCluster\": true", "\"inCluster\": true, \"inCluster\": false"),
        ("\"inCluster\": true", "\"inCluster\": false, \"InCluster\": true"),
        ("\"inCluster\": true", "\"in\\u0043luster\": false, \"inCluster\": true"),
    ] {
        let case = Case::new();
        let path = case.bundle("nodes.json");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from));
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let analysis = case.report();
        let row = analysis.cluster.nodes[0].row.as_ref().unwrap();
        assert!(row.in_cluster.is_unknown(), "{to}");
        let input = analysis.report.inputs.iter().find(|input| input.name == "nodes.json").unwrap();
        assert!(
            input.problems[0].text.contains("twice, so neither of its values counts"),
            "{:?}",
            input.problems
        );
    }
    // Facts, in a table of names and in a structure.
    for (from, to) in [
        ("\"binaries\":{", "\"binaries\":{\"absent\":{\"looked-at\":{\"file\":\"bin\"}},"),
        ("\"web.config\":{", "\"web.config\":{\"absent\":{\"looked-at\":{\"file\":\"x\"}}},\"web.config\":{"),
    ] {
        let case = Case::new();
        let bundle = case.bundle("WEB02");
        forge(&bundle, |_, _| {});
        let path = bundle.join("facts.json");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        let bytes = fs::read(&path).unwrap();
        let manifest = bundle.join("manifest.json");
        let mut changed = read(&manifest);
        for member in
            changed["members"].as_array_mut().unwrap().iter_mut().filter(|one| one["path"] == "facts.json")
        {
            member["status"]["taken"] =
                json!({"size": bytes.len(), "sha256": Sha256::of(&bytes).to_string()});
        }
        fs::write(&manifest, serde_json::to_vec(&changed).unwrap()).unwrap();
        let analysis = case.report();
        assert!(analysis.cluster.nodes[1].snapshot.as_ref().unwrap().facts.binaries.is_unknown(), "{to}");
        assert_eq!(state(&analysis), Readiness::Undetermined);
    }
    // A manifest.
    let case = Case::new();
    let manifest = case.bundle("WEB02").join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, text.replacen("\"options\": {", "\"options\": {\"a\": \"1\", \"a\": \"2\",", 1))
        .unwrap();
    let analysis = case.report();
    let input = analysis.report.inputs.iter().find(|input| input.name == "WEB02").unwrap();
    assert!(input.problems[0].text.contains("has the key options.a twice"), "{:?}", input.problems);
}

#[test]
fn an_upgrade_in_the_future_makes_nothing_history() {
    for (forged, is_told) in [("2027-12-31T00:00:00Z", true), ("9999-12-31T00:00:00Z", false)] {
        let case = Case::new();
        let path = case.bundle("tbVersion.csv");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{}\n12.3.000001,{forged}\n", text.trim_end())).unwrap();
        let analysis = case.report();
        let input = analysis.report.inputs.iter().find(|input| input.name == "tbVersion.csv").unwrap();
        let told = input.problems.iter().any(|one| one.text.contains("after the day of this report"));
        assert_eq!(told, is_told, "{:?}", input.problems);
        assert!(analysis.cluster.database_version().is_unknown());
    }
}

#[test]
fn lists_and_histories_of_one_time_are_believed_where_they_agree() {
    for name in ["a-nodes.json", "z-nodes.json"] {
        for forged_is_bad in [true, false] {
            let case = Case::new();
            let mut list = read(&case.bundle("nodes.json"));
            list[2]["errorMessage"] = json!("Encryption key mismatch");
            list[2]["inCluster"] = json!(false);
            let bad = if forged_is_bad { name } else { "nodes.json" };
            fs::copy(case.bundle("nodes.json"), case.bundle(name)).unwrap();
            fs::write(case.bundle(bad), serde_json::to_vec(&list).unwrap()).unwrap();
            let analysis = case.report();
            assert_eq!(state(&analysis), Readiness::Undetermined, "{}", headline(&analysis));
            assert!(headline(&analysis).contains("WEB03: In Cluster, error"), "{}", headline(&analysis));
            assert!(analysis.cluster.nodes[2].row.as_ref().unwrap().in_cluster.is_unknown());
            assert!(analysis.cluster.nodes[1].row.as_ref().unwrap().in_cluster.value() == Some(&true));
            assert_eq!(safety(&analysis).len(), 2);
        }
        let case = Case::new();
        let text = fs::read_to_string(case.bundle("tbVersion.csv")).unwrap();
        let name = name.replace("json", "csv");
        fs::write(case.bundle(&name), text.replacen("12.3.000001", "12.2.000001", 1)).unwrap();
        let analysis = case.report();
        assert_eq!(state(&analysis), Readiness::Undetermined, "{}", headline(&analysis));
        assert!(headline(&analysis).contains("The version histories"), "{}", headline(&analysis));
    }
    // The same list in another form is no contradiction.
    let case = Case::new();
    let list = json!({"records": read(&case.bundle("nodes.json"))});
    fs::write(case.bundle("again.json"), serde_json::to_vec(&list).unwrap()).unwrap();
    assert!(case.report().cluster.node_set.conflicts.is_empty());
}
