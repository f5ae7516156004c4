//! Which logs are taken, and how much of each: the newest first, within an age and a budget.

use super::CollectError;
use super::ahead::read_ahead;
use super::plan::{Item, LOG_FOLDER};
use super::progress::Shared;
use super::redacting::Redacting;
use super::walk::{Found, reason};
use crate::bundle::manifest::{END_MISSING, TOO_OLD};
use crate::bundle::{BundleWriter, MemberRecord, NewMember, Status, WriteError};
use crate::model::excerpt::Clean as _;
use crate::redact::{Known, Redactor};
use chrono::{DateTime, TimeDelta, Utc};
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};

/// Logs are taken from so many days before the collection.
pub const DAYS: i64 = 14;

/// Most logs that a bundle names one by one: half as many members as a reader accepts, less room for the rest. Who
/// never removes old logs may have more.
const MOST: usize = 4000;

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

/// Every log of the product with what is taken of it, the newest first. `budget` is that of the whole bundle:
/// configuration files come first and are always taken.
pub(super) fn choose(files: &[Found], since: DateTime<Utc>, budget: u64) -> Vec<(&Found, Take)> {
    let mut logs: Vec<&Found> = files.iter().filter(|file| file.item == Item::Log).collect();
    // A log without a time may be the newest; equal times keep the order of paths.
    logs.sort_by_key(|file| std::cmp::Reverse(file.modified.unwrap_or(DateTime::<Utc>::MAX_UTC)));
    let configs = files.iter().filter(|file| file.item == Item::Config).map(|file| file.size).sum();
    let mut left = budget.saturating_sub(configs);
    // One more, which stands for all that are older.
    let unnamed = logs.len().saturating_sub(MOST + 1);
    let mut chosen: Vec<(&Found, Take)> = logs
        .into_iter()
        .take(MOST + 1)
        .enumerate()
        .map(|(newer, file)| {
            let take = if file.modified.is_some_and(|modified| modified < since) {
                Take::Nothing(format!("{TOO_OLD}{}", since.format("%Y-%m-%d %H:%M UTC")))
            } else if newer == MOST {
                Take::Nothing(format!("beyond the {MOST} newest logs"))
            } else if file.size <= left {
                Take::Whole
            } else if left == 0 {
                Take::Nothing(beyond(budget))
            } else {
                Take::Tail(left)
            };
            left -= take.bytes(file);
            (file, take)
        })
        .collect();
    if unnamed > 0
        && let Some((_, Take::Nothing(why))) = chosen.last_mut()
    {
        let _ = write!(why, ", as are {unnamed} older ones that are not named");
    }
    chosen
}

fn beyond(budget: u64) -> String {
    format!("beyond the budget of {budget} bytes")
}

/// Writes the chosen logs into the bundle, redacted on the way, and notes the others; also those that the time does
/// not suffice for.
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
        // Names of files are text of the node, too.
        let shown = redactor.clean(&file.path);
        let name = bundle.name_for(FOLDER, shown.get(LOG_FOLDER.len() + 1..).unwrap_or(&shown));
        let not_taken = |status| MemberRecord {
            modified: file.modified,
            ..MemberRecord::not_taken(name.clone(), &shown, status)
        };
        let over = progress.time_over();
        let source = match (&take, &file.metadata, &over) {
            (_, Err(why), _) => Err(Status::Denied { why: why.clone() }),
            (Take::Nothing(why), ..) | (_, _, Some(why)) => Err(Status::Skipped { why: why.clone() }),
            (_, Ok(_), None) => open(file, &take).map_err(|error| Status::Denied { why: reason(&error) }),
        };
        let (source, expected) = match source {
            Ok(source) => source,
            Err(status) => {
                bundle.note(not_taken(status))?;
                continue;
            }
        };
        let mut redacting = Redacting::new(source, redactor.stream(), progress);
        let new =
            NewMember { name: name.clone(), origin: shown.clone(), size: file.size, modified: file.modified };
        match read_ahead(&mut redacting, |text| bundle.add(new, text)) {
            Ok(record) => {
                let (read, counts) = redacting.finish();
                record.redactions = counts.by_kind();
                let stopped = record.status.why().map(str::to_owned);
                let shrank =
                    || (read < expected).then(|| format!("{END_MISSING}it became shorter while it was read"));
                let beyond = || matches!(take, Take::Tail(_)).then(|| beyond(budget));
                if let Some(why) = stopped.or_else(shrank).or_else(beyond) {
                    record.truncated(read, file.size, why);
                }
            }
            Err(WriteError::Source(error)) => {
                let why = reason(&error);
                let status = match progress.time_over() {
                    Some(why) => Status::Skipped { why },
                    None => Status::Denied { why },
                };
                bundle.note(not_taken(status))?;
            }
            Err(error) => return Err(error.into()),
        }
        progress.go_on()?;
    }
    Ok(())
}

/// Learns whom the chosen logs name, in a pass of its own: a name is hidden in the first line, too, although a later one
/// shows what it is.
pub(super) fn learn(
    known: &mut Known,
    files: &[Found],
    since: DateTime<Utc>,
    budget: u64,
    progress: &Shared<'_>,
) -> Result<(), CollectError> {
    let chosen = choose(files, since, budget);
    progress.phase("looking for names in logs", chosen.iter().map(|(file, take)| take.bytes(file)).sum());
    let learning = Redactor::learning(std::mem::take(known));
    for (file, take) in &chosen {
        if file.metadata.is_ok()
            && !matches!(take, Take::Nothing(_))
            && let Ok((source, _)) = open(file, take)
        {
            // What cannot be read is said when it is taken.
            let _ = io::copy(&mut Redacting::new(source, learning.stream(), progress), &mut io::sink());
        }
        progress.go_on()?;
    }
    *known = learning.learned();
    Ok(())
}

/// Opens a log at the first byte that is taken, and says how many bytes there are to read. One that grows meanwhile ends
/// where it ended when it was listed.
pub(super) fn open(file: &Found, take: &Take) -> io::Result<(impl Read + use<>, u64)> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(&file.full)?);
    let Take::Tail(bytes) = take else {
        return Ok((Cursor::new(Vec::new()).chain(reader.take(file.size)), file.size));
    };
    let mark = utf_16_mark(&mut reader)?;
    // One line feed earlier, so that a line that begins exactly there is whole.
    let line_feed = if mark.is_empty() { 1 } else { 2 };
    let start = file.size.saturating_sub(*bytes).saturating_sub(line_feed);
    reader.seek(SeekFrom::Start(start))?;
    let mut begin = start + skip_line(&mut reader)?;
    if !mark.is_empty() && begin % 2 == 1 {
        // The line feed of two bytes ends here; without its mark the rest would read as other letters.
        begin += io::copy(&mut reader.by_ref().take(1), &mut io::sink())?;
    }
    let rest = file.size.saturating_sub(begin);
    let expected = mark.len() as u64 + rest;
    Ok((Cursor::new(mark).chain(reader.take(rest)), expected))
}

/// The byte order mark of UTF-16 at the start; empty when there is none.
fn utf_16_mark(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut mark = Vec::new();
    reader.take(2).read_to_end(&mut mark)?;
    Ok(if matches!(*mark, [0xff, 0xfe] | [0xfe, 0xff]) { mark } else { Vec::new() })
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
        let chosen = choose(&files, at("2026-09-01T00:00:00Z"), 160);
        let takes: Vec<&Take> = chosen.iter().map(|(_, take)| take).collect();
        assert_eq!(takes[..2], [&Take::Whole, &Take::Tail(40)]);
        assert_eq!(takes[2], &Take::Nothing("beyond the budget of 160 bytes".into()));
        assert_eq!(takes[3], &Take::Nothing("last changed before 2026-09-01 00:00 UTC".into()));
    }

    #[test]
    fn who_keeps_every_log_gets_a_bundle_too() {
        let files: Vec<Found> = (0..MOST + 20)
            .map(|n| {
                log(
                    &format!("log/SS.log.{n}"),
                    1,
                    if n < 10 { "2026-09-01T06:00:00Z" } else { "2026-09-14T06:00:00Z" },
                )
            })
            .collect();
        let chosen = choose(&files, at("2026-08-01T00:00:00Z"), u64::MAX);
        let left_out: Vec<&Take> =
            chosen.iter().map(|(_, take)| take).filter(|take| **take != Take::Whole).collect();
        let why = "beyond the 4000 newest logs, as are 19 older ones that are not named";
        assert_eq!((chosen.len(), left_out), (MOST + 1, vec![&Take::Nothing(why.into())]));
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
            open(&found, &Take::Tail(bytes)).unwrap().0.read_to_string(&mut text).unwrap();
            assert_eq!(text, expected, "{bytes}");
        }
        // A line of UTF-16 ends with two bytes, of which the line feed is the first.
        let text: Vec<u8> = "\u{feff}Zeile\nПароль42\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        std::fs::write(file.path(), &text).unwrap();
        let wide = Found {
            full: file.path().into(),
            ..log("log/SS.log", text.len() as u64, "2026-09-14T06:00:00Z")
        };
        for bytes in [18, 19, 20] {
            let mut tail = Vec::new();
            open(&wide, &Take::Tail(bytes)).unwrap().0.read_to_end(&mut tail).unwrap();
            assert_eq!(tail, [&text[..2], &text[14..]].concat(), "{bytes}");
        }
        std::fs::write(file.path(), "first line\nsecond line\nthird\nfourth\n").unwrap();
        // What is written after the listing is not taken.
        std::fs::write(file.path(), "first line\nsecond line\nthird\nfourth\n").unwrap();
        let mut text = String::new();
        open(&found, &Take::Whole).unwrap().0.read_to_string(&mut text).unwrap();
        assert!(text.ends_with("third\n"));
    }
}
