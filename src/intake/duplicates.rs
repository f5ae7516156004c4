//! Several bundles of one node: the newest counts. Several nodes with one installation id: clones are reported.

use super::cluster::CaseBuilder;
use crate::model::facts::Fingerprint;
use crate::model::input::{InputStatus, ProblemKind};
use crate::model::node::Snapshot;
use std::collections::BTreeMap;

/// Leaves one bundle a node in `desk.bundles`: the newest of one machine. Bundles of one name from two machines
/// contradict each other, and none of them counts.
pub(super) fn settle(builder: &mut CaseBuilder) {
    let mut by_machine: BTreeMap<String, Vec<(usize, Snapshot)>> = BTreeMap::new();
    for (index, snapshot) in std::mem::take(&mut builder.bundles) {
        let machine = builder.machine_of(index).unwrap_or_default();
        by_machine.entry(machine).or_default().push((index, snapshot));
    }
    for mut bundles in by_machine.into_values() {
        // One clock, so its readings compare. The same collection twice: the first by name.
        bundles.sort_by(|(a, one), (b, other)| {
            (other.started, other.ended, a).cmp(&(one.started, one.ended, b))
        });
        let names: Vec<String> = bundles.iter().map(|(index, _)| builder.name(*index)).collect();
        if let Some(conflict) = conflict(&bundles) {
            for (index, _) in bundles {
                let node = builder.node(index);
                let text = format!(
                    "{} are all from a node named {node}, but from different machines ({conflict}); none of them counts.",
                    names.join(" and ")
                );
                builder.problem(index, InputStatus::Refused, ProblemKind::Duplicate, text);
            }
            continue;
        }
        let mut bundles = bundles.into_iter();
        let newest = bundles.next();
        for (index, snapshot) in bundles {
            let (name, node) = (builder.name(index), builder.node(index));
            let kept = names.first().map_or("", String::as_str);
            let again = newest.as_ref().is_some_and(|(_, newest)| {
                (newest.started, newest.ended) == (snapshot.started, snapshot.ended)
            });
            let than = if again { "is the same collection as" } else { "is older than" };
            let text = format!("{name} is of {node} and {than} {kept}, which counts instead.");
            builder.problem(index, InputStatus::Refused, ProblemKind::Duplicate, text);
        }
        builder.bundles.extend(newest);
    }
    builder.bundles.sort_by_key(|(index, _)| *index);
    clones(builder);
}

fn machine_id(snapshot: &Snapshot) -> Option<&Fingerprint> {
    snapshot.facts.host.machine_id.value().filter(|_| !snapshot.copied)
}

/// Why bundles of one name are not of one machine.
fn conflict(bundles: &[(usize, Snapshot)]) -> Option<&'static str> {
    let ids: Vec<&Fingerprint> = bundles.iter().filter_map(|(_, snapshot)| machine_id(snapshot)).collect();
    let differ = ids
        .iter()
        .enumerate()
        .any(|(at, id)| ids.iter().skip(at + 1).any(|other| id.comparable(other) && id != other));
    differ.then_some("their installation ids differ")
}

/// Two nodes with one installation id are copies of one machine. Both count; both are reported.
fn clones(builder: &mut CaseBuilder) {
    let mut reported = Vec::new();
    for (at, (index, snapshot)) in builder.bundles.iter().enumerate() {
        let Some(id) = machine_id(snapshot) else { continue };
        for (other, _) in
            builder.bundles.iter().skip(at + 1).filter(|(_, other)| machine_id(other) == Some(id))
        {
            let text = format!(
                "{} and {} have the same installation id: one is a clone of the other ({}, {}).",
                builder.node(*index),
                builder.node(*other),
                builder.name(*index),
                builder.name(*other)
            );
            reported.push((*index, text.clone()));
            reported.push((*other, text));
        }
    }
    for (index, text) in reported {
        builder.problem(index, InputStatus::Read, ProblemKind::Duplicate, text);
    }
}
