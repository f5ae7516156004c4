//! Findings and their evidence as shown.

use super::{RuleInfo, citations};
use crate::finding::{Evidence, Finding, SubjectKind};
use crate::knowledge::Sources;
use crate::report::model::{EvidenceView, FindingView};

pub(super) fn finding(
    rule: &str,
    finding: &Finding,
    info: Option<&RuleInfo>,
    sources: &Sources,
) -> FindingView {
    let fingerprint = finding.fingerprint(rule);
    FindingView {
        anchor: format!("finding-{fingerprint}"),
        rule: rule.to_owned(),
        severity: finding.severity,
        confidence: finding.confidence,
        subject: finding.subject.clone(),
        title: finding.title.clone(),
        detail: finding.detail.clone(),
        remedy: finding.remedy.clone(),
        evidence: finding.evidence.iter().map(|evidence| of(finding, evidence)).collect(),
        evidence_omitted: 0,
        notes: finding.notes.clone(),
        sources: info.map(|info| citations(&info.cites, sources)).unwrap_or_default(),
        fingerprint,
    }
}

/// A line of a log belongs to the node that the finding is about.
fn of(finding: &Finding, evidence: &Evidence) -> EvidenceView {
    let mut view = view(evidence);
    if view.kind == "text" && finding.subject.kind == SubjectKind::Node {
        view.node.clone_from(&finding.subject.name);
    }
    view
}

pub(super) fn view(evidence: &Evidence) -> EvidenceView {
    match evidence {
        Evidence::Text { place, excerpt } => EvidenceView {
            kind: "text",
            node: String::new(),
            input: place.input.clone(),
            place: place.to_string(),
            fact: String::new(),
            text: excerpt.as_str().to_owned(),
        },
        Evidence::Value { node, fact, value, place } => EvidenceView {
            kind: "value",
            node: node.clone(),
            input: place.input.clone(),
            place: place.to_string(),
            fact: fact.clone(),
            text: value.clone(),
        },
        Evidence::Absence { node, fact, place } => EvidenceView {
            kind: "absence",
            node: node.clone(),
            input: place.input.clone(),
            place: place.to_string(),
            fact: fact.clone(),
            text: "not there".into(),
        },
        Evidence::Record { source, says } => EvidenceView {
            kind: "record",
            node: String::new(),
            input: String::new(),
            place: source.clone(),
            fact: String::new(),
            text: says.clone(),
        },
    }
}
