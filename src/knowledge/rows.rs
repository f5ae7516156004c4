//! Rules that are rows of a table: their texts, what they expect, what they ask, and what nodes should agree on.

use super::signatures::Versions;
use super::sources::{Citation, Sources};
use super::{KnowledgeError, parse, sorted_and_unique};
use crate::finding::{Scope, Severity, SubjectKind};
use crate::model::lookup::is_fact;
use serde::Deserialize;

/// A rule whose judgement is data: everything a reader needs to know of it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleRow {
    /// Id of domain section 10, or of family `CLU`.
    pub id: String,
    /// The fault, in a few words.
    pub title: String,
    /// Severity at its worst.
    pub severity: Severity,
    /// Which question it belongs to.
    #[serde(default = "now")]
    pub scope: Scope,
    /// What it is judged on.
    pub subject: SubjectKind,
    /// Which evaluator judges it.
    pub family: Family,
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
}

fn now() -> Scope {
    Scope::Now
}

/// Evaluators of data rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Rows of `expectations.toml`.
    Expectation,
    /// Signatures that name the rule.
    Signature,
    /// Problems of inputs.
    Problem,
    /// A question to a person, in `questions.toml`.
    Question,
}

/// Builds a rule concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Applies {
    /// Whose build is looked at.
    pub of: Build,
    /// The range.
    pub versions: Versions,
}

/// Whose build decides whether a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Build {
    /// What is installed.
    Current,
    /// What is installed, or the build to upgrade to.
    Either,
}

/// What a fact should be.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expectation {
    /// Rule it serves.
    pub rule: String,
    /// Path of the fact, see [`crate::model::lookup`].
    pub fact: String,
    /// The fact in a reader's words.
    pub label: String,
    /// What is expected.
    pub expect: Expect,
    /// Expected values; compared without regard to case.
    #[serde(default)]
    pub values: Vec<String>,
    /// What an absent setting amounts to, where one value is built in; an absent setting without it is unknown.
    pub built_in: Option<String>,
    /// How many nodes must meet it.
    #[serde(default)]
    pub nodes: Quantifier,
    /// Only nodes whose fact has this value are looked at; the others do not apply.
    pub when: Option<When>,
    /// The finding's title; `{node}` and `{value}` are filled in.
    pub title: String,
    /// What to do, `{node}` filled in.
    pub remedy: String,
    /// The threshold is our own reasoning.
    #[serde(default)]
    pub inferred: bool,
}

/// What is expected of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// One of the values.
    OneOf,
    /// There at all.
    Present,
    /// Absent, or empty text.
    Empty,
    /// A time span of zero.
    ZeroSpan,
}

/// How many of the nodes must meet an expectation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantifier {
    /// Every node, judged one by one.
    #[default]
    Each,
    /// At least one, judged for the cluster.
    Any,
}

/// A condition on the same node.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct When {
    /// Path of the fact.
    pub fact: String,
    /// The fact in a reader's words.
    pub label: String,
    /// Its value, compared without regard to case.
    pub is: String,
}

/// A question that only a person can answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct QuestionRow {
    /// Id: that of the rule it decides.
    pub id: String,
    /// The question.
    pub ask: String,
    /// Answers that are fine.
    pub good: Vec<String>,
    /// Answers that are a fault.
    pub bad: Vec<String>,
    /// Whether it is asked for each node.
    #[serde(default)]
    pub per_node: bool,
    /// A good answer older than this many days is no answer any more; 0: it does not age.
    #[serde(default)]
    pub valid_days: u32,
}

/// A fact nodes are compared on.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ParityRow {
    /// Group of the node matrix.
    pub group: String,
    /// Path of the fact.
    pub fact: String,
    /// The fact in a reader's words.
    pub label: String,
    /// Whether nodes must agree.
    pub agree: Agree,
    /// Where that comes from.
    pub cites: Vec<Citation>,
}

/// Whether nodes must agree on a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agree {
    /// Must be the same.
    Same,
    /// May differ for good reasons.
    MayDiffer,
}

/// All rows of this file's kinds.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// Rule texts, in order of id.
    pub rules: Vec<RuleRow>,
    /// Expectations, in order of rule.
    pub expectations: Vec<Expectation>,
    /// Questions, in order of id.
    pub questions: Vec<QuestionRow>,
    /// Parity rows, in the order of the matrix.
    pub parity: Vec<ParityRow>,
    /// What no procedure may ever do, in order of weight (domain 12.3).
    pub never: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<RuleRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectationFile {
    expectation: Vec<Expectation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct QuestionFile {
    never: Vec<String>,
    question: Vec<QuestionRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ParityFile {
    parity: Vec<ParityRow>,
}

/// Reads the built-in rows and checks them against each other.
pub(super) fn load(sources: &Sources) -> Result<Rows, KnowledgeError> {
    let RuleFile { rule: rules } = parse("rules.toml", include_str!("rules.toml"))?;
    let ExpectationFile { expectation: expectations } =
        parse("expectations.toml", include_str!("expectations.toml"))?;
    let QuestionFile { never, question: questions } =
        parse("questions.toml", include_str!("questions.toml"))?;
    let ParityFile { parity } = parse("parity.toml", include_str!("parity.toml"))?;

    sorted_and_unique("rules.toml", rules.iter().map(|rule| rule.id.as_str()))?;
    sorted_and_unique("questions.toml", questions.iter().map(|question| question.id.as_str()))?;
    for rule in &rules {
        for citation in &rule.cites {
            sources.check("rules.toml", &rule.id, citation)?;
        }
    }
    for row in &expectations {
        let fault = |why: String| Err(KnowledgeError::record("expectations.toml", &row.rule, why));
        for fact in std::iter::once(&row.fact).chain(row.when.as_ref().map(|when| &when.fact)) {
            if !is_fact(fact) {
                return fault(format!("{fact} is no fact"));
            }
        }
        if !rules.iter().any(|rule| rule.id == row.rule && rule.family == Family::Expectation) {
            return fault("no rule of family expectation has this id".into());
        }
        if (row.expect == Expect::OneOf) == row.values.is_empty() {
            return fault("one-of needs values, and nothing else takes them".into());
        }
    }
    for row in &parity {
        if !is_fact(&row.fact) {
            return Err(KnowledgeError::record("parity.toml", &row.fact, "is no fact"));
        }
        for citation in &row.cites {
            sources.check("parity.toml", &row.fact, citation)?;
        }
    }
    Ok(Rows { rules, expectations, questions, parity, never })
}
