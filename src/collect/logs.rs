//! The logs that were chosen: read, redacted on the way, and written into the bundle.

use super::error::CollectError;
use super::log_selection::{Take, beyond, is_rolled};
use super::progress::Shared;
use super::readahead::read_ahead;
use super::redacting::Redacting;
use super::walk::{Found, reason};
use crate::bundle::manifest::END_MISSING;
use crate::bundle::{BundleWriter, Status, WriteError};
use crate::model::excerpt::Sanitize as _;
use crate::model::product::LOG_FOLDER;
use crate::redact::{Known, Redactor};
use chrono::NaiveDate;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom};

/// Folder of the members.
const FOLDER: &str = "logs";

/// Most bytes that are read to find where a line begins; a longer line is no line of a log.
const LONGEST_LINE: u64 = 16 << 20;

/// Bytes at the end of a log that are looked through for the time of a line.
const LAST_LINES: u64 = 64 << 10;

/// Writes the chosen logs into the bundle, redacted on the way, and notes the others; also those that the time does
/// not suffice for.
pub(super) fn write(
    bundle: &mut BundleWriter,
    chosen: &[(&Found, Take)],
    budget: u64,
    redactor: &Redactor,
    progress: &Shared<'_>,
) -> Result<(), CollectError> {
    let bytes = chosen.iter().map(|(file, take)| take.bytes(file)).sum();
    progress.phase("reading logs", bytes);
    for (file, take) in chosen {
        // Names of files are text of the node, too.
        let shown = redactor.clean(&file.path);
        let name = bundle.name_for(FOLDER, shown.get(LOG_FOLDER.len() + 1..).unwrap_or(&shown));
        let over = progress.time_over();
        let source = match (take, &file.metadata, &over) {
            (_, Err(why), _) => Err(Status::Denied { why: why.clone() }),
            (Take::Nothing(why), ..) | (_, _, Some(why)) => Err(Status::Skipped { why: why.clone() }),
            (_, Ok(_), None) => open(file, take).map_err(|error| Status::Denied { why: reason(&error) }),
        };
        let Opened { text, expected, rolled } = match source {
            Ok(opened) => opened,
            Err(status) => {
                bundle.note(file.not_taken(name, &shown, status))?;
                continue;
            }
        };
        let mut redacting = Redacting::new(text, redactor.stream(), progress);
        let new = file.member(name.clone(), &shown);
        match read_ahead(&mut redacting, |text| bundle.add(new, text)) {
            Ok(record) => {
                let (read, counts) = redacting.finish();
                record.redactions = counts.by_kind();
                let stopped = record.status.why().map(str::to_owned);
                let rolled = || rolled.then(|| format!("{END_MISSING}it was rolled after it was listed"));
                let shrank =
                    || (read < expected).then(|| format!("{END_MISSING}it became shorter while it was read"));
                let beyond = || matches!(take, Take::Tail(_)).then(|| beyond(budget));
                if let Some(why) = stopped.or_else(rolled).or_else(shrank).or_else(beyond) {
                    record.truncated(read, file.size, why);
                }
            }
            Err(WriteError::Source(error)) => {
                let denied = || Status::Denied { why: reason(&error) };
                let status = progress.time_over().map_or_else(denied, |why| Status::Skipped { why });
                bundle.note(file.not_taken(name, &shown, status))?;
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
    chosen: &[(&Found, Take)],
    progress: &Shared<'_>,
) -> Result<(), CollectError> {
    progress.phase("looking for names in logs", chosen.iter().map(|(file, take)| take.bytes(file)).sum());
    let learning = Redactor::learning(std::mem::take(known));
    for (file, take) in chosen {
        if file.metadata.is_ok()
            && !matches!(take, Take::Nothing(_))
            && let Ok(Opened { text, .. }) = open(file, take)
        {
            // What cannot be read is said when it is taken.
            let _ = io::copy(&mut Redacting::new(text, learning.stream(), progress), &mut io::sink());
        }
        progress.go_on()?;
    }
    *known = learning.learned();
    Ok(())
}

/// A log at the first byte that is taken.
pub(super) struct Opened<R> {
    /// What is taken.
    pub(super) text: R,
    /// How many bytes that are.
    expected: u64,
    /// A log that nobody writes any more has grown: it is another one, which was given this name.
    rolled: bool,
}

/// Opens a log. One that grows meanwhile ends where it ended when it was listed.
pub(super) fn open(file: &Found, take: &Take) -> io::Result<Opened<impl Read + use<>>> {
    let mut reader = File::open(&file.full)?;
    let rolled = reader.metadata()?.len() > file.size && is_rolled(file);
    let mut mark = Vec::new();
    let mut bytes = file.size;
    if let Take::Tail(newest) = take {
        // Without its mark UTF-16 would read as other letters.
        mark = utf_16_mark(&mut reader)?;
        bytes = *newest;
        reader.seek(SeekFrom::Start(file.size.saturating_sub(bytes)))?;
    }
    let expected = mark.len() as u64 + bytes;
    Ok(Opened { text: Cursor::new(mark).chain(reader.take(bytes)), expected, rolled })
}

/// Bytes of the whole lines within the newest `most` bytes of a log that is larger; the mark of UTF-16, which goes before
/// them, finds room in `most` too.
pub(super) fn lines_within(file: &Found, most: u64) -> io::Result<u64> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(&file.full)?);
    let mark = utf_16_mark(&mut reader)?.len() as u64;
    // One line feed earlier, so that a line that begins exactly there is whole.
    let line_feed = if mark == 0 { 1 } else { 2 };
    let start = file.size.saturating_sub(most.saturating_sub(mark)).saturating_sub(line_feed);
    reader.seek(SeekFrom::Start(start))?;
    let Some(skipped) = skip_line(&mut reader.take(LONGEST_LINE))? else { return Ok(0) };
    let mut begin = start + skipped;
    if mark > 0 && begin % 2 == 1 {
        // A line feed of two bytes ends here.
        begin += 1;
    }
    Ok(file.size.saturating_sub(begin))
}

/// The day in the newest line that begins with one, in the time zone of whoever wrote it.
pub(super) fn last_day(file: &Found) -> Option<NaiveDate> {
    let mut reader = File::open(&file.full).ok()?;
    reader.seek(SeekFrom::Start(file.size.saturating_sub(LAST_LINES))).ok()?;
    let mut end = Vec::new();
    reader.take(LAST_LINES).read_to_end(&mut end).ok()?;
    // What is left of UTF-16 reads as ASCII where it is.
    end.retain(|byte| *byte != 0);
    end.rsplit(|byte| *byte == b'\n').find_map(|line| {
        let day = std::str::from_utf8(line.get(..10)?).ok()?;
        NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()
    })
}

/// The byte order mark of UTF-16 at the start; empty when there is none.
fn utf_16_mark(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut mark = Vec::new();
    reader.take(2).read_to_end(&mut mark)?;
    Ok(if matches!(*mark, [0xff, 0xfe] | [0xfe, 0xff]) { mark } else { Vec::new() })
}

/// Reads past the next line end without keeping what may be a long line. `None` if there is none.
fn skip_line(reader: &mut impl BufRead) -> io::Result<Option<u64>> {
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
            return Ok(found.then_some(skipped));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::inventory_table::Item;

    /// A log with this content.
    fn log(name: &str, content: &[u8]) -> (tempfile::NamedTempFile, Found) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        let found = Found {
            path: format!("log/{name}"),
            full: file.path().into(),
            size: content.len() as u64,
            modified: None,
            item: Item::Log,
            metadata: file.path().metadata().map_err(|error| error.to_string()),
        };
        (file, found)
    }

    fn text(found: &Found, take: &Take) -> Vec<u8> {
        let mut text = Vec::new();
        open(found, take).unwrap().text.read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn a_tail_begins_at_a_line() {
        let (_file, found) = log("SS.log", b"first line\nsecond line\nthird\n");
        for (bytes, expected) in [(6, "third\n"), (7, "third\n"), (18, "second line\nthird\n"), (3, "")] {
            let within = lines_within(&found, bytes).unwrap();
            assert_eq!(text(&found, &Take::Tail(within)), expected.as_bytes(), "{bytes}");
        }
        // A line of UTF-16 ends with two bytes, of which the line feed is the first.
        let wide: Vec<u8> = "\u{feff}Zeile\nПароль42\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (_file, found) = log("SS.log", &wide);
        for bytes in [20, 21, 22] {
            let take = Take::Tail(lines_within(&found, bytes).unwrap());
            let tail = text(&found, &take);
            assert_eq!(tail, [&wide[..2], &wide[14..]].concat(), "{bytes}");
            assert!(tail.len() as u64 <= bytes);
        }
        assert_eq!(lines_within(&found, 19).unwrap(), 0);
    }

    #[test]
    fn without_a_line_end_there_is_no_tail() {
        for content in
            [&vec![0; 100_000][..], b"one line that ends with the file\n", b"and one that does not"]
        {
            let (_file, found) = log("SS.log", content);
            assert_eq!(lines_within(&found, 10).unwrap(), 0);
        }
    }

    #[test]
    fn what_is_written_after_the_listing_is_not_taken_and_a_rolled_log_that_grew_is_another() {
        for (name, is_another) in [("SS.log", false), ("SS.log.1", true), ("SS1.log", true)] {
            let (file, found) = log(name, b"first line\nsecond line\n");
            assert!(!open(&found, &Take::Whole).unwrap().rolled);
            std::fs::write(file.path(), "first line\nsecond line\nthird\n").unwrap();
            assert_eq!(text(&found, &Take::Whole), b"first line\nsecond line\n");
            assert_eq!(text(&found, &Take::Tail(12)), b"second line\n");
            assert_eq!(open(&found, &Take::Whole).unwrap().rolled, is_another, "{name}");
        }
    }
}
