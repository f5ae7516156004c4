//! A reader that redacts what passes through it, in bounded memory.

use super::error::{PANICKED, guarded};
use super::progress::Shared;
use crate::redact::{Counts, Stream};
use std::io::{self, Cursor, Read};

/// Text from `source`, redacted.
pub(super) struct Redacting<'a, 'p, R> {
    source: R,
    /// `None` once the text has ended.
    stream: Option<Stream<'a>>,
    ready: Cursor<Vec<u8>>,
    /// Bytes read from the source.
    read: u64,
    counts: Counts,
    buffer: Vec<u8>,
    progress: &'a Shared<'p>,
}

impl<'a, 'p, R: Read> Redacting<'a, 'p, R> {
    pub(super) fn new(source: R, stream: Stream<'a>, progress: &'a Shared<'p>) -> Self {
        Self {
            source,
            stream: Some(stream),
            ready: Cursor::default(),
            read: 0,
            counts: Counts::default(),
            buffer: vec![0; 256 * 1024],
            progress,
        }
    }

    /// Bytes read from the source so far, and the replacements, complete once its end was reached.
    pub(super) fn finish(self) -> (u64, Counts) {
        (self.read, self.counts)
    }

    /// Reads until something is ready or the text has ended.
    fn fill(&mut self) -> io::Result<()> {
        self.ready.set_position(0);
        let ready = self.ready.get_mut();
        ready.clear();
        while ready.is_empty() {
            let Some(stream) = &mut self.stream else { return Ok(()) };
            self.progress.check_limits(false)?;
            let length = self.source.read(&mut self.buffer)?;
            self.read += length as u64;
            self.progress.advance(length);
            let piece = self.buffer.get(..length).unwrap_or_default();
            if length > 0 {
                guarded(|| stream.push(piece, ready)).ok_or_else(panicked)?;
            } else if let Some(stream) = self.stream.take() {
                self.counts = guarded(|| stream.finish(ready)).ok_or_else(panicked)?;
            }
        }
        Ok(())
    }
}

fn panicked() -> io::Error {
    io::Error::other(PANICKED)
}

impl<R: Read> Read for Redacting<'_, '_, R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        if self.ready.position() == self.ready.get_ref().len() as u64 {
            self.fill()?;
        }
        self.ready.read(target)
    }
}
