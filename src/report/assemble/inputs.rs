//! The inputs with what each of them decided.

use crate::finding::{Outcome, RuleResult};
use crate::model::{Cluster, Input};
use crate::plan::unique;
use crate::report::model::{FindingView, InputView, Reason};
use std::collections::BTreeSet;

/// Every input with the rules it helped to decide and the findings that rest on it.
pub(super) fn views<'a>(
    cluster: &Cluster,
    results: &[RuleResult],
    findings: impl Iterator<Item = &'a FindingView> + Clone,
) -> Vec<InputView> {
    let view = |input: &Input| {
        let proves = findings
            .clone()
            .filter(|finding| finding.evidence.iter().any(|evidence| evidence.input == input.name))
            .map(|finding| Reason {
                rule: finding.rule.clone(),
                text: finding.title.clone(),
                anchor: finding.anchor.clone(),
            });
        InputView {
            name: input.name.clone(),
            kind: input.kind,
            status: input.status,
            reason: input.problems.first().map(|problem| problem.text.clone()),
            problems: input.problems.clone(),
            notes: input.notes.clone(),
            node: input.node.clone(),
            bytes: input.bytes,
            sha256: input.sha256.clone(),
            grade: input.grade,
            taken: input.taken.clone(),
            tool: input.tool.clone(),
            holds: unique(input.holds.iter().cloned()),
            decided: decided(results, &input.name),
            proves: proves.collect(),
        }
    };
    cluster.inputs.iter().map(view).collect()
}

/// Rules that looked at the input and know the answer.
fn decided(results: &[RuleResult], input: &str) -> Vec<String> {
    let settled = |one: &&RuleResult| matches!(one.outcome, Outcome::Findings(_) | Outcome::Pass { .. });
    let looked = results.iter().filter(settled).filter(|one| one.inputs_used.contains(input));
    let rules: BTreeSet<&String> = looked.map(|one| &one.rule).collect();
    rules.into_iter().cloned().collect()
}
