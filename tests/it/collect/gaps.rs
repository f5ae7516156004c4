//! What is damaged, missing or too much: the rest is collected, and the gap is reported.

use super::contains;
use crate::support::site::{Change, Site, Taken, VERSION, clock, tree};
use chrono::TimeDelta;
use clusterbrief::bundle::{Bundle, Status};
use clusterbrief::collect::{CollectError, Options, PortableHost, Silent, TouchKind, dry_run, run};
use clusterbrief::model::facts::ConfigState;
use clusterbrief::model::{Location, Observed};
use std::fs;
use std::path::Path;

#[test]
fn a_broken_configuration_is_reported_by_position_only() {
    let site = Site::new(|node| {
        node.put("web.config", "<configuration>\r\n  <hunter22222 password='x'></a>\r\n");
        node.remove("web-cookie.config");
    });
    let taken = site.collect();
    let facts = taken.facts();
    let Some(ConfigState::NotWellFormed { line, .. }) = facts.configs["web.config"].value() else {
        panic!("{:?}", facts.configs["web.config"]);
    };
    assert_eq!(*line, 2);
    assert!(!contains(&taken.everything(), b"hunter22222"));
    assert!(matches!(taken.status("config/web.config"), Status::Skipped { .. }));
    assert_eq!(facts.configs["web-cookie.config"], Observed::absent(Location::file("web-cookie.config")));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_reported_and_the_collection_goes_on() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let site = Site::new(|_| {});
    let app = site.app();
    // A link that leads out of the folder, and one that leads nowhere: not readable for any account, root included.
    symlink("/etc", app.join("elsewhere")).unwrap();
    for path in ["database.config", "web-auth.config", "bin/Thycotic.Data.dll", "log/SS-BSSR.log"] {
        fs::remove_file(app.join(path)).unwrap();
        symlink("nowhere", app.join(path)).unwrap();
    }
    fs::set_permissions(app.join("css"), fs::Permissions::from_mode(0o000)).unwrap();
    let taken = site.collect();
    fs::set_permissions(app.join("css"), fs::Permissions::from_mode(0o755)).unwrap();

    let inventory = taken.inventory();
    assert!(inventory["elsewhere"].unread.is_some());
    assert!(!inventory.keys().any(|path| path.starts_with("elsewhere/")));
    let facts = taken.facts();
    assert!(matches!(facts.database_config, Observed::Unreadable { .. }));
    assert!(matches!(facts.configs["web-auth.config"], Observed::Unreadable { .. }));
    let binaries = facts.binaries.value().unwrap();
    assert!(matches!(binaries["Thycotic.Data.dll"], Observed::Unreadable { .. }));
    assert!(matches!(taken.status("logs/SS-BSSR.log"), Status::Denied { .. }));
    assert!(taken.text("logs/SS.log").contains("Application started"));
}

#[test]
fn logs_have_a_maximum_age_and_a_budget() {
    let site = Site::new(|node| {
        node.put("log/SS.log.1", "2026-09-01 08:00:00,000 [1] INFO  a - rolled\r\n");
        node.put("log/notes.txt", "not a log of the product");
        // As old as the installation.
        node.put("log/SS.log.2", "2026-08-01 08:00:00,000 [1] INFO  a - old\r\n");
        node.modified.insert("log/SS.log.1".into(), (clock() - TimeDelta::days(13)).to_utc());
    });
    let taken = site.collect();
    assert!(taken.text("logs/SS.log.1").contains("rolled"));
    assert!(
        matches!(taken.status("logs/SS.log.2"), Status::Skipped { why } if why.contains("last changed before"))
    );

    // What the configuration files take of the budget is theirs; of the rest each role has a fifth, and rolled logs nothing.
    let budget = site.configs() + 1500;
    let options = Options { budget, out: site.dir.path().join("small"), ..site.options() };
    let taken = site.collect_with(options);
    for name in ["SS.log", "SS-BSSR.log", "SS-BWSR.log", "SS-EWSR.log", "SS-SRWSR.log"] {
        let Status::Truncated { kept, of, .. } = taken.status(&format!("logs/{name}")) else {
            panic!("{name}")
        };
        let file = &site.node.files[&format!("log/{name}")];
        assert!(0 < *kept && *kept <= 300 && *of == file.len() as u64, "{name}: {kept} of {of}");
        let log = taken.text(&format!("logs/{name}"));
        assert!(log.starts_with("2026-09-14 ") && file.ends_with(log.as_bytes()), "{name}: {log}");
    }
    assert!(matches!(taken.status("logs/SS.log.1"), Status::Skipped { .. }));
}

#[test]
fn a_missing_or_false_version_resource_affects_only_its_dll() {
    use clusterbrief::demo::Pe;
    let healthy = Pe::new(VERSION, [11, 7, 49, 0]).bytes();
    let key: Vec<u8> = "VS_VERSION_INFO".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = memchr::memmem::find(&healthy, &key).unwrap();
    let patched = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = healthy.clone();
        change(&mut bytes);
        bytes
    };
    let site = Site::new(|node| {
        node.put("bin/Contradicts.dll", Pe::new("99.9.000001", [1, 2, 3, 4]).bytes())
            .put("bin/NoKey.dll", patched(&|bytes| bytes[at..at + 4].fill(b'?')))
            .put("bin/LongerThanTheFile.dll", patched(&|bytes| bytes[at - 6..at - 2].fill(0xff)))
            .put("bin/Empty.dll", patched(&|bytes| bytes[at - 6..at - 2].fill(0)))
            .put("bin/Torn.dll", &healthy[..at + 10])
            .put("bin/Text.dll", "MZ, says the text")
            .put("bin/Nothing.dll", "");
    });
    let taken = site.collect();
    let facts = taken.facts();
    let binaries = facts.binaries.value().unwrap();
    assert_eq!(binaries.len(), 17 + 7);
    // Both versions are facts; which of them is wrong is a question for the report.
    let contradicts = binaries["Contradicts.dll"].value().unwrap();
    assert_eq!(contradicts.product_version.as_deref(), Some("99.9.000001"));
    assert_eq!(contradicts.file_version.as_deref(), Some("1.2.3.4"));
    for name in ["NoKey", "LongerThanTheFile", "Empty", "Torn", "Text", "Nothing"] {
        let binary_fact = &binaries[&format!("{name}.dll")];
        let product = binary_fact.value().and_then(|binary| binary.product_version.as_deref());
        assert!(product.is_none_or(|version| version == VERSION), "{name}: {binary_fact:?}");
    }
    for name in ["Text", "Nothing"] {
        assert!(matches!(binaries[&format!("{name}.dll")], Observed::Unreadable { .. }), "{name}");
    }
    let core = binaries["Thycotic.ihawu.Business.dll"].value().unwrap();
    assert_eq!(core.product_version.as_deref(), Some(VERSION));
    assert!(taken.snapshot().facts.binaries.value().is_some());
}

#[test]
fn a_reference_clock_gives_an_offset() {
    let site = Site::new(|_| {});
    let reference_time = Some(clock() - TimeDelta::milliseconds(95_500));
    let facts = site.collect_with(Options { reference_time, ..site.options() }).facts();
    let reference = facts.host.clock_reference.value().unwrap();
    assert_eq!((reference.source.as_str(), reference.offset_ms), ("operator", 95_500));
}

#[test]
fn the_remains_of_an_installation_give_a_bundle_that_reports_them() {
    let site = Site::new(|node| node.files.retain(|path, _| path == "encryption.config"));
    let taken = site.collect();
    let facts = taken.facts();
    assert!(facts.encryption_config.value().is_some() && facts.database_config.is_absent());
    assert!(facts.binaries.is_absent() && facts.configs["web.config"].is_absent());
    assert_eq!(facts.log_folder.value(), Some(&false));
    assert!(matches!(taken.status("config/web.config"), Status::Missing));
}

#[test]
fn a_dry_run_lists_every_file_and_writes_nothing() {
    let site = Site::new(|node| {
        node.put("log/SS.log.9", "old");
    });
    let before = tree(site.dir.path());
    let touches = dry_run(&site.options(), &site.node.host()).unwrap();
    assert_eq!(tree(site.dir.path()), before);
    for path in site.node.files.keys() {
        let full = site.app().join(path).display().to_string();
        let touch = touches.iter().find(|touch| touch.source == full).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(touch.bytes, Some(site.node.files[path].len() as u64));
        assert!(touch.row.is_some());
    }
    let old = touches.iter().find(|touch| touch.source.ends_with("SS.log.9")).unwrap();
    assert_eq!(old.kind, TouchKind::List);
    let written: Vec<_> = touches.iter().filter(|touch| touch.kind == TouchKind::Write).collect();
    assert_eq!(written.len(), 1);
    assert_eq!(Path::new(&written[0].source), site.collect().collected.path);
    assert!(touches.iter().any(|touch| touch.source.ends_with("applicationHost.config")));
}

#[test]
fn a_failed_collection_leaves_nothing() {
    let site = Site::new(|_| {});
    let options = Options { out: site.app().join("bundles"), ..site.options() };
    assert!(matches!(run(&options, &PortableHost, &mut Silent), Err(CollectError::OutInside(_))));
    assert!(!options.out.exists());

    // A bundle of that name is there already.
    site.collect();
    let before = tree(&site.out());
    let again = run(&site.options(), &site.node.host(), &mut Silent);
    assert!(matches!(again, Err(CollectError::Write(_))));
    assert_eq!(tree(&site.out()), before);
}

#[test]
fn this_machine_can_be_collected_too() {
    let site = Site::new(|_| {});
    let collected = run(&site.options(), &PortableHost, &mut Silent).unwrap();
    let taken = Taken { bundle: Bundle::open(&collected.path).unwrap(), collected };
    assert!(taken.facts().host.clock.value().is_some());
    assert_eq!(taken.bundle.problems(), []);
}
