//! A one-hash Bloom filter over `u64` keys: a cheap prefilter with false positives and no false negatives.

/// Fewest bits; most, so that the map stays in the processor's cache.
const BITS: (usize, usize) = (1 << 12, 1 << 21);

/// One bit for the hash of each key. The empty filter contains nothing.
#[derive(Clone, Default)]
pub(super) struct BloomFilter {
    map: Vec<u64>,
    /// How far a hash is moved, so that it has as many values as the map has bits.
    shift: u32,
}

impl BloomFilter {
    /// The filter of these keys. About one of `bits_per_key` other values is a false positive.
    pub(super) fn new(keys: impl ExactSizeIterator<Item = u64>, bits_per_key: usize) -> Self {
        if keys.len() == 0 {
            return Self::default();
        }
        let bloom = (keys.len() * bits_per_key).next_power_of_two().clamp(BITS.0, BITS.1);
        let mut set = Self { map: vec![0; bloom / 64], shift: u64::BITS - bloom.trailing_zeros() };
        for key in keys {
            let (word, bit) = set.slot(key);
            if let Some(word) = set.map.get_mut(word) {
                *word |= bit;
            }
        }
        set
    }

    /// Whether this may be a key; always true for a key.
    #[inline]
    pub(super) fn may_contain(&self, key: u64) -> bool {
        let (word, bit) = self.slot(key);
        self.map.get(word).is_some_and(|word| word & bit != 0)
    }

    /// Fibonacci hashing: the top bits depend on all others.
    #[inline]
    fn slot(&self, key: u64) -> (usize, u64) {
        let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift;
        ((hash / 64) as usize, 1 << (hash % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_key_is_denied(keys: Vec<u64>, per_key in 1usize..5000) {
            let set = BloomFilter::new(keys.iter().copied(), per_key);
            prop_assert!(keys.iter().all(|key| set.may_contain(*key)));
        }
    }

    #[test]
    fn few_others_are_taken_for_a_key_and_by_the_empty_set_none() {
        let set = BloomFilter::new((0..1000u32).map(|key| u64::from(key) * 0x0101_0101), 256);
        let taken = (1..100_000u64).filter(|key| set.may_contain(key * 0x0001_0203_0405)).count();
        assert!(taken < 1000, "{taken}");
        assert!(!BloomFilter::default().may_contain(0));
    }
}
