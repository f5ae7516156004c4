//! One file somewhere in what was given: on disk, in a zip, in a tar, in a zip in a zip. It is read where it is.

use super::digest::next_chunk;
use super::entry::EntryBytes;
use super::file::{SharedFile, open_plain};
use super::problem::MemberError;
use super::zipped::OpenZip;
use crate::text::size::size;
use chrono::NaiveDateTime;
use flate2::read::MultiGzDecoder;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use zip::CompressionMethod;

/// Bytes of the beginning that say what a file is.
pub const HEAD: usize = 4096;

/// Bytes read at a time.
const CHUNK: usize = 64 * 1024;

/// A file. Clones are of the same bytes.
#[derive(Debug, Clone)]
pub struct Leaf {
    place: String,
    bytes: u64,
    modified: Option<NaiveDateTime>,
    at: LeafAt,
}

/// Where its bytes are.
#[derive(Debug, Clone)]
pub(super) enum LeafAt {
    /// A file on disk, opened when it is read: a folder may hold more files than can be open at a time.
    Path(PathBuf),
    /// As they are.
    Plain(SharedFile),
    /// An entry of a zip.
    Zipped(OpenZip, usize),
    /// A compressed file that is no archive.
    Gzip(Box<LeafAt>),
}

/// Why a file is not read, or not to its end. Reads after its name.
#[derive(Debug, thiserror::Error)]
pub enum LeafError {
    /// The entry of its archive cannot be read.
    #[error("{0}")]
    Member(#[from] MemberError),
    /// The system refused, or it is damaged.
    #[error("could not be read: {0}")]
    Io(#[from] io::Error),
    /// Larger than what is held of such a file.
    #[error("is larger than the {} that are read of such a file", size(*.0))]
    TooLarge(u64),
    /// More bytes than it declares.
    #[error("holds more than the {} that it declares, as bombs do", size(*.0))]
    More(u64),
    /// A library panicked on it.
    #[error("made the reader of archives fail")]
    Panicked,
}

impl Leaf {
    pub(super) fn new(place: String, bytes: u64, modified: Option<NaiveDateTime>, at: LeafAt) -> Self {
        Self { place, bytes, modified, at }
    }

    /// A file on disk.
    pub fn on_disk(place: &str, path: &Path) -> io::Result<Self> {
        let bytes = std::fs::metadata(path)?.len();
        Ok(Self::new(place.to_owned(), bytes, None, LeafAt::Path(path.to_owned())))
    }

    /// Bytes that are in memory.
    pub fn of_bytes(place: &str, bytes: Vec<u8>) -> Self {
        let file = SharedFile::held(bytes);
        Self::new(place.to_owned(), file.length(), None, LeafAt::Plain(file))
    }

    /// Where it is, as a report names it: `ticket.zip/nodes/WEB01/SS.log`.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The last part of its place.
    pub fn name(&self) -> &str {
        self.place.rsplit('/').next().unwrap_or(&self.place)
    }

    /// Bytes that it has, as far as is known before it is read.
    pub fn size(&self) -> u64 {
        self.bytes
    }

    /// When it was changed last, as its archive says: a local time of whoever packed it.
    pub fn modified(&self) -> Option<NaiveDateTime> {
        self.modified
    }

    /// Where it is on disk, if it lies there by itself.
    pub fn path(&self) -> Option<&Path> {
        match &self.at {
            LeafAt::Path(path) => Some(path),
            _ => None,
        }
    }

    /// What is in it, if it is one compressed file: as a file of that place, of a size that is not known.
    pub(super) fn inflated(&self) -> Self {
        Self { bytes: u64::MAX, at: LeafAt::Gzip(Box::new(self.at.clone())), ..self.clone() }
    }

    /// The same with so many bytes.
    pub(super) fn sized(self, bytes: u64) -> Self {
        Self { bytes, ..self }
    }

    /// Its bytes where they are, if they are there as they are.
    pub(super) fn in_place(&self) -> Result<Option<SharedFile>, LeafError> {
        match &self.at {
            LeafAt::Path(path) => Ok(Some(SharedFile::open(path)?)),
            LeafAt::Plain(file) => Ok(Some(file.clone())),
            LeafAt::Zipped(archive, index) => Ok(stored(&mut archive.clone(), *index)),
            LeafAt::Gzip(_) => Ok(None),
        }
    }

    /// What is equal for everything in one inner archive that has to be inflated to be read.
    pub fn inner_id(&self) -> Option<usize> {
        self.at.inner_id()
    }

    /// The same, changed at another time.
    #[must_use]
    pub(super) fn changed(self, modified: Option<NaiveDateTime>) -> Self {
        Self { modified, ..self }
    }

    /// The same bytes at another place.
    #[must_use]
    pub fn renamed(mut self, place: String) -> Self {
        self.place = place;
        self
    }

    /// Its first [`HEAD`] bytes.
    pub fn head(&self) -> Result<Vec<u8>, LeafError> {
        let mut head = Vec::new();
        self.open(&mut |bytes| {
            bytes.take(HEAD as u64).read_to_end(&mut head)?;
            Ok(())
        })?;
        Ok(head)
    }

    /// All its bytes, if they are at most `cap`.
    pub fn bytes(&self, cap: u64) -> Result<Vec<u8>, LeafError> {
        if self.bytes > cap {
            return Err(LeafError::TooLarge(cap));
        }
        let mut bytes = Vec::with_capacity(usize::try_from(self.bytes).unwrap_or_default());
        self.open(&mut |source| {
            source.take(cap.saturating_add(1)).read_to_end(&mut bytes)?;
            Ok(())
        })?;
        if bytes.len() as u64 > cap { Err(LeafError::TooLarge(cap)) } else { Ok(bytes) }
    }

    /// Gives its bytes to `sink` as they come, until that says `false`. What came before an error came all the same.
    pub fn read(&self, sink: &mut dyn FnMut(&[u8]) -> bool) -> Result<(), LeafError> {
        // What lies on disk is what it is; in an archive a few bytes may declare few and hold many.
        let most = if self.path().is_some() { u64::MAX } else { self.bytes };
        let mut more = false;
        self.open(&mut |source| {
            let mut buffer = vec![0; CHUNK];
            let mut left = most;
            while let Some(chunk) = next_chunk(source, &mut buffer)? {
                let within = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
                more = within < chunk.len();
                left -= within as u64;
                if !sink(chunk.get(..within).unwrap_or_default()) || more {
                    break;
                }
            }
            Ok(())
        })?;
        if more { Err(LeafError::More(most)) } else { Ok(()) }
    }

    /// Hands its bytes to `read`, whatever holds them.
    pub fn open(&self, read: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>) -> Result<(), LeafError> {
        catch_unwind(AssertUnwindSafe(|| self.at.open(read))).unwrap_or(Err(LeafError::Panicked))
    }
}

/// The bytes of an entry that is not compressed.
fn stored(archive: &mut OpenZip, index: usize) -> Option<SharedFile> {
    let entry = archive.by_index_raw(index).ok()?;
    let (start, bytes) = (entry.data_start()?, entry.compressed_size());
    let plain = entry.compression() == CompressionMethod::Stored && entry.size() == bytes;
    drop(entry);
    plain.then(|| archive.clone().into_inner().window(start, bytes)).flatten()
}

impl LeafAt {
    fn inner_id(&self) -> Option<usize> {
        match self {
            Self::Path(_) => None,
            Self::Plain(file) => file.inner_id(),
            Self::Zipped(archive, _) => archive.clone().into_inner().inner_id(),
            Self::Gzip(inner) => inner.inner_id(),
        }
    }

    fn open(&self, read: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>) -> Result<(), LeafError> {
        match self {
            Self::Path(path) => Ok(read(&mut open_plain(path)?)?),
            Self::Plain(file) => Ok(read(&mut file.clone())?),
            Self::Zipped(archive, index) => {
                Ok(read(&mut EntryBytes::open(&mut archive.clone(), *index, true)?)?)
            }
            Self::Gzip(inner) => inner.open(&mut |bytes| read(&mut MultiGzDecoder::new(bytes))),
        }
    }
}
