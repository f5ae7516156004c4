//! The entry for a finding of a report.

use super::Entry;
use crate::finding::is_bundle_safety;
use crate::text::encoding;
use serde::Deserialize;

/// Why a finding of a report cannot be decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// No report.
    #[error("it is no JSON form of a report: {0}")]
    NoReport(String),
    /// No such finding.
    #[error("it has no finding {0}; the fingerprint is what `fingerprint` says there")]
    NoFinding(String),
    /// Of a bundle.
    #[error("{0} is about the safety of a bundle, which nobody can accept")]
    Safety(String),
    /// The day is over.
    #[error("the decision would end on {until}, before it is made on {decided}")]
    Over {
        /// End.
        until: String,
        /// Begin.
        decided: String,
    },
}

#[derive(Deserialize)]
struct Report {
    schema: String,
    findings: Vec<Found>,
    #[serde(default)]
    safety: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    rule: String,
    title: String,
    fingerprint: String,
    #[serde(default)]
    nodes: Vec<String>,
    #[serde(default)]
    fingerprints: Vec<String>,
    subject: Named,
    #[serde(default)]
    evidence: Vec<Piece>,
}

#[derive(Deserialize)]
struct Named {
    kind: String,
    name: String,
}

#[derive(Deserialize)]
struct Piece {
    kind: String,
    #[serde(default)]
    node: String,
    #[serde(default)]
    text: String,
}

/// The title of the finding that `wanted` names by its fingerprint, and the entries for it: one for each node where the
/// report has it merged.
pub fn entry_from_report(report: &[u8], wanted: &Entry) -> Result<(String, Vec<Entry>), DecideError> {
    let text = encoding::decode(report);
    let report: Report = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| DecideError::NoReport(error.to_string()))?;
    if !report.schema.starts_with("clusterbrief-report/") {
        return Err(DecideError::NoReport(report.schema.chars().take(60).collect()));
    }
    if wanted.until < wanted.decided {
        let (until, decided) = (wanted.until.to_string(), wanted.decided.to_string());
        return Err(DecideError::Over { until, decided });
    }
    let print = wanted.finding.trim().trim_start_matches('#').trim_start_matches("finding-").to_lowercase();
    let is_it = |found: &&Found| found.fingerprint == print || found.fingerprints.contains(&print);
    let found = report.findings.iter().chain(&report.safety).find(is_it);
    let found = found.ok_or_else(|| DecideError::NoFinding(wanted.finding.chars().take(60).collect()))?;
    if is_bundle_safety(&found.rule) {
        return Err(DecideError::Safety(found.rule.clone()));
    }
    let of_node = |node: &str| value(found, node);
    let entry = |fingerprint: &String, node: &str| Entry {
        rule: found.rule.clone(),
        finding: fingerprint.clone(),
        node: node.to_owned(),
        value: of_node(node),
        ..wanted.clone()
    };
    let entries = if found.fingerprints.is_empty() {
        let node = if found.subject.kind == "node" { found.subject.name.as_str() } else { "" };
        vec![entry(&found.fingerprint, node)]
    } else {
        found.fingerprints.iter().zip(&found.nodes).map(|(print, node)| entry(print, node)).collect()
    };
    Ok((found.title.clone(), entries))
}

/// The value that a finding rests on, if it is one and nothing measured: that would end every decision at once.
fn value(found: &Found, node: &str) -> String {
    let of_node = |piece: &&Piece| piece.kind == "value" && (node.is_empty() || piece.node == node);
    let values = found.evidence.iter().filter(of_node);
    let mut values: Vec<&str> = values.map(|piece| piece.text.as_str()).collect();
    values.dedup();
    match values.as_slice() {
        [value] if value.len() <= 120 && !is_measured(value) => (*value).to_owned(),
        _ => String::new(),
    }
}

/// Whether a value is a time, or is counted or measured: such a value is another one every time.
fn is_measured(value: &str) -> bool {
    let has_time = value.contains(':') && value.bytes().any(|byte| byte.is_ascii_digit());
    let has_day = value.split(' ').any(|word| word.parse::<chrono::NaiveDate>().is_ok());
    let units = ["day", "hour", "minute", "second", "ms", "mb", "gb", "percent", "%", "times"];
    let lower = value.to_lowercase();
    let starts = value.starts_with(|c: char| c.is_ascii_digit());
    has_time || has_day || (starts && units.iter().any(|unit| lower.contains(unit)))
}
