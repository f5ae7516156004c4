//! More codes in which the bytes of a key file may be printed: lists of numbers, characters of one byte each, quoted-printable,
//! base32, base85, lines with a log's prefix, and codes in codes. They are tried only where there is a key file to look for.

use super::decode::{self, DecodedText, NONE, Table};
use super::needles::PIECE;
use memchr::memchr_iter;
use std::ops::Range;
use std::sync::LazyLock;

/// Fewest numbers that hold a block of a key file.
const FEWEST: usize = 8;
/// Shortest run that may be one of these codes.
const NESTED: usize = 24;
/// Most signs between two numbers.
const BETWEEN: usize = 6;
/// Shortest last word of a line that may be a piece of a code.
const SHORTEST_WORD: usize = 12;

/// Calls `each` for what a text says in any of these codes, where four bytes of it `may_start` something that is looked for.
pub(super) fn readings(
    layer: &DecodedText,
    may_start: &impl Fn(u32) -> bool,
    each: &mut dyn FnMut(&DecodedText),
) {
    numbers(layer, &mut Sieve::new(layer, may_start, each));
    single_bytes(layer, &mut Sieve::new(layer, may_start, each));
    quoted_printable(layer, &mut Sieve::new(layer, may_start, each));
    base32(layer, &mut Sieve::new(layer, may_start, each));
    base85(layer, &mut Sieve::new(layer, may_start, each));
    nested(layer, may_start, each);
    if let Some(joined) = last_words(layer) {
        decode::from_base64(&joined, |chars| decode::four_bytes_of(chars).any(may_start), &mut *each);
        decode::from_hex(&joined, may_start, &mut *each);
        base32(&joined, &mut Sieve::new(&joined, may_start, each));
        numbers(&joined, &mut Sieve::new(&joined, may_start, each));
    }
}

/// Bytes that a code says, of which only those are kept where something that is looked for may start.
pub(super) struct Sieve<'s, F> {
    layer: &'s DecodedText,
    may_start: &'s F,
    each: &'s mut dyn FnMut(&DecodedText),
    /// The last four bytes, where they are in the layer, and how many there are since the code began.
    window: u32,
    places: [usize; 4],
    count: usize,
    /// What is kept, and how many bytes more.
    kept: DecodedText,
    wanted: usize,
}

impl<'s, F: Fn(u32) -> bool> Sieve<'s, F> {
    pub(super) fn new(
        layer: &'s DecodedText,
        may_start: &'s F,
        each: &'s mut dyn FnMut(&DecodedText),
    ) -> Self {
        let (window, places, kept) = (0, [0; 4], DecodedText::default());
        Self { layer, may_start, each, window, places, count: 0, kept, wanted: 0 }
    }

    /// The code says this byte, by what is at `at` in the layer.
    fn push(&mut self, byte: u8, at: usize) {
        self.window = self.window << 8 | u32::from(byte);
        let [_, second, third, fourth] = self.places;
        self.places = [second, third, fourth, at];
        self.count += 1;
        let starts = self.count >= 4 && (self.may_start)(self.window);
        if self.wanted > 0 {
            self.kept.push(byte, self.layer.place(at));
            self.wanted -= 1;
        } else if starts {
            for (byte, at) in self.window.to_be_bytes().into_iter().zip(self.places) {
                self.kept.push(byte, self.layer.place(at));
            }
        }
        if starts {
            self.wanted = PIECE;
        } else if self.wanted == 0 {
            self.look();
        }
    }

    /// The code says these four bytes, the first one in the highest bits.
    fn push_four(&mut self, bytes: u32, at: usize) {
        let both = u64::from(self.window) << 32 | u64::from(bytes);
        #[expect(clippy::cast_possible_truncation, reason = "the lowest bits are wanted")]
        let starts = |shift: u32| (self.may_start)((both >> shift) as u32);
        if self.wanted > 0 || (0..4).any(|byte| starts(8 * byte)) {
            bytes.to_be_bytes().into_iter().for_each(|byte| self.push(byte, at));
        } else {
            self.window = bytes;
            self.places = [at; 4];
            self.count += 4;
            self.look();
        }
    }

    /// The code ends here.
    fn end(&mut self) {
        (self.count, self.wanted) = (0, 0);
        self.look();
    }

    fn look(&mut self) {
        if !self.kept.bytes.is_empty() {
            (self.each)(&self.kept);
            self.kept.clear();
        }
    }
}

/// What lists of numbers are made of.
static LISTED: LazyLock<Table> =
    LazyLock::new(|| decode::table(|byte| if byte.is_ascii_digit() || is_between(byte) { 0 } else { NONE }));

/// Whether it may be between two numbers of a list.
fn is_between(byte: u8) -> bool {
    b" ,;:\t\r\n\\()[]{}\"'|".contains(&byte)
}

/// Lists of numbers up to 255, as PowerShell prints bytes, and of octal ones, as `od` and strings of C have them.
fn numbers<F: Fn(u32) -> bool>(layer: &DecodedText, said: &mut Sieve<'_, F>) {
    for run in decode::runs(&layer.bytes, &LISTED, 2 * FEWEST - 1) {
        let list = layer.bytes.get(run.clone()).unwrap_or_default();
        let ends = list
            .windows(2)
            .filter(|pair| matches!(pair, [a, b] if a.is_ascii_digit() && !b.is_ascii_digit()));
        if ends.count() + 1 < FEWEST {
            continue;
        }
        for radix in [10, 8] {
            list_of(radix, list, run.start, said);
        }
    }
}

/// The numbers of one base in a run of digits and what may be between them.
fn list_of<F: Fn(u32) -> bool>(radix: u32, list: &[u8], start: usize, said: &mut Sieve<'_, F>) {
    let mut at = 0;
    while at < list.len() {
        let rest = list.get(at..).unwrap_or_default();
        let between = rest.iter().take_while(|byte| !byte.is_ascii_digit()).count();
        if between > BETWEEN {
            said.end();
        }
        at += between;
        let number = rest.get(between..).unwrap_or_default();
        let number =
            number.get(..number.iter().take_while(|byte| byte.is_ascii_digit()).count()).unwrap_or_default();
        let value = number.iter().take(5).try_fold(0u32, |value, digit| {
            let digit = u32::from(digit - b'0');
            (digit < radix).then_some(value * radix + digit)
        });
        match value.filter(|_| (1..=4).contains(&number.len())).and_then(|value| u8::try_from(value).ok()) {
            Some(value) => said.push(value, start + at),
            None => said.end(),
        }
        at += number.len();
    }
    said.end();
}

/// Characters up to U+00FF, and those of the code page of western Windows, as the bytes that they were read from.
pub(super) fn single_bytes<F: Fn(u32) -> bool>(layer: &DecodedText, said: &mut Sieve<'_, F>) {
    if layer.bytes.is_ascii() {
        return;
    }
    let text = layer.bytes.as_slice();
    let mut at = 0;
    // Only what is near a byte beyond ASCII: the rest says what it says already.
    while let Some(mark) = beyond_ascii(text, at) {
        let from = mark.saturating_sub(PIECE).max(at);
        if from > at {
            said.end();
        }
        let mut end = mark + 1;
        while let Some(next) = beyond_ascii(text.get(..(end + PIECE).min(text.len())).unwrap_or(text), end) {
            end = next + 1;
        }
        end = (end + PIECE).min(text.len());
        at = from;
        for chunk in text.get(from..end).unwrap_or_default().utf8_chunks() {
            for (offset, c) in chunk.valid().char_indices() {
                let byte = u8::try_from(u32::from(c)).ok().or_else(|| of_code_page(c));
                said.push(byte.unwrap_or(b'?'), at + offset);
            }
            at += chunk.valid().len();
            for (offset, byte) in chunk.invalid().iter().enumerate() {
                said.push(*byte, at + offset);
            }
            at += chunk.invalid().len();
        }
    }
    said.end();
}

/// The next byte beyond ASCII from `at` on.
fn beyond_ascii(text: &[u8], at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let skipped = rest.chunks(PIECE).take_while(|part| part.is_ascii()).count() * PIECE;
    let found = rest.get(skipped..)?.iter().position(|byte| !byte.is_ascii())?;
    Some(at + skipped + found)
}

/// The byte of a character in the code page of western Windows.
fn of_code_page(c: char) -> Option<u8> {
    // None of them is beyond the sign for a trade mark.
    if c > '\u{2122}' {
        return None;
    }
    let mut buffer = [0; 4];
    let (bytes, _, failed) = encoding_rs::WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
    bytes.first().copied().filter(|_| !failed)
}

/// `=44=6F`, with lines that go on.
fn quoted_printable<F: Fn(u32) -> bool>(layer: &DecodedText, said: &mut Sieve<'_, F>) {
    let text = layer.bytes.as_slice();
    let pair = |at: usize| crate::text::hex::pair(*text.get(at..)?.first_chunk()?);
    let mut marks = memchr_iter(b'=', text).filter(|at| pair(at + 1).is_some());
    if marks.by_ref().nth(2).is_none() {
        return;
    }
    // Only what is near a sign with digits: the rest says what it says already.
    let (mut at, mut until) = (0, 0);
    let marks = memchr_iter(b'=', text).filter(|at| pair(at + 1).is_some() || is_line_end(text, at + 1));
    for mark in marks {
        // As much of a needle as may be there as it is.
        let from = mark.saturating_sub(PIECE);
        if from > at {
            said.end();
            at = from;
        }
        until = until.max(mark + 1);
        while let Some(byte) = text.get(at).filter(|_| at < until) {
            let rest = text.get(at + 1..).unwrap_or_default();
            let (quoted, length) = match (byte, pair(at + 1)) {
                (b'=', Some(byte)) => (Some(byte), 3),
                (b'=', None) if rest.starts_with(b"\r\n") => (None, 3),
                (b'=', None) if rest.starts_with(b"\n") => (None, 2),
                _ => (Some(*byte), 1),
            };
            if length > 1 {
                until = at + length + PIECE;
            }
            if let Some(byte) = quoted {
                said.push(byte, at);
            }
            at += length;
        }
    }
    said.end();
}

/// Whether a line ends at `at`.
fn is_line_end(text: &[u8], at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(b"\n") || rest.starts_with(b"\r\n"))
}

/// The signs of base32.
static BASE32: LazyLock<Table> = LazyLock::new(|| {
    decode::table(|byte| if byte.is_ascii_uppercase() || (b'2'..=b'7').contains(&byte) { 0 } else { NONE })
});
/// Signs that are no blanks.
static GRAPHIC: LazyLock<Table> =
    LazyLock::new(|| decode::table(|byte| if byte.is_ascii_graphic() { 0 } else { NONE }));
/// The signs of base64 and hexadecimal, and of lists.
static CODED: LazyLock<Table> = LazyLock::new(|| {
    decode::table(|byte| if byte.is_ascii_alphanumeric() || b"+/=-_,".contains(&byte) { 0 } else { NONE })
});

/// Calls `each` for runs of at least `fewest` signs of a table; those that only line ends are between are one.
fn runs_over_lines(text: &[u8], table: &'static Table, fewest: usize, mut each: impl FnMut(&[Range<usize>])) {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for run in decode::runs(text, table, fewest) {
        let end = parts.last().map_or(0, |last| last.end);
        let between = text.get(end..run.start).unwrap_or_default();
        if between.len() > 2 || !between.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            each(&parts);
            parts.clear();
        }
        parts.push(run);
    }
    each(&parts);
}

/// The signs of a run, and where they are.
fn signs_of<'t>(text: &'t [u8], parts: &'t [Range<usize>]) -> impl Iterator<Item = (u8, usize)> + 't {
    parts.iter().flat_map(|part| text.get(part.clone()).unwrap_or_default().iter().copied().zip(part.clone()))
}

/// Runs of base32, over line ends, from each of eight phases.
fn base32<F: Fn(u32) -> bool>(layer: &DecodedText, said: &mut Sieve<'_, F>) {
    let text = layer.bytes.as_slice();
    runs_over_lines(text, &BASE32, NESTED, |parts| {
        for phase in 0..if parts.is_empty() { 0 } else { 8 } {
            let (mut bits, mut held) = (0u32, 0);
            for (byte, at) in signs_of(text, parts).skip(phase) {
                let five = if byte.is_ascii_uppercase() { byte - b'A' } else { byte - b'2' + 26 };
                bits = bits << 5 | u32::from(five);
                held += 5;
                if held >= 8 {
                    held -= 8;
                    said.push((bits >> held & 0xff) as u8, at);
                }
            }
            said.end();
        }
    });
}

/// The digits of base85: of Adobe, of Git and Python, of `ZeroMQ`.
pub(super) const DIGITS: [&[u8; 85]; 3] = [
    b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu",
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~",
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#",
];

/// What each sign says in each of them.
static VALUES: LazyLock<[Table; 3]> = LazyLock::new(|| {
    DIGITS.map(|digits| {
        let mut table = [NONE; 256];
        for (value, digit) in (0..).zip(digits) {
            if let Some(slot) = table.get_mut(usize::from(*digit)) {
                *slot = value;
            }
        }
        table
    })
});

/// Words that may be base85, over line ends, from each of five phases.
fn base85<F: Fn(u32) -> bool>(layer: &DecodedText, said: &mut Sieve<'_, F>) {
    let text = layer.bytes.as_slice();
    let mut word = Vec::new();
    runs_over_lines(text, &GRAPHIC, NESTED, |parts| {
        let length: usize = parts.iter().map(ExactSizeIterator::len).sum();
        let signs = || parts.iter().flat_map(|part| text.get(part.clone()).unwrap_or_default());
        // Words and paths of a log have fewer kinds of signs.
        let many = |count: usize| count * 25 >= length;
        if length == 0
            || !many(signs().filter(|byte| byte.is_ascii_digit()).count())
            || !many(signs().filter(|byte| byte.is_ascii_uppercase()).count())
            || !many(signs().filter(|byte| byte.is_ascii_punctuation()).count())
            || !many(signs().filter(|byte| byte.is_ascii_lowercase()).count())
        {
            return;
        }
        word.clear();
        word.extend(signs_of(text, parts));
        for values in &*VALUES {
            for phase in 0..5 {
                for group in word.get(phase..).unwrap_or_default().as_chunks::<5>().0 {
                    let number = group.iter().try_fold(0, |sum, (byte, _)| {
                        let value = decode::look_up(values, *byte);
                        (value != NONE).then_some(sum * 85 + u64::from(value))
                    });
                    match number.and_then(|number| u32::try_from(number).ok()) {
                        Some(number) => said.push_four(number, group.first().map_or(0, |(_, at)| *at)),
                        None => said.end(),
                    }
                }
                said.end();
            }
        }
    });
}

/// A code in a code: base64 or hexadecimal whose text is base64 or hexadecimal again.
fn nested(layer: &DecodedText, may_start: &impl Fn(u32) -> bool, each: &mut dyn FnMut(&DecodedText)) {
    let is_code = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_\r\n".contains(byte);
    let is_four = |window: u32| window.to_be_bytes().iter().all(is_code);
    let mut inside = |inner: &DecodedText| {
        let run = inner.bytes.iter().take_while(|byte| is_code(byte)).count();
        if run >= NESTED
            || inner.bytes.iter().filter(|byte| is_code(byte)).count() * 10 >= inner.bytes.len() * 9
        {
            decode::from_base64(inner, |chars| decode::four_bytes_of(chars).any(may_start), &mut *each);
            decode::from_hex(inner, may_start, &mut *each);
        }
    };
    // Only runs of some length: most of a log is in none.
    for run in decode::runs(&layer.bytes, &CODED, NESTED) {
        let mut code = DecodedText::default();
        code.append(layer, run);
        decode::from_base64(&code, |chars| says_code(chars, is_code), &mut inside);
        decode::from_hex(&code, is_four, &mut inside);
    }
}

/// Whether base64 says a code from any phase, as far as some of its bytes in a row show it. Of a code that is nearly all code,
/// and long enough to hold anything, so many are.
fn says_code(chars: &[u8], is_code: impl Fn(&u8) -> bool) -> bool {
    const IN_A_ROW: usize = 6;
    (0..4).any(|phase| {
        let mut row = 0;
        decode::bytes_of_base64(chars, phase).any(|(byte, _)| {
            row = if is_code(&byte) { row + 1 } else { 0 };
            row >= IN_A_ROW
        })
    })
}

/// The last words of lines that look like pieces of a code, joined: a log has its prefix before each. `None` without two.
fn last_words(layer: &DecodedText) -> Option<DecodedText> {
    let text = layer.bytes.as_slice();
    let mut out = DecodedText::default();
    let (mut pieces, mut last) = (0, 0);
    for run in decode::runs(text, &CODED, SHORTEST_WORD) {
        let rest = text.get(run.end..).unwrap_or_default();
        let ends_line = matches!(rest, [] | [b'\n', ..] | [b'\r', b'\n', ..]);
        let begins_word = run.start == 0 || text.get(run.start - 1).is_some_and(u8::is_ascii_whitespace);
        if !ends_line || !begins_word {
            continue;
        }
        // Another line between them ends a code.
        let between = text.get(last..run.start).unwrap_or_default();
        if memchr_iter(b'\n', between).nth(1).is_some() {
            out.push(b' ', layer.place(run.start));
        }
        let word = text.get(run.clone()).unwrap_or_default();
        out.append(layer, run.start..run.start + word.iter().take_while(|byte| **byte != b'=').count());
        pieces += 1;
        last = run.end;
    }
    (pieces > 1).then_some(out)
}
