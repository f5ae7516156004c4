//! Evaluator of the bundle rules: the problems that reading an input met.

use super::context::Context;
use crate::finding::{Evidence, EvidenceRequest, MissingEvidence, Outcome, Subject};
use crate::model::input::ProblemKind;
use crate::model::{Input, InputStatus, Location};

/// The problems a rule stands for.
fn kinds(rule: &str) -> &'static [ProblemKind] {
    match rule {
        "BND-001" => &[ProblemKind::KeyMaterial],
        "BND-002" => &[ProblemKind::Secret],
        "BND-003" => &[ProblemKind::Duplicate],
        "BND-004" => {
            &[ProblemKind::Incomplete, ProblemKind::Malformed, ProblemKind::Foreign, ProblemKind::Page]
        }
        "BND-006" => &[ProblemKind::Rights],
        "BND-007" => &[ProblemKind::Tampered],
        _ => &[],
    }
}

/// Judges the rule on one input.
pub(in crate::rules) fn of_input(cx: &Context, input: &Input) -> Outcome {
    let wanted = kinds(&cx.rule.id);
    let problems: Vec<_> = input.problems.iter().filter(|problem| wanted.contains(&problem.kind)).collect();
    if problems.is_empty() {
        return unread(input).unwrap_or_else(Outcome::pass);
    }
    let unreadable = problems.iter().any(|problem| problem.kind == ProblemKind::Malformed);
    let unusable = input.status == InputStatus::Refused && unreadable;
    let title = if unusable {
        format!("{} does not count", input.name)
    } else {
        format!("{}: {}", input.name, cx.rule.title.to_lowercase())
    };
    let remedy =
        if unusable { "Ask for it again, as the collector wrote it." } else { cx.rule.remediation.as_str() };
    let node = input.node.as_deref().unwrap_or_default();
    let evidence = problems.iter().map(|problem| {
        let place = Location::file(problem.member.as_deref().unwrap_or_default()).in_input(&input.name);
        Evidence::value(node, problem.member.as_deref().unwrap_or("input"), &problem.text, place)
    });
    let detail = problems.first().map(|problem| problem.text.as_str()).unwrap_or_default();
    let finding = cx.finding(Subject::input(&input.name), title, remedy).detail(detail);
    finding.resting_on(evidence).into()
}

/// That an input could not be opened: what was not read was not searched either.
pub(in crate::rules) fn unread(input: &Input) -> Option<Outcome> {
    let problem = input.problems.iter().find(|problem| problem.kind == ProblemKind::Malformed)?;
    (input.status == InputStatus::Refused).then(|| {
        Outcome::unknown(MissingEvidence {
            node: input.node.clone(),
            what: format!("the content of {}", input.name),
            why: problem.text.clone(),
            from: EvidenceRequest::Nothing,
        })
    })
}
