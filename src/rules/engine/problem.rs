//! Evaluator of the bundle rules: the problems that reading an input met.

use super::context::Context;
use crate::finding::{Confidence, Evidence, EvidenceRequest, MissingEvidence, Outcome, Severity, Subject};
use crate::model::input::{InputKind, ProblemKind};
use crate::model::{Input, InputStatus, Location};

/// The problems a rule stands for.
fn kinds(rule: &str) -> &'static [ProblemKind] {
    match rule {
        "BND-001" => &[ProblemKind::KeyMaterial, ProblemKind::MayBeKeyMaterial],
        "BND-002" => &[ProblemKind::Secret, ProblemKind::DoNotSend],
        "BND-003" => &[ProblemKind::Duplicate, ProblemKind::Conflict],
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
    let all = |kind: ProblemKind| problems.iter().all(|problem| problem.kind == kind);
    let unreadable = has(ProblemKind::Newer) || has(ProblemKind::Malformed);
    let own = format!(": {}", cx.rule.title.to_lowercase());
    let (title, remedy) = if input.status == InputStatus::Refused && unreadable {
        let remedy = if has(ProblemKind::Newer) {
            "Read it with a newer clusterbrief on this computer; do not ask for it again."
        } else {
            "Ask for it again, as the collector wrote it."
        };
        (" does not count", remedy)
    } else if all(ProblemKind::Page) {
        (own.as_str(), "Save the whole list in one answer, and give that instead of the page.")
    } else if has(ProblemKind::Conflict) {
        let remedy = "Ask whose it is and when it was made, and collect or export again.";
        (": contradicts another input", remedy)
    } else if all(ProblemKind::MayBeKeyMaterial) {
        let remedy =
            "Look at it. If it is encryption.config or database.config, delete every copy and collect again.";
        (": may be a key file", remedy)
    } else if all(ProblemKind::DoNotSend) {
        let remedy = "Delete it here, and tell the sender to make a new one and to collect again with that.";
        (": a file that must not be sent", remedy)
    } else if all(ProblemKind::KeyMaterial) && input.kind == InputKind::Unrecognised {
        let remedy = "Delete every copy of it, including copies in emails and tickets. If it left your organization, assume \
            that others know the key.";
        (": a key file that must not leave its node", remedy)
    } else {
        (own.as_str(), cx.rule.remediation.as_str())
    };
    let title = format!("{}{title}", input.name);
    let node = input.node.as_deref().unwrap_or_default();
    let evidence = problems.iter().map(|problem| {
        let place = Location::file(problem.member.as_deref().unwrap_or_default()).in_input(&input.name);
        Evidence::value(node, problem.member.as_deref().unwrap_or("input"), &problem.text, place)
    });
    let detail = problems.first().map(|problem| problem.text.as_str()).unwrap_or_default();
    let mut finding = cx.finding(Subject::input(&input.name), title, remedy).detail(detail);
    if all(ProblemKind::MayBeKeyMaterial) {
        (finding.severity, finding.confidence) = (Severity::High, Confidence::Inferred);
    } else if all(ProblemKind::DoNotSend) || has(ProblemKind::Conflict) {
        finding.severity = Severity::High;
    }
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
