//! Reader of separated text (CSV and its dialects): the `csv` crate, with the row numbers that a spreadsheet shows.

use super::table::{MAX_COLUMNS, Row, TableError};
use crate::redact::columns::is_too_wide;

/// Calls `each` with every record that has a cell with text, until it returns `false`.
pub(super) fn records(
    text: &str,
    delimiter: u8,
    each: &mut dyn FnMut(&Row) -> Result<bool, TableError>,
) -> Result<(), TableError> {
    if is_too_wide(delimiter, text) {
        return Err(TableError::TooManyCells);
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut row = Row::default();
    let (mut start, mut number) = (0, 1u32);
    while reader.read_record(&mut row.record).unwrap_or(false) {
        let end = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
        let record = text.as_bytes().get(start..end).unwrap_or_default();
        start = end;
        // A spreadsheet counts blank lines, which the reader skips, and a cell of several lines as one row.
        let blank = record.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let blank_lines = blank.filter(|byte| **byte == b'\n').count();
        number = number.saturating_add(u32::try_from(blank_lines).unwrap_or(u32::MAX));
        row.number = number;
        // A record ends at the first line end outside of its cells.
        number = number.saturating_add(record.ends_with(b"\n").into());
        row.is_wide =
            row.record.len() > MAX_COLUMNS && row.cells().skip(MAX_COLUMNS).any(|text| !text.is_empty());
        row.record.truncate(MAX_COLUMNS);
        if row.cells().any(|text| !text.is_empty()) && !each(&row)? {
            break;
        }
    }
    Ok(())
}
