//! Members of one JSON object in each line: split as the bytes come, so that their text is never held whole.

/// Longest line, in bytes.
pub(super) const MAX_LINE: usize = 64 << 10;

/// Splits bytes into lines with their numbers. Empty lines are counted and left out.
#[derive(Default)]
pub(super) struct JsonLines {
    rest: Vec<u8>,
    number: u32,
    /// The current line is too long, and what is left of it is dropped.
    skipping: bool,
}

impl JsonLines {
    /// Takes bytes, and hands out the lines that they end; a line that is too long as an error.
    pub(super) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(u32, Result<&[u8], &str>)) {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let (piece, ends) = match piece.strip_suffix(b"\n") {
                Some(piece) => (piece, true),
                None => (piece, false),
            };
            if !self.skipping {
                self.rest.extend_from_slice(piece);
                if self.rest.len() > MAX_LINE {
                    (self.rest, self.skipping) = (Vec::new(), true);
                    self.number = self.number.saturating_add(1);
                    each(self.number, Err("is longer than 64 KiB"));
                }
            }
            if ends && !std::mem::take(&mut self.skipping) {
                self.end(&mut each);
            }
        }
    }

    /// Hands out the last line.
    pub(super) fn finish(mut self, mut each: impl FnMut(u32, Result<&[u8], &str>)) {
        if !self.skipping {
            self.end(&mut each);
        }
    }

    fn end(&mut self, each: &mut impl FnMut(u32, Result<&[u8], &str>)) {
        self.number = self.number.saturating_add(1);
        if !self.rest.is_empty() {
            each(self.number, Ok(&self.rest));
        }
        self.rest.clear();
    }
}
