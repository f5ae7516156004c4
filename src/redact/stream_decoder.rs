//! Streaming decoder of texts whose encoding may change where another program went on writing.
//!
//! It does not ask [`crate::text::encoding`] what most of a text is: a secret behind a change of the encoding would be missed. So
//! it looks for the place where each encoding starts, line by line.

use encoding_rs::{Decoder, Encoding, UTF_16BE, UTF_16LE};

/// Bytes in a row with every second one zero that begin UTF-16 in another encoding; a text that ends before needs a few.
const WIDE: usize = 16;
const WIDE_AT_END: usize = 6;
/// Bytes of a byte order mark.
const MARK: usize = 2;
/// Bytes of ASCII in a row that end UTF-16: so many of the ideographs that they could be do not be together by chance. At
/// the start of a line, where times are, and at the end of the text fewer do.
const NARROW: usize = 32;
const NARROW_IN_LINE: usize = 16;
const NARROW_AT_END: usize = 8;

/// Makes UTF-8 of UTF-16, with or without a byte order mark, and leaves what is in another encoding as it is.
pub(super) struct StreamDecoder {
    now: State,
    /// Not yet decided on.
    held: Vec<u8>,
}

enum State {
    /// Too little of the text has come.
    Unknown,
    /// UTF-8 or another encoding in which ASCII is ASCII.
    Bytes,
    Utf16(Decoder),
}

/// What is next in what is held.
enum Next {
    /// Another encoding from here on.
    Change(usize, State),
    /// From here on more has to come.
    Wait(usize),
    /// Nothing else.
    Same,
}

impl StreamDecoder {
    pub(super) const fn new() -> Self {
        Self { now: State::Unknown, held: Vec::new() }
    }

    /// Takes the next piece, which may be the last one, and appends to `out` what is decided.
    pub(super) fn push(&mut self, piece: &[u8], last: bool, out: &mut Vec<u8>) {
        if let Some((ready, tail)) = self.plain(piece).filter(|_| !last) {
            out.append(&mut self.held);
            out.extend_from_slice(ready);
            self.held.extend_from_slice(tail);
            return;
        }
        self.held.extend_from_slice(piece);
        if matches!(self.now, State::Unknown) {
            if self.held.len() < WIDE && !last {
                return;
            }
            self.now = start(&self.held, last);
        }
        loop {
            match self.now.next(&self.held, last) {
                Next::Change(at, state) => {
                    self.write(at, true, out);
                    self.now = state;
                }
                Next::Wait(at) => return self.write(at, false, out),
                Next::Same => return self.write(self.held.len(), last, out),
            }
        }
    }

    /// What nearly every piece is: bytes in which nothing begins, and the last ones, which what comes may change.
    fn plain<'p>(&self, piece: &'p [u8]) -> Option<(&'p [u8], &'p [u8])> {
        let plain = matches!(self.now, State::Bytes)
            && [self.held.as_slice(), piece].iter().all(|bytes| memchr::memchr(0, bytes).is_none());
        plain.then(|| piece.split_at_checked(piece.len().checked_sub(MARK + 1)?))?
    }

    /// Appends the first bytes of what is held to `out`; in UTF-16 an even number of them, but for the last ones.
    fn write(&mut self, length: usize, last: bool, out: &mut Vec<u8>) {
        let ready = self.held.get(..length).unwrap_or_default();
        if let State::Utf16(decoder) = &mut self.now {
            let room = decoder.max_utf8_buffer_length(ready.len()).unwrap_or(ready.len() * 3 + 16);
            let start = out.len();
            out.resize(start + room, 0);
            let target = out.get_mut(start..).unwrap_or_default();
            let (_, _, written, _) = decoder.decode_to_utf8(ready, target, last);
            out.truncate(start + written);
            // No text has one; with it, what was decoded would look like UTF-16 again.
            if memchr::memchr(0, out.get(start..).unwrap_or_default()).is_some() {
                let letters = out.split_off(start);
                out.extend(letters.into_iter().filter(|byte| *byte != 0));
            }
        } else {
            out.extend_from_slice(ready);
        }
        self.held.drain(..length);
    }
}

impl State {
    fn utf16(encoding: &'static Encoding) -> Self {
        Self::Utf16(encoding.new_decoder_without_bom_handling())
    }

    /// What is next in `held`, which in UTF-16 starts with a whole unit.
    fn next(&self, held: &[u8], last: bool) -> Next {
        match self {
            Self::Unknown => Next::Wait(0),
            Self::Bytes => next_wide(held, last),
            Self::Utf16(decoder) => next_narrow(held, decoder.encoding(), last),
        }
    }
}

/// Whether a unit is a letter of ASCII or Latin-1.
fn is_letter(encoding: &Encoding, unit: &[u8]) -> bool {
    let [first, second] = *unit else { return false };
    let (high, low) = if encoding == UTF_16LE { (second, first) } else { (first, second) };
    high == 0 && (low >= 0x80 || is_text(low))
}

/// Whether `bytes` start with letters, as many as it takes.
fn starts(encoding: &Encoding, bytes: &[u8], last: bool) -> bool {
    let near = bytes.get(..WIDE.min(bytes.len())).unwrap_or_default();
    let enough = near.len() == WIDE || (last && near.len() >= WIDE_AT_END);
    enough && near.chunks_exact(2).all(|unit| is_letter(encoding, unit))
}

/// UTF-16 in a text of bytes, from the start of a line or a byte order mark on. What is inside of a line is a value.
fn next_wide(held: &[u8], last: bool) -> Next {
    let begins = |at: usize| {
        let before = held.get(..at).unwrap_or_default();
        // An end of a line is one of the bytes before, also behind another one.
        held.get(at) != Some(&b'\n')
            && [&b"\n"[..], b"\xff\xfe", b"\xfe\xff"].iter().any(|mark| before.ends_with(mark))
    };
    for zero in memchr::memchr_iter(0, held) {
        let before = zero.saturating_sub(1);
        // UTF-16 may also begin with the zero itself.
        if zero + WIDE > held.len() && !last {
            return Next::Wait(before.saturating_sub(MARK));
        }
        for (at, encoding) in [(before, UTF_16LE), (zero, UTF_16BE)] {
            if begins(at) && starts(encoding, held.get(at..).unwrap_or_default(), last) {
                return Next::Change(at, State::utf16(encoding));
            }
        }
    }
    // What the last bytes are may depend on what comes.
    if last { Next::Same } else { Next::Wait(held.len().saturating_sub(MARK + 1)) }
}

/// Anything else in a text of UTF-16: a run of ASCII, or units that are read from the wrong byte on.
fn next_narrow(held: &[u8], encoding: &Encoding, last: bool) -> Next {
    let other = if encoding == UTF_16LE { UTF_16BE } else { UTF_16LE };
    let whole = if last { held.len() } else { held.len() / 2 * 2 };
    let (mut run, mut shifted, mut end) = (0, 0, 0);
    // Where the end of a line is, if the run is right behind it.
    let mut line_end = None;
    for unit in held.get(..whole).unwrap_or_default().chunks(2) {
        let start = end;
        end += unit.len();
        let text = unit.iter().all(|byte| is_text(*byte));
        run = if text { run + unit.len() } else { 0 };
        shifted = if is_letter(other, unit) { shifted + unit.len() } else { 0 };
        if !text {
            line_end = (is_letter(encoding, unit) && unit.contains(&b'\n')).then_some(start);
        }
        let enough = if line_end.is_some() { NARROW_IN_LINE } else { NARROW };
        if run >= enough || (last && end == held.len() && run >= NARROW_AT_END) {
            return Next::Change(end - run, State::Bytes);
        }
        if shifted >= WIDE {
            return Next::Change(end - shifted, State::utf16(other));
        }
    }
    if last { Next::Same } else { Next::Wait(line_end.unwrap_or(whole - run.max(shifted))) }
}

/// Whether a byte is one of a text in ASCII.
const fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// UTF-16 by its byte order mark, or by the letters that a text begins with.
fn start(head: &[u8], last: bool) -> State {
    let shaped = || [UTF_16LE, UTF_16BE].into_iter().find(|encoding| starts(encoding, head, last));
    let encoding = match head {
        [0xff, 0xfe, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] => Some(UTF_16BE),
        _ => shaped(),
    };
    encoding.map_or(State::Bytes, |encoding| State::Utf16(encoding.new_decoder_with_bom_removal()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LINE: &str = "2026-11-22 12:34:56 [7] INFO Zoë logged in\r\n";

    fn wide(encoding: &Encoding, text: &str) -> Vec<u8> {
        let bytes = if encoding == UTF_16LE { u16::to_le_bytes } else { u16::to_be_bytes };
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn decoded(pieces: &[&[u8]]) -> String {
        let (mut decoding, mut out) = (StreamDecoder::new(), Vec::new());
        for piece in pieces {
            decoding.push(piece, false, &mut out);
        }
        decoding.push(&[], true, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn another_program_goes_on_in_its_own_encoding() {
        let long = LINE.repeat(10);
        for encoding in [UTF_16LE, UTF_16BE] {
            let other = wide(encoding, &long);
            let ended = format!("{long}{long}password=x\r\n");
            assert_eq!(decoded(&[long.as_bytes(), &other, b"password=x\r\n"]), ended);
            assert_eq!(decoded(&[&other, long.as_bytes(), &wide(encoding, "password=x\r\n")]), ended);
        }
    }

    #[test]
    fn utf_16_begins_behind_a_mark_whatever_the_pieces() {
        for (mark, encoding) in [
            (b"\xff\xfe", UTF_16BE),
            (b"\xff\xfe", UTF_16LE),
            (b"\xfe\xff", UTF_16BE),
            (b"\xfe\xff", UTF_16LE),
        ] {
            let bytes = [b"INFO goes on", &mark[..], &wide(encoding, &LINE.repeat(2))].concat();
            let decoded = |size: usize| {
                let (mut decoding, mut out) = (StreamDecoder::new(), Vec::new());
                bytes.chunks(size).for_each(|piece| decoding.push(piece, false, &mut out));
                decoding.push(&[], true, &mut out);
                out
            };
            let whole = decoded(bytes.len());
            assert!(whole.ends_with(LINE.as_bytes()), "{encoding:?}");
            for size in 1..bytes.len() {
                assert_eq!(decoded(size), whole, "pieces of {size}");
            }
        }
    }

    #[test]
    fn a_byte_too_many_is_no_other_language() {
        let shifted = [wide(UTF_16LE, &LINE.repeat(10)), b"\n".to_vec(), wide(UTF_16LE, LINE)];
        let text = decoded(&[&shifted.concat()]);
        assert!(text.starts_with(&LINE.repeat(10)), "{text}");
        assert!(text.get(LINE.len() * 10..).unwrap().contains("12:34:56 [7] INFO Zoë logged in"), "{text}");
    }

    #[test]
    fn ideographs_and_binary_stay_what_they_are() {
        let chinese = "你好世界，服务器已启动。正在连接数据库……完成。".repeat(20);
        let text = format!("INFO ok, no error\r\n{chinese}");
        assert_eq!(decoded(&[b"\xff\xfe", &wide(UTF_16LE, &text)]), text);
        let numbers: Vec<u8> = (0..200u16).flat_map(u16::to_le_bytes).filter(|byte| *byte < 0x20).collect();
        let mut bytes = LINE.repeat(10).into_bytes();
        bytes.extend(numbers);
        let (mut decoding, mut out) = (StreamDecoder::new(), Vec::new());
        decoding.push(&bytes, true, &mut out);
        assert_eq!(out, bytes);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn pieces_do_not_matter(
            parts in proptest::collection::vec((0u8..6, 0usize..40), 0..6),
            cuts in proptest::collection::vec(0usize..60, 0..12),
        ) {
            let bytes: Vec<u8> = parts.iter().flat_map(|(kind, length)| {
                let text: String = LINE.chars().cycle().take(*length).collect();
                match kind {
                    0 => text.into_bytes(),
                    1 => wide(UTF_16LE, &text),
                    2 => wide(UTF_16BE, &text),
                    3 => vec![0xff, 0xfe],
                    4 => vec![0xfe, 0xff],
                    _ => vec![0; *length],
                }
            }).collect();
            let (mut decoding, mut out, mut rest) = (StreamDecoder::new(), Vec::new(), bytes.as_slice());
            for cut in cuts {
                let (piece, tail) = rest.split_at(cut.min(rest.len()));
                decoding.push(piece, false, &mut out);
                rest = tail;
            }
            decoding.push(rest, true, &mut out);
            let decoded = |bytes: &[u8]| {
                let (mut whole, mut once) = (StreamDecoder::new(), Vec::new());
                whole.push(bytes, true, &mut once);
                once
            };
            let once = decoded(&bytes);
            prop_assert_eq!(&out, &once);
            prop_assert_eq!(decoded(&once), once, "what was decoded is not decoded again");
        }
    }
}
