//! The comparison of nodes: one row for each compared thing, one cell for each node.

use serde::Serialize;

/// The node matrix.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Matrix {
    /// Column heads: node names in order.
    pub nodes: Vec<String>,
    /// Groups of rows.
    pub groups: Vec<MatrixGroup>,
    /// Rows in which nodes differ where they should agree.
    pub differing: usize,
}

/// A group of rows of the matrix.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MatrixGroup {
    /// Title.
    pub title: String,
    /// Rows.
    pub rows: Vec<MatrixRow>,
}

/// How the title of a group of files begins.
pub const FILES_IN: &str = "Files in ";

impl MatrixGroup {
    /// Whether its rows are files of the application folder.
    pub fn is_files(&self) -> bool {
        self.title.starts_with(FILES_IN)
    }
}

/// One compared setting.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MatrixRow {
    /// Setting.
    pub label: String,
    /// One cell a node.
    pub cells: Vec<Cell>,
    /// How it is to be read.
    pub parity: Parity,
    /// The nodes' known values are not all equal.
    pub differs: bool,
}

/// Whether nodes must agree on a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Parity {
    /// Must agree.
    Same,
    /// May differ.
    MayDiffer,
}

/// One cell.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cell {
    /// Text shown.
    pub text: String,
    /// How to show it.
    pub state: CellState,
    /// Longer text for a tool tip or a screen reader; empty for none.
    pub note: String,
}

/// States of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CellState {
    /// A value like the others'.
    Same,
    /// The minority value of three or more, or the only one that is known to be behind.
    Odd,
    /// A value that differs while nobody can be called odd (two nodes, a tie).
    Differs,
    /// The place was read and holds none.
    Absent,
    /// Not known.
    Unknown,
}
