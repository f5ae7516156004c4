//! Format of a checklist workbook, which `report` writes and `intake` reads (`docs/checklist-format.md`).

use sha2::{Digest as _, Sha256};

/// The first cell of the sheet [`ABOUT`].
pub const FORMAT: &str = "clusterbrief checklist";
/// Version of the format, major and minor.
pub const VERSION: &str = "1.0";
/// Name of the sheet that a person fills in.
pub const SHEET: &str = "Checklist";
/// Name of the sheet that says what the workbook was made from.
pub const ABOUT: &str = "About";
/// Heads of the table on the sheet [`ABOUT`] that lists the cells written from evidence.
pub const CELLS: [&str; 2] = ["Key", "Fingerprints"];

/// The answer cell of a line that an earlier line decides.
pub const SEE_ABOVE: &str = "see above";

/// Columns of the sheet [`SHEET`], in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Column {
    /// Number of the line.
    No,
    /// The requirement.
    Item,
    /// The node; empty for the cluster.
    Node,
    /// Its state.
    State,
    /// The evidence.
    Evidence,
    /// The question to a person.
    Question,
    /// The answer of a person.
    Answer,
    /// Who answered.
    Who,
    /// On which day.
    When,
    /// Free text.
    Note,
    /// Identity of the line, see [`key`].
    Key,
}

impl Column {
    /// Columns that are written from evidence, in the order of their fingerprints. The number is not one of them, because
    /// lines that are moved may get new numbers.
    pub const AUTOMATIC: [Self; 5] = [Self::Item, Self::Node, Self::State, Self::Evidence, Self::Question];

    /// Its index, from 0.
    pub const fn at(self) -> u8 {
        self as u8
    }
}

/// Heads of the columns of the sheet [`SHEET`], in their order.
pub const HEADS: [&str; 11] =
    ["No", "Item", "Node", "State", "Evidence", "Question", "Answer", "Who", "When", "Note", "Key"];

/// Separator of the parts of a key.
const SEPARATOR: &str = " / ";

/// The key of a line: `2 / ENC-004 / WEB01`, without a node for the cluster.
pub fn key(item: &str, question: &str, node: Option<&str>) -> String {
    let node = node.map(|node| format!("{SEPARATOR}{node}")).unwrap_or_default();
    format!("{item}{SEPARATOR}{question}{node}")
}

/// Item, question and node of a key. Only the name of a node may contain the separator.
pub fn parts(key: &str) -> Option<(&str, &str, Option<&str>)> {
    let (item, tail) = key.split_once(SEPARATOR)?;
    Some(match tail.split_once(SEPARATOR) {
        Some((question, node)) => (item, question, Some(node)),
        None => (item, tail, None),
    })
}

/// Keyword of the workbooks that a report is written as: they are no evidence, also where they are among the inputs.
pub const OWN_WORKBOOK: &str = "clusterbrief-report";

/// A text as content of a cell: limited in length, and never a formula, not even after the sheet was saved as CSV.
pub fn cell(text: &str) -> String {
    let mut cell: String = text.chars().take(MOST + 1).collect();
    if cell.chars().count() > MOST {
        cell = cell.chars().take(MOST - 1).chain(['…']).collect();
    }
    let starts_formula = |c: char| matches!(c, '=' | '+' | '-' | '@' | '|' | '＝' | '＋' | '－' | '＠');
    if cell.trim_start().starts_with(starts_formula) || cell.starts_with(['\t', '\r', '\n']) {
        cell.insert(0, '\'');
    }
    cell
}

/// Most characters of a cell. Excel allows 32,767, which no person reads.
const MOST: usize = 2_000;

/// A short fingerprint of a cell, which shows whether it was edited. White space does not count, because spreadsheet
/// programs change it.
pub fn fingerprint(cell: &str) -> String {
    let mut hash = Sha256::new();
    for word in cell.split_whitespace() {
        hash.update(word);
        hash.update(" ");
    }
    let head = hash.finalize().first_chunk().copied().unwrap_or_default();
    format!("{:08x}", u32::from_be_bytes(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_parsed_as_they_are_written() {
        for (item, question, node) in
            [("2", "ENC-004", Some("WEB01")), ("C6-b", "C6-b", None), ("2", "ENC-004", Some("a / b"))]
        {
            assert_eq!(parts(&key(item, question, node)), Some((item, question, node)));
        }
        assert_eq!(parts("total"), None);
    }

    #[test]
    fn no_cell_is_a_formula_or_endless() {
        assert_eq!(cell("WEB01 is down"), "WEB01 is down");
        for text in ["=1+1", " +1", "-1", "@SUM(A1)", "\t=1", "＝1"] {
            assert!(cell(text).starts_with('\''), "{text}");
        }
        assert_eq!(cell(&"a".repeat(9_999)).chars().count(), MOST);
    }

    #[test]
    fn white_space_is_no_edit() {
        assert_eq!(fingerprint("a\nb  c"), fingerprint("a b\r\nc "));
        assert_ne!(fingerprint("ab"), fingerprint("a b"));
    }

    #[test]
    fn heads_are_in_the_order_of_the_columns() {
        let filled_in = [Column::No, Column::Answer, Column::Who, Column::When, Column::Note, Column::Key];
        for column in Column::AUTOMATIC.into_iter().chain(filled_in) {
            assert_eq!(HEADS[usize::from(column.at())], format!("{column:?}"));
        }
    }
}
