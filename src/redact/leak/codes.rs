//! More codes in which the bytes of a key file may be printed: lists of numbers, characters of one byte each, quoted-printable,
//! base32, base85, lines with a log's prefix, and codes in codes. They are tried only where there is a key file to look for.

use super::decode::{self, DecodedText};
use memchr::memchr_iter;

/// Fewest numbers that hold a block of a key file.
const FEWEST: usize = 8;
/// Shortest run that may be a code in another code.
const NESTED: usize = 24;
/// Most signs between two numbers.
const BETWEEN: usize = 6;
/// Shortest last word of a line that may be a piece of a code.
const SHORTEST_WORD: usize = 12;

/// Calls `each` for what a text says in any of these codes. `admits` rules out what begins like nothing that is looked for.
pub(super) fn readings(layer: &DecodedText, admits: &impl Fn(u32) -> bool, each: &mut dyn FnMut(&DecodedText)) {
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
    let text = layer.bytes.as_slice();
    let (mut decimal, mut octal) = (DecodedText::default(), DecodedText::default());
    let mut last = 0;
    let mut flush = |list: &mut DecodedText| {
        if list.bytes.len() >= FEWEST {
            each(list);
        }
        list.clear();
    };
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.iter().position(u8::is_ascii_digit)) {
        let start = at + start;
        let digits = text.get(start..).unwrap_or_default();
        let digits = digits.get(..digits.iter().take_while(|byte| byte.is_ascii_digit()).count()).unwrap_or_default();
        let between = text.get(last..start).unwrap_or_default();
        let joined = between.len() <= BETWEEN && between.iter().all(|byte| b" ,;:\t\r\n\\()[]{}\"'|".contains(byte));
        let number = |radix| {
            let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.len() <= 4)?;
            u8::from_str_radix(digits, radix).ok()
        };
        for (list, number) in [(&mut decimal, number(10)), (&mut octal, number(8))] {
            if !joined || number.is_none() {
                flush(list);
            }
            if let Some(byte) = number {
                list.push(byte, layer.place(start));
            }
        }
        last = start + digits.len();
        at = last;
    }
    flush(&mut decimal);
    flush(&mut octal);
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

/// Runs of base32, over line ends, from each of eight phases.
fn base32(layer: &DecodedText, each: &mut dyn FnMut(&DecodedText)) {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    };
    let mut run: Vec<(u8, usize)> = Vec::new();
    let mut flush = |run: &mut Vec<(u8, usize)>| {
        for phase in 0..if run.len() >= 3 * FEWEST { 8 } else { 0 } {
            let mut out = DecodedText::default();
            let (mut bits, mut held) = (0u32, 0);
            for (five, at) in run.iter().skip(phase) {
                bits = bits << 5 | u32::from(*five);
                held += 5;
                if held >= 8 {
                    held -= 8;
                    out.push((bits >> held & 0xff) as u8, layer.place(*at));
                }
            }
            each(&out);
        }
        run.clear();
    };
    for (at, byte) in layer.bytes.iter().enumerate() {
        match value(*byte) {
            Some(five) => run.push((five, at)),
            None if matches!(byte, b'\r' | b'\n') && !run.is_empty() => {}
            None => flush(&mut run),
        }
    }
    flush(&mut run);
}

/// The digits of base85: of Adobe, of Git and Python, of ZeroMQ.
pub(super) const DIGITS: [&[u8; 85]; 3] = [
    b"!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstu",
    b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~",
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#",
];

/// Words that may be base85, over line ends, from each of five phases.
fn base85(layer: &DecodedText, each: &mut dyn FnMut(&DecodedText)) {
    let mut word: Vec<(u8, usize)> = Vec::new();
    let mut flush = |word: &mut Vec<(u8, usize)>| {
        let count = |class: fn(&u8) -> bool| word.iter().filter(|(byte, _)| class(byte)).count();
        // Words and paths of a log have fewer kinds of signs.
        let dense = word.len() >= 3 * FEWEST
            && [u8::is_ascii_digit, u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_punctuation]
                .iter()
                .all(|class| count(*class) * 25 >= word.len());
        if dense {
            for digits in DIGITS {
                let value = |byte: u8| memchr::memchr(byte, digits).and_then(|at| u64::try_from(at).ok());
                for phase in 0..5 {
                    let groups = word.get(phase..).unwrap_or_default().as_chunks::<5>().0;
                    let number = |group: &[(u8, usize); 5]| {
                        let number = group.iter().try_fold(0, |sum, (byte, _)| Some(sum * 85 + value(*byte)?));
                        number.and_then(|number| u32::try_from(number).ok())
                    };
                    let mut out = DecodedText::default();
                    for group in groups {
                        for byte in number(group).unwrap_or_default().to_be_bytes() {
                            out.push(byte, layer.place(group.first().map_or(0, |(_, at)| *at)));
                        }
                    }
                    each(&out);
                }
            }
        }
        word.clear();
    };
    for (at, byte) in layer.bytes.iter().enumerate() {
        match byte {
            b'!'..=b'~' => word.push((*byte, at)),
            b'\r' | b'\n' => {}
            _ => flush(&mut word),
        }
    }
    flush(&mut word);
}

/// A code in a code: base64 or hexadecimal whose text is base64 or hexadecimal again.
fn nested(layer: &DecodedText, admits: &impl Fn(u32) -> bool, each: &mut dyn FnMut(&DecodedText)) {
    let is_code = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=-_\r\n".contains(byte);
    let is_four = |window: u32| window.to_be_bytes().iter().all(is_code);
    let mut inside = |inner: &DecodedText| {
        let run = inner.bytes.iter().take_while(|byte| is_code(byte)).count();
        if run >= NESTED || inner.bytes.iter().filter(|byte| is_code(byte)).count() * 10 >= inner.bytes.len() * 9 {
            decode::from_base64(inner, admits, &mut *each);
            decode::from_hex(inner, admits, &mut *each);
        }
    };
    decode::from_base64(layer, is_four, &mut inside);
    decode::from_hex(layer, is_four, &mut inside);
}

/// The last words of lines that look like pieces of a code, joined: a log has its prefix before each. `None` without two.
fn last_words(layer: &DecodedText) -> Option<DecodedText> {
    let mut out = DecodedText::default();
    let (mut start, mut pieces) = (0, 0);
    for line in layer.bytes.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii_end();
        let word = text.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
        let is_code = word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_,".contains(byte));
        if word.len() >= SHORTEST_WORD && is_code {
            let from = start + text.len() - word.len();
            let word = word.iter().take_while(|byte| **byte != b'=').count();
            out.append(layer, from..from + word);
            pieces += 1;
        } else if out.bytes.last().is_some_and(|byte| *byte != b' ') {
            out.push(b' ', layer.place(start));
        }
        start += line.len();
    }
    (pieces > 1).then_some(out)
}
