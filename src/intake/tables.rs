//! Recognises and reads every table of an input: each sheet may be another export.

use super::facts::Facts;
use super::table::{self, MAX_COLUMNS, Row, RowSink, Sheet, TableError};
use super::{
    Parsed, ReadExport, Source, checklist, grid, inventory, nodes_table, query_result, version_table,
};
use crate::model::input::InputKind;

/// What a table turned out to be, while its rows are read.
enum TableReader<'k> {
    Nodes(nodes_table::Reader),
    History(version_table::Reader<'k>),
    Results(query_result::Reader<'k>),
    Inventory(inventory::Reader<'k>),
    Checklist(checklist::Part),
    Grid(grid::Reader<'k>),
}

impl<'k> TableReader<'k> {
    /// Takes the header of any table we know. Whichever comes first in a sheet decides.
    fn start(cx: Source<'k>, row: &Row) -> Option<Self> {
        query_result::start(cx, row)
            .map(Self::Results)
            .or_else(|| checklist::start(row).map(Self::Checklist))
            .or_else(|| inventory::start(cx, row).map(Self::Inventory))
            .or_else(|| nodes_table::start(row).map(Self::Nodes))
            .or_else(|| version_table::start(cx, row).map(Self::History))
            .or_else(|| grid::start(cx, row).map(Self::Grid))
    }

    const fn kind(&self) -> InputKind {
        match self {
            Self::Nodes(_) => InputKind::NodesTable,
            Self::History(_) => InputKind::VersionTable,
            Self::Checklist(_) => InputKind::Answers,
            Self::Results(_) | Self::Inventory(_) | Self::Grid(_) => InputKind::Export,
        }
    }

    /// What the table says, with the titles of the exports in it.
    fn finish(self, cx: Source) -> Result<(Parsed<Vec<Facts>>, Vec<String>), TableError> {
        let (parsed, title) = match self {
            Self::Results(reader) => return Ok(reader.finish()),
            Self::Grid(reader) => return Ok(reader.finish()),
            Self::Nodes(reader) => (reader.finish(cx)?.map(|list| vec![Facts::Nodes(list)]), "the node list"),
            Self::History(reader) => {
                (reader.finish().map(|history| vec![Facts::History(history)]), "the version history")
            }
            Self::Checklist(part) => {
                let value = vec![Facts::Checklist(part.checked()?)];
                (Parsed { value, ..Parsed::default() }, "a sheet of a checklist")
            }
            Self::Inventory(reader) => (reader.finish(), "a sheet of the inventory"),
        };
        Ok((parsed, vec![title.to_owned()]))
    }
}

impl RowSink for TableReader<'_> {
    fn add(&mut self, row: &Row) {
        match self {
            Self::Nodes(reader) => reader.add(row),
            Self::History(reader) => reader.add(row),
            Self::Results(reader) => reader.add(row),
            Self::Grid(reader) => reader.add(row),
            Self::Inventory(reader) => reader.add(row),
            Self::Checklist(part) => part.add(row),
        }
    }
}

/// Reads every table of an input. `None` when none is one we know.
pub(super) fn read(cx: Source, bytes: &[u8]) -> Result<Option<ReadExport>, TableError> {
    let sheets = table::read(bytes, cx.sanitizer, |row| TableReader::start(cx, row))?;
    let Some(kind) = sheets.iter().find_map(|sheet| sheet.sink.as_ref()).map(TableReader::kind) else {
        return Ok(None);
    };
    let mut parsed = Parsed::<Vec<Facts>> { notes: notes(&sheets), ..Parsed::default() };
    let mut holds = Vec::new();
    for reader in sheets.into_iter().filter_map(|sheet| sheet.sink) {
        let (table, titles) = reader.finish(cx)?;
        let facts = parsed.absorb(table);
        parsed.value.extend(facts);
        holds.extend(titles);
    }
    checklist::join(cx, &mut parsed);
    Ok(Some(ReadExport { kind, holds, parsed }))
}

/// What a reader should know of the sheets: which are hidden and counted all the same, and which are nothing we know.
fn notes(sheets: &[Sheet<TableReader>]) -> Vec<String> {
    let named = |wanted: fn(&Sheet<TableReader>) -> bool| {
        let names = sheets.iter().filter(|sheet| wanted(sheet)).filter_map(|sheet| sheet.name.as_deref());
        names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
    };
    let hidden = named(|sheet| sheet.hidden && sheet.sink.is_some());
    let unknown = named(|sheet| !sheet.empty && sheet.sink.is_none());
    let empty = named(|sheet| sheet.empty);
    let wide = sheets.iter().any(|sheet| sheet.wide && sheet.sink.is_some());
    [
        (hidden, "Hidden sheets that were read all the same"),
        (unknown, "Sheets that this program does not know"),
        (empty, "Sheets without any text"),
    ]
    .into_iter()
    .filter(|(names, _)| !names.is_empty())
    .map(|(names, what)| format!("{what}: {names}."))
    .chain(
        wide.then(|| format!("It has more than {MAX_COLUMNS} columns; the columns after that are ignored.")),
    )
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::source;
    use crate::intake::workbook::made;

    fn row(number: u32, texts: &[&str]) -> String {
        let cell = |(column, text): (u8, &&str)| {
            format!(
                r#"<c r="{}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#,
                char::from(b'A' + column)
            )
        };
        format!(r#"<row r="{number}">{}</row>"#, (0..).zip(texts).map(cell).collect::<Vec<_>>().concat())
    }

    #[test]
    fn every_sheet_may_hold_another_export() {
        let nodes = row(3, &["Machine Name", "Version"]) + &row(4, &["WEB01", "11.7.000049"]);
        let history = row(1, &["VersionNumber", "Upgraded"]) + &row(2, &["11.7.000049", "2026-11-20"]);
        let workbook = made(
            &[
                ("Read me", "", &row(1, &["made for the ticket"])),
                ("database", r#"state="hidden""#, &history),
                ("nodes", "", &nodes),
                ("Sheet4", "", ""),
            ],
            "<sst/>",
        );
        let tables = read(source("export.xlsx"), &workbook).unwrap().unwrap();
        let [Facts::History(history), Facts::Nodes(nodes)] = tables.parsed.value.as_slice() else {
            panic!("{:?}", tables.parsed);
        };
        assert_eq!(history.rows[0].place.to_string(), "export.xlsx sheet database, row 2");
        let version = nodes.rows[0].binary_version.place().unwrap();
        assert_eq!(version.to_string(), "export.xlsx sheet nodes, B4");
        assert_eq!(
            tables.parsed.notes,
            [
                "Hidden sheets that were read all the same: \"database\".",
                "Sheets that this program does not know: \"Read me\".",
                "Sheets without any text: \"Sheet4\".",
            ]
        );
    }

    #[test]
    fn a_workbook_of_other_things_is_none() {
        let workbook = made(&[("Read me", "", &row(1, &["made for the ticket"]))], "<sst/>");
        assert!(read(source("x.xlsx"), &workbook).unwrap().is_none());
        assert!(read(source("x.csv"), b"a,b\n1,2\n").unwrap().is_none());
    }
}
