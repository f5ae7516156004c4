//! The inputs with what each of them decided.

use crate::finding::{Judged, Outcome};
use crate::model::{Cluster, Input};
use crate::report::model::{FindingView, InputView, Reason};
use std::collections::BTreeSet;

/// Every input with the rules it helped to decide and the findings that rest on it.
pub(super) fn views<'a>(
    cluster: &Cluster,
    judged: &[Judged],
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
        InputView::new(input, decided(judged, &input.name), proves.collect())
    };
    cluster.inputs.iter().map(view).collect()
}

/// Rules that looked at the input and know the answer.
fn decided(judged: &[Judged], input: &str) -> Vec<String> {
    let settled = |one: &&Judged| matches!(one.outcome, Outcome::Findings(_) | Outcome::Pass { .. });
    let looked = judged.iter().filter(settled).filter(|one| one.looked_at.contains(input));
    let rules: BTreeSet<&String> = looked.map(|one| &one.rule).collect();
    rules.into_iter().cloned().collect()
}
