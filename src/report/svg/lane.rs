//! One lane of the time axis: bars, marks, and where nothing is known.

use super::table::{both, local, said, title_of};
use super::{ABOVE, BELOW, Scale, hundredths};
use crate::report::model::{Lane, Span};
use crate::report::presentation::{grouped, when};
use serde::Serialize;
use std::fmt::Write as _;

/// Height of entries about work on other machines, which have a scale of their own.
const WORKLOAD: u64 = 9;
/// Height of a row of marks, and the most rows.
const ROW: u64 = 14;
const ROWS: usize = 6;
/// How close two marks of a row may be, in hundredths of a percent of the width.
const APART: i64 = 380;

/// One lane, ready to draw: lengths in percent of the width, or in buckets inside of paths.
#[derive(Serialize)]
pub(super) struct LaneView {
    pub(super) name: String,
    /// Name of the node for the filter of patterns; empty for the others.
    pub(super) node: String,
    /// What is beside the name: the offset, or that the zone is not known.
    pub(super) note: String,
    /// What a screen reader says of it.
    pub(super) label: String,
    pub(super) height: u64,
    pub(super) unsure: bool,
    /// The base line, where there are lines.
    pub(super) line: String,
    pub(super) bars: Vec<Bars>,
    /// Where nothing is known, and where lines are missing.
    pub(super) voids: Vec<Void>,
    pub(super) marks: Vec<MarkView>,
}

#[derive(Serialize)]
pub(super) struct Bars {
    pub(super) kind: &'static str,
    pub(super) d: String,
    pub(super) title: String,
}

#[derive(Serialize)]
pub(super) struct Void {
    pub(super) x: String,
    pub(super) width: String,
    pub(super) hole: bool,
    pub(super) title: String,
}

#[derive(Serialize)]
pub(super) struct MarkView {
    pub(super) kind: &'static str,
    pub(super) x: String,
    pub(super) y: u64,
    pub(super) sure: bool,
    pub(super) title: String,
}

/// A bar's height: in proportion, but never so low that something looks like nothing.
fn height(value: u64, most: u64, room: u64) -> u64 {
    if value == 0 || most == 0 {
        return 0;
    }
    let scaled = u128::from(value) * u128::from(room) / u128::from(most);
    u64::try_from(scaled).unwrap_or(room).clamp(2, room)
}

/// The outline of bars on the base line as one path, a bucket for each unit; down if `down`. Empty without a bar.
pub(super) fn outline(values: &[u64], most: u64, room: u64, base: u64, down: bool) -> String {
    let mut d = String::new();
    let heights: Vec<u64> = values.iter().map(|value| height(*value, most, room)).collect();
    let mut x = 0;
    let mut open = false;
    for run in heights.chunk_by(|a, b| a == b) {
        let (tall, length) = (run.first().copied().unwrap_or(0), run.len());
        let y = if down { base + tall } else { base - tall };
        // A path is text: writing to it cannot fail.
        _ = match (open, tall) {
            (false, 0) => Ok(()),
            (true, 0) => write!(d, "V{base}"),
            (false, _) => write!(d, "M{x} {base}V{y}h{length}"),
            (true, _) => write!(d, "V{y}h{length}"),
        };
        open = tall > 0;
        x += length;
    }
    if open {
        _ = write!(d, "V{base}");
    }
    d
}

/// Lays a lane out; the tallest bars of all lanes are those of known errors, of others, and about other machines.
pub(super) fn lane_view(lane: &Lane, scale: &Scale, most: [u64; 3]) -> LaneView {
    let is_node = lane.kind == "node";
    let name = title_of(lane).to_owned();
    let [known, other, workload] = most;
    let bars = [
        ("work", &lane.workload, workload, WORKLOAD, false, "about work on other machines"),
        ("any", &lane.other, other, ABOVE, false, "not known"),
        ("known", &lane.known, known, BELOW, true, "known"),
    ];
    let bars = bars.into_iter().filter_map(|(kind, values, most, room, down, words)| {
        let d = outline(values, most, room, ABOVE, down);
        let (peak, at) = values.iter().zip(0..).max_by_key(|(count, at)| (**count, usize::MAX - at))?;
        let start = scale.start(at).to_rfc3339();
        let start = both(&start, &local(&start, lane.utc_offset.as_ref()));
        let title =
            format!("{} errors {words}, most from {start}: {}", grouped(values.iter().sum()), grouped(*peak));
        (!d.is_empty()).then_some(Bars { kind, d, title })
    });
    let bars: Vec<Bars> = bars.collect();
    let sum = |values: &[u64]| grouped(values.iter().sum());
    let label = format!(
        "{name}: {} known errors, {} others, {} events; the table below has them",
        sum(&lane.known),
        sum(&lane.other),
        lane.marks.iter().filter(|mark| mark.drawn).count()
    );
    let voids = voids(lane, scale);
    let buckets = scale.seconds / scale.bucket;
    let mut path = String::new();
    let mut draw = |from: i64, to: i64| {
        if from < to {
            let unit = |x: i64| hundredths(x * buckets / 100);
            _ = write!(path, "M{} {ABOVE}.5H{}", unit(from), unit(to));
        }
    };
    let mut silences = lane.silences.iter().filter_map(|span| scale.span(span)).peekable();
    for (mut from, to) in lane.seen.iter().filter_map(|span| scale.span(span)) {
        while let Some((start, end)) = silences.next_if(|(start, _)| *start < to) {
            draw(from, start);
            from = from.max(end);
        }
        draw(from, to);
    }
    let (marks, rows) = place(lane, scale);
    LaneView {
        node: if is_node { name.clone() } else { String::new() },
        name,
        note: match &lane.utc_offset {
            Some(offset) => format!("UTC{offset}"),
            None if is_node && !lane.seen.is_empty() => "time zone unknown".to_owned(),
            None if is_node => "no logs".to_owned(),
            None => "as the nodes log it".to_owned(),
        },
        label,
        height: ABOVE + BELOW + 3 + ROW * rows,
        unsure: is_node && lane.utc_offset.is_none(),
        line: path,
        bars,
        voids,
        marks,
    }
}

/// Where nothing is known of a lane, and where lines are missing.
fn voids(lane: &Lane, scale: &Scale) -> Vec<Void> {
    let mut voids = Vec::new();
    let mut add = |from: i64, to: i64, hole: Option<&Span>| {
        if from < to {
            let title = match hole {
                None => "nothing is known: no log".to_owned(),
                Some(hole) => format!("lines are missing from {} to {}", when(&hole.from), when(&hole.to)),
            };
            voids.push(Void {
                x: hundredths(from),
                width: hundredths(to - from),
                hole: hole.is_some(),
                title,
            });
        }
    };
    let holes: Vec<(i64, i64, &Span)> =
        lane.holes.iter().filter_map(|span| scale.span(span).map(|(from, to)| (from, to, span))).collect();
    let mut at = 0;
    let known = lane.seen.iter().filter_map(|span| scale.span(span));
    let mut known: Vec<(i64, i64)> = known.chain(holes.iter().map(|(from, to, _)| (*from, *to))).collect();
    known.sort_unstable();
    for (from, to) in known {
        add(at, from, None);
        at = at.max(to);
    }
    add(at, 10_000, None);
    for (from, to, hole) in holes {
        add(from, to.max(from + 20), Some(hole));
    }
    voids
}

/// The marks of a lane in rows, so that they do not cover each other, and the number of rows.
fn place(lane: &Lane, scale: &Scale) -> (Vec<MarkView>, u64) {
    let mut ends = [i64::MIN; ROWS];
    let mut used = 0;
    let mut marks = Vec::new();
    for mark in lane.marks.iter().filter(|mark| mark.drawn) {
        let Some(x) = scale.at(&mark.at) else { continue };
        let free = ends.iter().position(|end| end.saturating_add(APART) <= x);
        // Where no row has room, the one whose last mark is farthest.
        let row = free.or_else(|| ends.iter().zip(0..).min().map(|(_, row)| row)).unwrap_or(0);
        if let Some(end) = ends.get_mut(row) {
            *end = x;
        }
        used = used.max(row + 1);
        let y = ABOVE + BELOW + 2 + ROW * u64::try_from(row).unwrap_or(0) + ROW / 2;
        // Half a mark beyond the edge would be cut.
        let x = hundredths(x.clamp(80, 9_920));
        marks.push(MarkView {
            kind: mark.kind,
            x,
            y,
            sure: mark.certain,
            title: format!("{}: {}", both(&mark.at, &mark.local), said(mark)),
        });
    }
    (marks, u64::try_from(used).unwrap_or(0))
}
