//! Bytes that are too many for memory, in a file without a name: it is gone when the process ends, however it ends.

use super::file::SharedFile;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Takes pieces from any thread. The file is made for the first one.
#[derive(Debug, Default)]
pub struct Scratch(Mutex<Option<(File, u64)>>);

impl Scratch {
    /// Adds a piece, and says where it is.
    pub fn add(&self, piece: &[u8]) -> io::Result<Range<u64>> {
        let mut file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, end) = match &mut *file {
            Some(open) => open,
            none => none.insert((tempfile::tempfile()?, 0)),
        };
        file.write_all(piece)?;
        let start = *end;
        *end += piece.len() as u64;
        Ok(start..*end)
    }

    /// What a piece has.
    pub fn read(&self, piece: Range<u64>) -> io::Result<impl Read + use<>> {
        let file = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (file, _) = file.as_ref().ok_or(io::ErrorKind::NotFound)?;
        let mut file = SharedFile::try_from(file.try_clone()?)?;
        file.seek(SeekFrom::Start(piece.start))?;
        Ok(file.take(piece.end - piece.start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_in_any_order() {
        let scratch = Scratch::default();
        let pieces: Vec<_> = [b"one", b"two", b"six"].map(|piece| scratch.add(piece).unwrap()).into();
        for (at, expected) in [(2, "six"), (0, "one"), (1, "two")] {
            let mut text = String::new();
            scratch.read(pieces[at].clone()).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, expected);
        }
        assert_eq!(scratch.add(b"!").unwrap(), 9..10, "reading moves nothing");
    }
}
