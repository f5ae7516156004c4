//! Geometry of the time axis. The template draws it, so that every text in it passes the page's escaper.

use super::model::{Axis, Lane, MARKS, Mark, Span};
use super::presentation::{grouped, moment, when};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use std::fmt::Write as _;

/// Height of the bars above the base line: entries at error level.
const ABOVE: u64 = 26;
/// Height of the bars below it: known errors.
const BELOW: u64 = 14;
/// Height of entries about work on other machines, which have a scale of their own.
const WORKLOAD: u64 = 9;
/// Height of a row of marks, and the most rows.
const ROW: u64 = 14;
const ROWS: usize = 6;
/// How close two marks of a row may be, in hundredths of a percent of the width.
const APART: i64 = 380;
/// Most labels below the lanes, and the hours between two.
const TICKS: i64 = 9;
const TICK_HOURS: [i64; 9] = [1, 2, 3, 6, 12, 24, 48, 96, 168];
/// Most rows of the table of errors.
const PERIODS: usize = 12;

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

/// One lane, ready to draw: lengths in percent of the width, or in buckets inside of paths.
#[derive(Serialize)]
struct LaneView {
    name: String,
    /// Name of the node for the filter of patterns; empty for the others.
    node: String,
    /// What is beside the name: the offset, or that the zone is not known.
    note: String,
    /// What a screen reader says of it.
    label: String,
    height: u64,
    unsure: bool,
    /// The base line, where there are lines.
    line: String,
    bars: Vec<Bars>,
    /// Where nothing is known, and where lines are missing.
    voids: Vec<Void>,
    marks: Vec<MarkView>,
}

#[derive(Serialize)]
struct Bars {
    kind: &'static str,
    d: String,
    title: String,
}

#[derive(Serialize)]
struct Void {
    x: String,
    width: String,
    hole: bool,
    title: String,
}

#[derive(Serialize)]
struct MarkView {
    kind: &'static str,
    x: String,
    y: u64,
    sure: bool,
    title: String,
}

#[derive(Serialize)]
struct Happened {
    at: String,
    local: String,
    lane: String,
    text: String,
}

#[derive(Serialize)]
struct PeriodRow {
    from: String,
    counts: Vec<String>,
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
        Some((i128::from(since.clamp(0, self.seconds)) * 10_000 / i128::from(self.seconds)) as i64)
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

/// A bar's height: in proportion, but never so low that something looks like nothing.
fn height(value: u64, most: u64, room: u64) -> u64 {
    if value == 0 || most == 0 {
        return 0;
    }
    let scaled = u128::from(value) * u128::from(room) / u128::from(most);
    u64::try_from(scaled).unwrap_or(room).clamp(2, room)
}

/// The outline of bars on the base line as one path, a bucket for each unit; down if `down`. Empty without a bar.
fn outline(values: &[u64], most: u64, room: u64, base: u64, down: bool) -> String {
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

/// The axis ready to draw; `None` if nothing has a time.
pub(super) fn chart(axis: &Axis) -> Option<Chart> {
    let (from, to) = (moment(&axis.from)?.to_utc(), moment(&axis.to)?.to_utc());
    let seconds = (to - from).num_seconds();
    let bucket = axis.bucket_hours.checked_mul(3600).filter(|bucket| *bucket > 0 && seconds > 0)?;
    let scale = Scale { from, seconds, bucket };
    let buckets = usize::try_from(seconds / bucket).ok()?;
    let drawn = |lane: &&Lane| {
        let counts = lane.known.iter().any(|count| *count > 0);
        lane.kind == "node" || counts || lane.marks.iter().any(|mark| mark.drawn)
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

/// A time with that of the node's clock.
fn both(mark: &Mark) -> String {
    // The day of the local time is said where it is another.
    let utc = when(&mark.at);
    let local = when(&mark.local);
    match (utc.split_once(' '), local.split_once(' ')) {
        _ if local.is_empty() || local == utc => utc,
        (Some((day, _)), Some((other, time))) if day == other => format!("{utc} ({time})"),
        _ => format!("{utc} ({local})"),
    }
}

/// What a mark says, without its time.
fn said(mark: &Mark) -> String {
    let times = if mark.count > 1 { format!(", {} times", grouped(mark.count)) } else { String::new() };
    let unsure = if mark.certain { "" } else { ", time not certain" };
    format!("{}{times}{unsure}", mark.text)
}

fn title_of(lane: &Lane) -> &str {
    match lane.kind {
        "database" => "Database",
        "bus" => "Message bus",
        _ => &lane.name,
    }
}

fn lane_view(lane: &Lane, scale: &Scale, most: [u64; 3]) -> LaneView {
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
        let start = when(&scale.start(at).to_rfc3339());
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
    let mut line = String::new();
    let mut draw = |from: i64, to: i64| {
        if from < to {
            let unit = |x: i64| hundredths(x * buckets / 100);
            _ = write!(line, "M{} {ABOVE}.5H{}", unit(from), unit(to));
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
        line,
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
            title: format!("{}: {}", both(mark), said(mark)),
        });
    }
    (marks, u64::try_from(used).unwrap_or(0))
}

/// All marks and holes of all lanes in order of time; the earlier ones too, which the drawing has no room for.
fn happened(lanes: &[Lane]) -> Vec<Happened> {
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
            rows.push((
                &hole.from,
                Happened { at: when(&hole.from), local: String::new(), lane: title(), text },
            ));
        }
    }
    rows.sort_by(|(a, row), (b, other)| (a, &row.lane, &row.text).cmp(&(b, &other.lane, &other.text)));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Errors of the nodes in at most [`PERIODS`] periods; those without any are left out.
fn periods(nodes: &[&Lane], scale: &Scale, buckets: usize) -> Vec<PeriodRow> {
    let each = buckets.div_ceil(PERIODS).max(1);
    let sum = |values: &[u64], from: usize| values.iter().skip(from).take(each).sum::<u64>();
    let starts = (0..buckets).step_by(each);
    let rows = starts.filter_map(|from| {
        let counts: Vec<[u64; 3]> = nodes
            .iter()
            .map(|lane| [sum(&lane.known, from), sum(&lane.other, from), sum(&lane.workload, from)])
            .collect();
        let any = counts.iter().flatten().any(|count| *count > 0);
        let text = |[known, other, workload]: &[u64; 3]| {
            format!("{} / {} / {}", grouped(*known), grouped(*other), grouped(*workload))
        };
        let from = when(&scale.start(from).to_rfc3339());
        any.then(|| PeriodRow { from, counts: counts.iter().map(text).collect() })
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let peak = "5\u{202f}002 errors not known, most from 2026-11-18 22:00 UTC: 5\u{202f}000";
        assert_eq!(chart.lanes[0].bars[0].title, peak);
        assert_eq!(chart.periods.len(), 3, "a period without an error has no row");
        assert_eq!(chart.periods[1].from, "2026-11-19 00:00 UTC");
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
