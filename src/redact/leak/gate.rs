//! Which coded runs are decoded: nearly no run of a log says anything that is looked for, and asking is cheaper than
//! decoding, searching and taking escapes off what comes out.

use super::decode;

/// Bits of the map for each start: so few windows of noise are let through that it hardly matters.
const BITS_PER_START: usize = 4096;
/// Most bits, so that the map stays in the processor's cache; fewest.
const BITS: (usize, usize) = (1 << 15, 1 << 21);

/// The first four bytes of all that is looked for.
#[derive(Clone, Default)]
pub(super) struct Gate {
    /// A bit for each hash, a power of two of them; none when nothing is looked for.
    map: Vec<u64>,
    /// How far a hash is moved, so that it has as many values as the map has bits.
    shift: u32,
}

impl Gate {
    /// Lets through what begins like one of these, in either case.
    pub(super) fn new(starts: impl Iterator<Item = [u8; 4]>) -> Self {
        let starts: Vec<u32> = starts.map(u32::from_be_bytes).collect();
        if starts.is_empty() {
            return Self::default();
        }
        let bits = (starts.len() * BITS_PER_START).next_power_of_two().clamp(BITS.0, BITS.1);
        let mut gate = Self { map: vec![0; bits / 64], shift: u32::BITS - bits.trailing_zeros() };
        for start in starts {
            let (word, bit) = gate.slot(start);
            if let Some(word) = gate.map.get_mut(word) {
                *word |= bit;
            }
        }
        gate
    }

    /// Whether something may begin with these four decoded bytes, the first one in the highest bits: a start, an escape
    /// of one, or a text in UTF-16.
    pub(super) fn admits(&self, window: u32) -> bool {
        let (word, bit) = self.slot(window);
        self.map.get(word).is_some_and(|word| word & bit != 0)
            || window & 0x00ff_00ff == 0
            || window & 0xff00_ff00 == 0
            || decode::may_be_escape(window.to_be_bytes())
    }

    fn slot(&self, window: u32) -> (usize, u64) {
        // Names are found in either case. Fibonacci hashing: the top bits depend on all others.
        let hash = (window | 0x2020_2020).wrapping_mul(0x9e37_79b1) >> self.shift;
        (hash as usize / 64, 1 << (hash % 64))
    }
}
