//! Zip files that are damaged, encrypted, ambiguous or packed around a bundle.

use super::{Case, LOG, assert_whole, flags_of, replace};
use clusterbrief::bundle::source::Content;
use clusterbrief::bundle::{Bundle, Form, MemberError, gather};
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

#[test]
fn other_files_are_not_zips() {
    let case = Case::new();
    let path = case.path("faulty.zip");
    for bytes in [&b""[..], b"P", b"hello, I am a log", b"\x1f\x8b\x08\0 gzip"] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(case.refusal(&path), "The input is not a zip archive.");
    }
}

#[test]
fn a_zip_cut_anywhere_is_called_cut_off() {
    let case = Case::new();
    let whole = case.healthy();
    for kept in [4, 100, whole.len() / 2, whole.len() - 30, whole.len() - 1] {
        let path = case.patched(|bytes| bytes.truncate(kept));
        let text = case.refusal(&path);
        assert!(text.starts_with("The input is cut off or damaged"), "{kept}: {text}");
    }
}

#[test]
fn empty_and_unknown_containers_are_named() {
    let case = Case::new();
    let empty = case.path("empty");
    fs::create_dir(&empty).unwrap();
    let refusal = |path: &Path| Bundle::open(path).unwrap_err().problem().text;
    assert_eq!(refusal(&empty), "The input is an empty folder.");
    fs::write(empty.join("a.txt"), "x").unwrap();
    assert_eq!(refusal(&empty), "The input holds no manifest.json, so it is not a bundle.");
    let path = case.changed(Vec::clear);
    assert_eq!(case.refusal(&path), "The input holds no manifest.json, so it is not a bundle.");
    let path = case.changed(|entries| entries.retain(|(name, _)| name != "manifest.json"));
    assert_eq!(case.refusal(&path), "The input holds no manifest.json, so it is not a bundle.");
    let missing = Bundle::open(&case.path("nowhere.zip")).unwrap_err();
    assert!(missing.to_string().starts_with("could not be read: "), "{missing}");
}

#[test]
fn two_entries_of_one_name_refuse_the_bundle() {
    let case = Case::new();
    let path = case.changed(|entries| entries.push(("logs/SS.loG".into(), b"other".to_vec())));
    let differing_in_case = case.refusal(&path);
    assert!(differing_in_case.contains("two entries named \"logs/SS.loG\""), "{differing_in_case}");

    let mut bytes = fs::read(&path).unwrap();
    replace(&mut bytes, b"logs/SS.loG", b"logs/SS.log");
    fs::write(&path, bytes).unwrap();
    let equal = case.refusal(&path);
    assert!(equal.contains("two entries named \"logs/SS.log\""), "{equal}");
}

#[test]
fn overlapping_entries_refuse_the_bundle() {
    let case = Case::new();
    let path = case.path("faulty.zip");
    let mut zip = ZipWriter::new(File::create(&path).unwrap());
    for (name, bytes) in case.entries() {
        if name == "logs/SS.log.1" {
            zip.shallow_copy_file(LOG, &name).unwrap();
        } else {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
    }
    zip.finish().unwrap();
    assert_eq!(case.refusal(&path), "The input has entries that overlap, as zip bombs do.");
}

#[test]
fn a_local_header_that_disagrees_refuses_the_bundle() {
    let case = Case::new();
    // The first hit of a name is its local header; the directory at the end keeps the true one.
    let path = case.patched(|bytes| {
        let at = (0..bytes.len()).find(|&at| bytes[at..].starts_with(b"facts.json")).unwrap();
        bytes[at] = b'F';
    });
    let text = case.refusal(&path);
    assert!(text.starts_with("The input says different things about its entries"), "{text}");
}

#[test]
fn an_encrypted_entry_is_unreadable_and_the_others_count() {
    let case = Case::new();
    let path = case.patched(|bytes| {
        let flags = flags_of(bytes, b"facts.json");
        assert_eq!(flags.len(), 2);
        for at in flags {
            bytes[at] |= 1;
        }
    });
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems, ["\"facts.json\" is encrypted: zip it without a password."]);
    assert_eq!(bundle.bytes("facts.json", 100), Err(MemberError::Encrypted));
    assert_whole(&bundle, &["facts.json"]);
}

#[test]
fn an_encrypted_manifest_refuses_the_bundle() {
    let case = Case::new();
    let path = case.patched(|bytes| {
        for at in flags_of(bytes, b"manifest.json") {
            bytes[at] |= 1;
        }
    });
    assert_eq!(
        case.refusal(&path),
        "The input has a manifest.json that is encrypted: zip it without a password."
    );
}

#[test]
fn a_zipped_bundle_folder_is_read_as_a_bundle() {
    let case = Case::new();
    let path = case.changed(|entries| {
        for (name, _) in entries.iter_mut() {
            *name = format!("WEB01 (1)/{name}");
        }
        entries.insert(0, ("WEB01 (1)/".into(), Vec::new()));
        entries.push(("WEB01 (1)/logs/".into(), Vec::new()));
        entries.push(("__MACOSX/WEB01 (1)/._facts.json".into(), b"x".to_vec()));
        entries.push(("WEB01 (1)/.DS_Store".into(), b"x".to_vec()));
    });
    let (bundle, problems) = case.problems(&path);
    assert_eq!(problems, [""; 0]);
    assert_whole(&bundle, &[]);
}

#[test]
fn a_zip_of_bundles_is_explained() {
    let case = Case::new();
    let path = case.changed(|entries| {
        let twice: Vec<_> = ["WEB01", "WEB02"]
            .iter()
            .flat_map(|node| {
                entries.iter().map(move |(name, bytes)| (format!("{node}/{name}"), bytes.clone()))
            })
            .collect();
        *entries = twice;
    });
    assert_eq!(case.refusal(&path), "The input holds 2 bundles: unpack it and give the folder.");
    let nested = vec![("a/WEB01.zip".to_owned(), case.healthy()), ("WEB02.ZIP".to_owned(), case.healthy())];
    let path = case.changed(|entries| *entries = nested);
    assert_eq!(case.refusal(&path), "The input holds 2 bundles: unpack it and give the folder.");
}

#[test]
fn a_folder_of_bundles_is_looked_through() {
    let case = Case::new();
    let folder = case.write("b-folder", Form::Folder);
    fs::write(case.path("nodes.json"), "[]").unwrap();
    fs::write(case.path("book.xlsx"), case.healthy()).unwrap();
    fs::write(case.path("renamed"), case.healthy()).unwrap();
    fs::write(case.path("cut.zip.partial"), "PK").unwrap();
    fs::write(case.path("Thumbs.db"), "x").unwrap();
    let found = |path: &Path| -> Vec<String> {
        let what = |content: &Result<Content, _>| match content {
            Ok(Content::Bundle(_)) => "bundle",
            Ok(Content::File(_)) => "file",
            Err(_) => "refused",
        };
        gather(&[path]).iter().map(|given| format!("{}: {}", given.name, what(&given.content))).collect()
    };
    let expected = [
        "b-folder: bundle",
        "book.xlsx: bundle",
        "cut.zip.partial: refused",
        "healthy.zip: bundle",
        "nodes.json: file",
        "renamed: bundle",
    ];
    assert_eq!(found(case.folder.path()), expected);
    assert_eq!(found(&folder), ["b-folder: bundle"]);
    let unfinished = Bundle::open(&case.path("cut.zip.partial")).unwrap_err();
    assert!(unfinished.to_string().contains("did not finish"), "{unfinished}");
}
