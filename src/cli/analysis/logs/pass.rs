//! One pass over logs, on all cores.

use super::inputs::{Inputs, Log, LogPlace, LogSet};
use super::store::{Run, Store};
use crate::intake::together::together;
use crate::logs::{Entry, EntryCounts, EntryScan, FileDigest, FileScan, Selection};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What takes the bytes of a log.
pub(super) trait LogReader {
    type Read: Send;
    fn push(&mut self, bytes: &[u8]);
    /// The log has ended; `read`: all of it came, and it is what it is said to be.
    fn finish(self, read: Result<(), String>) -> Result<Self::Read, String>;
}

/// What came of some logs, or why one does not count, by their indexes.
pub(super) type ByLog<T> = BTreeMap<usize, Result<T, String>>;

/// Reads these logs, each with a reader of its own.
pub(super) fn each_log<'i, R: LogReader>(
    inputs: &'i Inputs,
    wanted: &[usize],
    start: impl Fn(&'i Log, &'i LogSet) -> R + Sync,
) -> ByLog<R::Read> {
    let mut chosen: Vec<(usize, &Log, &LogSet)> = wanted
        .iter()
        .filter_map(|at| inputs.logs.get(*at).and_then(|log| Some((*at, log, inputs.set(log)?))))
        .collect();
    // The largest first: one may take as long as all others.
    chosen.sort_by_key(|(at, log, _)| (Reverse(log.bytes), *at));
    let read = |(at, log, set): (usize, &'i Log, &'i LogSet)| {
        // A panic in any library costs the log it happened on, and nothing else.
        let read = || read_log(log, set, start(log, set));
        let read = catch_unwind(AssertUnwindSafe(read));
        (at, read.unwrap_or_else(|_| Err("made the reader fail".to_owned())))
    };
    together(chosen, |(_, log, set)| log.inner_id(set), read).into_iter().collect()
}

fn read_log<R: LogReader>(log: &Log, set: &LogSet, mut reader: R) -> Result<R::Read, String> {
    let read = match (&log.place, &set.bundle) {
        (LogPlace::Member, Some(bundle)) => {
            bundle.read(&log.name, &mut |bytes| reader.push(bytes)).map_err(|error| error.to_string())
        }
        (LogPlace::Leaf(leaf), _) => {
            let read = leaf.read(&mut |bytes| {
                reader.push(bytes);
                true
            });
            read.map_err(|error| error.to_string())
        }
        _ => Ok(()),
    };
    reader.finish(read)
}

impl LogReader for FileScan<'_> {
    type Read = FileDigest;

    fn push(&mut self, bytes: &[u8]) {
        FileScan::push(self, bytes);
    }

    fn finish(self, read: Result<(), String>) -> Result<FileDigest, String> {
        read.map(|()| FileScan::finish(self))
    }
}

/// The entries of a log that are wanted, and what is to be said of it.
pub(super) struct Entries {
    pub counts: EntryCounts,
    pub run: Run,
}

/// Cleans the wanted entries of all logs and puts them away; at most `limit` of each log.
pub(super) fn entries(inputs: &Inputs, selection: &Selection, store: &Store, limit: u64) -> ByLog<Entries> {
    let pass = |wanted: &[usize], month_first: bool| {
        each_log(inputs, wanted, |_, set| EntryReader {
            scan: EntryScan::new(selection, &set.clock, &set.redactor, month_first),
            keep: Keep { store, limit, run: Run::default(), failed: None },
        })
    };
    let all: Vec<usize> = (0..inputs.logs.len()).collect();
    let mut passed = pass(&all, false);
    let wrong = |(at, read): (&usize, &Result<Entries, String>)| {
        read.as_ref().is_ok_and(|read| read.counts.order_wrong).then_some(*at)
    };
    let wrong: Vec<usize> = passed.iter().filter_map(wrong).collect();
    for at in &wrong {
        if let Some(Ok(mut read)) = passed.remove(at) {
            read.run.clear(store);
        }
    }
    passed.extend(pass(&wrong, true));
    passed
}

/// Reads the entries of one log.
struct EntryReader<'a> {
    scan: EntryScan<'a>,
    keep: Keep<'a>,
}

struct Keep<'a> {
    store: &'a Store,
    limit: u64,
    run: Run,
    failed: Option<io::Error>,
}

impl Keep<'_> {
    fn entry(&mut self, entry: &Entry<'_>) {
        if self.run.entries < self.limit && self.failed.is_none() {
            self.failed = self.run.add(self.store, entry).err();
        }
    }
}

impl LogReader for EntryReader<'_> {
    type Read = Entries;

    fn push(&mut self, bytes: &[u8]) {
        let Self { scan, keep } = self;
        scan.push(bytes, &mut |entry| keep.entry(entry));
    }

    /// What does not verify does not count.
    fn finish(self, read: Result<(), String>) -> Result<Entries, String> {
        let Self { scan, mut keep } = self;
        let counts = scan.finish(&mut |entry| keep.entry(entry));
        let stored = keep.run.put_away(keep.store);
        let stored = keep.failed.map_or(stored, Err);
        let stored =
            stored.map_err(|error| format!("has too many entries for the temporary folder: {error}"));
        match read.and(stored) {
            Ok(()) => Ok(Entries { counts, run: keep.run }),
            Err(why) => {
                keep.run.clear(keep.store);
                Err(why)
            }
        }
    }
}
