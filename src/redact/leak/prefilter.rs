//! Prefilter that decides which hex and base64 runs are worth decoding: checking four bytes is cheaper than decoding a
//! run, and nearly no run of a log contains a secret.

use super::super::bloom::BloomFilter;
use super::decode;

/// So few windows of noise are let through that it hardly matters.
const BITS_PER_START: usize = 4096;

/// The first four bytes of all that is looked for.
#[derive(Clone, Default)]
pub(super) struct DecodePrefilter(BloomFilter);

impl DecodePrefilter {
    /// Lets through what begins like one of these, in either case.
    pub(super) fn new(starts: impl Iterator<Item = [u8; 4]>) -> Self {
        let starts: Vec<u64> = starts.map(|start| key(u32::from_be_bytes(start))).collect();
        Self(BloomFilter::new(starts.into_iter(), BITS_PER_START))
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
