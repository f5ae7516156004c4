//! Decoders of the leak scan: each takes one layer of escapes or codes off a text, and keeps the position that every
//! byte had in the original.

use std::ops::Range;
use std::sync::LazyLock;

/// How often escapes are taken off: `%252541` says `A`.
pub(super) const NESTED: usize = 3;

/// A decoded text, and the position of its bytes in the window.
#[derive(Default)]
pub(super) struct DecodedText {
    pub bytes: Vec<u8>,
    /// Runs of bytes that was side by side in the window too: where each starts here, and where there.
    runs: Vec<(usize, usize)>,
}

impl DecodedText {
    /// A window itself.
    pub(super) fn of(window: Vec<u8>) -> Self {
        Self { bytes: window, runs: vec![(0, 0)] }
    }

    pub(super) fn push(&mut self, byte: u8, from: usize) {
        self.begin(from);
        self.bytes.push(byte);
    }

    fn push_char(&mut self, c: char, from: usize) {
        let mut buffer = [0; 4];
        c.encode_utf8(&mut buffer).bytes().for_each(|byte| self.push(byte, from));
    }

    /// Takes a part of another layer over as it is.
    pub(super) fn append(&mut self, layer: &Self, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        self.begin(layer.place(range.start));
        let first = layer.runs.partition_point(|(start, _)| *start <= range.start);
        let here = self.bytes.len();
        let inside = layer.runs.iter().skip(first).take_while(|(start, _)| *start < range.end);
        self.runs.extend(inside.map(|(start, from)| (start - range.start + here, *from)));
        self.bytes.extend_from_slice(layer.bytes.get(range).unwrap_or_default());
    }

    /// The next byte was at `from`.
    fn begin(&mut self, from: usize) {
        let at = self.bytes.len();
        if self.runs.last().is_none_or(|(start, there)| there + at - start != from) {
            self.runs.push((at, from));
        }
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.runs.clear();
    }

    /// Where `range` of this layer is in the window.
    pub(super) fn raw(&self, range: Range<usize>) -> Range<usize> {
        let start = self.place(range.start);
        let last = range.end.checked_sub(1).map_or(start, |last| self.place(last));
        // Up to where the next byte starts, if that is near: an escape is longer than what it says.
        let next = (range.end < self.bytes.len()).then(|| self.place(range.end));
        let end = next.filter(|end| (last + 1..last + 24).contains(end)).unwrap_or(last + 1);
        start..end
    }

    pub(super) fn place(&self, at: usize) -> usize {
        let after = self.runs.partition_point(|(start, _)| *start <= at);
        let run = after.checked_sub(1).and_then(|run| self.runs.get(run));
        run.map_or(0, |(start, from)| from + at - start)
    }
}

/// A set of the kinds of escapes: percent, XML and JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Escapes(u8);

impl Escapes {
    const MARKS: [(u8, u8); 3] = [(b'%', 1), (b'&', 2), (b'\\', 4)];

    /// The kinds that may occur in `text`.
    pub(super) fn in_text(text: &[u8]) -> Self {
        let found = Self::MARKS.iter().filter(|(mark, _)| memchr::memchr(*mark, text).is_some());
        Self(found.map(|(_, bit)| bit).sum())
    }

    /// Every set of these kinds, save the empty one.
    pub(super) fn parts(self) -> Vec<Self> {
        (1..=self.0).filter(|bloom| bloom & !self.0 == 0).map(Self).collect()
    }

    fn marked_by(self, byte: u8) -> bool {
        Self::MARKS.iter().any(|(mark, bit)| *mark == byte && self.0 & bit != 0)
    }
}

/// One step of escapes of these kinds taken off; `None` when there is none. Only the lines with an escape and their
/// neighbours: the others say what they say already.
pub(super) fn unescaped(layer: &DecodedText, kinds: Escapes) -> Option<DecodedText> {
    let text = layer.bytes.as_slice();
    let mut out = DecodedText::default();
    // What is taken over, the end of the last line with an escape, and that of its neighbour.
    let (mut done, mut line, mut until) = (0, 0, 0);
    for at in memchr::memchr3_iter(b'%', b'&', b'\\', text) {
        let rest = text.get(at..).filter(|_| at >= done).unwrap_or_default();
        let said = rest.first().filter(|byte| kinds.marked_by(**byte)).and_then(|_| escape(rest));
        let Some((said, length)) = said else { continue };
        if at >= until {
            out.append(layer, done..until);
            done = until + before_two_ends(text.get(until..at).unwrap_or_default());
        }
        out.append(layer, done..at);
        let from = layer.place(at);
        match said {
            Decoded::Byte(byte) => out.push(byte, from),
            Decoded::Char(c) => out.push_char(c, from),
        }
        done = at + length;
        if at >= line {
            line = line_end(text, done);
            until = line_end(text, line);
        }
    }
    out.append(layer, done..until);
    (until > 0).then_some(out)
}

/// Behind the next line end at or after `at`.
fn line_end(text: &[u8], at: usize) -> usize {
    let end = text.get(at..).and_then(|rest| memchr::memchr(b'\n', rest));
    end.map_or(text.len(), |end| at + end + 1)
}

/// Behind the last line end but one.
fn before_two_ends(text: &[u8]) -> usize {
    memchr::memrchr_iter(b'\n', text).nth(1).map_or(0, |end| end + 1)
}

enum Decoded {
    Byte(u8),
    Char(char),
}

/// Whether [`escape`] may find one that starts with these bytes.
pub(super) fn may_be_escape([mark, next, after, _]: [u8; 4]) -> bool {
    match mark {
        b'%' => next.is_ascii_hexdigit() && after.is_ascii_hexdigit(),
        b'&' => matches!(next, b'a' | b'l' | b'g' | b'q' | b'#'),
        b'\\' => matches!(next, b'u' | b'x' | b't' | b'"' | b'\'' | b'\\' | b'/'),
        _ => false,
    }
}

/// What the escape at the start of `rest` says, and its length.
fn escape(rest: &[u8]) -> Option<(Decoded, usize)> {
    let number = |digits: Option<&[u8]>, radix| {
        let digits = std::str::from_utf8(digits?).ok()?;
        // `from_str_radix` takes a sign.
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, radix).ok())?
    };
    match rest.first()? {
        b'%' => Some((Decoded::Byte(u8::try_from(number(rest.get(1..3), 16)?).ok()?), 3)),
        b'&' => {
            let end = rest.iter().take(14).position(|b| *b == b';')?;
            let said = match rest.get(1..end)? {
                b"amp" => '&',
                b"lt" => '<',
                b"gt" => '>',
                b"quot" => '"',
                b"apos" => '\'',
                [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(Some(digits), 16)?)?,
                [b'#', digits @ ..] => char::from_u32(number(Some(digits), 10)?)?,
                _ => return None,
            };
            Some((Decoded::Char(said), end + 1))
        }
        _ => match rest.get(1)? {
            b'u' => {
                let first = number(rest.get(2..6), 16)?;
                if let Some(c) = char::from_u32(first) {
                    return Some((Decoded::Char(c), 6));
                }
                let second = rest
                    .get(6..8)
                    .filter(|mark| *mark == b"\\u")
                    .and_then(|_| number(rest.get(8..12), 16))?;
                let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
                let c = char::decode_utf16(units).next()?.ok()?;
                Some((Decoded::Char(c), 12))
            }
            b'x' => Some((Decoded::Byte(u8::try_from(number(rest.get(2..4), 16)?).ok()?), 4)),
            b't' => Some((Decoded::Byte(b'\t'), 2)),
            byte @ (b'"' | b'\'' | b'\\' | b'/') => Some((Decoded::Byte(*byte), 2)),
            _ => None,
        },
    }
}

/// Every reading as UTF-16: both byte orders, from both parities; none when nothing in it looks like UTF-16.
pub(super) fn from_utf16(layer: &DecodedText) -> Vec<DecodedText> {
    // Three letters or signs of ASCII in a row, which are in every such text, and hardly ever in noise.
    let bytes = &layer.bytes;
    let zero = |at: usize| bytes.get(at) == Some(&0);
    if !memchr::memchr_iter(0, bytes).any(|at| zero(at + 2) && zero(at + 4) && !zero(at + 1)) {
        return Vec::new();
    }
    let read = |parity: usize, unit: fn([u8; 2]) -> u16| {
        let mut out = DecodedText::default();
        let (pairs, _) = layer.bytes.get(parity..).unwrap_or_default().as_chunks::<2>();
        let mut at = parity;
        for said in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
            let c = said.unwrap_or(char::REPLACEMENT_CHARACTER);
            out.push_char(c, layer.place(at));
            at += 2 * c.len_utf16();
        }
        out
    };
    [0, 1]
        .into_iter()
        .flat_map(|parity| [read(parity, u16::from_le_bytes), read(parity, u16::from_be_bytes)])
        .collect()
}

/// The reading in the code page of western Windows, when the text is not UTF-8.
pub(super) fn from_code_page(layer: &DecodedText) -> Option<DecodedText> {
    std::str::from_utf8(&layer.bytes).is_err().then(|| {
        let mut out = DecodedText::default();
        for (at, byte) in layer.bytes.iter().enumerate() {
            let (said, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(byte));
            said.chars().for_each(|c| out.push_char(c, layer.place(at)));
        }
        out
    })
}

/// `+` read as a blank, as forms write it.
pub(super) fn blanks_for_plus(layer: &DecodedText) -> DecodedText {
    let bytes = layer.bytes.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    DecodedText { bytes, runs: layer.runs.clone() }
}

/// Fewest nibbles and characters of a run: eight bytes of it are looked for, in whatever phase.
const FEWEST: (usize, usize) = (16, 11);
/// No character of a code.
pub(super) const NONE: u8 = 0xff;
/// What may be between hexadecimal digits.
const BETWEEN: u8 = 0xfe;

/// A value for each byte.
pub(super) type Table = [u8; 256];

/// Nibbles, and what may be between them.
pub(super) static NIBBLES: LazyLock<Table> = LazyLock::new(|| {
    table(|byte| match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        b'-' | b':' | b',' | b' ' | b'x' | b'X' | b'\\' => BETWEEN,
        _ => NONE,
    })
});

/// The six bits of each character of base64, in either alphabet.
pub(super) static SEXTETS: LazyLock<Table> = LazyLock::new(|| {
    table(|byte| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => NONE,
    })
});

pub(super) fn table(of: fn(u8) -> u8) -> Table {
    std::array::from_fn(|byte| u8::try_from(byte).map_or(NONE, of))
}

pub(super) fn look_up(table: &Table, byte: u8) -> u8 {
    table.get(usize::from(byte)).copied().unwrap_or(NONE)
}

/// Every longest run of at least `fewest` bytes that the table knows. Looks at few of the other bytes.
pub(super) fn runs<'t>(
    text: &'t [u8],
    table: &'static [u8; 256],
    fewest: usize,
) -> impl Iterator<Item = Range<usize>> + 't {
    let known = |byte: &u8| look_up(table, *byte) != NONE;
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let here = text.get(at..at + fewest)?;
            // The last byte that ends a run rules out all starts before it.
            if let Some(end) = here.iter().rposition(|byte| !known(byte)) {
                at += end + 1;
                continue;
            }
            let more = text.get(at + fewest..)?;
            let start = at;
            at += fewest + more.iter().position(|byte| !known(byte)).unwrap_or(more.len());
            return Some(start..at);
        }
    })
}

/// Every run of at least eight hexadecimal bytes, with or without separators, at both parities, of which `admits` lets any
/// four bytes through.
pub(super) fn from_hex(
    layer: &DecodedText,
    admits: impl Fn(u32) -> bool,
    mut each: impl FnMut(&DecodedText),
) {
    let mut inner = DecodedText::default();
    let mut digits: Vec<(u8, usize)> = Vec::new();
    for run in runs(&layer.bytes, &NIBBLES, FEWEST.0) {
        if !any_eight(layer.bytes.get(run.clone()).unwrap_or_default(), &admits) {
            continue;
        }
        nibbles(&layer.bytes, run, |nibble| {
            if let Some(digit) = nibble {
                digits.push(digit);
                return;
            }
            for parity in if digits.len() >= FEWEST.0 { 0..2 } else { 0..0 } {
                inner.clear();
                let (pairs, _) = digits.get(parity..).unwrap_or_default().as_chunks::<2>();
                for [(high, from), (low, _)] in pairs {
                    inner.push(high * 16 + low, layer.place(*from));
                }
                each(&inner);
            }
            digits.clear();
        });
    }
}

/// Whether some eight nibbles in a row are let through, whatever is between them.
fn any_eight(run: &[u8], admits: impl Fn(u32) -> bool) -> bool {
    let table: &Table = &NIBBLES;
    let (mut last, mut count) = (0u64, 0);
    for (at, byte) in run.iter().enumerate() {
        let nibble = look_up(table, *byte);
        if nibble < 16 {
            last = last << 4 | u64::from(nibble);
            count += 1;
            #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted")]
            if count >= 8 && admits(last as u32) {
                return true;
            }
        } else if matches!(byte, b'x' | b'X') && at > 0 && run.get(at - 1) == Some(&b'0') {
            // The zero is a part of the sign.
            last >>= 4;
            count -= 1;
        }
    }
    false
}

/// Calls `each` with every nibble of a run and where it is, and with `None` where they end.
fn nibbles(text: &[u8], run: Range<usize>, mut each: impl FnMut(Option<(u8, usize)>)) {
    let text = text.get(..run.end).unwrap_or_default();
    let table: &Table = &NIBBLES;
    let (mut at, mut blanks) = (run.start, 0);
    while let Some(byte) = text.get(at) {
        if matches!(byte, b'0' | b'\\') && matches!(text.get(at + 1), Some(b'x' | b'X')) {
            at += 2;
            continue;
        }
        match look_up(table, *byte) {
            BETWEEN if blanks < 2 && matches!(byte, b'-' | b':' | b',' | b' ') => blanks += 1,
            BETWEEN | NONE => {
                each(None);
                blanks = 0;
            }
            digit => {
                each(Some((digit, at)));
                blanks = 0;
            }
        }
        at += 1;
    }
    each(None);
}

/// Every run of at least eleven characters of either base64 alphabet, from each of four phases, if `admits` lets it through.
pub(super) fn from_base64(
    layer: &DecodedText,
    admits: impl Fn(&[u8]) -> bool,
    mut each: impl FnMut(&DecodedText),
) {
    let mut inner = DecodedText::default();
    for run in runs(&layer.bytes, &SEXTETS, FEWEST.1) {
        let chars = layer.bytes.get(run.clone()).unwrap_or_default();
        if !admits(chars) {
            continue;
        }
        // Nearly every run is in the window as it is here.
        let first = layer.place(run.start);
        let straight = layer.place(run.end - 1) == first + run.len() - 1;
        let place = |index: usize| if straight { first + index } else { layer.place(run.start + index) };
        for phase in 0..4 {
            inner.clear();
            for (byte, index) in bytes_of_base64(chars, phase) {
                inner.push(byte, place(index));
            }
            each(&inner);
        }
    }
}

/// The bytes that characters of base64 say from a phase on, and the character in which each begins.
pub(super) fn bytes_of_base64(chars: &[u8], phase: usize) -> impl Iterator<Item = (u8, usize)> {
    let table: &Table = &SEXTETS;
    let (mut bits, mut held) = (0u32, 0);
    chars.iter().enumerate().skip(phase).filter_map(move |(index, byte)| {
        bits = bits << 6 | u32::from(look_up(table, *byte));
        held += 6;
        (held >= 8).then(|| {
            held -= 8;
            // The byte began in the character before.
            ((bits >> held & 0xff) as u8, index.saturating_sub(1))
        })
    })
}

/// Whether some three characters of base64 in a row are let through, as 18 bits.
pub(super) fn any_three(chars: &[u8], admits: impl Fn(u32) -> bool) -> bool {
    let table: &Table = &SEXTETS;
    let mut bits = 0;
    let mut last = chars.iter().map(|byte| {
        bits = (bits << 6 | u32::from(look_up(table, *byte))) & 0x3_ffff;
        bits
    });
    last.nth(1).is_some() && last.any(admits)
}

/// Every four bytes in a row that characters of base64 say, in any phase: those that end in one of the last three pairs
/// of bits.
pub(super) fn four_bytes_of(chars: &[u8]) -> impl Iterator<Item = u32> {
    let table: &Table = &SEXTETS;
    let mut bits = 0u64;
    let last = chars.iter().map(move |byte| {
        bits = bits << 6 | u64::from(look_up(table, *byte));
        bits
    });
    #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted")]
    last.skip(5).flat_map(|bits| [(bits >> 4) as u32, (bits >> 2) as u32, bits as u32])
}
