//! Lists of things that exports tell of, such as jobs: held by column, as the rows of a large export came, so that a fact
//! and its place are made only where somebody asks for them.

use super::export::ReportedFields;
use super::observed::Observed;
use super::place::{CellPos, Origin, Place};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a text of an export says, in the form of its fact's kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellValue {
    /// The value.
    Value(Arc<str>),
    /// That there is none.
    Absent,
    /// Nothing.
    Empty,
    /// Something that is not of the kind, and why not.
    Unreadable(String),
}

impl CellValue {
    /// The fact as it is told at `place`.
    pub fn at(&self, place: Place) -> Observed<String> {
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
    /// Where it stands.
    pub spot: CellPos,
}

/// A column: a text that it repeats is held, read and cleaned once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column<T> {
    /// Its different texts.
    pub texts: Vec<T>,
    /// Its cells by row; `None`, or an end before the last row, where a row has none.
    pub cells: Vec<Option<Cell>>,
}

impl<T> Column<T> {
    /// The text in a row and where it stands.
    pub fn get(&self, row: usize) -> Option<(&T, CellPos)> {
        let cell = self.cells.get(row).copied().flatten()?;
        Some((self.texts.get(usize::try_from(cell.text).ok()?)?, cell.spot))
    }
}

/// What one export tells of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Where it stands.
    pub origin: Origin,
    /// Where each row begins.
    pub rows: Vec<CellPos>,
    /// Names of the items as the export has them.
    pub names: Column<Arc<str>>,
    /// Facts with their paths.
    pub facts: Vec<(String, Column<CellValue>)>,
}

impl Table {
    /// Everything that is told in a row, with the path.
    fn told(&self, row: usize) -> impl Iterator<Item = (&str, &CellValue, CellPos)> {
        self.facts.iter().filter_map(move |(path, column)| {
            let (said, spot) = column.get(row)?;
            Some((path.as_str(), said, spot))
        })
    }
}

/// The things of one list, in the order they are told of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    tables: Vec<Table>,
    /// The row that tells of an item first, as table and row of it.
    first: Vec<(usize, usize)>,
    /// Rows of other exports that tell of the same item, by its index.
    more: BTreeMap<usize, Vec<(usize, usize)>>,
}

impl Items {
    /// The items of one export: rows of which it tells a name or a fact.
    pub fn of(table: Table) -> Self {
        let is_item = |row: &usize| !named(&table, *row).is_empty() || table.told(*row).next().is_some();
        let first = (0..table.rows.len()).filter(is_item).map(|row| (0, row)).collect();
        Self { tables: vec![table], first, more: BTreeMap::new() }
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

    /// Lays the items of a later export on these; an item of the same name, in any case, is the same thing, and one
    /// without a name is none of the others.
    pub fn join(&mut self, later: Self) {
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (index, item) in self.iter().enumerate().filter(|(_, item)| !item.name().is_empty()) {
            known.entry(item.name().to_ascii_lowercase()).or_insert(index);
        }
        let before = self.tables.len();
        for item in later.iter() {
            let key = item.name().to_ascii_lowercase();
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
                self.more.entry(index).or_default().extend(rows);
            }
        }
        self.tables.extend(later.tables);
    }
}

/// The name told in a row; empty without one.
fn named(table: &Table, row: usize) -> &str {
    table.names.get(row).map_or("", |(name, _)| name)
}

/// One thing of a list: an engine, a queue, a job.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    list: &'a Items,
    at: usize,
}

impl<'a> Item<'a> {
    /// The rows that tell of it, as table and row of it.
    fn rows(self) -> impl Iterator<Item = (usize, usize)> + 'a {
        let more = self.list.more.get(&self.at).into_iter().flatten();
        self.list.first.get(self.at).into_iter().chain(more).copied()
    }

    fn tables(self) -> impl Iterator<Item = (&'a Table, usize)> {
        self.rows().filter_map(move |(table, row)| Some((self.list.tables.get(table)?, row)))
    }

    /// Its name as the first export has it; empty where it has none.
    pub fn name(self) -> &'a str {
        self.tables().next().map_or("", |(table, row)| named(table, row))
    }

    /// The fact at `path`.
    pub fn fact(self, path: &str) -> Observed<String> {
        let sightings = self.tables().flat_map(|(table, row)| {
            let told = table.told(row).filter(|(other, ..)| *other == path);
            told.map(|(_, said, spot)| said.at(table.origin.place(spot)))
        });
        sightings.reduce(Observed::or).unwrap_or_else(|| {
            let row =
                self.tables().next().and_then(|(table, row)| Some(table.origin.place(*table.rows.get(row)?)));
            Observed::not_collected(format!("{} does not tell it", row.unwrap_or_default()))
        })
    }

    /// Which texts it has for the facts at `paths`, the table first: items with the same ones say the same. `None` where
    /// several rows tell of it.
    pub fn said(self, paths: &BTreeSet<&str>) -> Option<(usize, Vec<Option<u32>>)> {
        let mut rows = self.rows();
        let (Some((at, row)), None) = (rows.next(), rows.next()) else { return None };
        let columns =
            self.list.tables.get(at)?.facts.iter().filter(|(path, _)| paths.contains(path.as_str()));
        let texts = columns.map(|(_, column)| Some(column.cells.get(row).copied().flatten()?.text));
        Some((at, texts.collect()))
    }

    /// All that exports tell of it.
    pub fn facts(self) -> ReportedFields {
        let paths = self.tables().flat_map(|(table, row)| table.told(row)).map(|(path, ..)| path);
        paths.collect::<BTreeSet<_>>().into_iter().map(|path| (path.to_owned(), self.fact(path))).collect()
    }

    /// Whether all that is told of it could be read and is told once, so that nothing contradicts it.
    pub fn is_plain(self) -> bool {
        let mut seen = BTreeSet::new();
        let mut all = self.tables().flat_map(|(table, row)| table.told(row));
        all.all(|(path, said, _)| !matches!(said, CellValue::Unreadable(_)) && seen.insert(path))
    }
}
