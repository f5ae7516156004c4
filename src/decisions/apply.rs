//! Which findings the decisions are about, and what of the decisions does not count.

use super::view::DecisionView;
use super::{Decisions, Entry};
use crate::finding::{Evidence, Finding, Outcome, RuleResult, SubjectKind, is_bundle_safety};
use crate::model::host_name::same_host;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// What decisions say of a case.
#[derive(Debug, Default)]
pub struct Applied {
    /// Decisions by the position of result and finding.
    pub findings: BTreeMap<(usize, usize), DecisionView>,
    /// What does not count or should be looked at, one sentence each.
    pub remarks: Vec<String>,
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
            applied.remarks.push(format!("{name}: there is no rule {}; it does not count.", entry.rule));
            continue;
        }
        if entry.decided > today {
            applied.remarks.push(format!(
                "{name}: decided on {}, after the day of this report; it does not count.",
                entry.decided
            ));
            continue;
        }
        let matching = matching(entry, results);
        if entry.until < today {
            let there = if matching.is_empty() { "" } else { ", and the finding is still there" };
            let owner = &entry.owner;
            applied.remarks.push(format!(
                "{name}: the decision of {owner} on {about} ended on {}{there}; it does not count.",
                entry.until
            ));
            continue;
        }
        if matching.is_empty() {
            applied.remarks.push(format!("{name}: {}", nothing(entry, &about, results)));
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
fn nothing(entry: &Entry, about: &str, results: &[RuleResult]) -> String {
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
            format!(
                "{about} broke while it was checked, and what is not known cannot be decided; it does not count."
            )
        }
        Some(_) => {
            format!(
                "{about} could not be checked, and what is not known cannot be decided; it does not count."
            )
        }
        None => format!("{about} is not among the findings: fixed, or not this cluster's. Remove the entry."),
    }
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
