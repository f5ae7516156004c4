//! The same finding on every node is one finding: it is the cluster's, and names its nodes.

use crate::finding::{Confidence, Severity, Subject, SubjectKind};
use crate::model::Cluster;
use crate::plan::Reason;
use crate::report::model::{FindingView, Report};
use std::collections::{BTreeMap, BTreeSet};

/// What two findings of different nodes have in common when they are the same.
type Kind = (String, Severity, Confidence, String);

/// Merges findings that every serving node has, and lets everything that referred to one of them refer to the merged one.
pub(super) fn merge(report: &mut Report, cluster: &Cluster) {
    let serving: BTreeSet<&str> = cluster.serving().map(|node| node.name.as_str()).collect();
    if serving.len() < 2 {
        return;
    }
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
        let (_, _, _, title) = kind;
        first.remedy = of_each(&first.remedy, &first.subject.name);
        first.detail = of_each(&first.detail, &first.subject.name);
        first.title.clone_from(&title);
        first.subject = Subject::cluster();
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

/// Rule, weight and title of a finding, its node left out.
fn kind(finding: &FindingView) -> Kind {
    let title = of_each(&finding.title, &finding.subject.name);
    (finding.rule.clone(), finding.severity, finding.confidence, title)
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
    for count in report.verdict.counts.values_mut() {
        *count = 0;
    }
    for finding in &report.findings {
        *report.verdict.counts.entry(finding.severity.word()).or_default() += 1;
    }
}
