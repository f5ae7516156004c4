//! One snapshot of each node from all that is loose of it; where there is a bundle, it counts, and loose parts fill what it
//! lacks.

use super::copied::unknown;
use super::names::Claim;
use super::{CopiedFolder, LooseConfig, LooseFacts};
use crate::intake::cluster::CaseBuilder;
use crate::logs::{FileDigest, merge};
use crate::model::facts::NodeFacts;
use crate::model::host_name::visible;
use crate::model::input::{InputStatus, ProblemKind};
use crate::model::log::LogDigest;
use crate::model::node::{Snapshot, SnapshotPart};
use crate::model::{Grade, Location, Node, Observed, Role};
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// Most inputs of which nobody says whose they are that are judged.
const NOBODYS: usize = 20;
/// Most logs of one node.
const LOGS: usize = 5_000;

/// Facts of one input.
type Of = (usize, LooseFacts);

/// Adds what is loose to the nodes. `confirmed`: all nodes are known by name, as a list or a person says.
pub(in crate::intake) fn assemble(
    builder: &mut CaseBuilder,
    nodes: &mut BTreeMap<String, Node>,
    confirmed: bool,
) {
    let mut by_machine: BTreeMap<String, Vec<Of>> = BTreeMap::new();
    let mut nobody: Vec<Of> = Vec::new();
    for (index, facts) in std::mem::take(&mut builder.loose) {
        let named = match &facts.claim {
            Claim::Named(name) => Some(builder.names.machine(&visible(name))),
            // A folder of any name is of a node if there is a node of this name.
            Claim::Maybe(name) => {
                Some(builder.names.machine(&visible(name))).filter(|machine| nodes.contains_key(machine))
            }
            Claim::Nobody => None,
        };
        match named {
            Some(machine) => by_machine.entry(machine).or_default().push((index, facts)),
            None => nobody.push((index, facts)),
        }
    }
    for (machine, all) in by_machine {
        let unlisted = confirmed && !nodes.contains_key(&machine);
        let node = nodes.entry(machine).or_default();
        if node.name.is_empty() {
            node.name = all.iter().find_map(|(index, _)| builder.input_node(*index)).unwrap_or_default();
        }
        if unlisted {
            node.role = Role::Unplaced;
        }
        for (index, facts) in &all {
            builder.set_node(*index, &node.name);
            if unlisted {
                let text = format!(
                    "{} is no node by the list of nodes: what this shows is judged apart.",
                    node.name
                );
                builder.note(*index, text);
                builder.unplace(*index);
            } else if !is_dated(facts) {
                builder.unplace(*index);
            }
        }
        match node.snapshot.take() {
            Some(bundle) => node.snapshot = Some(fill(builder, bundle, all)),
            None => node.snapshot = snapshot(builder, all, &node.name),
        }
    }
    for (number, (index, facts)) in nobody.into_iter().enumerate() {
        let name = builder.name(index);
        if number >= NOBODYS {
            let text = format!(
                "{name} does not count: it is one of more than {NOBODYS} inputs of which nobody says whose they are; say it with \
                 --node-of."
            );
            builder.problem(index, InputStatus::Refused, ProblemKind::Malformed, text);
            continue;
        }
        builder.unplace(index);
        builder.note(
            index,
            "Nobody says of which node it is; what it shows is reported as inferred.".to_owned(),
        );
        let snapshot = snapshot(builder, vec![(index, facts)], &name);
        // No machine is called so, and none can be compared with it.
        let node = Node { name: name.clone(), role: Role::Unplaced, snapshot, ..Node::default() };
        nodes.insert(format!("\0{name}"), node);
    }
}

/// Whether the time of what it shows is known.
fn is_dated(facts: &LooseFacts) -> bool {
    facts.newest().is_some()
}

/// The snapshot of a node without a bundle.
fn snapshot(builder: &mut CaseBuilder, all: Vec<Of>, node: &str) -> Option<Snapshot> {
    let (first, _) = all.first()?;
    let input = builder.name(*first);
    let why = if input == node {
        format!("only {node} was given, and nobody says of which node it is")
    } else {
        format!("only loose files of {node} were given: collect there")
    };
    let newest = all.iter().filter_map(|(_, facts)| facts.newest()).max();
    let mut one = Snapshot {
        input,
        started: newest.unwrap_or_default(),
        ended: newest.unwrap_or_default(),
        manifest: String::new(),
        scrubbed_from: Vec::new(),
        copied: true,
        elevated: Observed::not_collected(why.clone()),
        key_id: None,
        facts: unknown(&why),
        inventory: Observed::not_collected(why.clone()),
        settings: BTreeMap::new(),
        logs: Observed::not_collected(why.clone()),
        events: Observed::not_collected(why),
        grade: Grade::Loose,
        parts: Vec::new(),
    };
    fill_from(builder, &mut one, all);
    Some(one)
}

/// A bundle with what it lacks.
fn fill(builder: &mut CaseBuilder, mut bundle: Snapshot, all: Vec<Of>) -> Snapshot {
    fill_from(builder, &mut bundle, all);
    bundle
}

fn fill_from(builder: &mut CaseBuilder, snapshot: &mut Snapshot, mut all: Vec<Of>) {
    // What proves more comes first, then what is less deep in folders: those of the product have a `web.config`, too. Then
    // what is newer.
    let depth = |builder: &CaseBuilder, index: usize| builder.name(index).matches('/').count();
    all.sort_by(|(a, one), (b, other)| {
        let newest = |facts: &LooseFacts| std::cmp::Reverse(facts.newest());
        (one.grade, depth(builder, *a), newest(one), a).cmp(&(
            other.grade,
            depth(builder, *b),
            newest(other),
            b,
        ))
    });
    let mut logs: Vec<(usize, Grade, FileDigest)> = Vec::new();
    for (index, facts) in all {
        let input = builder.name(index);
        let LooseFacts { grade, logs: own, configs, iis, folder, key_id, .. } = facts;
        let part = |what: &str, place: &str| SnapshotPart {
            what: what.to_owned(),
            input: input.clone(),
            place: place.to_owned(),
            grade,
        };
        if let Some(CopiedFolder { place, facts, inventory }) = folder {
            if snapshot.parts.iter().any(|part| part.what == SnapshotPart::FILES)
                || snapshot.grade != Grade::Loose
            {
                builder.unused(index, &format!("the folder {place}"), &snapshot.input);
            } else {
                snapshot.grade = Grade::Copied;
                snapshot.input.clone_from(&input);
                snapshot.key_id = key_id;
                // It is the first of all parts, so that nothing else is known yet.
                snapshot.facts = NodeFacts { configs: BTreeMap::new(), ..*facts };
                snapshot.inventory = Observed::known(inventory, Location::file(&place));
                snapshot.parts.push(part(SnapshotPart::FILES, &place));
            }
        }
        for (file, LooseConfig { place, state, settings }) in configs {
            let has = snapshot.settings.get(&file).is_some_and(|known| !known.is_unknown())
                || snapshot
                    .facts
                    .configs
                    .get(&file)
                    .is_some_and(|known| !known.is_unknown() && snapshot.settings.contains_key(&file));
            if has {
                builder.unused(index, &place, &snapshot.input);
                continue;
            }
            let locate =
                |location: Location| Location { input: input.clone(), file: place.clone(), at: location.at };
            snapshot.facts.configs.insert(file.clone(), located(state, &locate));
            snapshot.settings.insert(file.clone(), located(settings, &locate));
            snapshot.parts.push(part(&file, &place));
        }
        if let Some((place, mut iis)) = iis {
            if snapshot.facts.iis.is_unknown() {
                if let Some(iis) = iis.value_mut() {
                    iis.application = std::mem::take(&mut iis.application).in_input(&input);
                }
                snapshot.facts.iis = iis.in_input(&input);
                snapshot.parts.push(part(SnapshotPart::IIS, &place));
            } else {
                builder.unused(index, &place, &snapshot.input);
            }
        }
        logs.extend(own.into_iter().map(|log| (index, grade, log)));
    }
    add_logs(builder, snapshot, logs);
    snapshot.parts.sort();
}

/// Logs of a node without any; a bundle's own logs count, and what goes on after them is said.
fn add_logs(builder: &mut CaseBuilder, snapshot: &mut Snapshot, mut logs: Vec<(usize, Grade, FileDigest)>) {
    if logs.is_empty() {
        return;
    }
    for (index, _, log) in logs.split_off(logs.len().min(LOGS)) {
        let text = format!("{} is not read: these are more than {LOGS} logs of one node.", log.file.name);
        builder.problem(index, InputStatus::Partly, ProblemKind::Malformed, text);
    }
    if let Some(digest) = snapshot.logs.value() {
        let until = digest.newest();
        let mut inputs: BTreeMap<usize, Option<DateTime<FixedOffset>>> = BTreeMap::new();
        for (index, _, log) in &logs {
            let newest = inputs.entry(*index).or_default();
            *newest = (*newest).max(log.file.period.map(|period| period.to));
        }
        for (index, newest) in inputs {
            builder.logs_unused(index, &snapshot.input, until, newest);
        }
        return;
    }
    // The input of the newest line stands for all; each line has its own.
    let mut digests = Vec::new();
    for (index, grade, mut log) in logs {
        let input = builder.name(index);
        log.set_input(&input);
        let known = snapshot.parts.iter().any(|part| part.what == SnapshotPart::LOGS && part.input == input);
        if !known {
            let place = input.clone();
            snapshot.parts.push(SnapshotPart { what: SnapshotPart::LOGS.to_owned(), input, place, grade });
        }
        digests.push(log);
    }
    let digest: LogDigest = merge(digests);
    for file in digest.files.iter().filter(|file| file.copy_of.is_some()) {
        let text = format!(
            "{} is a copy of {} and counts once.",
            file.name,
            file.copy_of.as_deref().unwrap_or_default()
        );
        let of = snapshot
            .parts
            .iter()
            .find(|part| part.what == SnapshotPart::LOGS && file.name.starts_with(&part.place));
        if let Some(index) = of.and_then(|part| builder.index_of(&part.input)) {
            builder.note(index, text);
        }
    }
    let newest = digest.newest();
    if snapshot.grade != Grade::Bundle && newest > Some(snapshot.ended) {
        snapshot.ended = newest.unwrap_or(snapshot.ended);
        snapshot.started = snapshot.ended;
    }
    let input =
        snapshot.parts.iter().find(|part| part.what == SnapshotPart::LOGS).map(|part| part.input.clone());
    let place = Location { input: input.unwrap_or_default(), ..Location::file("logs") };
    snapshot.logs = Observed::known(digest, place);
}

/// A fact with its places changed.
fn located<T>(fact: Observed<T>, locate: &impl Fn(Location) -> Location) -> Observed<T> {
    match fact {
        Observed::Known { value, sources, disputed } => Observed::Known {
            value,
            sources: sources.into_iter().map(locate).collect(),
            disputed: disputed.into_iter().map(|(value, place)| (value, locate(place))).collect(),
        },
        Observed::Absent { looked_at } => Observed::Absent { looked_at: locate(looked_at) },
        Observed::Unreadable { place, why } => Observed::Unreadable { place: locate(place), why },
        other @ Observed::NotCollected { .. } => other,
    }
}
