//! Readings that compare only with readings made the same way: fingerprints of one key, clock offsets to one source.

use std::collections::BTreeMap;

/// Parts `readings` into the largest group of equal `basis` and the rest, both in the given order. Of groups of one
/// size the one with the lowest basis counts, so that the order of the inputs decides nothing.
pub(super) fn comparable<T, K: Ord>(readings: Vec<T>, basis: impl Fn(&T) -> K) -> (Vec<T>, Vec<T>) {
    let mut sizes: BTreeMap<K, usize> = BTreeMap::new();
    for reading in &readings {
        *sizes.entry(basis(reading)).or_default() += 1;
    }
    let largest = sizes.iter().rev().max_by_key(|(_, size)| **size).map(|(basis, _)| basis);
    readings.into_iter().partition(|reading| Some(&basis(reading)) == largest)
}

#[cfg(test)]
mod tests {
    use super::comparable;

    #[test]
    fn the_largest_group_compares_and_of_equal_ones_the_lowest() {
        assert_eq!(comparable(vec!["b1", "a1", "b2"], |one| one.get(..1)), (vec!["b1", "b2"], vec!["a1"]));
        assert_eq!(comparable(vec!["b1", "a1"], |one| one.get(..1)), (vec!["a1"], vec!["b1"]));
        assert_eq!(comparable(Vec::<u8>::new(), |one| *one), (vec![], vec![]));
    }
}
