//! A reader that redacts what passes through it, in bounded memory.

use super::error::{PANICKED, guarded};
use super::progress::Shared;
use crate::redact::{Counts, Stream};
use std::io::{self, Read};

/// Text from `source`, redacted.
pub(super) struct Redacting<'a, 'p, R> {
    source: R,
    /// `None` once the text has ended.
    stream: Option<Stream<'a>>,
    ready: Vec<u8>,
    /// Bytes of `ready` that were returned.
    given: usize,
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
            ready: Vec::new(),
            given: 0,
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
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() {
            let Some(stream) = &mut self.stream else { return Ok(()) };
            self.progress.check_limits(false)?;
            let length = self.source.read(&mut self.buffer)?;
            self.read += length as u64;
            self.progress.advance(length);
            let piece = self.buffer.get(..length).unwrap_or_default();
            let ready = &mut self.ready;
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
        if self.given == self.ready.len() {
            self.fill()?;
        }
        let mut remaining = self.ready.get(self.given..).unwrap_or_default();
        let length = remaining.read(target)?;
        self.given += length;
        Ok(length)
    }
}
