//! What a person gave, found and opened: bundles as bundles, every other file as a leaf that is read when its turn comes.

use super::inner::{LARGEST, Room};
use super::leaf::{Leaf, LeafError};
use super::nest::{self, Found};
use super::problem::{MemberError, OpenError};
use super::read::Bundle;
use super::{Owner, Sha256};
use crate::model::input::ProblemKind;
use crate::text::size::size;
use rayon::prelude::*;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

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
    /// Where its name comes from.
    pub origin: Origin,
    /// What is in it, or why that could not be had.
    pub content: Result<Content, GivenError>,
}

/// Where the name of something given comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// It is where it is.
    #[default]
    Given,
    /// The list of a case folder gives it, and the node that it is of.
    Case(Option<Owner>),
}

/// The content of something given.
#[derive(Debug)]
pub enum Content {
    /// An open bundle.
    Bundle(Box<Bundle>),
    /// Another file, which is not read yet.
    File(Leaf),
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
    /// A file in an archive that cannot be read.
    #[error(transparent)]
    Member(#[from] MemberError),
    /// A file that cannot be read.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// An archive in too many others.
    #[error("is an archive inside of {} others, and was not opened: unzip the outer ones", nest::DEPTH)]
    Deep,
    /// An inner archive that is compressed, and too large to be held.
    #[error(
        "is a compressed archive inside of another one and larger than {}, and so much is not held in memory: unzip the outer \
         file once, and give the folder",
        size(LARGEST)
    )]
    Inner,
    /// An archive without files.
    #[error("is an archive without any file in it")]
    Empty,
    /// An archive that needs a password.
    #[error("is protected by a password: unzip it, and give the folder, or zip it without a password")]
    Encrypted,
    /// An archive of more than is looked at.
    #[error(
        "holds more than {} files or {}, with all that is in it; what comes after that was not looked at",
        nest::ENTRIES,
        size(nest::BYTES)
    )]
    Budget,
    /// A tar that ends early or is damaged.
    #[error("is cut off or damaged ({0}): copy or send it again")]
    Torn(io::Error),
    /// Parts of a split archive that are no whole one.
    #[error(
        "begins an archive in parts, of which {0} are here one after the other, and together they are no whole one ({1}): \
         put all parts into one folder"
    )]
    Parts(usize, OpenError),
    /// The list of a case folder that cannot be read.
    #[error("is the list of a case folder, and {0}")]
    Case(Box<OpenError>),
    /// A file that a case folder lists and does not have.
    #[error("is in the list of the case folder and not in the folder")]
    Missing,
    /// A file of a case folder that is not what was written.
    #[error("was changed since the case folder was written, so it does not count")]
    Changed,
    /// A file that was left out of a case folder.
    #[error("{reason}")]
    LeftOut {
        /// The kind of its problem.
        kind: ProblemKind,
        /// Why.
        reason: String,
        /// What it is, if nothing was expected from it.
        what: Option<String>,
    },
    /// One part of a split archive.
    #[error(
        "is one part of a split archive: put all parts into one folder, unpack them there (7-Zip: the part that ends in .zip \
         or .001), and give what comes out"
    )]
    Part,
}

/// Finds and opens everything that `paths` lead to, in order of path and place: bundles and files, in folders and archives
/// of any depth.
pub fn gather<P: AsRef<Path>>(paths: &[P]) -> Vec<Given> {
    // One after the other, so that what is over a limit does not depend on who comes first; opening takes all cores.
    let room = Arc::new(Room::default());
    let found: Vec<Found> = paths.iter().flat_map(|path| nest::find(path.as_ref(), &room)).collect();
    let mut all: Vec<Given> = found.into_par_iter().map(Found::open).collect();
    all.sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
    all
}

impl Given {
    pub(super) fn new(name: String, path: PathBuf, bytes: u64, content: Result<Content, GivenError>) -> Self {
        let bytes = match &content {
            Ok(Content::Bundle(bundle)) => bundle.size(),
            Ok(Content::File(_)) | Err(_) => bytes,
        };
        Self { name, path, bytes, hash: OnceLock::new(), origin: Origin::Given, content }
    }

    pub(super) fn from(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    pub(super) fn refused(self, error: GivenError) -> Self {
        Self { content: Err(error), ..self }
    }

    /// What is equal for everything in one inner archive that has to be inflated to be read: who reads that together needs the
    /// memory of one at a time.
    pub fn inner_id(&self) -> Option<usize> {
        match &self.content {
            Ok(Content::Bundle(bundle)) => bundle.inner_id(),
            Ok(Content::File(leaf)) => leaf.inner_id(),
            Err(_) => None,
        }
    }

    /// SHA-256 of the file, or of a bundle's manifest where that is no file of its own; of another file made when first
    /// asked for, which reads it.
    pub fn sha256(&self) -> Option<Sha256> {
        *self.hash.get_or_init(|| match &self.content {
            Ok(Content::Bundle(bundle)) => bundle.sha256().ok(),
            Ok(Content::File(leaf)) => {
                let mut hash = None;
                leaf.open(&mut |bytes| {
                    hash = Some(Sha256::of_reader(bytes)?.0);
                    Ok(())
                })
                .ok()?;
                hash
            }
            Err(_) => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(path: &Path) -> Vec<String> {
        let says = |given: &Given| match &given.content {
            Ok(Content::Bundle(_)) => format!("{} is a bundle", given.name),
            Ok(Content::File(leaf)) => {
                format!("{} has {} bytes", given.name, leaf.bytes(1 << 20).unwrap().len())
            }
            Err(error) => format!("{} {error}", given.name),
        };
        gather(&[path]).iter().map(says).collect()
    }

    #[test]
    fn a_folder_gives_its_files_and_says_what_it_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::write(path.join("nodes.json"), "[]").unwrap();
        std::fs::write(path.join("case.zip"), "PK\x03\x04 and no more").unwrap();
        std::fs::create_dir_all(path.join("sub/deeper")).unwrap();
        std::fs::write(path.join("sub/deeper/SS.log"), "line").unwrap();
        assert_eq!(says(&path.join("sub")), ["deeper/SS.log has 4 bytes"]);
        let [case, nodes, log] = says(path).try_into().unwrap();
        assert!(case.starts_with("case.zip is cut off or damaged"), "{case}");
        assert_eq!(
            (nodes.as_str(), log.as_str()),
            ("nodes.json has 2 bytes", "sub/deeper/SS.log has 4 bytes")
        );
        assert_eq!(gather(&[path])[1].sha256(), Some(Sha256::of(b"[]")));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_plain_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        let socket = std::os::unix::net::UnixListener::bind(folder.path().join("nodes.json")).unwrap();
        let [given] = gather(&[folder.path()]).try_into().unwrap();
        assert!(matches!(given.content, Err(GivenError::Special)), "a pipe would never end");
        drop(socket);
    }

    #[test]
    fn what_is_not_there_is_one_refusal() {
        let [given] = gather(&[Path::new("/nowhere/at/all.json")]).try_into().unwrap();
        assert_eq!(given.name, "all.json");
        assert!(matches!(given.content, Err(GivenError::Open(OpenError::Io(_)))));
    }
}
