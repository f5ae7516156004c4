//! Evaluator of log rules: known error texts in the logs of a node.

use super::context::Context;
use super::question;
use super::rule::signature_note;
use crate::finding::{Confidence, Evidence, Finding, Missing, Outcome, Question, Subject};
use crate::knowledge::Signature;
use crate::model::Node;
use crate::model::cluster::current_window;
use crate::model::log::{Component, Hit, LogDigest};

/// Judges the rule on the logs of one node. A rule that also has a question needs its answer to pass: the text of
/// an error proves it, its absence does not prove the contrary.
pub(super) fn on_node(cx: &Context, node: &Node) -> Outcome {
    let digest = match cx.logs(node) {
        Ok(digest) => digest,
        Err(missing) => return without_hit(cx, node, Outcome::unknown(missing)),
    };
    let findings = current_hits(cx, node, &cx.rule.id)
        .into_iter()
        .map(|(signature, hit)| finding(cx, node, signature, hit))
        .collect::<Vec<_>>();
    if !findings.is_empty() {
        return Outcome::Findings(findings);
    }
    without_hit(cx, node, covered(cx, node, digest))
}

fn without_hit(cx: &Context, node: &Node, by_logs: Outcome) -> Outcome {
    let id = cx.rule.id.as_str();
    if cx.knowledge.rows.questions.iter().any(|row| row.id == id) {
        question::answer(cx, Some(node))
    } else {
        by_logs
    }
}

/// Hits that count today: within 24 hours of the node's newest line, with no start or upgrade after them
/// (DESIGN 4). Only signatures that serve `rule`.
pub(super) fn current_hits<'a>(
    cx: &Context<'a>,
    node: &'a Node,
    rule: &str,
) -> Vec<(&'a Signature, &'a Hit)> {
    let Ok(digest) = cx.logs(node) else { return Vec::new() };
    let signatures = cx.knowledge.signatures.iter().filter(|one| one.rules.iter().any(|id| id == rule));
    signatures
        .filter(|one| one.versions.is_none_or(|range| node.version.value().is_none_or(|v| range.include(v))))
        .flat_map(|one| digest.hits.iter().filter(|hit| hit.signature == one.id).map(move |hit| (one, hit)))
        .filter(|(_, hit)| cx.cluster.is_current(node, digest, hit.last))
        .collect()
}

/// What a current hit proves: the product's own words at error level do, if the error line itself is current; a
/// label of the documentation or a line of lower level only suggests.
pub(super) fn hit_confidence(cx: &Context, node: &Node, signature: &Signature, hit: &Hit) -> Confidence {
    let current_error = hit.errors > 0
        && cx.logs(node).is_ok_and(|digest| cx.cluster.is_current(node, digest, hit.last_error));
    if signature.confirmed_by(hit.wording) && current_error {
        Confidence::Confirmed
    } else {
        Confidence::Inferred
    }
}

fn finding(cx: &Context, node: &Node, signature: &Signature, hit: &Hit) -> Finding {
    let count = hit.errors + hit.others;
    let times = if count == 1 { "once".to_owned() } else { format!("{count} times") };
    let mut finding = cx.finding(
        Subject::node(&node.name),
        format!("{}: \"{}\" in the logs, {times}", node.name, signature.title),
        signature.fix.clone(),
    );
    // A rule that rests on our reasoning stays so, however literal the text.
    finding.confidence = hit_confidence(cx, node, signature, hit).max(cx.rule.confidence());
    if let Some(last) = hit.last {
        finding.detail = format!("Last seen {}.", last.format("%Y-%m-%d %H:%M:%S %:z"));
    }
    finding.evidence = log_lines(node, hit);
    finding.note(signature_note(signature))
}

/// The sample lines of a hit as evidence.
pub(super) fn log_lines(node: &Node, hit: &Hit) -> Vec<Evidence> {
    let input = node.snapshot.as_ref().map_or("", |snapshot| snapshot.input.as_str());
    hit.samples
        .iter()
        .map(|sample| Evidence::Text { place: sample.place.in_input(input), excerpt: sample.text.clone() })
        .collect()
}

/// A pass for the covered period, or why the logs are not enough for one. A log that was cut still counts when what
/// was kept covers the whole window in which a hit would be current.
pub(super) fn covered(cx: &Context, node: &Node, digest: &LogDigest) -> Outcome {
    let again = |why: String| {
        Outcome::unknown(Missing {
            node: Some(node.name.clone()),
            what: format!("logs of {} that cover at least the last 24 hours", node.name),
            why,
            from: Question::BundleAgain { node: node.name.clone(), how: "with all its logs".into() },
        })
    };
    if let Some((file, why)) =
        digest.files.iter().find_map(|file| file.broken.as_ref().map(|why| (&file.name, why)))
    {
        return again(format!("{file} could not be read whole: {why}"));
    }
    let Some(period) = digest.covered(Some(Component::Web)) else {
        return again("no SS.log with time stamps was collected".into());
    };
    let span = period.to - period.from;
    if span < current_window() {
        let cut = digest.files.iter().any(|file| file.truncated);
        let cut = if cut { ", because logs were cut to the size limit" } else { "" };
        return again(format!("they cover {} hours only{cut}", span.num_hours()));
    }
    let history: Vec<String> = cx
        .knowledge
        .signatures
        .iter()
        .filter(|one| one.rules.contains(&cx.rule.id))
        .flat_map(|one| digest.hits.iter().filter(|hit| hit.signature == one.id))
        .filter_map(|hit| {
            hit.last.map(|last| format!("{} last seen {}", hit.signature, last.format("%Y-%m-%d")))
        })
        .collect();
    let past = if history.is_empty() { String::new() } else { format!("; history: {}", history.join(", ")) };
    Outcome::pass_with(format!(
        "no current hit from {} to {}{past}",
        period.from.format("%Y-%m-%d %H:%M"),
        period.to.format("%Y-%m-%d %H:%M")
    ))
}
