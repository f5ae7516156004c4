//! Column store of one export while it is read, for JSON objects and table rows. Each different text of a column is
//! kept once.

use super::table::head;
use crate::model::Location;
use crate::model::items::{Cell, Column};
use crate::model::location::{CellPos, SourceRef};
use foldhash::fast::RandomState;
use std::collections::HashMap;
use std::sync::Arc;

/// Records of one export. Only columns that were asked for are kept, so that nothing in an input decides how many there
/// are.
#[derive(Debug)]
pub(super) struct Records {
    /// What their places have in common.
    pub(super) origin: SourceRef,
    /// Where each record begins.
    pub(super) rows: Vec<CellPos>,
    columns: Vec<RecordColumn>,
    /// The column asked for last.
    last: usize,
}

/// A column under its head.
#[derive(Debug)]
struct RecordColumn {
    /// Its head as it compares.
    head: String,
    /// The head as it was written last.
    spelling: String,
    /// The number of each text in `column`. Its seed is random, and nothing reads its order.
    numbers: HashMap<Arc<str>, u32, RandomState>,
    column: Column<Arc<str>>,
    /// The number of the text before: rows of one item repeat its name, and rows of one state the state.
    last: u32,
    /// The column that was asked for after this one: items have their facts in one order.
    next: usize,
}

impl Records {
    /// Without records, for columns with these normalised heads.
    pub(super) fn new(origin: SourceRef, heads: impl IntoIterator<Item = String>) -> Self {
        let column = |head| RecordColumn {
            head,
            spelling: String::new(),
            numbers: HashMap::default(),
            column: Column { texts: Vec::new(), cells: Vec::new() },
            last: 0,
            next: 0,
        };
        Self { origin, rows: Vec::new(), columns: heads.into_iter().map(column).collect(), last: 0 }
    }

    /// Begins a record, and gives its index.
    pub(super) fn begin(&mut self, at: CellPos) -> usize {
        self.rows.push(at);
        self.rows.len() - 1
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The column of a head as it was written.
    pub(super) fn column(&mut self, written: &str) -> Option<usize> {
        // Every row repeats the spelling of a head, so that most need no comparison of its letters.
        let is_written = |column: &RecordColumn| column.spelling == written && !written.is_empty();
        let next = self.columns.get(self.last).map_or(0, |column| column.next);
        if self.columns.get(next).is_some_and(is_written) {
            self.last = next;
            return Some(next);
        }
        let known = self.columns.iter().position(is_written).or_else(|| {
            let head = head(written);
            let known = self.columns.iter().position(|column| column.head == head)?;
            written.clone_into(&mut self.columns.get_mut(known)?.spelling);
            Some(known)
        })?;
        self.columns.get_mut(self.last)?.next = known;
        self.last = known;
        Some(known)
    }

    /// The number of a text among those of a column, in order of appearance.
    pub(super) fn number(&mut self, column: usize, text: &str) -> Option<u32> {
        let RecordColumn { numbers, column: Column { texts, .. }, last, .. } =
            self.columns.get_mut(column)?;
        if texts.get(*last as usize).is_some_and(|last| **last == *text) {
            return Some(*last);
        }
        if let Some(number) = numbers.get(text) {
            *last = *number;
            return Some(*number);
        }
        *last = u32::try_from(texts.len()).ok()?;
        let text: Arc<str> = text.into();
        numbers.insert(text.clone(), *last);
        texts.push(text);
        Some(*last)
    }

    /// Sets a cell of a record; the last one counts.
    pub(super) fn set(&mut self, record: usize, column: usize, cell: Cell) {
        let Some(RecordColumn { column: Column { cells, .. }, .. }) = self.columns.get_mut(column) else {
            return;
        };
        if let Some(slot) = cells.get_mut(record) {
            *slot = Some(cell);
        } else {
            cells.resize(record, None);
            cells.push(Some(cell));
        }
    }

    /// Sets the text of a record in a column.
    pub(super) fn put(&mut self, record: usize, column: usize, text: &str, spot: CellPos) {
        if let Some(text) = self.number(column, text) {
            self.set(record, column, Cell { text, spot });
        }
    }

    /// The text of a record under a head, as it compares; `None` without a cell there.
    pub(super) fn text(&self, record: usize, head: &str) -> Option<&str> {
        self.columns.iter().find(|column| column.head == head)?.column.get(record).map(|(text, _)| &**text)
    }

    /// Where a record begins.
    pub(super) fn place(&self, record: usize) -> Location {
        self.rows.get(record).map(|spot| self.origin.place(*spot)).unwrap_or_default()
    }

    /// The columns of these heads as one: in each record the first that has a cell counts, of those with a text where
    /// only a text will do.
    pub(super) fn under(&self, heads: &[String], only_text: bool) -> Column<Arc<str>> {
        let mut all = Column { texts: Vec::new(), cells: Vec::new() };
        for head in heads {
            let Some(RecordColumn { column, .. }) = self.columns.iter().find(|column| column.head == *head)
            else {
                continue;
            };
            let all_count = !only_text || column.texts.iter().all(|text| !text.is_empty());
            if all.texts.is_empty() && all_count {
                all = column.clone();
                continue;
            }
            let before = u32::try_from(all.texts.len()).unwrap_or(u32::MAX);
            all.texts.extend(column.texts.iter().cloned());
            if all.cells.len() < column.cells.len() {
                all.cells.resize(column.cells.len(), None);
            }
            let counts = |row: usize| all_count || column.get(row).is_some_and(|(text, _)| !text.is_empty());
            for (row, (slot, cell)) in all.cells.iter_mut().zip(&column.cells).enumerate() {
                if slot.is_none() && counts(row) {
                    *slot = cell.map(|cell| Cell { text: cell.text.saturating_add(before), ..cell });
                }
            }
        }
        all
    }
}
