//! Findings with their evidence, and the errors of the logs.

use super::axis::{Axis, WhatFirst};
use super::patterns::PatternView;
use crate::decisions::DecisionView;
use crate::finding::{Confidence, Severity, Subject};
use crate::model::Grade;
use serde::Serialize;

/// A finding as shown.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FindingView {
    /// Anchor without `#`: `finding-` and the fingerprint.
    pub anchor: String,
    /// Rule id.
    pub rule: String,
    /// Severity.
    pub severity: Severity,
    /// Confidence.
    pub confidence: Confidence,
    /// Subject.
    pub subject: Subject,
    /// Nodes that all have it, if it is the same on every node; else empty.
    pub nodes: Vec<String>,
    /// Title.
    pub title: String,
    /// Detail; may be empty.
    pub detail: String,
    /// What to do.
    pub remedy: String,
    /// Evidence, at least one.
    pub evidence: Vec<EvidenceView>,
    /// Evidence left out of this list; 0 in the JSON report, which holds all.
    pub evidence_omitted: usize,
    /// Notes: conflicting sources, unverified causes.
    pub notes: Vec<String>,
    /// Sources of the rule, before them those of the known error it rests on.
    pub sources: Vec<Citation>,
    /// Age of the newest source that it rests on ("2021 docs"), where that is years before the report's date.
    pub dated: Option<String>,
    /// Confirmed findings that it probably follows from, the first to be mended first.
    pub caused_by: Vec<Cause>,
    /// Identity of the finding.
    pub fingerprint: String,
    /// Identities of the finding on each of `nodes`, in their order; left out where `nodes` is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(default))]
    pub fingerprints: Vec<String>,
    /// What somebody decided on it; with `--decisions` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "DecisionView"))]
    pub decision: Option<DecisionView>,
}

/// A finding that another probably follows from.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cause {
    /// Rule id.
    pub rule: String,
    /// Title of the finding.
    pub text: String,
    /// Anchor of the finding, without `#`.
    pub anchor: String,
    /// Why the one follows from the other, one sentence.
    pub why: String,
}

/// A piece of evidence as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EvidenceView {
    /// `text`, `value`, `absence` or `record`.
    #[cfg_attr(test, schemars(extend("enum" = ["text", "value", "absence", "record"])))]
    pub kind: &'static str,
    /// Node; empty for none.
    pub node: String,
    /// Input.
    pub input: String,
    /// File with its position, or the source key of a record.
    pub place: String,
    /// What it is ("product build"); empty for a log line.
    pub fact: String,
    /// Value, excerpt or saying.
    pub text: String,
    /// How much its input can prove.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Grade"))]
    pub grade: Option<Grade>,
}

/// A citation of a source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Citation {
    /// Source key.
    pub key: String,
    /// `confirmed`, `top`, `title` or `inferred`.
    pub status: String,
    /// Age in words: "2021 docs".
    pub age: String,
}

/// Known errors.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Errors {
    /// Every node that has logs, with what they cover.
    pub covered: Vec<Covered>,
    /// Hits.
    pub hits: Vec<HitView>,
    /// Timeline: hours with hits or errors, for all nodes on one axis; empty without logs.
    pub timeline: Timeline,
    /// What happened when: a lane for each node, the database and the bus.
    pub axis: Axis,
    /// What happened first: lines of all nodes around the first sign of the gravest finding; none without one.
    pub first: Option<WhatFirst>,
    /// Entries at warning level or worse, and entries with an exception, by their wording, the weightiest first.
    pub patterns: Vec<PatternView>,
    /// Such entries of further patterns, which were too many to keep.
    pub other_entries: u64,
}

/// What a node's logs cover.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Covered {
    /// Node.
    pub node: String,
    /// First and last time stamp, node-local with offset where it is known; empty when there is none.
    pub from: String,
    /// See `from`.
    pub to: String,
    /// Number of log files.
    pub files: usize,
    /// Lines read.
    pub lines: u64,
    /// Sentences on what is missing ("SS.log was truncated"); empty when whole.
    pub gaps: Vec<String>,
}

/// All hits of one signature on one node.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HitView {
    /// Signature id.
    pub signature: String,
    /// Its title.
    pub title: String,
    /// Node.
    pub node: String,
    /// Hits.
    pub count: u64,
    /// First hit, as `Covered::from`.
    pub first: String,
    /// Last hit.
    pub last: String,
    /// Whether it is current (within 24 h of the node's newest line, no later upgrade) or history.
    pub current: bool,
    /// Rule it feeds.
    pub rule: String,
    /// Sample lines.
    pub samples: Vec<EvidenceView>,
}

/// Bars on one time axis, at most 48 buckets.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Timeline {
    /// Start of the first bucket, as text.
    pub from: String,
    /// End of the last bucket.
    pub to: String,
    /// Width of a bucket in hours.
    #[cfg_attr(test, schemars(range(min = 0)))]
    pub bucket_hours: i64,
    /// One row a node.
    pub rows: Vec<TimelineRow>,
}

/// A row of the timeline.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TimelineRow {
    /// Node.
    pub node: String,
    /// Lines at error level, a number a bucket.
    pub errors: Vec<u64>,
    /// Hits of known errors, a number a bucket.
    pub known: Vec<u64>,
}
