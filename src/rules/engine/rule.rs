//! One rule: its metadata, and how it is evaluated.

use super::context::Context;
use super::{expectation, parity, problem, question, signature, step};
use crate::finding::{Outcome, SubjectKind};
use crate::knowledge::rows::{Applies, Build, Family, RuleMeta};
use crate::knowledge::{Signature, Versions};
use crate::model::{BuildVersion, Input, Node};
use std::collections::BTreeSet;

/// How a rule evaluates its subjects.
#[derive(Clone, Copy)]
pub enum Check {
    /// Once, for the cluster or its database.
    Cluster(fn(&Context) -> Outcome),
    /// Once a node.
    Node(fn(&Context, &Node) -> Outcome),
    /// Once an input.
    Input(fn(&Context, &Input) -> Outcome),
}

/// A rule of either kind, Rust or TOML.
#[derive(Clone)]
pub struct Rule {
    /// What it is.
    pub meta: RuleMeta,
    /// How it is evaluated.
    pub check: Check,
    /// What it asks for: paths of facts, lists of items, and kinds of inputs.
    pub asks: BTreeSet<String>,
    /// Inputs that decide it: `bundle`, `logs`, `node-list`, `version-history`, `answer`, `target`, ids of exports.
    pub needs: BTreeSet<String>,
}

impl Rule {
    /// A rule that is Rust; `doc` is its doc comment, the only text about it.
    pub(in crate::rules) fn coded(meta: RuleMeta, doc: &str, check: Check) -> Self {
        let [description, rationale, remediation, limitations] =
            meta.texts().map(|(heading, _)| section(doc, heading));
        Self { check, ..Self::new(RuleMeta { description, rationale, remediation, limitations, ..meta }) }
    }

    /// A rule with the evaluator of its family; what it asks for is not yet known.
    pub(in crate::rules) fn new(meta: RuleMeta) -> Self {
        let check = Check::of_rows(meta.family, meta.subject);
        Self { meta, check, asks: BTreeSet::new(), needs: BTreeSet::new() }
    }
}

impl Check {
    /// The evaluator of rows of this family on such subjects. Tables in which the two do not fit are refused when they
    /// are loaded.
    fn of_rows(family: Family, subject: SubjectKind) -> Self {
        use SubjectKind::{Cluster, Database, Input, Node};
        match (family, subject) {
            (Family::Expectation, Cluster | Database) => Self::Cluster(expectation::on_cluster),
            (Family::Expectation, Node) => Self::Node(expectation::on_node),
            (Family::Question, Cluster | Database) => Self::Cluster(question::on_cluster),
            (Family::Question, Node) => Self::Node(question::on_node),
            (Family::Parity, Cluster | Database) => Self::Cluster(parity::on_cluster),
            (Family::Step, Cluster | Database) => Self::Cluster(step::on_cluster),
            (Family::Signature, Node) => Self::Node(signature::on_node),
            (Family::Signature, Database) => Self::Cluster(signature::on_database),
            (Family::Problem, Input) => Self::Input(problem::of_input),
            _ => Self::Cluster(|_| Outcome::Failed {
                error: "the rule's check does not fit its subject".into(),
            }),
        }
    }
}

/// Builds from this one on.
pub(in crate::rules) const fn since(of: Build, from: BuildVersion) -> Applies {
    Applies { of, versions: Versions { from: Some(from), before: None, inferred: false } }
}

/// Builds before this one.
pub(in crate::rules) const fn before(of: Build, before: BuildVersion) -> Applies {
    Applies { of, versions: Versions { from: None, before: Some(before), inferred: false } }
}

/// What a check needs to know, as `?` gives it: where it is missing, or nothing can be said, the check ends, and that
/// is its outcome.
macro_rules! known {
    ($asked:expr) => {
        match $asked {
            Ok(value) => value,
            Err(open) => return $crate::finding::Outcome::from(open),
        }
    };
}
pub(in crate::rules) use known;

/// Defines a rule that is Rust; the function `check` of its file evaluates it. Without `scope` it is judged always, without
/// `applies` it concerns all builds. Its doc comment has the four headings of [`RuleMeta::texts`].
macro_rules! rule {
    ($(#[doc = $doc:literal])+ id: $id:literal, title: $title:literal, question: $question:literal,
     severity: $severity:ident, area: $area:ident, $(holds: $holds:ident,)? $(scope: $scope:ident,)? subject: $subject:ident, $(applies: $applies:expr,)?
     cites: [$($key:literal $status:ident),+ $(,)?] $(,)?) => {
        $(#[doc = $doc])+
        pub(crate) fn definition() -> $crate::rules::engine::rule::Rule {
            let meta = $crate::knowledge::rows::RuleMeta {
                id: $id.into(),
                title: $title.into(),
                question: $question.into(),
                severity: $crate::finding::Severity::$severity,
                area: Some($crate::model::Area::$area),
                holds: $crate::finding::Holds::default(),
                scope: $crate::finding::Scope::Now,
                now: None,
                subject: $crate::finding::SubjectKind::$subject,
                family: $crate::knowledge::rows::Family::Code,
                applies: None,
                references: vec![$($crate::knowledge::Citation {
                    source: $key.into(),
                    status: $crate::knowledge::Status::$status,
                }),+],
                description: String::new(),
                rationale: String::new(),
                remediation: String::new(),
                limitations: String::new(),
            };
            $(let meta = $crate::knowledge::rows::RuleMeta { holds: $crate::finding::Holds::$holds, ..meta };)?
            $(let meta = $crate::knowledge::rows::RuleMeta { scope: $crate::finding::Scope::$scope, ..meta };)?
            $(let meta = $crate::knowledge::rows::RuleMeta { applies: Some($applies), ..meta };)?
            let doc = concat!($($doc, "\n"),+);
            $crate::rules::engine::rule::Rule::coded(meta, doc, $crate::rules::engine::rule::Check::$subject(check))
        }
    };
}
pub(in crate::rules) use rule;

/// The text of a doc comment under this heading, its lines joined.
fn section(doc: &str, heading: &str) -> String {
    let lines = doc.lines().map(str::trim);
    let below = lines.skip_while(|line| line.strip_prefix("## ") != Some(heading)).skip(1);
    let text: Vec<&str> = below.take_while(|line| !line.starts_with("## ")).collect();
    text.join(" ").trim().to_owned()
}

/// What a signature's title says when it is cited by a rule.
pub(in crate::rules) fn signature_note(signature: &Signature) -> String {
    let unverified = if signature.cause_verified { "" } else { " (cause not vendor-verified)" };
    format!("{}: {}{unverified}", signature.id, signature.cause)
}
