//! One fault is one finding: the same on every node is the cluster's and names its nodes, and an error of one node alone is
//! not repeated where a rule of its own reports it.

use super::verdict::counts;
use crate::decisions::DecisionView;
use crate::finding::{Confidence, Severity, Subject, SubjectKind};
use crate::model::Cluster;
use crate::plan::Reason;
use crate::report::model::{FindingView, Report};
use std::collections::{BTreeMap, BTreeSet};

/// What two findings of different nodes have in common when they are the same.
type Kind = (String, Severity, Confidence, String, Option<DecisionView>);

/// Merges findings that every serving node has, and lets everything that referred to one of them refer to the merged one.
pub(super) fn merge(report: &mut Report, cluster: &Cluster) {
    let serving: BTreeSet<&str> = cluster.serving().map(|node| node.name.as_str()).collect();
    if serving.len() < 2 {
        return;
    }
    drop_repeats(report);
    let mut alike: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for (index, finding) in report.findings.iter().enumerate() {
        if finding.subject.kind == SubjectKind::Node {
            alike.entry(kind(finding)).or_default().push(index);
        }
    }
    let (mut moved, mut gone) = (BTreeMap::new(), BTreeSet::new());
    for (kind, indices) in alike {
        let of = |index: &usize| report.findings.get(*index).map(|finding| finding.subject.name.as_str());
        let nodes: BTreeSet<&str> = indices.iter().filter_map(of).collect();
        if indices.len() != serving.len() || nodes != serving {
            continue;
        }
        let nodes: Vec<String> = nodes.into_iter().map(str::to_owned).collect();
        let others: Vec<FindingView> =
            indices.iter().skip(1).filter_map(|index| report.findings.get(*index).cloned()).collect();
        let Some(first) = indices.first().and_then(|index| report.findings.get_mut(*index)) else { continue };
        let (_, _, _, title, _) = kind;
        first.remedy = of_each(&first.remedy, &first.subject.name);
        first.detail = of_each(&first.detail, &first.subject.name);
        first.title.clone_from(&title);
        first.subject = Subject::cluster();
        let print = |node: &String| {
            let same = others.iter().find(|other| other.subject.name == *node);
            same.map_or_else(|| first.fingerprint.clone(), |other| other.fingerprint.clone())
        };
        first.fingerprints = nodes.iter().map(print).collect();
        first.nodes = nodes;
        for other in others {
            moved.insert(other.anchor.clone(), first.anchor.clone());
            first.evidence.extend(other.evidence);
            first.evidence_omitted += other.evidence_omitted;
        }
        moved.insert(first.anchor.clone(), first.anchor.clone());
        gone.extend(indices.into_iter().skip(1));
    }
    let mut index = 0..;
    report.findings.retain(|_| index.next().is_none_or(|index| !gone.contains(&index)));
    refer(report, &moved);
}

/// The rule on errors that one node alone logs.
const ONE_NODE: &str = "LOG-008";

/// Drops findings of errors that one node alone logs where other findings of the node, no less severe, show all of them,
/// and notes there that the other nodes do not.
fn drop_repeats(report: &mut Report) {
    let mut repeats: Vec<(FindingView, Vec<String>)> = Vec::new();
    for finding in report.findings.iter().filter(|finding| finding.rule == ONE_NODE) {
        let mut others = report.findings.iter().filter(|other| {
            other.rule != ONE_NODE && other.subject == finding.subject && other.severity <= finding.severity
        });
        let shown = finding.evidence.iter().map(|evidence| {
            let found = others.clone().find(|other| other.evidence.contains(evidence));
            found.map(|other| other.anchor.clone())
        });
        if let Some(shown) = shown.collect::<Option<Vec<String>>>().filter(|_| others.next().is_some()) {
            repeats.push((finding.clone(), shown));
        }
    }
    for (dropped, shown) in repeats {
        for finding in report.findings.iter_mut().filter(|finding| shown.contains(&finding.anchor)) {
            finding.notes.push("No other node logs this error.".to_owned());
        }
        let stays = |anchor: &str| anchor != dropped.anchor;
        report.findings.retain(|finding| stays(&finding.anchor));
        report.verdict.reasons.retain(|reason| stays(&reason.anchor));
        for action in &mut report.actions {
            action.mends.retain(|reason| stays(&reason.anchor));
            action.ends.retain(|reason| stays(&reason.anchor));
        }
        for input in &mut report.inputs {
            input.proves.retain(|reason| stays(&reason.anchor));
        }
        for finding in &mut report.findings {
            finding.caused_by.retain(|cause| stays(&cause.anchor));
        }
        for card in report.nodes.iter_mut().filter(|card| card.name == dropped.subject.name) {
            if let Some(count) = card.findings.get_mut(dropped.severity.word()) {
                *count = count.saturating_sub(1);
            }
            card.findings.retain(|_, count| *count > 0);
        }
    }
    report.actions.retain(|action| !action.mends.is_empty());
    for (action, number) in report.actions.iter_mut().zip(1..) {
        action.number = number;
    }
}

/// Rule, weight and title of a finding, its node left out.
fn kind(finding: &FindingView) -> Kind {
    let title = of_each(&finding.title, &finding.subject.name);
    (finding.rule.clone(), finding.severity, finding.confidence, title, finding.decision.clone())
}

/// The text with "each node" for the name of the node.
fn of_each(text: &str, node: &str) -> String {
    let each = text.replace(node, "each node");
    if text.starts_with(node) { each.replacen("each node", "Each node", 1) } else { each }
}

/// Lets reasons and causes refer to merged findings, each once.
fn refer(report: &mut Report, moved: &BTreeMap<String, String>) {
    let titles: BTreeMap<String, String> =
        report.findings.iter().map(|finding| (finding.anchor.clone(), finding.title.clone())).collect();
    let settle = |reasons: &mut Vec<Reason>| {
        let mut seen = BTreeSet::new();
        for reason in reasons.iter_mut() {
            if let Some(anchor) = moved.get(&reason.anchor) {
                reason.anchor.clone_from(anchor);
                if let Some(title) = titles.get(anchor) {
                    reason.text.clone_from(title);
                }
            }
        }
        reasons.retain(|reason| {
            !moved.contains_key(&reason.anchor) || seen.insert((reason.rule.clone(), reason.anchor.clone()))
        });
    };
    settle(&mut report.verdict.reasons);
    for action in &mut report.actions {
        settle(&mut action.mends);
        settle(&mut action.ends);
    }
    for input in &mut report.inputs {
        settle(&mut input.proves);
    }
    for finding in &mut report.findings {
        for cause in &mut finding.caused_by {
            if let Some(anchor) = moved.get(&cause.anchor) {
                cause.anchor.clone_from(anchor);
                cause.text = titles.get(anchor).cloned().unwrap_or_default();
            }
        }
        finding.caused_by.dedup_by(|a, b| a.anchor == b.anchor);
    }
    report.verdict.counts = counts(&report.findings);
}
