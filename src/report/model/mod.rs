//! Everything a report shows, in the order it is shown. Its serialised form is the JSON report
//! (`docs/report.schema.json`); the HTML and Markdown templates see the same structure.

mod axis;
mod case;
mod findings;
mod kit;
mod matrix;
mod patterns;

pub use crate::compare::Since;
pub use crate::decisions::{DecidedVerdict, DecisionView};
pub use crate::plan::{Action, Reason};
pub use axis::*;
pub use case::*;
pub use findings::*;
pub use kit::*;
pub use matrix::*;
pub use patterns::*;

use crate::finding::{Looked, MissingEvidence, Readiness, Scope, Severity, Subject};
use crate::model::cluster::Contact;
use crate::model::input::Problem;
use crate::model::{Area, Grade, InputKind, InputStatus};
use crate::plan::checklist::Checklist;
use crate::plan::{Plan, Runbook};
use serde::Serialize;
use std::collections::BTreeMap;

/// Version of the JSON report.
pub const SCHEMA: &str = "clusterbrief-report/1.6";

/// A whole report.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Report {
    /// Version of this format.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: &'static str,
    /// What made it.
    pub tool: Tool,
    /// How the reader's own records name the case; only where the command line says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "CaseView"))]
    pub case: Option<CaseView>,
    /// The moment calendar rules were judged against, RFC 3339.
    pub as_of: String,
    /// Build the customer wants to upgrade to.
    pub target: Option<String>,
    /// One line naming the case: "WEB01, WEB02, WEB03".
    pub nodes: Vec<NodeCard>,
    /// Whom to call, as an inventory says.
    pub contacts: Vec<Contact>,
    /// What an inventory says of the load balancer.
    pub balancer: Vec<BalancerFact>,
    /// The verdict.
    pub verdict: VerdictView,
    /// What a reader has to know of the evidence as a whole, such as its age; shown with the verdict.
    pub notices: Vec<String>,
    /// Bundle-safety findings: their own banner, shown before everything else when not empty.
    pub safety: Vec<FindingView>,
    /// What to do, in order.
    pub actions: Vec<Action>,
    /// Procedures that mend what was found, with this cluster's names.
    pub repairs: Vec<Runbook>,
    /// The way to the target, and how to go it; with a target only.
    pub plan: Option<Plan>,
    /// What has to be so before the upgrade, and how each stands; with a target only.
    pub checklist: Option<Checklist>,
    /// What never to do; printed in every report.
    pub never: Vec<String>,
    /// What is missing, most decisive first.
    pub missing: Vec<MissingView>,
    /// The missing things as one paragraph ready to send to the customer; empty when nothing is missing.
    pub request: String,
    /// The parts of a kit that answer what is missing, and what of an earlier kit is here.
    pub kit: KitView,
    /// Every compared setting by node.
    pub matrix: Matrix,
    /// Findings, worst first.
    pub findings: Vec<FindingView>,
    /// What changed since an earlier moment; with `--before` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Since"))]
    pub since: Option<Since>,
    /// Known errors by node and time.
    pub errors: Errors,
    /// Every outcome, by rule and subject.
    pub outcomes: Vec<OutcomeView>,
    /// How much was looked at.
    pub coverage: Coverage,
    /// What was given, and what became of it.
    pub inputs: Vec<InputView>,
    /// Texts of the rules that fired or are unknown, in order of id.
    pub rules: Vec<RuleText>,
    /// Sources cited anywhere in the report.
    pub sources: Vec<SourceView>,
}

/// The program and its knowledge.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tool {
    /// `clusterbrief`.
    pub name: &'static str,
    /// Program version.
    pub version: &'static str,
    /// Edition of the knowledge built into it, a date.
    pub knowledge: String,
    /// Knowledge files of a support team's own that were laid over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "KnowledgeView"))]
    pub own: Option<KnowledgeView>,
}

/// Knowledge files of a support team's own, and what they changed.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct KnowledgeView {
    /// Their names, below the name of their folder.
    pub files: Vec<String>,
    /// Their edition, a date.
    pub edition: Option<String>,
    /// Records that replaced a built-in one, as "signature E-002".
    pub overridden: Vec<String>,
    /// Records beside the built-in ones.
    pub added: Vec<String>,
    /// Files that say nothing about the product, each with the reason.
    pub passed_over: Vec<String>,
}

/// One node at a glance.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NodeCard {
    /// Name.
    pub name: String,
    /// `serving`, `dr`, `standby`, `mirror`, or `unplaced`: files of which nobody says whose they are.
    #[cfg_attr(test, schemars(extend("enum" = ["serving", "dr", "standby", "mirror", "unplaced"])))]
    pub role: &'static str,
    /// Build, or why it is not known.
    pub version: String,
    /// Whether the version is known.
    pub version_known: bool,
    /// Whether there is a bundle of it.
    pub bundle: bool,
    /// What was read of it, if anything was: `bundle`, `copied` or `loose`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String", extend("enum" = ["bundle", "copied", "loose"])))]
    pub grade: Option<&'static str>,
    /// What was read of it beside a bundle.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, schemars(default))]
    pub parts: Vec<PartView>,
    /// When the bundle was collected, node-local with offset, RFC 3339.
    pub collected: Option<String>,
    /// Set when evidence singles this node out ("behind: runs 11.6.000001, the database is at 11.7.000049").
    pub odd: Option<String>,
    /// Findings of this node by severity word.
    #[cfg_attr(test, schemars(schema_with = "super::json::schema::by_severity"))]
    pub findings: BTreeMap<&'static str, usize>,
}

/// A part of what is known of a node that is of no bundle.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct PartView {
    /// What it is, such as `logs` or `web.config`.
    pub what: String,
    /// Name of its input.
    pub input: String,
    /// Its original path.
    pub place: String,
    /// How much it can prove.
    pub grade: Grade,
}

/// A fact of the load balancer, as a person wrote it into an inventory.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct BalancerFact {
    /// What it is ("session affinity of the load balancer").
    pub fact: String,
    /// Value.
    pub value: String,
}

/// The verdict as shown.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct VerdictView {
    /// State.
    pub state: Readiness,
    /// State in capitals: `NOT READY`.
    pub label: &'static str,
    /// Whether nothing of weight was left out: all nodes are known, and no blocker or high rule is undecided.
    pub complete: bool,
    /// The question it answers: "Is this 3-node cluster healthy?" or "… ready for the upgrade to …?".
    pub question: String,
    /// One sentence a reader gets in ten seconds.
    pub headline: String,
    /// The reasons, worst first, one line each.
    pub reasons: Vec<Reason>,
    /// What would settle it, for CANNOT SAY.
    pub settle: Vec<String>,
    /// What was not looked at, or not wholly, as a report names it; empty if the verdict is complete.
    pub left_out: Vec<String>,
    /// How many checks were done: "152 of 163 applicable checks done, 11 open".
    pub checks: String,
    /// Every area of the cluster, and how far it was looked at.
    pub areas: Vec<AreaView>,
    /// Which nodes the verdict is about.
    pub node_set: NodeSetView,
    /// Findings by severity word, bundle safety left out.
    #[cfg_attr(test, schemars(schema_with = "super::json::schema::by_severity"))]
    pub counts: BTreeMap<&'static str, usize>,
    /// The verdict without the findings that somebody decided on; with `--decisions` only. `state` stays what the evidence
    /// says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "DecidedVerdict"))]
    pub decided: Option<DecidedVerdict>,
}

/// An area of the cluster, and how far it was looked at.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct AreaView {
    /// The area.
    pub area: Area,
    /// Its name.
    pub label: &'static str,
    /// Whether the question cannot be answered without it.
    pub required: bool,
    /// How far it was looked at.
    pub looked: Looked,
    /// Rules that apply and were decided.
    pub decided: usize,
    /// Rules that apply and are undecided, in order of id.
    pub open: Vec<String>,
}

/// The nodes that the verdict is about.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct NodeSetView {
    /// Names of the nodes that serve requests.
    pub nodes: Vec<String>,
    /// What confirms that these are all; empty: nothing does.
    pub confirmed_by: Vec<String>,
    /// Nodes of a confirmed set without a bundle.
    pub without_bundle: Vec<String>,
}

/// One thing that is missing.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MissingView {
    /// Anchor without `#`.
    pub anchor: String,
    /// `export`, `bundle`, `question` (for a person), or `nothing` where nothing that can be sent decides it.
    #[cfg_attr(test, schemars(extend("enum" = ["export", "bundle", "question", "nothing"])))]
    pub kind: &'static str,
    /// What to send, an imperative sentence.
    pub ask: String,
    /// How the customer gets it, step by step, for this cluster's version.
    pub how: Vec<String>,
    /// What it consists of, where several things are got in one go; else empty.
    pub parts: Vec<MissingPart>,
    /// The part of a kit that answers it, if one does: `collector`, `rest`, `sql`, `rabbitmq` or `questions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "String", extend("enum" = ["collector", "rest", "sql", "rabbitmq", "questions"])))]
    pub kit: Option<&'static str>,
    /// Blocker rules it would decide.
    pub blockers: usize,
    /// All rules it would decide, in order of id.
    pub rules: Vec<String>,
    /// The facts behind it: node, what, why.
    pub facts: Vec<MissingEvidence>,
}

/// One of several things that are got in one go.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MissingPart {
    /// What gives it: a call, a command, the name of a query.
    pub call: String,
    /// What it is.
    pub title: String,
    /// Rules it would decide, in order of id.
    pub rules: Vec<String>,
}

/// One outcome.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct OutcomeView {
    /// Rule id.
    pub rule: String,
    /// Subject.
    pub subject: Subject,
    /// `findings`, `failed`, `unknown`, `pass` or `not-applicable`.
    #[cfg_attr(test, schemars(extend("enum" = crate::finding::Outcome::WORDS)))]
    pub outcome: &'static str,
    /// Why, or what was covered; may be empty.
    pub detail: String,
    /// A pass that rests on an inferred source.
    pub inferred: bool,
    /// Names of the inputs that it looked at, in order.
    pub inputs: Vec<String>,
}

/// How much was looked at.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Coverage {
    /// Rules by outcome word, and `total`. Each rule counts once, by the first of findings, failed, unknown, pass,
    /// not-applicable.
    #[cfg_attr(test, schemars(schema_with = "super::json::schema::by_outcome"))]
    pub counts: BTreeMap<&'static str, usize>,
    /// One entry a rule, in order of id.
    pub rules: Vec<RuleCoverage>,
}

/// One rule's coverage.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleCoverage {
    /// Rule id.
    pub rule: String,
    /// Title.
    pub title: String,
    /// What it asks, with yes as the good answer; the title where an own rule has no question.
    pub question: String,
    /// Severity at its worst.
    pub severity: Severity,
    /// The area that it belongs to.
    pub area: Area,
    /// Which question it belongs to.
    pub scope: Scope,
    /// Rolled-up outcome.
    #[cfg_attr(test, schemars(extend("enum" = crate::finding::Outcome::WORDS)))]
    pub outcome: &'static str,
    /// The deciding reason, or what was covered.
    pub detail: String,
    /// Names of the inputs that any of its outcomes looked at, in order.
    pub inputs: Vec<String>,
}

/// An input as shown.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InputView {
    /// Name.
    pub name: String,
    /// What it is.
    pub kind: InputKind,
    /// What became of it.
    pub status: InputStatus,
    /// The sentence of its first problem; none when it was read whole.
    pub reason: Option<String>,
    /// Every problem.
    pub problems: Vec<Problem>,
    /// What a reader of it should know and is no problem, one sentence each.
    pub notes: Vec<String>,
    /// Node it belongs to.
    pub node: Option<String>,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256.
    pub sha256: Option<String>,
    /// How much it can prove; none if nothing of it is evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Grade"))]
    pub grade: Option<Grade>,
    /// When it was made, by its own clock, RFC 3339; without an offset and seconds where its zone is not known.
    pub taken: Option<String>,
    /// Tool version that wrote it, for bundles.
    pub tool: Option<String>,
    /// What it holds, in a reader's words; empty for a bundle.
    pub holds: Vec<String>,
    /// Rules that looked at it and came to a finding or a pass, in order of id.
    pub decided: Vec<String>,
    /// Findings with evidence from it, in the order of the findings.
    pub proves: Vec<Reason>,
}

/// A rule's texts.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RuleText {
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// What it asks, with yes as the good answer; the title where an own rule has no question.
    pub question: String,
    /// Severity at its worst.
    pub severity: Severity,
    /// What it checks.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// How to fix it.
    pub fix: String,
    /// What it cannot see.
    pub blind: String,
    /// Sources.
    pub sources: Vec<Citation>,
}

/// A source.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SourceView {
    /// Key.
    pub key: String,
    /// Title.
    pub title: String,
    /// Age in words.
    pub age: String,
}
