//! Known errors by node and time, with the periods the logs cover.

use super::axis::axis;
use super::evidence::view;
use super::patterns::patterns;
use crate::finding::Evidence;
use crate::knowledge::{Knowledge, Signature};
use crate::model::log::{Component, Hit, LogDigest, Origin};
use crate::model::{Cluster, Node};
use crate::report::model::{Covered, Errors, HitView, Timeline, TimelineRow};
use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};

/// Most bars on the time axis.
const BUCKETS: i64 = 48;

pub(super) fn errors(cluster: &Cluster, knowledge: &Knowledge) -> Errors {
    let logged: Vec<(&Node, &LogDigest)> =
        cluster.nodes.iter().filter_map(|node| Some((node, node.snapshot.as_ref()?.logs.value()?))).collect();
    let mut hits: Vec<HitView> = logged
        .iter()
        .flat_map(|(node, digest)| {
            digest.hits.iter().map(|hit| hit_view(cluster, knowledge, node, digest, hit))
        })
        .collect();
    hits.sort_by(|a, b| (!a.current, &a.signature, &a.node).cmp(&(!b.current, &b.signature, &b.node)));
    Errors {
        covered: logged.iter().map(|(node, digest)| covered(node, digest)).collect(),
        hits,
        timeline: timeline(&logged),
        axis: axis(cluster, knowledge),
        first: None,
        patterns: patterns(&logged, knowledge),
        other_entries: logged.iter().map(|(_, digest)| digest.other_entries).sum(),
    }
}

fn covered(node: &Node, digest: &LogDigest) -> Covered {
    let period = digest.covered(None);
    let mut gaps: Vec<String> = Vec::new();
    for file in &digest.files {
        if file.truncated {
            gaps.push(format!("{} was cut to its newest part", file.name));
        }
        if let Some(why) = &file.unread {
            gaps.push(format!("{} was not read: {why}", file.name));
        }
        if let Some(why) = &file.broken {
            gaps.push(format!("{} could not be read whole: {why}", file.name));
        }
    }
    for file in &digest.files {
        if let Some(original) = &file.copy_of {
            gaps.push(format!("{} is a copy of {original} and counts once", file.name));
        }
        if file.late_lines > 0 {
            let lines = if file.late_lines == 1 { "line" } else { "lines" };
            gaps.push(format!(
                "{} has {} {lines} with a time after the collection, which is not used",
                file.name, file.late_lines
            ));
        }
    }
    for hole in digest.holes(Some(Component::Web)) {
        let span = hole.to - hole.from;
        gaps.push(format!(
            "SS.log has no line from {} to {} ({} hours)",
            time(&hole.from, digest),
            time(&hole.to, digest),
            span.num_hours()
        ));
    }
    for name in digest.missing_rolls() {
        gaps.push(format!("{name} is missing between other rolled logs"));
    }
    if digest.files.is_empty() {
        gaps.push("no log was collected".into());
    }
    if !digest.zone_known && period.is_some() {
        gaps.push("the node's time zone is not known, so its times do not compare with other nodes'".into());
    }
    Covered {
        node: node.name.clone(),
        from: period.map(|period| time(&period.from, digest)).unwrap_or_default(),
        to: period.map(|period| time(&period.to, digest)).unwrap_or_default(),
        files: digest.files.len(),
        lines: digest.files.iter().map(|file| file.lines).sum(),
        gaps,
    }
}

pub(super) fn time(time: &DateTime<FixedOffset>, digest: &LogDigest) -> String {
    if digest.zone_known {
        time.to_rfc3339_opts(SecondsFormat::Secs, true)
    } else {
        time.format("%Y-%m-%d %H:%M:%S (zone unknown)").to_string()
    }
}

fn hit_view(cluster: &Cluster, knowledge: &Knowledge, node: &Node, digest: &LogDigest, hit: &Hit) -> HitView {
    let signature = knowledge.signature(&hit.signature);
    let input = node.input();
    HitView {
        signature: hit.signature.clone(),
        title: title(knowledge, signature, hit),
        node: node.name.clone(),
        count: hit.errors + hit.others,
        first: hit.first.map(|first| time(&first, digest)).unwrap_or_default(),
        last: hit.last.map(|last| time(&last, digest)).unwrap_or_default(),
        current: !matches!(hit.origin, Origin::Workload(_)) && cluster.is_current(node, digest, hit.last),
        rule: signature.and_then(|signature| signature.rules.first().cloned()).unwrap_or_default(),
        samples: hit
            .samples
            .iter()
            .map(|sample| {
                view(&Evidence::Text { place: sample.place.in_input(input), excerpt: sample.text.clone() })
            })
            .collect(),
    }
}

/// The error, and what its lines are about if that is not the node.
fn title(knowledge: &Knowledge, signature: Option<&Signature>, hit: &Hit) -> String {
    let title = signature.map_or("", |signature| signature.title.as_str());
    match &hit.origin {
        Origin::Node => title.to_owned(),
        Origin::OtherKey => format!("{title} (of SAML, TLS or a certificate)"),
        Origin::Host(host) => format!("{title} (on {host})"),
        Origin::Workload(id) => {
            let row = knowledge.workload.iter().find(|row| row.id == *id);
            format!("{title} (in {})", row.map_or("work on other machines", |row| row.title.as_str()))
        }
    }
}

/// Errors and known errors of all nodes on one axis of at most [`BUCKETS`] bars.
fn timeline(logged: &[(&Node, &LogDigest)]) -> Timeline {
    let hours: Vec<i64> = logged
        .iter()
        .flat_map(|(_, digest)| {
            digest
                .errors_by_hour
                .keys()
                .copied()
                .chain(digest.hits.iter().flat_map(|hit| hit.by_hour.keys().copied()))
        })
        .collect();
    let (Some(first), Some(last)) = (hours.iter().min().copied(), hours.iter().max().copied()) else {
        return Timeline { from: String::new(), to: String::new(), bucket_hours: 1, rows: Vec::new() };
    };
    let bucket_hours = (last - first) / BUCKETS + 1;
    let buckets = usize::try_from((last - first) / bucket_hours + 1).unwrap_or(1);
    let fill = |counts: &mut dyn Iterator<Item = (i64, u64)>| {
        let mut bars = vec![0; buckets];
        for (hour, count) in counts {
            let at = usize::try_from((hour - first) / bucket_hours).unwrap_or_default();
            if let Some(bar) = bars.get_mut(at) {
                *bar += count;
            }
        }
        bars
    };
    Timeline {
        from: hour_text(first),
        to: hour_text(last + 1),
        bucket_hours,
        rows: logged
            .iter()
            .map(|(node, digest)| TimelineRow {
                node: node.name.clone(),
                errors: fill(&mut digest.errors_by_hour.iter().map(|(hour, count)| (*hour, *count))),
                known: fill(
                    &mut digest
                        .hits
                        .iter()
                        .flat_map(|hit| hit.by_hour.iter().map(|(hour, count)| (*hour, *count))),
                ),
            })
            .collect(),
    }
}

pub(super) fn hour_text(hour: i64) -> String {
    let start = DateTime::<Utc>::UNIX_EPOCH;
    TimeDelta::try_hours(hour)
        .and_then(|since| start.checked_add_signed(since))
        .map(|time| time.to_rfc3339_opts(SecondsFormat::Secs, true))
        .unwrap_or_default()
}
