//! `inspect --leaks`: secrets and names in files of any origin.

use super::{clusterbrief, node};
use crate::support::samples::made;
use clusterbrief::collect::{Options, Silent, run};
use clusterbrief::redact::Level;
use clusterbrief::redact::search::{Searcher, SecretFindings};
use std::fs;

#[test]
fn files_of_any_origin_are_searched_by_pattern_and_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let mail = dir.path().join("mail");
    fs::create_dir(&mail).unwrap();
    let inspect = |path: &str| clusterbrief(dir.path(), &["inspect", "--leaks", path]);
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();

    fs::write(mail.join("app.log"), "one\r\ntwo Server=db;User ID=sa;Password=Hunter-Two-22;x=1\r\n")
        .unwrap();
    fs::write(mail.join("notes.txt"), "\x1b[31mred\u{202e}\npassword=hunter2secret\n").unwrap();
    fs::write(mail.join("wide.log"), [b"\xfe\xff", &utf16("one\ntwo\ntoken=Hunter-33\n")[..]].concat())
        .unwrap();
    fs::write(mail.join("many.log"), "\x1b[2J pwd: Hunter-44\n".repeat(700)).unwrap();
    fs::write(mail.join("prose.log"), "Invalid password: try again\n").unwrap();
    let (code, said) = inspect("mail");
    assert_eq!(code, 6, "{said}");
    for line in [
        "app.log:2 a connection string with a password Password=********",
        "notes.txt:2 a value after the name of a secret password=********",
        "wide.log:3 a value after the name of a secret token=********",
        "many.log and 680 more like these",
        "Found 703 secrets in 5 files",
        "Not counted: 1 word in ordinary text",
        "It does not know your",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.to_lowercase().contains("hunter") && !said.contains(['\x1b', '\u{202e}']), "{said}");

    for (number, level) in [Level::Secrets, Level::Identities].into_iter().enumerate() {
        let node = node(1);
        let home = dir.path().join(level.to_string());
        fs::create_dir(&home).unwrap();
        let app = node.write(&home).unwrap();
        let options = Options { level, ..Options::new(&app, dir.path().join(format!("out{number}"))) };
        run(&options, &node.host(), &mut Silent).unwrap();
        let (code, said) = inspect(&format!("out{number}"));
        assert!(said.contains("Found no secret") && !said.contains("Not counted"), "{said}");
        assert_eq!(code, 0, "{said}");
    }
}

#[test]
fn our_own_bundles_hold_no_secret_of_any_pattern_or_name() {
    let searcher = Searcher::default();
    let mut bundles = 0;
    for manifest in walkdir::WalkDir::new(made()).into_iter().map(Result::unwrap) {
        if manifest.file_name() != "manifest.json" {
            continue;
        }
        bundles += 1;
        for file in walkdir::WalkDir::new(manifest.path().parent().unwrap()) {
            let file = file.unwrap();
            if file.file_type().is_file() {
                let found = searcher.search(&fs::read(file.path()).unwrap());
                assert_eq!(found, SecretFindings::default(), "{}", file.path().display());
            }
        }
    }
    assert!(bundles >= 20, "{bundles}");
}
