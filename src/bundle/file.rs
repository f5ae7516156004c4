//! The bytes of an open file, of a part of one, or of what was inflated from one; read from many places at once.

use super::inner::{Inner, Room};
use super::leaf::{Leaf, LeafError};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes with a position of their own. Clones share them, so that every thread reads the same bytes, also when a file's name
/// has come to mean another file since; they also share what may be read of them.
#[derive(Debug, Clone)]
pub(super) struct SharedFile {
    bytes: Bytes,
    allowance: Arc<AtomicU64>,
    start: u64,
    length: u64,
    position: u64,
}

/// What holds the bytes.
#[derive(Debug, Clone)]
enum Bytes {
    /// One file.
    File(Arc<File>),
    /// The parts of a split file, each with where it ends in the whole.
    Parts(Arc<[(File, u64)]>),
    /// Memory.
    Memory(Arc<Vec<u8>>),
    /// An archive in another one, which may have to be inflated first.
    Inner(Arc<Inner>),
}

/// Opens a plain file. Anything else may never answer: a pipe waits for somebody who writes.
pub fn open_plain(path: &Path) -> io::Result<File> {
    if std::fs::metadata(path)?.is_dir() || std::fs::metadata(path)?.is_file() {
        return File::open(path);
    }
    Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device: save what it holds as a file"))
}

impl SharedFile {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        open_plain(path)?.try_into()
    }

    /// The parts of a split file as one.
    pub(super) fn joined<P: AsRef<Path>>(parts: &[P]) -> io::Result<Self> {
        let mut length = 0;
        let mut open = |path: &P| {
            let file = open_plain(path.as_ref())?;
            length += file.metadata()?.len();
            Ok((file, length))
        };
        let parts: Vec<_> = parts.iter().map(&mut open).collect::<io::Result<_>>()?;
        Ok(Self::new(Bytes::Parts(parts.into()), length))
    }

    /// Bytes that are in memory already.
    pub(super) fn held(bytes: Vec<u8>) -> Self {
        let length = bytes.len() as u64;
        Self::new(Bytes::Memory(Arc::new(bytes)), length)
    }

    /// An archive that is compressed in another one.
    pub(super) fn inner(leaf: &Leaf, room: &Arc<Room>) -> Result<Self, LeafError> {
        let (inner, length) = Inner::new(leaf, room)?;
        Ok(Self::new(Bytes::Inner(inner), length))
    }

    /// What tells the bytes of one inner archive from those of another; `None` if they are in none.
    pub(super) fn inner_id(&self) -> Option<usize> {
        match &self.bytes {
            Bytes::Inner(inner) => Some(Arc::as_ptr(inner).addr()),
            _ => None,
        }
    }

    fn new(bytes: Bytes, length: u64) -> Self {
        Self { bytes, allowance: Arc::new(AtomicU64::new(u64::MAX)), start: 0, length, position: 0 }
    }

    /// A part of these bytes as a file of its own; `None` if they do not have it.
    pub(super) fn window(&self, start: u64, length: u64) -> Option<Self> {
        let fits = start.checked_add(length).is_some_and(|end| end <= self.length);
        let part = Self::new(self.bytes.clone(), length);
        fits.then(|| Self { start: self.start + start, ..part })
    }

    /// How many bytes there are.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Lets this file and its clones read `bytes` more, and then nothing.
    pub(super) fn allow(&self, bytes: u64) {
        self.allowance.store(bytes, Ordering::Relaxed);
    }

    /// Whether more was asked for than allowed.
    pub(super) fn is_exhausted(&self) -> bool {
        self.allowance.load(Ordering::Relaxed) == 0
    }

    fn read_here(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        let at = self.start.saturating_add(self.position);
        match &self.bytes {
            Bytes::File(file) => read_at(file, buffer, at),
            Bytes::Parts(parts) => {
                let index = parts.partition_point(|(_, end)| *end <= at);
                let Some((file, end)) = parts.get(index) else { return Ok(0) };
                let before =
                    index.checked_sub(1).and_then(|index| parts.get(index)).map_or(0, |(_, end)| *end);
                let most = usize::try_from(end - at).unwrap_or(usize::MAX).min(buffer.len());
                read_at(file, buffer.get_mut(..most).unwrap_or_default(), at - before)
            }
            Bytes::Memory(bytes) => Ok(copy(bytes, at, buffer)),
            Bytes::Inner(inner) => Ok(copy(&inner.bytes()?, at, buffer)),
        }
    }
}

/// Copies what fits from a place on.
fn copy(bytes: &[u8], at: u64, buffer: &mut [u8]) -> usize {
    let bytes = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    let most = bytes.len().min(buffer.len());
    if let (Some(to), Some(from)) = (buffer.get_mut(..most), bytes.get(..most)) {
        to.copy_from_slice(from);
    }
    most
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

impl TryFrom<File> for SharedFile {
    type Error = io::Error;

    fn try_from(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        Ok(Self::new(Bytes::File(Arc::new(file)), length))
    }
}

impl Read for SharedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_here(buffer)? as u64;
        let spend = |allowed: u64| Some(allowed.saturating_sub(read));
        let before = self.allowance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend);
        if before.is_ok_and(|before| before < read) {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.position = self.position.saturating_add(read);
        usize::try_from(read).map_err(io::Error::other)
    }
}

impl Seek for SharedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_windows_read_as_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let parts = ["a.001", "a.002", "a.003"].map(|name| folder.path().join(name));
        for (path, text) in parts.iter().zip(["one ", "", "two three"]) {
            std::fs::write(path, text).unwrap();
        }
        let whole = SharedFile::joined(&parts).unwrap();
        let text = |mut file: SharedFile| io::read_to_string(&mut file).unwrap();
        assert_eq!(text(whole.clone()), "one two three");
        assert_eq!(text(whole.window(2, 5).unwrap()), "e two");
        assert_eq!(text(whole.window(2, 5).unwrap().window(1, 3).unwrap()), " tw");
        assert!(whole.window(9, 5).is_none() && whole.window(u64::MAX, 2).is_none());
        assert_eq!(text(SharedFile::held(b"abc".to_vec()).window(1, 2).unwrap()), "bc");
    }
}
