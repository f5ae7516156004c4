//! The time axis as tables.

use super::Scale;
use crate::report::model::{Lane, Mark};
use crate::report::presentation::{grouped, moment, when};
use chrono::FixedOffset;
use serde::Serialize;

/// Most rows of the table of errors.
const PERIODS: usize = 12;

/// Something that happened, or a hole.
#[derive(Serialize)]
pub(super) struct Happened {
    pub(super) at: String,
    pub(super) local: String,
    pub(super) lane: String,
    pub(super) text: String,
}

/// Errors of each node in a period.
#[derive(Serialize)]
pub(super) struct PeriodRow {
    pub(super) from: String,
    pub(super) counts: Vec<String>,
}

/// A time in UTC with that of a clock, as far as the two differ; the day is said where it is another.
pub(super) fn both(utc: &str, local: &str) -> String {
    let (utc, local) = (when(utc), when(local));
    match (utc.split_once(' '), local.split_once(' ')) {
        _ if local.is_empty() || local == utc => utc,
        (Some((day, _)), Some((other, time))) if day == other => format!("{utc} ({time})"),
        _ => format!("{utc} ({local})"),
    }
}

/// A time in UTC as a clock with this offset shows it; empty if the offset is not known.
pub(super) fn local(utc: &str, offset: Option<&String>) -> String {
    let offset = offset.and_then(|offset| offset.parse::<FixedOffset>().ok());
    let local = moment(utc).zip(offset).map(|(time, offset)| time.with_timezone(&offset).to_rfc3339());
    local.unwrap_or_default()
}

/// What a mark says, without its time.
pub(super) fn said(mark: &Mark) -> String {
    let times = if mark.count > 1 { format!(", {} times", grouped(mark.count)) } else { String::new() };
    let unsure = if mark.certain { "" } else { ", time not certain" };
    format!("{}{times}{unsure}", mark.text)
}

/// What a lane is called.
pub(super) fn title_of(lane: &Lane) -> &str {
    match lane.kind {
        "database" => "Database",
        "bus" => "Message bus",
        _ => &lane.name,
    }
}

/// All marks and holes of all lanes in order of time; the earlier ones too, which the drawing has no room for.
pub(super) fn happened(lanes: &[Lane]) -> Vec<Happened> {
    let mut rows: Vec<(&str, Happened)> = Vec::new();
    for lane in lanes {
        let title = || title_of(lane).to_owned();
        for mark in &lane.marks {
            let row =
                Happened { at: when(&mark.at), local: when(&mark.local), lane: title(), text: said(mark) };
            rows.push((&mark.at, row));
        }
        for hole in &lane.holes {
            let text = format!("lines are missing until {}", when(&hole.to));
            let local = when(&local(&hole.from, lane.utc_offset.as_ref()));
            rows.push((&hole.from, Happened { at: when(&hole.from), local, lane: title(), text }));
        }
    }
    rows.sort_by(|(a, row), (b, other)| (a, &row.lane, &row.text).cmp(&(b, &other.lane, &other.text)));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Errors of the nodes in at most [`PERIODS`] periods; those without any are left out.
pub(super) fn periods(nodes: &[&Lane], scale: &Scale, buckets: usize) -> Vec<PeriodRow> {
    let each = buckets.div_ceil(PERIODS).max(1);
    let sum = |values: &[u64], from: usize| values.iter().skip(from).take(each).sum::<u64>();
    let starts = (0..buckets).step_by(each);
    // A local time beside a row is that of every node.
    let offset = nodes.first().and_then(|lane| lane.utc_offset.as_ref());
    let offset = offset.filter(|offset| nodes.iter().all(|lane| lane.utc_offset.as_ref() == Some(*offset)));
    let rows = starts.filter_map(|from| {
        let counts: Vec<[u64; 3]> = nodes
            .iter()
            .map(|lane| [sum(&lane.known, from), sum(&lane.other, from), sum(&lane.workload, from)])
            .collect();
        let any = counts.iter().flatten().any(|count| *count > 0);
        let text = |[known, other, workload]: &[u64; 3]| {
            format!("{} / {} / {}", grouped(*known), grouped(*other), grouped(*workload))
        };
        let from = scale.start(from).to_rfc3339();
        let from = both(&from, &local(&from, offset));
        any.then(|| PeriodRow { from, counts: counts.iter().map(text).collect() })
    });
    rows.collect()
}
