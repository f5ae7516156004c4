//! Rules that are TOML: their texts, expectations, questions, and the facts on which nodes are compared.

pub use super::questions::QuestionRow;

use super::facts::{Entity, Facts};
use super::layer::{Layers, failed};
use super::signatures::Versions;
use super::sources::Citation;
use crate::finding::{Confidence, Holds, Scope, Severity, SubjectKind, Weight};
use crate::model::lookup::APP_SETTING;
use crate::model::{Area, BuildVersion};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What a rule is, for a reader and for the report: the same of a rule that is Rust and of one that is TOML.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleMeta {
    /// Id; never changes its meaning.
    pub id: String,
    /// The fault, in a few words.
    pub title: String,
    /// What it asks, without a word about the outcome: yes is good. Empty where an overlay gives none; see [`Self::asks`].
    #[serde(default)]
    pub question: String,
    /// Severity at its worst.
    pub severity: Severity,
    /// The part of the cluster that it is about; without it that of the family in its id.
    pub area: Option<Area>,
    /// Whether it keeps the question open while it is undecided.
    #[serde(default)]
    pub holds: Holds,
    /// Which question it belongs to.
    #[serde(default = "always")]
    pub scope: Scope,
    /// A rule of scope upgrade that the running build needs met too: judged without a target as well, with findings of
    /// this severity at most.
    pub now: Option<Severity>,
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

    /// Its question; its title where it has none.
    pub fn asks(&self) -> &str {
        if self.question.is_empty() { &self.title } else { &self.question }
    }

    /// The part of the cluster that it is about.
    pub fn area(&self) -> Area {
        self.area.unwrap_or_else(|| Area::of_family(&self.id))
    }

    /// Whether it is judged without a target.
    pub const fn is_judged_now(&self) -> bool {
        matches!(self.scope, Scope::Now) || self.now.is_some()
    }

    /// As it is judged with or without a target: without one, no finding is worse than `now`.
    pub fn judged(&self, has_target: bool) -> Cow<'_, Self> {
        match self.now {
            Some(now) if !has_target && self.severity < now => {
                Cow::Owned(Self { severity: now, ..self.clone() })
            }
            _ => Cow::Borrowed(self),
        }
    }

    /// What it weighs in the verdict.
    pub fn weight(&self) -> Weight {
        Weight { severity: self.severity, area: self.area(), holds: self.holds }
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

fn always() -> Scope {
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
    /// The build that the question is about: the one to upgrade to; without a target, what is installed.
    Asked,
    /// The build to upgrade to.
    Target,
    /// The way from what is installed to the build to upgrade to: it enters the range from below.
    Crossed,
}

/// An expectation of a fact.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expectation {
    /// Its rule.
    pub rule: String,
    /// Distinguishes it from other expectations of the rule for the same fact.
    #[serde(default)]
    pub name: String,
    /// Path of the fact, see [`crate::model::lookup`] and [`super::facts`].
    pub fact: String,
    /// The fact as a report names it; a fact that is a record has its own label.
    #[serde(default)]
    pub label: String,
    /// What is expected.
    pub expect: Expect,
    /// Expected values; compared without regard to case.
    #[serde(default)]
    pub values: Vec<String>,
    /// The value that an absent setting has by default; if `None`, an absent setting is unknown.
    pub built_in: Option<String>,
    /// How many nodes or items must meet it.
    #[serde(default)]
    pub quantifier: Quantifier,
    /// Only subjects that meet all of these are checked; to others the rule does not apply. At most three.
    #[serde(default)]
    pub when: Vec<Condition>,
    /// Builds that it applies to, within those of its rule.
    pub applies: Option<Applies>,
    /// Severity of its findings, if not that of the rule.
    pub severity: Option<Severity>,
    /// The finding's title; `{node}`, `{item}` and `{value}` are filled in.
    pub title: String,
    /// What to do; `{node}` and `{item}` are filled in.
    pub remedy: String,
    /// The threshold is our own reasoning.
    #[serde(default)]
    pub inferred: bool,
    /// A node that runs this build or a later one and is connected meets it, because the build does not run without it.
    pub proven_from: Option<BuildVersion>,
    /// A cluster of which every node demonstrably works meets it for now, because the product does not run without it.
    #[serde(default)]
    pub proven_by_running: bool,
    /// Where sources disagree: what each of them says, one sentence each.
    #[serde(default)]
    pub notes: Vec<String>,
    /// Its sources, if they are not those of its rule.
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
    /// Any value.
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
    /// A moment no older than so many hours when it was exported; before the report's date, if the export does not say
    /// when it was made.
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
    /// Every one, each with its own result.
    #[default]
    Each,
    /// At least one, with one result for the cluster.
    Any,
}

/// A condition on the same node or item, or on the cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Condition {
    /// Path of the fact.
    pub fact: String,
    /// The fact as a report names it; a fact that is a record has its own label.
    #[serde(default)]
    pub label: String,
    /// What is expected of it.
    #[serde(default)]
    pub expect: Expect,
    /// Expected values.
    #[serde(default)]
    pub values: Vec<String>,
    /// The value that an absent setting has by default.
    pub built_in: Option<String>,
}

impl Expectation {
    /// Identifies it: rule, fact and name.
    pub(super) fn key(&self) -> String {
        let name = if self.name.is_empty() { String::new() } else { format!(" {}", self.name) };
        format!("{} {}{name}", self.rule, self.fact)
    }

    /// Paths of the facts that decide whether it is met, and its values, which may be paths too.
    pub fn facts(&self) -> BTreeSet<&str> {
        let conditions = self.when.iter().flat_map(|when| when.values.iter().chain([&when.fact]));
        self.values.iter().chain([&self.fact]).chain(conditions).map(String::as_str).collect()
    }

    /// The expectation itself in the form of a condition.
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

/// A fact on which nodes are compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ParityRow {
    /// Group of the node matrix.
    pub group: String,
    /// Path of the fact.
    pub fact: String,
    /// The fact as a report names it.
    pub label: String,
    /// Whether nodes must agree.
    pub agree: Agree,
    /// Its rule, if a difference is a problem of its own.
    pub rule: Option<String>,
    /// How bad a difference is, where no rule of its own says so.
    pub severity: Option<Severity>,
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
    /// What no procedure may do, the most important first.
    pub warnings: Vec<String>,
}

impl Rows {
    /// Whether nodes are compared on this setting of a configuration file.
    pub fn compares(&self, file: &str, key: &str) -> bool {
        let settings = self.parity.iter().filter_map(|row| row.fact.strip_prefix(CONFIG)?.split_once(':'));
        let is_key =
            |known: &str| known == key || (key.starts_with(APP_SETTING) && known.eq_ignore_ascii_case(key));
        settings.into_iter().any(|(known, setting)| known == file && is_key(setting))
    }

    /// Whether a row says how this setting of a configuration file is compared. Names are compared without regard to case.
    pub fn has_row(&self, file: &str, key: &str) -> bool {
        self.may_differ(file, Some(key)) || self.parity.iter().any(|row| row.is_setting(file, key))
    }

    /// Whether a configuration file, or one setting of it, may differ from node to node. Names are compared without
    /// regard to case.
    pub fn may_differ(&self, file: &str, key: Option<&str>) -> bool {
        self.parity.iter().filter(|row| row.agree == Agree::MayDiffer).any(|row| {
            let Some(path) = row.fact.strip_prefix(CONFIG) else { return false };
            let (name, setting) =
                path.split_once(':').map_or((path, None), |(name, setting)| (name, Some(setting)));
            name.eq_ignore_ascii_case(file)
                && setting.is_none_or(|setting| key.is_some_and(|key| key.eq_ignore_ascii_case(setting)))
        })
    }
}

impl ParityRow {
    /// Whether it is about this setting. `[*]` in its path is any identity of an element, or none.
    fn is_setting(&self, file: &str, key: &str) -> bool {
        let Some((name, setting)) = self.fact.strip_prefix(CONFIG).and_then(|path| path.split_once(':'))
        else {
            return false;
        };
        let (setting, key) = (setting.to_lowercase(), key.to_lowercase());
        let fits = match setting.split_once("[*]") {
            None => setting == key,
            Some((element, attribute)) => key.strip_prefix(element).is_some_and(|after| {
                let identity = after.strip_prefix('[').and_then(|inside| inside.split_once(']'));
                identity.map_or(after, |(_, after)| after) == attribute
            }),
        };
        fits && name.eq_ignore_ascii_case(file)
    }

    /// Whether it is about a whole configuration file, whose settings are listed as they are found.
    pub fn is_file(&self) -> bool {
        self.fact.starts_with(CONFIG) && !self.fact.contains(':')
    }
}

/// Prefix of the paths of configuration files.
const CONFIG: &str = "config.";

/// Most conditions of an expectation: a rule that needs more is written in Rust.
const MOST_CONDITIONS: usize = 3;

impl Expectation {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, layers: &Layers, facts: &Facts) -> Vec<String> {
        let has_rule = layers.has_rule(&self.rule, &[Family::Expectation, Family::Question]);
        let mut problems = failed(&[
            (!has_rule, "there is no rule of family expectation or question with this id"),
            (self.when.len() > MOST_CONDITIONS, "an expectation may have at most three conditions"),
        ]);
        problems.extend(self.itself().problem(facts));
        problems.extend(self.when.iter().filter_map(|condition| condition.problem(facts)));
        problems
    }
}

impl ParityRow {
    /// What is wrong with it, as lower-case fragments.
    pub(super) fn problems(&self, layers: &Layers, facts: &Facts) -> Vec<String> {
        let unjudged = self.rule.as_ref().is_some_and(|id| !layers.has_rule(id, &[Family::Parity]));
        failed(&[
            (facts.of(&self.fact) != Some(Entity::Node), "there is no such fact of a node"),
            (unjudged, "there is no rule of family parity with the id in `rule`"),
            (
                self.rule.is_some() && self.agree == Agree::MayDiffer,
                "a fact that may differ cannot have a rule",
            ),
            (
                self.severity.is_some() && (self.rule.is_some() || self.agree == Agree::MayDiffer),
                "only a fact that has to be the same and has no rule takes a severity",
            ),
        ])
    }
}

impl Condition {
    /// What is wrong with it, as a lower-case fragment.
    fn problem(&self, facts: &Facts) -> Option<String> {
        let Self { fact, label, expect, values, .. } = self;
        if facts.of(fact).is_none() {
            return Some(format!("there is no fact {fact}"));
        }
        if label.is_empty() && facts.get(fact).is_none() {
            return Some(format!("{fact} needs a label"));
        }
        if !expect.takes(values.len()) {
            return Some(format!("`expect` for {fact} does not take {} values", values.len()));
        }
        let value = values.first()?;
        match expect {
            Expect::SameAs if facts.of(value).is_none() => Some(format!("there is no fact {value}")),
            Expect::NewerThan | Expect::LaterThan if value.parse::<f64>().is_err() => {
                Some(format!("{value} is not a number of hours"))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::knowledge::Knowledge;

    #[test]
    fn a_file_or_one_of_its_settings_may_differ() {
        let rows = Knowledge::builtin().unwrap().rows;
        assert!(rows.may_differ("web-log4net.config", None));
        assert!(rows.may_differ("Web-Log4net.config", Some("log4net/root/level@value")));
        let conversions = "appSettings/add[prefetchcount.convertvideomessage]@value";
        assert!(rows.may_differ("web-appsettings.config", Some(conversions)));
        assert!(!rows.may_differ("web-appsettings.config", None));
        assert!(!rows.may_differ("web.config", Some("log4net/root/level@value")));
    }
}
