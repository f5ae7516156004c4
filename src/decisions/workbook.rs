//! The workbook form: a sheet with the keys of the file as columns.

use super::Entry;
use super::file::{DecisionsError, Kind, Raw, entry};
use calamine::{Data, Reader as _, open_workbook_auto_from_rs};
use std::io::Cursor;

/// Most rows that are read.
const ROWS: usize = 10_000;

/// Reads the sheet named `decisions`, else the first one.
pub fn from_workbook(bytes: &[u8]) -> Result<Vec<Entry>, DecisionsError> {
    let fail = |message: String| DecisionsError::Format(message);
    let mut workbook = open_workbook_auto_from_rs(Cursor::new(bytes))
        .map_err(|_| fail("it is a workbook that cannot be read: save it as XLSX again".to_owned()))?;
    let names = workbook.sheet_names();
    let by_name = names.iter().find(|name| name.trim().eq_ignore_ascii_case("decisions"));
    let Some(name) = by_name.or(names.first()).cloned() else {
        return Err(fail("the workbook has no sheet".to_owned()));
    };
    let range = workbook
        .worksheet_range(&name)
        .map_err(|_| fail("the sheet with the decisions cannot be read".to_owned()))?;
    let mut rows = range.rows().zip(1..).take(ROWS);
    let head = rows.find_map(|(row, _)| {
        let names: Vec<String> = row.iter().map(|cell| text(cell).to_lowercase()).collect();
        (names.iter().any(|name| name == "kind") && names.iter().any(|name| name == "owner")).then_some(names)
    });
    let Some(head) = head else {
        return Err(fail("no row of the sheet has the columns kind and owner".to_owned()));
    };
    let mut entries = Vec::new();
    for (row, line) in rows.filter(|(row, _)| row.iter().any(|cell| !text(cell).is_empty())) {
        let wrong = |message: String| DecisionsError::Line { line, message };
        let mut raw = Raw::default();
        for (name, cell) in head.iter().zip(row) {
            let text = text(cell);
            let date = || Some(toml::Value::String(text.clone())).filter(|_| !text.is_empty());
            match name.as_str() {
                "kind" => raw.kind = Kind::ALL.into_iter().find(|kind| kind.word() == text.to_lowercase()),
                "rule" => raw.rule = text,
                "finding" => raw.finding = text,
                "node" => raw.node = text,
                "value" => raw.value = text,
                "ticket" => raw.ticket = text,
                "reason" => raw.reason = text,
                "owner" => raw.owner = text,
                "until" => raw.until = date(),
                "decided" => raw.decided = date(),
                "" => {}
                other => {
                    let other: String = other.chars().take(40).collect();
                    return Err(wrong(format!("there is no column \"{other}\"")));
                }
            }
        }
        entries.push(entry(line, raw).map_err(wrong)?);
    }
    Ok(entries)
}

/// A cell as text; a date as a day.
fn text(cell: &Data) -> String {
    match cell {
        Data::Empty | Data::Error(_) => String::new(),
        Data::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(text) | Data::DurationIso(text) | Data::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}
