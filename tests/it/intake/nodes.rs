//! Which nodes a case has: duplicates, clones, two clusters, no node list.

use super::{Bundle, case, case_with, input, node, nodes_json, options, texts};
use clusterbrief::bundle::Form;
use clusterbrief::intake::cluster::{Case, Options};
use clusterbrief::model::input::ProblemKind;
use clusterbrief::model::{BuildVersion, InputStatus, Role};
use std::collections::BTreeMap;
use std::fs;
use tempfile::TempDir;

#[test]
fn the_newer_of_two_bundles_of_one_node_counts() {
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
    assert_eq!(
        texts(refused),
        [
            "z-old.zip is of WEB01 and is older than a-new.zip, which counts instead; --before shows what changed since it."
        ]
    );
}

#[test]
fn two_machines_of_one_name_are_believed_where_they_agree_and_a_clone_is_reported() {
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
        ["WEB01", "WEB02", "WEB03"]
    );
    for (name, status, kind) in [
        ("a.zip", InputStatus::Partly, ProblemKind::Conflict),
        ("b.zip", InputStatus::Partly, ProblemKind::Conflict),
        ("c.zip", InputStatus::Read, ProblemKind::Duplicate),
        ("d.zip", InputStatus::Read, ProblemKind::Duplicate),
    ] {
        let input = input(&case, name);
        assert_eq!((input.status, input.problems[0].kind), (status, kind), "{name}");
    }
    let agreed = node(&case, "WEB01").snapshot.as_ref().unwrap();
    assert!(agreed.facts.host.machine_id.is_unknown() && agreed.facts.binaries.value().is_some());
    assert_eq!(case.cluster.node_set.conflicts.len(), 1);
    assert!(texts(input(&case, "c.zip"))[0].contains("WEB02 and WEB03 have the same installation id"));
}

#[test]
fn the_larger_of_two_clusters_is_evaluated() {
    let folder = TempDir::new().unwrap();
    for name in ["TEST01", "TEST02", "PROD01", "PROD02", "PROD03"] {
        Bundle::of(name).write(folder.path(), name, Form::Zip);
    }
    let small = [("TEST01", "11.6.000001"), ("TEST02", "11.6.000001")];
    fs::write(folder.path().join("a-test.json"), nodes_json(&small)).unwrap();
    let prod = [("PROD01", "11.7.000049"), ("PROD02", "11.7.000049"), ("PROD03", "11.7.000049")];
    fs::write(folder.path().join("b-prod.json"), nodes_json(&prod)).unwrap();
    fs::write(folder.path().join("c-history.csv"), "VersionNumber,Upgraded\n11.6.000001,2026-01-01\n")
        .unwrap();
    let results = case(&folder);
    assert_eq!(names(&results), ["PROD01", "PROD02", "PROD03"]);
    assert_eq!(
        results.cluster.database_version().why_unknown().unwrap(),
        "c-history.csv could not be read: c-history.csv does not say to which cluster of this case it belongs, so it does not count"
    );
    for name in ["a-test.json", "TEST01.zip", "TEST02.zip", "c-history.csv"] {
        let input = input(&results, name);
        assert_eq!(
            (input.status, input.problems[0].kind),
            (InputStatus::Refused, ProblemKind::Foreign),
            "{name}"
        );
    }
    let text = texts(input(&results, "a-test.json"))[0];
    assert!(text.contains("TEST01, TEST02") && text.contains("PROD01, PROD02, PROD03"), "{text}");

    let meant = Options { expect_nodes: vec!["test01".into()], ..options() };
    let results = case_with(&[folder.path()], &meant);
    assert_eq!(names(&results), ["TEST01", "TEST02"]);
}

fn names(case: &Case) -> Vec<&str> {
    case.cluster.nodes.iter().map(|node| node.name.as_str()).collect()
}

#[test]
fn a_list_of_one_node_with_a_bundle_is_kept_apart_and_never_refused() {
    let folder = TempDir::new().unwrap();
    for name in ["WEB01", "WEB02", "WEB03"] {
        Bundle::of(name).write(folder.path(), name, Form::Zip);
    }
    let both = [("WEB01", "11.7.000049"), ("WEB02", "11.7.000049")];
    fs::write(folder.path().join("nodes.json"), nodes_json(&both)).unwrap();
    fs::write(folder.path().join("a-web03.json"), nodes_json(&[("web03", "11.7.000049")])).unwrap();
    fs::write(folder.path().join("history.csv"), "VersionNumber,Upgraded\n11.7.000049,2026-01-01\n").unwrap();
    let results = case(&folder);
    assert_eq!(names(&results), ["WEB01", "WEB02", "WEB03"]);
    let apart = node(&results, "WEB03");
    assert!(apart.row.is_none() && apart.snapshot.is_some());
    assert_eq!(apart.own_list.as_ref().unwrap().input, "a-web03.json");
    for name in ["WEB03.zip", "a-web03.json"] {
        assert_eq!(input(&results, name).status, InputStatus::Read, "{name}");
    }
    assert_eq!(input(&results, "history.csv").status, InputStatus::Read, "it is of the cluster of two");
    let expected =
        Options { expect_nodes: vec!["WEB01".into(), "WEB02".into(), "WEB03".into()], ..options() };
    let results = case_with(&[folder.path()], &expected);
    assert!(node(&results, "WEB03").own_list.is_some());

    // Of two nodes with a list each nobody can say of which database an export is.
    fs::write(folder.path().join("nodes.json"), nodes_json(&[("WEB01", "11.7.000049")])).unwrap();
    let results = case(&folder);
    assert_eq!(input(&results, "history.csv").status, InputStatus::Refused);
}

#[test]
fn a_person_may_expect_nodes_of_another_list() {
    let folder = TempDir::new().unwrap();
    for name in ["A1", "A2", "A3", "B1", "B2"] {
        Bundle::of(name).write(folder.path(), name, Form::Zip);
    }
    let build = "11.7.000049";
    fs::write(folder.path().join("a.json"), nodes_json(&[("A1", build), ("A2", build), ("A3", build)]))
        .unwrap();
    fs::write(folder.path().join("b.json"), nodes_json(&[("B1", build), ("B2", build)])).unwrap();
    let expect_nodes = ["A1", "A2", "A3", "B1", "B2"].map(str::to_owned).to_vec();
    let results = case_with(&[folder.path()], &Options { expect_nodes, ..options() });
    assert_eq!(names(&results), ["A1", "A2", "A3", "B1", "B2"]);
    for name in ["B1", "B2"] {
        assert_eq!(node(&results, name).own_list.as_ref().unwrap().names, ["B1", "B2"]);
    }
    assert!(
        ["B1.zip", "B2.zip", "b.json"].iter().all(|name| input(&results, name).status == InputStatus::Read)
    );
}

#[test]
fn one_host_has_a_dns_name_and_a_netbios_name() {
    let folder = TempDir::new().unwrap();
    for name in ["VAULT-WEB01-PROD-EU", "VAULT-WEB02-PROD-EU"] {
        Bundle::of(name).write(folder.path(), name, Form::Zip);
    }
    let build = "11.7.000049";
    let cut = [("VAULT-WEB01-PRO", build), ("vault-web02-pro\u{a0}", build)];
    fs::write(folder.path().join("nodes.json"), nodes_json(&cut)).unwrap();
    let results = case(&folder);
    assert_eq!(names(&results), ["VAULT-WEB01-PROD-EU", "VAULT-WEB02-PROD-EU"]);
    assert!(results.cluster.nodes.iter().all(|node| node.row.is_some() && node.snapshot.is_some()));
    assert!(results.cluster.node_set.unlisted.is_empty());
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
