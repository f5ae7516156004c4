//! The upgrade path of the plan, through the public API: a node list and a version history are read, evaluated and planned.
//! The table of `knowledge::steps` has the builds of a path; here is what the plan makes of it.

use clusterbrief::analysis::{Analyzer, Options, open};
use clusterbrief::knowledge::Knowledge;
use clusterbrief::model::package::{Package, PackageMember};
use clusterbrief::model::{BuildVersion, Location, Observed};
use clusterbrief::plan::{Met, Path, Plan, State, UpgradeHop};
use serde_json::{Value, json};
use std::fs;

/// A cluster of nodes and a database with these builds; an empty one is not known.
struct Case<'a> {
    nodes: &'a [&'a str],
    database: &'a str,
    target: &'a str,
    /// More inputs, by name.
    more: &'a [(&'a str, String)],
    /// A support team's own knowledge.
    own: &'a str,
    /// The file downloaded for the upgrade.
    package: Option<Package>,
}

/// A cluster of two nodes at one build.
fn at<'a>(build: &'a [&'a str; 2], target: &'a str) -> Case<'a> {
    Case { nodes: build, database: build[0], target, more: &[], own: "", package: None }
}

impl Case<'_> {
    fn path(&self) -> Path {
        self.plan().path.expect("a way")
    }

    fn plan(&self) -> Plan {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let put = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("a file can be written");
        };
        let rows = self.nodes.iter().enumerate().map(|(index, build)| {
            json!({
                "nodeId": index + 1, "machineName": format!("WEB0{}", index + 1), "inCluster": true,
                "binaryVersion": build, "database": "SQL01\\SecretServer", "lastConnected": "2026-11-20T09:05:10Z",
            })
        });
        put("nodes.json", &rows.collect::<Value>().to_string());
        if !self.database.is_empty() {
            put(
                "tbVersion.csv",
                &format!("VersionNumber,Upgraded\n{},2026-10-17T20:14:05Z\n", self.database),
            );
        }
        self.more.iter().for_each(|(name, text)| put(name, text));
        let own: &[(&str, &str)] = if self.own.is_empty() { &[] } else { &[("ours.toml", self.own)] };
        let auditor = Analyzer::with(Knowledge::layered(own).expect("sound knowledge")).expect("signatures");
        let options = Options {
            target: Some(BuildVersion::parse(self.target).expect("a build")),
            package: self.package.clone(),
            ..Options::at("2026-11-20T12:00:00Z".parse().expect("a moment"))
        };
        let audited = auditor.analyze(open([folder.path()]), &options);
        audited.report.plan.expect("a plan")
    }
}

/// Builds of the path, with a question mark where no source says that it installs from the build before.
fn stops(path: &Path) -> String {
    let stops = path.legs.iter().map(|leg| format!("{}{}", leg.build, if leg.known { "" } else { "?" }));
    stops.collect::<Vec<_>>().join(" ")
}

fn states<'p>(leg: &'p UpgradeHop, what: &str) -> &'p [State] {
    let found = leg.requires.iter().find(|one| one.text.contains(what));
    &found.unwrap_or_else(|| unreachable!("{what} is not asked for: {:?}", leg.requires)).states
}

/// Answers, as a file of them.
fn answers(answers: &[(&str, &str, &str)]) -> String {
    let one = |(question, node, value): &(&str, &str, &str)| {
        let node = if node.is_empty() { String::new() } else { format!("node = \"{node}\"\n") };
        format!(
            "[[answer]]\nquestion = \"{question}\"\n{node}value = \"{value}\"\nby = \"J. Doe\"\non = 2026-11-20\n\n"
        )
    };
    answers.iter().map(one).collect()
}

#[test]
fn a_documented_path_has_no_gap() {
    let path = at(&["9.1.000000"; 2], "10.9.000064").path();
    assert_eq!(stops(&path), "9.1.000001 10.9.000005 10.9.000064");
    // Known vulnerabilities affect this target: nothing else is to be said of it.
    let of_advisories = |text: &&String| text.contains("CVE-");
    let others = path.warnings.iter().filter(|text| !of_advisories(text)).count();
    assert_eq!((path.unknown.len(), others), (0, 0), "{path:#?}");
    assert!(
        path.warnings[0].contains("leaves critical advisories open: CVE-2026-19117"),
        "{:?}",
        path.warnings
    );
    let [first, second, third] = &path.legs[..] else { unreachable!() };
    assert!(first.notes.iter().any(|note| note.contains("24 hours")), "{first:#?}");
    assert!(second.why.contains("10.9.000005") && third.why.contains("target"));
    assert!(
        second
            .changes
            .iter()
            .any(|one| one.build.to_string() == "10.7.000000" && one.text.contains("primary"))
    );
    assert!(
        second.sources.contains(&"RN:10.7.000000 (2016 to 2021 docs)".to_owned()),
        "{:?}",
        second.sources
    );
    assert!(third.changes.iter().all(|one| one.build.to_string() == "10.9.000063"), "{third:#?}");
}

#[test]
fn beyond_the_last_documented_build_the_path_is_unknown_and_the_vendor_is_asked() {
    for (installed, expected) in [
        ("10.8.000004", "10.9.000005 12.0.000022?"),
        ("10.9.000064", "12.0.000022?"),
        ("11.7.000049", "12.0.000022?"),
    ] {
        let path = at(&[installed; 2], "12.0.000022").path();
        assert_eq!(stops(&path), expected);
        let [gap] = &path.unknown[..] else { unreachable!("{path:#?}") };
        assert!(gap.contains("after 10.9.000064 are public") && gap.contains("--knowledge"), "{gap}");
        let leg = path.legs.last().expect("a leg");
        assert_eq!(states(leg, "the vendor's confirmation")[0].state, Met::Unknown);
    }
    let answered = answers(&[("UPG-004", "", "directly")]);
    let path = Case { more: &[("answers.toml", answered)], ..at(&["11.7.000049"; 2], "12.0.000022") }.path();
    let [state] = states(&path.legs[0], "the vendor's confirmation") else { unreachable!("{path:#?}") };
    assert!(state.state == Met::Met && state.why.contains("J. Doe"), "{state:?}");
}

#[test]
fn an_overlay_table_makes_the_path_known() {
    let own = r#"
[[source]]
key = "OURS"
title = "answer of the vendor to our ticket"
age = "2026"

[[rule]]
id = "UPG-900"
title = "Step build 11.5.000002 is left out"
severity = "blocker"
scope = "upgrade"
subject = "cluster"
family = "step"
cites = [{ source = "OURS", status = "confirmed" }]
what = "Whether something is older than 11.5.000002 and the target is later."
why = "Builds after 11.5.000002 install from it only."
fix = "Upgrade to 11.5.000002 first."
blind = "What the vendor did not publish."

[[step]]
build = "11.5.000002"
rule = "UPG-900"
from = "10.9.000005"
reaches = "12.0.000022"
requires = [{ text = "SQL Server 2016 or later", rules = [] }]
cites = [{ source = "OURS", status = "confirmed" }]
"#;
    let of = |build| Case { own, ..at(build, "12.0.000022") }.path();
    for (build, expected) in [
        (&["10.8.000004"; 2], "10.9.000005 11.5.000002 12.0.000022"),
        (&["10.9.000064"; 2], "11.5.000002 12.0.000022"),
        (&["11.7.000049"; 2], "12.0.000022"),
    ] {
        let path = of(build);
        assert_eq!((stops(&path).as_str(), path.unknown.len()), (expected, 0), "{path:#?}");
    }
    let leg = &of(&["10.9.000064"; 2]).legs[0];
    assert!(leg.sources.contains(&"OURS (2026)".to_owned()) && leg.why.contains("install from it only"));
    assert!(states(leg, "SQL Server 2016").is_empty(), "nothing that is collected shows it");
    let path = Case { own, ..at(&["11.7.000049"; 2], "12.1.000000") }.path();
    assert!(path.unknown[0].contains("after 12.0.000022 are public"), "{path:#?}");
}

#[test]
fn below_the_oldest_build_of_the_table_the_vendor_is_asked() {
    let path = at(&["7.0.000000"; 2], "8.4.000004").path();
    assert_eq!(stops(&path), "8.4.000004?");
    assert!(
        path.unknown[0].contains("7.1.000015 or later") && path.unknown[0].contains("support"),
        "{path:#?}"
    );
    let path = at(&["8.0.000000"; 2], "8.2.000000").path();
    assert!(path.unknown[0].starts_with("No source says that 8.2.000000"), "{path:#?}");
}

#[test]
fn the_path_starts_at_the_oldest_build_in_service() {
    let nodes = &["10.9.000033", "9.1.000000"];
    let path = Case { database: "10.9.000033", ..at(nodes, "10.9.000064") }.path();
    assert_eq!(stops(&path), "9.1.000001 10.9.000005 10.9.000064");
    let from: Vec<_> =
        path.from.iter().map(|one| (one.build.to_string(), one.nodes.join(" "), one.database)).collect();
    assert_eq!(
        from,
        [
            ("9.1.000000".to_owned(), "WEB02".to_owned(), false),
            ("10.9.000033".to_owned(), "WEB01".to_owned(), true),
        ]
    );
    assert!(
        path.warnings[0].contains("9.1.000000 on WEB02, 10.9.000033 on WEB01 and the database"),
        "{path:#?}"
    );
}

#[test]
fn what_is_not_known_is_stated() {
    let path = Case { database: "", ..at(&["10.9.000033", ""], "10.9.000064") }.path();
    assert_eq!(stops(&path), "10.9.000064");
    assert!(path.unknown.iter().any(|text| text.contains("WEB02")), "{path:#?}");
    assert!(path.unknown.iter().any(|text| text.contains("the database")), "{path:#?}");
    let path = Case { database: "", ..at(&["", ""], "10.9.000064") }.path();
    assert!(path.legs.is_empty() && path.from.is_empty(), "{path:#?}");
    assert!(path.unknown.last().is_some_and(|text| text.starts_with("The installed build is not known")));
}

#[test]
fn withdrawn_builds_and_useless_targets_give_a_warning() {
    for (installed, target, expected, warning) in [
        (
            "10.9.000032",
            "10.9.000033",
            "10.9.000033",
            "withdrew 10.9.000032 on WEB01, WEB02 and the database",
        ),
        ("10.9.000005", "10.9.000032", "10.9.000032", "withdrew the target 10.9.000032"),
        ("11.7.000049", "11.7.000049", "", "there is nothing to upgrade"),
        ("11.7.000049", "10.9.000064", "", "cannot downgrade its database"),
    ] {
        let path = at(&[installed; 2], target).path();
        assert_eq!(stops(&path), expected);
        assert!(path.warnings.iter().any(|text| text.contains(warning)), "{path:#?}");
        assert!(!path.legs.is_empty() || path.notes.is_empty(), "what sources say of no upgrade: {path:#?}");
    }
}

/// A hotfix of an old branch is newer than a higher build of the next one.
#[test]
fn a_target_that_lacks_the_fix_of_the_installed_hotfix_gives_a_warning() {
    let plan = at(&["11.7.000062"; 2], "12.0.000022").plan();
    let path = plan.path.expect("a path");
    let says =
        |text: &str| assert!(path.warnings.iter().any(|one| one.contains(text)), "{:?}", path.warnings);
    says("The target 12.0.000022 leaves critical advisories open: CVE-2026-19117, CVE-2026-15638");
    says("12.2.000007 is the lowest known build that closes all of these");
    says("The target 12.0.000022 is affected by CVE-2026-19117, the installed 11.7.000062 is not");
    let builds = plan.builds.expect("builds");
    let target =
        builds.candidates.iter().find(|one| one.build.to_string() == "12.0.000022").expect("the target");
    assert_eq!((target.adds.len(), target.way_confirmed), (1, false));
    assert!(at(&["12.3.000001"; 2], "12.4.000001").plan().builds.is_none());
}

#[test]
fn each_node_has_its_state_of_each_requirement() {
    let answered = answers(&[
        ("SYS-001", "WEB01", "yes"),
        ("SYS-001", "WEB02", "no"),
        ("UPG-010", "", "planned"),
        ("CFG-008", "WEB01", "yes"),
    ]);
    let path = Case { more: &[("answers.toml", answered)], ..at(&["10.1.000023"; 2], "10.9.000064") }.path();
    let leg = &path.legs[0];
    let said = |what: &str| -> Vec<_> {
        states(leg, what).iter().map(|one| (one.subject.as_str(), one.state)).collect()
    };
    assert_eq!(said("4.8 or later on the web servers"), [("WEB01", Met::Met), ("WEB02", Met::NotMet)]);
    assert_eq!(said("session recording"), [("the cluster", Met::Met)]);
    assert_eq!(said("saml.config"), [("WEB01", Met::Met), ("WEB02", Met::Unknown)]);
    assert_eq!(said("SQL Server 2012"), [("the cluster", Met::Unknown)]);
    assert_eq!(said("10.2.000018"), [("the cluster", Met::NotApplicable)]);
    let unknown = states(leg, "SQL Server 2012");
    assert!(unknown[0].why.starts_with("Not known: ") && unknown[0].rule == "SQL-001", "{unknown:?}");
}

/// Domain 12.1: what touches the way is printed with both readings.
#[test]
fn sources_that_contradict_each_other_are_both_printed() {
    let path = at(&["10.8.000004"; 2], "10.9.000064").path();
    for pair in [
        ["CHK: DPAPI", "D:upgrading-with-web-clustering: DPAPI may stay on"],
        [
            "upgrading-secret-server: all application pools are stopped, except",
            "the application pools of all servers are stopped",
        ],
        ["RN:10.9.000000: .NET Framework 4.8", "D:net-4-8-upgrade: builds up to and including 10.9.000002"],
    ] {
        assert!(
            pair.iter().all(|reading| path.notes.iter().any(|note| note.contains(reading))),
            "{:?}",
            path.notes
        );
    }
    let later = at(&["11.7.000049"; 2], "12.0.000022").path();
    assert!(!later.notes.iter().any(|note| note.contains("4.5.1")), "that was crossed long ago");
    assert!(later.notes.iter().any(|note| note.starts_with("CHK: DPAPI")));
}

#[test]
fn the_plan_shows_the_package_with_its_hash_and_a_verdict() {
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let of = |name: &str, members: &[&str], answered: &[(&str, &str, &str)]| {
        let member = |name: &&str| PackageMember { name: (*name).to_owned(), bytes: 3, bad: None };
        let members = Observed::known(members.iter().map(member).collect(), Location::default());
        let package = Package { name: name.to_owned(), bytes: 7, sha256: sha256.to_owned(), members };
        let more = [("answers.toml", answers(answered))];
        let case = Case { package: Some(package), more: &more, ..at(&["10.8.000004"; 2], "10.9.000064") };
        case.plan().package.expect("a check")
    };
    let right = ["hashes.crt", "ss_update.zip"];
    let open = of("Version_10_9_000064.zip", &right, &[("UPG-016", "", "planned")]);
    assert_eq!((open.sha256.as_str(), open.bytes, open.members.len()), (sha256, 7, 2));
    assert!(
        open.verdict.contains("are right") && open.verdict.contains("Compare its SHA-256"),
        "{}",
        open.verdict
    );
    let settled = of("Version_10_9_000064.zip", &right, &[("UPG-012", "", "confirmed")]);
    assert!(settled.verdict.starts_with("It is the package of the target"), "{}", settled.verdict);
    let other = of("Version_10_9_000063.zip", &right, &[("UPG-012", "", "confirmed")]);
    assert!(other.verdict.starts_with("Do not use it: The package is named Version_10_9_000063.zip"));
    let fresh = of("Version_10_9_000064.zip", &["setup.exe"], &[("UPG-012", "", "confirmed")]);
    assert!(fresh.verdict.contains("is not an upgrade package"), "{}", fresh.verdict);
    assert!(at(&["10.8.000004"; 2], "10.9.000064").plan().package.is_none());
}
