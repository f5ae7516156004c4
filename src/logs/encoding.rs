//! Detects the encoding of a log, and decodes UTF-16.

use crate::text::encoding::{SAMPLE as HEAD, detect};
use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16LE};

/// Turns the bytes of a file into text: UTF-16 is decoded, everything else is passed on as it is, since patterns and
/// time stamps are ASCII in UTF-8 and in windows-1252 alike.
#[derive(Default)]
pub(super) struct TextDecoder {
    /// What came before the encoding was decided.
    head: Vec<u8>,
    decided: bool,
    utf16: Option<Decoder>,
}

impl TextDecoder {
    /// Takes bytes and hands out text.
    pub(super) fn push(&mut self, bytes: &[u8], mut each: impl FnMut(&[u8])) {
        if self.decided {
            return self.decode(bytes, false, &mut each);
        }
        let (now, later) = bytes.split_at(bytes.len().min(HEAD - self.head.len()));
        self.head.extend_from_slice(now);
        if self.head.len() == HEAD {
            self.decide(&mut each);
            self.decode(later, false, &mut each);
        }
    }

    /// Hands out the last text, and names the encoding if it is UTF-16.
    pub(super) fn finish(mut self, mut each: impl FnMut(&[u8])) -> Option<&'static str> {
        if !self.decided {
            self.decide(&mut each);
        }
        self.decode(&[], true, &mut each);
        let encoding = self.utf16?.encoding();
        Some(if encoding == UTF_16LE { "utf-16le" } else { "utf-16be" })
    }

    fn decide(&mut self, each: &mut impl FnMut(&[u8])) {
        self.decided = true;
        let head = std::mem::take(&mut self.head);
        let (encoding, mark) = detect(&head);
        let utf16 = encoding.filter(|encoding| *encoding != UTF_8);
        self.utf16 = utf16.map(Encoding::new_decoder_without_bom_handling);
        self.decode(head.get(mark..).unwrap_or_default(), false, each);
    }

    fn decode(&mut self, mut bytes: &[u8], last: bool, each: &mut impl FnMut(&[u8])) {
        let Some(decoder) = &mut self.utf16 else { return each(bytes) };
        let mut buffer = [0; HEAD * 4];
        loop {
            let (result, read, written, _) = decoder.decode_to_utf8(bytes, &mut buffer, last);
            each(buffer.get(..written).unwrap_or_default());
            bytes = bytes.get(read..).unwrap_or_default();
            if matches!(result, CoderResult::InputEmpty) {
                return;
            }
        }
    }
}

/// A piece of a line as text to show.
pub(super) use crate::text::encoding::utf8_or_windows_1252 as show;

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], chunk: usize) -> (String, Option<&'static str>) {
        let (mut text, mut all) = (TextDecoder::default(), Vec::new());
        for chunk in bytes.chunks(chunk) {
            text.push(chunk, |part| all.extend_from_slice(part));
        }
        let name = text.finish(|part| all.extend_from_slice(part));
        (String::from_utf8_lossy(&all).into_owned(), name)
    }

    fn utf16(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        mark.then_some(0xfeff).into_iter().chain(text.encode_utf16()).flat_map(bytes).collect()
    }

    #[test]
    fn utf16_is_known_by_its_mark_or_its_zeros() {
        let line = "2026-06-16 10:02:13,123 ERROR Größe 🙂\r\n".repeat(300);
        for chunk in [1, 7, 1 << 20] {
            for mark in [true, false] {
                let little = text(&utf16(&line, mark, u16::to_le_bytes), chunk);
                assert_eq!(little, (line.clone(), Some("utf-16le")));
                let big = text(&utf16(&line, mark, u16::to_be_bytes), chunk);
                assert_eq!(big, (line.clone(), Some("utf-16be")));
            }
        }
    }

    #[test]
    fn a_mark_is_no_text() {
        assert_eq!(text(b"\xef\xbb\xbf2026", 1), ("2026".to_owned(), None));
    }

    #[test]
    fn zeros_alone_are_not_utf16() {
        for bytes in [&[0; 64][..], b"", b"a", b"text\0\0\0\0"] {
            assert_eq!(text(bytes, 3).1, None);
        }
    }

    #[test]
    fn what_is_not_utf8_is_shown_as_windows_1252() {
        assert_eq!(show("Größe".as_bytes()), "Größe");
        assert_eq!(show(b"Gr\xf6\xdfe don\x92t"), "Größe don’t");
    }
}
