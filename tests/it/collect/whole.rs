//! A healthy node is collected completely, in either form, always with the same bytes.

use super::sha256;
use crate::support::site::{Change, Site, VERSION, clock};
use chrono::TimeDelta;
use clusterbrief::bundle::Form;
use clusterbrief::collect::Options;
use clusterbrief::demo::APP_FOLDER;
use clusterbrief::model::facts::ConfigState;
use std::fs;

#[test]
fn a_healthy_node_is_collected_whole() {
    let site = Site::new(|_| {});
    let taken = site.collect();
    assert_eq!(taken.collected.path, site.out().join("SSWEB01_20260914-0830.zip"));
    assert_eq!(taken.bundle.problems(), []);

    let facts = taken.facts();
    assert_eq!(facts.host.name.value().map(String::as_str), Some("SSWEB01"));
    assert_eq!(facts.host.clock.value().unwrap().local, clock());
    assert_eq!(facts.application_folder.value().map(String::as_str), Some(APP_FOLDER));
    assert_eq!(facts.encryption_config.value().unwrap().size, 457);
    assert!(facts.encryption_config.value().unwrap().fingerprint.value().is_some());
    assert!(facts.database_config.value().unwrap().fingerprint.value().is_some());
    assert_eq!(facts.stray_key_copies.value(), Some(&vec![]));
    assert_eq!(facts.tms_folder.value(), Some(&true));
    assert_eq!(facts.log_folder.value(), Some(&true));
    let binaries = facts.binaries.value().unwrap();
    assert_eq!(binaries.len(), 17);
    let core = binaries["Thycotic.ihawu.Business.dll"].value().unwrap();
    assert_eq!(core.product_version.as_deref(), Some(VERSION));
    let application = facts.iis.value().unwrap().application.value().unwrap();
    assert_eq!((application.pool.as_str(), application.path.as_str()), ("SecretServer", "/SecretServer"));
    for name in ["web.config", "web-appsettings.config", "web-log4net.config"] {
        assert!(matches!(facts.configs[name].value(), Some(ConfigState::Taken { .. })), "{name}");
    }

    let manifest = taken.bundle.manifest();
    assert_eq!((manifest.node.name.as_str(), manifest.node.copied), ("SSWEB01", false));
    assert_eq!(manifest.collection.ended - manifest.collection.started, TimeDelta::seconds(7));
    assert_eq!(manifest.collection.utc_offset_minutes.value(), Some(&120));
    assert!(taken.text("logs/SS.log").contains("Application started"));
}

#[test]
fn the_inventory_names_every_file_and_hashes_only_program_types() {
    let site = Site::new(|_| {});
    let inventory = site.collect().inventory();
    let on_disk: Vec<&String> = site.node.files.keys().collect();
    assert_eq!(inventory.keys().collect::<Vec<_>>(), on_disk);
    for (path, entry) in &inventory {
        let content = &site.node.files[path];
        assert_eq!(entry.size, content.len() as u64, "{path}");
        let program = [".asax", ".dll", ".aspx", ".js", ".css", ".ico", ".png", ".asmx", ".ashx"];
        let expected = program.iter().any(|ending| path.ends_with(ending)).then(|| sha256(content));
        assert_eq!(entry.sha256, expected, "{path}");
        let answers = [entry.sha256.is_some(), entry.fingerprint.is_some(), entry.unread.is_some()];
        assert_eq!(answers.iter().filter(|answer| **answer).count(), 1, "{path}: {entry:?}");
    }
    assert!(inventory["customresources/9/EmailTemplates.xml"].fingerprint.is_some());
}

/// The two halves of the program meet here: what one writes the other understands whole.
#[test]
fn the_report_side_understands_a_collected_bundle() {
    use clusterbrief::bundle::gather;
    use clusterbrief::intake::facts::Facts;
    use clusterbrief::intake::read::{Tools, read_all};
    use clusterbrief::model::InputStatus;
    let site = Site::new(|node| {
        node.edit("web-appSettings.config", "<add key=\"UseCefLogFile\"", "<add key=\"UseCefLogFiles\"");
    });
    let taken = site.collect();
    let knowledge = clusterbrief::knowledge::Knowledge::builtin().unwrap();
    let scanner = clusterbrief::logs::Scanner::new(&knowledge, &clusterbrief::redact::Sanitizer).unwrap();
    let tools = Tools {
        scanner: &scanner,
        sanitizer: &clusterbrief::redact::Sanitizer,
        questions: &[],
        knowledge: &knowledge,
        loose: &clusterbrief::intake::loose::LooseOptions::default(),
    };
    let (mut read, _) = read_all(gather(&[&taken.collected.path]), tools);
    let read = read.remove(0);
    assert_eq!((read.input.status, &read.input.problems[..]), (InputStatus::Read, &[][..]));
    let [Facts::Bundle(snapshot)] = read.facts.as_slice() else { panic!("no bundle") };
    let settings = |name: &str| snapshot.settings[name].value().unwrap();
    let changed = &settings("web-appsettings.config")["appSettings/add[UseCefLogFiles]@value"];
    assert_eq!((changed.value.as_str(), changed.line), ("false", 7));
    assert_eq!(settings("web.config")["system.web/httpRuntime@enableVersionHeader"].value, "false");
    assert_eq!(snapshot.inventory.value().unwrap().len(), site.node.files.len());
    assert!(snapshot.logs.value().is_some());
}

#[test]
fn both_forms_hold_the_same_members() {
    let site = Site::new(|_| {});
    let zip = site.collect();
    let folder = site.collect_with(Options { form: Form::Folder, ..site.options() });
    assert_eq!(zip.bundle.manifest(), folder.bundle.manifest());
    assert!(folder.collected.path.is_dir());
}

#[test]
fn the_same_folder_gives_the_same_bytes() {
    let bytes = || fs::read(Site::new(|_| {}).collect().collected.path).unwrap();
    let (one, two) = (bytes(), bytes());
    assert!(one == two, "two collections of equal folders differ");
}
