//! Evaluator of questions: rules that a person answers.

use super::context::Context;
use super::{expectation, signature};
use crate::finding::{Evidence, Finding, MissingEvidence, Outcome};
use crate::model::{Answer, Node};

/// Judges the rule by what an export tells, where expectations name it, and by the answer. What is told against it weighs
/// more than an answer that says the contrary; where nothing is told, the answer decides.
pub(in crate::rules) fn on_cluster(cx: &Context) -> Outcome {
    let Some(told) = expectation::reported_of_cluster(cx) else { return answer(cx, None) };
    match (told, answer(cx, None)) {
        (told @ Outcome::Findings(_), Outcome::Pass { note, .. }) => {
            told.map_findings(|finding| finding.note(contrary(&note)))
        }
        (Outcome::Pass { .. }, against @ Outcome::Findings(_)) => against,
        (told, _) => told,
    }
}

/// That somebody answered otherwise than the evidence says.
pub(in crate::rules) fn contrary(note: &str) -> String {
    format!("The answers file says the contrary: {note}.")
}

/// Judges the rule by the known errors that serve it, and by the answer: the text of an error proves the fault, its
/// absence does not prove the contrary.
pub(in crate::rules) fn on_node(cx: &Context, node: &Node) -> Outcome {
    let findings = signature::findings(cx, node);
    if findings.is_empty() { answer(cx, Some(node)) } else { Outcome::Findings(findings) }
}

/// Judges the rule by the answer for the node, or for the cluster.
pub(in crate::rules) fn answer(cx: &Context, node: Option<&Node>) -> Outcome {
    let id = cx.rule.id.as_str();
    let Some(row) = cx.knowledge.question(id) else {
        return Outcome::Failed { error: format!("{id} has no question") };
    };
    let Some(answer) = cx.answer(node, id) else {
        if let Some(assumed) = cx.assumed(id) {
            let why = format!("nothing shows that it applies: without an answer, \"{assumed}\" counts");
            return Outcome::not_applicable(why);
        }
        return Outcome::unknown(cx.unanswered(node, id, "nobody has answered it"));
    };
    if row.bad.contains(&answer.value) {
        let (title, remedy) = (&cx.rule.title, &cx.rule.remediation);
        let finding = match node {
            Some(node) => cx.on_node(node, format!("{}: {title}", node.name), remedy),
            None => cx.on_cluster(title, remedy),
        };
        let name = node.map_or("", |node| node.name.as_str());
        return finding.because(answered(cx, name, &row.ask, answer)).into();
    }
    if row.valid_days > 0 {
        let why = match answer.days(cx.cluster.as_of) {
            Some(days) if (0..=i64::from(row.valid_days)).contains(&days) => None,
            Some(days) => Some(format!("the answer is {days} days old")),
            None => Some("the answer has no date (`on`)".into()),
        };
        if let Some(why) = why {
            return cx.unanswered(node, id, &why).into();
        }
    }
    Outcome::pass_with(says(cx, answer))
}

/// Whether the rule has a question and somebody answered it, for the node or the cluster: what no evidence shows, a person may.
pub(in crate::rules) fn is_answered(cx: &Context, node: Option<&Node>) -> bool {
    cx.question().is_some() && cx.answer(node, &cx.rule.id).is_some()
}

/// The judgement of what evidence there is; where some is missing and nothing was found, that of a person who answered.
pub(in crate::rules) fn where_evidence_lacks(
    cx: &Context,
    node: Option<&Node>,
    findings: Vec<Finding>,
    missing: Vec<MissingEvidence>,
) -> Outcome {
    if findings.is_empty() && !missing.is_empty() && is_answered(cx, node) {
        return answer(cx, node);
    }
    Outcome::from_parts(findings, missing)
}

/// An answer as evidence.
pub(in crate::rules) fn answered(cx: &Context, node: &str, ask: &str, answer: &Answer) -> Evidence {
    Evidence::value(node, ask, says(cx, answer), answer.place.clone())
}

/// An answer with the person, the day and its age.
pub(in crate::rules) fn says(cx: &Context, answer: &Answer) -> String {
    let by = answer.by.as_ref().map(|by| format!(", said {by}")).unwrap_or_default();
    let age = answer.age(cx.cluster.as_of);
    let on = answer.on.zip(age).map(|(on, age)| format!(" on {on}, {age}")).unwrap_or_default();
    format!("answered \"{}\"{by}{on}", answer.value)
}
