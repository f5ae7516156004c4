//! How far clocks of nodes lie apart, as far as that can be said: only from each node's offset to one shared
//! reference, never from their own readings.

use crate::model::clocks::{NodeClock, comparable, readings};
use crate::model::facts::ClockReference;
use crate::model::node::Snapshot;
use crate::rules::engine::prelude::*;

/// What the sources say of the builds that need equal clocks.
pub(crate) const SCOPE: [&str; 2] = [
    "SEED: servers need the same date and time on 8.9.300000 or earlier.",
    "D:networking/secret-server-clustering: one step asks for it on 8.9.300000 or later, the list of errors names \
     builds before 8.9.300000; RN:8.9.300000 brought times in UTC.",
];

/// Two nodes and the distance of their clocks, in milliseconds: at least, as measured, and at most, as far as the
/// uncertainty of both readings leaves it open. Ordered by how far they surely lie apart.
struct Pair<'a> {
    at_least: u64,
    measured: u64,
    at_most: u64,
    nodes: [&'a Node; 2],
}

/// From when on clocks are too far apart, in milliseconds.
pub(crate) struct Limits {
    /// A finding, where two clocks surely lie further apart.
    pub(crate) fault: u64,
    /// Nothing can be said, where two clocks lie further apart as measured, but not surely.
    pub(crate) doubt: u64,
    /// The same, where they may lie further apart: readings that agree need not be exact, only too close for harm.
    pub(crate) harm: u64,
}

/// Compares the clocks of all serving nodes. Findings, weighed by how far clocks lie apart, surely and as measured: one for each node whose
/// clock differs from that of most nodes, else one for the two nodes that lie furthest apart.
pub(crate) fn judge(cx: &Context, limits: &Limits, weigh: impl Fn(Finding, u64, u64) -> Finding) -> Outcome {
    known!(cx.several_nodes());
    let (readings, mut missing) = comparable_readings(cx);
    let pairs: Vec<Pair> = readings
        .iter()
        .enumerate()
        .flat_map(|(index, first)| readings.iter().skip(index + 1).map(|second| Pair::of(first, second)))
        .collect();
    // Of equal pairs the first counts.
    let widest = pairs.iter().rev().max_by_key(|pair| (pair.at_least, pair.measured));
    let Some(pair) = widest else { return missing.into() };
    let names = pair.nodes.map(|node| node.name.as_str()).join(" and ");
    if pair.at_least > limits.fault {
        let evidence = || readings.iter().map(evidence);
        let complete = |finding: Finding, pair: &Pair| {
            let finding = SCOPE.into_iter().fold(finding.resting_on(evidence()), Finding::note);
            weigh(finding, pair.at_least, pair.measured)
        };
        let odd = odd_ones(&readings, limits.fault);
        if odd.is_empty() {
            let title = format!("The clocks of {names} lie {} apart", seconds(pair.measured));
            let remedy = format!("Set the clocks of {names} from one time source.");
            return complete(cx.on_cluster(title, remedy), pair).into();
        }
        let of_node = |(reading, from_most): (&NodeClock, Pair)| {
            let name = &reading.node.name;
            let [_, most] = from_most.nodes;
            let ahead = readings.iter().any(|other| {
                std::ptr::eq(other.node, most) && other.reference.offset_ms < reading.reference.offset_ms
            });
            let word = if ahead { "ahead of" } else { "behind" };
            let title =
                format!("The clock of {name} is {} {word} the other nodes", seconds(from_most.measured));
            let remedy = format!("Set the clock of {name} from the time source of the other nodes.");
            complete(cx.on_node(reading.node, title, remedy), &from_most)
        };
        return Outcome::Findings(odd.into_iter().map(of_node).collect());
    }
    let measured = pairs.iter().map(|pair| pair.measured).max().unwrap_or_default();
    let at_most = pairs.iter().map(|pair| pair.at_most).max().unwrap_or_default();
    if measured > limits.doubt || at_most > limits.harm {
        let [_, second] = pair.nodes;
        let why = format!(
            "they lie {} apart as measured, {} at least and {} at most",
            seconds(pair.measured),
            seconds(pair.at_least),
            seconds(at_most)
        );
        let how = "with --reference-time, after its clock was set like the others'";
        let from = EvidenceRequest::again(&second.name, how);
        missing.push(MissingEvidence::of_cluster(format!("closer clock readings of {names}"), why, from));
    }
    if !missing.is_empty() {
        return missing.into();
    }
    let note = format!("no two clocks lie more than {} apart", seconds(at_most));
    Outcome::Pass { note, inferred: at_most > limits.fault }
}

/// The nodes whose clocks surely differ from the one in the middle, each with its distance from that; none where most
/// nodes do not agree with it, or one of a pair of nodes differs from the other.
fn odd_ones<'r, 'a>(readings: &'r [NodeClock<'a>], limit: u64) -> Vec<(&'r NodeClock<'a>, Pair<'a>)> {
    let mut sorted: Vec<&NodeClock> = readings.iter().collect();
    sorted.sort_by_key(|reading| reading.reference.offset_ms);
    let Some(middle) = sorted.get(sorted.len() / 2).filter(|_| sorted.len() > 2) else { return Vec::new() };
    let apart: Vec<(&NodeClock, Pair)> =
        readings.iter().map(|reading| (reading, Pair::of(reading, middle))).collect();
    let agree = apart.iter().filter(|(_, pair)| pair.at_least <= limit).count();
    if agree * 2 <= readings.len() {
        return Vec::new();
    }
    apart.into_iter().filter(|(_, pair)| pair.at_least > limit).collect()
}

/// The readings of serving nodes against the reference that most of them share, in order of node, and what is missing
/// of the other nodes.
fn comparable_readings<'a>(cx: &Context<'a>) -> (Vec<NodeClock<'a>>, Vec<MissingEvidence>) {
    for source in ["host.clock-reference", "host.time-service", "diagnostics", "healthcheck"] {
        cx.ask(source);
    }
    let nodes: Vec<&Node> = cx.cluster.serving().collect();
    let all: Vec<NodeClock> = nodes.iter().flat_map(|node| readings(node)).collect();
    let readings = comparable(&all);
    let mut missing = Vec::new();
    for node in nodes {
        let of_node = |one: &&NodeClock| std::ptr::eq(one.node, node);
        if let Some(reading) = readings.iter().find(of_node) {
            cx.use_input(&reading.place.input);
        } else if all.iter().any(|one| of_node(&one)) {
            missing.push(again(node, "it was held against another reference than the others"));
        } else {
            missing.push(unreported(cx, node));
        }
    }
    (readings, missing)
}

/// That nothing tells the node's clock.
fn unreported(cx: &Context, node: &Node) -> MissingEvidence {
    let again = |snapshot: &Snapshot| {
        let why = snapshot.facts.host.clock_reference.why_unknown();
        again(node, &why.unwrap_or_else(|| "there is none".into()))
    };
    cx.any_snapshot(node).map_or_else(|gap| gap, again)
}

fn again(node: &Node, why: &str) -> MissingEvidence {
    let what = format!("the clock of {} against a reference that all nodes share", node.name);
    MissingEvidence::again(&node.name, what, why, "with --reference-time")
}

fn evidence(clock: &NodeClock) -> Evidence {
    let ClockReference { source, offset_ms, uncertainty_ms } = clock.reference;
    let sign = if *offset_ms < 0 { "-" } else { "+" };
    let (offset, unsure) = (seconds(offset_ms.unsigned_abs()), seconds(*uncertainty_ms));
    let fact = format!("clock against the reference \"{source}\"");
    let value = format!("{sign}{offset} give or take {unsure}");
    Evidence::value(&clock.node.name, fact, value, clock.place.clone())
}

impl<'a> Pair<'a> {
    fn of(first: &NodeClock<'a>, second: &NodeClock<'a>) -> Self {
        let [a, b] = [first.reference, second.reference];
        let measured = a.offset_ms.abs_diff(b.offset_ms);
        let uncertainty = a.uncertainty_ms.saturating_add(b.uncertainty_ms);
        Self {
            at_least: measured.saturating_sub(uncertainty),
            measured,
            at_most: measured.saturating_add(uncertainty),
            nodes: [first.node, second.node],
        }
    }
}

/// Milliseconds in the reader's words: "12.3 s", "7 min 5 s".
pub(crate) fn seconds(ms: u64) -> String {
    let (minutes, millis) = (ms / 60_000, ms % 60_000);
    if minutes == 0 {
        format!("{}.{} s", millis / 1000, millis % 1000 / 100)
    } else {
        format!("{minutes} min {} s", millis / 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn spans_read_like_spans() {
        assert_eq!([seconds(0), seconds(12_340), seconds(425_900)], ["0.0 s", "12.3 s", "7 min 5 s"]);
    }
}
