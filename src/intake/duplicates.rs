//! Several bundles of one node: the newest counts, unless something shows that it must not replace the other. Several nodes
//! with one installation id: clones are reported.

use super::cluster::{CaseBuilder, Superseded};
use super::conflict::{is_copy_of, neither};
use crate::model::facts::Fingerprint;
use crate::model::input::{InputStatus, ProblemKind};
use crate::model::label::first_key_in;
use crate::model::log::LogDigest;
use crate::model::node::Snapshot;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// How long after its newest log line a bundle may be dated and still replace an older one; our own choice. A node that
/// stands still writes no logs.
const STANDING_STILL: TimeDelta = TimeDelta::days(7);

/// How long after `--as-of`, which is a day mostly.
const DAY: TimeDelta = TimeDelta::days(1);

type Bundles = Vec<(usize, Snapshot)>;

/// Leaves one bundle a node: the newest of one machine. What bundles that contradict each other agree on is left of them.
/// Gives the bundles that replace others.
pub(super) fn settle(builder: &mut CaseBuilder, as_of: DateTime<Utc>) -> Vec<Superseded> {
    let mut by_machine: BTreeMap<String, Bundles> = BTreeMap::new();
    for (index, snapshot) in std::mem::take(&mut builder.bundles) {
        let machine = builder.machine_of(index).unwrap_or_default();
        by_machine.entry(machine).or_default().push((index, snapshot));
    }
    let mut superseded = Vec::new();
    for mut bundles in by_machine.into_values() {
        bundles.sort_by(|(a, one), (b, other)| {
            (other.started, other.ended, a).cmp(&(one.started, one.ended, b))
        });
        once(builder, &mut bundles);
        if bundles.len() > 1 {
            one_of(builder, &mut bundles, as_of, &mut superseded);
        }
        builder.bundles.extend(bundles);
    }
    builder.bundles.sort_by_key(|(index, _)| *index);
    clones(builder);
    superseded
}

/// Leaves one bundle of a collection and its copy at level `identities`, whose names do not compare: the one whose names are
/// written as those of most other bundles are, or of equally many as the machine writes them.
pub(super) fn one_naming(builder: &mut CaseBuilder) {
    let naming = |builder: &CaseBuilder, index: usize| first_key_in(&builder.node(index)).map(str::to_owned);
    let mut names: BTreeMap<Option<String>, usize> = BTreeMap::new();
    for (index, _) in &builder.bundles {
        *names.entry(naming(builder, *index)).or_default() += 1;
    }
    let mut refused = Vec::new();
    for (index, copy) in builder.bundles.iter().filter(|(_, copy)| !copy.scrubbed_from.is_empty()) {
        let own = naming(builder, *index);
        let original = builder.bundles.iter().find(|(other, of)| {
            naming(builder, *other) != own
                && copy.scrubbed_from.contains(&of.manifest)
                && is_copy_of(copy, of)
        });
        if let Some((original, _)) = original {
            let count = |index: usize| names.get(&naming(builder, index)).copied().unwrap_or_default();
            let copy_counts = count(*index) > count(*original);
            refused.push(if copy_counts { (*original, *index) } else { (*index, *original) });
        }
    }
    for (index, kept) in refused {
        refuse(builder, index, &format!("is the same collection as {}", builder.name(kept)));
        builder.bundles.retain(|(other, _)| *other != index);
    }
}

/// Leaves one bundle a collection: of copies the strictest, of equal ones the one that is whole.
fn once(builder: &mut CaseBuilder, bundles: &mut Bundles) {
    let mut at = 0;
    while let Some((index, bundle)) = bundles.get(at) {
        let status = |index: usize| builder.inputs.get(index).map(|input| input.status);
        let better = bundles.iter().find(|(other, kept)| {
            let same =
                kept.manifest == bundle.manifest && (status(*other), *other) < (status(*index), *index);
            other != index && (same || (kept.manifest != bundle.manifest && is_copy_of(kept, bundle)))
        });
        let Some((other, kept)) = better else {
            at += 1;
            continue;
        };
        let what = if kept.manifest == bundle.manifest {
            "the same collection as"
        } else {
            "the collection of its stricter copy"
        };
        refuse(builder, *index, &format!("is {what} {}", builder.name(*other)));
        bundles.remove(at);
    }
}

/// Notes that a bundle does not count beside another one of its node.
fn refuse(builder: &mut CaseBuilder, index: usize, why: &str) {
    let text =
        format!("{} is of {} and {why}, which counts instead.", builder.name(index), builder.node(index));
    builder.problem(index, InputStatus::Refused, ProblemKind::Duplicate, text);
}

/// Leaves one of several collections of a node. `bundles`: the newest first.
fn one_of(
    builder: &mut CaseBuilder,
    bundles: &mut Bundles,
    as_of: DateTime<Utc>,
    superseded: &mut Vec<Superseded>,
) {
    let node = bundles.first().map(|(index, _)| builder.node(*index)).unwrap_or_default();
    let (sane, misdated): (Bundles, Bundles) =
        std::mem::take(bundles).into_iter().partition(|(_, bundle)| misdated(bundle, as_of).is_none());
    let all = |bundles: &Bundles, builder: &CaseBuilder| {
        bundles.iter().map(|(index, _)| builder.name(*index)).collect::<Vec<_>>().join(" and ")
    };
    let reason = match contradiction(&sane) {
        Some(why) => Some(why),
        None if sane.is_empty() => {
            Some("their dates are after their own logs or after the day of this report")
        }
        None => None,
    };
    if let Some(why) = reason {
        // None of them replaces another, and a date that cannot be right makes none worse.
        let mut all_of_node = sane;
        all_of_node.extend(misdated);
        all_of_node.sort_by_key(|(index, _)| *index);
        let names = all(&all_of_node, builder);
        let indices: Vec<usize> = all_of_node.iter().map(|(index, _)| *index).collect();
        let (merged, differ) = neither(all_of_node, &format!("{names} contradict each other"));
        let text = format!(
            "{names} are all of {node} and contradict each other ({why}); where they differ, none is believed: {differ}."
        );
        for index in indices {
            builder.problem(index, InputStatus::Partly, ProblemKind::Conflict, text.clone());
        }
        builder.conflicts.push(format!("Bundles of {node} contradict each other ({why}): {names}."));
        bundles.extend(merged);
        return;
    }
    let mut sane = sane.into_iter();
    let Some((newest, kept)) = sane.next() else { return };
    for (number, (index, older)) in sane.enumerate() {
        if number == 0 {
            superseded.push(Superseded { newer: builder.name(newest), older: older.started });
        }
        let text = format!(
            "{} is of {} and is older than {}, which counts instead; --before shows what changed since it.",
            builder.name(index),
            builder.node(index),
            builder.name(newest)
        );
        builder.problem(index, InputStatus::Refused, ProblemKind::Duplicate, text);
    }
    for (index, bundle) in misdated {
        let why = self::misdated(&bundle, as_of).unwrap_or_default();
        let (name, counts) = (builder.name(index), builder.name(newest));
        let text =
            format!("{name} is of {node} and replaces nothing, because it is dated {why}; {counts} counts.");
        builder.problem(index, InputStatus::Refused, ProblemKind::Conflict, text);
        builder
            .conflicts
            .push(format!("{name} is of {node}, too, and is not believed, because it is dated {why}."));
    }
    bundles.push((newest, kept));
}

/// Why the date of a bundle cannot be right, or is none of this report, as what follows "dated".
fn misdated(bundle: &Snapshot, as_of: DateTime<Utc>) -> Option<String> {
    let day = |time: DateTime<Utc>| time.format("%Y-%m-%d").to_string();
    let dated = bundle.started.to_utc();
    if dated.signed_duration_since(as_of) > DAY {
        return Some(format!("{}, after the day of this report, {}", day(dated), day(as_of)));
    }
    let newest = bundle.logs.value().and_then(LogDigest::newest)?.to_utc();
    (!bundle.copied && dated.signed_duration_since(newest) > STANDING_STILL)
        .then(|| format!("{}, long after its newest log line of {}", day(dated), day(newest)))
}

fn machine_id(snapshot: &Snapshot) -> Option<&Fingerprint> {
    snapshot.facts.host.machine_id.value().filter(|_| !snapshot.copied)
}

/// Why bundles of one name, the newest first, may not be of one machine, or are of one moment.
fn contradiction(bundles: &Bundles) -> Option<&'static str> {
    let pairs = || {
        bundles
            .iter()
            .enumerate()
            .flat_map(|(at, (_, newer))| bundles.iter().skip(at + 1).map(move |(_, older)| (newer, older)))
    };
    if pairs().any(|(newer, older)| newer.started == older.started) {
        return Some("they have one time and different content");
    }
    let differ = |(newer, older): (&Snapshot, &Snapshot)| match (machine_id(newer), machine_id(older)) {
        // Ids that were made with different keys prove nothing: they are not known to be of one machine.
        (Some(a), Some(b)) => !a.comparable(b) || a != b,
        (None, Some(_)) => true,
        // A copied folder has none, and what was collected on the machine itself may replace it.
        (Some(_), None) => !older.copied,
        (None, None) => !(newer.copied && older.copied),
    };
    if !pairs().any(differ) {
        return None;
    }
    let ids: Vec<&Fingerprint> = bundles.iter().filter_map(|(_, bundle)| machine_id(bundle)).collect();
    Some(if ids.len() < bundles.len() {
        "not all of them have an installation id"
    } else if pairs().any(
        |(a, b)| matches!((machine_id(a), machine_id(b)), (Some(a), Some(b)) if a.comparable(b) && a != b),
    ) {
        "their installation ids differ"
    } else {
        "their installation ids were made with different keys and cannot be compared"
    })
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
