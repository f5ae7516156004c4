//! The one pass over all logs, on all cores: what of them is wanted is cleaned and put away.

use super::inputs::{Inputs, Log, LogPlace};
use super::store::{Run, Store};
use crate::bundle::{Limits, contents, open_plain};
use crate::logs::{EntryCounts, EntryScan, Selection};
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// What came of one log.
pub(super) struct Passed {
    /// Index of the log.
    pub log: usize,
    pub counts: EntryCounts,
    /// Its wanted entries, or why none of it counts.
    pub run: Result<Run, String>,
}

/// What is wanted, and where it goes.
#[derive(Clone, Copy)]
pub(super) struct Pass<'a> {
    pub inputs: &'a Inputs,
    pub selection: &'a Selection,
    pub store: &'a Store,
    /// Most entries that are needed of one log.
    pub limit: u64,
}

impl Pass<'_> {
    /// Reads every log; in their order.
    pub(super) fn run(self) -> Vec<Passed> {
        let logs = &self.inputs.logs;
        let mut single: Vec<(usize, &Log)> = Vec::new();
        let mut zips: BTreeSet<&PathBuf> = BTreeSet::new();
        for (at, log) in logs.iter().enumerate() {
            match &log.place {
                LogPlace::Zipped { zip, .. } => drop(zips.insert(zip)),
                LogPlace::Member | LogPlace::File(_) => single.push((at, log)),
            }
        }
        // The largest first: one may take as long as all others.
        single.sort_by_key(|(at, log)| (std::cmp::Reverse(log.bytes), *at));
        let of_single = single.into_par_iter().with_max_len(1).map(|(at, log)| vec![self.guarded(at, log)]);
        let of_zips = zips.into_par_iter().map(|zip| self.zip(zip));
        let mut all: Vec<Passed> = of_single.chain(of_zips).flatten_iter().collect();
        all.sort_by_key(|passed| passed.log);
        all
    }

    /// A panic in any library costs the log it happened on, and nothing else.
    fn guarded(self, at: usize, log: &Log) -> Passed {
        catch_unwind(AssertUnwindSafe(|| self.log(at, log))).unwrap_or_else(|_| Passed {
            log: at,
            counts: EntryCounts::default(),
            run: Err("made the reader fail".to_owned()),
        })
    }

    /// A log that can be read again.
    fn log(self, at: usize, log: &Log) -> Passed {
        let first = self.once(at, log, false);
        if !first.counts.order_wrong {
            return first;
        }
        first.run.into_iter().for_each(|mut run| run.clear(self.store));
        self.once(at, log, true)
    }

    fn once(self, at: usize, log: &Log, month_first: bool) -> Passed {
        let mut reading = self.reading(at, month_first);
        let read = match (&log.place, self.inputs.set(log).and_then(|set| set.bundle.as_ref())) {
            (LogPlace::Member, Some(bundle)) => {
                bundle.read(&log.name, &mut |bytes| reading.push(bytes)).map_err(|error| error.to_string())
            }
            (LogPlace::File(path), _) => {
                read_file(path, &mut |bytes| reading.push(bytes)).map_err(|error| unreadable(&error))
            }
            _ => Ok(()),
        };
        reading.finish(read)
    }

    /// The logs of a zip that is no bundle, in one visit, and those with another order of day and month in a second one.
    fn zip(self, zip: &Path) -> Vec<Passed> {
        let mut wanted: BTreeSet<usize> = BTreeSet::new();
        for (at, log) in self.inputs.logs.iter().enumerate() {
            if matches!(&log.place, LogPlace::Zipped { zip: of, .. } if of == zip) {
                wanted.insert(at);
            }
        }
        let mut all = self.visit(zip, &wanted, false);
        let again: BTreeSet<usize> =
            all.iter().filter(|passed| passed.counts.order_wrong).map(|passed| passed.log).collect();
        if !again.is_empty() {
            for passed in all.extract_if(.., |passed| again.contains(&passed.log)) {
                passed.run.into_iter().for_each(|mut run| run.clear(self.store));
            }
            all.extend(self.visit(zip, &again, true));
        }
        all
    }

    fn visit(self, zip: &Path, wanted: &BTreeSet<usize>, month_first: bool) -> Vec<Passed> {
        let mut left = wanted.clone();
        let mut all = Vec::new();
        let named = |at: &usize, wanted: &str| {
            let place = self.inputs.logs.get(*at).map(|log| &log.place);
            matches!(place, Some(LogPlace::Zipped { name, .. }) if name == wanted)
        };
        let visited = contents::visit(zip, &Limits::default(), &mut |name, source| {
            if let Some(at) = left.iter().copied().find(|at| named(at, name)) {
                left.remove(&at);
                let mut reading = self.reading(at, month_first);
                let read = read_all(source, &mut |bytes| reading.push(bytes));
                all.push(reading.finish(read.map_err(|error| unreadable(&error))));
            }
            Ok(())
        });
        let why = match visited {
            Ok(visited) => visited.unread.into_iter().next().unwrap_or_else(|| "was not read".to_owned()),
            Err(error) => error.to_string(),
        };
        let unread = |log| Passed { log, counts: EntryCounts::default(), run: Err(why.clone()) };
        all.extend(left.into_iter().map(unread));
        all
    }

    fn reading(&self, at: usize, month_first: bool) -> Reading<'_> {
        let none = (&NO_CLOCK, None);
        let set = self.inputs.logs.get(at).and_then(|log| self.inputs.set(log));
        let (clock, redactor) = set.map_or(none, |set| (&set.clock, Some(&set.redactor)));
        let scan = redactor.map(|redactor| EntryScan::new(self.selection, clock, redactor, month_first));
        Reading { pass: *self, at, scan, run: Run::default(), failed: None }
    }
}

static NO_CLOCK: crate::logs::LogClock =
    crate::logs::LogClock { offset: None, known: false, zone: String::new(), ended: None };

/// One log while it is read.
struct Reading<'a> {
    pass: Pass<'a>,
    at: usize,
    scan: Option<EntryScan<'a>>,
    run: Run,
    failed: Option<io::Error>,
}

impl Reading<'_> {
    fn push(&mut self, bytes: &[u8]) {
        let Self { pass, scan, run, failed, .. } = self;
        if let Some(scan) = scan {
            scan.push(bytes, &mut |entry| keep(pass, run, failed, entry));
        }
    }

    /// Ends the log. What does not verify does not count.
    fn finish(self, read: Result<(), String>) -> Passed {
        let Self { pass, at, scan, mut run, mut failed } = self;
        let counts = scan
            .map(|scan| scan.finish(&mut |entry| keep(&pass, &mut run, &mut failed, entry)))
            .unwrap_or_default();
        let put_away = run.put_away(pass.store);
        let stored = failed.map_or(put_away, Err);
        let stored =
            stored.map_err(|error| format!("has too many entries for the temporary folder: {error}"));
        let run = match read.and(stored) {
            Ok(()) => Ok(run),
            Err(why) => {
                run.clear(pass.store);
                Err(why)
            }
        };
        Passed { log: at, counts, run }
    }
}

fn keep(pass: &Pass<'_>, run: &mut Run, failed: &mut Option<io::Error>, entry: &crate::logs::Entry<'_>) {
    if run.entries < pass.limit && failed.is_none() {
        *failed = run.add(pass.store, entry).err();
    }
}

fn unreadable(error: &io::Error) -> String {
    format!("could not be read to its end: {error}")
}

fn read_file(path: &Path, sink: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    read_all(&mut open_plain(path)?, sink)
}

fn read_all(source: &mut dyn Read, sink: &mut dyn FnMut(&[u8])) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => sink(buffer.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
