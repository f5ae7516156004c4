//! Recognises and reads every table of an input: each sheet may be another export.

use super::facts::Facts;
use super::table::{self, MAX_COLUMNS, Row, RowSink, Sheet, TableError};
use super::{Parsed, ReadExport, checklist, grid, inventory, nodes_table, query_result, version_table};
use crate::knowledge::Knowledge;
use crate::model::excerpt::Sanitize;
use crate::model::input::InputKind;

/// What a table turned out to be, while its rows are read.
#[derive(Debug)]
enum TableReader<'k> {
    Nodes(nodes_table::Reader),
    History(version_table::Reader),
    Results(query_result::Reader<'k>),
    Inventory(inventory::Reader, &'k Knowledge),
    Checklist(checklist::Reader),
    Grid(grid::Reader<'k>),
}

impl<'k> TableReader<'k> {
    /// Takes the header of any table we know. Whichever comes first in a sheet decides.
    fn start(input: &str, row: &Row, knowledge: &'k Knowledge) -> Option<Self> {
        let results = || query_result::start(input, row, knowledge).map(Self::Results);
        let nodes = || nodes_table::start(row).map(Self::Nodes);
        let inventory = || inventory::start(row).map(|reader| Self::Inventory(reader, knowledge));
        results()
            .or_else(|| checklist::start(row).map(Self::Checklist))
            .or_else(inventory)
            .or_else(nodes)
            .or_else(|| version_table::start(input, row).map(Self::History))
            .or_else(|| grid::start(input, row, knowledge).map(Self::Grid))
    }

    const fn kind(&self) -> InputKind {
        match self {
            Self::Nodes(_) => InputKind::NodesTable,
            Self::History(_) => InputKind::VersionTable,
            Self::Checklist(_) => InputKind::Answers,
            Self::Results(_) | Self::Inventory(..) | Self::Grid(_) => InputKind::Export,
        }
    }

    /// What the table says, with the titles of the exports in it.
    fn finish(
        self,
        input: &str,
        sanitizer: &dyn Sanitize,
    ) -> Result<(Parsed<Vec<Facts>>, Vec<String>), TableError> {
        Ok(match self {
            Self::Nodes(reader) => {
                let list = reader.finish(input, sanitizer)?.map(|list| vec![Facts::Nodes(list)]);
                (list, vec!["the node list".to_owned()])
            }
            Self::History(reader) => {
                let history = reader.finish(sanitizer).map(|history| vec![Facts::History(history)]);
                (history, vec!["the version history".to_owned()])
            }
            Self::Results(reader) => reader.finish(sanitizer),
            Self::Grid(reader) => reader.finish(sanitizer),
            Self::Checklist(reader) => {
                let part = vec![Facts::Checklist(reader.finish()?)];
                let parsed = Parsed { value: part, problems: Vec::new(), notes: Vec::new() };
                (parsed, vec!["a sheet of a checklist".to_owned()])
            }
            Self::Inventory(reader, knowledge) => {
                (reader.finish(input, knowledge, sanitizer), vec!["a sheet of the inventory".to_owned()])
            }
        })
    }
}

impl RowSink for TableReader<'_> {
    fn add(&mut self, row: &Row) {
        match self {
            Self::Nodes(reader) => reader.add(row),
            Self::History(reader) => reader.add(row),
            Self::Results(reader) => reader.add(row),
            Self::Grid(reader) => reader.add(row),
            Self::Inventory(reader, _) => reader.add(row),
            Self::Checklist(reader) => reader.add(row),
        }
    }
}

/// Reads every table of an input. `None` when none is one we know.
pub(super) fn read(
    input: &str,
    bytes: &[u8],
    knowledge: &Knowledge,
    sanitizer: &dyn Sanitize,
) -> Result<Option<ReadExport>, TableError> {
    let sheets = table::read(bytes, sanitizer, |row| TableReader::start(input, row, knowledge))?;
    let Some(kind) = sheets.iter().find_map(|sheet| sheet.sink.as_ref()).map(TableReader::kind) else {
        return Ok(None);
    };
    let mut parsed = Parsed { value: Vec::new(), problems: Vec::new(), notes: notes(&sheets) };
    let mut holds = Vec::new();
    for reader in sheets.into_iter().filter_map(|sheet| sheet.sink) {
        let (table, titles) = reader.finish(input, sanitizer)?;
        parsed.value.extend(table.value);
        parsed.problems.extend(table.problems);
        parsed.notes.extend(table.notes);
        holds.extend(titles);
    }
    checklist::join(input, &mut parsed, knowledge, sanitizer);
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
    use crate::intake::NoSanitize;
    use crate::intake::workbook::made;

    fn knowledge() -> Knowledge {
        Knowledge::builtin().unwrap()
    }

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
        let tables = read("export.xlsx", &workbook, &knowledge(), &NoSanitize).unwrap().unwrap();
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
        assert!(read("x.xlsx", &workbook, &knowledge(), &NoSanitize).unwrap().is_none());
        assert!(read("x.csv", b"a,b\n1,2\n", &knowledge(), &NoSanitize).unwrap().is_none());
    }
}
