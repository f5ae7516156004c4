//! All entries of all logs in one order of time.

use super::inputs::Inputs;
use super::pass::{ByLog, Entries};
use super::show::Shown;
use super::store::{Kept, Run, RunReader, Store};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;

/// Most entries of one time that are compared with each other.
const COMPARED: usize = 10_000;

/// What was written.
#[derive(Default)]
pub(super) struct Written {
    pub entries: u64,
    /// Entries that were in two inputs of one node.
    pub twice: u64,
}

/// A run that is being read, or not yet.
enum Source<'s> {
    Waiting(Run),
    Reading(RunReader<'s>),
    Done,
}

/// Hands out every entry in order of time, then of the logs, then as in its log; at most `limit`.
pub(super) fn merge(
    passed: ByLog<Entries>,
    inputs: &Inputs,
    store: &Store,
    limit: u64,
    each: &mut dyn FnMut(&Shown<'_>) -> io::Result<()>,
) -> io::Result<Written> {
    let runs = passed.len();
    let mut heap = BinaryHeap::new();
    let mut sources = Vec::with_capacity(runs);
    for (log, read) in passed {
        let Ok(Entries { counts, run }) = read else { continue };
        heap.extend(run.first.map(|first| Reverse((first, sources.len()))));
        sources.push((log, counts.order_open, Source::Waiting(run), None::<Kept>));
    }
    let (mut written, mut seen) = (Written::default(), Seen::default());
    while let Some(Reverse((order, at))) = heap.pop() {
        let Some((log, order_open, source, next)) = sources.get_mut(at) else { continue };
        if let Source::Waiting(run) = source {
            let mut reader = std::mem::take(run).read(store, runs);
            *next = reader.next()?;
            *source = Source::Reading(reader);
        }
        let Some((log, entry)) = inputs.logs.get(*log).zip(next.take()) else { continue };
        if let Source::Reading(reader) = source {
            *next = reader.next()?;
            match next {
                Some(next) => heap.push(Reverse((next.order, at))),
                // What a run takes in memory goes with it.
                None => *source = Source::Done,
            }
        }
        let Some(set) = inputs.set(log) else { continue };
        if seen.before(order, &set.node, log.set, &entry) {
            written.twice += 1;
            continue;
        }
        each(&Shown { entry: &entry, set, file: &log.name, doubtful: !entry.zone_known || *order_open })?;
        written.entries += 1;
        if written.entries == limit {
            break;
        }
    }
    Ok(written)
}

/// Entries of the current time: a log that came with two bundles of a node is shown once.
#[derive(Default)]
struct Seen {
    order: i64,
    /// By what they say, in which set they came.
    sets: HashMap<u64, usize>,
}

impl Seen {
    fn before(&mut self, order: i64, node: &str, set: usize, entry: &Kept) -> bool {
        if self.order != order {
            self.order = order;
            self.sets.clear();
        }
        let mut hasher = DefaultHasher::new();
        (node, entry.time, &entry.logger, &entry.text).hash(&mut hasher);
        let known = self.sets.get(&hasher.finish());
        if entry.time.is_none() || known.is_none() && self.sets.len() >= COMPARED {
            return false;
        }
        *self.sets.entry(hasher.finish()).or_insert(set) != set
    }
}
