//! Readings that compare only with readings made the same way: fingerprints of one key, clock offsets to one source.

use crate::rules::engine::prelude::*;
use std::collections::BTreeMap;

/// How nodes are collected again so that what was redacted or fingerprinted on them compares.
pub(crate) const WITH_ONE_KEY: &str = "as administrator, with one case key on every node";

/// Parts `readings` into the largest group of equal `basis` and the rest, both in the given order. Of groups of one
/// size the one with the lowest basis counts, so that the order of the inputs decides nothing.
pub(crate) fn comparable<T, K: Ord>(readings: Vec<T>, basis: impl Fn(&T) -> K) -> (Vec<T>, Vec<T>) {
    let mut sizes: BTreeMap<K, usize> = BTreeMap::new();
    for reading in &readings {
        *sizes.entry(basis(reading)).or_default() += 1;
    }
    let largest = sizes.iter().rev().max_by_key(|(_, size)| **size).map(|(basis, _)| basis);
    readings.into_iter().partition(|reading| Some(&basis(reading)) == largest)
}

/// That the values of a setting were redacted with different keys on the serving nodes.
pub(crate) fn redacted_apart(cx: &Context, label: &str) -> Vec<MissingEvidence> {
    let of = |node: &Node| {
        let what = format!("{label} of {} in a form that compares", node.name);
        MissingEvidence::again(&node.name, what, "it was redacted with different keys", WITH_ONE_KEY)
    };
    cx.cluster.serving().map(of).collect()
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
