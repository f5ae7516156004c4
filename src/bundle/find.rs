//! Which of the things a person points at are bundles.

use super::MANIFEST;
use super::limits::Limits;
use super::problem::OpenError;
use super::zipped::{has_magic, is_leftover};
use std::fs::File;
use std::path::{Path, PathBuf};

/// What a path leads to, each list in order of name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Bundles, whole or not: [`super::Bundle::open`] says what is wrong with each.
    pub bundles: Vec<PathBuf>,
    /// Files and folders that are none, such as exports.
    pub others: Vec<PathBuf>,
    /// Links, which are not followed: a folder from outside must not lead out of itself. And what is no file: reading a
    /// pipe may never end.
    pub special: Vec<PathBuf>,
}

/// Looks at a file, a bundle as a folder, or a folder of bundles and exports, one level deep.
pub fn find_bundles(path: &Path) -> Result<Found, OpenError> {
    let mut found = Found::default();
    if !std::fs::metadata(path)?.is_dir() || path.join(MANIFEST).exists() {
        // What a person names is followed, also through a link of their own.
        found.place(path, path.is_dir());
        return Ok(found);
    }
    let most = Limits::default().entries;
    let mut children = Vec::new();
    for child in std::fs::read_dir(path)? {
        children.push(child?);
        if children.len() > most {
            return Err(OpenError::TooManyEntries(most));
        }
    }
    children.sort_by_key(std::fs::DirEntry::file_name);
    children.retain(|child| !is_leftover(&child.file_name().to_string_lossy()));
    if children.is_empty() {
        return Err(OpenError::EmptyFolder);
    }
    for child in children {
        let kind = child.file_type()?;
        if kind.is_dir() || kind.is_file() {
            found.place(&child.path(), kind.is_dir());
        } else {
            found.special.push(child.path());
        }
    }
    Ok(found)
}

impl Found {
    fn place(&mut self, path: &Path, is_folder: bool) {
        let bundle = if is_folder { path.join(MANIFEST).exists() } else { may_be_bundle(path) };
        if bundle { self.bundles.push(path.to_owned()) } else { self.others.push(path.to_owned()) }
    }
}

/// By name a zip or a cut-off collection, or by content a zip that is no office document.
fn may_be_bundle(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let office = ["xlsx", "xlsm", "docx", "ods"].contains(&extension.as_str());
    let named = ["zip", super::write::PARTIAL].contains(&extension.as_str());
    let zipped = || File::open(path).is_ok_and(|mut file| has_magic(&mut file).unwrap_or(false));
    named || (!office && zipped())
}
