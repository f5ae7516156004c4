//! Saved outputs of the commands say the same as a bundle of that machine.

use super::commands::{lines, not_in_commands};
use super::{NODES, clock, odd_server, server};
use crate::support::windows_commands::{Prompt, with_keys_of_services};
use clusterbrief::analysis::{Analysis, Analyzer, open};
use clusterbrief::bundle::{Bundle, FACTS};
use clusterbrief::collect::{FixedHost, Options, Silent, run};
use clusterbrief::demo::NodeFolder;
use clusterbrief::finding::RuleResult;
use clusterbrief::intake::cluster;
use clusterbrief::model::facts::NodeFacts;
use clusterbrief::model::{BuildVersion, InputStatus, Observed};
use clusterbrief::probes::FakeSystem;
use clusterbrief::probes::system::ProbeError;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// What a bundle of the machine has.
fn collected(made: &FakeSystem) -> BTreeMap<String, Observed<String>> {
    let dir = tempfile::tempdir().unwrap();
    let node = NodeFolder::new("WEB01", "11.7.000049", clock());
    let app = node.write(dir.path()).unwrap();
    let options = Options::new(app, dir.path().join("out"));
    let host = FixedHost { system: Some(made.clone()), ..node.host() };
    let bundle = Bundle::open(&run(&options, &host, &mut Silent).unwrap().path).unwrap();
    let facts: NodeFacts = serde_json::from_slice(&bundle.bytes(FACTS, u64::MAX).unwrap()).unwrap();
    facts.machine
}

fn options() -> cluster::Options {
    cluster::Options {
        expect_nodes: NODES.map(str::to_owned).to_vec(),
        roles: BTreeMap::new(),
        as_of: "2026-11-20T12:00:00Z".parse().unwrap(),
        target: BuildVersion::parse("12.0.000022").ok(),
        package: None,
        require: BTreeSet::new(),
        baseline: None,
        loose: clusterbrief::intake::loose::LooseOptions::default(),
    }
}

static AUDITOR: LazyLock<Analyzer> = LazyLock::new(|| Analyzer::new().unwrap());

fn audited(files: &[(&str, Vec<u8>)]) -> Analysis {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).unwrap();
    }
    AUDITOR.analyze(open([dir.path()]), &options())
}

fn printed(made: &FakeSystem, german: bool) -> String {
    let machine = &with_keys_of_services(made.clone());
    Prompt { machine, node: "WEB01", build: "11.7.000049", german }.run(&lines())
}

/// The facts of WEB01 that the report takes from a saved output.
fn facts_from(file: &[u8]) -> BTreeMap<String, Observed<String>> {
    audited(&[("notes.txt", file.to_vec())]).cluster.nodes.swap_remove(0).reported
}

#[test]
fn the_output_of_the_commands_equals_a_bundle() {
    for (made, german) in [(server(), false), (server(), true), (odd_server(), false), (odd_server(), true)] {
        let (in_bundle, by_hand) = (collected(&made), facts_from(printed(&made, german).as_bytes()));
        let missing = not_in_commands();
        for (fact, there) in in_bundle.iter().filter(|(fact, _)| !missing.contains(&fact.as_str())) {
            let here = by_hand.get(fact).and_then(Observed::value);
            assert_eq!(here, there.value(), "{fact}: {:?}", by_hand.get(fact));
        }
        // Nothing is missing on these machines except what is known by its absence.
        let unknown = by_hand.iter().filter(|(_, fact)| fact.is_unknown());
        assert_eq!(unknown.map(|(fact, _)| fact.as_str()).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(by_hand["product.version"].value().unwrap(), "11.7.000049");
    }
}

/// If something is missing, refused or never asked, a fact is the same as in a bundle, or unknown.
#[test]
fn missing_or_refused_answers_never_give_a_wrong_fact() {
    let made = server();
    let mut machines = vec![FakeSystem::default()];
    let keys: BTreeSet<&String> = made.registry.keys().map(|(key, _)| key).collect();
    for key in keys {
        let mut without = made.clone();
        without.registry.retain(|(of, _), _| of != key);
        let mut refusing = made.clone();
        refusing.refused.insert(key.clone(), ProbeError::Denied);
        machines.extend([without, refusing]);
    }
    for name in ["W32Time", "HealthService"] {
        let mut refusing = made.clone();
        refusing.refused.insert(name.to_owned(), ProbeError::Denied);
        machines.push(refusing);
    }
    for made in machines {
        let (in_bundle, by_hand) = (collected(&made), facts_from(printed(&made, false).as_bytes()));
        for (fact, here) in by_hand {
            let Some(there) = in_bundle.get(&fact) else { continue };
            let same = (here.value(), here.is_absent()) == (there.value(), there.is_absent());
            assert!(same || here.is_unknown(), "{fact}: {here:?} {there:?} {:?}", made.refused);
        }
    }
    // Of answers that were cut out nothing is said.
    let whole = printed(&made, false);
    let all = facts_from(whole.as_bytes());
    for part in whole.split("\r\n#reg ").skip(1) {
        for (fact, here) in facts_from(whole.replace(&format!("\r\n#reg {part}"), "").as_bytes()) {
            // A build is known without its revision.
            let same = all.get(&fact).is_some_and(|all| here.value() == all.value()) || fact == "os.build";
            assert!(same || here.is_unknown(), "{fact}: {here:?}");
        }
    }
}

/// Bytes of a text in the code page of a German command prompt.
fn code_page_850(text: &str) -> Vec<u8> {
    let byte = |c| match c {
        'ü' => 0x81,
        'Ü' => 0x9a,
        c => u8::try_from(c).unwrap(),
    };
    text.chars().map(byte).collect()
}

#[test]
fn clocks_compare_by_the_server_of_their_time_services() {
    let clocks = |first: &str, second: &str| {
        let of = |offset: &str| printed(&server(), false).replace("-0.5000000s", offset);
        let other = of(second).replace("by-hand 1 WEB01", "by-hand 1 WEB02");
        let audited = audited(&[("one.txt", of(first).into_bytes()), ("two.txt", other.into_bytes())]);
        let reference = audited.cluster.nodes[0].clocks.time_service.clone();
        assert_eq!(reference.value().unwrap().source, "time server 10.0.0.5");
        let rule = audited.results.iter().filter(|results| results.rule == "TIM-002");
        rule.map(|results| results.outcome.word()).collect::<Vec<_>>()
    };
    assert_eq!(clocks("-0.5000000s", "0.2000000s"), ["pass"]);
    assert_eq!(clocks("-0.5000000s", "400.2000000s"), ["findings"]);
    // A stopped service gives no facts.
    let silent = FakeSystem { outputs: BTreeMap::new(), ..server() };
    let audited = audited(&[("one.txt", printed(&silent, false).into_bytes())]);
    assert!(audited.cluster.nodes[0].clocks.time_service.is_unknown());
}

#[test]
fn every_encoding_of_a_prompt_reads_the_same() {
    let text = printed(&server(), true);
    let expected = facts_from(text.as_bytes());
    let utf16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    for bytes in [code_page_850(&text), utf16, text.replace("\r\n", "\n").into_bytes()] {
        assert_eq!(facts_from(&bytes), expected);
    }
}

#[test]
fn places_are_lines_of_the_file() {
    let text = printed(&server(), false);
    let by_hand = facts_from(text.as_bytes());
    let line = |fact: &str| {
        let place = by_hand[fact].place().unwrap().to_string();
        let number: usize = place.strip_prefix("notes.txt:").unwrap().parse().unwrap();
        text.lines().nth(number - 1).unwrap().trim().to_owned()
    };
    assert_eq!(line("net.release"), "Release    REG_DWORD    0x80eb1");
    assert_eq!(line("time.service"), "STATE              : 4  RUNNING");
    assert_eq!(line("os.memory-mb"), "17179332608");
    // What is not there is at the command that listed what is.
    assert_eq!(line("os.sharepoint"), r"#reg HKLM\SOFTWARE\Microsoft\Shared Tools");
    assert_eq!(line("os.tls12-client"), "DisabledByDefault    REG_DWORD    0x0");
}

/// A vault where nothing could be run: no bundle, and saved outputs of an English and of a German node, the latter in its
/// own code page. Written by hand as Windows prints them, because no Windows was available.
#[test]
fn rules_decide_by_a_saved_output() {
    let file = |name: &str| {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/by_hand");
        fs::read(tests.join(name)).unwrap()
    };
    let audited = audited(&[("one.txt", file("english.txt")), ("two.log", file("german.txt"))]);
    let value =
        |node: usize, fact: &str| audited.cluster.nodes[node].fact(fact).value().cloned().unwrap_or_default();
    for (fact, web01, web02) in [
        ("net.language", "en", "de"),
        ("net.release", "528372", "394254"),
        ("os.app-drive-free-mb", "5120", "5120"),
        ("os.app-drive-total-mb", "66560", "66560"),
        ("os.cores", "4", "4"),
        ("os.fips-policy", "false", "true"),
        ("os.language", "en", "de"),
        ("os.name", "Windows Server 2022 Standard", "Windows Server 2016 Standard"),
        ("os.sharepoint", "false", "false"),
        ("os.tls12-client", "true", "false"),
        ("program.monitoring-agent", "absent", "absent"),
        ("time.service", "running", "running"),
        ("version", "11.7.000049", "11.7.000049"),
    ] {
        assert_eq!((value(0, fact).as_str(), value(1, fact).as_str()), (web01, web02), "{fact}");
    }
    let outcome = |rule: &str, node: &str| {
        let of = |results: &&RuleResult| results.rule == rule && results.subject.name == node;
        audited.results.iter().find(of).unwrap().outcome.word()
    };
    for rule in ["SYS-001", "SYS-010"] {
        assert_eq!(outcome(rule, "WEB02"), "findings", "{rule}");
    }
    assert_eq!(outcome("SYS-001", "WEB01"), "pass");
    // Only half is known of this node: the settings for connections to it were not read.
    assert_eq!(outcome("SYS-010", "WEB01"), "unknown");
    for input in &audited.report.inputs {
        assert_eq!(input.status, InputStatus::Read, "{:?}", input.problems);
        assert_eq!(input.holds, ["the output of built-in Windows commands"]);
    }
    let finding = audited.report.findings.iter().find(|finding| finding.rule == "SYS-010").unwrap();
    let evidence = format!("{:?}", finding.evidence);
    assert!(evidence.contains("two.log:"), "{evidence}");
}

#[test]
fn problems_of_a_saved_output_are_reported() {
    let text = printed(&server(), false);
    let cut = &text[..text.find("HKEY_LOCAL_MACHINE").unwrap()];
    let problems = |text: &str| {
        let input = audited(&[("x.txt", text.as_bytes().to_vec())]).report.inputs.remove(0);
        let problems: Vec<String> = input.problems.into_iter().map(|problem| problem.text).collect();
        (input.status, problems.join(" "))
    };
    let (status, said) = problems(cut);
    assert_eq!(status, InputStatus::Partly);
    assert!(said.contains("ends within an answer of WEB01"), "{said}");
    let (status, said) = problems(&text.replace("by-hand 1 WEB01", "by-hand 2 WEB01"));
    assert_eq!(status, InputStatus::Refused);
    assert!(said.contains("newer form"), "{said}");
    let (_, said) = problems(&text.replace("by-hand 1 WEB01", "by-hand 1 WEB77"));
    assert!(said.contains("not a node of this case"), "{said}");
}
