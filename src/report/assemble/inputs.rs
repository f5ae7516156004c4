//! The inputs with what each of them decided.

use crate::finding::{Outcome, RuleResult};
use crate::model::{Cluster, Input};
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
        InputView::new(input, decided(results, &input.name), proves.collect())
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
