//! Findings and their evidence as shown.

use super::citations;
use crate::finding::{Evidence, Finding, SubjectKind};
use crate::knowledge::rows::RuleMeta;
use crate::knowledge::{Citation, Knowledge, Sources};
use crate::model::Cluster;
use crate::report::model::{EvidenceView, FindingView};
use chrono::Datelike;

pub(super) fn finding(
    cluster: &Cluster,
    rule: &str,
    finding: &Finding,
    info: Option<&RuleMeta>,
    knowledge: &Knowledge,
) -> FindingView {
    let fingerprint = finding.fingerprint(rule);
    let error = finding.signature.as_deref().and_then(|id| knowledge.signature(id));
    let rests_on: &[Citation] =
        error.map(|error| &error.cites).or(info.map(|info| &info.references)).map_or(&[], Vec::as_slice);
    let mut cites: Vec<Citation> = rests_on.to_vec();
    cites.extend(
        info.iter().flat_map(|info| &info.references).filter(|cite| !rests_on.contains(cite)).cloned(),
    );
    FindingView {
        anchor: format!("finding-{fingerprint}"),
        rule: rule.to_owned(),
        severity: finding.severity,
        confidence: finding.confidence,
        subject: finding.subject.clone(),
        nodes: Vec::new(),
        title: finding.title.clone(),
        detail: finding.detail.clone(),
        remedy: finding.remedy.clone(),
        evidence: finding.evidence.iter().map(|evidence| of(cluster, finding, evidence)).collect(),
        evidence_omitted: 0,
        notes: finding.notes.clone(),
        sources: citations(&cites, &knowledge.sources),
        dated: dated(rests_on, &knowledge.sources, cluster.as_of.year()),
        caused_by: Vec::new(),
        fingerprint,
        fingerprints: Vec::new(),
        decision: None,
    }
}

/// From how many years on the age of a source is said beside what rests on it.
const OLD: i32 = 3;

/// The age of the newest source of a finding, where even that is old. What only a title or reasoning says does not
/// make a read source newer; what needs no document has no age.
fn dated(cites: &[Citation], sources: &Sources, year: i32) -> Option<String> {
    let read: Vec<&Citation> = cites.iter().filter(|cite| cite.status.confirms()).collect();
    let basis = if read.is_empty() { cites.iter().collect() } else { read };
    let ages = basis.into_iter().filter_map(|cite| Some(sources.find(cite)?.age.as_str()));
    let ages = ages.filter(|age| *age != NO_AGE);
    let newest = ages.map(|age| (newest_year(age).unwrap_or(i32::MAX), age)).max()?;
    (year.saturating_sub(newest.0) >= OLD).then(|| newest.1.to_owned())
}

/// The age of what needs no document.
const NO_AGE: &str = "no document";

/// The last year an age names; none for what is current.
fn newest_year(age: &str) -> Option<i32> {
    let words = age.split(|c: char| !c.is_ascii_alphanumeric());
    if words.clone().any(|word| word == "current" || word == "later") {
        return None;
    }
    words.filter(|word| word.len() == 4).filter_map(|word| word.parse().ok()).max()
}

/// A line of a log belongs to the node that the finding is about.
fn of(cluster: &Cluster, finding: &Finding, evidence: &Evidence) -> EvidenceView {
    let mut view = view(evidence);
    let input = cluster.inputs.iter().find(|input| !view.input.is_empty() && input.name == view.input);
    view.grade = input.and_then(|input| input.grade);
    if view.kind == "text" && finding.subject.kind == SubjectKind::Node {
        view.node.clone_from(&finding.subject.name);
    }
    view
}

pub(super) fn view(evidence: &Evidence) -> EvidenceView {
    let (kind, node, fact, text) = match evidence {
        Evidence::Text { excerpt, .. } => ("text", "", "", excerpt.as_str()),
        Evidence::Value { node, fact, value, .. } => ("value", node.as_str(), fact.as_str(), value.as_str()),
        Evidence::Absence { node, fact, .. } => ("absence", node.as_str(), fact.as_str(), "not there"),
        Evidence::Record { says, .. } => ("record", "", "", says.as_str()),
    };
    let (input, place) = match evidence {
        Evidence::Text { place, .. } | Evidence::Value { place, .. } | Evidence::Absence { place, .. } => {
            (place.input.clone(), place.to_string())
        }
        Evidence::Record { source, .. } => (String::new(), source.clone()),
    };
    let [node, fact, text] = [node, fact, text].map(str::to_owned);
    EvidenceView { kind, node, input, place, fact, text, grade: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Status;

    #[test]
    fn old_material_says_so_and_nothing_else_does() {
        let sources = Knowledge::builtin().unwrap().sources;
        let age = |cites: &[(&str, Status)]| {
            let cites: Vec<Citation> = cites
                .iter()
                .map(|(source, status)| Citation { source: (*source).to_owned(), status: *status })
                .collect();
            dated(&cites, &sources, 2026)
        };
        let docs = ("D:networking", Status::Confirmed);
        assert_eq!(age(&[docs]).as_deref(), Some("2021 docs"));
        assert_eq!(age(&[docs, ("CHK", Status::Confirmed)]), None, "a current page says it too");
        assert_eq!(
            age(&[docs, ("LA", Status::Title)]).as_deref(),
            Some("2021 docs"),
            "a title is no reading"
        );
        assert_eq!(age(&[("SELF", Status::Confirmed)]), None, "what needs no document has no age");
        assert_eq!(age(&[]), None);
    }
}
