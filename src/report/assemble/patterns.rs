//! Entries of logs by their wording, over all nodes, the weightiest first.

use super::errors::{hour_text, time};
use super::evidence::view;
use crate::finding::Evidence;
use crate::knowledge::Knowledge;
use crate::model::Node;
use crate::model::log::{Component, EntryLevel, LogDigest, Pattern, PatternKey};
use crate::report::model::{HourCount, PatternNode, PatternView};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The patterns of all nodes: with a baseline those that are not in it first, those about the nodes before those about work on other machines, errors before warnings, and
/// the frequent ones before the rare ones.
pub(super) fn patterns(logged: &[(&Node, &LogDigest)], knowledge: &Knowledge) -> Vec<PatternView> {
    let mut all: BTreeMap<&PatternKey, Vec<(&Node, &LogDigest, &Pattern)>> = BTreeMap::new();
    for (node, digest) in logged {
        for pattern in &digest.patterns {
            all.entry(&pattern.key).or_default().push((node, digest, pattern));
        }
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(key, of)| {
        let is_work = of.iter().any(|(_, _, pattern)| pattern.workload.is_some());
        let count: u64 = of.iter().map(|(_, _, pattern)| pattern.count).sum();
        let is_usual = of.iter().any(|(_, _, pattern)| pattern.new == Some(false));
        (is_usual, is_work, key.level, Reverse(count), *key)
    });
    all.into_iter().map(|(key, of)| pattern(key, of, knowledge)).collect()
}

fn pattern(
    key: &PatternKey,
    mut of: Vec<(&Node, &LogDigest, &Pattern)>,
    knowledge: &Knowledge,
) -> PatternView {
    of.sort_by_key(|(node, _, pattern)| (Reverse(pattern.count), &node.name));
    let patterns = || of.iter().map(|(_, _, pattern)| pattern);
    let work = patterns().find_map(|pattern| pattern.workload.as_ref());
    let work = work.map(|id| {
        let row = knowledge.workload.iter().find(|row| row.id == *id);
        row.map_or("work on other machines", |row| row.title.as_str()).to_owned()
    });
    let components = Component::ALL.into_iter();
    let components = components.filter(|one| patterns().any(|pattern| pattern.components.contains(one)));
    // A line of each node first.
    let mut samples: Vec<_> = of
        .iter()
        .flat_map(|(node, _, pattern)| {
            pattern.samples.iter().enumerate().map(|(at, sample)| (at, *node, sample))
        })
        .collect();
    samples.sort_by_key(|(at, _, _)| *at);
    let samples = samples.into_iter().take(Pattern::SAMPLES).map(|(_, node, sample)| {
        view(&Evidence::Text { place: sample.place.in_input(node.input()), excerpt: sample.text.clone() })
    });
    let node = |(node, digest, pattern): &(&Node, &LogDigest, &Pattern)| PatternNode {
        node: node.name.clone(),
        count: pattern.count,
        first: pattern.first.map(|first| time(&first, digest)).unwrap_or_default(),
        last: pattern.last.map(|last| time(&last, digest)).unwrap_or_default(),
        hours: pattern
            .by_hour
            .iter()
            .map(|(hour, count)| HourCount { hour: hour_text(*hour), count: *count })
            .collect(),
    };
    PatternView {
        id: key.id(),
        level: match key.level {
            EntryLevel::Error => "error",
            EntryLevel::Warning => "warning",
            EntryLevel::Other => "other",
        },
        logger: key.logger.clone(),
        wording: key.wording.clone(),
        exception: key.exception.clone(),
        frame: key.frame.clone(),
        known: patterns().find(|one| one.is_known()).and_then(|one| one.known.clone()).unwrap_or_default(),
        workload: work.unwrap_or_default(),
        components: components.map(Component::word).collect(),
        count: patterns().map(|pattern| pattern.count).sum(),
        nodes: of.iter().map(node).collect(),
        samples: samples.collect(),
        new: patterns().find_map(|pattern| pattern.new),
    }
}
