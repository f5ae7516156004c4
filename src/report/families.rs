//! Rules by family, for the pages: a catalogue of two hundred rows is read by family or not at all.

use super::model::{Coverage, RuleCoverage};
use serde::Serialize;
use std::collections::BTreeMap;

/// Families by the prefix of their ids, in the words of the catalogue's chapters.
const TITLES: [(&str, &str); 16] = [
    ("BKP", "Backups"),
    ("BND", "Bundles"),
    ("BUS", "Message bus and engines"),
    ("CFG", "Configuration files"),
    ("CLU", "Cluster set-up"),
    ("ENC", "Encryption key"),
    ("IIS", "IIS"),
    ("LBL", "Load balancer"),
    ("LOG", "Logs"),
    ("ROL", "Roles and licences"),
    ("SEC", "Security hygiene"),
    ("SQL", "Database server"),
    ("SYS", "Windows and .NET"),
    ("TIM", "Time"),
    ("UPG", "Upgrade path"),
    ("VER", "Versions"),
];

/// The rules of one family.
#[derive(Serialize)]
pub(super) struct FamilyRows<'a> {
    /// Prefix of the ids.
    id: &'a str,
    /// What the family is about; its prefix where a team has rules of its own.
    title: &'a str,
    /// Rules by outcome, as `3 unknown`, in the order in which they need a reader.
    tally: Vec<Tally>,
    /// Some rule broke: that is shown without being asked for.
    loud: bool,
    /// Rules, those that need a reader first.
    rules: Vec<&'a RuleCoverage>,
}

/// Rules of one outcome.
#[derive(Serialize)]
struct Tally {
    outcome: &'static str,
    count: usize,
    /// The outcome as it is said of a number of rules.
    words: &'static str,
}

/// Outcomes in the order in which they need a reader.
const ORDER: [(&str, &str); 5] = [
    ("findings", "with findings"),
    ("failed", "failed"),
    ("unknown", "unknown"),
    ("pass", "passed"),
    ("not-applicable", "not applicable"),
];

/// The prefix of an id.
fn family(id: &str) -> &str {
    id.split_once('-').map_or(id, |(family, _)| family)
}

/// The coverage by family, in order of prefix.
pub(super) fn families(coverage: &Coverage) -> Vec<FamilyRows<'_>> {
    let mut families: BTreeMap<&str, Vec<&RuleCoverage>> = BTreeMap::new();
    for rule in &coverage.rules {
        families.entry(family(&rule.rule)).or_default().push(rule);
    }
    families
        .into_iter()
        .map(|(id, mut rules)| {
            let rank = |outcome| ORDER.iter().position(|(word, _)| *word == outcome);
            rules.sort_by_key(|rule| (rank(rule.outcome), &rule.rule));
            let count = |outcome: &str| rules.iter().filter(|rule| rule.outcome == outcome).count();
            let tally = ORDER.map(|(outcome, words)| Tally { outcome, count: count(outcome), words });
            FamilyRows {
                id,
                title: TITLES.iter().find(|(prefix, _)| *prefix == id).map_or(id, |(_, title)| title),
                loud: rules.iter().any(|rule| rule.outcome == "failed"),
                tally: tally.into_iter().filter(|tally| tally.count > 0).collect(),
                rules,
            }
        })
        .collect()
}

/// Ids by family with their number, as `VER 6`, in order of prefix.
pub(super) fn by_family(ids: &[String]) -> Vec<String> {
    let mut families: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids {
        *families.entry(family(id)).or_default() += 1;
    }
    families.into_iter().map(|(family, count)| format!("{family} {count}")).collect()
}
