//! Work on many inputs, on all cores, with the memory of one inner archive at a time.

use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Does `work` for every item and gives the results in the order of the items. What is in one inner archive, by `inner`, is done
/// together, one archive after the other: each may have to be inflated into memory. The last one comes first, because it
/// is the one that is there.
pub(crate) fn together<T: Send, R: Send>(
    items: Vec<T>,
    inner: impl Fn(&T) -> Option<usize>,
    work: impl Fn(T) -> R + Sync,
) -> Vec<R> {
    let mut groups: BTreeMap<Option<usize>, Vec<(usize, T)>> = BTreeMap::new();
    for (at, item) in items.into_iter().enumerate() {
        groups.entry(inner(&item)).or_default().push((at, item));
    }
    let mut groups: Vec<Vec<(usize, T)>> = groups.into_values().collect();
    groups.sort_by_key(|group| Reverse(group.last().map(|(at, _)| *at)));
    let mut all: Vec<(usize, R)> = Vec::new();
    for group in groups {
        all.par_extend(group.into_par_iter().with_max_len(1).map(|(at, item)| (at, work(item))));
    }
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().map(|(_, done)| done).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn results_keep_their_order_and_archives_do_not_mix() {
        let seen = Mutex::new(Vec::new());
        let items = vec![(0, None), (1, Some(7)), (2, Some(3)), (3, Some(7)), (4, None)];
        let done = together(
            items,
            |(_, inner)| *inner,
            |(at, inner)| {
                seen.lock().unwrap().push(inner);
                at * 10
            },
        );
        assert_eq!(done, [0, 10, 20, 30, 40]);
        let mut seen = seen.into_inner().unwrap();
        assert_eq!(seen, [None, None, Some(7), Some(7), Some(3)]);
        seen.dedup();
        assert_eq!(seen.len(), 3, "each archive is read once");
    }
}
