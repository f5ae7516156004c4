//! The samples are what the collector makes of their recipes, byte for byte. `BLESS=1` rewrites them.

#![expect(clippy::expect_used, reason = "a test ends at the first surprise")]

use crate::support::sample::SAMPLES;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// Every file below a folder by its path with `/`.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                let name =
                    path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
                into.insert(name, fs::read(&path).expect("a file can be read"));
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(folder, folder, &mut files);
    files
}

#[test]
fn samples_are_what_their_recipes_make() {
    let bless = std::env::var_os("BLESS").is_some();
    for sample in SAMPLES {
        let made = tempfile::tempdir().expect("a folder can be made");
        sample.write(made.path());
        let kept = samples().join(sample.name);
        if bless {
            let _ = fs::remove_dir_all(&kept);
            for (name, content) in tree(made.path()) {
                let path = kept.join(name);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
                fs::write(path, content).expect("a file can be written");
            }
        }
        let (made, kept) = (tree(made.path()), tree(&kept));
        assert_eq!(
            made.keys().collect::<Vec<_>>(),
            kept.keys().collect::<Vec<_>>(),
            "{}: BLESS=1 cargo test --test samples",
            sample.name
        );
        for (name, content) in &made {
            assert!(
                kept[name] == *content,
                "{}/{name} differs: BLESS=1 cargo test --test samples",
                sample.name
            );
        }
    }
}

#[test]
fn every_sample_is_listed_and_explained() {
    let readme = fs::read_to_string(samples().join("README.md")).expect("samples/README.md");
    for sample in SAMPLES {
        assert!(readme.contains(&format!("`{}`", sample.name)), "{} is not explained", sample.name);
    }
    let folders: Vec<String> = fs::read_dir(samples())
        .expect("samples")
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    for folder in folders {
        assert!(SAMPLES.iter().any(|sample| sample.name == folder), "{folder} has no recipe");
    }
}

#[test]
fn samples_hold_text_and_workbooks_only() {
    for (name, content) in tree(&samples()) {
        if Path::new(&name).extension().is_some_and(|one| one.eq_ignore_ascii_case("xlsx")) {
            continue;
        }
        // UTF-16 logs are stored as the collector stores them; everything must be readable in a diff.
        assert!(std::str::from_utf8(&content).is_ok(), "{name} is not text");
    }
}
