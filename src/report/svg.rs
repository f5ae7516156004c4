//! Geometry of the timeline. The template draws it, so that every text in it passes the page's escaper.

use super::model::Timeline;
use super::presentation::{moment, when};
use chrono::TimeDelta;
use serde::Serialize;

/// Width of a bucket, in units of the drawing.
const BUCKET: u64 = 100;
/// Buckets from which on bars fill theirs; with fewer they stay as narrow as they would be then.
const MANY: u64 = 24;
/// Height of the bars above the base line: lines at error level.
const ABOVE: u64 = 30;
/// Height of the bars below it: hits of known errors.
const BELOW: u64 = 18;

/// The timeline, ready to draw.
#[derive(Serialize)]
pub(super) struct Chart {
    /// Width of the drawing.
    width: u64,
    /// Height of the drawing.
    height: u64,
    /// Width of a bar.
    bar: u64,
    /// Height of the base line.
    base: u64,
    /// Tallest bar above, in lines a bucket, over all nodes: they share one scale.
    most_errors: u64,
    /// Tallest bar below, in hits a bucket.
    most_known: u64,
    /// Start, middle and end of the axis, as text.
    ticks: [String; 3],
    /// One row a node.
    rows: Vec<Row>,
    /// The same as a table: buckets in which anything happened.
    table: Vec<Line>,
}

/// The bars of one node.
#[derive(Serialize)]
struct Row {
    node: String,
    errors: u64,
    known: u64,
    bars: Vec<Bar>,
}

/// One bar.
#[derive(Serialize)]
struct Bar {
    kind: &'static str,
    x: u64,
    y: u64,
    height: u64,
    title: String,
}

/// One line of the table.
#[derive(Serialize)]
struct Line {
    from: String,
    counts: Vec<Count>,
}

/// One cell of the table.
#[derive(Serialize)]
struct Count {
    errors: u64,
    known: u64,
}

/// A bar's height: in proportion, but never so low that something looks like nothing.
fn height(value: u64, most: u64, room: u64) -> u64 {
    if value == 0 || most == 0 {
        return 0;
    }
    let scaled = u128::from(value) * u128::from(room) / u128::from(most);
    u64::try_from(scaled).unwrap_or(room).clamp(2, room)
}

/// Lays the timeline out; `None` when it holds nothing to show.
pub(super) fn chart(timeline: &Timeline) -> Option<Chart> {
    let buckets = timeline.rows.iter().map(|row| row.errors.len().max(row.known.len())).max().unwrap_or(0);
    if buckets == 0 {
        return None;
    }
    let start = moment(&timeline.from);
    let label = |bucket: usize| {
        let hours = i64::try_from(bucket).ok()?.checked_mul(timeline.bucket_hours)?;
        let time = start?.checked_add_signed(TimeDelta::try_hours(hours)?)?;
        Some(when(&time.to_rfc3339()))
    };
    let name = |bucket: usize| label(bucket).unwrap_or_else(|| format!("period {}", bucket + 1));
    let at = |counts: &[u64], bucket: usize| counts.get(bucket).copied().unwrap_or(0);
    let most_errors = timeline.rows.iter().flat_map(|row| &row.errors).copied().max().unwrap_or(0);
    let most_known = timeline.rows.iter().flat_map(|row| &row.known).copied().max().unwrap_or(0);

    let rows = timeline
        .rows
        .iter()
        .map(|row| {
            let mut bars = Vec::new();
            for (bucket, x) in (0..buckets).zip((0_u64..).step_by(usize::try_from(BUCKET).unwrap_or(1))) {
                let (errors, known) = (at(&row.errors, bucket), at(&row.known, bucket));
                let up = height(errors, most_errors, ABOVE);
                let down = height(known, most_known, BELOW);
                if up > 0 {
                    let title = format!("{}: {errors} lines at error level", name(bucket));
                    bars.push(Bar { kind: "any", x, y: ABOVE - up, height: up, title });
                }
                if down > 0 {
                    let title = format!("{}: {known} known errors", name(bucket));
                    bars.push(Bar { kind: "known", x, y: ABOVE + 1, height: down, title });
                }
            }
            Row {
                node: row.node.clone(),
                errors: row.errors.iter().sum(),
                known: row.known.iter().sum(),
                bars,
            }
        })
        .collect();
    let table = (0..buckets)
        .map(|bucket| Line {
            from: name(bucket),
            counts: timeline
                .rows
                .iter()
                .map(|row| Count { errors: at(&row.errors, bucket), known: at(&row.known, bucket) })
                .collect(),
        })
        .filter(|line| line.counts.iter().any(|count| count.errors + count.known > 0))
        .collect();
    let ticks = [when(&timeline.from), label(buckets / 2).unwrap_or_default(), when(&timeline.to)];
    let count = u64::try_from(buckets).unwrap_or(1);
    Some(Chart {
        width: BUCKET * count,
        bar: (BUCKET * 4 / 5 * count.min(MANY) / MANY).max(1),
        height: ABOVE + 1 + BELOW,
        base: ABOVE,
        most_errors,
        most_known,
        ticks,
        rows,
        table,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::TimelineRow;

    fn timeline(errors: Vec<u64>, known: Vec<u64>) -> Timeline {
        Timeline {
            from: "2026-11-18T22:00:00Z".into(),
            to: "2026-11-19T02:00:00Z".into(),
            bucket_hours: 2,
            rows: vec![TimelineRow { node: "WEB01".into(), errors, known }],
        }
    }

    #[test]
    fn one_error_among_thousands_is_still_seen() {
        let chart = chart(&timeline(vec![5_000, 1], vec![0, 1])).unwrap();
        let bars: Vec<_> = chart.rows[0].bars.iter().map(|bar| (bar.kind, bar.x, bar.height)).collect();
        assert_eq!(bars, [("any", 0, 30), ("any", 100, 2), ("known", 100, 18)]);
        assert_eq!(chart.rows[0].bars[1].title, "2026-11-19 00:00 UTC: 1 lines at error level");
        assert_eq!(chart.table.len(), 2);
    }

    #[test]
    fn nothing_to_show_is_no_chart() {
        assert!(chart(&timeline(vec![], vec![])).is_none());
    }
}
