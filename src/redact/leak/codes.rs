//! More codes in which the bytes of a key file may be printed: lists of numbers, characters of one byte each, quoted-printable,
//! base32, base85, lines with a log's prefix, and codes in codes. They are tried only where there is a key file to look for.

use super::decode::{self, DecodedText, NONE, Table};
use memchr::memchr_iter;
use std::sync::LazyLock;

/// Fewest numbers that hold a block of a key file.
const FEWEST: usize = 8;
/// Shortest run that may be one of these codes.
const NESTED: usize = 24;
/// Most signs between two numbers.
const BETWEEN: usize = 6;
/// Shortest last word of a line that may be a piece of a code.
const SHORTEST_WORD: usize = 12;

/// Calls `each` for what a text says in any of these codes. `admits` rules out what begins like nothing that is looked for.
pub(super) fn readings(
    layer: &DecodedText,
    admits: &impl Fn(u32) -> bool,
    each: &mut dyn FnMut(&DecodedText),
) {
    numbers(layer, each);
    single_bytes(layer, each);
    quoted_printable(layer, each);
    base32(layer, each);
    base85(layer, each);
    nested(layer, admits, each);
    if let Some(joined) = last_words(layer) {
        decode::from_base64(&joined, admits, &mut *each);
        decode::from_hex(&joined, admits, &mut *each);
        base32(&joined, each);
        numbers(&joined, each);
    }
}

/// Lists of numbers up to 255, as PowerShell prints bytes, and of octal ones, as `od` and strings of C have them.
fn numbers(layer: &DecodedText, each: &mut dyn FnMut(&DecodedText)) {
    let mut lists = [(10, Vec::new()), (8, Vec::new())];
    let mut flush = |list: &mut Vec<(u8, usize)>| {
        if list.len() >= FEWEST {
            let mut out = DecodedText::default();
            for (byte, at) in &*list {
                out.push(*byte, layer.place(*at));
            }
            each(&out);
        }
        list.clear();
    };
    // How many digits and signs are behind.
    let (mut digits, mut signs) = (0, 0);
    for (at, byte) in layer.bytes.iter().chain(b"\0").enumerate() {
        if byte.is_ascii_digit() {
            digits += 1;
            continue;
        }
        if digits > 0 {
            let number =
                layer.bytes.get(at - digits..at).filter(|number| number.len() <= 4).unwrap_or_default();
            for (radix, list) in &mut lists {
                let value = number.iter().try_fold(0u32, |value, digit| {
                    let digit = u32::from(digit - b'0');
                    (digit < *radix).then_some(value * *radix + digit)
                });
                match value.and_then(|value| u8::try_from(value).ok()).filter(|_| !number.is_empty()) {
                    Some(value) => list.push((value, at - digits)),
                    None => flush(list),
                }
            }
            (digits, signs) = (0, 0);
        }
        signs += 1;
        if signs > BETWEEN || !b" ,;:\t\r\n\\()[]{}\"'|".contains(byte) {
            lists.iter_mut().filter(|(_, list)| !list.is_empty()).for_each(|(_, list)| flush(list));
        }
    }
    for (_, list) in &mut lists {
        flush(list);
    }
}

/// Characters up to U+00FF, and those of the code page of western Windows, as the bytes that they were read from.
pub(super) fn single_bytes(layer: &DecodedText, each: &mut dyn FnMut(&DecodedText)) {
    if layer.bytes.is_ascii() {
        return;
    }
    let mut out = DecodedText::default();
    let mut at = 0;
    for chunk in layer.bytes.utf8_chunks() {
        for (offset, c) in chunk.valid().char_indices() {
            let byte = u8::try_from(u32::from(c)).ok().or_else(|| {
                let mut buffer = [0; 4];
                let (bytes, _, failed) = encoding_rs::WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
                bytes.first().copied().filter(|_| !failed)
            });
            out.push(byte.unwrap_or(b'?'), layer.place(at + offset));
        }
        at += chunk.valid().len();
        for (offset, byte) in chunk.invalid().iter().enumerate() {
            out.push(*byte, layer.place(at + offset));
        }
        at += chunk.invalid().len();
    }
    each(&out);
}

/// `=44=6F`, with lines that go on.
fn quoted_printable(layer: &DecodedText, each: &mut dyn FnMut(&DecodedText)) {
    let text = layer.bytes.as_slice();
    let pair = |at: usize| crate::text::hex::pair(*text.get(at..)?.first_chunk()?);
    if memchr_iter(b'=', text).filter(|at| pair(at + 1).is_some()).take(3).count() < 3 {
        return;
    }
    let (mut out, mut at) = (DecodedText::default(), 0);
    while let Some(byte) = text.get(at) {
        let rest = text.get(at + 1..).unwrap_or_default();
        match (byte, pair(at + 1)) {
            (b'=', Some(said)) => {
                out.push(said, layer.place(at));
                at += 3;
            }
            (b'=', None) if rest.starts_with(b"\r\n") => at += 3,
            (b'=', None) if rest.starts_with(b"\n") => at += 2,
            _ => {
                out.push(*byte, layer.place(at));
                at += 1;
            }
        }
    }
    each(&out);
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

/// Runs of at least `fewest` signs of a table; those that only line ends are between are one.
fn runs_over_lines(
    layer: &DecodedText,
    table: &'static Table,
    fewest: usize,
    mut each: impl FnMut(&[(u8, usize)]),
) {
    let text = layer.bytes.as_slice();
    let (mut run, mut end): (Vec<(u8, usize)>, usize) = (Vec::new(), 0);
    for range in decode::runs(text, table, fewest) {
        let between = text.get(end..range.start).unwrap_or_default();
        if between.len() > 2 || !between.iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            each(&run);
            run.clear();
            // The last line of a code is short: it belongs to the run before it, and starts none.
        }
        end = range.end;
        run.extend(text.get(range.clone()).unwrap_or_default().iter().copied().zip(range));
    }
    each(&run);
}

/// Runs of base32, over line ends, from each of eight phases.
fn base32(layer: &DecodedText, each: &mut dyn FnMut(&DecodedText)) {
    runs_over_lines(layer, &BASE32, NESTED, |run| {
        for phase in 0..if run.len() >= NESTED { 8 } else { 0 } {
            let mut out = DecodedText::default();
            let (mut bits, mut held) = (0u32, 0);
            for (byte, at) in run.iter().skip(phase) {
                let five = if byte.is_ascii_uppercase() { byte - b'A' } else { byte - b'2' + 26 };
                bits = bits << 5 | u32::from(five);
                held += 5;
                if held >= 8 {
                    held -= 8;
                    out.push((bits >> held & 0xff) as u8, layer.place(*at));
                }
            }
            each(&out);
        }
    });
}

/// The digits of base85: of Adobe, of Git and Python, of `ZeroMQ`.
pub(super) const DIGITS: [&[u8; 85]; 3] = [
    b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu",
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~",
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#",
];

/// Words that may be base85, over line ends, from each of five phases.
fn base85(layer: &DecodedText, each: &mut dyn FnMut(&DecodedText)) {
    runs_over_lines(layer, &GRAPHIC, NESTED, |word| {
        let count = |class: fn(&u8) -> bool| word.iter().filter(|(byte, _)| class(byte)).count();
        // Words and paths of a log have fewer kinds of signs.
        let classes =
            [u8::is_ascii_digit, u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_punctuation];
        if word.is_empty() || !classes.iter().all(|class| count(*class) * 25 >= word.len()) {
            return;
        }
        for digits in DIGITS {
            let value = |byte: u8| memchr::memchr(byte, digits).and_then(|at| u64::try_from(at).ok());
            for phase in 0..5 {
                let mut out = DecodedText::default();
                for group in word.get(phase..).unwrap_or_default().as_chunks::<5>().0 {
                    let number = group.iter().try_fold(0, |sum, (byte, _)| Some(sum * 85 + value(*byte)?));
                    let number = number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
                    for byte in number.to_be_bytes() {
                        out.push(byte, layer.place(group.first().map_or(0, |(_, at)| *at)));
                    }
                }
                each(&out);
            }
        }
    });
}

/// A code in a code: base64 or hexadecimal whose text is base64 or hexadecimal again.
fn nested(layer: &DecodedText, admits: &impl Fn(u32) -> bool, each: &mut dyn FnMut(&DecodedText)) {
    let is_code = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_\r\n".contains(byte);
    let is_four = |window: u32| window.to_be_bytes().iter().all(is_code);
    let mut inside = |inner: &DecodedText| {
        let run = inner.bytes.iter().take_while(|byte| is_code(byte)).count();
        if run >= NESTED
            || inner.bytes.iter().filter(|byte| is_code(byte)).count() * 10 >= inner.bytes.len() * 9
        {
            decode::from_base64(inner, admits, &mut *each);
            decode::from_hex(inner, admits, &mut *each);
        }
    };
    // Only runs of some length: most of a log is in none.
    for run in decode::runs(&layer.bytes, &CODED, NESTED) {
        let mut code = DecodedText::default();
        code.append(layer, run);
        decode::from_base64(&code, is_four, &mut inside);
        decode::from_hex(&code, is_four, &mut inside);
    }
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
