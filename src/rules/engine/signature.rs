//! Evaluator of log rules: known error texts in the logs of a node, and in its row of the node list.

use super::context::{Context, evidence};
use super::question;
use super::rule::{known, signature_note};
use crate::finding::{Confidence, Evidence, Finding, MissingEvidence, Outcome};
use crate::knowledge::Signature;
use crate::model::Node;
use crate::model::cluster::current_window;
use crate::model::log::{Component, Hit, LogDigest, Sample};
use crate::rules::lib::language;

/// Judges the rule on the logs of one node, and on the errors that the node list shows for it. Where the logs are not
/// enough for a pass, a person may have looked.
pub(in crate::rules) fn on_node(cx: &Context, node: &Node) -> Outcome {
    let findings = findings(cx, node);
    if !findings.is_empty() {
        return Outcome::Findings(findings);
    }
    match silent(cx, node, &cx.rule.id) {
        Outcome::Unknown { missing } => question::where_evidence_lacks(cx, Some(node), Vec::new(), missing),
        heard => heard,
    }
}

/// What it says that no signature of `rule` was seen: a pass for the period that the logs of the node cover, or why they
/// are not enough for one.
pub(in crate::rules) fn silent(cx: &Context, node: &Node, rule: &str) -> Outcome {
    let digest = known!(cx.logs(node));
    let signatures = serving(cx, node, rule);
    let period = known!(covered(node, digest));
    let limits = known!(language::gap(cx, node, &signatures));
    Outcome::pass_with(format!("{period}{limits}{}", history(digest, &signatures)))
}

/// A finding for every sighting of the rule; none where all of them say nothing alone.
pub(in crate::rules) fn findings(cx: &Context, node: &Node) -> Vec<Finding> {
    let sightings = sightings(cx, node, &cx.rule.id);
    if sightings.iter().all(|sighting| sighting.signature.corroborating_only) {
        return Vec::new();
    }
    sightings.into_iter().map(|sighting| finding(cx, node, sighting)).collect()
}

/// The same for the logs of all serving nodes, and what is missing for a pass: for rules on the cluster that know the
/// fault by other signs as well.
pub(in crate::rules) fn on_cluster(cx: &Context) -> (Vec<Finding>, Vec<MissingEvidence>) {
    let (mut found, mut missing) = (Vec::new(), Vec::new());
    for node in cx.cluster.serving() {
        found.extend(findings(cx, node));
        if let Outcome::Unknown { missing: gaps } = silent(cx, node, &cx.rule.id) {
            missing.extend(gaps);
        }
    }
    (found, missing)
}

/// A known error of a node, seen today.
pub(in crate::rules) struct Sighting<'a> {
    /// The error.
    pub(in crate::rules) signature: &'a Signature,
    /// How sure.
    pub(in crate::rules) confidence: Confidence,
    /// Where and how often, in the reader's words.
    pub(in crate::rules) seen: String,
    /// When last, as a sentence; empty where that is not known.
    pub(in crate::rules) detail: String,
    /// The lines, or the cell of the node list.
    pub(in crate::rules) evidence: Vec<Evidence>,
}

/// The errors of signatures that serve `rule`: first those of the logs, then those of the node list.
pub(in crate::rules) fn sightings<'a>(cx: &Context<'a>, node: &'a Node, rule: &str) -> Vec<Sighting<'a>> {
    let signatures = serving(cx, node, rule);
    let mut all = current(cx, node, &signatures);
    all.extend(listed(cx, node, &signatures));
    all
}

/// The current errors of the node's logs, of all signatures that are `wanted`.
pub(in crate::rules) fn logged_by<'a>(
    cx: &Context<'a>,
    node: &'a Node,
    wanted: impl Fn(&Signature) -> bool,
) -> Vec<Sighting<'a>> {
    let signatures: Vec<&Signature> = cx.knowledge.signatures.iter().filter(|one| wanted(one)).collect();
    current(cx, node, &signatures)
}

/// The signatures that are evidence for `rule` on the build of the node.
fn serving<'a>(cx: &Context<'a>, node: &Node, rule: &str) -> Vec<&'a Signature> {
    cx.knowledge
        .signatures
        .iter()
        .filter(|one| one.rules.iter().any(|id| id == rule))
        .filter(|one| one.versions.is_none_or(|range| node.version.value().is_none_or(|v| range.include(v))))
        .collect()
}

/// Hits that count today: within 24 hours of the node's newest line, with no start or upgrade after them.
fn current<'a>(cx: &Context<'a>, node: &'a Node, signatures: &[&'a Signature]) -> Vec<Sighting<'a>> {
    let Ok(digest) = cx.logs(node) else { return Vec::new() };
    let hits = hits(digest, signatures).filter(|(_, hit)| cx.cluster.is_current(node, digest, hit.last));
    hits.map(|(one, hit)| logged(cx, node, digest, one, hit)).collect()
}

/// All hits of these signatures, in the order of the signatures.
fn hits<'a>(
    digest: &'a LogDigest,
    signatures: &[&'a Signature],
) -> impl Iterator<Item = (&'a Signature, &'a Hit)> {
    let of = |one: &&'a Signature| {
        let one = *one;
        digest.hits.iter().filter(move |hit| hit.signature == one.id).map(move |hit| (one, hit))
    };
    signatures.iter().flat_map(of)
}

/// Errors in the node's row of the node list, which says nothing of when they happened.
fn listed<'a>(cx: &Context, node: &'a Node, signatures: &[&'a Signature]) -> Vec<Sighting<'a>> {
    cx.ask("node-list");
    let columns = node.row.iter().flat_map(|row| {
        [
            ("error", &row.error_message),
            ("background worker error", &row.background_worker_error),
            ("engine worker error", &row.engine_worker_error),
            ("session recording worker error", &row.session_recording_worker_error),
        ]
    });
    let mut seen = Vec::new();
    for (column, error) in columns {
        let Some(text) = error.value() else { continue };
        let named =
            |id: &String| cx.knowledge.signature(id).and_then(|one| one.matching_pattern(text)).is_some();
        for signature in signatures.iter().copied().filter(|one| !one.overlaps.iter().any(named)) {
            let Some(wording) = signature.matching_pattern(text) else { continue };
            let proven = signature.confirmed_by(wording);
            seen.push(Sighting {
                signature,
                confidence: if proven { Confidence::Confirmed } else { Confidence::Inferred },
                seen: "in the node list".into(),
                detail: String::new(),
                evidence: vec![evidence(node, &format!("{column} in the node list"), error)],
            });
        }
    }
    seen
}

/// What a current hit proves: the product's own words at error level do, if the error line itself is current; a
/// label of the documentation or a line of lower level only suggests.
fn logged<'a>(
    cx: &Context,
    node: &Node,
    digest: &LogDigest,
    signature: &'a Signature,
    hit: &Hit,
) -> Sighting<'a> {
    let count = hit.errors + hit.others;
    let current_error = hit.errors > 0 && cx.cluster.is_current(node, digest, hit.last_error);
    let proven = signature.confirmed_by(hit.pattern) && current_error;
    let last = hit.last.map(|last| format!("Last seen {}.", last.format("%Y-%m-%d %H:%M:%S %:z")));
    Sighting {
        signature,
        confidence: if proven { Confidence::Confirmed } else { Confidence::Inferred },
        seen: if count == 1 { "in the logs, once".into() } else { format!("in the logs, {count} times") },
        detail: last.unwrap_or_default(),
        evidence: log_lines(node, hit),
    }
}

fn finding(cx: &Context, node: &Node, sighting: Sighting) -> Finding {
    let Sighting { signature, confidence, seen, detail, evidence } = sighting;
    let title = format!("{}: \"{}\" {seen}", node.name, signature.title);
    Finding {
        severity: signature.severity.max(cx.rule.severity),
        // A rule that rests on our reasoning stays so, however literal the text.
        confidence: confidence.max(cx.rule.confidence()),
        detail,
        evidence,
        signature: Some(signature.id.clone()),
        ..cx.on_node(node, title, signature.fix.clone()).note(signature_note(signature))
    }
}

/// The sample lines of a hit as evidence.
fn log_lines(node: &Node, hit: &Hit) -> Vec<Evidence> {
    hit.samples.iter().map(|sample| log_line(node, sample)).collect()
}

/// A line of the node's logs as evidence.
pub(in crate::rules) fn log_line(node: &Node, sample: &Sample) -> Evidence {
    Evidence::Text { place: sample.place.in_input(node.input()), excerpt: sample.text.clone() }
}

/// The period in which no hit was found, in words, or why the logs are not enough to say so. A log that was cut still
/// counts when what was kept covers the whole window in which a hit would be current.
pub(in crate::rules) fn covered(node: &Node, digest: &LogDigest) -> Result<String, MissingEvidence> {
    let again = |why: String| {
        let what = format!("logs of {} that cover at least the last 24 hours", node.name);
        Err(MissingEvidence::again(&node.name, what, why, "with all its logs"))
    };
    if let Some((file, why)) = digest.files.iter().find_map(|file| Some((&file.name, file.broken.as_ref()?)))
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
    let [from, to] = [period.from, period.to].map(|time| time.format("%Y-%m-%d %H:%M"));
    Ok(format!("no current hit from {from} to {to}"))
}

/// Hits that do not count today, or say nothing alone.
fn history(digest: &LogDigest, signatures: &[&Signature]) -> String {
    let seen = hits(digest, signatures).filter_map(|(one, hit)| Some((&one.id, hit.last?)));
    let history: Vec<String> =
        seen.map(|(id, last)| format!("{id} last seen {}", last.format("%Y-%m-%d"))).collect();
    if history.is_empty() { String::new() } else { format!("; history: {}", history.join(", ")) }
}
