//! How far clocks of nodes lie apart, as far as that can be said: only from each node's offset to one shared
//! reference, never from their own readings (DESIGN 4).

use super::comparable::comparable;
use crate::model::facts::ClockReference;
use crate::rules::engine::prelude::*;
use std::collections::BTreeMap;

/// The two clocks that lie furthest apart, and what is missing to compare all.
pub(crate) struct Skew<'a> {
    /// Nodes with the offsets that compare, in order of node.
    pub(crate) readings: Vec<Reading<'a>>,
    /// The pair whose clocks surely lie furthest apart; `None` with fewer than two readings.
    pub(crate) widest: Option<Pair<'a>>,
    /// The largest distance of any pair as measured, in milliseconds.
    pub(crate) measured: u64,
    /// The largest distance that any pair may have, in milliseconds.
    pub(crate) at_most: u64,
    /// Nodes that do not compare.
    pub(crate) missing: Vec<MissingEvidence>,
}

/// One node's clock against one reference.
#[derive(Clone)]
pub(crate) struct Reading<'a> {
    node: &'a Node,
    reference: &'a ClockReference,
    place: Place,
}

/// Two nodes and the distance of their clocks, in milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Pair<'a> {
    /// The nodes, in order.
    pub(crate) nodes: [&'a Node; 2],
    /// Distance as measured.
    pub(crate) measured: u64,
    /// Distance that the uncertainty of both readings leaves.
    pub(crate) at_least: u64,
}

/// Compares the clocks of all serving nodes.
pub(crate) fn skew<'a>(cx: &Context<'a>) -> Skew<'a> {
    for source in ["host.clock-reference", "host.time-service", "diagnostics", "healthcheck"] {
        cx.ask(source);
    }
    let nodes: Vec<&Node> = cx.cluster.serving().collect();
    let all: Vec<Reading> = nodes.iter().flat_map(|node| readings(node)).collect();
    // Of references that as many nodes have, the one that is surest of the least sure of them.
    let mut unsure: BTreeMap<&str, u64> = BTreeMap::new();
    for ClockReference { source, uncertainty_ms, .. } in all.iter().map(|reading| reading.reference) {
        let unsure = unsure.entry(source).or_default();
        *unsure = (*unsure).max(*uncertainty_ms);
    }
    let (readings, _) = comparable(all.clone(), |reading| {
        let source = reading.reference.source.as_str();
        (unsure.get(source), source)
    });
    let mut missing = Vec::new();
    for node in nodes {
        let of_node = |one: &&Reading| std::ptr::eq(one.node, node);
        if let Some(reading) = readings.iter().find(of_node) {
            cx.use_input(&reading.place.input);
        } else if all.iter().any(|one| of_node(&one)) {
            missing.push(again(node, "it was held against another reference than the others"));
        } else {
            missing.push(unreported(cx, node));
        }
    }
    let (mut widest, mut most, mut at_most): (Option<Pair>, u64, u64) = (None, 0, 0);
    for (index, first) in readings.iter().enumerate() {
        for second in readings.iter().skip(index + 1) {
            let [a, b] = [first.reference, second.reference];
            let measured = a.offset_ms.abs_diff(b.offset_ms);
            let uncertainty = a.uncertainty_ms.saturating_add(b.uncertainty_ms);
            most = most.max(measured);
            at_most = at_most.max(measured.saturating_add(uncertainty));
            let at_least = measured.saturating_sub(uncertainty);
            if widest.is_none_or(|pair| (at_least, measured) > (pair.at_least, pair.measured)) {
                widest = Some(Pair { nodes: [first.node, second.node], measured, at_least });
            }
        }
    }
    Skew { readings, widest, measured: most, at_most, missing }
}

/// What the node's bundle and exports say of its clock: each reference once.
fn readings(node: &Node) -> Vec<Reading<'_>> {
    let own = node.snapshot.as_ref();
    let input = own.map_or("", |snapshot| snapshot.input.as_str());
    let own = own.map(|snapshot| &snapshot.facts.host);
    let own = own.into_iter().flat_map(|host| [&host.clock_reference, &host.time_service]);
    let mut readings: Vec<Reading> = Vec::new();
    for observed in own.chain([&node.clocks.time_service, &node.clocks.asker, &node.clocks.database]) {
        let (Some(reference), Some(place)) = (observed.value(), observed.place()) else { continue };
        if readings.iter().all(|one| one.reference.source != reference.source) {
            readings.push(Reading { node, reference, place: place.in_input(input) });
        }
    }
    readings
}

/// That nothing tells the node's clock.
fn unreported(cx: &Context, node: &Node) -> MissingEvidence {
    match cx.any_snapshot(node) {
        Err(gap) => gap,
        Ok(snapshot) => {
            let why = snapshot.facts.host.clock_reference.why_unknown();
            again(node, &why.unwrap_or_else(|| "there is none".into()))
        }
    }
}

fn again(node: &Node, why: &str) -> MissingEvidence {
    MissingEvidence {
        node: Some(node.name.clone()),
        what: format!("the clock of {} against a reference that all nodes share", node.name),
        why: why.into(),
        from: EvidenceRequest::again(&node.name, "with --reference-time"),
    }
}

impl Skew<'_> {
    /// The readings as evidence.
    pub(crate) fn evidence(&self) -> Vec<Evidence> {
        self.readings.iter().map(Reading::evidence).collect()
    }
}

impl Reading<'_> {
    fn evidence(&self) -> Evidence {
        let ClockReference { source, offset_ms, uncertainty_ms } = self.reference;
        let sign = if *offset_ms < 0 { "-" } else { "+" };
        Evidence::value(
            &self.node.name,
            format!("clock against the reference \"{source}\""),
            format!("{sign}{} give or take {}", seconds(offset_ms.unsigned_abs()), seconds(*uncertainty_ms)),
            self.place.clone(),
        )
    }
}

impl Pair<'_> {
    /// "WEB01 and WEB02".
    pub(crate) fn names(&self) -> String {
        self.nodes.map(|node| node.name.as_str()).join(" and ")
    }

    /// That readings are too uncertain for a judgement.
    pub(crate) fn too_uncertain(&self, at_most: u64) -> MissingEvidence {
        let [_, second] = self.nodes;
        MissingEvidence {
            node: None,
            what: format!("closer clock readings of {}", self.names()),
            why: format!(
                "they lie {} apart as measured, {} at least and {} at most",
                seconds(self.measured),
                seconds(self.at_least),
                seconds(at_most)
            ),
            from: EvidenceRequest::again(
                &second.name,
                "with --reference-time, after its clock was set like the others'",
            ),
        }
    }
}

/// Milliseconds in the reader's words: "12.3 s", "7 min 5 s".
pub(crate) fn seconds(ms: u64) -> String {
    let (minutes, rest) = (ms / 60_000, ms % 60_000);
    if minutes == 0 {
        format!("{}.{} s", rest / 1000, rest % 1000 / 100)
    } else {
        format!("{minutes} min {} s", rest / 1000)
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
