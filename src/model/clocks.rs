//! Clocks of nodes, compared through one reference that they share: readings of different nodes are never subtracted.

use super::facts::ClockReference;
use super::location::Location;
use super::node::Node;
use std::collections::BTreeMap;

/// One node's clock against one reference.
#[derive(Debug, Clone)]
pub struct NodeClock<'a> {
    /// The node.
    pub node: &'a Node,
    /// Its clock against the reference.
    pub reference: &'a ClockReference,
    /// Where that is.
    pub place: Location,
}

/// What the bundle and the exports of a node say of its clock: each reference once.
pub fn readings(node: &Node) -> Vec<NodeClock<'_>> {
    let own = node.snapshot.as_ref().map(|snapshot| &snapshot.facts.host);
    let own = own.into_iter().flat_map(|host| [&host.clock_reference, &host.time_service]);
    let mut readings: Vec<NodeClock> = Vec::new();
    for observed in own.chain([&node.clocks.time_service, &node.clocks.asker, &node.clocks.database]) {
        let (Some(reference), Some(place)) = (observed.value(), observed.place()) else { continue };
        if readings.iter().all(|one| one.reference.source != reference.source) {
            readings.push(NodeClock { node, reference, place: place.in_input(node.input()) });
        }
    }
    readings
}

/// The readings against the reference that most of the nodes share; of references that as many nodes have, the one that
/// is surest of the least sure of them.
pub fn comparable<'a>(readings: &[NodeClock<'a>]) -> Vec<NodeClock<'a>> {
    let mut sources: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    for ClockReference { source, uncertainty_ms, .. } in readings.iter().map(|reading| reading.reference) {
        let (count, unsure) = sources.entry(source).or_default();
        *count += 1;
        *unsure = (*unsure).max(*uncertainty_ms);
    }
    let best = sources.into_iter().rev().max_by_key(|(_, (count, unsure))| (*count, u64::MAX - *unsure));
    let of_best = |one: &&NodeClock| Some(one.reference.source.as_str()) == best.map(|(source, _)| source);
    readings.iter().filter(of_best).cloned().collect()
}

/// The largest offset that is believed, in milliseconds: ten years.
const BELIEVED: u64 = 10 * 366 * 24 * 3_600_000;

/// Milliseconds by which the clock of a node is ahead of the reference that several nodes share; 0 where that is not sure.
pub fn ahead_ms(node: &Node, comparable: &[NodeClock]) -> i64 {
    let of_node = |clock: &&NodeClock| comparable.len() > 1 && std::ptr::eq(clock.node, node);
    let reference = comparable.iter().find(of_node).map(|clock| clock.reference);
    let sure = reference.filter(|one| {
        (one.uncertainty_ms.saturating_add(1)..=BELIEVED).contains(&one.offset_ms.unsigned_abs())
    });
    sure.map_or(0, |reference| reference.offset_ms)
}
