//! LOG-008: does a known error appear on one node only?

use crate::knowledge::signatures::Family;
use crate::rules::engine::prelude::*;
use crate::rules::engine::signature::{self, Sighting};
use crate::rules::lib::language;
use std::collections::BTreeMap;

rule! {
    /// ## What it checks
    /// Whether a known error is current in the logs of one serving node, while the logs of all other serving nodes
    /// cover a day without it.
    /// ## Why it matters
    /// An error on one node only usually has its cause there: files, settings or network.
    /// ## How to fix it
    /// Compare that node with the others: configuration, rights and network first.
    /// ## What it cannot see
    /// If the load balancer sends no users to the other nodes, they do not log the error either. Errors of work that
    /// the product does on other machines are left out, and so are errors whose cause is the database. That the cause is on the node is our inference.
    id: "LOG-008",
    title: "Known error on one node only",
    question: "Are the logs free of known errors that only one node has?",
    severity: High,
    area: Logs,
    subject: Cluster,
    cites: ["SELF" Inferred],
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let serving: Vec<&Node> = cx.cluster.serving().collect();
    let mut missing: Vec<MissingEvidence> = Vec::new();
    let mut seen: BTreeMap<&str, Vec<(&Node, Sighting)>> = BTreeMap::new();
    for node in &serving {
        if let Err(gap) = cx.logs(node).and_then(|digest| signature::covered(cx, node, digest)) {
            missing.push(gap);
        }
        let readiness = signature::logged_by(cx, node, |one| {
            one.family != Family::Workload && !one.corroborating_only && !one.cluster_wide
        });
        for sighting in readiness {
            let of = seen.entry(sighting.signature.id.as_str()).or_default();
            if of.iter().all(|(other, _)| other.name != node.name) {
                of.push((node, sighting));
            }
        }
    }
    if !missing.is_empty() {
        return Outcome::Unknown { missing };
    }
    let mut by_node: BTreeMap<&str, Vec<Sighting>> = BTreeMap::new();
    for mut of in seen.into_values().filter(|of| of.len() == 1) {
        let Some((node, sighting)) = of.pop() else { continue };
        let others = serving.iter().filter(|other| other.name != node.name);
        let deaf: Vec<MissingEvidence> =
            others.filter_map(|other| language::gap(cx, other, &[sighting.signature]).err()).collect();
        if deaf.is_empty() {
            by_node.entry(&node.name).or_default().push(sighting);
        }
        missing.extend(deaf);
    }
    let findings = by_node.into_iter().map(|(name, sightings)| finding(cx, name, sightings));
    Outcome::from_parts(findings.collect(), missing)
}

fn finding(cx: &Context, name: &str, sightings: Vec<Sighting>) -> Finding {
    let ids: Vec<&str> = sightings.iter().map(|one| one.signature.id.as_str()).collect();
    let worst = sightings.iter().map(|one| one.signature.severity).min().unwrap_or(Severity::High);
    let title = format!("Only {name} logs {}", ids.join(", "));
    let remedy = format!("Compare {name} with the other nodes: configuration, rights and network first.");
    let severity = worst.max(cx.rule.severity);
    let mut finding = cx.finding(Subject::node(name), title, remedy).at(severity).inferred();
    if let [one] = sightings.as_slice() {
        finding.signature = Some(one.signature.id.clone());
    }
    for sighting in sightings {
        finding.notes.push(signature_note(sighting.signature));
        finding.evidence.extend(sighting.evidence.into_iter().take(1));
    }
    finding
}
