//! Findings and their evidence as shown.

use super::{RuleInfo, citations};
use crate::finding::{Evidence, Finding};
use crate::knowledge::Sources;
use crate::report::model::{EvidenceView, FindingView};

/// Most pieces of evidence of one finding in the view; the count of the rest is shown.
const SHOWN: usize = 50;

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
        evidence: finding.evidence.iter().take(SHOWN).map(view).collect(),
        evidence_omitted: finding.evidence.len().saturating_sub(SHOWN),
        notes: finding.notes.clone(),
        sources: info.map(|info| citations(&info.cites, sources)).unwrap_or_default(),
        fingerprint,
    }
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
