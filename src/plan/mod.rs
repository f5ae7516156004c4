//! What to do: findings merged into one ordered list of work, with this cluster's own names.

mod causes;
pub mod checklist;
mod circumstance;
mod command;
mod first;
mod grammar;
mod names;
mod package;
mod path;
mod place;
mod runbook;
mod state;
#[cfg(test)]
mod testing;
mod upgrade;

pub use causes::{At, Causes, causes};
pub use circumstance::{Circumstances, Holds};
pub use command::CommandLine;
pub use first::First;
pub use grammar::safe_name;
pub use package::PackageCheck;
pub use path::{Change, Installed, Leg, Path, Requirement};
pub use runbook::{Offer, Runbook, Step};
pub use state::{Met, State};
pub use upgrade::{Plan, Wish, plan, repairs};

use crate::finding::{Confidence, Finding, Judged, Severity, SubjectKind, is_bundle_safety};
use crate::knowledge::Knowledge;
use crate::knowledge::actions::{ActionRow, Stage};
use crate::knowledge::rows::RuleMeta;
use crate::model::{BuildVersion, Cluster, Node, Role};
use std::collections::{BTreeMap, BTreeSet};

/// One piece of work.
#[derive(Debug, Clone)]
pub struct Work {
    /// What to do.
    pub title: String,
    /// Nodes to do it on, in order of name; empty: once for the cluster.
    pub nodes: Vec<String>,
    /// Why, one sentence.
    pub why: String,
    /// How.
    pub steps: Vec<String>,
    /// Worst severity of what it mends.
    pub severity: Severity,
    /// `Inferred` when everything it mends is inferred: then the first step is to check.
    pub confidence: Confidence,
    /// What it mends.
    pub mends: Vec<At>,
    /// What probably ends with it.
    pub ends: Vec<At>,
}

/// Merges every finding worth acting on into work, in the fix order of domain 12.3, then by severity. A finding that
/// follows from another is work of no one: it ends with its cause.
pub fn work(
    judged: &[Judged],
    causes: &Causes,
    cluster: &Cluster,
    knowledge: &Knowledge,
    rules: &BTreeMap<&str, &RuleMeta>,
) -> Vec<Work> {
    let mut groups: BTreeMap<(Stage, Group), Vec<At>> = BTreeMap::new();
    for (outer, one) in judged.iter().enumerate() {
        if !rules.contains_key(one.rule.as_str()) || is_bundle_safety(&one.rule) {
            continue;
        }
        let action = knowledge.actions.iter().position(|action| action.rules.contains(&one.rule));
        for (inner, finding) in one.outcome.findings().iter().enumerate() {
            if finding.severity == Severity::Info || !causes.of((outer, inner)).is_empty() {
                continue;
            }
            let key = match action.filter(|_| !finding.alone) {
                Some(index) => {
                    let stage = knowledge.actions.get(index).map_or(Stage::Rest, |action| action.stage);
                    (stage, Group::Action(index))
                }
                None => (Stage::of_rule(&one.rule), Group::Rule(finding.severity, one.rule.clone())),
            };
            groups.entry(key).or_default().push((outer, inner));
        }
    }
    groups
        .into_iter()
        .filter_map(|((_, group), mends)| {
            let findings: Vec<&Finding> = mends.iter().filter_map(|at| find(judged, *at)).collect();
            let mut names = Names::of(&findings, cluster);
            let (title, why, steps) = match &group {
                Group::Action(index) => {
                    let action = knowledge.actions.get(*index)?;
                    if !action.title.contains("{nodes}") {
                        names.nodes.clear();
                    }
                    texts(action, &names)
                }
                Group::Rule(_, rule) => {
                    let (title, why, steps) = own_texts(rules.get(rule.as_str())?, &findings);
                    let steps = steps.iter().map(|step| safe_text(step, cluster)).collect();
                    (safe_text(&title, cluster), why, steps)
                }
            };
            let mut ends: Vec<At> = mends.iter().flat_map(|at| causes.consequences(*at)).collect();
            ends.sort_unstable();
            let consequences = ends.iter().filter_map(|at| find(judged, *at));
            let severity =
                findings.iter().copied().chain(consequences).map(|finding| finding.severity).min()?;
            let confidence = findings.iter().map(|finding| finding.confidence).min()?;
            Some(Work { title, nodes: names.nodes, why, steps, severity, confidence, mends, ends })
        })
        .collect()
}

/// The finding at a place of the judged outcomes.
pub fn find(judged: &[Judged], (outer, inner): At) -> Option<&Finding> {
    judged.get(outer)?.outcome.findings().get(inner)
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Group {
    Action(usize),
    Rule(Severity, String),
}

/// The names a text is filled with.
struct Names {
    nodes: Vec<String>,
    source: String,
    version: String,
}

impl Names {
    fn of(findings: &[&Finding], cluster: &Cluster) -> Self {
        let nodes: BTreeSet<&str> = findings
            .iter()
            .filter(|finding| finding.subject.kind == SubjectKind::Node)
            .map(|finding| finding.subject.name.as_str())
            .collect();
        let source = source(cluster, &nodes);
        Self {
            source: source.map_or_else(|| "a node that works".to_owned(), |node| safe_name(&node.name)),
            version: goal(cluster).map_or_else(|| "as the others do".to_owned(), |build| build.to_string()),
            nodes: nodes.into_iter().map(str::to_owned).collect(),
        }
    }

    fn fill(&self, text: &str) -> String {
        let nodes: Vec<String> = self.nodes.iter().map(|name| safe_name(name)).collect();
        let nodes = if nodes.is_empty() { "the nodes concerned".to_owned() } else { listed(&nodes) };
        text.replace("{nodes}", &nodes).replace("{source}", &self.source).replace("{version}", &self.version)
    }
}

/// The build the cluster is to have: the database's, else the newest a serving node runs.
fn goal(cluster: &Cluster) -> Option<BuildVersion> {
    let database = cluster.database_version().value().copied();
    database.or_else(|| cluster.serving().filter_map(|node| node.version.value().copied()).max())
}

/// A serving node that already runs the wanted build and is not itself to be mended.
fn source<'a>(cluster: &'a Cluster, mended: &BTreeSet<&str>) -> Option<&'a Node> {
    let goal = goal(cluster)?;
    cluster.nodes.iter().find(|node| {
        node.role == Role::Serving
            && !mended.contains(node.name.as_str())
            && node.version.value() == Some(&goal)
    })
}

fn texts(action: &ActionRow, names: &Names) -> (String, String, Vec<String>) {
    let steps = action.steps.iter().map(|step| names.fill(step)).collect();
    (names.fill(&action.title), action.why.clone(), steps)
}

/// One fault is mended as its finding says; the same fault on several nodes as the rule says.
fn own_texts(rule: &RuleMeta, findings: &[&Finding]) -> (String, String, Vec<String>) {
    let mut remedies: Vec<&str> = findings.iter().map(|finding| finding.remedy.as_str()).collect();
    remedies.retain(|remedy| !remedy.is_empty());
    remedies.dedup();
    let (lead, mut steps) = match remedies.as_slice() {
        [] => (rule.remediation.as_str(), Vec::new()),
        [one] => (*one, vec![rule.remediation.clone()]),
        _ => (rule.remediation.as_str(), remedies.iter().map(ToString::to_string).collect()),
    };
    let title = first_sentence(lead);
    steps.retain(|step| step.trim_end_matches('.') != title);
    (title.to_owned(), format!("{}.", first_sentence(&rule.rationale)), steps)
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

/// "A", "A and B", "A, B and C".
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} and {last}", init.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_read_like_prose() {
        let names = |n: usize| ["A", "B", "C"].iter().take(n).map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!([listed(&names(1)), listed(&names(2)), listed(&names(3))], ["A", "A and B", "A, B and C"]);
    }

    #[test]
    fn file_names_end_no_sentence() {
        assert_eq!(first_sentence("Put database.config back. Then restart."), "Put database.config back");
        assert_eq!(first_sentence("Restart."), "Restart");
    }
}
