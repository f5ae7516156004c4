//! One rule: who it is, what its texts say, how it judges.

use super::context::Context;
use crate::finding::{Confidence, Outcome, Scope, Severity, SubjectKind};
use crate::knowledge::rows::{Applies, Build, Family, RuleRow};
use crate::knowledge::{Citation, Signature, Status, Versions};
use crate::model::{BuildVersion, Input, Node};
use std::collections::BTreeSet;

/// How a rule judges its subjects.
#[derive(Clone, Copy)]
pub enum Check {
    /// Once, for the cluster or its database.
    Cluster(fn(&Context) -> Outcome),
    /// Once a node.
    Node(fn(&Context, &Node) -> Outcome),
    /// Once an input.
    Input(fn(&Context, &Input) -> Outcome),
    /// By the evaluator of its data family.
    Data(Family),
}

/// A rule of either kind, as the engine, the catalogue and the report see it.
#[derive(Clone)]
pub struct Rule {
    /// Id; never changes its meaning.
    pub id: String,
    /// The fault, in a few words.
    pub title: String,
    /// Severity at its worst.
    pub severity: Severity,
    /// Which question it belongs to.
    pub scope: Scope,
    /// What it is judged on.
    pub subject: SubjectKind,
    /// Builds it concerns.
    pub applies: Option<Applies>,
    /// Where it comes from.
    pub cites: Vec<Citation>,
    /// What it checks.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// How to fix it.
    pub fix: String,
    /// What it cannot see.
    pub blind: String,
    /// How it judges.
    pub check: Check,
    /// Inputs that decide it: `bundle`, `logs`, `node-list`, `version-history`, `answer`, `target`, ids of exports.
    pub needs: BTreeSet<String>,
}

impl Rule {
    /// How sure a finding of this rule is when its evidence leaves no doubt.
    pub fn confidence(&self) -> Confidence {
        confidence(&self.cites)
    }

    /// Bundle-safety rules have their own banner and are no cluster fault.
    pub fn is_bundle_safety(&self) -> bool {
        self.id.starts_with("BND-")
    }
}

/// Confirmed when at least one source was read and says so.
pub(in crate::rules) fn confidence(cites: &[Citation]) -> Confidence {
    if cites.iter().any(|cite| cite.status.confirms()) { Confidence::Confirmed } else { Confidence::Inferred }
}

/// A coded rule as its file states it. The doc comment is the only text about it.
pub(in crate::rules) struct CodedRule {
    /// See [`Rule::id`].
    pub id: &'static str,
    /// See [`Rule::title`].
    pub title: &'static str,
    /// See [`Rule::severity`].
    pub severity: Severity,
    /// See [`Rule::scope`].
    pub scope: Scope,
    /// See [`Rule::subject`].
    pub subject: SubjectKind,
    /// See [`Rule::applies`].
    pub applies: Option<Applies>,
    /// Source keys and how the fact is known.
    pub cites: &'static [(&'static str, Status)],
    /// The doc comment.
    pub doc: &'static str,
    /// See [`Rule::check`].
    pub check: Check,
    /// See [`Rule::needs`]; what follows from scope and question is added.
    pub needs: &'static [&'static str],
}

/// Builds from this one on.
pub(in crate::rules) const fn since(of: Build, from: BuildVersion) -> Applies {
    Applies { of, versions: Versions { from: Some(from), before: None, inferred: false } }
}

/// Builds before this one.
pub(in crate::rules) const fn before(of: Build, before: BuildVersion) -> Applies {
    Applies { of, versions: Versions { from: None, before: Some(before), inferred: false } }
}

/// What a check needs to know, as `?` gives it: where it is missing the check ends, and that is its outcome.
macro_rules! known {
    ($asked:expr) => {
        match $asked {
            Ok(value) => value,
            Err(missing) => return $crate::finding::Outcome::unknown(missing),
        }
    };
}
pub(in crate::rules) use known;

/// States a coded rule; its doc comment has the four headings that [`sections`] reads.
macro_rules! rule {
    ($(#[doc = $doc:literal])+ id: $id:literal, title: $title:literal, severity: $severity:ident,
     scope: $scope:ident, subject: $subject:ident, applies: $applies:expr,
     cites: [$($key:literal $status:ident),+ $(,)?], check: $check:expr $(, needs: [$($need:literal),* $(,)?])? $(,)?) => {
        $(#[doc = $doc])+
        pub(crate) static RULE: $crate::rules::engine::rule::CodedRule = $crate::rules::engine::rule::CodedRule {
            id: $id,
            title: $title,
            severity: $crate::finding::Severity::$severity,
            scope: $crate::finding::Scope::$scope,
            subject: $crate::finding::SubjectKind::$subject,
            applies: $applies,
            cites: &[$(($key, $crate::knowledge::Status::$status)),+],
            doc: concat!($($doc, "\n"),+),
            check: $check,
            needs: &[$($($need),*)?],
        };
    };
}
pub(in crate::rules) use rule;

impl From<&CodedRule> for Rule {
    fn from(coded: &CodedRule) -> Self {
        let [what, why, fix, blind] = sections(coded.doc);
        Self {
            id: coded.id.into(),
            title: coded.title.into(),
            severity: coded.severity,
            scope: coded.scope,
            subject: coded.subject,
            applies: coded.applies,
            cites: coded
                .cites
                .iter()
                .map(|(source, status)| Citation { source: (*source).to_owned(), status: *status })
                .collect(),
            what,
            why,
            fix,
            blind,
            check: coded.check,
            needs: BTreeSet::new(),
        }
    }
}

impl From<&RuleRow> for Rule {
    fn from(row: &RuleRow) -> Self {
        Self {
            id: row.id.clone(),
            title: row.title.clone(),
            severity: row.severity,
            scope: row.scope,
            subject: row.subject,
            applies: row.applies,
            cites: row.cites.clone(),
            what: row.what.clone(),
            why: row.why.clone(),
            fix: row.fix.clone(),
            blind: row.blind.clone(),
            check: Check::Data(row.family),
            needs: BTreeSet::new(),
        }
    }
}

/// The headings of a rule's doc comment, in order.
pub(in crate::rules) const HEADINGS: [&str; 4] =
    ["What it checks", "Why it matters", "How to fix it", "What it cannot see"];

/// The text under each of [`HEADINGS`], its lines joined to paragraphs.
fn sections(doc: &str) -> [String; 4] {
    HEADINGS.map(|heading| {
        let mut lines =
            doc.lines().map(str::trim).skip_while(|line| line.strip_prefix("## ") != Some(heading));
        lines.next();
        let text: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
        text.join(" ").trim().to_owned()
    })
}

/// What a signature's title says when it is cited by a rule.
pub(in crate::rules) fn signature_note(signature: &Signature) -> String {
    let unverified = if signature.cause_verified { "" } else { " (cause not vendor-verified)" };
    format!("{}: {}{unverified}", signature.id, signature.cause)
}
