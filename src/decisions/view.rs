//! What a report shows of decisions.

use super::file::Kind;
use crate::finding::Readiness;
use serde::Serialize;
use std::collections::BTreeMap;

/// The decision on a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DecisionView {
    /// What was decided.
    pub kind: Kind,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Ticket; empty if none.
    pub ticket: String,
    /// Last day on which it counts, such as 2027-03-31.
    pub until: String,
    /// Days until then, from the moment of the report.
    pub days_left: i64,
    /// Day of the decision.
    pub decided: String,
    /// Line of the file.
    pub line: usize,
}

/// The verdict if the findings that were decided are left out.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct DecidedVerdict {
    /// State.
    pub state: Readiness,
    /// State in capitals.
    pub label: String,
    /// One sentence: the state, how many findings were decided, by whom, until when.
    pub headline: String,
    /// Findings that are open, by severity word.
    pub open: BTreeMap<&'static str, usize>,
    /// Findings that were decided, by severity word.
    pub decided: BTreeMap<&'static str, usize>,
    /// Findings that were decided, by the word of the decision.
    pub kinds: BTreeMap<&'static str, usize>,
    /// Who answers for them, in order of name.
    pub owners: Vec<String>,
    /// The first day on which one of the decisions ends; none if none counts.
    pub until: Option<String>,
    /// What of the file does not count or should be looked at, one sentence each.
    pub remarks: Vec<String>,
    /// Name of the file.
    pub file: String,
}
