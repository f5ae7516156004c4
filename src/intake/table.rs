//! Reads tables row by row: separated text with any delimiter, or every sheet of a workbook.
//!
//! The delimiter of exports is not documented, so each is tried until the caller recognises a header. No row is kept here: a
//! table may be far larger than what is needed of it, so each row goes to the [`RowSink`] made for the header.

use super::nodes_json::MAX_NODES;
use super::on_screen::SAVE_RESULT;
use super::powershell::SAVE;
use super::{old_workbook, open_document, ruled, separated, workbook};
use crate::model::Location;
use crate::model::excerpt::Sanitize;
use crate::model::location::{CellPos, SourceRef};
use crate::text::encoding;
use crate::text::size::size;
use csv::StringRecord;
use std::sync::Arc;

/// Most rows of one input, its sheets together.
pub const MAX_ROWS: usize = 250_000;

/// Most cells of one input, its sheets together.
pub const MAX_CELLS: usize = 5_000_000;

/// Most columns of a row; the rest is not looked at.
pub const MAX_COLUMNS: usize = 64;

/// Rows looked at for a header: exports put titles, blank rows and type lines above it.
const HEADER_ROWS: usize = 50;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Why a table could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// More rows than the limit.
    #[error("it has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// More cells than the limit.
    #[error("it has more than {MAX_CELLS} cells")]
    TooManyCells,
    /// More nodes than any cluster has.
    #[error("it lists more than {MAX_NODES} nodes")]
    TooManyNodes,
    /// Not the workbook it looks like.
    #[error("the workbook is damaged, or older than Excel 97: save it as XLSX")]
    Workbook,
    /// Larger than the limits, inflated.
    #[error(
        "the workbook is larger than {} when unpacked, or has more than {} parts or {} sheets",
        size(workbook::MAX_INFLATED),
        workbook::MAX_PARTS,
        workbook::MAX_SHEETS
    )]
    WorkbookTooLarge,
    /// One text larger than the limits.
    #[error(
        "the workbook contains a text of more than {}, or more than {} of texts",
        size(workbook::MAX_TEXT as u64),
        size(workbook::MAX_SHARED)
    )]
    TextTooLarge,
    /// A checklist whose form this program does not know.
    #[error(
        "it is a checklist of another format version than {}: read it with the version of this program that made it",
        crate::model::checklist::VERSION
    )]
    OtherChecklist,
    /// A table of a window that lost a part of its columns.
    #[error("this is the table PowerShell shows on screen, with values that are cut or moved: {SAVE}")]
    Screen,
    /// A printed result whose columns do not show where a value ends.
    #[error("it is a printed result whose columns are cut, broken or moved: {SAVE_RESULT}")]
    Printed,
    /// Encrypted.
    #[error("the workbook is protected by a password: save it without one")]
    Protected,
}

/// One row that has a cell with text.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Name of the sheet, cleaned; `None` in separated text.
    pub sheet: Option<Arc<str>>,
    /// Number as a spreadsheet shows it, from 1.
    pub number: u32,
    /// Cells, at most [`MAX_COLUMNS`].
    pub record: StringRecord,
    /// Whether a cell with text is beyond them.
    pub is_wide: bool,
}

impl Row {
    /// The trimmed text of a cell; empty where the row is shorter.
    pub fn cell(&self, column: usize) -> &str {
        self.record.get(column).map_or("", trimmed)
    }

    /// The trimmed text of every cell.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.record.iter().map(trimmed)
    }

    /// How many cells have text.
    pub fn filled(&self) -> usize {
        self.cells().filter(|text| !text.is_empty()).count()
    }

    /// Where the row is.
    pub fn place(&self, input: &str) -> Location {
        Location::cell(input, self.sheet.as_deref(), self.number, None)
    }

    /// Where a cell of the row is, as a spreadsheet names it.
    pub fn cell_place(&self, input: &str, column: usize) -> Location {
        Location::cell(input, self.sheet.as_deref(), self.number, Some(column))
    }

    /// The same in the form that columns of facts keep.
    pub(super) fn spot(&self, column: usize) -> CellPos {
        CellPos::Cell { row: self.number, column: u8::try_from(column).unwrap_or(u8::MAX) }
    }

    /// What the places of all rows of this table have in common.
    pub(super) fn origin(&self, input: &str) -> SourceRef {
        SourceRef { input: input.to_owned(), sheet: self.sheet.clone(), listed: Vec::new() }
    }
}

/// Receives the rows below a header it has recognised.
pub trait RowSink {
    /// Takes the next row.
    fn add(&mut self, row: &Row);
}

/// One table of an input: the whole of a separated text, or a sheet.
#[derive(Debug)]
pub struct Sheet<B> {
    /// Name of the sheet, cleaned; `None` for separated text.
    pub name: Option<Arc<str>>,
    /// Whether a person does not see the sheet when the workbook is opened.
    pub hidden: bool,
    /// Whether it has no row with text.
    pub empty: bool,
    /// Whether it has a cell with text beyond [`MAX_COLUMNS`].
    pub wide: bool,
    /// What was made of it; `None` when nobody took a row for a header.
    pub sink: Option<B>,
}

/// Offers the first rows of every table to `header`, in every dialect, until it takes one, and gives the rows after
/// that one to what it made of it.
pub fn read<B: RowSink>(
    bytes: &[u8],
    sanitizer: &dyn Sanitize,
    mut header: impl FnMut(&Row) -> Option<B>,
) -> Result<Vec<Sheet<B>>, TableError> {
    let mut budget = Budget::default();
    if workbook::is_workbook(bytes) {
        return workbook::read(bytes, sanitizer, &mut header, &mut budget);
    }
    if open_document::is_spreadsheet(bytes) {
        return open_document::read(bytes, sanitizer, &mut header, &mut budget);
    }
    if old_workbook::is_workbook(bytes) {
        return old_workbook::read(bytes, sanitizer, &mut header, &mut budget);
    }
    let text = encoding::decode(bytes);
    let mut sheet = Sheet { name: None, hidden: false, empty: true, wide: false, sink: None };
    for delimiter in DELIMITERS {
        let mut search = HeaderSearch::new(&mut header, &mut budget);
        separated::records(&text, delimiter, &mut |row| search.row(row))?;
        (sheet.empty, sheet.wide, sheet.sink) = (search.seen == 0, search.wide, search.sink);
        if sheet.sink.is_some() {
            break;
        }
    }
    if sheet.sink.is_none() {
        let mut search = HeaderSearch::new(&mut header, &mut budget);
        ruled::records(&text, &mut |row| Ok((search.row(row)?, search.sink.is_some())))?;
        sheet.sink = search.sink;
    }
    Ok(vec![sheet])
}

/// What of the limits of one input is used up.
#[derive(Debug, Default)]
pub(super) struct Budget {
    rows: usize,
    cells: usize,
}

/// Passes the rows of one table: first to the search for a header, then to the sink that took it.
pub(super) struct HeaderSearch<'s, B> {
    header: &'s mut dyn FnMut(&Row) -> Option<B>,
    budget: &'s mut Budget,
    pub(super) seen: usize,
    pub(super) wide: bool,
    pub(super) sink: Option<B>,
}

impl<'s, B: RowSink> HeaderSearch<'s, B> {
    pub(super) fn new(header: &'s mut dyn FnMut(&Row) -> Option<B>, budget: &'s mut Budget) -> Self {
        Self { header, budget, seen: 0, wide: false, sink: None }
    }

    /// Takes a row, and says whether more are wanted.
    pub(super) fn row(&mut self, row: &Row) -> Result<bool, TableError> {
        self.budget.cells += row.record.len();
        self.seen += 1;
        self.wide |= row.is_wide;
        if self.budget.cells > MAX_CELLS {
            return Err(TableError::TooManyCells);
        }
        if let Some(sink) = &mut self.sink {
            self.budget.rows += 1;
            if self.budget.rows > MAX_ROWS {
                return Err(TableError::TooManyRows);
            }
            sink.add(row);
        } else {
            self.sink = (self.header)(row);
        }
        Ok(self.sink.is_some() || self.seen < HEADER_ROWS)
    }
}

/// Whether a row is what SQL tools print beside rows: the line below the header, or how many rows there are.
pub(super) fn is_no_data(row: &Row) -> bool {
    let mut cells = row.cells().filter(|text| !text.is_empty());
    let Some(first) = cells.next().filter(|text| text.starts_with(['-', '('])) else { return false };
    let is_rule = |text: &str| text.bytes().all(|byte| byte == b'-');
    if is_rule(first) { cells.all(is_rule) } else { is_footer(first).is_some() && cells.next().is_none() }
}

/// The number in what SQL tools print below a result, such as `(3 rows affected)` or `(3 Zeile(n) betroffen)`.
pub(super) fn is_footer(line: &str) -> Option<u64> {
    let inner = line.trim().strip_prefix('(')?.strip_suffix(')')?;
    let (count, words) = inner.split_once([' ', '\u{a0}'])?;
    let is_words = words.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '(' | ')' | '.' | '\''));
    (is_words && !words.trim().is_empty()).then(|| count.parse().ok()).flatten()
}

/// A text without blanks around it. Most have none, which their ends tell.
fn trimmed(text: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    let text = if is_plain(bytes.first()) && is_plain(bytes.last()) { text } else { text.trim() };
    if text.starts_with('\'') { without_mark(text) } else { text }
}

/// A number without the sign by which a spreadsheet keeps it as a text: `'11.7.000049`.
fn without_mark(text: &str) -> &str {
    let number = text.trim_start_matches('\'');
    let is_number = number.len() + 1 == text.len()
        && number.starts_with(|c: char| c.is_ascii_digit())
        && !number.contains('\'');
    if is_number { number } else { text }
}

/// Characters of a cell that are looked at as a head; a cell may be as long as its file.
const LONGEST_HEAD: usize = 1_000;

/// A column head as it compares: letters and digits in lower case, so that `Machine Name` is `MachineName`.
pub fn head(text: &str) -> String {
    text.chars().take(LONGEST_HEAD).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::NoSanitize;
    use proptest::prelude::*;

    /// Keeps every row, as no reader of exports does.
    #[derive(Debug, Default)]
    struct CollectRows(Vec<Row>);

    impl RowSink for CollectRows {
        fn add(&mut self, row: &Row) {
            self.0.push(row.clone());
        }
    }

    fn two_columns(row: &Row) -> Option<CollectRows> {
        (head(row.cell(0)) == "machinename" && head(row.cell(1)) == "version").then(CollectRows::default)
    }

    /// The rows below the header; `None` without one.
    fn find(bytes: &[u8]) -> Result<Option<Vec<Row>>, TableError> {
        let [sheet] = read(bytes, &NoSanitize, two_columns)?.try_into().unwrap();
        Ok(sheet.sink.map(|kept: CollectRows| kept.0))
    }

    #[test]
    fn dialects_read_the_same() {
        for text in [
            "Machine Name,Version\nWEB01,11.7\n",
            "Machine Name;Version\r\nWEB01;11.7",
            "Machine Name\tVersion\nWEB01\t11.7\n",
            "\u{feff}\"MachineName\",\"Version\"\n\"WEB01\",\"11.7\"\n",
            "sep=;\nMachine Name;Version\n\nWEB01;11.7\n;\n",
            "Machine Name|Version\nWEB01|'11.7\n",
            "sep=|\r\nMachine Name|Version\r\nWEB01|11.7\r\n",
            "#TYPE Node\nServer Nodes of today\nMachine Name,Version\nWEB01,11.7\n",
        ] {
            let rows = find(text.as_bytes()).unwrap().unwrap_or_else(|| panic!("{text}"));
            assert_eq!(rows.len(), 1, "{text}");
            assert_eq!((rows[0].cell(0), rows[0].cell(1)), ("WEB01", "11.7"), "{text}");
        }
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_does() {
        let text = "title\n\nMachine Name,Version\n\"WEB\n01\",11.7\n\nWEB02,11.7\n";
        let rows = find(text.as_bytes()).unwrap().unwrap();
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 6]);
        assert_eq!(rows[1].place("n.csv").to_string(), "n.csv row 6");
        assert_eq!(rows[1].cell_place("n.csv", 27).to_string(), "n.csv AB6");
    }

    #[test]
    fn too_many_rows_are_refused_and_a_long_text_without_header_is_not_ours() {
        let many = format!("Machine Name,Version\n{}", "a,b\n".repeat(MAX_ROWS + 1));
        assert_eq!(find(many.as_bytes()).unwrap_err(), TableError::TooManyRows);
        assert!(find("a,b\n".repeat(MAX_ROWS + 100).as_bytes()).unwrap().is_none());
        let wide = format!("Machine Name,Version\n{}", format!("{}\n", "a,".repeat(63)).repeat(80_000));
        assert_eq!(find(wide.as_bytes()).unwrap_err(), TableError::TooManyCells);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, &NoSanitize, |_| Some(CollectRows::default()));
        }

        #[test]
        fn the_delimiter_does_not_matter(cells in proptest::collection::vec("[A-Za-z0-9 \"\n]{1,8}", 2..20), which in 0usize..4) {
            let mut writer = csv::WriterBuilder::new().delimiter(DELIMITERS[which]).from_writer(Vec::new());
            writer.write_record(["Machine Name", "Version"]).unwrap();
            for pair in cells.chunks_exact(2) {
                writer.write_record(pair).unwrap();
            }
            let rows = find(&writer.into_inner().unwrap()).unwrap().unwrap();
            let read: Vec<&str> = rows.iter().flat_map(|row| [row.cell(0), row.cell(1)]).collect();
            let expected: Vec<&str> = cells
                .chunks_exact(2)
                .filter(|pair| pair.iter().any(|cell| !cell.trim().is_empty()))
                .flat_map(|pair| [pair[0].trim(), pair[1].trim()])
                .collect();
            prop_assert_eq!(read, expected);
        }
    }
}
