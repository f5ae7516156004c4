//! Cuts a text that arrives in pieces into parts that can be looked at alone, in bounded memory and in the same way
//! whatever the pieces. UTF-16, with or without a byte order mark, becomes UTF-8.

use super::{forms, pattern};
use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

/// Bytes of a line that are looked at together.
const WINDOW: usize = 1024 * 1024;
/// Bytes that nothing found by value or by pattern exceeds.
const OVERLAP: usize = 64 * 1024;
const _: () = assert!(OVERLAP > forms::MAX_FORM && OVERLAP > 2 * pattern::MAX_VALUE);
/// Bytes of a window in which whatever starts is whole.
pub(super) const SAFE: usize = WINDOW - OVERLAP;
/// Bytes that decide the encoding.
const SNIFF: usize = 256;

/// Who looks at the parts.
pub(super) trait Look {
    /// Whole lines; the last one of a text may have no end.
    fn lines(&mut self, lines: &[u8]);

    /// The start of a line that is longer than a window. Gives how much of it is done, [`SAFE`] bytes or more; the rest comes
    /// again with what follows.
    fn window(&mut self, window: &[u8]) -> usize;
}

/// One text on its way.
pub(super) struct Cutter {
    encoding: Encoding,
    /// Not yet looked at; starts at a line's start or where the last window ended.
    pending: Vec<u8>,
}

enum Encoding {
    /// Too little of the text has come.
    Unknown,
    /// UTF-8 or another encoding in which ASCII is ASCII.
    Bytes,
    Utf16(Decoder),
}

impl Cutter {
    pub(super) const fn new() -> Self {
        Self { encoding: Encoding::Unknown, pending: Vec::new() }
    }

    /// Bytes that wait for more.
    pub(super) const fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Takes the next piece and shows what is ready.
    pub(super) fn push(&mut self, piece: &[u8], look: &mut impl Look) {
        // In parts, so that a huge piece is not held twice.
        for part in piece.chunks(WINDOW) {
            self.take(part, look);
        }
    }

    fn take(&mut self, piece: &[u8], look: &mut impl Look) {
        if matches!(self.encoding, Encoding::Unknown) {
            self.pending.extend_from_slice(piece);
            if self.pending.len() < SNIFF {
                return;
            }
            self.settle_encoding();
        } else {
            self.append(piece, false);
        }
        self.show_ready(look);
    }

    /// Ends the text and shows the rest.
    pub(super) fn finish(&mut self, look: &mut impl Look) {
        if matches!(self.encoding, Encoding::Unknown) {
            self.settle_encoding();
        }
        self.append(&[], true);
        self.show_ready(look);
        look.lines(&std::mem::take(&mut self.pending));
    }

    fn settle_encoding(&mut self) {
        let head = std::mem::take(&mut self.pending);
        self.encoding = encoding_of(head.get(..head.len().min(SNIFF)).unwrap_or(&head));
        self.append(&head, false);
    }

    /// Adds input to what is pending, decoded where it must be.
    fn append(&mut self, piece: &[u8], last: bool) {
        match &mut self.encoding {
            Encoding::Utf16(decoder) => {
                let room = decoder.max_utf8_buffer_length(piece.len()).unwrap_or(piece.len() * 3 + 16);
                let start = self.pending.len();
                self.pending.resize(start + room, 0);
                let target = self.pending.get_mut(start..).unwrap_or_default();
                let (_, _, written, _) = decoder.decode_to_utf8(piece, target, last);
                self.pending.truncate(start + written);
            }
            Encoding::Unknown | Encoding::Bytes => self.pending.extend_from_slice(piece),
        }
    }

    /// Shows all whole lines, and all whole windows of a line that has no end yet.
    fn show_ready(&mut self, look: &mut impl Look) {
        let mut pending = std::mem::take(&mut self.pending);
        let mut done = 0;
        while let Some(rest) = pending.get(done..) {
            // Long lines are cut by their own length alone, never by where a piece happened to end.
            let window = rest.get(..WINDOW.min(rest.len())).unwrap_or(rest);
            if let Some(end) = memchr::memrchr(b'\n', window) {
                look.lines(window.get(..=end).unwrap_or_default());
                done += end + 1;
            } else if rest.len() >= WINDOW {
                done += look.window(window);
            } else {
                break;
            }
        }
        pending.drain(..done);
        self.pending = pending;
    }
}

/// UTF-16 by its byte order mark, or because every second byte is zero.
fn encoding_of(head: &[u8]) -> Encoding {
    let zeros = |parity: usize| head.iter().skip(parity).step_by(2).filter(|b| **b == 0).count();
    let half = head.len() / 2;
    let (low, high) = (zeros(0), zeros(1));
    let encoding = match head {
        [0xff, 0xfe, ..] => UTF_16LE,
        [0xfe, 0xff, ..] => UTF_16BE,
        _ if half >= 4 && high * 10 >= half * 7 && low * 10 <= half => UTF_16LE,
        _ if half >= 4 && low * 10 >= half * 7 && high * 10 <= half => UTF_16BE,
        _ => return Encoding::Bytes,
    };
    Encoding::Utf16(encoding.new_decoder_with_bom_removal())
}
