//! Complete cases, and the limits that the documentation states.

use super::{Bundle, case, case_with, input, node, nodes_json, options, texts};
use clusterbrief::bundle::Form;
use clusterbrief::collect::{self, Silent};
use clusterbrief::demo::NodeFolder;
use clusterbrief::intake::cluster::Case;
use clusterbrief::intake::recognise::MAX_EXPORT_BYTES;
use clusterbrief::model::input::ProblemKind;
use clusterbrief::model::{BuildVersion, InputKind, InputStatus, Observed};
use std::fs;
use std::path::PathBuf;
use tempfile::TempDir;

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
        let bundle = matches!(input.kind, InputKind::BundleZip | InputKind::BundleFolder);
        assert!(input.sha256.is_some() == bundle && input.bytes > 0, "{}", input.name);
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
fn the_page_on_exports_states_the_limits_of_the_code() {
    use clusterbrief::intake::{json, nodes_json, table, workbook};
    let page = include_str!("../../../docs/exports.md");
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
