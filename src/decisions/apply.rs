//! Which findings the decisions are about, and what of the decisions does not count.

use super::view::DecisionView;
use super::{Decisions, Entry};
use crate::finding::{Evidence, Finding, Outcome, RuleResult, SubjectKind, is_bundle_safety};
use crate::model::host_name::same_host;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// Why an entry does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotCounted {
    /// Its last day is over.
    Ended,
    /// It was decided after the day of the report.
    Later,
    /// The value is another one than it was decided on.
    Changed,
    /// The rule could not be checked, or broke.
    NotKnown,
    /// It is about the safety of a bundle.
    Safety,
    /// Its finding has another rule or node than it names.
    Contradicts,
    /// There is no such rule.
    NoRule,
    /// It is about no finding of the report.
    Nothing,
}

impl NotCounted {
    /// So many of them, as a sentence goes on: "1 has ended".
    pub fn said(self, count: usize) -> String {
        let (one, many) = match self {
            Self::Ended => ("has ended", "have ended"),
            Self::Later => ("is of a later day", "are of a later day"),
            Self::Changed => ("is about a value that has changed", "are about a value that has changed"),
            Self::NotKnown => {
                ("is about a check that could not be made", "are about checks that could not be made")
            }
            Self::Safety => ("is about the safety of a bundle", "are about the safety of a bundle"),
            Self::Contradicts => (
                "names another rule or node than its finding has",
                "name another rule or node than their findings have",
            ),
            Self::NoRule => ("names a rule that does not exist", "name rules that do not exist"),
            Self::Nothing => ("is about no finding of this report", "are about no finding of this report"),
        };
        format!("{count} {}", if count == 1 { one } else { many })
    }
}

/// What decisions say of a case.
#[derive(Debug, Default)]
pub struct Applied {
    /// Decisions by the position of result and finding.
    pub findings: BTreeMap<(usize, usize), DecisionView>,
    /// What does not count or should be looked at, one sentence each.
    pub remarks: Vec<String>,
    /// How many entries do not count, by the reason.
    pub not_counted: BTreeMap<NotCounted, usize>,
}

impl Applied {
    fn leave_out(&mut self, why: NotCounted, remark: String) {
        self.remarks.push(remark);
        *self.not_counted.entry(why).or_default() += 1;
    }
}

/// Applies decisions to the results, judged on the day of the report. The last entry on a finding counts.
pub fn apply(
    decisions: &Decisions,
    results: &[RuleResult],
    rules: &BTreeSet<&str>,
    today: NaiveDate,
) -> Applied {
    let mut applied = Applied::default();
    for entry in &decisions.entries {
        let name = format!("{} line {}", decisions.name, entry.line);
        let about = about(entry);
        if !entry.rule.is_empty() && !rules.contains(entry.rule.as_str()) {
            let remark = format!("{name}: there is no rule {}; it does not count.", entry.rule);
            applied.leave_out(NotCounted::NoRule, remark);
            continue;
        }
        if entry.decided > today {
            let day = entry.decided;
            let remark =
                format!("{name}: decided on {day}, after the day of this report; it does not count.");
            applied.leave_out(NotCounted::Later, remark);
            continue;
        }
        let matching = matching(entry, results);
        if entry.until < today {
            let there = if matching.is_empty() { "" } else { ", and the finding is still there" };
            let owner = &entry.owner;
            let remark = format!(
                "{name}: the decision of {owner} on {about} ended on {}{there}; it does not count.",
                entry.until
            );
            applied.leave_out(NotCounted::Ended, remark);
            continue;
        }
        if matching.is_empty() {
            let (why, remark) = nothing(entry, &about, results);
            applied.leave_out(why, format!("{name}: {remark}"));
            continue;
        }
        let (same, other): (Vec<_>, Vec<_>) =
            matching.iter().copied().partition(|at| has_value(find(results, *at), &entry.value));
        if let Some(at) = other.first() {
            let now = find(results, *at).map(values).unwrap_or_default();
            applied.remarks.push(format!(
                "{name}: {about} was decided on the value \"{}\", which is \"{}\" now; decide again. It does not count there.",
                entry.value,
                now.into_iter().take(3).collect::<Vec<_>>().join("\", \"")
            ));
            if same.is_empty() {
                *applied.not_counted.entry(NotCounted::Changed).or_default() += 1;
            }
        }
        applied.remarks.extend(too_wide(entry, &same, results).map(|why| format!("{name}: {why}")));
        for at in same {
            applied.findings.insert(at, view(entry, today));
        }
    }
    applied
}

/// The results without the findings that were decided: what is left of a rule is as if it had found nothing else.
pub fn open_results(results: &[RuleResult], applied: &Applied) -> Vec<RuleResult> {
    let mut open = results.to_vec();
    for (outer, result) in open.iter_mut().enumerate() {
        if let Outcome::Findings(findings) = &mut result.outcome {
            let mut inner = 0..;
            findings
                .retain(|_| inner.next().is_none_or(|inner| !applied.findings.contains_key(&(outer, inner))));
            if findings.is_empty() {
                result.outcome = Outcome::pass_with("what was found was decided");
            }
        }
    }
    open
}

fn view(entry: &Entry, today: NaiveDate) -> DecisionView {
    DecisionView {
        kind: entry.kind,
        reason: entry.reason.clone(),
        owner: entry.owner.clone(),
        ticket: entry.ticket.clone(),
        until: entry.until.to_string(),
        days_left: (entry.until - today).num_days(),
        decided: entry.decided.to_string(),
        line: entry.line,
    }
}

/// What an entry is about, in words.
fn about(entry: &Entry) -> String {
    let what = match (entry.rule.as_str(), entry.finding.as_str()) {
        (rule, "") => rule.to_owned(),
        ("", finding) => format!("finding {finding}"),
        (rule, finding) => format!("{rule} (finding {finding})"),
    };
    if entry.node.is_empty() { what } else { format!("{what} of {}", entry.node) }
}

type At = (usize, usize);

fn find(results: &[RuleResult], (outer, inner): At) -> Option<&Finding> {
    results.get(outer)?.outcome.findings().get(inner)
}

fn matching(entry: &Entry, results: &[RuleResult]) -> Vec<At> {
    let mut found = Vec::new();
    for (outer, result) in results.iter().enumerate().filter(|(_, result)| !is_bundle_safety(&result.rule)) {
        if !entry.rule.is_empty() && entry.rule != result.rule {
            continue;
        }
        for (inner, finding) in result.outcome.findings().iter().enumerate() {
            let of_node = entry.node.is_empty()
                || (finding.subject.kind == SubjectKind::Node
                    && same_host(&finding.subject.name, &entry.node));
            if of_node && (entry.finding.is_empty() || entry.finding == finding.fingerprint(&result.rule)) {
                found.push((outer, inner));
            }
        }
    }
    found
}

/// Values that prove a finding, each once: of a node its own.
fn values(finding: &Finding) -> BTreeSet<&str> {
    let of = |wanted: &dyn Fn(&str) -> bool| -> BTreeSet<&str> {
        let values = finding.evidence.iter().filter_map(|evidence| match evidence {
            Evidence::Value { node, value, .. } => wanted(node).then_some(value.as_str()),
            _ => None,
        });
        values.collect()
    };
    let own = of(&|node| node == finding.subject.name);
    if own.is_empty() { of(&|_| true) } else { own }
}

fn has_value(finding: Option<&Finding>, value: &str) -> bool {
    value.is_empty() || finding.is_some_and(|finding| values(finding).contains(value))
}

/// Why an entry is about nothing.
fn nothing(entry: &Entry, about: &str, results: &[RuleResult]) -> (NotCounted, String) {
    if let Some((rule, finding)) = of_fingerprint(entry, results) {
        let print = &entry.finding;
        if is_bundle_safety(rule) {
            let remark = format!(
                "finding {print} is of {rule}, about the safety of a bundle, which nobody can accept; it does not count."
            );
            return (NotCounted::Safety, remark);
        }
        let (wrong, is, says) = if !entry.rule.is_empty() && entry.rule != rule {
            ("rule", rule, &entry.rule)
        } else {
            let is_node = finding.subject.kind == SubjectKind::Node;
            ("node", if is_node { finding.subject.name.as_str() } else { "no single node" }, &entry.node)
        };
        let remark = format!(
            "finding {print} is of {is}, and the entry names {says}: correct the {wrong} or the finding; it does not count."
        );
        return (NotCounted::Contradicts, remark);
    }
    let of_rule = || results.iter().filter(|result| result.rule == entry.rule);
    let of_node = |result: &&RuleResult| {
        entry.node.is_empty()
            || result.subject.name.is_empty()
            || same_host(&result.subject.name, &entry.node)
    };
    let open = of_rule()
        .filter(of_node)
        .find(|result| matches!(result.outcome, Outcome::Unknown { .. } | Outcome::Failed { .. }));
    match open.map(|result| &result.outcome) {
        Some(Outcome::Failed { .. }) => {
            let why = "broke while it was checked, and what is not known cannot be decided";
            (NotCounted::NotKnown, format!("{about} {why}; it does not count."))
        }
        Some(_) => {
            let why = "could not be checked, and what is not known cannot be decided";
            (NotCounted::NotKnown, format!("{about} {why}; it does not count."))
        }
        None => {
            let why = "is not among the findings: fixed, or not this cluster's. Remove the entry.";
            (NotCounted::Nothing, format!("{about} {why}"))
        }
    }
}

/// The finding that has the fingerprint of an entry, with its rule, whatever else the entry says.
fn of_fingerprint<'r>(entry: &Entry, results: &'r [RuleResult]) -> Option<(&'r str, &'r Finding)> {
    let all = results
        .iter()
        .flat_map(|result| result.outcome.findings().iter().map(|finding| (result.rule.as_str(), finding)));
    let mut all = all.filter(|_| !entry.finding.is_empty());
    all.find(|(rule, finding)| finding.fingerprint(rule) == entry.finding)
}

/// Why an entry reaches further than what it was needed for.
fn too_wide(entry: &Entry, same: &[At], results: &[RuleResult]) -> Option<String> {
    if !entry.finding.is_empty() || same.is_empty() {
        return None;
    }
    let findings: Vec<&Finding> = same.iter().filter_map(|at| find(results, *at)).collect();
    let nodes: BTreeSet<&str> = findings
        .iter()
        .filter(|finding| finding.subject.kind == SubjectKind::Node)
        .map(|finding| finding.subject.name.as_str())
        .collect();
    let rule = &entry.rule;
    match (entry.node.is_empty(), nodes.len(), findings.len()) {
        (true, 1, _) => {
            let node = nodes.first().copied().unwrap_or_default();
            Some(format!(
                "it is about {rule} on every node, and only {node} has it: add node = \"{node}\", or it hides the same on another node later."
            ))
        }
        (_, _, 2..) => Some(format!(
            "it is about all {} findings of {rule}: name the findings, or it hides another one later.",
            findings.len()
        )),
        _ => None,
    }
}
