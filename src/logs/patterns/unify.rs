//! The patterns of all nodes, made comparable: wordings that differ in names are joined over the whole cluster.

use super::join::{Joined, Word, join};
use super::matcher::words_of;
use crate::model::log::{LogDigest, Pattern, PatternKey};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Most patterns that are kept of a node.
const MOST: usize = 600;

/// Adds a pattern to others, by their keys.
pub(crate) fn add(all: &mut BTreeMap<PatternKey, Pattern>, pattern: Pattern) {
    match all.get_mut(&pattern.key) {
        Some(known) => known.merge(pattern),
        None => drop(all.insert(pattern.key.clone(), pattern)),
    }
}

impl Pattern {
    /// Adds another pattern with the same key.
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.known_entries += other.known_entries;
        self.known = self.known.take().or(other.known);
        self.workload = self.workload.take().or(other.workload);
        self.components.extend(other.components);
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.max(other.last);
        for (hour, count) in other.by_hour {
            *self.by_hour.entry(hour).or_default() += count;
        }
        self.samples.extend(other.samples);
        self.samples.sort_by(|a, b| (a.time, &a.place).cmp(&(b.time, &b.place)));
        // The first and the newest ones.
        let newest = self.samples.len().saturating_sub(Self::SAMPLES - 1).max(1);
        if newest > 1 {
            self.samples.drain(1..newest);
        }
    }
}

/// Joins patterns of all nodes whose wordings differ in names only, and gives each its family. The result depends on the
/// patterns and their numbers alone.
pub fn unify(mut digests: Vec<&mut LogDigest>) {
    let mut counts: BTreeMap<PatternKey, BTreeMap<String, u64>> = BTreeMap::new();
    for pattern in digests.iter().flat_map(|digest| &digest.patterns) {
        let wordings = counts.entry(pattern.key.without_wording()).or_default();
        *wordings.entry(pattern.key.wording.clone()).or_default() += pattern.count;
    }
    let mut joined: BTreeMap<PatternKey, BTreeMap<String, (u32, String)>> = BTreeMap::new();
    let mut families = 0;
    for (bucket, wordings) in counts {
        let mut wordings: Vec<(String, u64)> = wordings.into_iter().collect();
        wordings.sort_by(|(a, more), (b, fewer)| (Reverse(more), a).cmp(&(Reverse(fewer), b)));
        let words: Vec<Vec<Word>> = wordings.iter().map(|(wording, _)| words_of(wording)).collect();
        let slices: Vec<&[Word]> = words.iter().map(Vec::as_slice).collect();
        let of_bucket = joined.entry(bucket).or_default();
        let mut most = families;
        for ((wording, _), Joined { family, words }) in wordings.into_iter().zip(join(&slices)) {
            let family = families + u32::try_from(family).unwrap_or(u32::MAX / 2) + 1;
            most = most.max(family);
            let general = String::from_utf8_lossy(&words.join(&b' ')).into_owned();
            of_bucket.insert(wording, (family, general));
        }
        families = most;
    }
    for digest in &mut digests {
        let mut all: BTreeMap<PatternKey, Pattern> = BTreeMap::new();
        for mut pattern in std::mem::take(&mut digest.patterns) {
            if let Some((family, wording)) =
                joined.get(&pattern.key.without_wording()).and_then(|of| of.get(&pattern.key.wording))
            {
                pattern.family = *family;
                pattern.key.wording.clone_from(wording);
            }
            add(&mut all, pattern);
        }
        let mut patterns: Vec<Pattern> = all.into_values().collect();
        if patterns.len() > MOST {
            patterns.sort_by(|a, b| (Reverse(a.count), &a.key).cmp(&(Reverse(b.count), &b.key)));
            digest.other_entries += patterns.drain(MOST..).map(|pattern| pattern.count).sum::<u64>();
            patterns.sort_by(|a, b| a.key.cmp(&b.key));
        }
        digest.patterns = patterns;
    }
}
