//! Tables that people export or copy: separated text in any dialect, or the first sheet of a workbook.
//!
//! Which dialect is not documented for any export (domain 11, G-14), so nothing is assumed: the reader is right
//! that finds the header the caller is looking for.

use super::{text, workbook};
use crate::model::{Place, Position};

/// Most rows below a header. The tables read here have tens.
pub const MAX_ROWS: usize = 10_000;

/// Most columns of a row; the rest is not looked at.
pub const MAX_COLUMNS: usize = 64;

/// Rows looked at for a header: exports put titles, blank rows and type lines above it.
const HEADER_ROWS: usize = 50;

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Why a table could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// More rows than the limit.
    #[error("the table has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// Not the workbook it looks like.
    #[error("the workbook is damaged, or not in the XLSX form")]
    Workbook,
    /// Larger than the limits, inflated.
    #[error("the workbook is larger than {} MB inflated, or has more than {} parts", workbook::MAX_INFLATED >> 20, workbook::MAX_PARTS)]
    WorkbookTooLarge,
    /// Encrypted.
    #[error("the workbook is protected by a password: save it without one")]
    Protected,
}

/// One row that has a cell with text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Number as a spreadsheet shows it, from 1.
    pub number: u32,
    /// Cells, at most [`MAX_COLUMNS`].
    pub cells: Vec<String>,
}

impl Row {
    /// The trimmed text of a cell; empty where the row is shorter.
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.trim())
    }

    /// Where the row stands.
    pub fn place(&self, input: &str) -> Place {
        Place::export(input, Position::Cell(format!("row {}", self.number)))
    }
}

/// A table whose header was found.
#[derive(Debug)]
pub struct Table<H> {
    /// What the caller made of the header.
    pub header: H,
    /// The row the header was found in.
    pub header_row: Row,
    /// The rows below it.
    pub rows: Vec<Row>,
}

/// Looks for a row that `header` accepts, in every dialect, and reads the rows below it. `None` without one.
pub fn find<H>(bytes: &[u8], header: impl Fn(&Row) -> Option<H>) -> Result<Option<Table<H>>, TableError> {
    if workbook::is_workbook(bytes) {
        return below(workbook::first_sheet(bytes)?.into_iter(), &header);
    }
    let text = text::decode(bytes);
    for delimiter in DELIMITERS {
        if let Some(table) = below(records(&text, delimiter), &header)? {
            return Ok(Some(table));
        }
    }
    Ok(None)
}

fn below<H>(
    mut rows: impl Iterator<Item = Row>,
    header: impl Fn(&Row) -> Option<H>,
) -> Result<Option<Table<H>>, TableError> {
    let found = rows.by_ref().take(HEADER_ROWS).find_map(|row| header(&row).map(|header| (header, row)));
    let Some((header, header_row)) = found else { return Ok(None) };
    let rows: Vec<Row> = rows.take(MAX_ROWS + 1).collect();
    if rows.len() > MAX_ROWS {
        return Err(TableError::TooManyRows);
    }
    Ok(Some(Table { header, header_row, rows }))
}

/// The records of separated text that have a cell with text.
fn records(text: &str, delimiter: u8) -> impl Iterator<Item = Row> {
    let reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    // A spreadsheet counts blank lines, which the reader skips after noting its position, and counts a cell of
    // several lines as one row.
    let mut folded = 0;
    reader.into_records().map_while(Result::ok).filter_map(move |record| {
        let (line, start) = record.position().map_or((0, 0), |at| (at.line(), at.byte()));
        let rest = usize::try_from(start).ok().and_then(|start| text.as_bytes().get(start..));
        let blank = rest.into_iter().flatten().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let skipped = blank.filter(|byte| **byte == b'\n').count() as u64;
        let number = u32::try_from((line + skipped).saturating_sub(folded)).unwrap_or(u32::MAX);
        folded +=
            record.iter().map(|cell| memchr::memchr_iter(b'\n', cell.as_bytes()).count() as u64).sum::<u64>();
        let cells: Vec<String> = record.iter().take(MAX_COLUMNS).map(ToOwned::to_owned).collect();
        cells.iter().any(|cell| !cell.trim().is_empty()).then_some(Row { number, cells })
    })
}

/// A column head as it compares: letters and digits in lower case, so that `Machine Name` is `MachineName`.
pub fn head(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn two_columns(row: &Row) -> Option<()> {
        (head(row.cell(0)) == "machinename" && head(row.cell(1)) == "version").then_some(())
    }

    #[test]
    fn dialects_read_the_same() {
        for text in [
            "Machine Name,Version\nWEB01,11.7\n",
            "Machine Name;Version\r\nWEB01;11.7",
            "Machine Name\tVersion\nWEB01\t11.7\n",
            "\u{feff}\"MachineName\",\"Version\"\n\"WEB01\",\"11.7\"\n",
            "sep=;\nMachine Name;Version\n\nWEB01;11.7\n;\n",
            "#TYPE Node\nServer Nodes of today\nMachine Name,Version\nWEB01,11.7\n",
        ] {
            let table = find(text.as_bytes(), two_columns).unwrap().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(table.rows.len(), 1, "{text}");
            assert_eq!((table.rows[0].cell(0), table.rows[0].cell(1)), ("WEB01", "11.7"), "{text}");
        }
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does() {
        let text = "title\n\nMachine Name,Version\n\"WEB\n01\",11.7\n\nWEB02,11.7\n";
        let table = find(text.as_bytes(), two_columns).unwrap().unwrap();
        assert_eq!(table.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 6]);
        assert_eq!(table.rows[1].place("n.csv").to_string(), "n.csv row 6");
    }

    #[test]
    fn too_many_rows_are_refused_and_a_long_text_without_header_is_not_ours() {
        let many = format!("Machine Name,Version\n{}", "a,b\n".repeat(MAX_ROWS + 1));
        assert_eq!(find(many.as_bytes(), two_columns).unwrap_err(), TableError::TooManyRows);
        assert!(find("a,b\n".repeat(MAX_ROWS + 100).as_bytes(), two_columns).unwrap().is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = find(&bytes, |_| Some(()));
        }

        #[test]
        fn the_delimiter_does_not_matter(cells in proptest::collection::vec("[A-Za-z0-9 \"\n]{1,8}", 2..20), which in 0usize..3) {
            let mut writer = csv::WriterBuilder::new().delimiter(DELIMITERS[which]).from_writer(Vec::new());
            writer.write_record(["Machine Name", "Version"]).unwrap();
            for pair in cells.chunks_exact(2) {
                writer.write_record(pair).unwrap();
            }
            let table = find(&writer.into_inner().unwrap(), two_columns).unwrap().unwrap();
            let read: Vec<&str> = table.rows.iter().flat_map(|row| [row.cell(0), row.cell(1)]).collect();
            let expected: Vec<&str> = cells
                .chunks_exact(2)
                .filter(|pair| pair.iter().any(|cell| !cell.trim().is_empty()))
                .flat_map(|pair| [pair[0].trim(), pair[1].trim()])
                .collect();
            prop_assert_eq!(read, expected);
        }
    }
}
