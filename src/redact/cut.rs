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
/// have no end, or [`SAFE`] of the start of a line that is longer than a window. It gives how much is done: of lines that many
/// bytes, or fewer where it has to see what follows the lines that are left, which come again; of a longer line that many or more.
pub(super) struct Cutter {
    decoding: StreamDecoder,
    /// Not yet looked at; starts at a line's start or where the last window ended.
    pending: Vec<u8>,
    /// How many of these were looked at, and left for what follows.
    held: usize,
}

/// A part of a text that is to be looked at.
#[derive(Clone, Copy)]
pub(super) struct Part<'t> {
    pub text: &'t [u8],
    /// How many of its bytes.
    pub safe: usize,
    /// Whether the text ends with it.
    pub last: bool,
}

impl Part<'_> {
    /// Whether it is of whole lines.
    pub(super) const fn is_lines(&self) -> bool {
        self.safe == self.text.len()
    }
}

impl Cutter {
    pub(super) const fn new() -> Self {
        Self { decoding: StreamDecoder::new(), pending: Vec::new(), held: 0 }
    }

    /// Takes the next piece and shows what is ready.
    pub(super) fn push(&mut self, piece: &[u8], look: &mut impl FnMut(Part) -> usize) {
        // In parts, so that a huge piece is not held twice.
        for part in piece.chunks(WINDOW) {
            self.decoding.push(part, false, &mut self.pending);
            self.show_ready(look);
        }
    }

    /// Ends the text and shows the rest.
    pub(super) fn finish(&mut self, look: &mut impl FnMut(Part) -> usize) {
        self.decoding.push(&[], true, &mut self.pending);
        self.show_ready(look);
        look(Part { text: &self.pending, safe: self.pending.len(), last: true });
    }

    /// Shows all whole lines, and all whole windows of a line that has no end yet.
    fn show_ready(&mut self, look: &mut impl FnMut(Part) -> usize) {
        let mut pending = std::mem::take(&mut self.pending);
        let mut done = 0;
        while let Some(rest) = pending.get(done..) {
            // Long lines are cut by their own length alone, never by where a piece happened to end.
            let window = rest.get(..WINDOW.min(rest.len())).unwrap_or(rest);
            let held = std::mem::take(&mut self.held);
            if let Some(end) = memchr::memrchr(b'\n', window) {
                // Nothing has come to what was left.
                let looked = if end < held {
                    0
                } else {
                    look(Part { text: window.get(..=end).unwrap_or_default(), safe: end + 1, last: false })
                };
                done += looked;
                if looked <= end && rest.len() < WINDOW {
                    self.held = end + 1 - looked;
                    break;
                }
            } else if rest.len() >= WINDOW {
                done += look(Part { text: window, safe: SAFE, last: false });
            } else {
                break;
            }
        }
        pending.drain(..done);
        self.pending = pending;
    }
}
