//! The entry for a finding of a report.

use super::Entry;
use crate::finding::is_bundle_safety;
use crate::text::encoding;
use serde::Deserialize;
use std::collections::BTreeSet;

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
    /// Several findings that are not one problem.
    #[error(
        "{count} findings have the fingerprint {print}, and they are not of one rule and one subject ({titles}): write the \
         entries by hand, each with its rule and node"
    )]
    Several {
        /// How many.
        count: usize,
        /// The fingerprint.
        print: String,
        /// The first of their titles with their rules.
        titles: String,
    },
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

impl Found {
    fn prints(&self) -> impl Iterator<Item = &String> {
        self.fingerprints.iter().chain([&self.fingerprint])
    }

    /// Whether it has the same rule and subject.
    fn is_like(&self, other: &Self) -> bool {
        (&self.rule, &self.subject, &self.nodes) == (&other.rule, &other.subject, &other.nodes)
    }
}

#[derive(PartialEq, Eq, Deserialize)]
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

/// What is decided.
#[derive(Debug)]
pub struct Decided {
    /// Title of the finding.
    pub title: String,
    /// How many findings of the report have its fingerprint: the decision is on each of them.
    pub covers: usize,
    /// The entries: one for each node where the report has the finding merged.
    pub entries: Vec<Entry>,
}

/// The entries for the finding that `wanted` names by its fingerprint.
pub fn entry_from_report(report: &[u8], wanted: &Entry) -> Result<Decided, DecideError> {
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
    // Whatever has one of the fingerprints is covered, too.
    let shares = |other: &&Found| other.prints().any(|print| found.prints().any(|own| own == print));
    let covered: Vec<&Found> = report.findings.iter().chain(&report.safety).filter(shares).collect();
    if !covered.iter().all(|other| other.is_like(found)) {
        let titles = covered.iter().take(3).map(|one| format!("{}: {}", one.rule, one.title));
        let titles = titles.collect::<Vec<_>>().join("; ").chars().take(300).collect();
        return Err(DecideError::Several { count: covered.len(), print, titles });
    }
    // With the value of one, the entry would not be about the others.
    let of_node = |node: &str| {
        let values: BTreeSet<String> = covered.iter().map(|one| value(one, node)).collect();
        values.first().filter(|_| values.len() == 1).cloned().unwrap_or_default()
    };
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
    Ok(Decided { title: found.title.clone(), covers: covered.len(), entries })
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
