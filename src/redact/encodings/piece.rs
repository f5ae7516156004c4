//! A piece of a value, how each code writes it, and whether it is at a position of a text.

use super::decodings;
use crate::text::hex;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::borrow::Cow;
use std::ops::Range;

/// Places that one stretch of text is followed to at once. Only a run of backslashes has more, and then the longest
/// readings are the ones that matter.
const PLACES: usize = 32;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    /// As it is, percent-encoded, XML- and JSON-escaped, in any mixture.
    Escaped,
    Utf16Le,
    Utf16Be,
    /// `4142`, `41-42`, `41 42`, `0x41, 0x42`, `\x41\x42`.
    Hex(Payload),
    /// In either alphabet, `+` and `/` escaped or not, so many bytes after a whole group of three.
    Base64(Payload, usize),
}

/// What a code is a code of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Payload {
    Text,
    Utf16,
    /// The bytes behind a value that is itself written in a code, as keys are.
    Behind,
}

/// A stretch of a value.
pub(super) struct Piece {
    text: Box<str>,
    behind: Option<Box<[u8]>>,
}

impl Piece {
    pub(super) fn new(text: String) -> Self {
        Self { behind: decoded(&text).map(Vec::into_boxed_slice), text: text.into_boxed_str() }
    }

    /// Every way to write it.
    pub(super) fn codes(&self) -> impl Iterator<Item = Code> {
        let coded = |says| {
            std::iter::once(Code::Hex(says)).chain((0..3).map(move |offset| Code::Base64(says, offset)))
        };
        let says = [Payload::Text, Payload::Utf16]
            .into_iter()
            .chain(self.behind.is_some().then_some(Payload::Behind));
        [Code::Escaped, Code::Utf16Le, Code::Utf16Be].into_iter().chain(says.flat_map(coded))
    }

    /// What it starts with in this code: the first `length` characters, bytes where it is bytes; in each alphabet.
    /// Nothing when it is so short that it would be found by chance.
    pub(super) fn starts(&self, code: Code, length: usize) -> Vec<Vec<char>> {
        let chars: Vec<char> = match code {
            Code::Escaped => self.text.chars().take(length).collect(),
            Code::Utf16Le => self.utf16(u16::to_le_bytes).take(length).map(char::from).collect(),
            Code::Utf16Be => self.utf16(u16::to_be_bytes).take(length).map(char::from).collect(),
            Code::Hex(says) => self.bytes(says).iter().take(length).copied().map(char::from).collect(),
            Code::Base64(says, offset) => self.base64(says, offset).chars().take(length).collect(),
        };
        if chars.len() < length {
            return Vec::new();
        }
        let mut starts = vec![chars];
        if code == Code::Escaped {
            // SQL and CSV double their quote.
            for quotes in ["'", "\"", "'\""] {
                let times = |c| if quotes.contains(c) { 2 } else { 1 };
                let doubled = self.text.chars().flat_map(|c| std::iter::repeat_n(c, times(c)));
                let start: Vec<char> = doubled.take(length).collect();
                if !starts.contains(&start) {
                    starts.push(start);
                }
            }
        }
        if matches!(code, Code::Base64(..)) {
            for at in 0..length {
                let mut others: Vec<Vec<char>> = starts.clone();
                others.retain_mut(|start| {
                    start.get_mut(at).is_some_and(|c| url_safe(*c).map(|other| *c = other).is_some())
                });
                starts.append(&mut others);
            }
        }
        starts
    }

    /// Where it is in this code, if it starts at `at`.
    pub(super) fn range(&self, code: Code, text: &[u8], at: usize) -> Option<Range<usize>> {
        let wide = |bytes| {
            let own: Vec<u8> = self.utf16(bytes).collect();
            text.get(at..)?.starts_with(&own).then(|| at..at + own.len())
        };
        match code {
            Code::Escaped => follow(text, at, self.text.chars(), |_| None).map(|end| at..end),
            Code::Utf16Le => wide(u16::to_le_bytes),
            Code::Utf16Be => wide(u16::to_be_bytes),
            Code::Hex(says) => {
                let mut end = at;
                for (index, byte) in self.bytes(says).iter().enumerate() {
                    let pair = if index == 0 { at } else { next_pair(text, end) };
                    end = (hex_pair(text, pair)? == *byte).then_some(pair + 2)?;
                }
                Some(at..end)
            }
            Code::Base64(says, offset) => {
                let end = follow(text, at, self.base64(says, offset).chars(), url_safe)?;
                // The neighbours share bits with the value.
                let before = text.get(at.saturating_sub(2)..at).unwrap_or_default();
                let before = before.iter().rev().take_while(|byte| is_base64(**byte)).count();
                let after = text.get(end..).unwrap_or_default();
                let more = after.iter().take(2).take_while(|byte| is_base64(**byte)).count();
                let padding = after.iter().skip(more).take(2).take_while(|byte| **byte == b'=').count();
                Some(at - before..end + more + padding)
            }
        }
    }

    fn utf16(&self, bytes: fn(u16) -> [u8; 2]) -> impl Iterator<Item = u8> {
        self.text.encode_utf16().flat_map(bytes)
    }

    fn bytes(&self, says: Payload) -> Cow<'_, [u8]> {
        match says {
            Payload::Text => self.text.as_bytes().into(),
            Payload::Utf16 => self.utf16(u16::to_le_bytes).collect(),
            Payload::Behind => self.behind.as_deref().unwrap_or_default().into(),
        }
    }

    /// The characters of base64 that depend on the value alone when it starts so many bytes after a whole group.
    fn base64(&self, says: Payload, offset: usize) -> String {
        let bytes = self.bytes(says);
        let padded: Vec<u8> = std::iter::repeat_n(0, offset).chain(bytes.iter().copied()).collect();
        let mut text = STANDARD_NO_PAD.encode(&padded);
        // BloomFilter of the neighbours are in the characters that straddle the ends.
        text.truncate(padded.len() * 8 / 6);
        text.split_off((offset * 8).div_ceil(6).min(text.len()))
    }
}

/// Reads `chars`, or what else stands for each, from `at` on; gives where the longest reading ends.
fn follow(
    text: &[u8],
    at: usize,
    chars: impl Iterator<Item = char>,
    other: impl Fn(char) -> Option<char>,
) -> Option<usize> {
    let (mut places, mut next) = (vec![at], Vec::new());
    for c in chars {
        let other = other(c);
        for place in &places {
            decodings::at(text.get(*place..).unwrap_or_default(), |said, length| {
                let end = place + length;
                if (said == c || Some(said) == other) && !next.contains(&end) && next.len() < PLACES {
                    next.push(end);
                }
            });
        }
        std::mem::swap(&mut places, &mut next);
        next.clear();
        if places.is_empty() {
            return None;
        }
    }
    places.into_iter().max()
}

/// The byte that two hexadecimal digits at `at` say.
pub(super) fn hex_pair(text: &[u8], at: usize) -> Option<u8> {
    hex::pair(*text.get(at..)?.first_chunk()?)
}

/// Where the next pair is, when one ends at `end`.
pub(super) fn next_pair(text: &[u8], end: usize) -> usize {
    let rest = text.get(end..).unwrap_or_default();
    let between = rest.iter().take(2).take_while(|byte| b"-:, ".contains(byte)).count();
    let prefix = match rest.get(between..) {
        Some([b'0', b'x' | b'X', ..] | [b'\\', b'x', ..]) => 2,
        _ => 0,
    };
    end + between + prefix
}

/// What the other alphabet has for a character.
fn url_safe(c: char) -> Option<char> {
    match c {
        '+' => Some('-'),
        '/' => Some('_'),
        _ => None,
    }
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// The bytes behind a value that is written in hexadecimal or base64.
fn decoded(text: &str) -> Option<Vec<u8>> {
    hex::decode(text.as_bytes())
        .or_else(|| STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok())
        .filter(|bytes| bytes.len() >= 16)
}
