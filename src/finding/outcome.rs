//! Outcomes and findings.

use crate::model::{Excerpt, Location};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// How bad a finding is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The cluster does not work, or the upgrade must not start.
    Blocker,
    /// Something important is broken or will break.
    High,
    /// Should be fixed.
    Medium,
    /// Worth knowing and easy to fix.
    Low,
    /// No problem.
    Info,
}

impl Severity {
    /// Every severity, worst first.
    pub const ALL: [Self; 5] = [Self::Blocker, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The word used in reports and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Blocker => "blocker",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How sure a finding is. Severity and confidence are separate axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// The source was read, the product printed the text, or the fact is certain.
    Confirmed,
    /// Our own reasoning: it needs a check by a person.
    Inferred,
}

/// Which question a rule belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Does the cluster work now?
    Now,
    /// Is it ready for the upgrade to `--target`?
    Upgrade,
}

/// What a rule was evaluated for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Subject {
    /// Kind of the subject.
    pub kind: SubjectKind,
    /// Its name; empty for the cluster and the database.
    pub name: String,
}

/// Kinds of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// All serving nodes together.
    Cluster,
    /// The database.
    Database,
    /// One node.
    Node,
    /// One input: for the rules on bundles.
    Input,
}

impl Subject {
    /// The cluster.
    pub fn cluster() -> Self {
        Self { kind: SubjectKind::Cluster, name: String::new() }
    }

    /// The database.
    pub fn database() -> Self {
        Self { kind: SubjectKind::Database, name: String::new() }
    }

    /// A node.
    pub fn node(name: impl Into<String>) -> Self {
        Self { kind: SubjectKind::Node, name: name.into() }
    }

    /// An input.
    pub fn input(name: impl Into<String>) -> Self {
        Self { kind: SubjectKind::Input, name: name.into() }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            SubjectKind::Cluster => f.write_str("the cluster"),
            SubjectKind::Database => f.write_str("the database"),
            SubjectKind::Node | SubjectKind::Input => f.write_str(&self.name),
        }
    }
}

/// Result of one rule for one subject.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Problems, at least one.
    Findings(Vec<Finding>),
    /// The rule itself failed, which says nothing about the subject.
    Failed {
        /// The error, as a lower-case fragment.
        error: String,
    },
    /// Something needed is not known.
    Unknown {
        /// All that is missing.
        missing: Vec<MissingEvidence>,
    },
    /// Checked, and nothing is wrong.
    Pass {
        /// What was checked and its limits ("no hit from … to …"), or empty.
        note: String,
        /// The pass is based on an inferred source.
        inferred: bool,
    },
    /// The rule does not apply to this subject.
    NotApplicable {
        /// Why, as a lower-case fragment.
        why: String,
    },
}

/// Why a rule for upgrades does not apply to a case without a target build.
pub const NO_TARGET: &str = "no --target was given";

impl Outcome {
    /// A pass with nothing to add.
    pub fn pass() -> Self {
        Self::Pass { note: String::new(), inferred: false }
    }

    /// A pass with a note on what it covers.
    pub fn pass_with(note: impl Into<String>) -> Self {
        Self::Pass { note: note.into(), inferred: false }
    }

    /// Not applicable.
    pub fn not_applicable(why: impl Into<String>) -> Self {
        Self::NotApplicable { why: why.into() }
    }

    /// Unknown for one missing thing.
    pub fn unknown(missing: MissingEvidence) -> Self {
        Self::Unknown { missing: vec![missing] }
    }

    /// Findings if there are any; else unknown if anything is missing; else a pass. A proved problem counts even if another
    /// node cannot be read, but a pass needs everything.
    pub fn from_parts(findings: Vec<Finding>, missing: Vec<MissingEvidence>) -> Self {
        if !findings.is_empty() {
            Self::Findings(findings)
        } else if !missing.is_empty() {
            Self::Unknown { missing }
        } else {
            Self::pass()
        }
    }

    /// Every word of [`Self::word`], the most pressing first.
    pub const WORDS: [&str; 5] = ["findings", "failed", "unknown", "pass", "not-applicable"];

    /// The same with every finding changed.
    #[must_use]
    pub fn map_findings(self, change: impl FnMut(Finding) -> Finding) -> Self {
        match self {
            Self::Findings(findings) => Self::Findings(findings.into_iter().map(change).collect()),
            other => other,
        }
    }

    /// The findings; none for every other outcome.
    pub fn findings(&self) -> &[Finding] {
        if let Self::Findings(findings) = self { findings } else { &[] }
    }

    /// The word of the JSON report.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Findings(_) => "findings",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
            Self::Pass { .. } => "pass",
            Self::NotApplicable { .. } => "not-applicable",
        }
    }

    /// Rank when the outcomes of one rule for all its subjects are combined: the lowest decides.
    pub const fn rank(&self) -> u8 {
        match self {
            Self::Findings(_) => 0,
            Self::Failed { .. } => 1,
            Self::Unknown { .. } => 2,
            Self::Pass { .. } => 3,
            Self::NotApplicable { .. } => 4,
        }
    }
}

impl From<Finding> for Outcome {
    fn from(finding: Finding) -> Self {
        Self::Findings(vec![finding])
    }
}

impl From<MissingEvidence> for Outcome {
    fn from(missing: MissingEvidence) -> Self {
        Self::unknown(missing)
    }
}

impl From<Vec<MissingEvidence>> for Outcome {
    fn from(missing: Vec<MissingEvidence>) -> Self {
        Self::Unknown { missing }
    }
}

/// Something that a rule needed and did not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct MissingEvidence {
    /// Node that it is missing for; `None` for the cluster or the database.
    pub node: Option<String>,
    /// What is missing, as a report names it ("the fingerprint of encryption.config").
    pub what: String,
    /// Why, as a lower-case fragment.
    pub why: String,
    /// What would provide it.
    pub from: EvidenceRequest,
}

impl MissingEvidence {
    /// Of a node.
    pub fn of(node: &str, what: impl Into<String>, why: impl Into<String>, from: EvidenceRequest) -> Self {
        Self { node: Some(node.to_owned()), ..Self::of_cluster(what, why, from) }
    }

    /// Of a node that has to be collected again in the way that `how` says.
    pub fn again(node: &str, what: impl Into<String>, why: impl Into<String>, how: &str) -> Self {
        Self::of(node, what, why, EvidenceRequest::again(node, how))
    }

    /// Of the cluster or the database.
    pub fn of_cluster(what: impl Into<String>, why: impl Into<String>, from: EvidenceRequest) -> Self {
        Self { node: None, what: what.into(), why: why.into(), from }
    }
}

/// What to ask for so that a rule can be decided, the easiest for the customer first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "EvidenceRequest"))]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceRequest {
    /// A question to a person: the rule id, which is also the key in the answers file.
    Answer {
        /// Question id.
        id: String,
    },
    /// The product's node list (`GET /api/v1/nodes`, or the Server Nodes page if that REST call does not exist).
    NodeList,
    /// The database's version history (`tbVersion`).
    VersionHistory,
    /// An export; if it describes nodes, from the node whose data is missing.
    Export {
        /// Id of the export in the knowledge.
        export: String,
    },
    /// A bundle of this node, collected on the node itself.
    Bundle {
        /// Node.
        node: String,
    },
    /// A bundle of this node collected again: with more rights, later, or with an option.
    BundleAgain {
        /// Node.
        node: String,
        /// What to do differently, as a lower-case fragment.
        how: String,
    },
    /// A newer version of this program on the computer that makes the report: a bundle is of a newer format.
    NewerProgram,
    /// The names of all nodes.
    NodeNames,
    /// Nothing that the customer can send decides it today.
    Nothing,
}

impl EvidenceRequest {
    /// An export by its id in the knowledge.
    pub fn export(id: &str) -> Self {
        Self::Export { export: id.to_owned() }
    }

    /// A new bundle of this node.
    pub fn again(node: impl Into<String>, how: impl Into<String>) -> Self {
        Self::BundleAgain { node: node.into(), how: how.into() }
    }
}

/// A problem, with its evidence and what to do.
#[derive(Debug, Clone)]
pub struct Finding {
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What it is about.
    pub subject: Subject,
    /// The problem, in one line.
    pub title: String,
    /// One or two sentences more; may be empty.
    pub detail: String,
    /// At least one piece of evidence.
    pub evidence: Vec<Evidence>,
    /// What to do for this subject, as an imperative sentence; the rule's own text has more.
    pub remedy: String,
    /// Knowledge records cited in addition to the rule's sources (signature ids, conflicting pages).
    pub notes: Vec<String>,
    /// Id of the known error or of the advisory that it is based on, if it is based on one.
    pub signature: Option<String>,
    /// Its own remedy must be used: the action that fixes other findings of the rule would be wrong for this one.
    pub standalone: bool,
}

/// What proves a finding.
#[derive(Debug, Clone)]
pub enum Evidence {
    /// A line of text.
    Text {
        /// Input and file.
        place: Location,
        /// The line, with secrets removed.
        excerpt: Excerpt,
    },
    /// A value.
    Value {
        /// Node, empty for the cluster.
        node: String,
        /// The fact, as a report names it.
        fact: String,
        /// Value as text.
        value: String,
        /// Input and file.
        place: Location,
    },
    /// An absence: the place was read completely.
    Absence {
        /// Node, empty for the cluster.
        node: String,
        /// What is not there.
        fact: String,
        /// What was read.
        place: Location,
    },
    /// A knowledge record.
    Record {
        /// Source key.
        source: String,
        /// What it says, in our own words.
        says: String,
    },
}

impl Evidence {
    /// A value; an empty `node` is the cluster.
    pub fn value(
        node: impl Into<String>,
        fact: impl Into<String>,
        value: impl Into<String>,
        place: Location,
    ) -> Self {
        Self::Value { node: node.into(), fact: fact.into(), value: value.into(), place }
    }

    /// Name of the input that it is from, if it is from one.
    pub fn input(&self) -> Option<&str> {
        match self {
            Self::Text { place, .. } | Self::Value { place, .. } | Self::Absence { place, .. } => {
                Some(&place.input)
            }
            Self::Record { .. } => None,
        }
    }

    /// An absence; an empty `node` is the cluster.
    pub fn absence(node: impl Into<String>, fact: impl Into<String>, place: Location) -> Self {
        Self::Absence { node: node.into(), fact: fact.into(), place }
    }
}

/// An outcome with its rule and subject.
#[derive(Debug, Clone)]
pub struct RuleResult {
    /// Rule id.
    pub rule: String,
    /// Subject.
    pub subject: Subject,
    /// The outcome.
    pub outcome: Outcome,
    /// Names of the inputs that it used facts from.
    pub inputs_used: BTreeSet<String>,
}
