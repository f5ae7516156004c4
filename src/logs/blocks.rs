//! Splits a stream of text into blocks of whole lines, in bounded memory.

use memchr::{memchr, memrchr};

/// Bytes held at a time.
pub(super) const BLOCK: usize = 64 * 1024;
/// How much of a line longer than a block is repeated in its next piece, so that a text across the cut is found. No
/// pattern matches a longer text.
const OVERLAP: usize = 4 * 1024;

/// A piece of the text.
pub(super) struct Block<'a> {
    /// Whole lines, or a piece of one line without its end.
    pub(super) text: &'a [u8],
    /// The byte that ends a line.
    pub(super) line_end: u8,
    /// The first line began in an earlier block, whose end is repeated here.
    pub(super) continues: bool,
}

/// Hands out whole lines without a copy, and buffers only an unfinished line. Where blocks are cut depends on how the text
/// is pushed, but always between lines. How a line longer than a block is cut depends on the line alone.
#[derive(Default)]
pub(super) struct BlockSplitter {
    buffer: Vec<u8>,
    /// Not known before the first block is buffered.
    line_end: Option<u8>,
    inside_line: bool,
}

impl BlockSplitter {
    /// Takes bytes and hands out the lines that became whole.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(Block<'_>)) {
        while !bytes.is_empty() {
            let within = bytes.get(..BLOCK - self.buffer.len()).unwrap_or(bytes);
            // A buffered line ends at the first line end; without one, all lines up to the last line end are whole.
            let whole = self.line_end.and_then(|end| {
                if self.buffer.is_empty() { memrchr(end, within) } else { memchr(end, within) }
            });
            let (now, later) = bytes.split_at(whole.map_or(within.len(), |at| at + 1));
            bytes = later;
            match (whole, self.line_end) {
                (Some(_), Some(line_end)) if self.buffer.is_empty() => {
                    each(Block { text: now, line_end, continues: false });
                }
                (Some(_), Some(line_end)) => {
                    self.buffer.extend_from_slice(now);
                    each(Block { text: &self.buffer, line_end, continues: self.inside_line });
                    self.buffer.clear();
                    self.inside_line = false;
                }
                _ => {
                    self.buffer.extend_from_slice(now);
                    if self.buffer.len() == BLOCK {
                        self.hand_out(&mut each);
                    }
                }
            }
        }
    }

    /// Hands out the last line.
    pub(super) fn finish(mut self, mut each: impl FnMut(Block<'_>)) {
        if !self.buffer.is_empty() {
            let line_end = self.line_end();
            each(Block { text: &self.buffer, line_end, continues: self.inside_line });
        }
    }

    fn hand_out(&mut self, each: &mut impl FnMut(Block<'_>)) {
        let line_end = self.line_end();
        let whole = memrchr(line_end, &self.buffer).map(|at| at + 1);
        let until = whole.unwrap_or_else(|| char_start(&self.buffer, self.buffer.len() - 1));
        let (text, _) = self.buffer.split_at(until);
        each(Block { text, line_end, continues: self.inside_line });
        let keep = whole.unwrap_or_else(|| char_start(&self.buffer, until - OVERLAP));
        self.buffer.drain(..keep);
        self.inside_line = whole.is_none();
    }

    /// Lines end with LF or CRLF; if the first block has no LF, with CR alone.
    fn line_end(&mut self) -> u8 {
        *self.line_end.get_or_insert_with(|| {
            let only_cr = memchr(b'\n', &self.buffer).is_none() && memchr(b'\r', &self.buffer).is_some();
            if only_cr { b'\r' } else { b'\n' }
        })
    }
}

/// The start of the UTF-8 character that `at` is in; `at` itself if that is not UTF-8.
pub(super) fn char_start(text: &[u8], at: usize) -> usize {
    let continues = |&at: &usize| text.get(at).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000);
    (at.saturating_sub(3)..=at).rev().find(|at| !continues(at)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(text: &[u8], chunk: usize) -> Vec<(Vec<u8>, bool)> {
        let mut all = Vec::new();
        let mut blocks = BlockSplitter::default();
        for chunk in text.chunks(chunk) {
            blocks.push(chunk, |block| all.push((block.text.to_vec(), block.continues)));
        }
        blocks.finish(|block| all.push((block.text.to_vec(), block.continues)));
        all
    }

    #[test]
    fn blocks_end_at_line_ends_and_lose_nothing() {
        let text = b"a line of text\r\n".repeat(BLOCK / 8);
        for chunk in [1000, 4_000_000] {
            let cut = blocks(&text, chunk);
            let whole = |(block, continues): &(Vec<u8>, bool)| {
                block.ends_with(b"\n") && block.len() <= BLOCK && !continues
            };
            assert!(cut.len() >= 2 && cut.iter().all(whole));
            assert_eq!(cut.concat_text(), text);
        }
    }

    #[test]
    fn lines_and_pieces_of_lines_are_the_same_however_the_text_comes() {
        let long = "x".repeat(2 * BLOCK + 77);
        let text = format!("{}{long}\nshort\n\n{long}{long}", "a line of text\r\n".repeat(BLOCK / 8));
        let lines = |chunk: usize| {
            let mut lines = Vec::new();
            for (block, continues) in blocks(text.as_bytes(), chunk) {
                let mut continues = continues;
                for line in block.split_inclusive(|byte| *byte == b'\n') {
                    lines.push((line.to_vec(), std::mem::take(&mut continues)));
                }
            }
            lines
        };
        let once = lines(usize::MAX);
        assert!(once.iter().filter(|(_, continues)| *continues).count() >= 6);
        for chunk in [1, 7, 1000, BLOCK, BLOCK + 1] {
            assert!(lines(chunk) == once, "in chunks of {chunk}");
        }
    }

    #[test]
    fn a_long_line_comes_in_overlapping_pieces() {
        let text = "ü".repeat(BLOCK) + "\nnext";
        let mut cut = blocks(text.as_bytes(), 777);
        assert_eq!(cut.pop(), Some((b"next".to_vec(), false)));
        assert!(cut.len() > 2 && cut.iter().all(|(block, _)| block.len() <= BLOCK));
        assert!(!cut[0].1 && cut[1..].iter().all(|(_, continues)| *continues));
        for pair in cut.windows(2) {
            let end = &pair[0].0[pair[0].0.len() - OVERLAP..];
            assert!(pair[1].0.starts_with(end), "the end of a piece is read again");
        }
        assert!(cut.iter().all(|(block, _)| std::str::from_utf8(block).is_ok()), "characters stay whole");
    }

    #[test]
    fn text_without_lf_ends_its_lines_with_cr() {
        for (text, line_end) in
            [(&b"a\rb"[..], b'\r'), (b"a\r\nb", b'\n'), (b"a\nb\r", b'\n'), (b"ab", b'\n')]
        {
            let mut blocks = BlockSplitter::default();
            blocks.push(text, |_| ());
            blocks.finish(|block| assert_eq!(block.line_end, line_end));
        }
    }

    trait ConcatText {
        fn concat_text(&self) -> Vec<u8>;
    }

    impl ConcatText for Vec<(Vec<u8>, bool)> {
        fn concat_text(&self) -> Vec<u8> {
            self.iter().flat_map(|(block, _)| block.clone()).collect()
        }
    }
}
