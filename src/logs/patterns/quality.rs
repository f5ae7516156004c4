//! How well entries are grouped: grouping accuracy as the public benchmark of log parsers (Zhu et al., 2019) defines it. It
//! is the part of the entries whose group has all entries of their kind and no other.

use super::join::{Word, join};
use super::tokens::tokens;
use crate::logs::labelled::entries;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Entries whose group is exactly their kind, of all.
#[expect(clippy::cast_precision_loss, reason = "there are some thousand entries")]
fn accuracy(kinds: &[usize], groups: &[String]) -> f64 {
    let mut by_kind: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let mut by_group: BTreeMap<&String, BTreeSet<usize>> = BTreeMap::new();
    for (entry, (kind, group)) in kinds.iter().zip(groups).enumerate() {
        by_kind.entry(*kind).or_default().insert(entry);
        by_group.entry(group).or_default().insert(entry);
    }
    let right: usize = by_group
        .values()
        .filter(|group| by_kind.values().any(|kind| kind == *group))
        .map(BTreeSet::len)
        .sum();
    right as f64 / kinds.len() as f64
}

/// What entries are told apart by besides their words, and their words.
fn parts(text: &str) -> (String, Vec<Word>) {
    let mut lines = text.lines();
    let (logger, message) = lines.next().unwrap().split_once(" - ").unwrap();
    let exception = lines.next().map(|line| line.split(':').next().unwrap()).unwrap_or_default();
    let words = tokens(message.as_bytes()).map(|token| Word::from(token.parts().concat())).collect();
    (format!("{logger} {exception}"), words)
}

fn text(words: &[Word]) -> String {
    String::from_utf8_lossy(&words.join(&b' ')).into_owned()
}

/// The accuracy with the look of the words alone, and with wordings joined.
fn measure(seed: u64) -> (f64, f64) {
    let made = entries(seed, 6000);
    let kinds: Vec<usize> = made.iter().map(|entry| entry.kind).collect();
    let entries: Vec<(String, Vec<Word>)> = made.iter().map(|entry| parts(&entry.text)).collect();
    let mut buckets: BTreeMap<&String, BTreeMap<&[Word], usize>> = BTreeMap::new();
    for (bucket, words) in &entries {
        *buckets.entry(bucket).or_default().entry(words).or_default() += 1;
    }
    let mut joined: BTreeMap<(&String, &[Word]), String> = BTreeMap::new();
    for (bucket, wordings) in &buckets {
        let mut wordings: Vec<(&[Word], usize)> =
            wordings.iter().map(|(words, count)| (*words, *count)).collect();
        wordings.sort_by_key(|(words, count)| (Reverse(*count), *words));
        let words: Vec<&[Word]> = wordings.iter().map(|(words, _)| *words).collect();
        joined.extend(
            words.iter().zip(join(&words)).map(|(own, joined)| ((*bucket, *own), text(&joined.words))),
        );
    }
    let by_look: Vec<String> =
        entries.iter().map(|(bucket, words)| format!("{bucket} {}", text(words))).collect();
    let by_join =
        |(bucket, words): &(String, Vec<Word>)| format!("{bucket} {}", joined[&(bucket, words.as_slice())]);
    let by_join: Vec<String> = entries.iter().map(by_join).collect();
    (accuracy(&kinds, &by_look), accuracy(&kinds, &by_join))
}

#[test]
fn entries_are_grouped_as_a_person_would() {
    let measured: Vec<(f64, f64)> = (1..=5).map(measure).collect();
    let lowest = |of: fn(&(f64, f64)) -> f64| measured.iter().map(of).fold(1.0, f64::min);
    let (by_look, joined) = (lowest(|(by_look, _)| *by_look), lowest(|(_, joined)| *joined));
    assert!(joined >= 0.95, "{measured:?}");
    assert!(by_look < 0.5, "so easy that nothing is measured: {measured:?}");
    let page = include_str!("../../../docs/patterns.md");
    let figures = format!("{joined:.3} with wordings joined, {by_look:.3} by the look of the words alone");
    assert!(
        page.split_whitespace().collect::<Vec<_>>().join(" ").contains(&figures),
        "docs/patterns.md lacks: {figures}"
    );
}
