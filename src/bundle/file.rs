//! One open file read from many places at once.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file with a position of its own. Clones share the open file, so that every thread reads the same bytes, also when
/// the name has come to mean another file since; they also share what may be read of it.
#[derive(Debug, Clone)]
pub(super) struct SharedFile {
    file: Arc<File>,
    allowance: Arc<AtomicU64>,
    position: u64,
    length: u64,
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
}

impl TryFrom<File> for SharedFile {
    type Error = io::Error;

    fn try_from(file: File) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let allowance = Arc::new(AtomicU64::new(u64::MAX));
        Ok(Self { file: Arc::new(file), allowance, position: 0, length })
    }
}

impl SharedFile {
    /// Lets this file and its clones read `bytes` more, and then nothing.
    pub(super) fn allow(&self, bytes: u64) {
        self.allowance.store(bytes, Ordering::Relaxed);
    }

    /// Whether more was asked for than allowed.
    pub(super) fn is_exhausted(&self) -> bool {
        self.allowance.load(Ordering::Relaxed) == 0
    }

    #[cfg(unix)]
    fn read_at(&self, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(&*self.file, buffer, self.position)
    }

    #[cfg(windows)]
    fn read_at(&self, buffer: &mut [u8]) -> io::Result<usize> {
        std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, self.position)
    }
}

impl Read for SharedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.read_at(buffer)? as u64;
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
