//! What is read from Windows: it matches what the knowledge allows in a bundle, the dry run lists it, a bundle has it.

use chrono::{DateTime, FixedOffset};
use clusterbrief::bundle::{Bundle, FACTS, Status};
use clusterbrief::collect::{FixedHost, Options, Silent, TouchKind, dry_run, estimate, run};
use clusterbrief::demo::NodeFolder;
use clusterbrief::knowledge::Knowledge;
use clusterbrief::knowledge::facts::Kind;
use clusterbrief::model::Observed;
use clusterbrief::model::facts::NodeFacts;
use clusterbrief::probes::system::{Event, ProbeError, Process, Value, Volume};
use clusterbrief::probes::{FakeSystem, ProbeAccess, probes};
use clusterbrief::redact::Level;
use std::collections::{BTreeMap, BTreeSet};

fn in_bundle(knowledge: &Knowledge) -> BTreeSet<&str> {
    let facts = knowledge.facts.iter().filter(|fact| fact.in_bundle);
    facts.map(|fact| fact.path.as_str()).collect()
}

#[test]
fn every_fact_of_a_bundle_has_a_probe() {
    let knowledge = Knowledge::builtin().unwrap();
    let probes: Vec<&str> = probes().iter().map(|probe| probe.fact).collect();
    assert!(probes.is_sorted_by(|one, next| one < next), "{probes:?}");
    assert_eq!(probes.into_iter().collect::<BTreeSet<_>>(), in_bundle(&knowledge));
}

/// A server that answers some of what it is asked, and refuses some.
fn server() -> FakeSystem {
    let windows = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
    FakeSystem {
        memory: Some(8 << 30),
        volume: Some(Volume { total: 100 << 30, free: 9 << 30 }),
        processes: BTreeMap::from([(
            "w3wp.exe".to_owned(),
            vec![Process { id: 7, started: clock().to_utc(), pool: None, identity: None }],
        )]),
        refused: BTreeMap::from([("W32Time".to_owned(), ProbeError::Denied)]),
        ..FakeSystem::default()
    }
    .with(windows, "CurrentBuildNumber", Value::Text("20348".into()))
    .with(r"SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", "Release", Value::Number(528_449))
}

fn clock() -> DateTime<FixedOffset> {
    "2026-09-14T08:30:00+02:00".parse().unwrap()
}

struct Site {
    host: FixedHost,
    options: Options,
    /// Keeps the folders.
    _dir: tempfile::TempDir,
}

impl Site {
    fn new(system: Option<FakeSystem>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let node = NodeFolder::new("SSWEB01", "11.7.000049", clock());
        let app = node.write(dir.path()).unwrap();
        let iis_config = Some(dir.path().join("applicationHost.config"));
        let options = Options { iis_config, ..Options::new(app, dir.path().join("out")) };
        Self { host: FixedHost { system, ..node.host() }, options, _dir: dir }
    }

    fn facts(&self) -> NodeFacts {
        let collected = run(&self.options, &self.host, &mut Silent).unwrap();
        let bundle = Bundle::open(&collected.path).unwrap();
        assert_eq!(bundle.problems(), []);
        serde_json::from_slice(&bundle.bytes(FACTS, u64::MAX).unwrap()).unwrap()
    }
}

#[test]
fn a_bundle_has_each_fact_or_why_not_in_its_form() {
    let facts = Site::new(Some(server())).facts();
    let asked: Vec<&str> = probes().iter().map(|probe| probe.fact).collect();
    assert_eq!(facts.machine.keys().map(String::as_str).collect::<Vec<_>>(), asked);
    for (fact, expected) in [
        ("net.release", "528449"),
        ("os.app-drive-free-mb", "9216"),
        ("os.build", "20348"),
        ("os.memory-mb", "8192"),
    ] {
        assert_eq!(facts.machine[fact].value().map(String::as_str), Some(expected), "{fact}");
    }
    assert!(matches!(facts.machine["time.service"], Observed::Unreadable { .. }));
    assert!(facts.machine["os.edition"].is_absent());
    assert_eq!(facts.host.worker_started.value(), Some(&clock().to_utc()));

    let knowledge = Knowledge::builtin().unwrap();
    for (fact, observed) in &facts.machine {
        let Some(value) = observed.value() else { continue };
        let fits = match knowledge.facts.get(fact).unwrap().kind {
            Kind::Flag => matches!(value.as_str(), "true" | "false"),
            Kind::Number => value.parse::<u64>().is_ok(),
            _ => !value.is_empty(),
        };
        assert!(fits, "{fact} is {value}");
    }
}

fn record(provider: &str, id: u32, minutes_ago: i64, data: &str) -> Event {
    let at = clock().to_utc() - chrono::TimeDelta::minutes(minutes_ago);
    Event { provider: provider.to_owned(), id, level: 2, at, data: vec![data.to_owned()] }
}

#[test]
fn records_of_event_logs_are_members_without_secrets() {
    let mut made = server();
    // The password of the proxy is harvested from the node's web.config.
    let secret = "Tr0ub4dor&3-proxy";
    made.events.insert(
        "Application".into(),
        vec![
            record("Vault Services", 7, 1, "Thycotic.Engine stopped"),
            record(
                ".NET Runtime",
                1026,
                2,
                &format!("Thycotic.Data:\r\n  it failed with {secret}\r\n  at x"),
            ),
            record("Another", 1, 3, "not from the product"),
            record("Application Error", 1000, 60 * 24 * 15, "too old"),
        ],
    );
    made.refused.insert("System".into(), ProbeError::Denied);
    let site = Site::new(Some(made));
    let collected = run(&site.options, &site.host, &mut Silent).unwrap();
    let bundle = Bundle::open(&collected.path).unwrap();
    let lines = String::from_utf8(bundle.bytes("events/Application.jsonl", 1 << 20).unwrap()).unwrap();
    let records: Vec<serde_json::Value> =
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let heads: Vec<_> =
        records.iter().map(|line| (line["provider"].as_str().unwrap(), &line["id"])).collect();
    assert_eq!(heads, [(".NET Runtime", &1026.into()), ("Vault Services", &7.into())]);
    assert_eq!(records[0]["at"], "2026-09-14T06:28:00.000Z");
    let data = records[0]["data"][0].as_str().unwrap();
    assert!(
        data.starts_with("Thycotic.Data:") && data.ends_with("at x") && !data.contains("Tr0ub4dor"),
        "{data}"
    );
    let members: BTreeMap<&str, &Status> =
        bundle.members().map(|member| (member.path.as_str(), &member.status)).collect();
    assert!(matches!(members["events/System.jsonl"], Status::Denied { .. }));
}

/// Whoever collects again with more rights would not get it either.
#[test]
fn an_event_log_that_windows_does_not_give_is_not_denied() {
    let mut made = server();
    made.refused.insert("System".to_owned(), ProbeError::Failed("Windows gave no answer".to_owned()));
    let site = Site::new(Some(made));
    let collected = run(&site.options, &site.host, &mut Silent).unwrap();
    let bundle = Bundle::open(&collected.path).unwrap();
    let member = bundle.members().find(|member| member.path.as_str() == "events/System.jsonl").unwrap();
    let why = "Windows gave no event log: Windows gave no answer".to_owned();
    assert_eq!(member.status, Status::Skipped { why });
}

#[test]
fn the_newest_of_many_records_are_taken() {
    let mut made = server();
    let records = (0..2_100).map(|minutes| record("WAS", 5186, minutes, &"x".repeat(3_000)));
    made.events.insert("System".into(), records.collect());
    let site = Site::new(Some(made));
    let collected = run(&site.options, &site.host, &mut Silent).unwrap();
    let bundle = Bundle::open(&collected.path).unwrap();
    let lines = String::from_utf8(bundle.bytes("events/System.jsonl", 1 << 22).unwrap()).unwrap();
    assert!(lines.len() <= 2 << 20 && lines.lines().count() > 600);
    assert!(lines.lines().last().unwrap().contains("2026-09-14T06:30:00.000Z"));
    let cut = bundle.members().find(|member| member.path.as_str() == "events/System.jsonl").unwrap();
    assert!(matches!(&cut.status, Status::Truncated { kept, of, .. } if kept < of));
    // A log without a record of them was read all the same.
    let none = bundle.members().find(|member| member.path.as_str() == "events/Application.jsonl").unwrap();
    assert_eq!(none.status, Status::Missing);
}

#[test]
fn a_log_that_was_not_read_to_its_end_is_cut() {
    let mut made = server();
    let short = |provider, count| {
        (0..count).map(move |seconds| record(provider, 1, seconds / 60, &seconds.to_string()))
    };
    made.events.insert("System".into(), short("WAS", 2_001).collect());
    let ours = [record("Vault Services", 7, 0, "Thycotic.Engine stopped")];
    made.events.insert("Application".into(), ours.into_iter().chain(short("Another", 5_000)).collect());
    let site = Site::new(Some(made));
    let collected = run(&site.options, &site.host, &mut Silent).unwrap();
    let bundle = Bundle::open(&collected.path).unwrap();
    let why = |name: &str| match &bundle.members().find(|member| member.path.as_str() == name).unwrap().status
    {
        Status::Truncated { why, .. } => why.clone(),
        whole => panic!("{whole:?}"),
    };
    assert_eq!(why("events/System.jsonl"), "only the newest records of a log are taken");
    assert!(why("events/Application.jsonl").starts_with("only the newest 5000 records were searched"));
}

#[test]
fn a_full_drive_is_refused_before_anything_is_written() {
    let mut made = server();
    made.volume = Some(Volume { total: 100 << 30, free: 300 });
    let site = Site::new(Some(made));
    let why = run(&site.options, &site.host, &mut Silent).unwrap_err().to_string();
    assert!(why.contains("has 300 bytes free") && why.contains("needs at least"), "{why}");
    assert!(!site.options.out.exists());
    assert_eq!(estimate(&site.options, &site.host).unwrap().free, Some(300));
}

#[test]
fn the_time_service_is_a_reference_whose_address_can_be_hidden() {
    let status = "Root Delay: 0.0300000s\nRoot Dispersion: 0.1000000s\nReferenceId: 0x0A000005 (source IP:  10.0.0.5)\n\
                  Phase Offset: -0.5000000s\nClockRate: 0.0156250s\nTime since Last Good Sync Time: 10.0000000s\n";
    let mut made = server();
    made.outputs.insert("w32tm.exe /query /status /verbose".into(), status.into());
    let mut site = Site::new(Some(made));
    let host = site.facts().host;
    let reference = host.time_service.value().unwrap();
    assert_eq!((reference.source.as_str(), reference.offset_ms), ("time server 10.0.0.5", 500));
    assert_eq!(reference.uncertainty_ms, 15 + 100 + 1 + 1);
    assert_eq!(host.clock.value().unwrap().spread_ms, Some(0));
    site.options.level = Level::Identities;
    site.options.out = site.options.out.join("hidden");
    let source = site.facts().host.time_service.value().unwrap().source.clone();
    assert!(source.starts_with("time server {address-"), "{source}");
}

#[test]
fn a_copied_folder_or_another_system_is_not_probed() {
    let other = Site::new(None);
    let mut copied = Site::new(Some(server()));
    copied.options.node = Some("SSWEB01".into());
    for site in [other, copied] {
        let touches = dry_run(&site.options, &site.host).unwrap();
        assert!(touches.iter().all(|touch| touch.kind != TouchKind::Registry));
        let facts = site.facts();
        assert_eq!(facts.machine, BTreeMap::new());
        assert!(touches.iter().all(|touch| !touch.source.contains("event log")));
        assert!(matches!(facts.host.worker_started, Observed::NotCollected { .. }));
    }
}

#[test]
fn the_dry_run_and_the_page_list_every_access() {
    let site = Site::new(Some(server()));
    let touches = dry_run(&site.options, &site.host).unwrap();
    let page = include_str!("../../docs/what-is-collected.md");
    let asks: BTreeSet<ProbeAccess> = probes().iter().flat_map(|probe| probe.accesses).copied().collect();
    for ask in asks {
        let kind = match ask {
            ProbeAccess::Run(_) => TouchKind::Command,
            ask if ask.is_registry() => TouchKind::Registry,
            _ => TouchKind::System,
        };
        let source = ask.to_string();
        let listed: Vec<_> = touches.iter().filter(|touch| touch.source == source).collect();
        assert_eq!(listed.len(), 1, "{source}");
        assert!(listed.iter().all(|touch| touch.kind == kind && touch.row.is_some()), "{source}");
        assert!(page.contains(&format!("`{source}`")), "{source}");
    }
}
