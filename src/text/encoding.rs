//! Encodings of text files, detected by their bytes: UTF-8, UTF-16 with or without a byte order mark, else Windows-1252.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Bytes looked at for UTF-16 without a byte order mark.
pub const SAMPLE: usize = 4 << 10;

/// The text of `bytes`, without its byte order mark.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match detect(bytes) {
        (Some(encoding), mark) => {
            encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0
        }
        (None, _) => utf8_or_windows_1252(bytes),
    }
}

/// The encoding that a byte order mark names, and the length of the mark; else UTF-16 by its zero bytes, as a redirection in
/// Windows `PowerShell` writes it.
pub fn detect(bytes: &[u8]) -> (Option<&'static Encoding>, usize) {
    match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (Some(encoding), mark),
        None => (utf16_by_zeros(bytes), 0),
    }
}

/// Bytes at the beginning that say whether content is a text.
const TEXT_HEAD: usize = 4096;

/// Whether content may be a text, told by its beginning: in UTF-16, or with hardly a control character. Of bytes that mean
/// nothing every ninth is one.
pub fn is_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..TEXT_HEAD).unwrap_or(bytes);
    let controls =
        || head.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    detect(head).0.is_some() || controls() * 12 <= head.len()
}

/// Texts of a single-byte encoding or UTF-8 have no zero bytes. In UTF-16 each Latin letter, digit and sign has one, always on
/// the same side; half of the pairs is enough, so that words of other scripts may be between them.
fn utf16_by_zeros(bytes: &[u8]) -> Option<&'static Encoding> {
    let (pairs, _) = bytes.get(..SAMPLE.min(bytes.len()))?.as_chunks::<2>();
    let count = |is_letter: fn(&&[u8; 2]) -> bool| pairs.iter().filter(is_letter).count();
    let little = count(|[low, high]| *low != 0 && *high == 0);
    let big = count(|[high, low]| *high == 0 && *low != 0);
    if little * 2 > pairs.len() {
        Some(UTF_16LE)
    } else if big * 2 > pairs.len() {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// The bytes as UTF-8 where they are, else as Windows-1252, in which every byte is a character.
pub fn utf8_or_windows_1252(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_common_encoding_reads_the_same() {
        let text = "VersionNumber;Größe";
        let wide = |big: bool| -> Vec<u8> {
            text.encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect()
        };
        let marked = |mark: &[u8], tail: Vec<u8>| [mark.to_vec(), tail].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()),
            marked(b"\xff\xfe", wide(false)),
            marked(b"\xfe\xff", wide(true)),
            wide(false),
            wide(true),
            WINDOWS_1252.encode(text).0.into_owned(),
        ] {
            assert_eq!(decode(&bytes), text, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn utf8_text_survives(text in "[ -~\u{a0}-\u{2ff}]{0,80}") {
            prop_assert_eq!(decode(text.as_bytes()), text.as_str());
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }
}
