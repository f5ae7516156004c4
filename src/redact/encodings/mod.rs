//! Searches for all known values at once, in every encoding a value may have: linear in the text, and in little memory
//! however many values there are.
//!
//! Escapes may be mixed and nested (`%2541`, `&amp;#65;`, `\\\\u0041`), so a text is compared with a value character by
//! character, each in any form. A place is compared only if it starts like a value does.

mod decodings;
mod piece;

use super::bloom::BloomFilter;
use piece::{Code, Piece, hex_pair, next_pair};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// Longest stretch of a value that is searched as one piece, in characters; longer values are cut.
const PIECE_CHARS: usize = 256;
/// No form of a piece is longer than this, in bytes: 28 a character (`%2525f0%25259f%252594%252591`) leave room.
pub(super) const MAX_ENCODED: usize = 8 * 1024;
const _: () = assert!(MAX_ENCODED >= PIECE_CHARS * 28);

/// Characters that a place must share with a value before the two are compared. No value is shorter.
const START: usize = super::words::STRONG_CHARS;
/// Bits for each start in the filters that rule out positions of a text.
const BITS_PER_START: usize = 256;
/// Bytes of a text that are looked at together: some four in a row of a start begin at a multiple of four.
const STEP: usize = 4;
/// What a byte may be: one that may be read in more than one way, or the first digit of a value in hexadecimal.
const MARK: u8 = 1;
const DIGIT: u8 = 2;
/// Tells the start of a value in hexadecimal from that of the same value as it is.
const HEX: u64 = 0x9e37_79b9_7f4a_7c15;

/// What searches for all values at once. Cheap to clone, and to make where there are none: shown lines are cleaned one by one.
#[derive(Clone, Default)]
pub(super) struct ValueMatcher(Option<Arc<Index>>);

struct Index {
    pieces: Vec<Piece>,
    /// What each byte may be.
    classes: [u8; 256],
    /// Which bytes a piece in hexadecimal starts with: hardly any of a time or a number.
    first_bytes: [bool; 256],
    /// Which pieces start so, in which code.
    starts: HashMap<u64, Vec<(usize, Code)>>,
    /// The keys of `starts`, those of everything shorter that they start with, and any four bytes in a row of them.
    whole: BloomFilter,
    parts: BloomFilter,
    fours: BloomFilter,
}

impl ValueMatcher {
    /// What searches for all `values`.
    pub(super) fn new<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let texts: BTreeSet<String> = values.flat_map(cut).collect();
        if texts.is_empty() {
            return Self::default();
        }
        let pieces: Vec<Piece> = texts.into_iter().map(Piece::new).collect();
        let mut starts: HashMap<u64, Vec<(usize, Code)>> = HashMap::new();
        let (mut parts, mut fours) = (BTreeSet::new(), BTreeSet::new());
        let mut first_bytes = [false; 256];
        for (number, piece) in pieces.iter().enumerate() {
            for code in piece.codes() {
                let mark = if matches!(code, Code::Hex(_)) { HEX } else { 0 };
                for start in piece.starts(code, START) {
                    let first = start.first().filter(|_| mark == HEX).and_then(|c| u8::try_from(*c).ok());
                    if let Some(slot) = first.and_then(|first| first_bytes.get_mut(usize::from(first))) {
                        *slot = true;
                    }
                    let keys = start.iter().scan(0, |key, c| {
                        *key = push(*key, *c);
                        Some(*key ^ mark)
                    });
                    let keys: Vec<u64> = keys.collect();
                    if let Some((whole, shorter)) = keys.split_last() {
                        starts.entry(*whole).or_default().push((number, code));
                        if mark != HEX {
                            fours.extend((0..STEP).map(|at| whole >> (8 * at) & u64::from(u32::MAX)));
                        }
                        parts.extend(shorter.iter().copied());
                    }
                }
            }
        }
        let whole = BloomFilter::new(starts.keys().copied(), BITS_PER_START);
        let parts = BloomFilter::new(parts.into_iter(), BITS_PER_START);
        let fours = BloomFilter::new(fours.into_iter(), BITS_PER_START);
        let digits =
            || (0..=u8::MAX).zip(first_bytes).filter(|(_, starts)| *starts).map(|(byte, _)| byte >> 4);
        let classes = std::array::from_fn(|byte| {
            let byte = u8::try_from(byte).unwrap_or_default();
            let digit = char::from(byte).to_digit(16);
            let starts = digits().any(|first| digit == Some(first.into()));
            u8::from(decodings::is_mark(byte)) * MARK + u8::from(starts) * DIGIT
        });
        Self(Some(Arc::new(Index { pieces, classes, first_bytes, starts, whole, parts, fours })))
    }

    /// Every place of every value, in order; they may overlap.
    pub(super) fn ranges(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let Some(index) = self.0.as_deref() else { return found };
        let mut walk = Walk::default();
        let (steps, rest) = text.as_chunks::<STEP>();
        for (step, bytes) in steps.iter().enumerate() {
            let class = index.class(bytes);
            let four = index.fours.may_contain(u32::from_be_bytes(*bytes).into());
            if class != 0 || four {
                index.look(text, step * STEP, (class, four), &mut walk, &mut found);
            }
        }
        index.look(text, text.len() - rest.len(), (index.class(rest), false), &mut walk, &mut found);
        found.sort_unstable_by_key(|range| (range.start, range.end));
        found.dedup();
        found
    }
}

impl Index {
    /// What any of these bytes may be.
    #[inline]
    fn class(&self, bytes: &[u8]) -> u8 {
        bytes.iter().fold(0, |class, byte| class | self.class_of(*byte))
    }

    fn class_of(&self, byte: u8) -> u8 {
        self.classes.get(usize::from(byte)).copied().unwrap_or_default()
    }

    /// Compares with what starts at or before the bytes from `at` on, which may be `class`; `four`: all of them may be a part
    /// of a start.
    #[inline(never)]
    fn look(
        &self,
        text: &[u8],
        at: usize,
        (class, four): (u8, bool),
        walk: &mut Walk,
        found: &mut Vec<Range<usize>>,
    ) {
        if four {
            for place in (at + STEP).saturating_sub(START)..at {
                if let Some(window) = text.get(place..).and_then(<[u8]>::first_chunk::<START>) {
                    self.compare(u64::from_be_bytes(*window), text, place, found);
                }
            }
        }
        if class == 0 {
            return;
        }
        for (place, byte) in (at..at + STEP).zip(text.get(at..).unwrap_or_default()) {
            let class = self.class_of(*byte);
            if class & DIGIT != 0 {
                self.compare_hex(text, place, found);
            }
            // A character that may be read in more than one way may be any one of a start.
            if class & MARK != 0 {
                for start in walk.done.max((place + 1).saturating_sub(START))..=place {
                    walk.starts(self, text, start, found);
                }
                walk.done = place + 1;
            }
        }
    }

    /// Adds where pieces are that start with the key, if one is at `at`.
    fn compare(&self, key: u64, text: &[u8], at: usize, found: &mut Vec<Range<usize>>) {
        if self.whole.may_contain(key) {
            let encodings = self.starts.get(&key).into_iter().flatten();
            found.extend(
                encodings.filter_map(|(piece, code)| self.pieces.get(*piece)?.range(*code, text, at)),
            );
        }
    }

    fn compare_hex(&self, text: &[u8], at: usize, found: &mut Vec<Range<usize>>) {
        let first = hex_pair(text, at).and_then(|byte| self.first_bytes.get(usize::from(byte)));
        if first != Some(&true) {
            return;
        }
        let (mut key, mut place) = (0, at);
        for depth in 1..=START {
            let Some(byte) = hex_pair(text, place) else { return };
            key = push(key, char::from(byte));
            if depth < START && !self.parts.may_contain(key ^ HEX) {
                return;
            }
            place = next_pair(text, place + 2);
        }
        self.compare(key ^ HEX, text, at, found);
    }
}

/// Places near bytes that may be read in more than one way.
#[derive(Default)]
struct Walk {
    /// Up to where places were compared.
    done: usize,
    /// How far each reading has come, and its key.
    now: Vec<(usize, u64)>,
    next: Vec<(usize, u64)>,
}

impl Walk {
    /// Compares with what starts at `at` in any reading.
    fn starts(&mut self, index: &Index, text: &[u8], at: usize, found: &mut Vec<Range<usize>>) {
        self.now.clear();
        self.now.push((at, 0));
        for depth in 1..=START {
            self.next.clear();
            for (place, key) in &self.now {
                decodings::at(text.get(*place..).unwrap_or_default(), |c, length| {
                    let reading = (place + length, push(*key, c));
                    if (depth == START || index.parts.may_contain(reading.1)) && !self.next.contains(&reading)
                    {
                        self.next.push(reading);
                    }
                });
            }
            std::mem::swap(&mut self.now, &mut self.next);
        }
        // Two readings of one place may end in different ones.
        self.now.sort_unstable_by_key(|(_, key)| *key);
        self.now.dedup_by_key(|(_, key)| *key);
        for (_, key) in &self.now {
            index.compare(*key, text, at, found);
        }
    }
}

/// A key with one more character, of which the last eight count.
fn push(key: u64, c: char) -> u64 {
    let code = u32::from(c);
    key << 8 | u64::from((code ^ code >> 8) & 0xff)
}

/// A value in pieces. The last one reaches back, so that it is no stump.
fn cut(value: &str) -> Vec<String> {
    let chars: Vec<char> = value.chars().collect();
    let pieces = chars.chunks(PIECE_CHARS).enumerate().map(|(number, piece)| {
        let end = number * PIECE_CHARS + piece.len();
        let start = if number == 0 { 0 } else { end.saturating_sub(PIECE_CHARS) };
        chars.get(start..end).unwrap_or_default().iter().collect()
    });
    pieces.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD_NO_PAD;

    fn finds(value: &str, text: &[u8]) -> bool {
        !ValueMatcher::new([value].into_iter()).ranges(text).is_empty()
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
    fn quotes_may_be_doubled() {
        for (value, text) in [
            ("say\"hi'there9", "N'say\"hi''there9'"),
            ("say\"hi'there9", "a,\"say\"\"hi'there9\",b"),
            ("\"Quoted'9x", "\"\"Quoted''9x"),
            ("p%25'\"9xyz", "p%25''\\\"9xyz"),
        ] {
            let found = ValueMatcher::new([value].into_iter()).ranges(text.as_bytes());
            assert!(found.iter().any(|range| range.len() > value.len()), "{value} in {text}: {found:?}");
        }
    }

    #[test]
    fn base64_is_found_at_every_alignment_with_its_neighbours() {
        let values = ValueMatcher::new(["Tr0ub4dor&3"].into_iter());
        for before in ["", "a", "ab", "abc"] {
            let text = STANDARD_NO_PAD.encode(format!("{before}Tr0ub4dor&3"));
            let found = values.ranges(text.as_bytes()).remove(0);
            assert_eq!(found.end, text.len(), "{before}");
            assert!(found.start <= before.len() * 8 / 6, "{before}");
        }
    }

    #[test]
    fn a_blob_of_a_megabyte_is_found_in_every_form_and_costs_no_password_its_own() {
        let blob: String = (0..250_000u32)
            .fold(String::new(), |hex, i| hex + &format!("{:04x}", i.wrapping_mul(2_654_435_761) >> 16));
        let values = ValueMatcher::new([blob.as_str(), "p&ss wörd"].into_iter());
        assert_eq!(values.ranges(b"p&amp;ss%20w\xf6rd"), vec![0..15]);
        let cut = blob.as_bytes().get(500_000..501_000).unwrap();
        assert!(!values.ranges(cut).is_empty(), "any stretch of it that holds a whole piece");
        assert!(!values.ranges(STANDARD_NO_PAD.encode(cut).as_bytes()).is_empty());
        assert!(values.ranges(cut.get(..200).unwrap()).is_empty());
    }

    #[test]
    fn the_end_of_a_long_value_is_no_stump() {
        let value = "0123456789abcdef".repeat(16) + "x";
        assert!(!finds(&value, b"x marks the spot"));
        assert!(finds(&value, value.get(1..).unwrap().as_bytes()));
    }

    #[test]
    fn a_key_written_in_hexadecimal_is_found_in_base64() {
        let key: Vec<u8> = (100..132).collect();
        let text = key.iter().fold(String::new(), |text, byte| format!("{text}{byte:02X}"));
        assert!(finds(&text, STANDARD_NO_PAD.encode(&key).as_bytes()));
        assert!(finds(&text, text.to_lowercase().as_bytes()));
    }
}
