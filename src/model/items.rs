//! Column store for lists of exports (jobs, queues, ...): facts and their places are created only when they are asked
//! for, because an export may have 100,000 rows.

use super::export::ReportedFields;
use super::host_name::visible;
use super::location::{CellPos, Location, SourceRef};
use super::observed::Observed;
use super::pages::Pages;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The value of a cell, in the form of its fact's kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellValue {
    /// The value.
    Value(Arc<str>),
    /// There is none.
    Absent,
    /// The cell is empty.
    Empty,
    /// The text is not of the fact's kind, and why not.
    Unreadable(String),
}

impl CellValue {
    /// The fact, found at `place`.
    pub fn at(&self, place: Location) -> Observed<String> {
        match self {
            Self::Value(value) => Observed::known(value.to_string(), place),
            Self::Absent => Observed::absent(place),
            Self::Empty => Observed::not_collected(format!("{place} is empty")),
            Self::Unreadable(why) => Observed::unreadable(place, why.clone()),
        }
    }
}

/// A cell of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell {
    /// Index of its text among those of its column.
    pub text: u32,
    /// Where it is.
    pub spot: CellPos,
}

/// A column: a text that it repeats is stored, parsed and sanitized once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column<T> {
    /// Its different texts.
    pub texts: Vec<T>,
    /// Its cells by row; `None` if a row has none. It may end before the last row.
    pub cells: Vec<Option<Cell>>,
}

impl<T> Column<T> {
    /// The text in a row, and where it is.
    pub fn get(&self, row: usize) -> Option<(&T, CellPos)> {
        let cell = self.cells.get(row).copied().flatten()?;
        Some((self.texts.get(cell.text as usize)?, cell.spot))
    }
}

/// The rows of one export for a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Where the export is.
    pub origin: SourceRef,
    /// Where each row begins.
    pub rows: Vec<CellPos>,
    /// Names of the items.
    pub names: Column<Arc<str>>,
    /// Facts with their paths.
    pub facts: Vec<(String, Column<CellValue>)>,
}

impl Table {
    /// The values of a row with their paths.
    fn values(&self, row: usize) -> impl Iterator<Item = (&str, &CellValue, CellPos)> {
        self.facts.iter().filter_map(move |(path, column)| {
            let (value, spot) = column.get(row)?;
            Some((path.as_str(), value, spot))
        })
    }
}

/// The items of one list, in the order of the exports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    tables: Vec<Table>,
    /// The first row of each item, as index of the table and of the row in it.
    first: Vec<(usize, usize)>,
    /// Rows of later exports for the same item, by its index.
    later: BTreeMap<usize, Vec<(usize, usize)>>,
    /// The pages they are, if no export holds the whole list.
    pages: Option<Pages>,
}

impl Items {
    /// The items of one export: rows with a name or a fact.
    pub fn of(table: Table) -> Self {
        let is_item = |row: &usize| !named(&table, *row).is_empty() || table.values(*row).next().is_some();
        let first = (0..table.rows.len()).filter(is_item).map(|row| (0, row)).collect();
        Self { tables: vec![table], first, later: BTreeMap::new(), pages: None }
    }

    /// The same as pages of a longer list.
    #[must_use]
    pub fn in_pages(mut self, pages: Option<Pages>) -> Self {
        self.pages = pages;
        self
    }

    /// What is missing of the list, as a lower-case fragment; `None` if it is whole.
    pub fn missing(&self) -> Option<String> {
        self.pages.as_ref().and_then(Pages::missing)
    }

    /// Whether the beginning of the list is there.
    pub fn has_first(&self) -> bool {
        self.pages.as_ref().is_none_or(Pages::has_first)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// The items.
    pub fn iter(&self) -> impl Iterator<Item = Item<'_>> {
        (0..self.len()).map(|at| Item { list: self, at })
    }

    /// Adds the items of a later export. Items of the same name, in any case, are the same item; an item without a name is
    /// a new one.
    pub fn join(&mut self, other: Self) {
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (index, item) in self.iter().enumerate().filter(|(_, item)| !item.name().is_empty()) {
            known.entry(visible(item.name()).to_ascii_lowercase()).or_insert(index);
        }
        let before = self.tables.len();
        for item in other.iter() {
            let key = visible(item.name()).to_ascii_lowercase();
            let mut rows = item.rows().map(|(table, row)| (table + before, row));
            let index = known.get(&key).copied().unwrap_or_else(|| {
                let index = self.first.len();
                self.first.extend(rows.next());
                if !key.is_empty() {
                    known.insert(key, index);
                }
                index
            });
            let rows: Vec<_> = rows.collect();
            if !rows.is_empty() {
                self.later.entry(index).or_default().extend(rows);
            }
        }
        self.tables.extend(other.tables);
        self.pages = self.pages.take().zip(other.pages).map(|(mut pages, more)| {
            pages.join(more);
            pages
        });
    }
}

/// The name in a row; empty if it has none.
fn named(table: &Table, row: usize) -> &str {
    table.names.get(row).map_or("", |(name, _)| name)
}

/// One item of a list: an engine, a queue, a job.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    list: &'a Items,
    at: usize,
}

impl<'a> Item<'a> {
    /// Its rows, as index of the table and of the row in it.
    fn rows(self) -> impl Iterator<Item = (usize, usize)> + 'a {
        let later = self.list.later.get(&self.at).into_iter().flatten();
        self.list.first.get(self.at).into_iter().chain(later).copied()
    }

    fn tables(self) -> impl Iterator<Item = (&'a Table, usize)> {
        self.rows().filter_map(move |(table, row)| Some((self.list.tables.get(table)?, row)))
    }

    /// Its name in the first export; empty if it has none.
    pub fn name(self) -> &'a str {
        self.tables().next().map_or("", |(table, row)| named(table, row))
    }

    /// The fact at `path`.
    pub fn fact(self, path: &str) -> Observed<String> {
        let facts = self.tables().flat_map(|(table, row)| {
            let values = table.values(row).filter(|(other, ..)| *other == path);
            values.map(|(_, value, spot)| value.at(table.origin.place(spot)))
        });
        facts.reduce(Observed::or).unwrap_or_else(|| {
            let row =
                self.tables().next().and_then(|(table, row)| Some(table.origin.place(*table.rows.get(row)?)));
            Observed::not_collected(format!("{} does not contain it", row.unwrap_or_default()))
        })
    }

    /// Index of its table, and of its texts for the facts at `paths`: items with equal indices have equal facts, so that
    /// a rule evaluates them once. `None` if it has several rows.
    pub fn text_ids(self, paths: &BTreeSet<&str>) -> Option<(usize, Vec<Option<u32>>)> {
        let mut rows = self.rows();
        let (Some((at, row)), None) = (rows.next(), rows.next()) else { return None };
        let columns =
            self.list.tables.get(at)?.facts.iter().filter(|(path, _)| paths.contains(path.as_str()));
        let texts = columns.map(|(_, column)| Some(column.cells.get(row).copied().flatten()?.text));
        Some((at, texts.collect()))
    }

    /// All its facts.
    pub fn facts(self) -> ReportedFields {
        let paths = self.tables().flat_map(|(table, row)| table.values(row)).map(|(path, ..)| path);
        paths.collect::<BTreeSet<_>>().into_iter().map(|path| (path.to_owned(), self.fact(path))).collect()
    }

    /// Whether all its facts could be read and are there once, so that nothing contradicts them.
    pub fn is_plain(self) -> bool {
        let mut seen = BTreeSet::new();
        let mut all = self.tables().flat_map(|(table, row)| table.values(row));
        all.all(|(path, value, _)| !matches!(value, CellValue::Unreadable(_)) && seen.insert(path))
    }
}
