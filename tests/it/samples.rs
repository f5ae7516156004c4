//! The committed cases are what their recipes make, byte for byte. `scripts/bless` rewrites them.

use crate::support::bless::blessing;
use crate::support::samples::{COMMITTED, made, samples};
use clusterbrief::demo::CASES;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Every file below a folder by its path with `/`.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.expect("an entry"));
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).expect("below the folder");
            let content = fs::read(entry.path()).expect("a file can be read");
            (name.to_string_lossy().replace('\\', "/"), content)
        })
        .collect()
}

#[test]
fn committed_cases_are_what_their_recipes_make() {
    for name in COMMITTED {
        let made = tree(&made().join(name));
        let folder = samples().join(name);
        if blessing() {
            let _ = fs::remove_dir_all(&folder);
            for (file, content) in &made {
                let path = folder.join(file);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
                fs::write(path, content).expect("a file can be written");
            }
        }
        let committed = tree(&folder);
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&committed), names(&made), "samples/{name}: scripts/bless rewrites it");
        for (file, content) in &made {
            assert!(
                committed[file] == *content,
                "samples/{name}/{file} is out of date: scripts/bless rewrites it"
            );
        }
    }
}

#[test]
fn a_recipe_always_gives_the_same_bytes() {
    for name in ["noisy-logs", "pre-upgrade"] {
        let again = tempfile::tempdir().expect("a folder can be made");
        crate::support::samples::case(name).write(again.path()).expect("the case");
        assert!(tree(again.path()) == tree(&made().join(name)), "{name}");
    }
}

#[test]
fn every_case_is_listed_and_explained() {
    let readme = fs::read_to_string(samples().join("README.md")).expect("samples/README.md");
    for case in CASES {
        assert!(readme.contains(&format!("`{}`", case.name)), "{} is not explained", case.name);
        assert!(!case.summary.ends_with('.') && case.summary.len() <= 70, "{}", case.summary);
    }
    assert!(CASES.is_sorted_by_key(|case| case.name));
    let folders: Vec<PathBuf> = fs::read_dir(samples())
        .expect("samples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    assert_eq!(folders.len(), COMMITTED.len(), "{folders:?}");
}

#[test]
fn cases_hold_text_and_workbooks_only() {
    for (name, content) in tree(made()) {
        if Path::new(&name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx")) {
            continue;
        }
        // UTF-16 logs are stored as the collector stores them; everything must be readable in a diff.
        assert!(std::str::from_utf8(&content).is_ok(), "{name} is not text");
    }
}
