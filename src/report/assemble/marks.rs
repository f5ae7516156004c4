//! What happened at one time: starts, upgrades, changes of files, records of Windows, clocks that were set.

use super::axis::text;
use super::spans::Seconds;
use crate::model::events::EventMeaning;
use crate::model::location::Location;
use crate::model::log::StepBack;
use crate::model::node::Snapshot;
use crate::model::{Cluster, Grade, Node};
use crate::report::model::{MARKS, Mark};
use chrono::{DateTime, FixedOffset, Utc};
use std::collections::BTreeMap;

/// Most marks of a lane.
const MOST: usize = 60;
/// Files that changed within so many seconds are one change.
const TOGETHER: i64 = 60;

/// Something that happened, on the clock of the reference where one is known.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) kind: &'static str,
    pub(super) at: i64,
    /// It is a record of an event log: these decide how far the axis goes, as the lines of logs do.
    pub(super) is_event: bool,
    local: String,
    text: String,
    place: String,
    certain: bool,
}

/// What happened on a lane.
#[derive(Debug, Clone, Default)]
pub(super) struct Moments(Vec<Moment>);

/// Notes what happened on one node.
struct Writer<'a> {
    snapshot: &'a Snapshot,
    shift: i64,
    moments: Vec<Moment>,
}

/// What is known of a node; `shift` seconds are added to the times of its clock.
pub(super) fn node_moments(node: &Node, shift: i64) -> Moments {
    let Some(snapshot) = &node.snapshot else { return Moments::default() };
    let mut writer = Writer { snapshot, shift, moments: Vec::new() };
    writer.facts(node);
    writer.files();
    for record in snapshot.events.value().into_iter().flatten() {
        let phrase = record.meaning.phrase();
        let text = format!("{phrase} ({} {})", record.provider, record.id);
        let place = Location::line(&record.member, record.line);
        writer.add(kind(record.meaning), record.at, text, &place.to_string());
        if let Some(last) = writer.moments.last_mut() {
            last.is_event = true;
        }
    }
    let logs = snapshot.logs.value();
    for file in logs.into_iter().flat_map(|digest| &digest.files) {
        for StepBack { before, after } in &file.steps_back {
            let text = format!(
                "{} goes back {} at this time{}: the clock was set, or two programs write it",
                Location::file(&file.name),
                span((*before - *after).num_seconds()),
                if file.set_back > 1 {
                    format!(" ({} such steps in it)", file.set_back)
                } else {
                    String::new()
                }
            );
            writer.add("clock", before.to_utc(), text, &file.name);
        }
    }
    Moments(writer.moments)
}

fn kind(meaning: EventMeaning) -> &'static str {
    match meaning {
        EventMeaning::Boot | EventMeaning::Shutdown | EventMeaning::Unexpected => "boot",
        EventMeaning::Crash | EventMeaning::PoolFailure | EventMeaning::Error => "failure",
        EventMeaning::WorkerEnd => "stop",
        EventMeaning::Time => "clock",
    }
}

/// A span of time to its largest unit or two.
fn span(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes} min {} s", seconds % 60),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

impl Writer<'_> {
    fn add(&mut self, kind: &'static str, at: DateTime<Utc>, text: String, place: &str) {
        let local = at.with_timezone(self.snapshot.ended.offset());
        self.moments.push(Moment {
            kind,
            at: at.timestamp().saturating_add(self.shift),
            is_event: false,
            local: shown(&local),
            text,
            place: place.to_owned(),
            certain: !self.snapshot.copied,
        });
    }

    fn facts(&mut self, node: &Node) {
        let facts = "facts.json";
        if let Some(started) = node.worker_started() {
            self.add("start", started, "worker process started".into(), facts);
        }
        let booted = self.snapshot.facts.machine.get("os.started").and_then(|fact| fact.value());
        if let Some(booted) = booted.and_then(|text| DateTime::parse_from_rfc3339(text).ok()) {
            self.add("boot", booted.to_utc(), "Windows started".into(), facts);
        }
        if self.snapshot.grade != Grade::Bundle {
            return;
        }
        let how =
            if self.snapshot.copied { "a copy of the folder was collected elsewhere" } else { "collected" };
        self.add("collected", self.snapshot.ended.to_utc(), how.into(), "manifest.json");
    }

    /// Changes of the key files, of other configurations, and of the newest program file. A stamp later than the
    /// collection cannot be true and says nothing.
    fn files(&mut self) {
        let snapshot = self.snapshot;
        let mut changes: Vec<(DateTime<Utc>, &str)> = Vec::new();
        for (name, file) in [
            ("encryption.config", &snapshot.facts.encryption_config),
            ("database.config", &snapshot.facts.database_config),
        ] {
            let modified = file.value().and_then(|file| file.modified.value());
            changes.extend(modified.map(|modified| (*modified, name)));
        }
        let is_config = |path: &str| path.to_ascii_lowercase().ends_with(".config");
        let inventory = || snapshot.inventory.value().into_iter().flatten();
        let configs = inventory().filter(|file| is_config(&file.path));
        changes.extend(configs.filter_map(|file| Some((file.modified?, file.path.as_str()))));
        let possible = |modified: DateTime<Utc>| modified <= snapshot.ended.to_utc();
        changes.retain(|(modified, _)| possible(*modified));
        changes.sort_unstable();
        changes.dedup();
        let near =
            |a: &(DateTime<Utc>, &str), b: &(DateTime<Utc>, &str)| (b.0 - a.0).num_seconds() <= TOGETHER;
        for group in changes.chunk_by(near) {
            let Some((at, first)) = group.first() else { continue };
            let mut names: Vec<&str> = group.iter().map(|(_, name)| *name).collect();
            names.sort_unstable();
            names.dedup();
            let text = match *names {
                [one] => format!("{one} changed"),
                [one, two] => format!("{one} and {two} changed"),
                _ => format!("{first} and {} more configurations changed", names.len() - 1),
            };
            self.add("change", *at, text, "inventory.jsonl");
        }
        let in_bin = inventory().filter(|file| file.path.to_ascii_lowercase().starts_with("bin/"));
        let program = in_bin.filter(|file| !is_config(&file.path));
        let newest = program
            .filter_map(|file| Some((file.modified?, &file.path)))
            .filter(|(at, _)| possible(*at))
            .max();
        if let Some((at, path)) = newest {
            self.add("program", at, format!("newest program file: {path}"), "inventory.jsonl");
        }
    }
}

/// Upgrades of the database, from its version history.
pub(super) fn database_moments(cluster: &Cluster) -> Moments {
    let rows = cluster.history.value().into_iter().flat_map(|history| &history.rows);
    let moment = |row: &crate::model::export::VersionRow| {
        let upgraded = row.upgraded.value()?;
        let zone = if upgraded.utc.is_some() { "" } else { " (zone not stated: up to 14 hours off)" };
        Some(Moment {
            kind: "upgrade",
            at: upgraded.utc.unwrap_or_else(|| upgraded.wall.and_utc()).timestamp(),
            is_event: false,
            local: String::new(),
            text: format!("database upgraded to {}{zone}", row.text),
            place: row.place.to_string(),
            certain: upgraded.utc.is_some(),
        })
    };
    Moments(rows.filter_map(moment).collect())
}

impl Moments {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Moment> {
        self.0.iter()
    }

    /// The marks: on the axis, one for each thing and bucket; before it, the newest of each kind.
    pub(super) fn into_marks(self, (from, to): Seconds, step: i64) -> Vec<Mark> {
        let rank = |kind: &str| MARKS.iter().position(|known| *known == kind).unwrap_or(MARKS.len());
        let mut on: BTreeMap<(usize, i64, String), Moment> = BTreeMap::new();
        let mut counts: BTreeMap<(usize, i64, String), u64> = BTreeMap::new();
        let mut before: BTreeMap<usize, Moment> = BTreeMap::new();
        for moment in self.0 {
            let rank = rank(moment.kind);
            if (from..=to).contains(&moment.at) {
                let key = (rank, moment.at.div_euclid(step), moment.text.clone());
                *counts.entry(key.clone()).or_default() += 1;
                let first = on.entry(key).or_insert_with(|| moment.clone());
                if moment.at < first.at {
                    *first = moment;
                }
            } else if moment.at < from && before.get(&rank).is_none_or(|known| known.at < moment.at) {
                before.insert(rank, moment);
            }
        }
        let on = on
            .into_iter()
            .zip(counts.into_values())
            .take(MOST)
            .map(|((_, moment), count)| (moment, count, true));
        let before = before.into_values().map(|moment| (moment, 1, false));
        let mut marks: Vec<(i64, Mark)> = before
            .chain(on)
            .map(|(moment, count, drawn)| {
                let Moment { kind, at, local, text: what, place, certain, .. } = moment;
                (at, Mark { kind, at: text(at), local, text: what, count, place, certain, drawn })
            })
            .collect();
        marks.sort_by(|(a, mark), (b, other)| (a, mark.kind, &mark.text).cmp(&(b, other.kind, &other.text)));
        marks.into_iter().map(|(_, mark)| mark).collect()
    }
}

/// A time of a node as people write it.
fn shown(time: &DateTime<FixedOffset>) -> String {
    time.format("%Y-%m-%d %H:%M:%S %:z").to_string()
}
