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
    let ends_cell = ends_of_cells(delimiter);
    let bytes = text.as_bytes();
    let mut row = Row::default();
    let (mut at, mut number) = (0, 1);
    loop {
        // A spreadsheet counts blank lines.
        while let Some(byte @ (b'\r' | b'\n')) = bytes.get(at) {
            number += u32::from(*byte == b'\n');
            at += 1;
        }
        if at >= bytes.len() {
            return Ok(());
        }
        row.number = number;
        if let Some(end) = plain(text, at, delimiter, &ends_cell, &mut row) {
            at = end;
        } else {
            let Some(read) = next(&mut quoted, at, &mut row) else { return Ok(()) };
            // It counts a cell of several lines as one row.
            let lines = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
            let all = lines(bytes.get(at..read).unwrap_or_default());
            let folded = lines(row.cells.as_slice().as_bytes());
            number += u32::try_from(all.saturating_sub(folded)).unwrap_or(u32::MAX);
            at = read;
        }
        row.is_wide =
            row.cells.len() > MAX_COLUMNS && row.texts().skip(MAX_COLUMNS).any(|text| !text.is_empty());
        row.cells.truncate(MAX_COLUMNS);
        if row.texts().any(|text| !text.is_empty()) && !each(&row)? {
            return Ok(());
        }
    }
}

/// Which bytes end a plain cell: a delimiter, the end of a line, or a quote, which makes it another kind of cell.
fn ends_of_cells(delimiter: u8) -> [bool; 256] {
    std::array::from_fn(|byte| [delimiter, b'\n', b'\r', b'"'].map(usize::from).contains(&byte))
}

/// Reads the line that begins at `at`, and gives where it ends; `None` if a quote stands in it.
fn plain(text: &str, at: usize, delimiter: u8, ends_cell: &[bool; 256], row: &mut Row) -> Option<usize> {
    row.cells.clear();
    let mut start = at;
    loop {
        let rest = text.get(start..)?;
        let length = rest.bytes().position(|byte| ends_cell.get(usize::from(byte)) == Some(&true));
        let length = length.unwrap_or(rest.len());
        let end = rest.as_bytes().get(length);
        if end == Some(&b'"') {
            return None;
        }
        row.cells.push_field(rest.get(..length)?);
        start += length;
        if end != Some(&delimiter) {
            return Some(start);
        }
        start += 1;
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
