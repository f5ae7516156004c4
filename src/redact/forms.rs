//! Every form a known value is searched in, as one search: linear whatever the text.
//!
//! Escapes may be mixed and nested (`%2541`, `&amp;#65;`, `\\u0041`): each character is matched in any form.

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use regex::bytes::{Regex, RegexBuilder};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;

/// Longest stretch of a value that is searched as one piece, in characters; longer values are cut.
pub(super) const PIECE_CHARS: usize = 256;
/// Characters of all values together that are searched in every form, the shortest values first: far more than a node's
/// passwords and keys have. What is longer is a blob; it is searched as it stands, and the leak scan decodes for it.
const EVERY_FORM_CHARS: usize = 8 * 1024;
/// No form of a piece is longer than this, in bytes: eighteen bytes a character (`&amp;amp;#x000041;`), four for
/// the rarest, leave room.
pub(super) const MAX_FORM: usize = 32 * 1024;

/// Compiled size above which the values are refused, in bytes; a node has tens of values, not thousands.
const MAX_COMPILED: usize = 512 * 1024 * 1024;
/// Lazily built states: enough that a log of ordinary words never rebuilds them.
const MAX_STATES: usize = 64 * 1024 * 1024;

/// What searches for all values at once. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Values {
    /// Short values in every form; `None` when there are none.
    every_form: Option<Regex>,
    /// Blobs as they stand: thousands of them would make an expression crawl.
    as_they_stand: Option<AhoCorasick>,
}

/// The values make no search of a size that may be built.
#[derive(Debug)]
pub(super) struct TooMuch;

impl Values {
    /// Every place of every value, overlapping ones too.
    pub(super) fn ranges(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        let mut at = 0;
        // From the next byte on, not from the end: two values may overlap.
        while let Some(found) = self.every_form.as_ref().and_then(|values| values.find_at(text, at)) {
            at = found.start() + 1;
            ranges.push(found.range());
        }
        if let Some(blobs) = &self.as_they_stand {
            ranges.extend(blobs.find_overlapping_iter(text).map(|found| found.range()));
        }
        ranges
    }
}

/// What searches for all `values`.
pub(super) fn compile<'v>(values: impl Iterator<Item = &'v str>) -> Result<Values, TooMuch> {
    let mut plain = BTreeSet::new();
    let mut blobs: BTreeSet<String> = BTreeSet::new();
    let mut encoded = BTreeSet::new();
    let mut values: Vec<Vec<char>> = values.map(|value| value.chars().collect()).collect();
    values.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    let mut seen = 0;
    for characters in &values {
        for piece in characters.chunks(PIECE_CHARS) {
            let text: String = piece.iter().collect();
            seen += piece.len();
            if seen > EVERY_FORM_CHARS {
                blobs.insert(text);
                continue;
            }
            plain.insert(any_escape(piece));
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let swapped: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            plain.extend([literal(&wide), literal(&swapped), hex(&wide)].into_iter().flatten());
            for bytes in [text.as_bytes().to_vec(), wide].into_iter().chain(decoded(&text)) {
                plain.extend(hex(&bytes));
                encoded.extend((0..3).filter_map(|offset| base64_core(&bytes, offset)));
            }
        }
    }
    let every_form = if plain.is_empty() { None } else { Some(expression(plain, encoded)?) };
    let as_they_stand =
        if blobs.is_empty() { None } else { Some(AhoCorasick::new(&blobs).map_err(|_| TooMuch)?) };
    Ok(Values { every_form, as_they_stand })
}

/// One expression for plain and base64 forms.
fn expression(plain: BTreeSet<String>, encoded: BTreeSet<String>) -> Result<Regex, TooMuch> {
    // The longest first, so that no value hides the rest of another.
    let mut alternatives: Vec<String> = plain.into_iter().collect();
    alternatives.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let encoded: Vec<String> = encoded.into_iter().collect();
    if !encoded.is_empty() {
        // The neighbours of a base64 core share bits with the value.
        alternatives
            .push(format!("[A-Za-z0-9+/_-]{{0,2}}(?:{})[A-Za-z0-9+/_-]{{0,2}}={{0,2}}", encoded.join("|")));
    }
    // The error would print the expression, and with it the values.
    RegexBuilder::new(&alternatives.join("|"))
        .unicode(false)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_STATES)
        .build()
        .map_err(|_| TooMuch)
}

/// Raw, percent-encoded, XML- and JSON-escaped, in any mixture.
fn any_escape(piece: &[char]) -> String {
    piece.iter().map(|c| one_char(*c)).collect()
}

fn one_char(c: char) -> String {
    let mut utf8 = [0; 4];
    let utf8 = c.encode_utf8(&mut utf8).as_bytes();
    let code = u32::from(c);
    let mut out = String::from("(?:");
    out.push_str(&exact(utf8));
    if (0x80..=0xff).contains(&code) {
        // The legacy code page of western Windows.
        let _ = write!(out, "|\\x{code:02x}");
    }
    out.push('|');
    for byte in utf8 {
        let _ = write!(out, "%(?:25){{0,2}}{}", digits(u32::from(*byte), 2));
    }
    let _ = write!(out, "|&(?:amp;){{0,2}}#(?:0{{0,5}}{code}|[xX]0{{0,5}}{});", digits(code, 1));
    let name = match c {
        '&' => "amp",
        '<' => "lt",
        '>' => "gt",
        '"' => "quot",
        '\'' => "apos",
        _ => "",
    };
    if !name.is_empty() {
        let _ = write!(out, "|&(?:amp;){{0,2}}{name};");
    }
    out.push('|');
    let mut units = [0; 2];
    for unit in c.encode_utf16(&mut units) {
        let _ = write!(out, "\\x5c{{1,4}}u{}", digits(u32::from(*unit), 4));
    }
    match c {
        '\\' => out.push_str("|\\x5c{2,8}"),
        '"' | '\'' | '/' => {
            let _ = write!(out, "|\\x5c{{1,4}}\\x{code:02x}");
        }
        '\t' => out.push_str("|\\x5c{1,4}t"),
        ' ' => out.push_str("|\\+"),
        _ => {}
    }
    out.push(')');
    out
}

/// Hexadecimal digits in either case, at least `width` of them.
fn digits(code: u32, width: usize) -> String {
    format!("{code:0width$x}")
        .chars()
        .map(|c| if c.is_ascii_digit() { c.to_string() } else { format!("[{c}{}]", c.to_ascii_uppercase()) })
        .collect()
}

/// Bytes as they are; none with a line end, which would cross the cut of a block.
fn literal(bytes: &[u8]) -> Option<String> {
    (!bytes.contains(&b'\n')).then(|| exact(bytes))
}

fn exact(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 4), |mut out, byte| {
        // Writing to a `String` cannot fail.
        let _ = write!(out, "\\x{byte:02x}");
        out
    })
}

/// `4142`, `41-42`, `41 42`, `0x41, 0x42`, `\x41\x42`.
fn hex(bytes: &[u8]) -> Option<String> {
    let pairs: Vec<String> = bytes.iter().map(|b| digits(u32::from(*b), 2)).collect();
    (!pairs.is_empty()).then(|| pairs.join("[-:, ]{0,2}(?:0[xX]|\\x5cx)?"))
}

/// The characters of base64 that depend on `bytes` alone when they start at `offset` modulo three; both alphabets,
/// and `+` and `/` escaped.
fn base64_core(bytes: &[u8], offset: usize) -> Option<String> {
    let mut padded = vec![0; offset];
    padded.extend_from_slice(bytes);
    let text = STANDARD_NO_PAD.encode(&padded);
    // Bits of the neighbours are in the characters that straddle the ends.
    let core = text.get((offset * 8).div_ceil(6)..padded.len() * 8 / 6)?;
    // Shorter than the encoding of six bytes would be found by chance.
    (core.len() >= 8).then(|| {
        core.chars()
            .map(|c| match c {
                '+' => "(?:[+-]|%2[bB])".to_owned(),
                '/' => "(?:[/_]|\\x5c/|%2[fF])".to_owned(),
                c => c.to_string(),
            })
            .collect()
    })
}

/// The bytes behind a value that is itself written in hexadecimal or base64, as keys are.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let from_hex = rest.is_empty().then(|| {
        pairs
            .iter()
            .map(|[a, b]| {
                let digit = |b: &u8| char::from(*b).to_digit(16);
                u8::try_from(digit(a)? * 16 + digit(b)?).ok()
            })
            .collect::<Option<Vec<u8>>>()
    });
    from_hex
        .flatten()
        .or_else(|| STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok())
        .filter(|bytes| bytes.len() >= 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(value: &str, text: &[u8]) -> bool {
        !compile([value].into_iter()).unwrap().ranges(text).is_empty()
    }

    #[test]
    fn escapes_may_be_mixed_and_nested() {
        let value = "p&ss \"wörd\"/\\";
        for text in [
            "p&ss \"wörd\"/\\",
            "p&amp;ss &quot;w&#xf6;rd&quot;/\\",
            "p&amp;amp;ss &#34;w&#246;rd&#x22;/\\",
            r#"p\u0026ss \"w\u00F6rd\"\/\\"#,
            "p%26ss%20%22w%C3%b6rd%22%2F%5c",
            "%70%2526ss+%22w%c3%b6rd%22/%5C",
        ] {
            assert!(finds(value, text.as_bytes()), "{text}");
        }
        assert!(finds(value, b"p&ss \"w\xf6rd\"/\\"));
        assert!(!finds(value, b"p&ss \"word\"/\\"));
    }

    #[test]
    fn base64_is_found_at_every_alignment_with_its_neighbours() {
        let values = compile(["Tr0ub4dor&3"].into_iter()).unwrap();
        for before in ["", "a", "ab", "abc"] {
            let text = STANDARD_NO_PAD.encode(format!("{before}Tr0ub4dor&3"));
            let found = values.ranges(text.as_bytes()).remove(0);
            assert_eq!(found.end, text.len(), "{before}");
            assert!(found.start <= before.len() * 8 / 6, "{before}");
        }
    }

    #[test]
    fn a_blob_of_a_megabyte_costs_no_password_its_forms() {
        let blob: String = (0..250_000u32)
            .fold(String::new(), |hex, i| hex + &format!("{:04x}", i.wrapping_mul(2_654_435_761) >> 16));
        let values = compile([blob.as_str(), "p&ss wörd"].into_iter()).unwrap();
        assert_eq!(values.ranges(b"p&amp;ss%20w\xf6rd"), vec![0..15]);
        let cut = blob.as_bytes().get(500_000..501_000).unwrap();
        assert!(!values.ranges(cut).is_empty(), "any stretch of it that holds a whole piece");
    }

    #[test]
    fn a_key_written_in_hexadecimal_is_found_in_base64() {
        let key: Vec<u8> = (100..132).collect();
        let text = exact(&key).replace("\\x", "").to_uppercase();
        assert!(finds(&text, STANDARD_NO_PAD.encode(&key).as_bytes()));
        assert!(finds(&text, text.to_lowercase().as_bytes()));
    }
}
