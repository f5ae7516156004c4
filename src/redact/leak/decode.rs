//! Texts decoded backwards. Every layer knows where each of its bytes stood in the window it came from.

use std::ops::Range;

/// How often escapes are taken off: `%252541` says `A`.
pub(super) const NESTED: usize = 3;

/// A text and, for each byte, its place in the window.
#[derive(Default)]
pub(super) struct Layer {
    pub bytes: Vec<u8>,
    from: Vec<u32>,
}

impl Layer {
    /// A window itself.
    pub(super) fn of(window: &[u8]) -> Self {
        // A window is far smaller than four gigabytes.
        Self { bytes: window.to_vec(), from: (0..).take(window.len()).collect() }
    }

    fn push(&mut self, byte: u8, from: u32) {
        self.bytes.push(byte);
        self.from.push(from);
    }

    fn push_char(&mut self, c: char, from: u32) {
        let mut buffer = [0; 4];
        c.encode_utf8(&mut buffer).bytes().for_each(|byte| self.push(byte, from));
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.from.clear();
    }

    /// Where `range` of this layer stands in the window.
    pub(super) fn raw(&self, range: Range<usize>) -> Range<usize> {
        let place = |at: usize| self.from.get(at).map(|from| *from as usize);
        let start = place(range.start).unwrap_or(0);
        let last = range.end.checked_sub(1).and_then(place).unwrap_or(start);
        // Up to where the next byte starts, if that is near: an escape is longer than what it says.
        let end = place(range.end).filter(|end| (last + 1..last + 24).contains(end)).unwrap_or(last + 1);
        start..end
    }

    fn place(&self, at: usize) -> u32 {
        self.from.get(at).copied().unwrap_or_default()
    }
}

/// A set of the kinds of escapes: percent, XML and JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Escapes(u8);

impl Escapes {
    const MARKS: [(u8, u8); 3] = [(b'%', 1), (b'&', 2), (b'\\', 4)];

    /// The kinds that may occur in `text`.
    pub(super) fn in_text(text: &[u8]) -> Self {
        Self(
            Self::MARKS
                .iter()
                .filter(|(mark, _)| memchr::memchr(*mark, text).is_some())
                .map(|(_, bit)| bit)
                .sum(),
        )
    }

    /// Every set of these kinds, save the empty one.
    pub(super) fn parts(self) -> Vec<Self> {
        (1..=self.0).filter(|bits| bits & !self.0 == 0).map(Self).collect()
    }

    fn marked_by(self, byte: u8) -> bool {
        Self::MARKS.iter().any(|(mark, bit)| *mark == byte && self.0 & bit != 0)
    }
}

/// One step of escapes of these kinds taken off; `None` when there is none.
pub(super) fn unescaped(layer: &Layer, kinds: Escapes) -> Option<Layer> {
    let text = layer.bytes.as_slice();
    if kinds.0 == 0 {
        return None;
    }
    let mut out = Layer { bytes: Vec::with_capacity(text.len()), from: Vec::with_capacity(text.len()) };
    let (mut at, mut changed) = (0, false);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let plain = memchr::memchr3(b'%', b'&', b'\\', rest).unwrap_or(rest.len());
        if plain > 0 {
            out.bytes.extend_from_slice(rest.get(..plain).unwrap_or_default());
            out.from.extend_from_slice(layer.from.get(at..at + plain).unwrap_or_default());
            at += plain;
            continue;
        }
        let from = layer.place(at);
        let said = rest.first().filter(|byte| kinds.marked_by(**byte)).and_then(|_| escape(rest));
        match said {
            Some((Said::Byte(byte), length)) => {
                out.push(byte, from);
                at += length;
                changed = true;
            }
            Some((Said::Char(c), length)) => {
                out.push_char(c, from);
                at += length;
                changed = true;
            }
            None => {
                out.push(rest.first().copied().unwrap_or_default(), from);
                at += 1;
            }
        }
    }
    changed.then_some(out)
}

enum Said {
    Byte(u8),
    Char(char),
}

/// What the escape at the start of `rest` says, and its length.
fn escape(rest: &[u8]) -> Option<(Said, usize)> {
    let number = |digits: Option<&[u8]>, radix| {
        let digits = std::str::from_utf8(digits?).ok()?;
        // `from_str_radix` takes a sign.
        digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, radix).ok())?
    };
    match rest.first()? {
        b'%' => Some((Said::Byte(u8::try_from(number(rest.get(1..3), 16)?).ok()?), 3)),
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
            Some((Said::Char(said), end + 1))
        }
        _ => match rest.get(1)? {
            b'u' => {
                let first = number(rest.get(2..6), 16)?;
                if let Some(c) = char::from_u32(first) {
                    return Some((Said::Char(c), 6));
                }
                let second = rest
                    .get(6..8)
                    .filter(|mark| *mark == b"\\u")
                    .and_then(|_| number(rest.get(8..12), 16))?;
                let units = [u16::try_from(first).ok()?, u16::try_from(second).ok()?];
                let c = char::decode_utf16(units).next()?.ok()?;
                Some((Said::Char(c), 12))
            }
            b'x' => Some((Said::Byte(u8::try_from(number(rest.get(2..4), 16)?).ok()?), 4)),
            b't' => Some((Said::Byte(b'\t'), 2)),
            byte @ (b'"' | b'\'' | b'\\' | b'/') => Some((Said::Byte(*byte), 2)),
            _ => None,
        },
    }
}

/// Every reading as UTF-16: both byte orders, from both parities; none when there are no zero bytes.
pub(super) fn from_utf16(layer: &Layer) -> Vec<Layer> {
    let zeros = layer.bytes.iter().filter(|b| **b == 0).take(4).count();
    if zeros < 4 {
        return Vec::new();
    }
    let read = |parity: usize, unit: fn([u8; 2]) -> u16| {
        let mut out = Layer::default();
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
pub(super) fn from_code_page(layer: &Layer) -> Option<Layer> {
    std::str::from_utf8(&layer.bytes).is_err().then(|| {
        let mut out = Layer::default();
        for (at, byte) in layer.bytes.iter().enumerate() {
            let (said, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(byte));
            said.chars().for_each(|c| out.push_char(c, layer.place(at)));
        }
        out
    })
}

/// `+` read as a blank, as forms write it.
pub(super) fn blanks_for_plus(layer: &Layer) -> Layer {
    let bytes = layer.bytes.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    Layer { bytes, from: layer.from.clone() }
}

/// Every run of at least eight hexadecimal bytes, with or without separators, at both parities.
pub(super) fn from_hex(layer: &Layer, mut each: impl FnMut(&Layer)) {
    let text = layer.bytes.as_slice();
    let mut nibbles: Vec<(u8, u32)> = Vec::new();
    let mut inner = Layer::default();
    let mut flush = |nibbles: &mut Vec<(u8, u32)>| {
        if nibbles.len() >= 16 {
            for parity in [0, 1] {
                inner.clear();
                let (pairs, _) = nibbles.get(parity..).unwrap_or_default().as_chunks::<2>();
                for [(high, from), (low, _)] in pairs {
                    inner.push(high * 16 + low, *from);
                }
                each(&inner);
            }
        }
        nibbles.clear();
    };
    let (mut at, mut blanks) = (0, 0);
    while let Some(byte) = text.get(at) {
        let prefix = |mark: u8| *byte == mark && matches!(text.get(at + 1), Some(b'x' | b'X'));
        if prefix(b'0') || prefix(b'\\') {
            at += 2;
            continue;
        }
        let digit = char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match digit {
            Some(digit) => {
                nibbles.push((digit, layer.place(at)));
                blanks = 0;
            }
            None if matches!(byte, b'-' | b':' | b',' | b' ') && blanks < 2 => blanks += 1,
            None => {
                flush(&mut nibbles);
                blanks = 0;
            }
        }
        at += 1;
    }
    flush(&mut nibbles);
}

/// Every run of at least eleven characters of either base64 alphabet, from each of four phases.
pub(super) fn from_base64(layer: &Layer, mut each: impl FnMut(&Layer)) {
    let text = layer.bytes.as_slice();
    let mut inner = Layer::default();
    let mut at = 0;
    while at < text.len() {
        let run = text.get(at..).map_or(0, |rest| rest.iter().take_while(|b| sextet(**b).is_some()).count());
        if run >= 11 {
            for phase in 0..4 {
                inner.clear();
                let chars = text.get(at + phase..at + run).unwrap_or_default();
                let (mut bits, mut held) = (0u32, 0);
                for (i, value) in chars.iter().filter_map(|b| sextet(*b)).enumerate() {
                    bits = bits << 6 | u32::from(value);
                    held += 6;
                    if held >= 8 {
                        held -= 8;
                        // The byte began in the character before.
                        inner
                            .push((bits >> held & 0xff) as u8, layer.place(at + phase + i.saturating_sub(1)));
                    }
                }
                each(&inner);
            }
        }
        at += run.max(1);
    }
}

/// The six bits of a base64 character.
const fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
