//! Nodes and what they share at a glance: the worst first, those without a fault in one line.

use super::areas::area_of;
use super::some_of;
use crate::finding::Severity;
use crate::model::Area;
use crate::report::model::{NodeCard, Report};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Nodes that have a card of their own.
const CARDS: usize = 6;
/// Names that the line of the others holds.
const NAMES: usize = 12;
/// What the nodes share, and how its card is called.
const SHARED: [(Area, &str); 3] =
    [(Area::Database, "Database"), (Area::MessageBus, "Message bus"), (Area::LoadBalancer, "Load balancer")];

/// The cards.
#[derive(Serialize)]
pub(super) struct Cards<'r> {
    nodes: Vec<&'r NodeCard>,
    shared: Vec<Shared<'r>>,
    /// Nodes without a fault, by build: one sentence each.
    healthy: Vec<String>,
    /// Nodes with findings that have no card, because others are worse.
    more: Option<String>,
}

/// The card of something that all nodes use.
#[derive(Serialize)]
struct Shared<'r> {
    name: &'static str,
    area: Area,
    /// Title of its worst finding.
    worst: &'r str,
    /// Findings by severity word.
    findings: BTreeMap<&'static str, usize>,
}

/// How bad it is on a node: singled out first, then by its findings of each severity.
fn weight(node: &NodeCard) -> (Reverse<bool>, [Reverse<usize>; 3]) {
    let count = |severity: Severity| Reverse(node.findings.get(severity.word()).copied().unwrap_or(0));
    (Reverse(node.odd.is_some()), [Severity::Blocker, Severity::High, Severity::Medium].map(count))
}

pub(super) fn cards(report: &Report) -> Cards<'_> {
    let is_healthy = |node: &&NodeCard| {
        let clean = weight(node) == (Reverse(false), [Reverse(0); 3]);
        clean && node.bundle && node.version_known && node.role == "serving"
    };
    let (healthy, mut nodes): (Vec<&NodeCard>, Vec<&NodeCard>) = report.nodes.iter().partition(is_healthy);
    // Alone a healthy node is worth a card.
    if healthy.len() == 1 && nodes.is_empty() {
        return Cards { nodes: healthy, shared: shared(report), healthy: Vec::new(), more: None };
    }
    nodes.sort_by_key(|node| weight(node));
    let left: Vec<&str> = nodes.iter().skip(CARDS).map(|node| node.name.as_str()).collect();
    nodes.truncate(CARDS);
    let mut builds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in healthy {
        builds.entry(&node.version).or_default().push(&node.name);
    }
    let line = |(build, names): (&str, Vec<&str>)| format!("{}: {build}", some_of(&names, NAMES));
    Cards {
        nodes,
        shared: shared(report),
        healthy: builds.into_iter().map(line).collect(),
        more: (!left.is_empty())
            .then(|| format!("Also with findings of their own: {}.", some_of(&left, NAMES))),
    }
}

fn shared(report: &Report) -> Vec<Shared<'_>> {
    let of = area_of(report);
    let cards = SHARED.into_iter().filter_map(|(area, name)| {
        let found = report.findings.iter().filter(|one| of.get(one.rule.as_str()) == Some(&area));
        let weighty: Vec<_> = found.filter(|one| one.severity <= Severity::Medium).collect();
        let mut findings: BTreeMap<&'static str, usize> = BTreeMap::new();
        for one in &weighty {
            *findings.entry(one.severity.word()).or_default() += 1;
        }
        // The findings are in order of severity.
        Some(Shared { name, area, worst: &weighty.first()?.title, findings })
    });
    cards.collect()
}
