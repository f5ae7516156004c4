//! Location of a fact: the input, the file in it, and the position in the file.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Where a fact was found, or searched for.
///
/// Facts inside a bundle leave `input` empty: it is filled in from the node of the bundle. Facts of an export have the name
/// of the export's input.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// Name of the input (bundle or export); empty inside a bundle. A bundle cannot claim another's name,
    /// so this is never read from one.
    #[serde(skip)]
    pub input: String,
    /// The file on the node, relative to the application folder if it is in it, or the member.
    pub file: String,
    /// Position inside the file, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Position>,
}

/// A position inside a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// Line number, counted from 1.
    Line(u32),
    /// Spreadsheet cell or row ("B7", "row 3").
    Cell(String),
    /// Path inside structured data, such as `[2].BinaryVersion`.
    Path(String),
}

impl Location {
    /// A whole file of the node's own bundle.
    pub fn file(file: impl Into<String>) -> Self {
        Self { input: String::new(), file: file.into(), at: None }
    }

    /// A line of a file of the node's own bundle.
    pub fn line(file: impl Into<String>, line: u32) -> Self {
        Self { input: String::new(), file: file.into(), at: Some(Position::Line(line)) }
    }

    /// A whole input.
    pub fn input(input: impl Into<String>) -> Self {
        Self { input: input.into(), ..Self::default() }
    }

    /// A path inside an export.
    pub fn export(input: impl Into<String>, at: Position) -> Self {
        Self { input: input.into(), file: String::new(), at: Some(at) }
    }

    /// A row of a table or, with `column` (from 0), a cell of it, as a spreadsheet names it.
    pub fn cell(input: &str, sheet: Option<&str>, row: u32, column: Option<usize>) -> Self {
        let cell = column.map_or_else(|| format!("row {row}"), |column| format!("{}{row}", letters(column)));
        let at = sheet.map_or_else(|| cell.clone(), |name| format!("sheet {name}, {cell}"));
        Self::export(input, Position::Cell(at))
    }

    /// The same place, with the input filled in if it was empty.
    #[must_use]
    pub fn in_input(&self, input: &str) -> Self {
        let mut place = self.clone();
        if place.input.is_empty() {
            input.clone_into(&mut place.input);
        }
        place
    }
}

/// `A` for 0, `Z` for 25, `AA` for 26.
fn letters(column: usize) -> String {
    let last = char::from(b'A' + u8::try_from(column % 26).unwrap_or(0));
    if column < 26 { last.to_string() } else { format!("{}{last}", letters(column / 26 - 1)) }
}

/// A place in one [`SourceRef`], as small as possible: a large export has 400,000 cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellPos {
    /// A row of the table.
    Row(u32),
    /// A cell of the table.
    Cell {
        /// The row as a spreadsheet numbers it.
        row: u32,
        /// The column, from 0.
        column: u8,
    },
    /// One of the places that the origin lists.
    Listed(u32),
}

/// The part of an input that places have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceRef {
    /// Name of the input.
    pub input: String,
    /// Name of the sheet, if the input is a workbook.
    pub sheet: Option<Arc<str>>,
    /// Places that are not cells.
    pub listed: Vec<Location>,
}

impl SourceRef {
    /// Adds a place that is not a cell.
    pub fn list(&mut self, place: Location) -> CellPos {
        self.listed.push(place);
        CellPos::Listed(u32::try_from(self.listed.len() - 1).unwrap_or(u32::MAX))
    }

    /// The place at a position of it.
    pub fn place(&self, spot: CellPos) -> Location {
        let cell = |row, column| Location::cell(&self.input, self.sheet.as_deref(), row, column);
        match spot {
            CellPos::Row(row) => cell(row, None),
            CellPos::Cell { row, column } => cell(row, Some(column.into())),
            CellPos::Listed(index) => self.listed.get(index as usize).cloned().unwrap_or_default(),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = if self.file.is_empty() { &self.input } else { &self.file };
        f.write_str(name)?;
        match &self.at {
            None => Ok(()),
            Some(Position::Line(line)) => write!(f, ":{line}"),
            Some(Position::Cell(cell) | Position::Path(cell)) => write!(f, " {cell}"),
        }
    }
}
