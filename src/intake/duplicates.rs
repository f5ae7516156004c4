//! Several bundles of one node, and one machine under several names.

use super::cluster::Desk;
use crate::model::facts::Fingerprint;
use crate::model::input::ProblemKind;
use crate::model::node::Snapshot;
use std::collections::BTreeMap;

/// Leaves one bundle a node in `desk.bundles`: the newest of one machine. Bundles of one name from two machines
/// contradict each other, and none of them counts.
pub(super) fn settle(desk: &mut Desk) {
    let mut by_machine: BTreeMap<String, Vec<(usize, Snapshot)>> = BTreeMap::new();
    for (index, snapshot) in std::mem::take(&mut desk.bundles) {
        let machine = desk.machine_of(index).unwrap_or_default();
        by_machine.entry(machine).or_default().push((index, snapshot));
    }
    for mut bundles in by_machine.into_values() {
        // One clock, so its readings compare. The same collection twice: the first by name.
        bundles.sort_by(|(a, one), (b, other)| {
            (other.started, other.ended, a).cmp(&(one.started, one.ended, b))
        });
        let names: Vec<String> = bundles.iter().map(|(index, _)| desk.name(*index)).collect();
        if let Some(conflict) = conflict(&bundles) {
            for (index, _) in bundles {
                let node = desk.node(index);
                let text = format!(
                    "{} say they are of {node} and come from different machines ({conflict}); none of them counts.",
                    names.join(" and ")
                );
                desk.refuse(index, ProblemKind::Duplicate, text);
            }
            continue;
        }
        let mut bundles = bundles.into_iter();
        let newest = bundles.next();
        for (index, snapshot) in bundles {
            let (name, node) = (desk.name(index), desk.node(index));
            let kept = names.first().map_or("", String::as_str);
            let again = newest.as_ref().is_some_and(|(_, newest)| {
                (newest.started, newest.ended) == (snapshot.started, snapshot.ended)
            });
            let than = if again { "is the same collection as" } else { "is older than" };
            let text = format!("{name} is of {node} and {than} {kept}, which counts instead.");
            desk.refuse(index, ProblemKind::Duplicate, text);
        }
        desk.bundles.extend(newest);
    }
    desk.bundles.sort_by_key(|(index, _)| *index);
    clones(desk);
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

/// Two nodes with one installation id are copies of one machine. Both count; both are told.
fn clones(desk: &mut Desk) {
    let mut told = Vec::new();
    for (at, (index, snapshot)) in desk.bundles.iter().enumerate() {
        let Some(id) = machine_id(snapshot) else { continue };
        for (other, _) in desk.bundles.iter().skip(at + 1).filter(|(_, other)| machine_id(other) == Some(id))
        {
            let text = format!(
                "{} and {} have the same installation id: one is a clone of the other ({}, {}).",
                desk.node(*index),
                desk.node(*other),
                desk.name(*index),
                desk.name(*other)
            );
            told.push((*index, text.clone()));
            told.push((*other, text));
        }
    }
    for (index, text) in told {
        desk.problem(index, ProblemKind::Duplicate, text);
    }
}
