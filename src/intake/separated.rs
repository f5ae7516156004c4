//! Rows of separated text.

use super::table::{MAX_COLUMNS, Row, TableError};
use csv::Position;
use std::io::Cursor;

/// Gives the records of separated text that have a cell with text to `each` until it wants no more.
///
/// A line without a quote is a record, and its cells lie between the delimiters; only where a quote stands the library has
/// to say how far its record reaches. A text of 100,000 plain lines takes a fraction of the time so.
pub(super) fn records(
    text: &str,
    delimiter: u8,
    each: &mut dyn FnMut(&Row) -> Result<bool, TableError>,
) -> Result<(), TableError> {
    let mut quoted = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(Cursor::new(text.as_bytes()));
    let mut row = Row::default();
    let (mut at, mut number) = (0, 1);
    loop {
        // A spreadsheet counts blank lines.
        let blank = text.bytes().skip(at).take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let (skipped, lines) =
            blank.fold((0, 0), |(all, lines), byte| (all + 1, lines + u32::from(byte == b'\n')));
        at += skipped;
        number += lines;
        let rest = text.get(at..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(());
        }
        row.number = number;
        let end = memchr::memchr3(b'\n', b'\r', b'"', rest.as_bytes()).unwrap_or(rest.len());
        if rest.as_bytes().get(end) == Some(&b'"') {
            let Some(read) = next(&mut quoted, at, &mut row) else { return Ok(()) };
            // It counts a cell of several lines as one row.
            let lines = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
            let all = lines(text.as_bytes().get(at..read).unwrap_or_default());
            let folded = lines(row.cells.as_slice().as_bytes());
            number += u32::try_from(all.saturating_sub(folded)).unwrap_or(u32::MAX);
            at = read;
        } else {
            row.cells.clear();
            let mut start = 0;
            for stop in memchr::memchr_iter(delimiter, rest.as_bytes().get(..end).unwrap_or_default()) {
                row.cells.push_field(rest.get(start..stop).unwrap_or_default());
                start = stop + 1;
            }
            row.cells.push_field(rest.get(start..end).unwrap_or_default());
            at += end;
        }
        row.is_wide =
            row.cells.len() > MAX_COLUMNS && row.texts().skip(MAX_COLUMNS).any(|text| !text.is_empty());
        row.cells.truncate(MAX_COLUMNS);
        if row.texts().any(|text| !text.is_empty()) && !each(&row)? {
            return Ok(());
        }
    }
}

/// Reads the record that begins at `at`, and gives where it ends.
fn next(quoted: &mut csv::Reader<Cursor<&[u8]>>, at: usize, row: &mut Row) -> Option<usize> {
    let begin = u64::try_from(at).ok()?;
    if quoted.position().byte() != begin {
        let mut position = Position::new();
        position.set_byte(begin);
        quoted.seek(position).ok()?;
    }
    let read = quoted.read_record(&mut row.cells).ok()?;
    usize::try_from(quoted.position().byte()).ok().filter(|end| read && *end > at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What the library reads by itself.
    fn by_library(text: &str) -> Vec<Vec<String>> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let records = reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect());
        let has_text = |cells: &Vec<String>| cells.iter().any(|cell| !cell.trim().is_empty());
        records.filter(has_text).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_records_are_those_of_the_library(parts in proptest::collection::vec("[\",ab \r\n]|\"\"|\r\n|ü", 0..40)) {
            let text = parts.concat();
            let mut read = Vec::new();
            records(&text, b',', &mut |row| {
                read.push(row.cells.iter().map(str::to_owned).collect::<Vec<_>>());
                Ok(true)
            })
            .unwrap();
            prop_assert_eq!(read, by_library(&text));
        }
    }
}
