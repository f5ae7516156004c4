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
/// Tells the start of a value in hexadecimal from that of the same value as it is.
const HEX: u64 = 0x9e37_79b9_7f4a_7c15;

/// What searches for all values at once. Cheap to clone, and to make where there are none: shown lines are cleaned one by one.
#[derive(Clone, Default)]
pub(super) struct ValueMatcher(Option<Arc<Index>>);

struct Index {
    pieces: Vec<Piece>,
    /// Which digits a piece in hexadecimal starts with: hardly any of a time or a number.
    digits: [bool; 256],
    /// Which pieces start so, in which code.
    starts: HashMap<u64, Vec<(usize, Code)>>,
    /// The keys of `starts`, and those of everything shorter that they start with.
    whole: BloomFilter,
    parts: BloomFilter,
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
        let (mut parts, mut digits) = (BTreeSet::new(), BTreeSet::new());
        for (number, piece) in pieces.iter().enumerate() {
            for code in piece.codes() {
                let mark = if matches!(code, Code::Hex(_)) { HEX } else { 0 };
                for start in piece.starts(code, START) {
                    if let (Code::Hex(_), Some(first)) = (code, start.first()) {
                        digits.insert(u32::from(*first) >> 4);
                    }
                    let keys = start.iter().scan(0, |key, c| {
                        *key = push(*key, *c);
                        Some(*key ^ mark)
                    });
                    let keys: Vec<u64> = keys.collect();
                    if let Some((whole, shorter)) = keys.split_last() {
                        starts.entry(*whole).or_default().push((number, code));
                        parts.extend(shorter.iter().copied());
                    }
                }
            }
        }
        let whole = BloomFilter::new(starts.keys().copied(), BITS_PER_START);
        let parts = BloomFilter::new(parts.into_iter(), BITS_PER_START);
        let digit = |byte: usize| char::from(u8::try_from(byte).ok()?).to_digit(16);
        let digits = std::array::from_fn(|byte| digit(byte).is_some_and(|digit| digits.contains(&digit)));
        Self(Some(Arc::new(Index { pieces, digits, starts, whole, parts })))
    }

    /// Every place of every value; they may overlap.
    pub(super) fn ranges(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let Some(index) = self.0.as_deref() else { return found };
        let mut walk = Walk::default();
        // Behind the last byte that may be read in more than one way: where it may be, that is tried.
        let behind_mark = text.iter().take(START - 1).rposition(|byte| decodings::is_mark(*byte));
        let mut marked = behind_mark.map_or(0, |mark| mark + 1);
        let mut next = 0;
        while let Some(at) = if next < marked { Some(next) } else { index.next(text, next) } {
            let Some(window) = text.get(at..).and_then(<[u8]>::first_chunk::<START>) else { break };
            if window.last().is_some_and(|byte| decodings::is_mark(*byte)) {
                marked = at + START;
            }
            if at < marked {
                walk.starts(index, text, at, &mut found);
            } else {
                index.compare(u64::from_be_bytes(*window), text, at, &mut found);
            }
            index.compare_hex(text, at, &mut found);
            next = at + 1;
        }
        found
    }
}

impl Index {
    /// The next place from `from` on where something may start, as far as its first and last bytes tell: of most bytes
    /// this is all that is looked at.
    #[inline(never)]
    fn next(&self, text: &[u8], from: usize) -> Option<usize> {
        let digit = |byte: u8| self.digits.get(usize::from(byte)).is_some_and(|digit| *digit);
        let here = text.get(from..)?.windows(START).position(|window| {
            window.first_chunk::<START>().is_some_and(|window| {
                let [first, .., last] = *window;
                self.whole.may_contain(u64::from_be_bytes(*window))
                    || digit(first)
                    || decodings::is_mark(last)
            })
        });
        here.map(|here| from + here)
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
