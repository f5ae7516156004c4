//! Two moments of one cluster: what was found then and what is found now. Both sides are read from the JSON form of a
//! report, so that an earlier report says the same as the bundles it was made of.

mod facts;
mod findings;
mod lost;
mod moments;
mod plan;
mod snapshot;
mod view;

pub use snapshot::{BeforeError, FileList, Snapshot, is_own_json};
pub use view::{
    Change, ChangedFinding, EarlierReport, FactChange, FactChangeKind, Moment, Moments, NodeChanges,
    NodeUpgrade, PatternChange, Since, UpgradeCheck, UpgradeState,
};

use crate::finding::Severity;
use crate::model::host_name::same_host;
use crate::text::names::listed;
use std::collections::BTreeSet;

/// Compares two reports of one cluster. `before` of another cluster is refused with the names of both.
pub fn since(before: &Snapshot, after: &Snapshot) -> Result<Since, BeforeError> {
    let common = |name: &String| after.node_names().any(|other| same_host(name, other));
    if !before.node_names().any(common) {
        let names = |snapshot: &Snapshot| match snapshot.node_names().cloned().collect::<Vec<_>>() {
            names if names.is_empty() => "no node".to_owned(),
            names => bounded(&names),
        };
        return Err(BeforeError::OtherCluster { before: names(before), after: names(after) });
    }
    let findings = findings::compare(before, after);
    let counts = Change::ALL
        .iter()
        .map(|change| (change.word(), findings.iter().filter(|one| one.change == *change).count()))
        .collect();
    let (patterns, patterns_more, patterns_gone) = facts::patterns(before, after);
    Ok(Since {
        before: EarlierReport::of(before),
        notes: notes(before, after),
        counts,
        moments: moments::moments(before, after, &findings),
        nodes: facts::nodes(before, after),
        patterns,
        patterns_more,
        patterns_gone,
        upgrade: plan::check(before, after),
        findings,
    })
}

impl Since {
    /// Whether anything is new or worse since then and at least this severe, but for findings with a fingerprint in `known`.
    pub fn has_new(&self, least: Severity, known: &BTreeSet<&str>) -> bool {
        self.findings
            .iter()
            .filter(|one| matches!(one.change, Change::New | Change::Worse) && one.severity <= least)
            .any(|one| !known.contains(one.fingerprint.as_str()))
    }
}

/// Most names in one sentence.
const NAMES: usize = 6;

/// `A, B and C`, at most [`NAMES`] of them.
fn bounded(names: &[String]) -> String {
    match names.get(..NAMES) {
        Some(shown) if names.len() > NAMES => {
            format!("{} and {} more", shown.join(", "), names.len() - NAMES)
        }
        _ => listed(names),
    }
}

/// What a reader of the comparison has to know.
fn notes(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let mut notes = Vec::new();
    if before.edition() != after.edition() {
        notes.push(format!(
            "The earlier report was made by {}, this one by {}. What may have changed for that reason only is a group of its own.",
            before.edition(),
            after.edition()
        ));
    }
    let names = |of: &Snapshot, other: &Snapshot| -> Vec<String> {
        of.node_names().filter(|name| !other.node_names().any(|one| same_host(name, one))).cloned().collect()
    };
    let (gone, added) = (names(before, after), names(after, before));
    if !gone.is_empty() {
        notes.push(format!("Not in this report: {}.", bounded(&gone)));
    }
    if !added.is_empty() {
        notes.push(format!("Not in the earlier report: {}.", bounded(&added)));
    }
    if before.files.is_empty() && !after.files.is_empty() {
        notes.push("Files were not compared: a report does not list them, only bundles do.".to_owned());
    }
    if before.moment() > after.moment() {
        notes.push("The earlier evidence is newer than this one: check which is which.".to_owned());
    }
    if before.target != after.target {
        let target = |snapshot: &Snapshot| snapshot.target.clone().unwrap_or_else(|| "none".to_owned());
        notes.push(format!(
            "Checked for another target build: {} then, {} now.",
            target(before),
            target(after)
        ));
    }
    notes
}
