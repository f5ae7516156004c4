//! What happened between the last good and the first bad moment, in order of time.

use super::snapshot::Snapshot;
use super::view::{Change, ChangedFinding, Moment, Moments};
use chrono::{DateTime, SecondsFormat, Utc};
use std::collections::BTreeSet;

/// Most rows.
const ROWS: usize = 40;

/// A moment of a report: RFC 3339, or as people write it with an offset or UTC.
pub(super) fn utc(time: &str) -> Option<DateTime<Utc>> {
    let plain = time.replace(" UTC", " +00:00");
    DateTime::parse_from_rfc3339(time)
        .or_else(|_| DateTime::parse_from_str(&plain, "%Y-%m-%d %H:%M:%S %:z"))
        .ok()
        .map(|time| time.with_timezone(&Utc))
}

pub(super) fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The rows between the earlier evidence and the first sign of what is new or worse; none if nothing is, or if the
/// earlier evidence is not the older one.
pub(super) fn moments(before: &Snapshot, after: &Snapshot, findings: &[ChangedFinding]) -> Option<Moments> {
    let new: Vec<&ChangedFinding> =
        findings.iter().filter(|one| matches!(one.change, Change::New | Change::Worse)).collect();
    if new.is_empty() {
        return None;
    }
    let good = utc(&before.moment())?;
    let end = utc(&after.moment())?;
    let signs = signs(before, after, &new);
    let later = signs.iter().filter(|(at, _, _)| *at > good && *at <= end);
    let (bad, sign) = match later.clone().min() {
        Some((at, node, text)) => (*at, format!("{node}: {text}")),
        None => (end, "the new findings, when this evidence was collected".to_owned()),
    };
    if bad <= good {
        return None;
    }
    let lanes = after.errors.axis.iter().flat_map(|axis| &axis.lanes);
    let marks = lanes.flat_map(|lane| {
        let collected = lane.marks.iter().filter(|mark| mark.kind != "collected");
        collected.filter_map(|mark| {
            let at = utc(&mark.at).filter(|at| *at > good && *at <= bad)?;
            Some(Moment {
                at: text(at),
                node: lane.name.clone(),
                text: mark.text.clone(),
                place: mark.place.clone(),
                certain: mark.certain,
            })
        })
    });
    let first = signs.iter().filter(|(at, _, _)| *at > good && *at <= bad).map(|(at, node, sign)| Moment {
        at: text(*at),
        node: node.clone(),
        text: format!("first seen: {sign}"),
        place: String::new(),
        certain: true,
    });
    let mut rows: Vec<Moment> = marks.chain(first).collect();
    rows.sort();
    rows.dedup();
    let more = rows.len().saturating_sub(ROWS);
    rows.drain(..more);
    Some(Moments { good: text(good), bad: text(bad), sign, rows, more })
}

type Sign = (DateTime<Utc>, String, String);

/// First times of what is new: known errors of new findings, and wordings that no log had then.
fn signs(before: &Snapshot, after: &Snapshot, new: &[&ChangedFinding]) -> Vec<Sign> {
    let hits = after.errors.hits.iter().filter(|hit| new.iter().any(|one| one.rule == hit.rule));
    let hits = hits.filter_map(|hit| Some((utc(&hit.first)?, hit.node.clone(), hit.title.clone())));
    let known: BTreeSet<&str> = before.errors.patterns.iter().map(|one| one.id.as_str()).collect();
    let wordings = after.errors.patterns.iter();
    let wordings = wordings
        .filter(|one| one.level == "error" && one.workload.is_empty() && !known.contains(one.id.as_str()))
        .flat_map(|one| {
            one.nodes.iter().filter_map(move |node| {
                Some((utc(&node.first)?, node.node.clone(), one.wording.chars().take(160).collect()))
            })
        });
    hits.chain(wordings).collect()
}
