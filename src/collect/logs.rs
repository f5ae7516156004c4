//! Reads the selected logs, redacts them while reading, and writes them into the bundle.

use super::error::CollectError;
use super::log_selection::{Selection, beyond, is_rolled};
use super::progress::Shared;
use super::readahead::read_ahead;
use super::redacting::Redacting;
use super::walk::{ListedFile, reason};
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

/// Maximum number of bytes that are read to find the start of a line; no line of a log is longer.
const LONGEST_LINE: u64 = 16 << 20;

/// Bytes at the end of a log that are searched for the time of a line.
const LAST_LINES: u64 = 64 << 10;

/// Writes the selected logs into the bundle, redacted, and notes the others, also those that the time limit cut off.
pub(super) fn write(
    bundle: &mut BundleWriter,
    chosen: &[(&ListedFile, Selection)],
    budget: u64,
    redactor: &Redactor,
    progress: &Shared<'_>,
) -> Result<(), CollectError> {
    let bytes = chosen.iter().map(|(file, take)| take.bytes(file)).sum();
    progress.phase("reading logs", bytes);
    for (file, take) in chosen {
        // Names of files are text of the node, too.
        let shown = redactor.sanitize(&file.path);
        let name = bundle.name_for(FOLDER, shown.get(LOG_FOLDER.len() + 1..).unwrap_or(&shown));
        let over = progress.time_over();
        let source = match (take, &file.metadata, &over) {
            (_, Err(why), _) => Err(Status::Denied { why: why.clone() }),
            (Selection::Nothing(why), ..) | (_, _, Some(why)) => Err(Status::Skipped { why: why.clone() }),
            (_, Ok(_), None) => open(file, take).map_err(|error| Status::Denied { why: reason(&error) }),
        };
        let OpenedLog { text, expected, rolled } = match source {
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
                let beyond = || matches!(take, Selection::Tail(_)).then(|| beyond(budget));
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
    }
    Ok(())
}

/// Collects the names in the selected logs, in an extra pass: a name must be hidden in the first line even if only a
/// later line shows that it is one.
pub(super) fn learn(known: &mut Known, chosen: &[(&ListedFile, Selection)], progress: &Shared<'_>) {
    progress.phase("looking for names in logs", chosen.iter().map(|(file, take)| take.bytes(file)).sum());
    let learning = Redactor::learning(std::mem::take(known));
    for (file, take) in chosen {
        if file.metadata.is_ok()
            && !matches!(take, Selection::Nothing(_))
            && let Ok(OpenedLog { text, .. }) = open(file, take)
        {
            // A log that cannot be read is reported when it is collected.
            let _ = io::copy(&mut Redacting::new(text, learning.stream(), progress), &mut io::sink());
        }
    }
    *known = learning.learned();
}

/// An open log at the first byte that is collected.
pub(super) struct OpenedLog<R> {
    /// The text that is collected.
    pub(super) text: R,
    /// Its length in bytes.
    expected: u64,
    /// A rolled log has grown since it was listed: it is another log, which was given this name.
    rolled: bool,
}

/// Opens a log. A log that grows is read up to the size that it had when it was listed.
pub(super) fn open(file: &ListedFile, take: &Selection) -> io::Result<OpenedLog<impl Read + use<>>> {
    let mut reader = File::open(&file.full)?;
    let rolled = reader.metadata()?.len() > file.size && is_rolled(file);
    let mut mark = Vec::new();
    let mut bytes = file.size;
    if let Selection::Tail(newest) = take {
        // Without its byte order mark UTF-16 would be read as other letters.
        mark = utf_16_mark(&mut reader)?;
        bytes = *newest;
        reader.seek(SeekFrom::Start(file.size.saturating_sub(bytes)))?;
    }
    let expected = mark.len() as u64 + bytes;
    Ok(OpenedLog { text: Cursor::new(mark).chain(reader.take(bytes)), expected, rolled })
}

/// Number of bytes of the complete lines within the newest `most` bytes of a larger log; the byte order mark of UTF-16,
/// which is written before them, must fit too.
pub(super) fn lines_within(file: &ListedFile, most: u64) -> io::Result<u64> {
    let mut reader = BufReader::with_capacity(1 << 16, File::open(&file.full)?);
    let mark = utf_16_mark(&mut reader)?.len() as u64;
    // One line feed earlier, so that a line that begins exactly there counts as complete.
    let line_feed = if mark == 0 { 1 } else { 2 };
    let start = file.size.saturating_sub(most.saturating_sub(mark)).saturating_sub(line_feed);
    reader.seek(SeekFrom::Start(start))?;
    let Some(skipped) = skip_line(&mut reader.take(LONGEST_LINE))? else { return Ok(0) };
    let mut begin = start + skipped;
    if mark > 0 && begin % 2 == 1 {
        // In UTF-16 a line feed has two bytes.
        begin += 1;
    }
    Ok(file.size.saturating_sub(begin))
}

/// The day in the newest line that begins with a date, in the time zone of the writer.
pub(super) fn last_day(file: &ListedFile) -> Option<NaiveDate> {
    let mut reader = File::open(&file.full).ok()?;
    reader.seek(SeekFrom::Start(file.size.saturating_sub(LAST_LINES))).ok()?;
    let mut end = Vec::new();
    reader.take(LAST_LINES).read_to_end(&mut end).ok()?;
    // Without its zero bytes UTF-16 reads as ASCII, as far as it is ASCII.
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

/// Skips to the next line without keeping what may be a long line. `None` if there is no line end.
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
    fn log(name: &str, content: &[u8]) -> (tempfile::NamedTempFile, ListedFile) {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), content).unwrap();
        let found = ListedFile {
            path: format!("log/{name}"),
            full: file.path().into(),
            size: content.len() as u64,
            modified: None,
            item: Item::Log,
            metadata: file.path().metadata().map_err(|error| error.to_string()),
        };
        (file, found)
    }

    fn text(found: &ListedFile, take: &Selection) -> Vec<u8> {
        let mut text = Vec::new();
        open(found, take).unwrap().text.read_to_end(&mut text).unwrap();
        text
    }

    #[test]
    fn a_tail_begins_at_a_line() {
        let (_file, found) = log("SS.log", b"first line\nsecond line\nthird\n");
        for (bytes, expected) in [(6, "third\n"), (7, "third\n"), (18, "second line\nthird\n"), (3, "")] {
            let within = lines_within(&found, bytes).unwrap();
            assert_eq!(text(&found, &Selection::Tail(within)), expected.as_bytes(), "{bytes}");
        }
        // A line of UTF-16 ends with two bytes, of which the line feed is the first.
        let wide: Vec<u8> = "\u{feff}Zeile\nПароль42\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (_file, found) = log("SS.log", &wide);
        for bytes in [20, 21, 22] {
            let take = Selection::Tail(lines_within(&found, bytes).unwrap());
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
            assert!(!open(&found, &Selection::Whole).unwrap().rolled);
            std::fs::write(file.path(), "first line\nsecond line\nthird\n").unwrap();
            assert_eq!(text(&found, &Selection::Whole), b"first line\nsecond line\n");
            assert_eq!(text(&found, &Selection::Tail(12)), b"second line\n");
            assert_eq!(open(&found, &Selection::Whole).unwrap().rolled, is_another, "{name}");
        }
    }
}
