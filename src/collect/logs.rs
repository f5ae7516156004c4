//! Which logs are taken, and how much of each: the newest first, within an age and a budget.

use super::CollectError;
use super::plan::{Item, LOG_FOLDER};
use super::progress::Shared;
use super::redacting::Redacting;
use super::walk::{Found, reason};
use crate::bundle::manifest::TOO_OLD;
use crate::bundle::{BundleWriter, MemberRecord, NewMember, Status, WriteError};
use crate::redact::Redactor;
use chrono::{DateTime, TimeDelta, Utc};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

/// Logs are taken from so many days before the collection.
pub const DAYS: i64 = 14;

/// Raw bytes of all logs together.
pub const MAX_BYTES: u64 = 200 << 20;

/// Folder of the members.
const FOLDER: &str = "logs";

/// What is taken of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Take {
    /// All of it.
    Whole,
    /// The newest bytes, beginning at a line.
    Tail(u64),
    /// Nothing, and why.
    Nothing(String),
}

impl Take {
    /// Bytes that will be read, at most.
    pub(super) fn bytes(&self, file: &Found) -> u64 {
        match self {
            Self::Whole => file.size,
            Self::Tail(bytes) => *bytes,
            Self::Nothing(_) => 0,
        }
    }
}

/// When logs begin to be too old, where nobody says: counted from the start of the collection, or from the
/// newest log of a folder that was copied from elsewhere, which may have happened long ago.
pub(super) fn default_since(files: &[Found], started: DateTime<Utc>, copied: bool) -> DateTime<Utc> {
    let newest = files.iter().filter(|file| file.item == Item::Log).filter_map(|file| file.modified).max();
    let from = newest.filter(|_| copied).unwrap_or(started);
    from - TimeDelta::days(DAYS)
}

/// Every log of the product with what is taken of it, in order of path.
pub(super) fn choose(files: &[Found], since: DateTime<Utc>, budget: u64) -> Vec<(&Found, Take)> {
    let mut logs: Vec<&Found> = files.iter().filter(|file| file.item == Item::Log).collect();
    // A log without a time may be the newest; equal times keep the order of paths.
    logs.sort_by_key(|file| std::cmp::Reverse(file.modified.unwrap_or(DateTime::<Utc>::MAX_UTC)));
    let mut left = budget;
    let mut chosen: Vec<(&Found, Take)> = logs
        .into_iter()
        .map(|file| {
            let take = if file.modified.is_some_and(|modified| modified < since) {
                Take::Nothing(format!("{TOO_OLD}{}", since.format("%Y-%m-%d %H:%M UTC")))
            } else if file.size <= left {
                Take::Whole
            } else if left == 0 {
                Take::Nothing(format!("beyond the {budget} bytes for logs"))
            } else {
                Take::Tail(left)
            };
            left -= take.bytes(file);
            (file, take)
        })
        .collect();
    chosen.sort_by(|a, b| a.0.path.cmp(&b.0.path));
    chosen
}

/// Writes the chosen logs into the bundle, redacted on the way, and notes the others.
pub(super) fn write(
    bundle: &mut BundleWriter,
    files: &[Found],
    since: DateTime<Utc>,
    budget: u64,
    redactor: &Redactor,
    progress: &Shared<'_>,
) -> Result<(), CollectError> {
    let chosen = choose(files, since, budget);
    let bytes = chosen.iter().map(|(file, take)| take.bytes(file)).sum();
    progress.phase("reading logs", bytes);
    for (file, take) in chosen {
        let name = bundle.name_for(FOLDER, file.path.get(LOG_FOLDER.len() + 1..).unwrap_or(&file.path));
        let not_taken = |status| MemberRecord {
            modified: file.modified,
            ..MemberRecord::not_taken(name.clone(), &file.path, status)
        };
        let source = match (&take, &file.metadata) {
            (_, Err(why)) => Err(Status::Denied { why: why.clone() }),
            (Take::Nothing(why), _) => Err(Status::Skipped { why: why.clone() }),
            (_, Ok(_)) => open(file, &take).map_err(|error| Status::Denied { why: reason(&error) }),
        };
        let source = match source {
            Ok(source) => source,
            Err(status) => {
                bundle.note(not_taken(status))?;
                continue;
            }
        };
        let mut redacting = Redacting::new(source, redactor.stream(), progress);
        let new = NewMember {
            name: name.clone(),
            origin: file.path.clone(),
            size: file.size,
            modified: file.modified,
        };
        match bundle.add(new, &mut redacting) {
            Ok(record) => {
                let (read, counts) = redacting.finish();
                record.redactions = counts.by_kind();
                if matches!(take, Take::Tail(_)) {
                    record.truncated(read, file.size, format!("beyond the {budget} bytes for logs"));
                }
            }
            Err(WriteError::Source(error)) => {
                bundle.note(not_taken(Status::Denied { why: reason(&error) }))?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Opens a log at the first byte that is taken. One that grows meanwhile ends where it ended when it was listed.
fn open(file: &Found, take: &Take) -> io::Result<impl Read + use<>> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(&file.full)?);
    let mut length = file.size;
    if let Take::Tail(bytes) = take {
        // One byte earlier, so that a line that begins exactly there is whole.
        let start = file.size.saturating_sub(*bytes);
        reader.seek(SeekFrom::Start(start.saturating_sub(1)))?;
        let skipped = skip_line(&mut reader)?;
        length = file.size.saturating_sub(start.saturating_sub(1) + skipped);
    }
    Ok(reader.take(length))
}

/// Reads past the next line end without keeping what may be a line of a hundred megabytes.
fn skip_line(reader: &mut impl BufRead) -> io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = reader.fill_buf()?;
        let (used, found) = match memchr::memchr(b'\n', buffer) {
            Some(at) => (at + 1, true),
            None => (buffer.len(), false),
        };
        reader.consume(used);
        skipped += used as u64;
        if found || used == 0 {
            return Ok(skipped);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn log(path: &str, size: u64, modified: &str) -> Found {
        Found {
            path: path.into(),
            full: path.into(),
            size,
            modified: Some(at(modified)),
            item: Item::of(path),
            metadata: Err("not needed".into()),
        }
    }

    #[test]
    fn the_newest_logs_win_and_the_oldest_of_them_loses_its_head() {
        let files = [
            log("log/SS.log", 60, "2026-09-14T06:00:00Z"),
            log("log/SS.log.1", 60, "2026-09-13T06:00:00Z"),
            log("log/SS.log.2", 60, "2026-09-12T06:00:00Z"),
            log("log/SS.log.3", 60, "2026-08-01T06:00:00Z"),
            log("web.config", 60, "2026-09-14T06:00:00Z"),
        ];
        let chosen = choose(&files, at("2026-09-01T00:00:00Z"), 100);
        let takes: Vec<&Take> = chosen.iter().map(|(_, take)| take).collect();
        assert_eq!(takes[..2], [&Take::Whole, &Take::Tail(40)]);
        assert_eq!(takes[2], &Take::Nothing("beyond the 100 bytes for logs".into()));
        assert_eq!(takes[3], &Take::Nothing("last changed before 2026-09-01 00:00 UTC".into()));
    }

    #[test]
    fn the_days_of_a_copied_folder_count_from_its_newest_log() {
        let files = [log("log/SS.log", 60, "2026-03-14T06:00:00Z")];
        let started = at("2026-09-14T06:00:00Z");
        assert_eq!(default_since(&files, started, true), at("2026-02-28T06:00:00Z"));
        assert_eq!(default_since(&files, started, false), at("2026-08-31T06:00:00Z"));
    }

    #[test]
    fn a_tail_begins_at_a_line() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "first line\nsecond line\nthird\n").unwrap();
        let found = Found { full: file.path().into(), ..log("log/SS.log", 29, "2026-09-14T06:00:00Z") };
        for (bytes, expected) in [(6, "third\n"), (7, "third\n"), (18, "second line\nthird\n"), (3, "")] {
            let mut text = String::new();
            open(&found, &Take::Tail(bytes)).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, expected, "{bytes}");
        }
        // What is written after the listing is not taken.
        std::fs::write(file.path(), "first line\nsecond line\nthird\nfourth\n").unwrap();
        let mut text = String::new();
        open(&found, &Take::Whole).unwrap().read_to_string(&mut text).unwrap();
        assert!(text.ends_with("third\n"));
    }
}
