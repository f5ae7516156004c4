//! Patterns of errors that mean something whatever they say: on one node only, in a burst, since a change.

use crate::knowledge::Limit;
use crate::knowledge::own_code::CodeArea;
use crate::model::cluster::current_window;
use crate::model::log::{Component, EntryLevel, LogDigest, Pattern, PatternKey};
use crate::rules::engine::prelude::*;
use chrono::{DateTime, TimeDelta, Utc};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

/// Most patterns that a rule shows of a node.
pub(crate) const MOST: usize = 5;
/// Hours of logs before a change that have to be there to say that errors are new.
const BEFORE_CHANGE: TimeDelta = TimeDelta::hours(6);

/// Errors of one wording on a node.
pub(crate) struct Stream<'a> {
    pub(crate) pattern: &'a Pattern,
    /// Entries that count: of the last day, of the worst hour, or since the change.
    pub(crate) count: u64,
}

impl Stream<'_> {
    /// What was counted, as evidence, with a line.
    pub(crate) fn evidence(&self, node: &Node) -> Vec<Evidence> {
        let fact = format!("entries at error level with {}", shown(self.pattern));
        let counted = seen_in(node, fact, self.count.to_string(), &Location::file("logs"));
        let newest = self.pattern.samples.last().map(|sample| signature::log_line(node, sample));
        std::iter::once(counted).chain(newest).collect()
    }
}

/// A pattern in a reader's words: its message, or where it has none its exception.
pub(crate) fn shown(pattern: &Pattern) -> String {
    let key = &pattern.key;
    let said = [key.wording.as_str(), key.exception.as_str()];
    let said: Vec<&str> = said.into_iter().filter(|text| !text.is_empty()).collect();
    let logger = key.logger.rsplit('.').next().filter(|logger| !logger.is_empty());
    logger.into_iter().map(str::to_owned).chain([said.join(" / ")]).collect::<Vec<_>>().join(": ")
}

/// How a stream compares with the other nodes.
enum Compared {
    /// Equal nodes that cover the same hours have hardly any of it.
    Alone,
    /// One has it, too.
    Shared,
    /// Nobody can say, and why, as a lower-case fragment.
    Unknown(String),
}

/// Errors of a node that its own rules do not explain: no work on other machines, and no known error that has a finding.
fn unexplained<'a>(cx: &Context<'a>, node: &'a Node, digest: &'a LogDigest) -> Vec<&'a Pattern> {
    let found = signature::logged_by(cx, node, |one| one.severity <= Severity::Medium);
    let has_finding = |id: &String| found.iter().any(|sighting| sighting.signature.id == *id);
    let own = |pattern: &&Pattern| {
        pattern.key.level == EntryLevel::Error
            && pattern.workload.is_none()
            && !(pattern.is_known() && pattern.known.as_ref().is_some_and(has_finding))
    };
    digest.patterns.iter().filter(own).collect()
}

/// The errors of a node by what they mean, each in one of them, the most telling one.
#[derive(Default)]
pub(crate) struct Streams<'a> {
    /// On this node only, of several equal ones.
    pub(crate) alone: Vec<Stream<'a>>,
    /// Large enough to be compared with other nodes, which cannot be done; and why.
    pub(crate) uncompared: Vec<(Stream<'a>, String)>,
    /// A burst.
    pub(crate) bursts: Vec<Stream<'a>>,
    /// Since a change.
    pub(crate) began: Vec<(Stream<'a>, Change)>,
    /// Anything else.
    pub(crate) others: Vec<Stream<'a>>,
}

impl<'a> Streams<'a> {
    /// The errors of a node, the most frequent first.
    pub(crate) fn of(cx: &Context<'a>, node: &'a Node, digest: &'a LogDigest) -> Self {
        let limits = Limits::of(cx, node, digest);
        let mut all = Self::default();
        let patterns = unexplained(cx, node, digest);
        let in_day = |pattern: &Pattern| limits.day.as_ref().map_or(0, |day| within(pattern, day));
        let core = core_exceptions(cx, &patterns, in_day);
        for pattern in patterns {
            let in_day = in_day(pattern);
            let is_large = in_day >= limits.one_sided || core.contains(&pattern.key);
            let compared = is_large.then(|| compare(cx, node, digest, (pattern, in_day)));
            let in_an_hour = limits.day.as_ref().map_or(0, |day| most_in_an_hour(pattern, day));
            let stream = |count| Stream { pattern, count };
            match compared {
                Some(Compared::Alone) => all.alone.push(stream(in_day)),
                _ if in_an_hour >= limits.burst => all.bursts.push(stream(in_an_hour)),
                Some(Compared::Unknown(why)) => all.uncompared.push((stream(in_day), why)),
                _ => match limits.change_before(pattern) {
                    Some(change) => all.began.push((stream(pattern.count), change)),
                    None => all.others.push(stream(pattern.count)),
                },
            }
        }
        let order = |stream: &Stream<'a>| (Reverse(stream.count), &stream.pattern.key);
        for streams in [&mut all.alone, &mut all.bursts, &mut all.others] {
            streams.sort_by_key(order);
        }
        all.uncompared.sort_by_key(|(stream, _)| order(stream));
        all.began.sort_by_key(|(stream, _)| order(stream));
        all
    }
}

/// The patterns of the product's own code for its key, its start and its database with a type of exception that is there so
/// often in the last day that a few count as many.
fn core_exceptions<'a>(
    cx: &Context,
    patterns: &[&'a Pattern],
    in_day: impl Fn(&Pattern) -> u64,
) -> BTreeSet<&'a PatternKey> {
    let is_core = |area| matches!(area, CodeArea::Key | CodeArea::Start | CodeArea::Database);
    let mut of_type: BTreeMap<&str, (u64, Vec<&PatternKey>)> = BTreeMap::new();
    for pattern in patterns.iter().filter(|pattern| !pattern.key.exception.is_empty()) {
        let key = &pattern.key;
        let text = [key.logger.as_str(), &key.wording, &key.frame].join(" ");
        if cx.knowledge.code.areas(text.as_bytes()).any(is_core) {
            let (count, keys) = of_type.entry(&key.exception).or_default();
            *count += in_day(pattern);
            keys.push(key);
        }
    }
    let least = cx.knowledge.limit(Limit::OneSidedCoreEntries);
    of_type.into_values().filter(|(count, _)| *count >= least).flat_map(|(_, keys)| keys).collect()
}

/// From where on a stream of a node means something.
struct Limits {
    /// Hours of the last day before the newest line.
    day: Option<RangeInclusive<i64>>,
    one_sided: u64,
    burst: u64,
    /// Entries since a change, how soon after it they begin, and the changes that logs of before are there of.
    entries: u64,
    soon: TimeDelta,
    changes: Vec<Change>,
}

impl Limits {
    fn of(cx: &Context, node: &Node, digest: &LogDigest) -> Self {
        let limit = |limit| cx.knowledge.limit(limit);
        let median = median_hour(digest);
        let minutes = i64::try_from(limit(Limit::ChangeMinutes)).unwrap_or(i64::MAX);
        let covered = digest.covered(None).filter(|_| digest.zone_known);
        let mut changes = changes(cx, node);
        changes.retain(|(_, at)| covered.is_some_and(|period| *at - period.from.to_utc() >= BEFORE_CHANGE));
        Self {
            day: last_day(digest),
            one_sided: limit(Limit::OneSidedEntries),
            burst: limit(Limit::BurstEntries)
                .max(median.unwrap_or(0).saturating_mul(limit(Limit::BurstTimes))),
            entries: limit(Limit::ChangeEntries),
            soon: TimeDelta::try_minutes(minutes).unwrap_or(TimeDelta::MAX),
            changes,
        }
    }

    /// The change that the first entry of a pattern follows soon.
    fn change_before(&self, pattern: &Pattern) -> Option<Change> {
        let first = pattern.first?.to_utc();
        let of = self.changes.iter().filter(|(_, at)| *at <= first && first - *at <= self.soon);
        of.max_by_key(|(_, at)| *at).filter(|_| pattern.count >= self.entries).cloned()
    }
}

/// Hours of the last day before the newest line of a node.
fn last_day(digest: &LogDigest) -> Option<RangeInclusive<i64>> {
    let newest = digest.newest()?;
    Some(hour(newest.to_utc() - current_window())..=hour(newest.to_utc()))
}

fn hour(time: DateTime<Utc>) -> i64 {
    time.timestamp().div_euclid(3600)
}

fn within(pattern: &Pattern, hours: &RangeInclusive<i64>) -> u64 {
    pattern.by_hour.range(hours.clone()).map(|(_, count)| *count).sum()
}

fn most_in_an_hour(pattern: &Pattern, hours: &RangeInclusive<i64>) -> u64 {
    pattern.by_hour.range(hours.clone()).map(|(_, count)| *count).max().unwrap_or(0)
}

/// How a pattern with so many entries in the last day compares with that of the other serving nodes.
fn compare(cx: &Context, node: &Node, digest: &LogDigest, (pattern, of_day): (&Pattern, u64)) -> Compared {
    let Some(day) = last_day(digest) else { return Compared::Unknown("no line carries a time".into()) };
    let in_day = || pattern.by_hour.range(day.clone()).map(|(hour, _)| *hour);
    let hours = in_day().min().unwrap_or(*day.start())..=in_day().max().unwrap_or(*day.end());
    let percent = cx.knowledge.limit(Limit::OneSidedPercent);
    let (mut alone, mut why) = (false, Vec::new());
    for other in cx.cluster.serving().filter(|other| other.name != node.name) {
        let Ok(logged) = cx.logs(other) else {
            why.push(format!("the logs of {} are not known", other.name));
            continue;
        };
        let family = logged
            .patterns
            .iter()
            .filter(|known| known.family == pattern.family && known.key.level == pattern.key.level);
        let count: u64 = family.map(|known| within(known, &hours)).sum();
        if count * 100 >= of_day * percent {
            return Compared::Shared;
        }
        match equal(node, other, pattern) {
            Some(true) if covers(digest, logged, &hours) => alone = true,
            Some(true) => why.push(format!("the logs of {} do not cover the same hours", other.name)),
            Some(false) => why.push(format!("{} has other roles", other.name)),
            None => why.push(format!("the roles of {} and {} are not known", node.name, other.name)),
        }
    }
    if alone { Compared::Alone } else { Compared::Unknown(why.join(", ")) }
}

/// Whether two nodes do the same work: the same roles are on. What the web application logs, all nodes do, unless roles
/// are known to differ.
fn equal(a: &Node, b: &Node, pattern: &Pattern) -> Option<bool> {
    let roles = |node: &Node| {
        let row = node.row.as_ref()?;
        let roles = [&row.background_worker, &row.engine_worker, &row.session_recording_worker];
        Some(roles.map(|role| role.value().copied()))
    };
    let web_only =
        !pattern.components.is_empty() && pattern.components.iter().all(|one| *one == Component::Web);
    let unknown = web_only.then_some(true);
    let (Some(a), Some(b)) = (roles(a), roles(b)) else { return unknown };
    let pairs = || a.iter().zip(&b);
    if pairs().any(|(a, b)| a.is_some() && b.is_some() && a != b) {
        return Some(false);
    }
    if pairs().any(|(a, b)| a.is_none() || b.is_none()) { unknown } else { Some(true) }
}

/// Whether another node's logs cover these hours of a node, and both tell which hours they are.
fn covers(own: &LogDigest, other: &LogDigest, hours: &RangeInclusive<i64>) -> bool {
    let Some(period) = other.covered(None).filter(|_| own.zone_known && other.zone_known) else {
        return false;
    };
    let lies_in =
        |from: DateTime<Utc>, to: DateTime<Utc>| hour(from) <= *hours.start() && hour(to) >= *hours.end();
    lies_in(period.from.to_utc(), period.to.to_utc())
        && !other.holes(None).iter().any(|hole| lies_in(hole.from.to_utc(), hole.to.to_utc()))
}

/// The median of the errors that a node logs in an hour, work on other machines left out.
pub(crate) fn median_hour(digest: &LogDigest) -> Option<u64> {
    let period = digest.covered(None)?;
    let hours = hour(period.from.to_utc())..=hour(period.to.to_utc());
    let mut counts: Vec<u64> = digest.own_errors(hours.clone()).collect();
    counts.sort_unstable();
    // Hours without an error are in no table.
    let all = usize::try_from(hours.end() - hours.start() + 1).ok()?;
    let quiet = all.saturating_sub(counts.len());
    let middle = (all - 1) / 2;
    Some(middle.checked_sub(quiet).and_then(|at| counts.get(at)).copied().unwrap_or(0))
}

/// A change after which errors may begin: what it is, and when it was.
pub(crate) type Change = (String, DateTime<Utc>);

/// Changes of a node and of its database, as far as they are known.
fn changes(cx: &Context, node: &Node) -> Vec<Change> {
    cx.ask("host.worker-started");
    let started = node.worker_started().map(|at| ("the start of its worker process".to_owned(), at));
    let history = cx.history().value().and_then(|history| history.current());
    let upgraded = history.and_then(|row| row.upgraded.value()?.utc);
    let upgraded = upgraded.map(|at| ("the upgrade of the database".to_owned(), at));
    let snapshot = node.snapshot.as_ref();
    let files =
        snapshot.and_then(|snapshot| snapshot.inventory.value()).into_iter().flatten().filter_map(|file| {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            let is_config = !file.path.contains('/') && name.to_ascii_lowercase().ends_with(".config");
            let at = file
                .modified
                .filter(|at| is_config && snapshot.is_some_and(|taken| *at <= taken.ended.to_utc()))?;
            Some((format!("the change of its {name}"), at))
        });
    started.into_iter().chain(upgraded).chain(files).collect()
}
