//! Entries of logs by their wording.

use super::findings::EvidenceView;
use serde::Serialize;

/// Entries of one wording on all nodes. docs/patterns.md says how they are made.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PatternView {
    /// Its name: the same in every report in which the next five are the same.
    pub id: String,
    /// `error`, `warning` or `other`.
    pub level: &'static str,
    /// Name of the logger; empty if the entries name none.
    pub logger: String,
    /// The message, with slots such as `<num>` for what changes.
    pub wording: String,
    /// Type of the exception; empty if there is none.
    pub exception: String,
    /// First method of the product in the stack trace; empty if there is none.
    pub frame: String,
    /// Id of the known error that most of the entries are; empty if they are none.
    pub known: String,
    /// The product's work on other machines that they are about, in words; empty if they are about the node.
    pub workload: String,
    /// Parts of the product whose logs have it, in words.
    pub components: Vec<&'static str>,
    /// Entries on all nodes.
    pub count: u64,
    /// The nodes that have it, the most entries first.
    pub nodes: Vec<PatternNode>,
    /// At most three lines.
    pub samples: Vec<EvidenceView>,
    /// Whether it is missing in the baseline; `null` without one.
    pub new: Option<bool>,
}

/// The entries of one node.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PatternNode {
    /// Node.
    pub node: String,
    /// Entries.
    pub count: u64,
    /// First entry, as `Covered::from`.
    pub first: String,
    /// Last entry.
    pub last: String,
    /// Entries by hour, in order of time; hours without any are left out.
    pub hours: Vec<HourCount>,
}

/// The entries of one hour.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HourCount {
    /// Its start, UTC, RFC 3339.
    pub hour: String,
    /// Entries.
    pub count: u64,
}
