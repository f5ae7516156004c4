//! Everything that is in a folder, however deep, with bundles as one thing each: for evidence that a person sorted by hand.

use super::MANIFEST;
use super::file::open_plain;
use super::limits::Limits;
use super::problem::OpenError;
use super::write::PARTIAL;
use super::zipped::{has_magic, is_leftover};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// What is at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A bundle, whole or not, or another zip.
    Bundle,
    /// Another file.
    File,
    /// A link or a special file inside a folder, which is not followed or opened; or what cannot be listed.
    Special,
}

/// Folders in folders that are looked into.
const DEPTH: usize = 8;

/// Lists a file, or everything in a folder, in order of name.
pub fn tree(path: &Path) -> Result<Vec<(PathBuf, Thing)>, OpenError> {
    let is_bundle = |path: &Path| path.join(MANIFEST).exists();
    let of_file = |path: &Path| if may_be_bundle(path) { Thing::Bundle } else { Thing::File };
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![(path.to_owned(), of_file(path))]);
    }
    if is_bundle(path) {
        return Ok(vec![(path.to_owned(), Thing::Bundle)]);
    }
    let most = Limits::default().entries;
    let mut found = Vec::new();
    let mut walk = WalkDir::new(path).min_depth(1).max_depth(DEPTH).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        if found.len() == most {
            return Err(OpenError::TooManyEntries(most));
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.push((error.path().unwrap_or(path).to_owned(), Thing::Special));
                continue;
            }
        };
        if is_leftover(&entry.file_name().to_string_lossy()) {
            if entry.file_type().is_dir() {
                walk.skip_current_dir();
            }
        } else if entry.file_type().is_file() {
            found.push((entry.path().to_owned(), of_file(entry.path())));
        } else if !entry.file_type().is_dir() {
            found.push((entry.path().to_owned(), Thing::Special));
        } else if is_bundle(entry.path()) {
            found.push((entry.path().to_owned(), Thing::Bundle));
            walk.skip_current_dir();
        }
    }
    Ok(found)
}

/// By name a zip or a cut-off collection, or by content a zip that is no office document.
fn may_be_bundle(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let office = ["xlsx", "xlsm", "docx", "ods"].contains(&extension.as_str());
    let named = ["zip", PARTIAL].contains(&extension.as_str());
    let zipped = || open_plain(path).is_ok_and(|mut file| has_magic(&mut file).unwrap_or(false));
    named || (!office && zipped())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn folders_are_looked_into_but_for_bundles() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for path in
            ["b/log/SS.log", "a/manifest.json", "a/logs/SS.log", "c.zip", "b/Thumbs.db", "__MACOSX/x.log"]
        {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), "x").unwrap();
        }
        let found = tree(root).unwrap();
        let names: Vec<_> =
            found.iter().map(|(path, thing)| (path.strip_prefix(root).unwrap(), *thing)).collect();
        let expected = [("a", Thing::Bundle), ("b/log/SS.log", Thing::File), ("c.zip", Thing::Bundle)];
        assert_eq!(names, expected.map(|(path, thing)| (Path::new(path), thing)));
        assert_eq!(tree(&root.join("b/log/SS.log")).unwrap().len(), 1);
        assert!(tree(&root.join("nothing")).is_err());
    }
}
