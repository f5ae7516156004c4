//! Bytes of a text file as text, whatever wrote it.

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// Pairs of bytes looked at for UTF-16 without a byte order mark.
const SAMPLE_PAIRS: usize = 512;

/// The text of `bytes`, without its byte order mark.
///
/// A byte order mark decides. Without one, zero bytes in every other place mean UTF-16 (a redirection in Windows
/// `PowerShell`), well-formed UTF-8 is UTF-8, and the rest is read as Windows-1252, which reads anything.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0;
    }
    if let Some(encoding) = utf16(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Which UTF-16 bytes without a byte order mark are, if they are. Text of the kinds read here is mostly ASCII, so that one byte of most pairs is zero, and always the same one.
pub fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let (mut pairs, mut low_first, mut high_first) = (0, 0, 0);
    for pair in bytes.chunks_exact(2).take(SAMPLE_PAIRS) {
        pairs += 1;
        match pair {
            [0, 0] => {}
            [_, 0] => low_first += 1,
            [0, _] => high_first += 1,
            _ => {}
        }
    }
    if low_first * 2 > pairs {
        Some(UTF_16LE)
    } else if high_first * 2 > pairs {
        Some(UTF_16BE)
    } else {
        None
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
        let marked = |mark: &[u8], rest: Vec<u8>| [mark.to_vec(), rest].concat();
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
