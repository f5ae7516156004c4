//! The verdict: the first of four readiness states whose condition is met, and how much of each area was looked at.

use super::outcome::{Confidence, Outcome, RuleResult, Scope, Severity};
use crate::model::Area;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The four states, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Readiness {
    /// A confirmed blocker.
    NotReady,
    /// Something that could be a blocker is not known.
    #[serde(rename = "cannot-say")]
    Undetermined,
    /// No blocker, but something to fix.
    ReadyWithWarnings,
    /// All that is needed was checked, and no significant problem was found.
    Ready,
}

/// Whether a rule is about bundle safety: such rules have their own banner and do not count for the cluster.
pub fn is_bundle_safety(rule: &str) -> bool {
    rule.starts_with("BND-")
}

/// Whether a rule that is undecided keeps its question open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// A blocker rule does, in an area that the question requires.
    #[default]
    Blocker,
    /// The same, and although its own severity is lower.
    Always,
    /// A blocker rule does, once a node list was given: it is about switches that only the list shows.
    WithNodeList,
    /// Never: it is about what a person will do, which belongs to the checklist, or the verdict says it by itself, or
    /// it finds why a node does not run, and that it runs is asked by another rule.
    Never,
}

/// What a rule weighs in the verdict.
#[derive(Debug, Clone, Copy)]
pub struct Weight {
    /// Severity at its worst.
    pub severity: Severity,
    /// The area that it belongs to.
    pub area: Area,
    /// Whether it keeps the question open while it is undecided.
    pub holds: Holds,
}

/// What is asked, and what of the evidence decides what the answer requires.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whether the cluster works, or is ready for an upgrade.
    pub scope: Scope,
    /// The installed build stores local times.
    pub local_times: bool,
    /// A node list was given.
    pub node_list: bool,
    /// Areas that the asker requires beside those of the question (`--require`).
    pub also: BTreeSet<Area>,
    /// Too little is known of which nodes there are: fewer than two with nothing that confirms a single one, or one that
    /// is named and was not seen.
    pub node_set_open: bool,
}

impl Question {
    /// Whether the answer requires this area: it cannot be given while a blocker rule of the area is undecided.
    pub fn requires(&self, area: Area) -> bool {
        let by_question = match area {
            Area::NodesAndFiles | Area::Key | Area::Iis | Area::NodeState => true,
            Area::Clocks => self.local_times,
            Area::UpgradePath | Area::Windows | Area::Database | Area::Backups => {
                self.scope == Scope::Upgrade
            }
            Area::Logs | Area::MessageBus | Area::LoadBalancer | Area::Security => false,
        };
        by_question || self.also.contains(&area)
    }

    /// Whether a rule of this weight keeps the question open while it is undecided.
    fn is_held_by(&self, weight: Weight) -> bool {
        let blocker = weight.severity == Severity::Blocker;
        let holds = match weight.holds {
            Holds::Blocker => blocker,
            Holds::Always => true,
            Holds::WithNodeList => blocker && self.node_list,
            Holds::Never => false,
        };
        holds && self.requires(weight.area)
    }
}

/// The verdict and what led to it.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The state.
    pub state: Readiness,
    /// Indices of the results that decided it, in their order.
    pub because: Vec<usize>,
    /// Every area, and how far it was looked at.
    pub areas: Vec<AreaCoverage>,
}

/// How far an area was looked at.
#[derive(Debug, Clone)]
pub struct AreaCoverage {
    /// The area.
    pub area: Area,
    /// Whether the question requires it.
    pub required: bool,
    /// Rules that apply to the case and were decided, by a finding or a pass.
    pub decided: usize,
    /// Rules that apply and are not decided, in order of id.
    pub open: Vec<String>,
    /// How far the rules of high weight were decided.
    pub looked: Looked,
}

/// How far an area was looked at. Open rules of medium weight and less do not count against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Looked {
    /// No blocker or high rule is open.
    Whole,
    /// Some of its rules are decided, some blocker or high rules are open.
    Partly,
    /// No rule of it is decided.
    No,
    /// No rule of it applies.
    NotApplicable,
}

/// Computes the verdict from all results.
///
/// A rule that is not among the `weights` counts as a blocker rule of a required area, so that a gap in the table never
/// makes a cluster look better.
pub fn reach(results: &[RuleResult], weights: &BTreeMap<&str, Weight>, question: &Question) -> Verdict {
    let areas = areas(results, weights, question);
    let pick = |wanted: &dyn Fn(&RuleResult) -> bool| -> Vec<usize> {
        let of_cluster = results.iter().enumerate().filter(|(_, result)| !is_bundle_safety(&result.rule));
        of_cluster.filter(|(_, result)| wanted(result)).map(|(index, _)| index).collect()
    };
    let found = |result: &RuleResult, worst: Severity, least: Confidence| {
        result.outcome.findings().iter().any(|f| f.severity <= worst && f.confidence <= least)
    };

    let blockers = pick(&|result| found(result, Severity::Blocker, Confidence::Confirmed));
    if !blockers.is_empty() {
        return Verdict { state: Readiness::NotReady, because: blockers, areas };
    }
    let open = pick(&|result| match &result.outcome {
        Outcome::Findings(_) => found(result, Severity::Blocker, Confidence::Inferred),
        Outcome::Unknown { .. } | Outcome::Failed { .. } => {
            weights.get(result.rule.as_str()).is_none_or(|weight| question.is_held_by(*weight))
        }
        Outcome::Pass { .. } | Outcome::NotApplicable { .. } => false,
    });
    if !open.is_empty() || question.node_set_open {
        return Verdict { state: Readiness::Undetermined, because: open, areas };
    }
    let warnings = pick(&|result| found(result, Severity::Medium, Confidence::Inferred));
    let state = if warnings.is_empty() { Readiness::Ready } else { Readiness::ReadyWithWarnings };
    Verdict { state, because: warnings, areas }
}

/// The outcome that decides for each rule over all its subjects: the first of the lowest rank.
pub fn by_rule(results: &[RuleResult]) -> BTreeMap<&str, &Outcome> {
    let mut decisive: BTreeMap<&str, &Outcome> = BTreeMap::new();
    for RuleResult { rule, outcome, .. } in results {
        let known = decisive.entry(rule).or_insert(outcome);
        if outcome.rank() < known.rank() {
            *known = outcome;
        }
    }
    decisive
}

fn areas(results: &[RuleResult], weights: &BTreeMap<&str, Weight>, question: &Question) -> Vec<AreaCoverage> {
    let by_rule = by_rule(results);
    let coverage = |area: Area| {
        let of_area = |rule: &&str| weights.get(*rule).is_some_and(|weight| weight.area == area);
        let (mut decided, mut open, mut grave) = (0, Vec::new(), false);
        for (rule, outcome) in by_rule.iter().filter(|(rule, _)| of_area(rule) && !is_bundle_safety(rule)) {
            match outcome {
                Outcome::Findings(_) | Outcome::Pass { .. } => decided += 1,
                Outcome::Failed { .. } | Outcome::Unknown { .. } => {
                    grave |= weights.get(rule).is_some_and(|weight| weight.severity <= Severity::High);
                    open.push((*rule).to_owned());
                }
                Outcome::NotApplicable { .. } => {}
            }
        }
        let looked = match (decided, open.is_empty(), grave) {
            (0, true, _) => Looked::NotApplicable,
            (0, false, _) => Looked::No,
            (_, _, true) => Looked::Partly,
            (_, _, false) => Looked::Whole,
        };
        AreaCoverage { area, required: question.requires(area), decided, open, looked }
    };
    Area::ALL.into_iter().map(coverage).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{EvidenceRequest, Finding, MissingEvidence, Subject};

    /// Weights by rule: severity in the first letter of the name, area and what it holds by the rest.
    fn weights() -> BTreeMap<&'static str, Weight> {
        let weight = |severity, area, holds| Weight { severity, area, holds };
        BTreeMap::from([
            ("B", weight(Severity::Blocker, Area::Key, Holds::Blocker)),
            ("B-database", weight(Severity::Blocker, Area::Database, Holds::Blocker)),
            ("B-clocks", weight(Severity::Blocker, Area::Clocks, Holds::Blocker)),
            ("B-switch", weight(Severity::Blocker, Area::NodeState, Holds::WithNodeList)),
            ("B-plan", weight(Severity::Blocker, Area::Key, Holds::Never)),
            ("H", weight(Severity::High, Area::Key, Holds::Blocker)),
            ("H-path", weight(Severity::High, Area::UpgradePath, Holds::Always)),
            ("M", weight(Severity::Medium, Area::Backups, Holds::Blocker)),
            ("BND-001", weight(Severity::Blocker, Area::NodesAndFiles, Holds::Blocker)),
        ])
    }

    fn now() -> Question {
        Question {
            scope: Scope::Now,
            local_times: false,
            node_list: false,
            also: BTreeSet::new(),
            node_set_open: false,
        }
    }

    fn results(rule: &str, outcome: Outcome) -> RuleResult {
        RuleResult { rule: rule.into(), subject: Subject::cluster(), outcome, inputs_used: BTreeSet::new() }
    }

    fn finding(severity: Severity, confidence: Confidence) -> Outcome {
        Outcome::Findings(vec![Finding {
            severity,
            confidence,
            subject: Subject::cluster(),
            title: "t".into(),
            detail: String::new(),
            evidence: vec![],
            remedy: String::new(),
            notes: vec![],
            signature: None,
            standalone: false,
        }])
    }

    fn unknown() -> Outcome {
        Outcome::unknown(MissingEvidence {
            node: None,
            what: "x".into(),
            why: "y".into(),
            from: EvidenceRequest::NodeList,
        })
    }

    fn state(outcomes: &[RuleResult], question: &Question) -> Readiness {
        reach(outcomes, &weights(), question).state
    }

    #[test]
    fn the_first_state_that_holds_wins() {
        let confirmed = results("B", finding(Severity::Blocker, Confidence::Confirmed));
        let inferred = results("B", finding(Severity::Blocker, Confidence::Inferred));
        let warning = results("M", finding(Severity::Medium, Confidence::Confirmed));
        assert_eq!(state(&[inferred.clone(), confirmed], &now()), Readiness::NotReady);
        assert_eq!(state(&[inferred, warning.clone()], &now()), Readiness::Undetermined);
        assert_eq!(state(&[warning], &now()), Readiness::ReadyWithWarnings);
        assert_eq!(state(&[results("B", Outcome::pass())], &now()), Readiness::Ready);
    }

    #[test]
    fn only_what_the_question_requires_keeps_it_open() {
        let upgrade = Question { scope: Scope::Upgrade, ..now() };
        let with_list = Question { node_list: true, ..now() };
        let old = Question { local_times: true, ..now() };
        let required = Question { also: BTreeSet::from([Area::Database]), ..now() };
        let cases = [
            ("B", now(), true),
            ("no such rule", now(), true),
            ("H", now(), false),
            ("M", now(), false),
            ("B-database", now(), false),
            ("B-database", upgrade.clone(), true),
            ("B-database", required, true),
            ("B-clocks", now(), false),
            ("B-clocks", old, true),
            ("B-switch", now(), false),
            ("B-switch", with_list, true),
            ("B-plan", upgrade.clone(), false),
            ("H-path", now(), false),
            ("H-path", upgrade, true),
        ];
        for (rule, question, open) in cases {
            for outcome in [unknown(), Outcome::Failed { error: "x".into() }] {
                let wanted = if open { Readiness::Undetermined } else { Readiness::Ready };
                assert_eq!(state(&[results(rule, outcome)], &question), wanted, "{rule} {question:?}");
            }
        }
        let unseen = Question { node_set_open: true, ..now() };
        assert_eq!(state(&[results("B", Outcome::pass())], &unseen), Readiness::Undetermined);
    }

    #[test]
    fn an_area_tells_how_far_it_was_looked_at() {
        let looked = |outcomes: &[RuleResult], area: Area| {
            let verdict = reach(outcomes, &weights(), &now());
            verdict.areas.into_iter().find(|coverage| coverage.area == area).map(|coverage| coverage.looked)
        };
        let key = |outcomes: &[RuleResult]| looked(outcomes, Area::Key).unwrap();
        assert_eq!(key(&[]), Looked::NotApplicable);
        assert_eq!(key(&[results("H", unknown())]), Looked::No);
        assert_eq!(key(&[results("B", Outcome::pass()), results("H", unknown())]), Looked::Partly);
        assert_eq!(key(&[results("B", Outcome::pass()), results("H", Outcome::pass())]), Looked::Whole);
        // One subject without an answer leaves the rule open.
        assert_eq!(key(&[results("B", Outcome::pass()), results("B", unknown())]), Looked::No);
    }

    #[test]
    fn bundle_safety_is_no_cluster_fault() {
        let leak = results("BND-001", finding(Severity::Blocker, Confidence::Confirmed));
        assert_eq!(state(&[leak], &now()), Readiness::Ready);
    }
}
