//! The hits of one file, by pattern and origin.

use super::digest::join;
use super::sample::{SampleLine, Samples};
use crate::model::excerpt::Sanitize;
use crate::model::log::{Hit, Origin};
use std::collections::BTreeMap;

/// By pattern, origin, and the signature, which for some patterns depends on the entry.
#[derive(Default)]
pub(super) struct FileHits(BTreeMap<(usize, Origin, String), (Hit, Samples)>);

impl FileHits {
    /// Counts a hit of the pattern of this index.
    pub(super) fn count(&mut self, index: usize, hit: Hit, sample: SampleLine) {
        let key = (index, hit.origin.clone(), hit.signature.clone());
        let (hits, samples) = self.0.entry(key).or_default();
        join(hits, hit);
        samples.keep(sample);
    }

    /// Whether there is a hit of the pattern with this origin.
    pub(super) fn knows(&self, index: usize, origin: &Origin) -> bool {
        let from = (index, origin.clone(), String::new());
        self.0.range(from..).next().is_some_and(|((at, of, _), _)| *at == index && of == origin)
    }

    /// How many hosts lines of a pattern have named.
    pub(super) fn hosts(&self, index: usize) -> usize {
        let first = |index| (index, Origin::Node, String::new());
        let of_pattern = self.0.range(first(index)..first(index + 1));
        of_pattern.filter(|((_, origin, _), _)| matches!(origin, Origin::Host(_))).count()
    }

    /// The hits with their samples; `find` says where a pattern matches in a line.
    pub(super) fn into_hits(
        self,
        file: &str,
        sanitizer: &dyn Sanitize,
        find: impl Fn(usize, &[u8]) -> Option<usize>,
    ) -> Vec<Hit> {
        let hits = self.0.into_iter().map(|((index, ..), (mut hit, samples))| {
            let lines = samples.into_lines();
            hit.samples = lines
                .map(|line| line.into_sample(file, |text: &[u8]| find(index, text), sanitizer))
                .collect();
            hit
        });
        hits.collect()
    }
}
