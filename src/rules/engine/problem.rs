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
        "BND-004" => &[
            ProblemKind::Incomplete,
            ProblemKind::Malformed,
            ProblemKind::Foreign,
            ProblemKind::Page,
            ProblemKind::Newer,
        ],
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
    let has = |kind: ProblemKind| problems.iter().any(|problem| problem.kind == kind);
    let is_page = problems.iter().all(|problem| problem.kind == ProblemKind::Page);
    let is_newer = has(ProblemKind::Newer);
    let unreadable = is_newer || has(ProblemKind::Malformed);
    let unusable = input.status == InputStatus::Refused && unreadable;
    let title = if unusable {
        format!("{} does not count", input.name)
    } else {
        format!("{}: {}", input.name, cx.rule.title.to_lowercase())
    };
    let remedy = match unusable {
        _ if is_newer => "Read it with a newer clusterbrief on this computer; do not ask for it again.",
        true => "Ask for it again, as the collector wrote it.",
        false if is_page => "Save the whole list in one answer, and give that instead of the page.",
        false => cx.rule.remediation.as_str(),
    };
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
    let unread = [ProblemKind::Malformed, ProblemKind::Newer];
    let problem = input.problems.iter().find(|problem| unread.contains(&problem.kind))?;
    let is_newer = problem.kind == ProblemKind::Newer;
    (input.status == InputStatus::Refused).then(|| {
        Outcome::unknown(MissingEvidence {
            node: input.node.clone(),
            what: format!("the content of {}", input.name),
            why: problem.text.clone(),
            from: if is_newer { EvidenceRequest::NewerProgram } else { EvidenceRequest::Nothing },
        })
    })
}
