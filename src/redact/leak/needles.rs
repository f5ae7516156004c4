//! Search for plain values and blocks of key files, all at once, by their first eight bytes.

use super::super::bloom::BloomFilter;
use super::{HitKind, decode};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::LazyLock;

/// Longest stretch of a value that is one needle, in bytes: any such stretch that survives is a leak.
pub(super) const PIECE: usize = 64;
/// Blocks of a key file: every 15 bytes of it hold one whole, and so does each line of a dump.
const BLOCK: usize = 8;
/// The maps stay small for a few values, and let through one place in a thousand.
const BITS_PER_START: usize = 1024;
/// Bytes of a text that are looked at together: some four in a row of a needle's first eight start at a multiple of four.
const STEP: usize = 4;

/// The bytes of a needle and what it is a part of.
type Needle = (Box<[u8]>, HitKind);

/// Needles by their first eight bytes, behind bit maps that rule out nearly every place.
#[derive(Clone, Default)]
pub(super) struct Needles {
    /// Four bytes in a row of these, wherever they are.
    likely: BloomFilter,
    /// All eight.
    likelier: BloomFilter,
    by_start: BTreeMap<u64, Vec<Needle>>,
    /// Whether some value holds a blank, which a form writes as `+`.
    pub(super) blanks: bool,
    /// Whether some value needs a code page.
    pub(super) beyond_ascii: bool,
    /// Whether there are blocks of key files.
    pub(super) key_files: bool,
    /// Whether some value holds what may start an escape.
    pub(super) like_escapes: bool,
}

impl Needles {
    /// Looks for these values, and for the blocks of these key files.
    pub(super) fn new<'v>(values: impl Iterator<Item = &'v str>, key_files: &[&[u8]]) -> Self {
        let mut needles = Self::default();
        for value in values {
            needles.add_value(value);
        }
        for content in key_files {
            needles.add_key_file(content);
        }
        let parts: BTreeSet<u64> = needles
            .by_start
            .keys()
            .flat_map(|first| (0..STEP).map(move |at| first >> (8 * at) & u64::from(u32::MAX)))
            .collect();
        needles.likely = BloomFilter::new(parts.into_iter(), BITS_PER_START);
        needles.likelier = BloomFilter::new(needles.by_start.keys().copied(), BITS_PER_START);
        needles
    }

    /// Adds a value, and the bytes behind one that is written in hexadecimal or base64.
    fn add_value(&mut self, value: &str) {
        self.blanks |= value.contains(' ');
        self.beyond_ascii |= !value.is_ascii();
        self.like_escapes |= value.contains(['%', '&', '\\']);
        self.add(value.as_bytes(), HitKind::Value);
        for quote in ["\"", "'"] {
            if value.contains(quote) {
                self.add(value.replace(quote, &quote.repeat(2)).as_bytes(), HitKind::Value);
            }
        }
        // Runs shorter than a key are words.
        if value.len() >= 24 {
            let mut behind = Vec::new();
            let layer = decode::DecodedText::of(value.as_bytes().to_vec());
            decode::from_hex(&layer, |_| true, |inner| behind.push(inner.bytes.clone()));
            if behind.is_empty() {
                decode::from_base64(&layer, |_| true, |inner| behind.push(inner.bytes.clone()));
            }
            // The first one is aligned to the value; the others are noise.
            if let Some(bytes) = behind.first() {
                self.add(bytes, HitKind::Value);
            }
        }
    }

    /// Adds the blocks of a key file; blocks of few different bytes are padding.
    fn add_key_file(&mut self, content: &[u8]) {
        for block in content.as_chunks::<BLOCK>().0 {
            let different: BTreeSet<&u8> = block.iter().collect();
            if different.len() > 4 {
                self.add(block, HitKind::KeyFile);
                self.key_files = true;
            }
        }
    }

    fn add(&mut self, bytes: &[u8], kind: HitKind) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= 8) {
            // The last piece reaches back, so that it is no stump.
            let start = if rest.len() < PIECE { bytes.len().saturating_sub(PIECE) } else { at };
            let piece = bytes.get(start..(start + PIECE).min(bytes.len())).unwrap_or_default();
            if let Some(first) = piece.first_chunk::<8>() {
                let first = u64::from_le_bytes(*first);
                self.by_start.entry(first).or_default().push((piece.into(), kind));
            }
            at += PIECE;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_start.is_empty()
    }

    /// The first bytes of every needle.
    pub(super) fn starts(&self) -> impl Iterator<Item = [u8; 4]> {
        self.by_start.keys().filter_map(|first| first.to_le_bytes().first_chunk().copied())
    }

    /// Calls `found` for every needle in `text`.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(Range<usize>, HitKind)) {
        if self.is_empty() {
            return;
        }
        for (step, part) in text.as_chunks::<STEP>().0.iter().enumerate() {
            if self.likely.may_contain(u32::from_le_bytes(*part).into()) {
                let at = step * STEP;
                for start in (at + 1).saturating_sub(STEP)..=at {
                    self.find_at(text, start, &mut found);
                }
            }
        }
    }

    /// Calls `found` for every needle at `at`.
    fn find_at(&self, text: &[u8], at: usize, found: &mut impl FnMut(Range<usize>, HitKind)) {
        let rest = text.get(at..).unwrap_or_default();
        let Some(first) = rest.first_chunk::<8>().map(|first| u64::from_le_bytes(*first)) else { return };
        if !self.likelier.may_contain(first) {
            return;
        }
        for (needle, kind) in self.by_start.get(&first).into_iter().flatten() {
            if rest.starts_with(needle) {
                found(at..at + needle.len(), *kind);
            }
        }
    }
}

/// So few windows of noise are let through that it hardly matters.
const BITS_PER_PREFIX: usize = 4096;
/// Bits of three characters of base64, and where in four bytes three whole characters may start.
const THREE: u32 = 18;
const OFFSETS: [u32; 3] = [0, 2, 4];

/// Decides which hexadecimal and base64 runs are worth decoding, by the first four bytes of all that is looked for: checking
/// four bytes is cheaper than decoding a run, and nearly no run of a log contains a secret.
#[derive(Clone, Default)]
pub(super) struct DecodePrefilter {
    starts: BloomFilter,
    /// One bit for each three characters of base64 that any such four bytes have in them.
    threes: Vec<u64>,
}

impl DecodePrefilter {
    /// Lets through what begins like one of these, and like one of the `names` in either case.
    pub(super) fn new(starts: impl Iterator<Item = [u8; 4]>, names: impl Iterator<Item = [u8; 4]>) -> Self {
        let (starts, names): (Vec<[u8; 4]>, Vec<[u8; 4]>) = (starts.collect(), names.collect());
        let keys: Vec<u64> =
            starts.iter().chain(&names).map(|start| key(u32::from_be_bytes(*start))).collect();
        let mut threes = if keys.is_empty() { Vec::new() } else { EXCEPTIONS.clone() };
        for start in starts {
            add_threes(&mut threes, u32::from_be_bytes(start));
        }
        for start in names {
            // Every letter in either case.
            for case in 0..16u8 {
                let mut at = 0;
                let start = start.map(|byte| {
                    at += 1;
                    if case >> (at - 1) & 1 == 0 {
                        byte.to_ascii_lowercase()
                    } else {
                        byte.to_ascii_uppercase()
                    }
                });
                add_threes(&mut threes, u32::from_be_bytes(start));
            }
        }
        Self { starts: BloomFilter::new(keys.into_iter(), BITS_PER_PREFIX), threes }
    }

    /// Whether something may begin with these four decoded bytes, the first one in the highest bits: a start, an escape
    /// of one, or a text in UTF-16.
    pub(super) fn admits(&self, window: u32) -> bool {
        self.may_start(window)
            || window & 0x00ff_00ff == 0
            || window & 0xff00_ff00 == 0
            || decode::may_be_escape(window.to_be_bytes())
    }

    /// Whether something may begin with exactly these four bytes.
    pub(super) fn may_start(&self, window: u32) -> bool {
        self.starts.may_contain(key(window))
    }

    /// Whether a run of base64 may say any such four bytes.
    pub(super) fn admits_base64(&self, chars: &[u8]) -> bool {
        let likely =
            |three| self.threes.get((three / 64) as usize).is_some_and(|bits| bits >> (three % 64) & 1 == 1);
        decode::any_three(chars, likely) && decode::four_bytes_of(chars).any(|window| self.admits(window))
    }
}

/// The bits for escapes and texts in UTF-16, which begin like nothing in particular.
static EXCEPTIONS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let mut threes = vec![0; 1 << (THREE - 6)];
    for mark in *b"%&\\" {
        for next in 0..=255 {
            // Of two bytes any third one counts, of three any fourth one.
            if decode::may_be_escape([mark, next, b'0', 0]) {
                for after in 0..=255 {
                    add_threes(&mut threes, u32::from_be_bytes([mark, next, after, 0]));
                }
            }
        }
    }
    for first in 0..=255 {
        add_threes(&mut threes, u32::from_be_bytes([0, first, 0, 0]));
        // Three characters end in the third byte at the latest.
        for third in (0..=255).step_by(4) {
            add_threes(&mut threes, u32::from_be_bytes([first, 0, third, 0]));
        }
    }
    threes
});

/// Sets the bits of the three characters that base64 may have for these four bytes, wherever its characters start.
fn add_threes(threes: &mut [u64], window: u32) {
    for offset in OFFSETS {
        let three = window >> (u32::BITS - THREE - offset) & ((1 << THREE) - 1);
        if let Some(bits) = threes.get_mut((three / 64) as usize) {
            *bits |= 1 << (three % 64);
        }
    }
}

/// Names are found in either case.
fn key(window: u32) -> u64 {
    u64::from(window | 0x2020_2020)
}
