//! What a person gave, found, and opened or read: bundles as bundles, every other file as bytes within a cap.

use super::file::open_plain;
use super::limits::Limits;
use super::problem::OpenError;
use super::read::Bundle;
use super::write::PARTIAL;
use super::zipped::{has_magic, is_leftover};
use super::{MANIFEST, Sha256};
use crate::text::size::size;
use rayon::prelude::*;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// One file or folder that was given, or lies in a folder that was given.
#[derive(Debug)]
pub struct Given {
    /// Its last path segment, which is all a report shows of the path.
    pub name: String,
    /// Its path.
    pub path: PathBuf,
    /// Size in bytes (a folder: the sum of its members); 0 where it could not be asked for.
    pub bytes: u64,
    /// See [`Self::sha256`].
    hash: OnceLock<Option<Sha256>>,
    /// What is in it, or why that could not be had.
    pub content: Result<Content, GivenError>,
}

/// The content of something given.
#[derive(Debug)]
pub enum Content {
    /// An open bundle.
    Bundle(Box<Bundle>),
    /// The bytes of another file.
    File(Vec<u8>),
}

/// Why something given cannot be looked at. Reads after its name: "x.zip is not a zip archive".
#[derive(Debug, thiserror::Error)]
pub enum GivenError {
    /// No bundle, though it looks like one.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A link or a special file inside a folder.
    #[error("is a link or no plain file, and such things inside a folder are not read")]
    Special,
    /// A folder inside a folder.
    #[error("is a folder without {MANIFEST}, so it is no bundle; folders in folders are not searched")]
    Folder,
    /// A file that is no bundle, and larger than what else is read.
    #[error("is no bundle, and larger than the {} that are read of any other file", size(*.0))]
    TooLarge(u64),
    /// The system refused.
    #[error("could not be read: {0}")]
    Io(#[from] io::Error),
}

/// Opens or reads what `path` leads to: a bundle, an export, or every one of them in a folder, in order of name, on all
/// cores. Other files are read up to `cap` bytes.
pub fn gather(path: &Path, cap: u64) -> Vec<Given> {
    let found = match find_bundles(path) {
        Ok(found) => found,
        Err(error) => return vec![Given::new(path, Err(error.into()))],
    };
    let bundles = found.bundles.par_iter().map(|path| Given::new(path, open(path, cap)));
    let others = found.others.par_iter().map(|path| {
        let content =
            if path.is_dir() { Err(GivenError::Folder) } else { read_capped(path, cap).map(Content::File) };
        Given::new(path, content)
    });
    let special = found.special.par_iter().map(|path| Given::new(path, Err(GivenError::Special)));
    let mut all: Vec<Given> = bundles.chain(others).chain(special).collect();
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

fn open(path: &Path, cap: u64) -> Result<Content, GivenError> {
    match Bundle::open(path) {
        Ok(bundle) => Ok(Content::Bundle(Box::new(bundle))),
        // A workbook is a zip without a manifest as well, whatever its name.
        Err(OpenError::NoManifest) if path.is_file() => {
            read_capped(path, cap).map(Content::File).map_err(|_| OpenError::NoManifest.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The bytes of a file of at most `cap` bytes.
pub fn read_capped(path: &Path, cap: u64) -> Result<Vec<u8>, GivenError> {
    let file = open_plain(path)?;
    let size = file.metadata()?.len().min(cap);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(cap.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > cap { Err(GivenError::TooLarge(cap)) } else { Ok(bytes) }
}

impl Given {
    fn new(path: &Path, content: Result<Content, GivenError>) -> Self {
        let full = if path.file_name().is_none() { path.canonicalize().ok() } else { None };
        let name = full.as_deref().unwrap_or(path).file_name();
        let (bytes, hash) = match &content {
            Ok(Content::Bundle(bundle)) => (bundle.size().unwrap_or(0), bundle.sha256().ok().into()),
            Ok(Content::File(bytes)) => (bytes.len() as u64, OnceLock::new()),
            // How long a folder itself is depends on the file system only.
            Err(_) => {
                let file = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file);
                (file.map_or(0, |file| file.len()), None.into())
            }
        };
        let name = name.map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy()).into_owned();
        Self { name, path: path.to_owned(), bytes, hash, content }
    }

    /// SHA-256 of the file, or of a folder bundle's manifest; of an export made when first asked for.
    pub fn sha256(&self) -> Option<Sha256> {
        *self.hash.get_or_init(|| match &self.content {
            Ok(Content::File(bytes)) => Some(Sha256::of(bytes)),
            _ => None,
        })
    }
}

/// What a path leads to, each list in order of name.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Bundles, whole or not: [`Bundle::open`] says what is wrong with each.
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
pub(super) fn may_be_bundle(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let office = ["xlsx", "xlsm", "docx", "ods"].contains(&extension.as_str());
    let named = ["zip", PARTIAL].contains(&extension.as_str());
    let zipped = || open_plain(path).is_ok_and(|mut file| has_magic(&mut file).unwrap_or(false));
    named || (!office && zipped())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_files_and_says_what_it_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::write(path.join("nodes.json"), "[]").unwrap();
        std::fs::write(path.join("large.csv"), [b'a'; 20]).unwrap();
        std::fs::write(path.join("case.zip"), "no zip").unwrap();
        std::fs::create_dir(path.join("sub")).unwrap();
        let given = gather(path, 10);
        assert!(
            given.iter().all(|given| given.name != "sub" || given.bytes == 0),
            "its length is the disk's"
        );
        let says: Vec<String> = given
            .iter()
            .map(|given| match &given.content {
                Ok(_) => format!("{} was read", given.name),
                Err(error) => format!("{} {error}", given.name),
            })
            .collect();
        assert_eq!(
            says,
            [
                "case.zip is not a zip archive",
                "large.csv is no bundle, and larger than the 10 bytes that are read of any other file",
                "nodes.json was read",
                "sub is a folder without manifest.json, so it is no bundle; folders in folders are not searched",
            ]
        );
        assert_eq!(given[2].sha256(), Some(Sha256::of(b"[]")));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_plain_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let socket = std::os::unix::net::UnixListener::bind(folder.path().join("nodes.json")).unwrap();
        let [given] = gather(folder.path(), 10).try_into().unwrap();
        assert!(matches!(given.content, Err(GivenError::Special)), "a pipe would never end");
        drop(socket);
    }

    #[test]
    fn what_is_not_there_is_one_refusal() {
        let [given] = gather(Path::new("/nowhere/at/all.json"), 10).try_into().unwrap();
        assert_eq!(given.name, "all.json");
        assert!(matches!(given.content, Err(GivenError::Open(OpenError::Io(_)))));
    }
}
