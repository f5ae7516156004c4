//! Key files: stray copies, fingerprints, and folders copied from elsewhere.

use super::{contains, sha256};
use crate::support::site::{Change, Site, clock};
use clusterbrief::collect::{Options, TouchKind, dry_run};
use clusterbrief::demo::{APP_FOLDER, noise};
use clusterbrief::redact::CaseKey;
use std::fs;
use std::path::Path;

#[test]
fn stray_copies_are_found_beside_the_application_too() {
    let site = Site::new(|_| {});
    let (key, database) = (&site.node.files["encryption.config"], &site.node.files["database.config"]);
    let root = site.options().app_dir.parent().unwrap().to_owned();
    let put = |path: &str, content: &[u8]| {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    // A kept copy of the whole folder, and single files.
    put("SecretServer_old/web.config", b"<configuration />");
    put("SecretServer_old/encryption.config", key);
    put("backup/encryption.config.bak", b"an older key");
    put("notes.txt", database);
    // Another vault, and another program.
    put("Test/web.config", b"<configuration />");
    put("Test/encryption.config", &[b'x'; 300]);
    put("Shop/database.config", b"<shop />");
    put("Shop/same-size.bin", &vec![b'x'; key.len()]);
    let expected =
        ["../SecretServer_old/encryption.config", "../backup/encryption.config.bak", "../notes.txt"];
    let taken = site.collect();
    assert_eq!(taken.facts().stray_key_copies.value().unwrap(), &expected);
    let touches = dry_run(&site.options(), &site.node.host()).unwrap();
    let read = |name: &str| {
        let touch = touches
            .iter()
            .find(|touch| touch.source == root.canonicalize().unwrap().join(name).display().to_string());
        touch.map(|touch| touch.kind)
    };
    assert_eq!(read("notes.txt"), Some(TouchKind::Read));
    assert_eq!(read("backup/encryption.config.bak"), Some(TouchKind::List));
    assert_eq!(read("Shop/database.config"), None);
    // Files next to a copy of the folder do not belong to the node.
    let copied = site.collect_with(Options { node: Some("WEB01".into()), ..site.options() });
    assert_eq!(copied.facts().stray_key_copies.value().unwrap(), &Vec::<String>::new());
}

#[test]
fn stray_copies_are_found_in_the_root_of_the_site_wherever_it_is() {
    let site = Site::new(|_| {});
    let elsewhere = tempfile::tempdir().unwrap();
    let root = elsewhere.path().canonicalize().unwrap();
    fs::create_dir(root.join("old")).unwrap();
    fs::write(root.join("old/encryption.config"), "a key").unwrap();
    fs::write(root.join("readme.txt"), &site.node.files["database.config"]).unwrap();
    fs::write(site.dir.path().join("encryption.config.old"), "a key").unwrap();
    let config = site.dir.path().join("applicationHost.config");
    let text = fs::read_to_string(&config).unwrap();
    let collect = |root: &str| {
        let usual = r#"physicalPath="%SystemDrive%\inetpub\wwwroot""#;
        assert!(text.contains(usual));
        fs::write(&config, text.replace(usual, &format!(r#"physicalPath="{root}""#))).unwrap();
        let copies =
            site.collect_with(Options { out: tempfile::tempdir().unwrap().path().into(), ..site.options() });
        let touches = dry_run(&site.options(), &site.node.host()).unwrap();
        (copies.facts().stray_key_copies, touches)
    };
    let shown = root.to_string_lossy().replace('\\', "/");
    let (copies, touches) = collect(&root.to_string_lossy());
    let expected = ["../encryption.config.old", "old/encryption.config", "readme.txt"];
    let copies = copies.value().unwrap().iter().map(|path| path.replace(&format!("{shown}/"), ""));
    assert_eq!(copies.collect::<Vec<_>>(), expected);
    let kind =
        |path: &Path| touches.iter().find(|touch| Path::new(&touch.source) == path).map(|touch| touch.kind);
    assert_eq!(kind(&root), Some(TouchKind::List));
    assert_eq!(kind(&root.join("readme.txt")), Some(TouchKind::Read));
    // Its folders are looked through once, and one that is not there holds nothing.
    for covered in [site.dir.path(), &site.dir.path().join("none")] {
        let (copies, _) = collect(&covered.to_string_lossy());
        assert_eq!(copies.value().unwrap(), &["../encryption.config.old"], "{}", covered.display());
    }
    let (copies, _) = collect(r"\\server\www");
    assert_eq!(copies.value().unwrap().len(), 1);
    fs::remove_file(site.dir.path().join("encryption.config.old")).unwrap();
    let (copies, _) = collect(r"\\server\www");
    assert!(copies.why_unknown().unwrap().contains("another machine"));
}

#[test]
fn stray_copies_are_found_by_name_and_by_content_and_never_hashed_plainly() {
    let site = Site::new(|node| {
        let (key, database) =
            (node.files["encryption.config"].clone(), node.files["database.config"].clone());
        node.put("old/encryption.config.bak", "not even the same content")
            .put("Scripts/harmless.js", key.clone())
            .put("bin/copy.dll", key)
            .put("log/SS-XYZ.log", database);
    });
    let taken = site.collect();
    let expected = ["Scripts/harmless.js", "bin/copy.dll", "log/SS-XYZ.log", "old/encryption.config.bak"];
    assert_eq!(taken.facts().stray_key_copies.value().unwrap(), &expected);
    let inventory = taken.inventory();
    for path in expected {
        assert!(inventory[path].sha256.is_none() && inventory[path].fingerprint.is_some(), "{path}");
    }
    let everything = taken.everything();
    for file in ["encryption.config", "database.config"] {
        assert!(!contains(&everything, sha256(&site.node.files[file]).as_bytes()), "a plain hash of {file}");
        assert!(!contains(&everything, &site.node.files[file][100..160]), "content of {file}");
    }
}

#[test]
fn a_copy_of_a_key_file_that_could_not_be_read_has_no_plain_hash() {
    // Larger than a key file can be, so it is not read.
    let site = Site::new(|node| {
        let large = noise("encryption.config", 1 << 20 | 1);
        node.put("Scripts/copy.js", large.clone()).put("encryption.config", large);
    });
    let taken = site.collect();
    let entry = taken.inventory().remove("Scripts/copy.js").unwrap();
    assert_eq!((entry.sha256, entry.fingerprint.is_none(), entry.unread.is_some()), (None, true, true));
    assert!(taken.facts().stray_key_copies.is_unknown(), "the two could not be compared");
    let case_key = Some(CaseKey::generate().unwrap());
    let options = Options { case_key, out: site.dir.path().join("keyed"), ..site.options() };
    let entry = site.collect_with(options).inventory().remove("Scripts/copy.js").unwrap();
    assert_eq!((entry.sha256, entry.fingerprint.is_some()), (None, true));
}

#[test]
fn a_key_file_full_of_zeros_is_not_used_as_a_key() {
    let site = Site::new(|node| {
        node.put("encryption.config", vec![0; 457]);
    });
    let taken = site.collect();
    assert!(taken.bundle.manifest().fingerprint.is_unknown());
    assert!(taken.text("config/web.config").contains("{redacted}"));
    assert!(taken.collected.notes.iter().any(|note| note.contains("too few different bytes")));
}

#[test]
fn nodes_that_share_a_key_compare_and_a_case_key_compares_them_too() {
    let (one, two) = (Site::new(|_| {}), Site::new(|node| node.node = "SSWEB02".into()));
    let prints = |options: &dyn Fn(&Site) -> Options| {
        [&one, &two].map(|site| {
            let facts = site.collect_with(options(site)).facts();
            [facts.encryption_config, facts.database_config]
                .map(|file| file.value().unwrap().fingerprint.value().unwrap().clone())
        })
    };
    let [a, b] = prints(&|site| site.options());
    assert_eq!(a, b);
    assert_eq!((a[0].scheme.as_str(), a[1].scheme.as_str()), ("enc", "key"));
    let case = CaseKey::parse(&"5a".repeat(32)).unwrap();
    let [c, d] = prints(&|site| Options {
        case_key: Some(case.clone()),
        out: site.dir.path().join("case"),
        ..site.options()
    });
    assert_eq!(c, d);
    assert!(c[0].scheme == "case" && c[0] != a[0]);
}

#[test]
fn a_copied_folder_gives_no_facts_of_this_machine() {
    let site = Site::new(|node| {
        node.remove("encryption.config").remove("database.config");
    });
    let options = Options { node: Some("SSWEB07".into()), reference_time: Some(clock()), ..site.options() };
    let taken = site.collect_with(options);
    let shown = serde_json::to_string(&taken.facts().host).unwrap();
    assert!(!shown.contains("known") && !shown.contains("SSWEB01"), "{shown}");
    let facts = taken.facts();
    assert!(facts.encryption_config.is_unknown() && facts.database_config.is_unknown());
    // What IIS says of its application is known all the same.
    assert_eq!(facts.application_folder.value().map(String::as_str), Some(APP_FOLDER));
    let manifest = taken.bundle.manifest();
    assert_eq!((manifest.node.name.as_str(), manifest.node.copied), ("SSWEB07", true));
    assert!(manifest.collection.zone.is_unknown() && manifest.elevated.is_unknown());
    assert!(manifest.fingerprint.is_unknown());
    // Without a key nothing but program types has a digest.
    assert!(taken.inventory()["customresources/9/EmailTemplates.xml"].unread.is_some());
}

#[test]
fn a_missing_key_file_is_a_fact_of_a_copied_folder_too() {
    let site = Site::new(|node| {
        node.remove("database.config");
    });
    let taken = site.collect_with(Options { node: Some("SSWEB07".into()), ..site.options() });
    assert!(taken.facts().database_config.is_absent());
    assert!(taken.facts().encryption_config.value().is_some());
}
