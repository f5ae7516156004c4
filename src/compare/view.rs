//! What a comparison shows; its JSON form is `since` of the report.

use crate::finding::{Confidence, Severity, Subject};
use serde::Serialize;
use std::collections::BTreeMap;

/// What changed since an earlier moment.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Since {
    /// The earlier moment.
    pub before: EarlierReport,
    /// What a reader has to know of the comparison, one sentence each.
    pub notes: Vec<String>,
    /// Findings by the word of their change, every word of them.
    pub counts: BTreeMap<&'static str, usize>,
    /// Findings of both moments, in the order of [`Change::ALL`], each group worst first.
    pub findings: Vec<ChangedFinding>,
    /// Facts, settings, files and roles that changed, for each node that has any.
    pub nodes: Vec<NodeChanges>,
    /// Wordings of errors and warnings that came or became more, the most entries first; at most 20.
    pub patterns: Vec<PatternChange>,
    /// Such wordings that are not listed.
    pub patterns_more: usize,
    /// Wordings that no log has any more.
    pub patterns_gone: usize,
    /// What happened between the last good and the first bad moment.
    pub moments: Option<Moments>,
    /// What the plan of the earlier report said against what is there now; without a target none.
    pub upgrade: Option<UpgradeCheck>,
}

/// The report or the evidence that is compared with.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct EarlierReport {
    /// When its newest evidence of a node was collected, else the moment it was judged for; RFC 3339.
    pub moment: String,
    /// Its verdict in capitals.
    pub label: String,
    /// The program and the knowledge that made it.
    pub edition: String,
    /// Its nodes.
    pub nodes: Vec<String>,
}

/// How a finding changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It was not there.
    New,
    /// It is more severe or surer than it was.
    Worse,
    /// It was found then and cannot be judged now: never counted as fixed.
    NoLongerVisible,
    /// It came, went or changed because the program, its knowledge or the target did.
    Edition,
    /// It is as it was.
    Still,
    /// It is less severe or less sure than it was.
    Better,
    /// It was looked for and is gone.
    Fixed,
}

impl Change {
    /// Every change, what needs attention first.
    pub const ALL: [Self; 7] = [
        Self::New,
        Self::Worse,
        Self::NoLongerVisible,
        Self::Edition,
        Self::Still,
        Self::Better,
        Self::Fixed,
    ];

    /// The word of the JSON report.
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::NoLongerVisible => "no-longer-visible",
            Self::Edition => "edition",
            Self::Still => "still",
            Self::Better => "better",
            Self::Fixed => "fixed",
        }
    }

    /// What a reader sees as heading.
    pub const fn heading(self) -> &'static str {
        match self {
            Self::New => "New",
            Self::Worse => "Worse",
            Self::NoLongerVisible => "Cannot be seen any more (not fixed)",
            Self::Edition => "Changed with the program, its knowledge or the target",
            Self::Still => "Still there",
            Self::Better => "Better",
            Self::Fixed => "Fixed",
        }
    }
}

/// A finding of one moment or of both.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangedFinding {
    /// How it changed.
    pub change: Change,
    /// Rule id.
    pub rule: String,
    /// Identity of the finding, of this report if it is in it.
    pub fingerprint: String,
    /// Severity now, or then if it is gone.
    pub severity: Severity,
    /// Confidence now, or then.
    pub confidence: Confidence,
    /// Severity then, if it was another one.
    pub was: Option<Severity>,
    /// Subject.
    pub subject: Subject,
    /// Title now, or then.
    pub title: String,
    /// Why it is in this group, where the group alone does not say it; may be empty.
    pub why: String,
    /// Anchor of the finding in this report, without `#`; empty if it is not in it.
    pub anchor: String,
}

/// What changed on one node.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NodeChanges {
    /// Node.
    pub node: String,
    /// Facts and settings, in the order of the comparison of nodes; at most 60.
    pub facts: Vec<FactChange>,
    /// Changes that are not listed.
    pub facts_more: usize,
    /// Files of the application folder that changed, came or went; at most 12. Known only where bundles of both
    /// moments were given.
    pub files: Vec<FactChange>,
    /// Such files that are not listed.
    pub files_more: usize,
    /// Facts that were known and are not known now.
    pub lost: usize,
}

/// A fact that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FactChange {
    /// How.
    pub kind: FactChangeKind,
    /// Its group; empty for files.
    pub group: String,
    /// What it is.
    pub label: String,
    /// Value then; empty if there was none.
    pub before: String,
    /// Value now; empty if there is none.
    pub after: String,
}

/// How a fact changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FactChangeKind {
    /// Another value.
    Changed,
    /// It was not there.
    Appeared,
    /// It is not there any more.
    Gone,
}

/// A wording of errors or warnings that came or became more.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PatternChange {
    /// Its name.
    pub id: String,
    /// `error`, `warning` or `other`.
    pub level: String,
    /// The message.
    pub wording: String,
    /// Nodes that have it.
    pub nodes: Vec<String>,
    /// Entries then; 0 for a new one.
    pub before: u64,
    /// Entries now.
    pub after: u64,
    /// First entry, as the logs say it.
    pub first: String,
}

/// What happened between two moments, in order of time.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Moments {
    /// The last moment of which the new faults were not known, UTC, RFC 3339.
    pub good: String,
    /// The first moment at which one of them is seen, UTC, RFC 3339.
    pub bad: String,
    /// What is first seen at that moment.
    pub sign: String,
    /// What happened, in order of time; at most 40.
    pub rows: Vec<Moment>,
    /// What is not listed.
    pub more: usize,
}

/// Something that happened at one time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Moment {
    /// When, UTC, RFC 3339.
    pub at: String,
    /// Node; empty for the database and the bus.
    pub node: String,
    /// What happened.
    pub text: String,
    /// Where that is from; may be empty.
    pub place: String,
    /// Whether the time is sure.
    pub certain: bool,
}

/// What the earlier plan said against what is there now.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct UpgradeCheck {
    /// Build that was planned.
    pub target: String,
    /// The nodes, in order of name.
    pub nodes: Vec<NodeUpgrade>,
    /// Requirements that were not met or not known then, with what is known now, one sentence each; at most 20.
    pub requirements: Vec<String>,
    /// What is left to do, one sentence each; at most 20.
    pub left: Vec<String>,
    /// What is left and not listed.
    pub left_more: usize,
}

/// A node, or the database, in an upgrade.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NodeUpgrade {
    /// Node, or `database`.
    pub name: String,
    /// Build then, or why it was not known.
    pub before: String,
    /// Build now, or why it is not known.
    pub after: String,
    /// Where it is on its way.
    pub state: UpgradeState,
}

/// Where a node is on its way to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UpgradeState {
    /// It runs the target.
    Reached,
    /// It runs a newer build than the target.
    Beyond,
    /// It runs another build than then, not yet the target.
    OnTheWay,
    /// It runs what it ran then.
    Waiting,
    /// Its build is not known.
    Unknown,
}
