//! Nodes at a glance.

use crate::finding::{Finding, RuleResult, Severity, Subject, SubjectKind, is_bundle_safety};
use crate::model::node::SnapshotPart;
use crate::model::{Cluster, Node, Role};
use crate::plan::all_findings;
use crate::report::model::{NodeCard, PartView};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn cards(cluster: &Cluster, results: &[RuleResult]) -> Vec<NodeCard> {
    cluster
        .nodes
        .iter()
        .map(|node| {
            // Findings whose own subject is this node, with their rules.
            let subject = Subject::node(&node.name);
            let mine: Vec<(&str, &Finding)> = all_findings(results)
                .filter(|(_, rule, finding)| !is_bundle_safety(rule) && finding.subject == subject)
                .map(|(_, rule, finding)| (rule, finding))
                .collect();
            let mut counts: BTreeMap<&'static str, usize> = BTreeMap::new();
            for (_, finding) in &mine {
                *counts.entry(finding.severity.word()).or_default() += 1;
            }
            let version = node.version.value();
            NodeCard {
                name: node.name.clone(),
                role: node.role.word(),
                version: version.map_or_else(
                    || node.version.why_unknown().unwrap_or_else(|| "no build found".into()),
                    ToString::to_string,
                ),
                version_known: version.is_some(),
                bundle: node.bundle().is_some(),
                grade: node.snapshot.as_ref().map(|snapshot| snapshot.grade.word()),
                parts: parts(node),
                collected: node.bundle().map(|snapshot| snapshot.started.to_rfc3339()),
                odd: odd(cluster, results, &mine),
                findings: counts,
            }
        })
        .collect()
}

/// What of a node is of no bundle.
fn parts(node: &Node) -> Vec<PartView> {
    let parts = node.snapshot.iter().flat_map(|snapshot| &snapshot.parts);
    let view = |part: &SnapshotPart| PartView {
        what: part.what.clone(),
        input: part.input.clone(),
        place: part.place.clone(),
        grade: part.grade,
    };
    parts.map(view).collect()
}

/// The gravest thing that this node has and not every serving node has too: what makes it stand out.
fn odd(cluster: &Cluster, results: &[RuleResult], mine: &[(&str, &Finding)]) -> Option<String> {
    let serving = cluster.nodes.iter().filter(|node| node.role == Role::Serving).count();
    let mut grave: Vec<&(&str, &Finding)> = mine
        .iter()
        .filter(|(_, finding)| finding.severity <= Severity::High)
        .filter(|(rule, _)| serving > 1 && nodes_with(results, rule) < serving)
        .collect();
    grave.sort_by_key(|(rule, finding)| (finding.severity, finding.confidence, *rule));
    grave.first().map(|(_, finding)| without_name(&finding.title, &finding.subject.name).to_owned())
}

/// The title without the name it starts with: it stands beside the name already.
fn without_name<'a>(title: &'a str, name: &str) -> &'a str {
    title.strip_prefix(name).map_or(title, |tail| tail.trim_start_matches([':', ' ']))
}

fn nodes_with(results: &[RuleResult], rule: &str) -> usize {
    let findings = results.iter().filter(|one| one.rule == rule).flat_map(|one| one.outcome.findings());
    let of_nodes = findings.filter(|finding| finding.subject.kind == SubjectKind::Node);
    of_nodes.map(|finding| &finding.subject.name).collect::<BTreeSet<_>>().len()
}
