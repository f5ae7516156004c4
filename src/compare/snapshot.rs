//! What of a report is compared, read from its JSON form, whatever minor version wrote it.

use super::view::EarlierReport;
use crate::finding::{Confidence, Severity, Subject};
use crate::text::encoding;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Major versions that are read.
const MAJORS: [&str; 2] = ["1", "2"];

/// Why something is no earlier state of the case.
#[derive(Debug, thiserror::Error)]
pub enum BeforeError {
    /// The file ends in the middle.
    #[error("it is cut off: the JSON ends in the middle; write or copy the report again")]
    CutOff,
    /// The file is no JSON, or not as our reports are.
    #[error("it is no report that can be read: {0}")]
    Malformed(String),
    /// Another form of ours, or another program's.
    #[error("it is \"{0}\" and no report: give the JSON form of a report, bundles, or a case folder")]
    NoReport(String),
    /// A later major version.
    #[error("it is of the newer format {0}: use a newer version of this program")]
    Newer(String),
    /// Nothing of it can be used.
    #[error("nothing of it can be used. {0}")]
    Unusable(String),
    /// Nothing in common.
    #[error("it is of another cluster: it has {before}, the case has {after}")]
    OtherCluster {
        /// Nodes of the earlier report.
        before: String,
        /// Nodes of this one.
        after: String,
    },
}

/// Whether a file says of itself, before anything else, that it is a JSON form of this program.
pub fn is_own_json(head: &[u8]) -> bool {
    let text = encoding::decode(head);
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let value = start.strip_prefix('{').map(str::trim_start).and_then(|first| {
        let tail = first.strip_prefix("\"schema\"").or_else(|| first.strip_prefix("\"format\""))?;
        tail.trim_start().strip_prefix(':').map(str::trim_start)
    });
    value.is_some_and(|value| value.starts_with("\"clusterbrief-"))
}

/// A report as the comparison sees it.
#[derive(Debug, Deserialize)]
pub struct Snapshot {
    pub(super) as_of: String,
    #[serde(default)]
    pub(super) target: Option<String>,
    pub(super) tool: Tool,
    pub(super) verdict: Verdict,
    pub(super) nodes: Vec<Card>,
    pub(super) findings: Vec<Found>,
    #[serde(default)]
    pub(super) outcomes: Vec<RuleOutcome>,
    pub(super) coverage: Coverage,
    #[serde(default)]
    pub(super) inputs: Vec<UsedInput>,
    pub(super) matrix: Matrix,
    #[serde(default)]
    pub(super) errors: Errors,
    #[serde(default)]
    pub(super) actions: Vec<Action>,
    #[serde(default)]
    pub(super) plan: Option<Plan>,
    #[serde(default)]
    pub(super) checklist: Option<Checklist>,
    /// Files by node and path, with what tells their content; known only of bundles.
    #[serde(skip)]
    pub(super) files: FileList,
}

/// Files of the application folder by node and path, with what tells their content.
pub type FileList = BTreeMap<String, BTreeMap<String, String>>;

#[derive(Debug, Deserialize)]
pub(super) struct Tool {
    #[serde(default)]
    version: String,
    #[serde(default)]
    knowledge: String,
    #[serde(default)]
    own: Option<OwnKnowledge>,
}

#[derive(Debug, Deserialize)]
struct OwnKnowledge {
    #[serde(default)]
    edition: Option<String>,
    #[serde(default)]
    overridden: Vec<String>,
    #[serde(default)]
    added: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Verdict {
    #[serde(default)]
    pub(super) label: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Card {
    pub(super) name: String,
    #[serde(default)]
    pub(super) role: String,
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    pub(super) version_known: bool,
    #[serde(default)]
    pub(super) collected: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Found {
    #[serde(default)]
    pub(super) anchor: String,
    pub(super) rule: String,
    pub(super) severity: Severity,
    pub(super) confidence: Confidence,
    pub(super) subject: Subject,
    #[serde(default)]
    pub(super) nodes: Vec<String>,
    pub(super) title: String,
    #[serde(default)]
    pub(super) evidence: Vec<Piece>,
    #[serde(default)]
    pub(super) fingerprint: String,
    /// Those of each of the `nodes`; reports before 1.6 have none.
    #[serde(default)]
    pub(super) fingerprints: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Piece {
    #[serde(default)]
    pub(super) node: String,
    #[serde(default)]
    pub(super) input: String,
    #[serde(default)]
    pub(super) place: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct RuleOutcome {
    pub(super) rule: String,
    pub(super) subject: Subject,
    pub(super) outcome: String,
    #[serde(default)]
    pub(super) detail: String,
    #[serde(default)]
    pub(super) inferred: bool,
    #[serde(default)]
    pub(super) inputs: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Coverage {
    #[serde(default)]
    pub(super) rules: Vec<RuleCoverage>,
}

#[derive(Debug, PartialEq, Deserialize)]
pub(super) struct RuleCoverage {
    pub(super) rule: String,
    #[serde(default)]
    pub(super) title: String,
    pub(super) severity: Severity,
    #[serde(default)]
    pub(super) scope: String,
    #[serde(default)]
    pub(super) outcome: String,
    #[serde(default)]
    pub(super) detail: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct UsedInput {
    pub(super) name: String,
    #[serde(default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) status: String,
    #[serde(default)]
    pub(super) node: Option<String>,
    #[serde(default)]
    pub(super) holds: Vec<String>,
    #[serde(default)]
    pub(super) reason: Option<String>,
    #[serde(default)]
    pub(super) problems: Vec<InputProblem>,
    #[serde(default)]
    sha256: Option<String>,
    #[serde(default)]
    bytes: u64,
    #[serde(default)]
    taken: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct InputProblem {
    #[serde(default)]
    pub(super) member: Option<String>,
}

impl UsedInput {
    /// What tells its content: its hash, else its name, size and time, which an export has in place of one.
    pub(super) fn identity(&self) -> String {
        let Self { name, kind, bytes, taken, .. } = self;
        self.sha256.clone().unwrap_or_else(|| format!("{kind} {name} {bytes} {taken:?}"))
    }

    pub(super) fn has_hash(&self) -> bool {
        self.sha256.is_some()
    }

    pub(super) fn is_used(&self) -> bool {
        matches!(self.status.as_str(), "read" | "partly")
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Matrix {
    #[serde(default)]
    pub(super) nodes: Vec<String>,
    #[serde(default)]
    pub(super) groups: Vec<MatrixGroup>,
}

#[derive(Debug, Deserialize)]
pub(super) struct MatrixGroup {
    pub(super) title: String,
    #[serde(default)]
    pub(super) rows: Vec<MatrixRow>,
}

#[derive(Debug, Deserialize)]
pub(super) struct MatrixRow {
    pub(super) label: String,
    #[serde(default)]
    pub(super) cells: Vec<Cell>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cell {
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) state: String,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Errors {
    #[serde(default)]
    pub(super) hits: Vec<Hit>,
    #[serde(default)]
    pub(super) axis: Option<Axis>,
    #[serde(default)]
    pub(super) patterns: Vec<Pattern>,
    /// Nodes whose logs were read.
    #[serde(default)]
    pub(super) covered: Vec<Logs>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Logs {
    #[serde(default)]
    pub(super) node: String,
    #[serde(default)]
    pub(super) lines: u64,
    #[serde(default)]
    pub(super) gaps: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Hit {
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) node: String,
    #[serde(default)]
    pub(super) first: String,
    #[serde(default)]
    pub(super) rule: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Axis {
    #[serde(default)]
    pub(super) lanes: Vec<Lane>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Lane {
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) marks: Vec<Mark>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Mark {
    #[serde(default)]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) at: String,
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) place: String,
    #[serde(default)]
    pub(super) certain: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Pattern {
    pub(super) id: String,
    #[serde(default)]
    pub(super) level: String,
    #[serde(default)]
    pub(super) wording: String,
    #[serde(default)]
    pub(super) workload: String,
    #[serde(default)]
    pub(super) count: u64,
    #[serde(default)]
    pub(super) nodes: Vec<PatternNode>,
}

#[derive(Debug, Deserialize)]
pub(super) struct PatternNode {
    #[serde(default)]
    pub(super) node: String,
    #[serde(default)]
    pub(super) first: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Action {
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) nodes: Vec<String>,
    pub(super) severity: Option<Severity>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Plan {
    #[serde(default)]
    pub(super) path: Option<Path>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Path {
    #[serde(default)]
    pub(super) from: Vec<Installed>,
    #[serde(default)]
    pub(super) legs: Vec<Leg>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Installed {
    #[serde(default)]
    pub(super) build: String,
    #[serde(default)]
    pub(super) database: bool,
}

#[derive(Debug, Deserialize)]
pub(super) struct Leg {
    #[serde(default)]
    pub(super) requires: Vec<Requirement>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Requirement {
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) states: Vec<Requires>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Requires {
    #[serde(default)]
    pub(super) subject: String,
    #[serde(default)]
    pub(super) state: String,
    #[serde(default)]
    pub(super) rule: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Checklist {
    #[serde(default)]
    pub(super) lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Line {
    #[serde(default)]
    pub(super) text: String,
    #[serde(default)]
    pub(super) stage: String,
    #[serde(default)]
    pub(super) state: String,
    #[serde(default)]
    pub(super) node: Option<String>,
}

impl EarlierReport {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        Self {
            moment: snapshot.moment(),
            label: snapshot.verdict.label.chars().take(40).collect(),
            edition: snapshot.edition(),
            nodes: snapshot.node_names().cloned().collect(),
        }
    }
}

impl Snapshot {
    /// Reads the JSON form of a report. `files` are known of bundles only.
    pub fn read(bytes: &[u8], files: FileList) -> Result<Self, BeforeError> {
        #[derive(Deserialize)]
        struct Head {
            schema: Option<String>,
        }
        let text = encoding::decode(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let fault = |error: serde_json::Error| {
            if error.is_eof() { BeforeError::CutOff } else { BeforeError::Malformed(error.to_string()) }
        };
        // The version decides whether the keys mean what they mean here.
        let head: Head = serde_json::from_str(text).map_err(fault)?;
        let schema = head.schema.unwrap_or_default();
        let Some(version) = schema.strip_prefix("clusterbrief-report/") else {
            return Err(BeforeError::NoReport(schema.chars().take(60).collect()));
        };
        let major = version.split('.').next().unwrap_or_default();
        if !MAJORS.contains(&major) {
            return Err(BeforeError::Newer(version.chars().take(20).collect()));
        }
        let mut snapshot: Self = serde_json::from_str(text).map_err(fault)?;
        snapshot.files = files;
        Ok(snapshot)
    }

    /// Names of its nodes.
    pub(super) fn node_names(&self) -> impl Iterator<Item = &String> {
        self.nodes.iter().filter(|node| node.role != "unplaced").map(|node| &node.name)
    }

    /// The program and its knowledge in words.
    pub(super) fn edition(&self) -> String {
        let Tool { version, knowledge, own } = &self.tool;
        let own = own.as_ref().map(|own| {
            let edition = own.edition.as_deref().unwrap_or("without an edition");
            format!(" and own knowledge ({edition}, {} records)", own.overridden.len() + own.added.len())
        });
        format!("clusterbrief {version} with knowledge of {knowledge}{}", own.unwrap_or_default())
    }

    /// When its newest evidence of a node was collected, else the moment it was judged for.
    pub(super) fn moment(&self) -> String {
        let collected = self.nodes.iter().filter_map(|node| node.collected.as_deref());
        let newest = collected.filter_map(super::moments::utc).max();
        newest.map_or_else(|| self.as_of.clone(), super::moments::text)
    }
}
