//! One way in: everything below what a person gave, folders of any depth and archives in archives, read where it is.
//!
//! ```text
//!  path -> folder -> file -> zip | tar | gzip -> entry -> inner archive ...   (depth, entries and bytes are limited)
//!                      |                           |
//!                      +-> Leaf                    +-> Bundle (a manifest.json of ours and all below its folder) or Leaf
//! ```
//!
//! Nothing is unpacked to disk. An inner archive that is stored is read in place; one that is compressed is inflated once
//! into memory, within a limit for all of them together.

mod cases;
mod entries;
mod parts;
#[cfg(feature = "report")]
mod tarred;
mod zips;

use super::file::SharedFile;
use super::inner::Room;
use super::leaf::{Leaf, LeafAt, LeafError};
use super::limits::Limits;
use super::read::Bundle;
use super::source::{Content, Given, GivenError};
use super::write::PARTIAL;
use super::zipped::{self, is_leftover};
use super::{FACTS, HEAD, MANIFEST, OpenError, relative};
use crate::text::signature;
use cases::Listed;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use walkdir::WalkDir;

/// Archives in archives that are opened.
pub(super) const DEPTH: usize = 4;
/// Files and folders below one thing that was given, and entries of one archive on disk with all that is in it.
pub(super) const ENTRIES: usize = 100_000;
/// Bytes that all entries of one archive on disk may declare together, with all that is in it.
pub(super) const BYTES: u64 = 4 << 30;
/// Folders in folders that are looked into.
const FOLDERS: usize = 64;

/// Finds everything below `path`, bundles closed until they are opened on all cores.
pub(super) fn find(path: &Path, room: &Arc<Room>) -> Vec<Found> {
    let mut nest = Nest { room, found: Vec::new(), disk: path.to_owned(), entries: 0, bytes: 0 };
    nest.given(path);
    cases::restore(nest.found, path)
}

/// One thing that was found.
pub(super) struct Found {
    /// How a report names it.
    pub(super) place: String,
    /// The file on disk that has it.
    pub(super) disk: PathBuf,
    /// Size in bytes; of a bundle it is known when that is open.
    pub(super) bytes: u64,
    /// What it is.
    pub(super) what: Result<What, GivenError>,
    /// What the list of a case folder says of it.
    pub(super) listed: Listed,
}

/// What was found.
pub(super) enum What {
    /// A folder on disk with a manifest.
    Folder(PathBuf),
    /// A bundle in an archive, open.
    Bundle(Box<Bundle>),
    /// Another file.
    File(Leaf),
}

impl Found {
    /// Opens it.
    pub(super) fn open(self) -> Given {
        let content = match self.what {
            Ok(What::Folder(path)) => {
                Bundle::open(&path).map(Box::new).map(Content::Bundle).map_err(Into::into)
            }
            Ok(What::Bundle(bundle)) => Ok(Content::Bundle(bundle)),
            Ok(What::File(leaf)) => Ok(Content::File(leaf)),
            Err(error) => Err(error),
        };
        let given = Given::new(self.place, self.disk, self.bytes, content).from(self.listed.origin);
        match self.listed.sha256 {
            Some(sha256) if given.content.is_ok() && given.sha256() != Some(sha256) => {
                given.refused(GivenError::Changed)
            }
            _ => given,
        }
    }
}

/// What is found, and how much was looked at.
struct Nest<'n> {
    room: &'n Arc<Room>,
    found: Vec<Found>,
    /// The file on disk that is looked at.
    disk: PathBuf,
    /// Entries of it so far.
    entries: usize,
    /// Bytes that they declare.
    bytes: u64,
}

impl Nest<'_> {
    fn given(&mut self, path: &Path) {
        let full = if path.file_name().is_none() { path.canonicalize().ok() } else { None };
        let name = full.as_deref().unwrap_or(path).file_name();
        let name = name.map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy()).into_owned();
        match std::fs::metadata(path) {
            Err(error) => self.refuse(&name, 0, OpenError::Io(error)),
            // What a person names is followed, also through a link of their own.
            Ok(data) if data.is_dir() && is_ours(path) => self.add(name, 0, What::Folder(path.to_owned())),
            Ok(data) if data.is_dir() => self.folder(path, &name),
            Ok(_) => self.on_disk(name, path, true),
        }
    }

    fn folder(&mut self, root: &Path, name: &str) {
        let mut walk = WalkDir::new(root).min_depth(1).max_depth(FOLDERS).sort_by_file_name().into_iter();
        let (mut files, mut empty) = (Vec::new(), true);
        while let Some(entry) = walk.next() {
            empty = false;
            if files.len() == ENTRIES {
                self.refuse(name, 0, OpenError::TooManyEntries(ENTRIES));
                break;
            }
            let (path, kind) = match entry {
                Ok(entry) => (entry.path().to_owned(), entry.file_type()),
                Err(error) => {
                    let path = error.path().unwrap_or(root).to_owned();
                    let why = error.into_io_error().unwrap_or_else(|| io::Error::other("a loop of links"));
                    self.disk.clone_from(&path);
                    self.refuse(&relative(root, &path), 0, OpenError::Io(why));
                    continue;
                }
            };
            let leftover = path.file_name().is_some_and(|name| is_leftover(&name.to_string_lossy()));
            if kind.is_dir() && (leftover || is_ours(&path)) {
                walk.skip_current_dir();
            }
            if !leftover && (!kind.is_dir() || is_ours(&path)) {
                files.push((path, kind));
            }
        }
        if empty {
            self.refuse(name, 0, OpenError::EmptyFolder);
        }
        let parts = parts::joined(files.iter().map(|(path, _)| path.as_path()));
        for (path, kind) in files {
            let place = relative(root, &path);
            self.disk.clone_from(&path);
            (self.entries, self.bytes) = (0, 0);
            if kind.is_dir() {
                self.add(place, 0, What::Folder(path));
            } else if !kind.is_file() {
                self.refuse(&place, 0, GivenError::Special);
            } else if let Some(parts) = parts.get(&path) {
                self.split(&place, parts);
            } else if !parts.values().any(|others| others.contains(&path)) {
                self.on_disk(place, &path, false);
            }
        }
    }

    /// A file on disk; `named` is whether a person named it.
    fn on_disk(&mut self, place: String, path: &Path, named: bool) {
        if path.extension().is_some_and(|extension| extension == PARTIAL) {
            return self.refuse(&place, 0, OpenError::Unfinished);
        }
        // The other parts lie beside it, whether they were named or not.
        if named && let Some(parts) = parts::beside(path) {
            return self.split(&place, &parts);
        }
        match Leaf::on_disk(&place, path) {
            Ok(leaf) => self.file(leaf, 0),
            Err(error) => self.refuse(&place, 0, OpenError::Io(error)),
        }
    }

    /// The parts of a split file, which is an archive or of no use.
    fn split(&mut self, place: &str, parts: &[PathBuf]) {
        let whole = place.rsplit_once('.').map_or(place, |(whole, _)| whole).to_owned();
        let joined = SharedFile::joined(parts).map_err(OpenError::Io);
        let opened = joined.and_then(|file| zipped::archive(file.clone(), &limits()).map(|_| file));
        match opened {
            Ok(file) => {
                let bytes = file.length();
                self.file(Leaf::new(whole, bytes, None, LeafAt::Plain(file)), 0);
            }
            Err(error) => self.refuse(place, 0, GivenError::Parts(parts.len(), error)),
        }
    }

    /// Any file, which may be an archive.
    fn file(&mut self, leaf: Leaf, depth: usize) {
        let head = match leaf.head() {
            Ok(head) => head,
            Err(error) => return self.refuse(leaf.place(), leaf.size(), error),
        };
        let archive = match Archive::of(&head) {
            None if depth == 0 && parts::is_last(&leaf, &head) => {
                return self.refuse(leaf.place(), leaf.size(), GivenError::Part);
            }
            // By its name it is a bundle, and its content is no other thing that can be named.
            None if ends_in_zip(&leaf) && signature::format(&head, leaf.size()).is_none() => {
                return self.refuse(leaf.place(), leaf.size(), OpenError::NotZip);
            }
            None => return self.leaf(leaf),
            Some(archive) => archive,
        };
        if depth == DEPTH {
            return self.refuse(leaf.place(), leaf.size(), GivenError::Deep);
        }
        let opened = match archive {
            Archive::Zip => self.zip(&leaf, depth + 1),
            Archive::Gzip => self.gzip(&leaf, depth),
            #[cfg(feature = "report")]
            Archive::Tar => self.tar(&leaf, depth + 1),
        };
        if let Err(error) = opened {
            self.refuse(leaf.place(), leaf.size(), error);
        }
    }

    /// A file that is compressed by itself, such as a log or a tar.
    fn gzip(&mut self, leaf: &Leaf, depth: usize) -> Result<(), GivenError> {
        let inner = leaf.inflated();
        if Archive::of(&inner.head()?).is_some_and(|archive| !matches!(archive, Archive::Gzip)) {
            let place = leaf.place().to_owned();
            let file = self.bytes_of(&inner.sized(0))?;
            self.file(Leaf::new(place, file.length(), None, LeafAt::Plain(file)), depth + 1);
            return Ok(());
        }
        // How much it holds nobody knows before; what is cut off is worth as much as came.
        let (mut bytes, most) = (0, BYTES.saturating_sub(self.bytes));
        let _ = inner.read(&mut |chunk| {
            bytes += chunk.len() as u64;
            bytes < most
        });
        self.bytes = self.bytes.saturating_add(bytes);
        self.leaf(inner.sized(bytes));
        Ok(())
    }

    /// The bytes of an archive: where they are if they are there as such, else in memory.
    fn bytes_of(&self, leaf: &Leaf) -> Result<SharedFile, GivenError> {
        match leaf.in_place()? {
            Some(file) => Ok(file),
            None => SharedFile::inner(leaf, self.room).map_err(|error| match error {
                LeafError::TooLarge(_) => GivenError::Inner,
                other => other.into(),
            }),
        }
    }

    fn leaf(&mut self, leaf: Leaf) {
        self.add(leaf.place().to_owned(), leaf.size(), What::File(leaf));
    }

    fn add(&mut self, place: String, bytes: u64, what: What) {
        self.found.push(Found {
            place,
            disk: self.disk.clone(),
            bytes,
            what: Ok(what),
            listed: Listed::default(),
        });
    }

    fn refuse(&mut self, place: &str, bytes: u64, error: impl Into<GivenError>) {
        let what = Err(error.into());
        self.found.push(Found {
            place: place.to_owned(),
            disk: self.disk.clone(),
            bytes,
            what,
            listed: Listed::default(),
        });
    }
}

/// What holds other files.
#[derive(Clone, Copy)]
pub(super) enum Archive {
    Zip,
    Gzip,
    #[cfg(feature = "report")]
    Tar,
}

impl Archive {
    /// By its beginning, never by its name.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        debug_assert!(head.len() <= HEAD, "no more than the beginning is looked at");
        // A zip in several parts that came to be one begins with a mark of its own.
        if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            return Some(Self::Zip);
        }
        if head.starts_with(b"\x1f\x8b\x08") {
            return Some(Self::Gzip);
        }
        #[cfg(feature = "report")]
        if tarred::is_tar(head) {
            return Some(Self::Tar);
        }
        None
    }
}

/// The limits of an archive that is more than a bundle: each bundle in it has its own beside them.
fn limits() -> Limits {
    Limits { entries: ENTRIES, directory_bytes: 64 << 20, ..Limits::default() }
}

/// Whether a folder on disk is a bundle: web applications have a file of that name, too, but not the other one.
fn is_ours(folder: &Path) -> bool {
    let is_foreign = || matches!(Bundle::open(folder), Err(error) if error.is_foreign());
    folder.join(MANIFEST).exists() && (folder.join(FACTS).exists() || !is_foreign())
}

fn ends_in_zip(leaf: &Leaf) -> bool {
    leaf.name().rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case("zip"))
}
