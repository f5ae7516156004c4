//! Evaluator of log rules: known error texts in the logs of a node, and in its row of the node list.

use super::context::{Context, evidence};
use super::question;
use super::rule::{known, signature_note};
use crate::finding::{Confidence, Evidence, Finding, MissingEvidence, Outcome, Subject, SubjectKind};
use crate::knowledge::Signature;
use crate::knowledge::own_code::CodeArea;
use crate::model::cluster::current_window;
use crate::model::log::{Component, Hit, LogDigest, Origin, Period, Sample};
use crate::model::{Node, label};
use crate::rules::lib::at_work::works;
use crate::rules::lib::language;
use crate::rules::lib::logged_connection::proved_by_logs;
use chrono::{DateTime, FixedOffset, TimeDelta};
use std::collections::BTreeMap;

/// Judges the rule on the logs of one node, and on the errors that the node list shows for it. Where the logs are not
/// enough for a pass, a person may have looked.
pub(in crate::rules) fn on_node(cx: &Context, node: &Node) -> Outcome {
    let findings = findings(cx, node);
    if !findings.is_empty() {
        return Outcome::Findings(findings);
    }
    if let Some(open) = uncertain(cx, node) {
        return question::where_evidence_lacks(cx, Some(node), Vec::new(), vec![open]);
    }
    match silent(cx, node, &cx.rule.id) {
        Outcome::Unknown { missing } => question::where_evidence_lacks(cx, Some(node), Vec::new(), missing),
        heard => or_a_person_saw(cx, Some(node), heard),
    }
}

/// What a person has to tell where an error of the rule was logged in an entry that does not say whose it is.
fn uncertain(cx: &Context, node: &Node) -> Option<MissingEvidence> {
    cx.question()?;
    let digest = cx.logs(node).ok()?;
    let signatures = serving(cx, node, &cx.rule.id);
    let elsewhere = signatures.iter().filter_map(|one| cx.knowledge.signature(one.elsewhere.as_ref()?));
    let elsewhere: Vec<&Signature> = elsewhere.collect();
    let hit = hits(cx, node, digest, &elsewhere).find(|(_, hit)| {
        hit.origin == Origin::Node && hit.errors > 0 && cx.cluster.is_current(node, digest, hit.last_error)
    })?;
    let why = format!("its logs show \"{}\" and do not say which key it was", hit.0.title);
    Some(cx.unanswered(Some(node), &cx.rule.id, &why))
}

/// What the logs say, unless a person saw the error, on a page or elsewhere: quiet logs do not prove the contrary.
fn or_a_person_saw(cx: &Context, node: Option<&Node>, heard: Outcome) -> Outcome {
    let answered =
        cx.question().and_then(|_| cx.answer(node, &cx.rule.id)).map(|_| question::answer(cx, node));
    match answered {
        Some(against @ Outcome::Findings(_)) => against,
        _ => heard,
    }
}

/// Judges a rule on the database by the logs of all serving nodes.
pub(in crate::rules) fn on_database(cx: &Context) -> Outcome {
    let (mut missing, mut notes) = (Vec::new(), Vec::new());
    for node in cx.cluster.serving() {
        match silent(cx, node, &cx.rule.id) {
            Outcome::Unknown { missing: gaps } => missing.extend(gaps),
            Outcome::Pass { note, .. } => notes.push(format!("{}: {note}", node.name)),
            Outcome::Findings(_) | Outcome::NotApplicable { .. } | Outcome::Failed { .. } => {}
        }
    }
    match Outcome::from_parts(of_serving(cx), missing) {
        Outcome::Unknown { missing } => question::where_evidence_lacks(cx, None, Vec::new(), missing),
        Outcome::Pass { .. } => or_a_person_saw(cx, None, Outcome::pass_with(notes.join("; "))),
        outcome => outcome,
    }
}

/// The findings of a rule in the logs and rows of all serving nodes. An error whose cause can only be the database is one
/// finding on the database; for a rule on the database, so is one that several nodes log. Any other is a matter of its
/// node.
pub(in crate::rules) fn of_serving(cx: &Context) -> Vec<Finding> {
    let nodes: Vec<&Node> = cx.cluster.serving().collect();
    let mut seen: BTreeMap<&str, Vec<(&Node, Sighting)>> = BTreeMap::new();
    for &node in &nodes {
        let sightings = sightings(cx, node, &cx.rule.id);
        if sightings.iter().all(|sighting| sighting.signature.corroborating_only) {
            continue;
        }
        for sighting in sightings {
            seen.entry(sighting.signature.id.as_str()).or_default().push((node, sighting));
        }
    }
    let of_rule = cx.rule.subject == SubjectKind::Database;
    let findings = seen.into_values().flat_map(|of| {
        let first = of.first().map(|(node, sighting)| (node.name.as_str(), sighting.signature));
        let several = of.iter().any(|(node, _)| first.is_some_and(|(name, _)| node.name != name));
        let own = first.is_some_and(|(_, signature)| signature.cluster_wide);
        if own || (of_rule && (several || nodes.len() == 1)) {
            Vec::from_iter(of_database(cx, of))
        } else {
            of.into_iter().map(|(node, sighting)| finding(cx, node, sighting)).collect()
        }
    });
    findings.collect()
}

/// One finding on the database of what these nodes logged, all of one signature.
fn of_database(cx: &Context, of: Vec<(&Node, Sighting)>) -> Option<Finding> {
    let signature = of.first()?.1.signature;
    let mut names: Vec<&str> = of.iter().map(|(node, _)| node.name.as_str()).collect();
    names.dedup();
    let title = format!("Database: \"{}\" in the logs of {}", signature.title, names.join(", "));
    let confidence = of.iter().map(|(_, sighting)| sighting.confidence).min()?;
    let detail: Vec<String> =
        of.iter().map(|(node, sighting)| format!("{}: {}.", node.name, sighting.seen)).collect();
    Some(Finding {
        severity: signature.severity.max(cx.rule.severity),
        confidence: confidence.max(cx.rule.confidence()),
        detail: detail.join(" "),
        evidence: of.into_iter().flat_map(|(_, sighting)| sighting.evidence.into_iter().take(2)).collect(),
        signature: Some(signature.id.clone()),
        ..cx.finding(Subject::database(), title, signature.fix.clone()).note(signature_note(signature))
    })
}

/// What it says that no signature of `rule` was seen: a pass for the period that the logs of the node cover, or why they
/// are not enough for one.
pub(in crate::rules) fn silent(cx: &Context, node: &Node, rule: &str) -> Outcome {
    let digest = known!(cx.logs(node));
    let signatures = serving(cx, node, rule);
    let period = known!(covered(cx, node, digest));
    let limits = known!(language::gap(cx, node, &signatures));
    Outcome::pass_with(format!("{period}{limits}{}", history(cx, node, digest, &signatures)))
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
    let (found, mut missing) = (of_serving(cx), Vec::new());
    for node in cx.cluster.serving() {
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

/// Hits that count today: within 24 hours of the node's newest line, with no start or upgrade after them, and not about
/// the product's work on other machines.
fn current<'a>(cx: &Context<'a>, node: &'a Node, signatures: &[&'a Signature]) -> Vec<Sighting<'a>> {
    let Ok(digest) = cx.logs(node) else { return Vec::new() };
    let hits = hits(cx, node, digest, signatures).filter_map(|(one, hit)| {
        let bearing = bearing(cx, node, hit)?;
        let current = cx.cluster.is_current(node, digest, hit.last) && enough(digest, one, hit);
        current.then(|| (one, logged(cx, node, digest, one, hit, bearing)))
    });
    // Different texts of one error, and different hosts, are one sighting.
    let mut all: Vec<(u64, Sighting)> = Vec::new();
    for (one, (count, sighting)) in hits {
        match all.last_mut().filter(|(_, known)| known.signature.id == one.id) {
            Some((total, known)) => {
                *total += count;
                known.seen = times(*total);
                known.confidence = known.confidence.min(sighting.confidence);
                // The later of two times; one that cannot be read says less.
                let earlier = std::mem::take(&mut known.detail);
                let timed =
                    [earlier.clone(), sighting.detail].into_iter().filter(|text| text.starts_with(LAST));
                known.detail = timed.max().unwrap_or(earlier);
                known.evidence.extend(sighting.evidence);
            }
            None => all.push((count, sighting)),
        }
    }
    all.into_iter().map(|(_, sighting)| sighting).collect()
}

/// How the sentence begins that says when an error was last seen.
const LAST: &str = "Last seen";

/// How often an error was logged, in words.
fn times(count: u64) -> String {
    if count == 1 { "in the logs, once".into() } else { format!("in the logs, {count} times") }
}

/// Whether a signature has as many lines in the last day as it takes; lines without a time count.
fn enough(digest: &LogDigest, signature: &Signature, hit: &Hit) -> bool {
    let Some(least) = signature.at_least else { return true };
    let recent = digest.newest().map_or(0, |newest| {
        let from = (newest - current_window()).timestamp().div_euclid(3600);
        hit.by_hour.range(from..).map(|(_, count)| count).sum::<u64>()
    });
    let timed: u64 = hit.by_hour.values().sum();
    recent + (hit.errors + hit.others).saturating_sub(timed) >= least
}

/// How sure it is that a hit is about the node itself; `None` if it is about work on another machine.
pub(in crate::rules) fn bearing(cx: &Context, node: &Node, hit: &Hit) -> Option<Confidence> {
    let host = match &hit.origin {
        Origin::Node | Origin::OtherKey => return Some(Confidence::Confirmed),
        Origin::Workload(_) => return None,
        Origin::Host(host) => host,
    };
    cx.ask("node-list");
    let own = short_name(host).eq_ignore_ascii_case(short_name(&node.name));
    let servers = || cx.cluster.nodes.iter().filter_map(|node| node.row.as_ref()?.database.value());
    let databases: Vec<&str> = servers().map(|text| database_server(text)).collect();
    let same = |server: &&str| short_name(server).eq_ignore_ascii_case(short_name(host));
    match databases.iter().any(same) {
        _ if own => Some(Confidence::Confirmed),
        true => Some(Confidence::Confirmed),
        // Which host the database is on is not known, or the names cannot be compared.
        false if databases.iter().all(|server| !label::comparable(server, host)) => {
            Some(Confidence::Inferred)
        }
        false => None,
    }
}

/// The host of a database as the node list writes it: `SQL01\\INSTANCE`, `tcp:sql01.example.com,1433`.
fn database_server(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("tcp:").unwrap_or(text);
    text.split(['\\', ',', '/']).next().unwrap_or(text)
}

/// The first part of a host's name; an address stays whole.
fn short_name(host: &str) -> &str {
    if host.starts_with(|c: char| c.is_ascii_digit()) {
        return host;
    }
    host.split('.').next().unwrap_or(host)
}

/// All hits of these signatures, in the order of the signatures.
fn hits<'a>(
    cx: &Context,
    node: &Node,
    digest: &'a LogDigest,
    signatures: &[&'a Signature],
) -> impl Iterator<Item = (&'a Signature, &'a Hit)> {
    let mut all = Vec::new();
    for &one in signatures {
        let moves_to = |other: &&Signature| other.elsewhere.as_ref() == Some(&one.id);
        let moved =
            cx.knowledge.signatures.iter().find(moves_to).is_some_and(|to| beside(cx, node, digest, to));
        let moved_here = one.elsewhere.as_ref().filter(|_| beside(cx, node, digest, one));
        let counts = |hit: &&Hit| {
            let is_of_node = hit.origin == Origin::Node;
            (hit.signature == one.id && !(moved && is_of_node))
                || (is_of_node && moved_here == Some(&hit.signature))
        };
        all.extend(digest.hits.iter().filter(counts).map(|hit| (one, hit)));
    }
    all.into_iter()
}

/// Whether the node logged one of the errors since its last start beside which this one counts in any code.
fn beside(cx: &Context, node: &Node, digest: &LogDigest, signature: &Signature) -> bool {
    digest.hits.iter().any(|hit| {
        signature.beside.contains(&hit.signature)
            && hit.errors > 0
            && bearing(cx, node, hit).is_some()
            && cx.cluster.is_current(node, digest, hit.last_error)
    })
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
            // An error that Windows gives to many callers is the node's own in the field for its error.
            let is_own = signature.elsewhere.is_some();
            if is_own && of_other_keys(cx, text) {
                continue;
            }
            let proven = signature.confirmed_by(wording) || (is_own && column == "error");
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

/// Whether a text names code of the product that works with other keys than that of the key file.
fn of_other_keys(cx: &Context, text: &str) -> bool {
    cx.knowledge.code.areas(text.as_bytes()).any(|area| area == CodeArea::OtherKey)
}

/// What a current hit proves: the product's own words at error level do, if the error line itself is current; a
/// label of the documentation or a line of lower level only suggests.
fn logged<'a>(
    cx: &Context,
    node: &Node,
    digest: &LogDigest,
    signature: &'a Signature,
    hit: &Hit,
    bearing: Confidence,
) -> (u64, Sighting<'a>) {
    let count = hit.errors + hit.others;
    let current_error = hit.errors > 0 && cx.cluster.is_current(node, digest, hit.last_error);
    // A line whose time cannot be read may be of any age: it asks and proves nothing.
    let proven = signature.confirmed_by(hit.pattern) && current_error && hit.last_error.is_some();
    let last = hit.last.map_or_else(
        || "When it was written cannot be read, so it may be old.".to_owned(),
        |last| format!("{LAST} {}.", last.format("%Y-%m-%d %H:%M:%S %:z")),
    );
    let sighting = Sighting {
        signature,
        confidence: if proven { bearing } else { Confidence::Inferred },
        seen: times(count),
        detail: last,
        evidence: log_lines(node, hit),
    };
    (count, sighting)
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

/// How long after a start of the worker process its first line may come.
const START_UP: TimeDelta = TimeDelta::minutes(10);

/// The period in which no hit was found, in words, or why the logs are not enough to say so. Enough is a log that reaches
/// from the last start, or from a day before, to the newest line without a hole; so is a node that demonstrably works.
pub(in crate::rules) fn covered(
    cx: &Context,
    node: &Node,
    digest: &LogDigest,
) -> Result<String, MissingEvidence> {
    let again = |why: String| {
        let what = format!("logs of {} from its last start on, or of the last 24 hours", node.name);
        Err(MissingEvidence::again(&node.name, what, why, "with all its logs"))
    };
    if let Some((file, why)) = digest.files.iter().find_map(|file| Some((&file.name, file.broken.as_ref()?)))
    {
        return again(format!("{file} could not be read whole: {why}"));
    }
    let Some(period) = digest.covered(Some(Component::Web)) else {
        return again("no SS.log with time stamps was collected".into());
    };
    let text = |time: DateTime<FixedOffset>| time.format("%Y-%m-%d %H:%M").to_string();
    let [from, to] = [period.from, period.to].map(text);
    let covered = format!("no current hit from {from} to {to}");
    cx.ask("host.worker-started");
    let wanted = (period.to - current_window()).to_utc();
    let wanted = node.worker_started().map_or(wanted, |started| wanted.max(started));
    let holes: Vec<Period> =
        digest.holes(Some(Component::Web)).into_iter().filter(|hole| hole.to.to_utc() > wanted).collect();
    let told: Vec<String> =
        holes.iter().map(|hole| format!("; no line from {} to {}", text(hole.from), text(hole.to))).collect();
    let reaches = period.from.to_utc() <= wanted + START_UP && period.to.to_utc() >= wanted;
    if (reaches && holes.is_empty()) || proved_by_logs(cx, node).is_ok() || works(cx, node).is_ok() {
        return Ok(format!("{covered}{}", told.concat()));
    }
    if let (true, Some(hole)) = (reaches, holes.first()) {
        return again(format!("SS.log has no line from {} to {}", text(hole.from), text(hole.to)));
    }
    let cut = digest.files.iter().any(|file| file.truncated);
    let cut = if cut { ", because logs were cut to the size limit" } else { "" };
    match node.worker_started() {
        Some(started) if period.to.to_utc() < started => {
            again(format!("they end at {to}, before the last start of the worker process"))
        }
        _ => again(format!("they cover {} hours only{cut}", (period.to - period.from).num_hours())),
    }
}

/// Hits that do not count today, or say nothing alone.
fn history(cx: &Context, node: &Node, digest: &LogDigest, signatures: &[&Signature]) -> String {
    let seen = hits(cx, node, digest, signatures)
        .filter(|(_, hit)| bearing(cx, node, hit).is_some())
        .filter_map(|(one, hit)| Some((&one.id, hit.last?)));
    let history: Vec<String> =
        seen.map(|(id, last)| format!("{id} last seen {}", last.format("%Y-%m-%d"))).collect();
    if history.is_empty() { String::new() } else { format!("; history: {}", history.join(", ")) }
}
