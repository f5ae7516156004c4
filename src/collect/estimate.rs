//! Estimates how much a collection would read, how long that takes and how large the bundle becomes, from a sample of
//! the same files. Writes nothing.

use super::configs::{self, Configs};
use super::error::{CollectError, guarded};
use super::host::{Host, Stopwatch};
use super::inventory_table::{Item, Row, TABLE};
use super::log_selection::{self, Inspect, Selection};
use super::logs;
use super::options::Options;
use super::progress::{Shared, Silent};
use super::redacting::Redacting;
use super::walk::{ListedFile, walk};
use super::{inventory, key_files, safety};
use crate::bundle::{Sha256, packed_size};
use crate::redact::{Redactor, SecretSet, leak};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::time::Duration;

/// Bytes of logs, and of other files, that are read to measure: a second or two of work.
const SAMPLE: u64 = 8 << 20;

/// Minimum number of bytes that are read of one log: shorter pieces do not show how well it compresses.
const PIECE: u64 = 64 << 10;

/// Compressed size of an inventory entry in bytes: a digest, which cannot be compressed, and a path. A DLL has an entry
/// in the facts too.
const PACKED_ENTRY: u64 = 80;

/// Compressed size of the records of a log or a configuration file in the manifest and in the directory of the zip.
const PACKED_RECORD: u64 = 200;

/// Compressed size of everything else in manifest and facts.
const PACKED_FACTS: u64 = 4 << 10;

/// The share of one row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The row.
    pub row: &'static Row,
    /// How many files.
    pub files: u64,
    /// How many bytes of them would be read.
    pub bytes: u64,
}

/// The estimate of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// By row, in order of the table, without those that are not files.
    pub shares: Vec<Share>,
    /// Bytes that were read to measure: of logs, of other files.
    pub measured: (u64, u64),
    /// How long reading and checking takes, without the questions to the system.
    pub time: Duration,
    /// Bytes of the bundle, without records of event logs, whose number is not known in advance.
    pub bundle: u64,
    /// Free bytes where it would be written; `None` where the system does not show it.
    pub free: Option<u64>,
}

/// Measures a sample, on the threads and at the priority of the caller.
pub fn estimate(options: &Options, host: &dyn Host) -> Result<Estimate, CollectError> {
    safety::check(options)?;
    let files = walk(&options.app_dir, host);
    let since = log_selection::since(options, &files, host.now());
    let chosen = log_selection::choose(&files, since, options.budget, Inspect::Content);
    let bytes_by_log: BTreeMap<&str, u64> =
        chosen.iter().map(|(log, take)| (log.path.as_str(), take.bytes(log))).collect();
    let key_sizes = key_files::sizes(&files);
    let mut harvest = SecretSet::default();
    let tms = configs::tms_configs(&options.app_dir, host);
    let _ = Configs::read(options, &files, &tms, &mut |bytes| harvest.add_config(bytes));
    let redactor = harvest.redactor();

    let cost = |file: &ListedFile| match file.item {
        Item::Log => bytes_by_log.get(file.path.as_str()).copied().unwrap_or_default(),
        Item::KeyFile | Item::Config => file.size,
        _ if inventory::why_unread(file, key_sizes.contains(&file.size), None).is_none() => file.size,
        _ => 0,
    };
    let share = |row: &'static Row| {
        let files_of_row = files.iter().filter(|file| file.item == row.item);
        let (files, bytes) =
            files_of_row.fold((0, 0), |(files, bytes), file| (files + 1, bytes + cost(file)));
        Share { row, files, bytes }
    };
    let shares: Vec<Share> = TABLE.iter().map(share).filter(|share| share.files > 0).collect();
    let log_bytes = shares.iter().filter(|share| share.row.item == Item::Log).map(|share| share.bytes).sum();
    let all: u64 = shares.iter().map(|share| share.bytes).sum();

    let (keys, _) = key_files::read(options, options.case_key.as_ref(), &files, host);
    let scanner = leak::Scanner::new(&harvest, &keys.contents());
    let log = measure_logs(&chosen, log_bytes, &redactor, &scanner, host);
    let others = measure_others(&files, host.stopwatch());
    let files_of = |item| files.iter().filter(move |file| file.item == item);
    let configs: u64 = files_of(Item::Config).map(|file| file.size).sum();
    let entries = (files.len() + files_of(Item::Binary).count()) as u64;
    let records = (chosen.len() + files_of(Item::Config).count()) as u64;
    let records_size = entries * PACKED_ENTRY + records * PACKED_RECORD + PACKED_FACTS;
    Ok(Estimate {
        time: log.time_for(log_bytes) + others.time_for(all - log_bytes),
        bundle: log.scaled(log_bytes, log.packed.into()) + configs / 2 + records_size,
        measured: (log.read, others.read),
        free: safety::free(options, host.system()),
        shares,
    })
}

/// Result of a sample.
#[derive(Default)]
struct Measured {
    read: u64,
    packed: u64,
    took: Duration,
}

impl Measured {
    /// Scales `sample`, measured on the sample, to a number of bytes.
    fn scaled(&self, bytes: u64, sample: u128) -> u64 {
        u64::try_from(u128::from(bytes) * sample / u128::from(self.read.max(1))).unwrap_or(u64::MAX)
    }

    fn time_for(&self, bytes: u64) -> Duration {
        Duration::from_nanos(self.scaled(bytes, self.took.as_nanos()))
    }
}

/// The newest lines of each log, in proportion to its share, are processed completely: redacted, compressed, scanned.
fn measure_logs(
    chosen: &[(&ListedFile, Selection)],
    log_bytes: u64,
    redactor: &Redactor,
    scanner: &leak::Scanner,
    host: &dyn Host,
) -> Measured {
    let mut silent = Silent;
    let shared = Shared::new(&mut silent, host.stopwatch(), None);
    let mut measured = Measured::default();
    let watch = host.stopwatch();
    for (file, take) in chosen {
        let part = u128::from(take.bytes(file)) * u128::from(SAMPLE) / u128::from(log_bytes.max(1));
        let left = SAMPLE.saturating_sub(measured.read);
        let bytes = u64::try_from(part).unwrap_or(SAMPLE).max(PIECE).min(take.bytes(file)).min(left);
        if bytes == 0 || file.metadata.is_err() {
            continue;
        }
        let part = if bytes == file.size { Selection::Whole } else { Selection::Tail(bytes) };
        let Ok(opened) = logs::open(file, &part) else { continue };
        let mut redacting = Redacting::new(opened.text, redactor.stream(), &shared);
        let mut text = Vec::new();
        if redacting.read_to_end(&mut text).is_err() {
            continue;
        }
        measured.read += redacting.finish().0.min(left);
        measured.packed += packed_size(&text).unwrap_or_default();
        let mut scan = scanner.start(None);
        scan.push(&text);
        let _ = guarded(|| scan.finish());
    }
    measured.took = watch();
    measured
}

/// Every n-th of the files that are hashed, on all threads, as in a real collection.
fn measure_others(files: &[ListedFile], watch: Stopwatch) -> Measured {
    let hashed: Vec<&ListedFile> = files
        .iter()
        .filter(|file| matches!(file.item, Item::Binary | Item::Program) && file.metadata.is_ok())
        .collect();
    let all: u64 = hashed.iter().map(|file| file.size).sum();
    let step = usize::try_from(all.div_ceil(SAMPLE)).unwrap_or(usize::MAX).max(1);
    let read = |file: &&ListedFile| {
        let mut content = File::open(&file.full).ok()?.take(SAMPLE);
        Sha256::of_reader(&mut content).ok().map(|(_, length)| length)
    };
    let sample: Vec<&ListedFile> = hashed.into_iter().step_by(step).collect();
    let read = sample.par_iter().filter_map(read).sum();
    Measured { read, packed: 0, took: watch() }
}
