//! The collector from the outside: an application folder in, a bundle out, and nothing of a key file in it.

#![expect(clippy::unwrap_used, clippy::string_slice, reason = "a test ends at the first surprise")]

use crate::support::site::{Change, Site, Taken, VERSION, clock, tree};
use chrono::TimeDelta;
use clusterbrief::bundle::{Bundle, FACTS, Form, Status};
use clusterbrief::collect::{CollectError, Options, PortableHost, Silent, TouchKind, dry_run, run};
use clusterbrief::demo::{APP_FOLDER, hex, noise};
use clusterbrief::model::facts::ConfigState;
use clusterbrief::model::{Observed, Place};
use clusterbrief::redact::CaseKey;
use std::fs;
use std::path::Path;

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

fn sha256(bytes: &[u8]) -> String {
    clusterbrief::bundle::Sha256::of(bytes).to_string()
}

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

#[test]
fn no_byte_of_a_key_file_and_no_secret_of_a_configuration_leaves_the_node() {
    let key = noise("encryption.config", 416);
    let site = Site::new(|node| {
        node.log_line(
            "log/SS.log",
            TimeDelta::minutes(2),
            "ERROR",
            "Proxy - login with Tr0ub4dor&3-proxy failed",
        );
    });
    for form in [Form::Zip, Form::Folder] {
        let taken = site.collect_with(Options { form, ..site.options() });
        let everything = taken.everything();
        for secret in [&key, &noise("database.config", 1_040)] {
            for piece in secret.chunks_exact(8) {
                assert!(!contains(&everything, piece), "a piece of a key file is in the bundle");
            }
        }
        for file in ["encryption.config", "database.config", "web.config", "web-appSettings.config"] {
            assert!(
                !contains(&everything, sha256(&site.node.files[file]).as_bytes()),
                "a plain hash of {file}"
            );
        }
        let machine_key = noise("validation key", 64);
        let machine_key = hex(&machine_key[..16]);
        for secret in [machine_key.as_str(), "Tr0ub4dor", "svc-secretserver", "N8mr4dLU6P"] {
            assert!(!contains(&everything, secret.as_bytes()), "{secret} is in the bundle");
        }
        let log = taken.text("logs/SS.log");
        assert!(log.contains("Proxy - login with") && log.contains("failed"), "the line itself stays");
    }
}

/// An attacker with the bundle, who knows how it is made and guesses right, must not be able to tell.
#[test]
fn a_right_guess_of_a_short_password_cannot_be_confirmed() {
    const PASSWORD: &str = "hunter";
    let database = format!("server=db;uid=sa;pwd={PASSWORD}");
    let setting = format!("<appSettings><add key=\"X\" value=\"{PASSWORD}\" /></appSettings>");
    let site = Site::new(|node| {
        node.put("customresources/9/password.txt", PASSWORD)
            .put("database.config", database.as_str())
            .put("web-custom.config", setting.as_str());
    });
    let taken = site.collect();
    let everything = String::from_utf8_lossy(&taken.everything()).into_owned();
    let manifest = taken.bundle.manifest();
    let key_id = manifest.fingerprint.value().unwrap().key_id.clone();
    // Everything in the bundle that could serve as a key.
    let keys = ["", &key_id, "clusterbrief/1/key\0", "SSWEB01", "value", "file"];
    for content in [PASSWORD, &database, &setting] {
        let guesses = [vec![], b"value\0".to_vec(), b"file\0".to_vec(), b"clusterbrief/1/enc\0".to_vec()]
            .map(|label| [label, content.as_bytes().to_vec()].concat());
        for guess in &guesses {
            let mut digests: Vec<String> = keys.iter().map(|key| hmac_sha256(key, guess)).collect();
            digests.push(sha256(guess));
            for digest in digests {
                // A marker shows 16 digits.
                assert!(!everything.contains(&digest[..16]), "a guess of {content} is confirmed");
            }
        }
    }
    // The fingerprints are there all the same, for those who hold the key.
    assert!(taken.facts().database_config.value().unwrap().fingerprint.value().is_some());
}

fn hmac_sha256(key: &str, message: &[u8]) -> String {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message);
    hex(&mac.finalize().into_bytes()).to_lowercase()
}

#[test]
fn a_log_that_leaks_a_key_file_is_left_out() {
    let site = Site::new(|node| {
        let key = node.files["encryption.config"][60..120].to_vec();
        node.log_line("log/SS.log", TimeDelta::minutes(2), "ERROR", "Key - dump follows");
        node.files.get_mut("log/SS.log").unwrap().extend(key);
    });
    let taken = site.collect();
    assert!(matches!(taken.status("logs/SS.log"), Status::Skipped { why } if why == "leak"));
    assert_eq!(taken.collected.notes.len(), 2, "{:?}", taken.collected.notes);
    assert!(!contains(&taken.everything(), &site.node.files["encryption.config"][60..92]));
    assert!(taken.text("logs/SS-BSSR.log").contains("Application started"));
    assert_eq!(taken.bundle.problems(), []);
}

#[test]
fn a_secret_where_nothing_can_be_cut_out_fails_the_collection() {
    let site = Site::new(|node| {
        // The version of a DLL stands in the facts, and is what rules compare.
        node.put("bin/Custom.dll", clusterbrief::demo::Pe::new("Tr0ub4dor&3-proxy", [1, 0, 0, 0]).bytes());
    });
    let failed = run(&site.options(), &site.node.host(), &mut Silent);
    assert!(matches!(&failed, Err(CollectError::Leak(member)) if member == FACTS), "{failed:?}");
    assert!(!failed.unwrap_err().to_string().contains("Tr0ub4dor"));
    assert_eq!(tree(&site.out()), [site.out()], "something is left of the failed collection");
}

#[test]
fn a_secret_in_the_name_of_a_file_is_cut_out_where_it_can_be() {
    let site = Site::new(|node| {
        node.put("old/encryption-Tr0ub4dor&3-proxy.config", "x").put("old/Tr0ub4dor&3-proxy.txt", "x");
    });
    let taken = site.collect();
    let stray = Observed::known(
        vec!["old/encryption-{redacted}.config".to_owned()],
        Place::file("application folder"),
    );
    assert_eq!(taken.facts().stray_key_copies, stray);
    assert!(taken.inventory().contains_key("old/{redacted}.txt"));
    assert!(!contains(&taken.everything(), b"Tr0ub4dor"));
}

/// The two halves of the program meet here: what one writes the other understands whole.
#[test]
fn the_report_side_understands_a_collected_bundle() {
    use clusterbrief::bundle::gather;
    use clusterbrief::intake::read::{Facts, Tools, read_all};
    use clusterbrief::model::InputStatus;
    let site = Site::new(|node| {
        node.edit("web-appSettings.config", "<add key=\"UseCefLogFile\"", "<add key=\"UseCefLogFiles\"");
    });
    let taken = site.collect();
    let knowledge = clusterbrief::knowledge::Knowledge::builtin().unwrap();
    let scanner = clusterbrief::logs::Scanner::new(&knowledge, &clusterbrief::redact::Sanitizer).unwrap();
    let tools = Tools {
        scanner: &scanner,
        cleaner: &clusterbrief::redact::Sanitizer,
        questions: &[],
        knowledge: &knowledge,
    };
    let mut read = read_all(gather(&taken.collected.path, 1 << 20), tools);
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
    // The whole folder as somebody kept it, and files on their own.
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
    // What lies beside a copy of the folder is none of the node's.
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
    assert!(taken.facts().stray_key_copies.is_unknown(), "nobody could compare the two");
    let case_key = Some(CaseKey::generate().unwrap());
    let options = Options { case_key, out: site.dir.path().join("keyed"), ..site.options() };
    let entry = site.collect_with(options).inventory().remove("Scripts/copy.js").unwrap();
    assert_eq!((entry.sha256, entry.fingerprint.is_some()), (None, true));
}

#[test]
fn a_key_file_full_of_zeros_keys_nothing() {
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
fn a_copied_folder_says_nothing_of_this_machine() {
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
fn one_key_file_absent_is_a_fact_also_of_a_copied_folder() {
    let site = Site::new(|node| {
        node.remove("database.config");
    });
    let taken = site.collect_with(Options { node: Some("SSWEB07".into()), ..site.options() });
    assert!(taken.facts().database_config.is_absent());
    assert!(taken.facts().encryption_config.value().is_some());
}

#[test]
fn a_broken_configuration_is_taken_as_a_position() {
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
    assert_eq!(facts.configs["web-cookie.config"], Observed::absent(Place::file("web-cookie.config")));
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_is_said_and_ends_nothing() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let site = Site::new(|_| {});
    let app = site.app();
    // A link that leads out of the folder, and one that leads nowhere: not readable for anybody, root included.
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
fn logs_have_an_age_and_a_budget() {
    let site = Site::new(|node| {
        node.put("log/SS.log.1", "2026-09-01 08:00:00,000 [1] INFO  a - rolled\r\n");
        node.put("log/notes.txt", "nothing of ours");
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
fn dlls_whose_version_resource_is_missing_or_lies_cost_nobody_else_anything() {
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
    // Both versions are facts; which of them lies is for the report to ask.
    let contradicts = binaries["Contradicts.dll"].value().unwrap();
    assert_eq!(contradicts.product_version.as_deref(), Some("99.9.000001"));
    assert_eq!(contradicts.file_version.as_deref(), Some("1.2.3.4"));
    for name in ["NoKey", "LongerThanTheFile", "Empty", "Torn", "Text", "Nothing"] {
        let told = &binaries[&format!("{name}.dll")];
        let product = told.value().and_then(|binary| binary.product_version.as_deref());
        assert!(product.is_none_or(|version| version == VERSION), "{name}: {told:?}");
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
fn what_is_left_of_an_installation_gives_a_bundle_that_says_so() {
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
