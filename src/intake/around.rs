//! The logs of all nodes around one time: read a second time, for that window only.
//!
//! A log that does not reach into the window is not opened; one that lies deep inside a large log is left out with a
//! sentence, because everything before it would have to be inflated again.

use super::loose::LooseLogs;
use super::members::{LogClock, redactor};
use super::read::Reread;
use super::together::together;
use crate::bundle::Bundle;
use crate::logs::WindowScan;
use crate::model::around::{Around, AroundEntry, AroundQuery, Weight};
use crate::model::clocks::{NodeClock, ahead_ms, comparable, readings};
use crate::model::log::{LogDigest, LogFile};
use crate::model::node::SnapshotPart;
use crate::model::{Cluster, Grade, Node, Position};
use crate::text::size::size;
use chrono::{DateTime, TimeDelta, Utc};

/// Text of one node that is read again at most.
const MOST_BYTES: u64 = 16 << 20;
/// Most logs of a node that are opened.
const MOST_FILES: usize = 16;

/// Where the logs of a node are.
#[derive(Clone, Copy)]
enum Source<'a> {
    Bundle(&'a Bundle),
    Loose(&'a LooseLogs),
}

impl<'a> Source<'a> {
    /// The clock that wrote them; of loose logs nobody knows it.
    fn clock(self) -> LogClock<'a> {
        match self {
            Self::Bundle(bundle) => LogClock::of(bundle),
            Self::Loose(_) => LogClock { offset: None, zone: None },
        }
    }

    /// Gives the bytes of a log until `sink` has enough; `None` if they cannot be read.
    fn read(self, log: &str, sink: &mut dyn FnMut(&[u8]) -> bool) -> Option<()> {
        match self {
            Self::Bundle(bundle) => bundle.read_until(log, sink).ok(),
            Self::Loose(loose) => loose.logs.get(log)?.read(sink).ok(),
        }
    }
}

/// Reads the window. The result is the same whatever the threads.
pub fn around(reread: &Reread, cluster: &Cluster, query: &AroundQuery) -> Around {
    let clocks: Vec<NodeClock> = cluster.nodes.iter().flat_map(readings).collect();
    let clocks = comparable(&clocks);
    let middle = cluster.nodes.iter().find(|node| node.name == query.node);
    let ahead = |node: &Node| TimeDelta::milliseconds(ahead_ms(node, &clocks));
    let at = query.at - middle.map_or(TimeDelta::zero(), ahead);
    // Times without a zone are compared with those of the same node only.
    let zoned = |node: &Node| digest(node).is_some_and(|digest| digest.zone_known);
    let middle_zoned = middle.is_some_and(zoned);
    // Bundles in one archive after the other, as when they were read first.
    let inner = |node: &&Node| {
        let bundle = reread.bundles.get(&node.snapshot.as_ref()?.input)?;
        bundle.inner_id()
    };
    let parts: Vec<Around> = together(cluster.nodes.iter().collect(), inner, |node| {
        let mut part = Around::default();
        let Some((snapshot, digest)) = node.snapshot.as_ref().zip(digest(node)) else {
            return part;
        };
        if node.name != query.node && !(middle_zoned && digest.zone_known) {
            part.notes.push(format!(
                "The time zone of {} is not known, so the lines of {} are left out.",
                if middle_zoned { &node.name } else { &query.node },
                node.name
            ));
            return part;
        }
        let is_loose = snapshot.part(SnapshotPart::LOGS).is_some() || snapshot.grade != Grade::Bundle;
        let bundle = reread.bundles.get(&snapshot.input).filter(|_| !is_loose);
        let source = match bundle {
            Some(bundle) => Source::Bundle(bundle),
            None => Source::Loose(&reread.loose),
        };
        let window = (at + ahead(node) - query.before, at + ahead(node) + query.after);
        read(node, source, digest, window, &mut part);
        for entry in &mut part.entries {
            entry.at -= ahead(node);
        }
        part
    });
    let mut all = Around { at, ..Around::default() };
    for part in parts {
        all.entries.extend(part.entries);
        all.dropped += part.dropped;
        all.notes.extend(part.notes);
    }
    all.entries.sort_by(|a, b| (a.at, &a.node, &a.file, a.lines).cmp(&(b.at, &b.node, &b.file, b.lines)));
    all
}

fn digest(node: &Node) -> Option<&LogDigest> {
    node.snapshot.as_ref()?.logs.value()
}

/// Reads the logs of one node.
fn read(
    node: &Node,
    source: Source<'_>,
    digest: &LogDigest,
    window: (DateTime<Utc>, DateTime<Utc>),
    part: &mut Around,
) {
    let (from, to) = window;
    let wanted = digest.files.iter().filter(|file| {
        let period = file.period.filter(|_| file.broken.is_none() && file.copy_of.is_none());
        period.is_some_and(|period| period.from <= to && period.to >= from)
    });
    let wanted: Vec<&LogFile> = wanted.collect();
    if wanted.is_empty() {
        return;
    }
    let own;
    let redactor = match source {
        Source::Bundle(bundle) => {
            own = redactor(bundle);
            &own
        }
        Source::Loose(LooseLogs { redactor: Some(redactor), .. }) => redactor,
        Source::Loose(_) => return,
    };
    let mut left = MOST_BYTES;
    let mut too_deep = Vec::new();
    for (number, file) in wanted.into_iter().enumerate() {
        if number >= MOST_FILES || bytes_until(file, to) > left {
            too_deep.push(file);
            continue;
        }
        let (clock, mut read) = (source.clock(), 0);
        for month_first in [false, true] {
            let mut scan = WindowScan::new(window, clock.offset, clock.zone, month_first);
            // The first pass has verified the member.
            let result = source.read(&file.name, &mut |bytes| {
                read += bytes.len() as u64;
                scan.push(bytes) && read < left
            });
            let found = scan.finish(redactor);
            if result.is_none() || found.entries.is_empty() && !month_first {
                continue;
            }
            part.dropped += found.dropped;
            part.entries.extend(found.entries.into_iter().map(|entry| AroundEntry {
                at: entry.time.to_utc(),
                local: entry.time,
                node: node.name.clone(),
                file: file.name.clone(),
                lines: entry.lines,
                weight: entry.weight,
                text: entry.text.as_str().to_owned(),
                more: entry.more,
            }));
            break;
        }
        left = left.saturating_sub(read);
    }
    for file in too_deep {
        samples(node, digest, file, window, part);
        part.notes.push(format!(
            "{} of {} ({}) is too large to be read again up to that time: of its lines only samples of known errors are here.",
            file.name,
            node.name,
            size(file.bytes)
        ));
    }
}

/// About how much of a log has to be read up to a time, with a tenth to spare.
fn bytes_until(file: &LogFile, to: DateTime<Utc>) -> u64 {
    let Some(period) = file.period else { return file.bytes };
    let whole = (period.to - period.from).num_seconds().max(1).unsigned_abs();
    let part = (to - period.from.to_utc()).num_seconds().max(0).unsigned_abs();
    let share = u128::from(file.bytes) * u128::from(part) / u128::from(whole);
    let share = u64::try_from(share).unwrap_or(u64::MAX);
    share.saturating_add(share / 10).min(file.bytes)
}

/// The samples of known errors that the first pass kept of a log.
fn samples(
    node: &Node,
    digest: &LogDigest,
    file: &LogFile,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    part: &mut Around,
) {
    let of_file =
        digest.hits.iter().flat_map(|hit| &hit.samples).filter(|sample| sample.place.file == file.name);
    for sample in of_file {
        let Some(time) = sample.time.filter(|time| *time >= from && *time <= to) else { continue };
        let line = match sample.place.at {
            Some(Position::Line(line)) => u64::from(line),
            _ => 0,
        };
        part.entries.push(AroundEntry {
            at: time.to_utc(),
            local: time,
            node: node.name.clone(),
            file: file.name.clone(),
            lines: (line, line),
            weight: Weight::Error,
            text: sample.text.as_str().to_owned(),
            more: 0,
        });
    }
}
