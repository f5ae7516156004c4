//! Rules that are rows of a table: their texts, what they expect, what they ask, and what nodes should agree on.

use super::KnowledgeError;
use super::facts::{Facts, Of};
use super::layer::Layers;
use super::signatures::Versions;
use super::sources::{Citation, Sources};
use crate::finding::{Confidence, Scope, Severity, SubjectKind};
use crate::model::BuildVersion;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What a rule is, for a reader and for the report: the same of a rule that is Rust and of one that is TOML.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleMeta {
    /// Id; never changes its meaning.
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
    #[serde(rename = "cites")]
    pub references: Vec<Citation>,
    /// What it checks.
    #[serde(rename = "what")]
    pub description: String,
    /// Why it matters.
    #[serde(rename = "why")]
    pub rationale: String,
    /// How to fix it.
    #[serde(rename = "fix")]
    pub remediation: String,
    /// What it cannot see.
    #[serde(rename = "blind")]
    pub limitations: String,
}

impl RuleMeta {
    /// How sure a finding of this rule is when its evidence leaves no doubt: confirmed when at least one source was
    /// read and says so.
    pub fn confidence(&self) -> Confidence {
        let confirms = self.references.iter().any(|cite| cite.status.confirms());
        if confirms { Confidence::Confirmed } else { Confidence::Inferred }
    }

    /// The four texts with their headings, in the order in which they are shown.
    pub fn texts(&self) -> [(&'static str, &str); 4] {
        [
            ("What it checks", &self.description),
            ("Why it matters", &self.rationale),
            ("How to fix it", &self.remediation),
            ("What it cannot see", &self.limitations),
        ]
    }
}

fn now() -> Scope {
    Scope::Now
}

/// What evaluates a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Rows of `expectations.toml`.
    Expectation,
    /// Signatures that name the rule.
    Signature,
    /// Problems of inputs.
    Problem,
    /// Builds that an upgrade has to pass through.
    Step,
    /// A question to a person; on the cluster, facts that expectations name decide as well, on a node known errors.
    Question,
    /// Parity rows that name the rule.
    Parity,
    /// Rust. No table can say so.
    #[serde(skip)]
    Code,
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
    /// The build to upgrade to.
    Target,
    /// The way from what is installed to the build to upgrade to: it enters the range from below.
    Crossed,
}

/// What a fact should be.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expectation {
    /// Rule it serves.
    pub rule: String,
    /// Tells it from other rows of the rule on the same fact.
    #[serde(default)]
    pub name: String,
    /// Path of the fact, see [`crate::model::lookup`] and [`super::facts`].
    pub fact: String,
    /// The fact in a reader's words; facts that are records have their own.
    #[serde(default)]
    pub label: String,
    /// What is expected.
    pub expect: Expect,
    /// Expected values; compared without regard to case.
    #[serde(default)]
    pub values: Vec<String>,
    /// What an absent setting amounts to, where one value is built in; an absent setting without it is unknown.
    pub built_in: Option<String>,
    /// How many nodes or items must meet it.
    #[serde(default)]
    pub quantifier: Quantifier,
    /// Only subjects that meet all of these are looked at; the others do not apply. Three at most.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Builds the row concerns, within those of its rule.
    pub applies: Option<Applies>,
    /// Severity of its findings, if not that of the rule.
    pub severity: Option<Severity>,
    /// The finding's title; `{node}`, `{item}` and `{value}` are filled in.
    pub title: String,
    /// What to do, `{node}` and `{item}` filled in.
    pub remedy: String,
    /// The threshold is our own reasoning.
    #[serde(default)]
    pub inferred: bool,
    /// A node that runs this build or a later one, and is seen connected, meets it: the build does not run without.
    pub proven_from: Option<BuildVersion>,
    /// Where sources disagree: what each of them says, a sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Where it comes from, if not from the sources of its rule.
    #[serde(default)]
    pub cites: Vec<Citation>,
}

/// What is expected of a fact.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expect {
    /// One of the values.
    #[default]
    OneOf,
    /// None of the values.
    NoneOf,
    /// There at all.
    Present,
    /// Absent, or empty text.
    Empty,
    /// A time span of zero.
    ZeroSpan,
    /// At least the one value, or the fact of that path: numbers and dotted numbers.
    AtLeast,
    /// At most the one value, or the fact of that path: numbers and dotted numbers.
    AtMost,
    /// Text that contains one of the values.
    Contains,
    /// Text that contains none of the values.
    Lacks,
    /// The value of the fact whose path is the one value.
    SameAs,
    /// A moment no older than so many hours before the report's date.
    NewerThan,
    /// A moment at least so many hours after the report's date.
    LaterThan,
}

impl Expect {
    /// Whether its value may be the path of another fact.
    pub const fn may_name_a_fact(self) -> bool {
        matches!(self, Self::AtLeast | Self::AtMost | Self::SameAs)
    }

    /// Whether it takes any number of values, exactly one, or none.
    fn takes(self, values: usize) -> bool {
        match self {
            Self::OneOf | Self::NoneOf | Self::Contains | Self::Lacks => values > 0,
            Self::AtLeast | Self::AtMost | Self::SameAs | Self::NewerThan | Self::LaterThan => values == 1,
            Self::Present | Self::Empty | Self::ZeroSpan => values == 0,
        }
    }
}

/// How many of the nodes or items must meet an expectation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantifier {
    /// Every one, judged one by one.
    #[default]
    Each,
    /// At least one, judged for the cluster.
    Any,
}

/// A condition on the same node or item, or on the cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Condition {
    /// Path of the fact.
    pub fact: String,
    /// The fact in a reader's words; facts that are records have their own.
    #[serde(default)]
    pub label: String,
    /// What it has to be.
    #[serde(default)]
    pub expect: Expect,
    /// Values for that.
    #[serde(default)]
    pub values: Vec<String>,
    /// What an absent setting amounts to.
    pub built_in: Option<String>,
}

impl Expectation {
    /// What tells it from others: rule, fact and name.
    pub(super) fn key(&self) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!(" {}", self.name) };
        format!("{} {}{name}", self.rule, self.fact)
    }

    /// Paths of the facts that decide whether it is met, and values, which may be paths as well.
    pub fn facts(&self) -> BTreeSet<&str> {
        let conditions = self.when.iter().flat_map(|when| when.values.iter().chain([&when.fact]));
        self.values.iter().chain([&self.fact]).chain(conditions).map(String::as_str).collect()
    }

    /// The expectation itself, in the form its conditions have.
    pub fn itself(&self) -> Condition {
        Condition {
            fact: self.fact.clone(),
            label: self.label.clone(),
            expect: self.expect,
            values: self.values.clone(),
            built_in: self.built_in.clone(),
        }
    }
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
    /// Answers that are a fault. With none, answers only tell what conditions of rows and coded rules ask for, and
    /// decide nothing by themselves.
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
    /// Rule that judges it, where a difference is a fault of its own.
    pub rule: Option<String>,
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
    pub rules: Vec<RuleMeta>,
    /// Expectations, in order of rule.
    pub expectations: Vec<Expectation>,
    /// Questions, in order of id.
    pub questions: Vec<QuestionRow>,
    /// Parity rows, in the order of the matrix.
    pub parity: Vec<ParityRow>,
    /// What no procedure may ever do, in order of weight (domain 12.3).
    pub never: Vec<String>,
}

impl Rows {
    /// Whether a row compares this setting of a configuration file.
    pub fn compares(&self, file: &str, key: &str) -> bool {
        let settings = self.parity.iter().filter_map(|row| row.fact.strip_prefix(CONFIG)?.split_once(':'));
        settings.into_iter().any(|setting| setting == (file, key))
    }

    /// Whether a configuration file, or one setting of it, may differ from node to node. Names are compared without
    /// regard to case.
    pub fn may_differ(&self, file: &str, key: Option<&str>) -> bool {
        self.parity.iter().filter(|row| row.agree == Agree::MayDiffer).any(|row| {
            let Some(rest) = row.fact.strip_prefix(CONFIG) else { return false };
            let (of, setting) =
                rest.split_once(':').map_or((rest, None), |(of, setting)| (of, Some(setting)));
            of.eq_ignore_ascii_case(file)
                && setting.is_none_or(|setting| key.is_some_and(|key| key.eq_ignore_ascii_case(setting)))
        })
    }
}

impl ParityRow {
    /// Whether it is of a whole configuration file, whose settings are listed as they are found.
    pub fn is_file(&self) -> bool {
        self.fact.starts_with(CONFIG) && !self.fact.contains(':')
    }
}

/// What facts of configuration files begin with.
const CONFIG: &str = "config.";

/// Most conditions of an expectation: what needs more is a coded rule.
const MOST_CONDITIONS: usize = 3;

/// Checks rules, expectations, questions and parity rows against each other.
pub(super) fn check(layers: &Layers, facts: &Facts, sources: &Sources, faults: &mut Vec<KnowledgeError>) {
    for kept in &layers.rules {
        faults.extend(
            kept.record.references.iter().filter_map(|cite| sources.fault(cite)).map(|why| kept.fault(why)),
        );
    }
    for kept in &layers.expectations {
        let row = &kept.record;
        let judges = |rule: &RuleMeta| {
            rule.id == row.rule && matches!(rule.family, Family::Expectation | Family::Question)
        };
        if !layers.rules.iter().any(|rule| judges(&rule.record)) {
            faults.push(kept.fault("no rule of family expectation or question has this id"));
        }
        faults.extend(row.cites.iter().filter_map(|cite| sources.fault(cite)).map(|why| kept.fault(why)));
        if row.when.len() > MOST_CONDITIONS {
            faults.push(kept.fault("an expectation has three conditions at most"));
        }
        for condition in std::iter::once(&row.itself()).chain(&row.when) {
            faults.extend(fault(condition, facts).map(|why| kept.fault(why)));
        }
    }
    for kept in &layers.parity {
        if facts.of(&kept.record.fact) != Some(Of::Node) {
            faults.push(kept.fault("is no fact of a node"));
        }
        if let Some(id) = &kept.record.rule {
            let is_parity = |rule: &RuleMeta| rule.id == *id && rule.family == Family::Parity;
            if !layers.rules.iter().any(|rule| is_parity(&rule.record)) {
                faults.push(kept.fault("no rule of family parity has this id"));
            }
            if kept.record.agree == Agree::MayDiffer {
                faults.push(kept.fault("what may differ is no fault of a rule"));
            }
        }
        faults.extend(
            kept.record.cites.iter().filter_map(|cite| sources.fault(cite)).map(|why| kept.fault(why)),
        );
    }
}

/// What is wrong with a condition, as a lower-case fragment.
fn fault(condition: &Condition, facts: &Facts) -> Option<String> {
    let Condition { fact, label, expect, values, .. } = condition;
    if facts.of(fact).is_none() {
        return Some(format!("{fact} is no fact"));
    }
    if label.is_empty() && facts.get(fact).is_none() {
        return Some(format!("{fact} needs a label"));
    }
    if !expect.takes(values.len()) {
        return Some(format!("{} values do not fit what is expected of {fact}", values.len()));
    }
    let number = |value: &String| value.parse::<f64>().is_ok();
    match (expect, values.first()) {
        (Expect::SameAs, Some(other)) if facts.of(other).is_none() => Some(format!("{other} is no fact")),
        (Expect::NewerThan | Expect::LaterThan, Some(hours)) if !number(hours) => {
            Some(format!("{hours} is no number of hours"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    #[test]
    fn what_may_differ_is_a_file_or_one_setting_of_it() {
        let rows = Knowledge::builtin().unwrap().rows;
        assert!(rows.may_differ("web-log4net.config", None));
        assert!(rows.may_differ("Web-Log4net.config", Some("log4net/root/level@value")));
        let conversions = "appSettings/add[prefetchcount.convertvideomessage]@value";
        assert!(rows.may_differ("web-appsettings.config", Some(conversions)));
        assert!(!rows.may_differ("web-appsettings.config", None));
        assert!(!rows.may_differ("web.config", Some("log4net/root/level@value")));
    }
}
