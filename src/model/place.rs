//! Where a fact was seen: the input, the file in it, and the position in the file.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a fact was seen, or looked for.
///
/// Facts inside a bundle leave `input` empty: the node that owns the fact names it. Facts of an export carry
/// the export's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Name of the input (bundle or export); empty inside a bundle. A bundle cannot claim another's name,
    /// so this is never read from one.
    #[serde(skip)]
    pub input: String,
    /// The file on the node, relative to the application folder where it lies in it, or the member.
    pub file: String,
    /// Position inside the file, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Position>,
}

/// A position inside a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Position {
    /// Line number, counted from 1.
    Line(u32),
    /// Spreadsheet cell or row, as a person would say it ("B7", "row 3").
    Cell(String),
    /// Path inside structured data, such as `[2].BinaryVersion`.
    Path(String),
}

impl Place {
    /// A whole file of the node's own bundle.
    pub fn file(file: impl Into<String>) -> Self {
        Self { input: String::new(), file: file.into(), at: None }
    }

    /// A line of a file of the node's own bundle.
    pub fn line(file: impl Into<String>, line: u32) -> Self {
        Self { input: String::new(), file: file.into(), at: Some(Position::Line(line)) }
    }

    /// A path inside an export.
    pub fn export(input: impl Into<String>, at: Position) -> Self {
        Self { input: input.into(), file: String::new(), at: Some(at) }
    }

    /// The same place with the input filled in where it was left to the node.
    #[must_use]
    pub fn in_input(&self, input: &str) -> Self {
        let mut place = self.clone();
        if place.input.is_empty() {
            input.clone_into(&mut place.input);
        }
        place
    }
}

impl fmt::Display for Place {
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
