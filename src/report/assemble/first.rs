//! What happened first: the lines of all nodes around the first sign of the gravest finding.

use crate::finding::{Evidence, Finding, RuleResult, SubjectKind, is_bundle_safety};
use crate::knowledge::Knowledge;
use crate::model::around::{Around, AroundEntry, AroundQuery, Weight};
use crate::model::log::{EntryLevel, Hit, Origin, Pattern, Sample};
use crate::model::{Cluster, Node, Position};
use crate::plan::all_findings;
use crate::report::model::{FirstLine, Report, WhatFirst};
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use std::cmp::Reverse;

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

/// What happened around the first sign; `read` gives the entries. `None` without an error in any log.
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

/// The first sign of the gravest finding that rests on a log, else of the most frequent error.
fn sign(report: &Report, cluster: &Cluster, results: &[RuleResult], knowledge: &Knowledge) -> Option<Sign> {
    let mut findings: Vec<(&str, &Finding)> = all_findings(results)
        .filter(|(_, rule, _)| !is_bundle_safety(rule))
        .map(|(_, rule, finding)| (rule, finding))
        .collect();
    findings.sort_by_cached_key(|(rule, one)| (one.severity, one.confidence, *rule, one.subject.clone()));
    let of_finding = findings.into_iter().find_map(|(rule, finding)| {
        let of_subject =
            |node: &&Node| finding.subject.kind != SubjectKind::Node || finding.subject.name == node.name;
        let hits = cluster.nodes.iter().filter(of_subject).flat_map(|node| hits(node, finding));
        let Trace { node, at, signature, samples } = hits.min_by_key(|hit| (hit.at, &hit.node.name))?;
        let fingerprint = finding.fingerprint(rule);
        let shown = report.findings.iter().find(|view| view.rule == rule && view.fingerprint == fingerprint);
        let known = signature.and_then(|id| knowledge.signature(id));
        let anchor = shown.map_or_else(String::new, |view| view.anchor.clone());
        Some(Sign::of(known.map_or(&finding.title, |known| &known.title), anchor, node, at, samples))
    });
    of_finding.or_else(|| {
        // The most frequent error that is of the node itself.
        let own = |one: &&Pattern| {
            one.key.level == EntryLevel::Error && one.workload.is_none() && one.first.is_some()
        };
        let all =
            cluster.nodes.iter().flat_map(|node| patterns(node).filter(own).map(move |one| (node, one)));
        let (node, pattern) = all.min_by_key(|(node, one)| (Reverse(one.count), &one.key, &node.name))?;
        let said = [&pattern.key.wording, &pattern.key.exception].into_iter().find(|text| !text.is_empty());
        Some(Sign::of(
            said.unwrap_or(&pattern.key.logger),
            String::new(),
            node,
            pattern.first?,
            &pattern.samples,
        ))
    })
}

impl Sign {
    fn of(title: &str, anchor: String, node: &Node, at: DateTime<FixedOffset>, samples: &[Sample]) -> Self {
        let line = samples.iter().find(|sample| sample.time == Some(at)).and_then(line_of);
        Self { title: title.to_owned(), anchor, node: node.name.clone(), at, line }
    }
}

/// Lines of a log that a finding rests on, and when the first of them was written.
struct Trace<'a> {
    node: &'a Node,
    at: DateTime<FixedOffset>,
    signature: Option<&'a str>,
    samples: &'a [Sample],
}

fn patterns(node: &Node) -> impl Iterator<Item = &Pattern> {
    let digest = node.snapshot.as_ref().and_then(|snapshot| snapshot.logs.value());
    digest.into_iter().flat_map(|digest| &digest.patterns)
}

/// What a finding rests on in the logs of a node: known errors, and patterns.
fn hits<'a>(node: &'a Node, finding: &'a Finding) -> impl Iterator<Item = Trace<'a>> {
    let digest = node.snapshot.as_ref().and_then(|snapshot| snapshot.logs.value());
    let proves = move |sample: &Sample| {
        let place = sample.place.in_input(node.input());
        let is_here = |one: &Evidence| matches!(one, Evidence::Text { place: of, .. } if *of == place);
        finding.evidence.iter().any(is_here)
    };
    let wanted = move |hit: &&Hit| {
        let named = finding.signature.as_ref() == Some(&hit.signature);
        !matches!(hit.origin, Origin::Workload(_)) && (named || hit.samples.iter().any(proves))
    };
    let hits = digest.into_iter().flat_map(|digest| &digest.hits).filter(wanted);
    let hits = hits.filter_map(move |hit| {
        Some(Trace { node, at: hit.first?, signature: Some(&hit.signature), samples: &hit.samples })
    });
    let patterns = patterns(node).filter(move |pattern| pattern.samples.iter().any(proves));
    let patterns = patterns.filter_map(move |pattern| {
        Some(Trace { node, at: pattern.first?, signature: None, samples: &pattern.samples })
    });
    hits.chain(patterns)
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
