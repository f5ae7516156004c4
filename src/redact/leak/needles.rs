//! Search for plain values and blocks of key files, all at once, by their first eight bytes.

use super::super::bloom::BloomFilter;
use super::{HitKind, decode};
use std::collections::BTreeMap;
use std::ops::Range;

/// Longest stretch of a value that is one needle, in bytes: any such stretch that survives is a leak.
pub(super) const PIECE: usize = 64;
/// Blocks of a key file: every 15 bytes of it hold one whole, and so does each line of a dump.
const BLOCK: usize = 8;
/// The map stays small for a few values, and lets through one place in a thousand.
const BITS_PER_START: usize = 1024;

/// The bytes of a needle and what it is a part of.
type Needle = (Box<[u8]>, HitKind);

/// Needles by their first eight bytes, behind a bit map that rules out nearly every place.
#[derive(Clone, Default)]
pub(super) struct Needles {
    likely: BloomFilter,
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
        needles.likely = BloomFilter::new(needles.by_start.keys().copied(), BITS_PER_START);
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
            let different: std::collections::BTreeSet<&u8> = block.iter().collect();
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
        for (at, window) in text.windows(8).enumerate() {
            let Some(first) = window.first_chunk::<8>() else { continue };
            let first = u64::from_le_bytes(*first);
            if !self.likely.may_contain(first) {
                continue;
            }
            for (needle, kind) in self.by_start.get(&first).into_iter().flatten() {
                if text.get(at..).is_some_and(|rest| rest.starts_with(needle)) {
                    found(at..at + needle.len(), *kind);
                }
            }
        }
    }
}

/// So few windows of noise are let through that it hardly matters.
const BITS_PER_PREFIX: usize = 4096;

/// Decides which hexadecimal and base64 runs are worth decoding, by the first four bytes of all that is looked for: checking
/// four bytes is cheaper than decoding a run, and nearly no run of a log contains a secret.
#[derive(Clone, Default)]
pub(super) struct DecodePrefilter(BloomFilter);

impl DecodePrefilter {
    /// Lets through what begins like one of these, in either case.
    pub(super) fn new(starts: impl Iterator<Item = [u8; 4]>) -> Self {
        let starts: Vec<u64> = starts.map(|start| key(u32::from_be_bytes(start))).collect();
        Self(BloomFilter::new(starts.into_iter(), BITS_PER_PREFIX))
    }

    /// Whether something may begin with these four decoded bytes, the first one in the highest bits: a start, an escape
    /// of one, or a text in UTF-16.
    pub(super) fn admits(&self, window: u32) -> bool {
        self.0.may_contain(key(window))
            || window & 0x00ff_00ff == 0
            || window & 0xff00_ff00 == 0
            || decode::may_be_escape(window.to_be_bytes())
    }
}

/// Names are found in either case.
fn key(window: u32) -> u64 {
    u64::from(window | 0x2020_2020)
}
