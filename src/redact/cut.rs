//! Splits a text that arrives in pieces into whole lines, or windows of a very long line, in bounded memory. The cuts
//! depend on the text alone, never on the pieces. UTF-16 becomes UTF-8.

use super::stream_decoder::StreamDecoder;
use super::{encodings, pattern};

/// Bytes of a line that are looked at together.
const WINDOW: usize = 1024 * 1024;
/// Bytes that nothing found by value or by pattern exceeds.
const OVERLAP: usize = 64 * 1024;
const _: () = assert!(OVERLAP > encodings::MAX_ENCODED && OVERLAP > 2 * pattern::MAX_VALUE);
/// Bytes of a window in which whatever starts is whole.
const SAFE: usize = WINDOW - OVERLAP;

/// One text on its way.
///
/// `look` sees its parts, each with how many of its bytes to look at: all of whole lines, of which the last one of a text may
/// have no end, or [`SAFE`] of the start of a line that is longer than a window. It gives how much is done, that many bytes or
/// more; the rest comes again with what follows.
pub(super) struct Cutter {
    decoding: StreamDecoder,
    /// Not yet looked at; starts at a line's start or where the last window ended.
    pending: Vec<u8>,
}

impl Cutter {
    pub(super) const fn new() -> Self {
        Self { decoding: StreamDecoder::new(), pending: Vec::new() }
    }

    /// Takes the next piece and shows what is ready.
    pub(super) fn push(&mut self, piece: &[u8], look: &mut impl FnMut(&[u8], usize) -> usize) {
        // In parts, so that a huge piece is not held twice.
        for part in piece.chunks(WINDOW) {
            self.decoding.push(part, false, &mut self.pending);
            self.show_ready(look);
        }
    }

    /// Ends the text and shows the rest.
    pub(super) fn finish(&mut self, look: &mut impl FnMut(&[u8], usize) -> usize) {
        self.decoding.push(&[], true, &mut self.pending);
        self.show_ready(look);
        look(&self.pending, self.pending.len());
    }

    /// Shows all whole lines, and all whole windows of a line that has no end yet.
    fn show_ready(&mut self, look: &mut impl FnMut(&[u8], usize) -> usize) {
        let mut pending = std::mem::take(&mut self.pending);
        let mut done = 0;
        while let Some(rest) = pending.get(done..) {
            // Long lines are cut by their own length alone, never by where a piece happened to end.
            let window = rest.get(..WINDOW.min(rest.len())).unwrap_or(rest);
            if let Some(end) = memchr::memrchr(b'\n', window) {
                done += look(window.get(..=end).unwrap_or_default(), end + 1);
            } else if rest.len() >= WINDOW {
                done += look(window, SAFE);
            } else {
                break;
            }
        }
        pending.drain(..done);
        self.pending = pending;
    }
}
