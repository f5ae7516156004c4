//! What happened first: the lines of all nodes around the first sign of the gravest finding.

use crate::finding::{Evidence, Finding, RuleResult, SubjectKind, is_bundle_safety};
use crate::knowledge::Knowledge;
use crate::model::around::{Around, AroundEntry, AroundQuery, Weight};
use crate::model::log::{Hit, Origin, Sample};
use crate::model::{Cluster, Node, Position};
use crate::plan::all_findings;
use crate::report::model::{FirstLine, Report, WhatFirst};
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};

/// How far before and after the first sign is read: together a quarter of an hour. What led to it counts more.
const BEFORE: TimeDelta = TimeDelta::minutes(10);
const AFTER: TimeDelta = TimeDelta::minutes(5);
/// Most lines.
const MOST: usize = 40;

/// The first sign of an error.
struct Sign {
    title: String,
    anchor: String,
    node: String,
    at: DateTime<FixedOffset>,
    /// Its file and line, if it was kept as a sample.
    line: Option<(String, u64)>,
}

/// What happened around the first sign; `read` gives the entries. `None` without a finding that rests on a log.
pub fn what_first(
    report: &Report,
    cluster: &Cluster,
    results: &[RuleResult],
    knowledge: &Knowledge,
    read: impl FnOnce(&AroundQuery) -> Around,
) -> Option<WhatFirst> {
    let sign = sign(report, cluster, results, knowledge)?;
    let query = AroundQuery { node: sign.node.clone(), at: sign.at.to_utc(), before: BEFORE, after: AFTER };
    let around = read(&query);
    Some(view(&sign, around))
}

/// The first sign of the gravest finding that has a hit with a time.
fn sign(report: &Report, cluster: &Cluster, results: &[RuleResult], knowledge: &Knowledge) -> Option<Sign> {
    let mut findings: Vec<(&str, &Finding)> = all_findings(results)
        .filter(|(_, rule, _)| !is_bundle_safety(rule))
        .map(|(_, rule, finding)| (rule, finding))
        .collect();
    findings.sort_by_cached_key(|(rule, one)| (one.severity, one.confidence, *rule, one.subject.clone()));
    findings.into_iter().find_map(|(rule, finding)| {
        let of_subject =
            |node: &&Node| finding.subject.kind != SubjectKind::Node || finding.subject.name == node.name;
        let hits = cluster.nodes.iter().filter(of_subject).flat_map(|node| hits(node, finding));
        let (node, hit, at) = hits.min_by(|a, b| (a.2, &a.0.name).cmp(&(b.2, &b.0.name)))?;
        let fingerprint = finding.fingerprint(rule);
        let shown = report.findings.iter().find(|view| view.rule == rule && view.fingerprint == fingerprint);
        let title = knowledge.signature(&hit.signature).map_or(&finding.title, |signature| &signature.title);
        Some(Sign {
            title: title.clone(),
            anchor: shown.map_or_else(String::new, |view| view.anchor.clone()),
            node: node.name.clone(),
            at,
            line: hit.samples.iter().find(|sample| sample.time == Some(at)).and_then(line_of),
        })
    })
}

/// The hits on a node that a finding rests on, each with its first time.
fn hits<'a>(
    node: &'a Node,
    finding: &'a Finding,
) -> impl Iterator<Item = (&'a Node, &'a Hit, DateTime<FixedOffset>)> {
    let digest = node.snapshot.as_ref().and_then(|snapshot| snapshot.logs.value());
    let proves = |sample: &Sample| {
        let place = sample.place.in_input(node.input());
        finding
            .evidence
            .iter()
            .any(|evidence| matches!(evidence, Evidence::Text { place: of, .. } if *of == place))
    };
    let wanted = move |hit: &&Hit| {
        let named = finding.signature.as_ref() == Some(&hit.signature);
        !matches!(hit.origin, Origin::Workload(_)) && (named || hit.samples.iter().any(proves))
    };
    let hits = digest.into_iter().flat_map(|digest| &digest.hits).filter(wanted);
    hits.filter_map(move |hit| Some((node, hit, hit.first?)))
}

fn line_of(sample: &Sample) -> Option<(String, u64)> {
    match sample.place.at {
        Some(Position::Line(line)) => Some((sample.place.file.clone(), line.into())),
        _ => None,
    }
}

/// The lines that tell most: the sign, then errors, warnings and others, the nearest first; in order of time.
fn view(sign: &Sign, around: Around) -> WhatFirst {
    let Around { at, mut entries, dropped, mut notes } = around;
    let is_sign = |entry: &AroundEntry| {
        let here = entry.node == sign.node && entry.local == sign.at;
        let (from, to) = entry.lines;
        here && sign
            .line
            .as_ref()
            .is_none_or(|(file, line)| entry.file == *file && (from..=to).contains(line))
    };
    let found = entries.iter().position(is_sign);
    let key = |number: usize, entry: &AroundEntry| {
        (found != Some(number), entry.weight, (entry.at - at).abs(), number)
    };
    let mut order: Vec<_> = entries.iter().enumerate().map(|(number, entry)| key(number, entry)).collect();
    order.sort_unstable();
    let left_out: u64 =
        order.iter().skip(MOST).filter_map(|one| entries.get(one.3)).map(|entry| entry.more + 1).sum();
    let mut shown: Vec<usize> = order.into_iter().take(MOST).map(|one| one.3).collect();
    shown.sort_unstable();
    let mut lines = Vec::new();
    for number in shown {
        let Some(entry) = entries.get_mut(number) else { continue };
        let (first, _) = entry.lines;
        lines.push(FirstLine {
            at: text(&entry.at),
            local: entry.local.format("%Y-%m-%d %H:%M:%S%.3f %:z").to_string(),
            node: std::mem::take(&mut entry.node),
            place: format!("{}:{first}", entry.file),
            level: match entry.weight {
                Weight::Error => "error",
                Weight::Warning => "warning",
                Weight::Other => "",
            },
            text: std::mem::take(&mut entry.text),
            more: entry.more,
            hit: found == Some(number),
        });
    }
    notes.sort();
    notes.dedup();
    WhatFirst {
        title: sign.title.clone(),
        anchor: sign.anchor.clone(),
        node: sign.node.clone(),
        at: text(&at),
        from: text(&(at - BEFORE)),
        to: text(&(at + AFTER)),
        lines,
        left_out: left_out + dropped,
        notes,
    }
}

fn text(time: &DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}
