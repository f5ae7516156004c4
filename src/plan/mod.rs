//! What to do: findings merged into one ordered list of actions, with this cluster's own names.

mod causes;
pub mod checklist;
mod command;
mod conditions;
mod first;
mod grammar;
mod names;
mod package;
mod path;
mod runbook;
mod state;
mod task_target;
#[cfg(test)]
mod testing;
mod upgrade;
mod vulnerabilities;

pub use crate::text::names::listed;
pub use causes::{At, Causes, all_findings, causes};
pub use command::CommandLine;
pub use first::First;
pub use grammar::safe_name;
pub use package::PackageCheck;
pub use path::{Change, Installed, Path, Requirement, UpgradeHop};
pub use runbook::{Offer, Runbook, Step};
pub use state::{Met, State};
pub use upgrade::{Plan, PlanRequest, plan, repairs};
pub use vulnerabilities::{Candidate, FixingBuilds};

use crate::finding::{Confidence, Finding, RuleResult, Severity, SubjectKind, is_bundle_safety};
use crate::knowledge::Knowledge;
use crate::knowledge::actions::Stage;
use crate::knowledge::rows::RuleMeta;
use crate::model::Cluster;
use names::Names;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One reason of the verdict.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reason {
    /// Rule id.
    pub rule: String,
    /// Text.
    pub text: String,
    /// Anchor of the finding or the missing item (`finding-…`, `missing-…`), without `#`.
    pub anchor: String,
}

/// A finding of a rule as the reason of something.
pub fn reason(rule: &str, finding: &Finding) -> Reason {
    let anchor = format!("finding-{}", finding.fingerprint(rule));
    Reason { rule: rule.to_owned(), text: finding.title.clone(), anchor }
}

/// The same of the finding at a position in the outcomes.
pub fn reason_at(results: &[RuleResult], at: At) -> Option<Reason> {
    Some(reason(&results.get(at.0)?.rule, find(results, at)?))
}

/// One step of the merged plan.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Action {
    /// Position, from 1.
    #[cfg_attr(test, schemars(range(min = 1)))]
    pub number: usize,
    /// What to do, an imperative sentence.
    pub title: String,
    /// Nodes to do it on, in order; empty: once for the cluster.
    pub nodes: Vec<String>,
    /// Why, one sentence.
    pub why: String,
    /// How, in steps; text of ours only. Empty where a procedure of the report says it.
    pub steps: Vec<String>,
    /// Id of the procedure among the report's repairs that does it.
    pub procedure: Option<String>,
    /// When it is due.
    pub due: Due,
    /// Worst severity of what it mends.
    pub severity: Severity,
    /// Whether it rests on inferred findings only: then it asks to check first.
    pub confidence: Confidence,
    /// What it mends.
    pub mends: Vec<Reason>,
    /// What probably ends with it, because it follows from what it mends.
    pub ends: Vec<Reason>,
}

/// When a piece of work is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// Something important is broken.
    Now,
    /// The upgrade must not start without it.
    BeforeUpgrade,
    /// It can wait.
    Later,
}

/// Merges every finding worth acting on into actions, by when they are due, then by severity, then by stage of the repair.
/// A finding that follows from another has no action of its own: it is resolved with its cause.
pub fn work(
    results: &[RuleResult],
    causes: &Causes,
    cluster: &Cluster,
    knowledge: &Knowledge,
    rules: &BTreeMap<&str, &RuleMeta>,
) -> Vec<Action> {
    let mut groups: BTreeMap<(Stage, Group), Vec<At>> = BTreeMap::new();
    for (at, rule, finding) in all_findings(results) {
        if !rules.contains_key(rule)
            || is_bundle_safety(rule)
            || finding.severity == Severity::Info
            || !causes.of(at).is_empty()
        {
            continue;
        }
        let mut actions = knowledge.actions.iter().enumerate();
        let action =
            actions.find(|(_, action)| !finding.standalone && action.rules.iter().any(|id| id == rule));
        let group = match action {
            Some((index, action)) => (action.stage, Group::Action(index)),
            None => (Stage::of_rule(rule), Group::Rule(finding.severity, rule)),
        };
        groups.entry(group).or_default().push(at);
    }
    let merged = groups.into_iter().filter_map(|((_, group), fixes)| {
        let findings: Vec<&Finding> = fixes.iter().filter_map(|at| find(results, *at)).collect();
        let on_nodes = findings.iter().filter(|finding| finding.subject.kind == SubjectKind::Node);
        let nodes: BTreeSet<&String> = on_nodes.map(|finding| &finding.subject.name).collect();
        let mut nodes: Vec<String> = nodes.into_iter().cloned().collect();
        let (title, why, steps) = match group {
            Group::Action(index) => {
                let action = knowledge.actions.get(index)?;
                let names = Names::for_repair(cluster, nodes.clone());
                if !action.title.contains("{nodes}") {
                    nodes.clear();
                }
                let steps = action.steps.iter().map(|step| match step.as_str() {
                    BUILDS => vulnerabilities::advice(cluster, knowledge),
                    step => names.fill(step, &nodes),
                });
                let steps = steps.filter(|step| !step.is_empty()).collect();
                (names.fill(&action.title, &nodes), action.why.clone(), steps)
            }
            Group::Rule(_, rule) => rule_texts(rules.get(rule)?, &findings, cluster),
        };
        let mut also_resolves: Vec<At> = fixes.iter().flat_map(|at| causes.consequences(*at)).collect();
        also_resolves.sort_unstable();
        let consequences = also_resolves.iter().filter_map(|at| find(results, *at));
        let severity = findings.iter().copied().chain(consequences).map(|finding| finding.severity).min()?;
        let confidence = findings.iter().map(|finding| finding.confidence).min()?;
        let of_upgrade = |at: &At| {
            let rule = results.get(at.0).and_then(|result| rules.get(result.rule.as_str()));
            cluster.target.is_some() && rule.is_some_and(|rule| !rule.is_judged_now())
        };
        let due = match severity {
            Severity::Blocker | Severity::High if !fixes.iter().all(of_upgrade) => Due::Now,
            Severity::Blocker | Severity::High | Severity::Medium if fixes.iter().any(of_upgrade) => {
                Due::BeforeUpgrade
            }
            _ => Due::Later,
        };
        let reasons = |found: &[At]| found.iter().filter_map(|at| reason_at(results, *at)).collect();
        let (mends, ends) = (reasons(&fixes), reasons(&also_resolves));
        Some(Action {
            number: 0,
            title,
            nodes,
            why,
            steps,
            procedure: None,
            due,
            severity,
            confidence,
            mends,
            ends,
        })
    });
    let mut actions: Vec<Action> = merged.collect();
    // The sort keeps the order of stages among equals.
    actions.sort_by_key(|action| (action.due, action.severity));
    actions.into_iter().zip(1..).map(|(action, number)| Action { number, ..action }).collect()
}

/// Lets work that a repair does refer to it: its procedure is written once.
pub fn refer_to_repairs(work: &mut [Action], repairs: &[Runbook]) {
    for action in work {
        let does = |repair: &&Runbook| action.mends.iter().any(|fixed| repair.mends.contains(&fixed.rule));
        if let Some(repair) = repairs.iter().find(does) {
            action.procedure = Some(repair.id.clone());
            action.steps.clear();
        }
    }
}

/// The step of an action that becomes the builds that close advisories.
const BUILDS: &str = "{builds}";

/// The finding at a position in the outcomes.
fn find(results: &[RuleResult], (outcome, finding): At) -> Option<&Finding> {
    results.get(outcome)?.outcome.findings().get(finding)
}

/// Findings that one action fixes.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Group<'a> {
    /// Those of the action at this index of the knowledge.
    Action(usize),
    /// Those of one rule that no action covers.
    Rule(Severity, &'a str),
}

/// Title, reason and steps where no action covers the rule: a single fault is fixed as its finding says, the same fault
/// on several nodes as the rule says.
fn rule_texts(rule: &RuleMeta, findings: &[&Finding], cluster: &Cluster) -> (String, String, Vec<String>) {
    let mut remedies: Vec<&str> = findings.iter().map(|finding| finding.remedy.as_str()).collect();
    remedies.retain(|remedy| !remedy.is_empty());
    remedies.dedup();
    let fix = rule.remediation.as_str();
    let (lead, mut steps) = match remedies.as_slice() {
        [] => (fix, Vec::new()),
        [remedy] => (*remedy, vec![fix]),
        _ => (fix, remedies),
    };
    let title = first_sentence(lead);
    steps.retain(|step| step.trim_end_matches('.') != title);
    let steps = steps.iter().map(|step| safe_text(step, cluster)).collect();
    (safe_text(title, cluster), format!("{}.", first_sentence(&rule.rationale)), steps)
}

/// The first sentence of a text, without its full stop. A dot inside a word, as in a file name, ends none.
pub fn first_sentence(text: &str) -> &str {
    text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.')
}

/// An instruction in which every name of a node is one that [`safe_name`] lets pass.
fn safe_text(text: &str, cluster: &Cluster) -> String {
    let unsafe_names = cluster.nodes.iter().map(|node| &node.name).filter(|name| safe_name(name) != **name);
    unsafe_names.fold(text.to_owned(), |text, name| text.replace(name.as_str(), &safe_name(name)))
}

/// The items in their order, each once.
pub fn unique<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut unique = Vec::new();
    for item in items {
        if !unique.contains(&item) {
            unique.push(item);
        }
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_end_no_sentence() {
        assert_eq!(first_sentence("Put database.config back. Then restart."), "Put database.config back");
        assert_eq!(first_sentence("Restart."), "Restart");
    }
}
