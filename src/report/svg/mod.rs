//! Geometry of the time axis. The template draws it, so that every text in it passes the page's escaper.

mod lane;
mod table;

use self::lane::{LaneView, lane_view};
use self::table::{Happened, PeriodRow, happened, periods};
use super::model::{Axis, Lane, MARKS, Span};
use super::presentation::{moment, when};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

/// Height of the bars above the base line: entries at error level.
const ABOVE: u64 = 26;
/// Height of the bars below it: known errors.
const BELOW: u64 = 14;
/// Most labels below the lanes, and the hours between two.
const TICKS: i64 = 9;
const TICK_HOURS: [i64; 9] = [1, 2, 3, 6, 12, 24, 48, 96, 168];

/// What each kind of mark is called in the legend, in the order of [`MARKS`].
const WORDS: [&str; 9] = [
    "crash, pool failure or error of Windows",
    "start or stop of Windows",
    "upgrade of the database",
    "start of the worker process",
    "newest program file",
    "configuration changed",
    "clock set, or a problem of the time service",
    "collected",
    "worker process ended or recycled",
];

/// The axis, ready to draw.
#[derive(Serialize)]
pub(super) struct Chart {
    from: String,
    to: String,
    /// Hours since the Unix epoch at its start, and how many it has.
    from_hour: i64,
    hours: i64,
    bucket_hours: i64,
    buckets: usize,
    /// Height of the density of a lane, and where its base line is.
    density: u64,
    base: u64,
    /// Tallest bars over all lanes, which share one scale.
    most_other: u64,
    most_known: u64,
    most_workload: u64,
    /// Lines at the ticks.
    grid: String,
    /// Lines through all lanes where the database was upgraded.
    upgrades: String,
    ticks: Vec<Tick>,
    lanes: Vec<LaneView>,
    /// Kinds of marks that occur.
    legend: Vec<Legend>,
    hatched: bool,
    /// Everything that happened, as a table.
    happened: Vec<Happened>,
    /// Errors by period.
    periods: Vec<PeriodRow>,
    columns: Vec<String>,
}

#[derive(Serialize)]
struct Tick {
    x: String,
    label: String,
}

#[derive(Serialize)]
struct Legend {
    kind: &'static str,
    word: &'static str,
}

/// The scale of the axis.
struct Scale {
    from: DateTime<Utc>,
    seconds: i64,
    bucket: i64,
}

impl Scale {
    /// Hundredths of a percent from the left.
    fn at(&self, time: &str) -> Option<i64> {
        let since = (moment(time)?.to_utc() - self.from).num_seconds();
        i64::try_from(i128::from(since.clamp(0, self.seconds)) * 10_000 / i128::from(self.seconds)).ok()
    }

    /// From and to of a span in hundredths of a percent.
    fn span(&self, span: &Span) -> Option<(i64, i64)> {
        Some((self.at(&span.from)?, self.at(&span.to)?))
    }

    /// The start of a bucket.
    fn start(&self, bucket: usize) -> DateTime<Utc> {
        let seconds = i64::try_from(bucket).unwrap_or_default().saturating_mul(self.bucket);
        TimeDelta::try_seconds(seconds)
            .and_then(|time| self.from.checked_add_signed(time))
            .unwrap_or(self.from)
    }
}

/// Hundredths as a number: 1250 as `12.5`.
fn hundredths(number: i64) -> String {
    let text = format!("{}.{:02}", number / 100, number % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The axis ready to draw; `None` if nothing has a time.
pub(super) fn chart(axis: &Axis) -> Option<Chart> {
    let (from, to) = (moment(&axis.from)?.to_utc(), moment(&axis.to)?.to_utc());
    let seconds = (to - from).num_seconds();
    let bucket = axis.bucket_hours.checked_mul(3600).filter(|bucket| *bucket > 0 && seconds > 0)?;
    let scale = Scale { from, seconds, bucket };
    let buckets = usize::try_from(seconds / bucket).ok()?;
    let drawn = |lane: &&Lane| {
        let counts = lane.known.iter().any(|count| *count > 0);
        let seen = lane.kind == "node" && !lane.seen.is_empty();
        seen || counts || lane.marks.iter().any(|mark| mark.drawn)
    };
    let shown: Vec<&Lane> = axis.lanes.iter().filter(drawn).collect();
    let nodes = || shown.iter().filter(|lane| lane.kind == "node");
    let most = |of: fn(&Lane) -> &Vec<u64>| axis.lanes.iter().flat_map(of).copied().max().unwrap_or(0);
    let (most_known, most_other, most_workload) =
        (most(|lane| &lane.known), most(|lane| &lane.other), most(|lane| &lane.workload));
    let lanes: Vec<LaneView> =
        shown.iter().map(|lane| lane_view(lane, &scale, [most_known, most_other, most_workload])).collect();
    let occurs =
        |kind: &str| shown.iter().flat_map(|lane| &lane.marks).any(|mark| mark.drawn && mark.kind == kind);
    let legend = MARKS.into_iter().zip(WORDS).filter(|(kind, _)| occurs(kind));
    let ticks = ticks(&scale);
    let grid = ticks
        .iter()
        .map(|(hour, _)| format!("M{} 0V{}", hundredths(hour * 360_000 / scale.bucket), ABOVE + BELOW + 1));
    let grid = grid.collect();
    let marks =
        axis.lanes.iter().flat_map(|lane| &lane.marks).filter(|mark| mark.drawn && mark.kind == "upgrade");
    let upgrades = marks.filter_map(|mark| {
        let x = i64::try_from(buckets).ok()?.checked_mul(scale.at(&mark.at)?)? / 100;
        Some(format!("M{} 0V{}", hundredths(x), ABOVE + BELOW + 1))
    });
    Some(Chart {
        from: when(&axis.from),
        to: when(&axis.to),
        from_hour: from.timestamp().div_euclid(3600),
        hours: seconds / 3600,
        bucket_hours: axis.bucket_hours,
        buckets,
        density: ABOVE + BELOW + 1,
        base: ABOVE,
        most_other,
        most_known,
        most_workload,
        grid,
        upgrades: upgrades.collect(),
        ticks: ticks
            .into_iter()
            .map(|(hour, label)| Tick { x: hundredths(hour * 36_000_000 / seconds), label })
            .collect(),
        hatched: lanes.iter().any(|lane| !lane.voids.is_empty()),
        lanes,
        legend: legend.map(|(kind, word)| Legend { kind, word }).collect(),
        happened: happened(&axis.lanes),
        periods: periods(&nodes().copied().collect::<Vec<_>>(), &scale, buckets),
        columns: nodes().map(|lane| lane.name.clone()).collect(),
    })
}

/// Labels below the lanes with their hours from the left: the day at midnight, else the hour.
fn ticks(scale: &Scale) -> Vec<(i64, String)> {
    let hours = scale.seconds / 3600;
    let step = TICK_HOURS.into_iter().find(|step| hours / step < TICKS).unwrap_or(168);
    let first = scale.from.timestamp().div_euclid(3600);
    let from = (first + step - 1).div_euclid(step) * step;
    let tick = |hour: i64| {
        let time = DateTime::<Utc>::from_timestamp(hour * 3600, 0)?;
        let label = if hour.rem_euclid(24) == 0 { time.format("%b %-d") } else { time.format("%H:%M") };
        Some((hour - first, label.to_string()))
    };
    (0..=TICKS)
        .map(|number| from + number * step)
        .take_while(|hour| hour - first < hours)
        .filter_map(tick)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::lane::outline;
    use super::*;
    use crate::report::model::Mark;

    fn lane(known: Vec<u64>, other: Vec<u64>, marks: Vec<Mark>) -> Lane {
        let span = |from: &str, to: &str| Span { from: from.into(), to: to.into() };
        Lane {
            kind: "node",
            name: "WEB01".into(),
            utc_offset: Some("+01:00".into()),
            workload: vec![0; known.len()],
            known,
            other,
            seen: vec![span("2026-11-19T00:00:00Z", "2026-11-19T06:00:00Z")],
            marks,
            ..Lane::default()
        }
    }

    fn mark(kind: &'static str, at: &str, drawn: bool) -> Mark {
        let local = moment(at).map_or_else(String::new, |time| {
            time.with_timezone(&chrono::FixedOffset::east_opt(3600).unwrap()).to_rfc3339()
        });
        let text = format!("{kind} of it");
        Mark { kind, at: at.into(), local, text, count: 1, place: String::new(), certain: true, drawn }
    }

    /// Four buckets of two hours.
    fn axis(lanes: Vec<Lane>) -> Axis {
        let (from, to) = ("2026-11-18T22:00:00Z".into(), "2026-11-19T06:00:00Z".into());
        Axis { from, to, bucket_hours: 2, lanes, notes: Vec::new() }
    }

    #[test]
    fn one_error_among_thousands_is_still_seen() {
        let chart = chart(&axis(vec![lane(vec![0, 1, 0, 0], vec![5_000, 1, 0, 1], vec![])])).unwrap();
        let bars: Vec<_> = chart.lanes[0].bars.iter().map(|bars| (bars.kind, bars.d.as_str())).collect();
        assert_eq!(bars, [("any", "M0 26V0h1V24h1V26M3 26V24h1V26"), ("known", "M1 26V40h1V26")]);
        let peak =
            "5\u{202f}002 errors not known, most from 2026-11-18 22:00 UTC (23:00 +01:00): 5\u{202f}000";
        assert_eq!(chart.lanes[0].bars[0].title, peak);
        assert_eq!(chart.periods.len(), 3, "a period without an error has no row");
        assert_eq!(chart.periods[1].from, "2026-11-19 00:00 UTC (01:00 +01:00)");
    }

    #[test]
    fn equal_bars_are_one_step_of_the_path() {
        assert_eq!(outline(&[0, 3, 3, 3, 0, 0], 3, 10, 26, false), "M1 26V16h3V26");
        assert_eq!(outline(&[0, 0], 3, 10, 26, true), "");
        assert_eq!(outline(&[u64::MAX, 1], u64::MAX, 10, 26, true), "M0 26V36h1V28h1V26");
    }

    #[test]
    fn what_no_log_covers_is_hatched_and_silence_breaks_the_line() {
        let mut one = lane(vec![0; 4], vec![0; 4], vec![]);
        let span = |from: &str, to: &str| Span { from: from.into(), to: to.into() };
        one.silences = vec![span("2026-11-19T04:00:00Z", "2026-11-19T05:00:00Z")];
        one.holes = vec![span("2026-11-19T01:00:00Z", "2026-11-19T02:00:00Z")];
        one.seen = vec![
            span("2026-11-19T00:00:00Z", "2026-11-19T01:00:00Z"),
            span("2026-11-19T02:00:00Z", "2026-11-19T06:00:00Z"),
        ];
        let chart = chart(&axis(vec![one])).unwrap();
        let voids: Vec<_> =
            chart.lanes[0].voids.iter().map(|void| (&*void.x, &*void.width, void.hole)).collect();
        assert_eq!(voids, [("0", "25", false), ("37.5", "12.5", true)]);
        assert_eq!(chart.lanes[0].line, "M1 26.5H1.5M2 26.5H3M3.5 26.5H4");
        assert!(chart.hatched);
        assert!(chart.happened[0].text.starts_with("lines are missing until 2026-11-19 02:00"));
    }

    #[test]
    fn marks_at_one_place_do_not_cover_each_other() {
        let at = "2026-11-19T02:00:00Z";
        let marks = vec![
            mark("change", "2020-01-01T00:00:00Z", false),
            mark("start", at, true),
            mark("failure", at, true),
            mark("boot", "2026-11-19T02:10:00Z", true),
            mark("collected", "2026-11-19T06:00:00Z", true),
        ];
        let chart = chart(&axis(vec![lane(vec![0; 4], vec![0; 4], marks)])).unwrap();
        let placed: Vec<_> = chart.lanes[0].marks.iter().map(|mark| (mark.kind, &*mark.x, mark.y)).collect();
        assert_eq!(
            placed,
            [("start", "50", 49), ("failure", "50", 63), ("boot", "52.08", 77), ("collected", "99.2", 49)]
        );
        assert_eq!(chart.lanes[0].marks[0].title, "2026-11-19 02:00 UTC (03:00 +01:00): start of it");
        assert_eq!(chart.lanes[0].height, 43 + 3 * 14);
        // The table has what the drawing has no room for.
        assert_eq!(chart.happened.len(), 5);
        assert_eq!(
            chart.legend.iter().map(|one| one.kind).collect::<Vec<_>>(),
            ["failure", "boot", "start", "collected"]
        );
    }

    #[test]
    fn days_and_hours_are_labelled() {
        let chart = chart(&axis(vec![lane(vec![0; 4], vec![0; 4], vec![])])).unwrap();
        let ticks: Vec<_> = chart.ticks.iter().map(|tick| (&*tick.x, &*tick.label)).collect();
        assert_eq!(ticks[..3], [("0", "22:00"), ("12.5", "23:00"), ("25", "Nov 19")]);
        assert_eq!((chart.from_hour, chart.hours), (498_622, 8));
    }

    #[test]
    fn an_unknown_zone_marks_the_lane_and_a_lane_without_evidence_is_left_out() {
        let unknown = Lane { utc_offset: None, ..lane(vec![0; 4], vec![0; 4], vec![]) };
        let database = Lane {
            kind: "database",
            ..lane(vec![0; 4], vec![0; 4], vec![mark("upgrade", "2020-01-01T00:00:00Z", false)])
        };
        let chart = chart(&axis(vec![unknown, database])).unwrap();
        assert_eq!(chart.lanes.len(), 1);
        assert!(chart.lanes[0].unsure && chart.lanes[0].note == "time zone unknown");
        assert_eq!(chart.happened[0].lane, "Database");
    }

    #[test]
    fn nothing_to_show_is_no_chart() {
        assert!(chart(&Axis::default()).is_none());
        assert!(chart(&Axis { bucket_hours: 0, ..axis(vec![]) }).is_none());
        assert!(chart(&Axis { to: "no time".into(), ..axis(vec![]) }).is_none());
        let backwards = Axis { to: "2020-01-01T00:00:00Z".into(), ..axis(vec![]) };
        assert!(chart(&backwards).is_none());
    }
}
