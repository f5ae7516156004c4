//! What happened when: lanes of nodes, the database and the bus on one axis in UTC.

use super::marks::{Moments, database_moments, node_moments};
use super::spans::{Seconds, Spans};
use crate::knowledge::Knowledge;
use crate::knowledge::signatures::Family;
use crate::model::clocks::{NodeClock, ahead_ms, comparable, readings};
use crate::model::log::{Component, Hit, LogDigest, Origin, Period};
use crate::model::{Cluster, Node};
use crate::report::model::{Axis, Lane, Span};
use chrono::{DateTime, SecondsFormat, Utc};
use std::collections::BTreeMap;

const HOUR: i64 = 3600;
/// Longest axis. Older lines and events are named, and not drawn.
const LONGEST: i64 = 31 * 24 * HOUR;
/// Most buckets, and the widths that one can have, in hours: days begin with a bucket.
const BUCKETS: i64 = 96;
const WIDTHS: [i64; 7] = [1, 2, 3, 4, 6, 8, 12];
/// How far off the times of a log may be whose zone is not known.
const ANY_ZONE: i64 = 14 * HOUR;
/// How far before the logs something is still drawn at least.
const REACH: i64 = 24 * HOUR;
/// The shortest silence that is shown.
const SILENCE: i64 = HOUR;

/// Entries by hour: of known errors, of others, about work on other machines.
type Density = BTreeMap<i64, [u64; 3]>;

/// A lane before the axis is known.
struct Draft {
    lane: Lane,
    density: Density,
    seen: Spans,
    holes: Spans,
    silences: Spans,
    moments: Moments,
}

/// The axis of a case; without any time it is empty.
pub(super) fn axis(cluster: &Cluster, knowledge: &Knowledge) -> Axis {
    let clocks: Vec<NodeClock> = cluster.nodes.iter().flat_map(readings).collect();
    let clocks = comparable(&clocks);
    let mut notes = Vec::new();
    let mut drafts: Vec<Draft> = cluster.nodes.iter().map(|node| draft(node, &clocks, &mut notes)).collect();
    let seen = Spans::of(drafts.iter().flat_map(|draft| draft.seen.iter()));
    drafts.extend(shared(cluster, knowledge, &clocks, &seen));
    clock_notes(cluster, &clocks, &mut notes);

    let Some((from, to)) = bounds(&drafts) else { return Axis { notes, ..Axis::default() } };
    let hours = (to - from).div_euclid(HOUR) + 1;
    let width = WIDTHS.into_iter().find(|width| hours / width < BUCKETS).unwrap_or(12);
    let step = width * HOUR;
    let (from, to) = (from.div_euclid(step) * step, (to.div_euclid(step) + 1) * step);
    for draft in &drafts {
        let early = draft.seen.bounds().is_some_and(|(first, _)| first < from);
        if early && draft.lane.kind == "node" {
            notes.push(format!(
                "{} has log lines from before {}, which are not drawn.",
                draft.lane.name,
                text(from)
            ));
        }
    }
    let lanes = drafts.into_iter().map(|draft| draft.on((from, to), step)).collect();
    Axis { from: text(from), to: text(to), bucket_hours: width, lanes, notes }
}

/// What is known of a node.
fn draft(node: &Node, clocks: &[NodeClock], notes: &mut Vec<String>) -> Draft {
    let corrected_ms = ahead_ms(node, clocks);
    let shift = -corrected_ms.div_euclid(1000);
    let mut lane = Lane { kind: "node", name: node.name.clone(), corrected_ms, ..Lane::default() };
    let logs = node.snapshot.as_ref().and_then(|snapshot| snapshot.logs.value());
    if let Some(snapshot) = &node.snapshot {
        let zone_known = logs.is_none_or(|digest| digest.zone_known);
        lane.utc_offset = zone_known.then(|| snapshot.ended.offset().to_string());
        if !zone_known {
            notes.push(format!(
                "The time zone of the logs of {} is not known: they are drawn as if they were in UTC, and may be up to \
                 14 hours off.",
                node.name
            ));
        }
    }
    let (mut seen, mut holes, mut silences) = <(Spans, Spans, Spans)>::default();
    let mut density = Density::new();
    if let (Some(digest), Some(snapshot)) = (logs, &node.snapshot) {
        // No line can be later than the collection.
        let last = snapshot.ended.timestamp() + if digest.zone_known { 60 } else { ANY_ZONE };
        let possible = (i64::MIN / 4, last);
        let covered = Spans::of(digest.covered(None).as_ref().map(seconds)).within(possible);
        holes = Spans::of(
            [Some(Component::Web), None].iter().flat_map(|one| digest.holes(*one)).map(|hole| seconds(&hole)),
        );
        holes = holes.within(covered.bounds().unwrap_or((0, 0)));
        let speaking = Spans::of(digest.files.iter().flat_map(|file| {
            let gaps = Spans::of(file.gaps.iter().map(seconds));
            Spans::of(file.period.as_ref().map(seconds)).without(&gaps).iter().collect::<Vec<_>>()
        }));
        silences = covered.without(&speaking).without(&holes).at_least(SILENCE);
        seen = covered.without(&Spans::of(digest.holes(None).iter().map(seconds)));
        let moved = |hour: i64| (hour * HOUR + HOUR / 2 + shift).div_euclid(HOUR);
        for (hour, counts) in entries(digest).into_iter().filter(|(hour, _)| *hour <= last.div_euclid(HOUR)) {
            add(&mut density, moved(hour), counts);
        }
        (seen, holes, silences) = (seen.moved(shift), holes.moved(shift), silences.moved(shift));
    }
    Draft { lane, density, seen, holes, silences, moments: node_moments(node, shift) }
}

/// Entries at error level by hour: known, other, about work on other machines.
fn entries(digest: &LogDigest) -> Density {
    let mut density = Density::new();
    for (hour, errors) in &digest.errors_by_hour {
        let workload = digest.workload_by_hour.get(hour).copied().unwrap_or(0).min(*errors);
        add(&mut density, *hour, [0, errors - workload, workload]);
    }
    for hit in digest.hits.iter().filter(|hit| !matches!(hit.origin, Origin::Workload(_))) {
        for (hour, count) in &hit.by_hour {
            let [known, other, _] = density.entry(*hour).or_default();
            *known += count;
            *other = other.saturating_sub(*count);
        }
    }
    density
}

fn add(density: &mut Density, hour: i64, counts: [u64; 3]) {
    let sums = density.entry(hour).or_default();
    sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
}

/// Lanes of the database and of the bus, where anything is known of them: the errors with them that nodes log.
fn shared(cluster: &Cluster, knowledge: &Knowledge, clocks: &[NodeClock], seen: &Spans) -> Vec<Draft> {
    let lane = |kind, family: Family, moments| {
        let mut density = Density::new();
        for node in &cluster.nodes {
            let Some(digest) = node.snapshot.as_ref().and_then(|snapshot| snapshot.logs.value()) else {
                continue;
            };
            let shift = -ahead_ms(node, clocks).div_euclid(1000);
            let of_family = |hit: &&Hit| {
                let signature = knowledge.signature(&hit.signature);
                !matches!(hit.origin, Origin::Workload(_))
                    && signature.is_some_and(|one| one.family == family)
            };
            for (hour, count) in digest.hits.iter().filter(of_family).flat_map(|hit| &hit.by_hour) {
                add(&mut density, (hour * HOUR + HOUR / 2 + shift).div_euclid(HOUR), [*count, 0, 0]);
            }
        }
        let (holes, silences) = <(Spans, Spans)>::default();
        let lane = Lane { kind, ..Lane::default() };
        Draft { lane, density, seen: seen.clone(), holes, silences, moments }
    };
    let lanes = [
        lane("database", Family::Database, database_moments(cluster)),
        lane("bus", Family::Bus, Moments::default()),
    ];
    lanes.into_iter().filter(|one| !one.density.is_empty() || !one.moments.is_empty()).collect()
}

/// How the clocks of the nodes compare, where there are several.
fn clock_notes(cluster: &Cluster, clocks: &[NodeClock], notes: &mut Vec<String>) {
    let with_bundle: Vec<&Node> = cluster.nodes.iter().filter(|node| node.bundle().is_some()).collect();
    if with_bundle.len() < 2 {
        return;
    }
    for node in &with_bundle {
        let ms = ahead_ms(node, clocks);
        if let Some(clock) = clocks.iter().find(|clock| std::ptr::eq(clock.node, *node)).filter(|_| ms != 0) {
            let word = if ms > 0 { "ahead of" } else { "behind" };
            notes.push(format!(
                "The clock of {} was {}.{} s {word} \"{}\" when it was collected (give or take {} ms); its times are \
                 corrected by that.",
                node.name,
                ms.unsigned_abs() / 1000,
                ms.unsigned_abs() % 1000 / 100,
                clock.reference.source,
                clock.reference.uncertainty_ms
            ));
        }
    }
    let compared = |node: &&&Node| clocks.iter().any(|clock| std::ptr::eq(clock.node, **node));
    let names: Vec<&str> = with_bundle
        .iter()
        .filter(|node| clocks.len() < 2 || !compared(node))
        .map(|node| node.name.as_str())
        .collect();
    if !names.is_empty() {
        notes.push(format!(
            "No reference shows how the clocks of {} compare, so events on different nodes may be in another order.",
            names.join(", ")
        ));
    }
}

/// What the axis covers: the logs of all nodes, or the records of Windows where there is no log, at most [`LONGEST`], and
/// what happened within once that length before.
fn bounds(drafts: &[Draft]) -> Option<Seconds> {
    let logs = drafts.iter().filter_map(|draft| draft.seen.bounds());
    let all = || drafts.iter().flat_map(|draft| draft.moments.iter());
    let collected = all().filter(|moment| moment.kind == "collected").map(|moment| moment.at).max();
    let events = all().filter(|moment| moment.is_event && collected.is_none_or(|end| moment.at <= end));
    let events = || Spans::of(events.map(|moment| (moment.at, moment.at.saturating_add(1)))).bounds();
    let recent = || collected.map(|at| (at - REACH, at));
    let (mut from, mut to) = Spans::of(logs).bounds().or_else(events).or_else(recent)?;
    from = from.max(to - LONGEST);
    let reach = (to - from).max(REACH);
    let (before, after) = (from - reach, to + REACH);
    for at in all().map(|moment| moment.at).filter(|at| (before..=after).contains(at)) {
        (from, to) = (from.min(at), to.max(at));
    }
    Some((from.max(to - LONGEST), to))
}

impl Draft {
    /// The lane on an axis with buckets of `step` seconds.
    fn on(self, axis: Seconds, step: i64) -> Lane {
        let (from, to) = axis;
        let buckets = usize::try_from((to - from) / step).unwrap_or_default();
        let mut counts = [vec![0_u64; buckets], vec![0; buckets], vec![0; buckets]];
        for (hour, entries) in &self.density {
            let at = usize::try_from((hour * HOUR - from).div_euclid(step)).ok();
            for (bars, count) in counts.iter_mut().zip(entries) {
                if let Some(bar) = at.and_then(|at| bars.get_mut(at)) {
                    *bar += count;
                }
            }
        }
        let [known, other, workload] = counts;
        let spans = |spans: &Spans| {
            let within = spans.within(axis);
            within.iter().map(|(from, to)| Span { from: text(from), to: text(to) }).collect()
        };
        let marks = self.moments.into_marks(axis, step);
        Lane {
            known,
            other,
            workload,
            seen: spans(&self.seen),
            holes: spans(&self.holes),
            silences: spans(&self.silences),
            marks,
            ..self.lane
        }
    }
}

fn seconds(period: &Period) -> Seconds {
    (period.from.timestamp(), period.to.timestamp().max(period.from.timestamp() + 1))
}

/// A time as text.
pub(super) fn text(seconds: i64) -> String {
    let time = DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
