//! `tbVersion` as exported: every build the database was upgraded to (domain 7).

use super::Parsed;
use super::moment::{self, MomentError};
use super::table::{self, Row, Table, TableError, head};
use crate::model::excerpt::{Clean, Excerpt};
use crate::model::export::{Moment, VersionHistory, VersionRow};
use crate::model::{BuildVersion, Observed};
use std::cmp::Reverse;

/// Columns of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    version: usize,
    upgraded: Option<usize>,
    /// The row itself is data: SQL Server Management Studio saves results without a header unless told otherwise.
    headless: bool,
}

/// The columns a row announces, or shows where there is no header.
pub(super) fn columns(row: &Row) -> Option<Columns> {
    let at = |name: &str| row.cells.iter().position(|cell| head(cell) == name);
    if let Some(version) = at("versionnumber") {
        return Some(Columns { version, upgraded: at("upgraded"), headless: false });
    }
    let filled = row.cells.iter().filter(|cell| !cell.trim().is_empty()).count();
    let dated = !matches!(moment::parse(row.cell(1)), Err(MomentError::Unknown));
    (filled == 2 && dated && BuildVersion::is_canonical(row.cell(0))).then_some(Columns {
        version: 0,
        upgraded: Some(1),
        headless: true,
    })
}

/// Reads a history. `None` when nothing in the bytes is one.
///
/// Rows are newest first by date, then by version, as the vendor's own query has it. Where a date is missing or could
/// mean two days, versions alone decide, and a note says so.
pub fn parse(
    input: &str,
    bytes: &[u8],
    cleaner: &dyn Clean,
) -> Result<Option<Parsed<VersionHistory>>, TableError> {
    let Some(Table { header, header_row, rows }) = table::find(bytes, columns)? else { return Ok(None) };
    let mut notes = Vec::new();
    if header.headless {
        notes.push("The history has no header; its columns were told by their content.".to_owned());
    }
    let first = header.headless.then_some(header_row);
    let (data, rest): (Vec<Row>, Vec<Row>) = first
        .into_iter()
        .chain(rows)
        .partition(|row| row.cell(header.version).starts_with(|c: char| c.is_ascii_digit()));
    if let Some(row) = rest.first() {
        let text = row.cells.iter().map(|cell| cell.trim()).find(|cell| !cell.is_empty()).unwrap_or_default();
        let text = Excerpt::new(text, cleaner);
        notes.push(format!(
            "{} row(s) hold no version and were left out, first {}: \"{}\".",
            rest.len(),
            row.place(input),
            text.as_str()
        ));
    }
    if data.is_empty() {
        notes.push("The history has no row.".to_owned());
    }
    let mut rows: Vec<VersionRow> = data.iter().map(|row| version_row(input, row, header, cleaner)).collect();
    let dated = rows.iter().all(|row| row.upgraded.value().is_some());
    rows.sort_by_cached_key(|row| {
        let when = row.upgraded.value().filter(|_| dated).map(order);
        Reverse((when, row.version.value().copied(), row.text.clone()))
    });
    if !dated && rows.len() > 1 {
        notes
            .push("Not every date of the history is certain, so its rows are ordered by version.".to_owned());
    }
    Ok(Some(Parsed { value: VersionHistory { input: input.to_owned(), rows }, problems: Vec::new(), notes }))
}

/// One export writes all its dates in one zone, so readings compare.
fn order(moment: &Moment) -> chrono::NaiveDateTime {
    moment.utc.map_or(moment.wall, |utc| utc.naive_utc())
}

fn version_row(input: &str, row: &Row, columns: Columns, cleaner: &dyn Clean) -> VersionRow {
    let place = row.place(input);
    let shown = |text: &str| Excerpt::new(text, cleaner).as_str().to_owned();
    let text = row.cell(columns.version);
    let version = match BuildVersion::parse(text) {
        Ok(version) => Observed::known(version, place.clone()),
        Err(error) => Observed::unreadable(place.clone(), error.to_string()),
    };
    let upgraded = match columns.upgraded.map(|column| row.cell(column)) {
        None => Observed::not_collected("the history has no column \"Upgraded\""),
        Some("") => Observed::not_collected(format!("{place} has no date")),
        Some(date) => match moment::parse(date) {
            Ok(moment) => Observed::known(moment, place.clone()),
            Err(error) => Observed::unreadable(place.clone(), format!("{error} (\"{}\")", shown(date))),
        },
    };
    VersionRow { version, text: shown(text), upgraded, place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::AsIs;
    use proptest::prelude::*;

    fn parse(text: &str) -> Parsed<VersionHistory> {
        super::parse("tbVersion.csv", text.as_bytes(), &AsIs).unwrap().unwrap()
    }

    fn texts(parsed: &Parsed<VersionHistory>) -> Vec<&str> {
        parsed.value.rows.iter().map(|row| row.text.as_str()).collect()
    }

    #[test]
    fn newest_first_by_date_then_by_version() {
        let parsed = parse(
            "VersionNumber,Upgraded\n11.6.000001,2026-01-10 08:00:00\n11.7.000049,2026-11-20 21:00:00.123\n\
             11.7.000001,2026-11-20 21:00:00.123\n11.8.000000,2025-05-05 00:00:00\n",
        );
        assert_eq!(texts(&parsed), ["11.7.000049", "11.7.000001", "11.6.000001", "11.8.000000"]);
        assert_eq!(parsed.value.current().unwrap().place.to_string(), "tbVersion.csv row 3");
        assert!(parsed.notes.is_empty());
    }

    #[test]
    fn an_ambiguous_date_is_no_date_and_the_version_still_counts() {
        let parsed =
            parse("VersionNumber;Upgraded\n11.6.000001;04/05/2026 08:00\n11.7.000049;03/04/2026 10:00\n");
        assert_eq!(texts(&parsed), ["11.7.000049", "11.6.000001"]);
        let newest = parsed.value.current().unwrap();
        assert_eq!(newest.version.value(), Some(&BuildVersion::new(11, 7, 49)));
        assert!(newest.upgraded.why_unknown().unwrap().contains("could mean 2026-04-03 or 2026-03-04"));
        assert_eq!(
            parsed.notes,
            ["Not every date of the history is certain, so its rows are ordered by version."]
        );
    }

    #[test]
    fn headless_results_and_footers() {
        let parsed = parse(
            "\u{feff}11.7.000049,2026-11-20 21:00:00.123\r\n11.6.000001,2026-01-10 08:00:00.000\r\n\r\n(2 rows affected)\r\n",
        );
        assert_eq!(texts(&parsed), ["11.7.000049", "11.6.000001"]);
        assert_eq!(
            parsed.notes,
            [
                "The history has no header; its columns were told by their content.",
                "1 row(s) hold no version and were left out, first tbVersion.csv row 4: \"(2 rows affected)\".",
            ]
        );
    }

    #[test]
    fn one_column_and_odd_versions() {
        let parsed = parse("\"VersionNumber\"\n\"11.7.000049\"\n");
        assert!(parsed.value.current().unwrap().upgraded.is_unknown());
        let parsed = parse("versionnumber,upgraded\n10.11,2026-11-20\n11.7.49,2025-11-20\n");
        assert!(
            parsed.value.current().unwrap().version.is_unknown(),
            "a train is no build, and it is the newest row"
        );
        assert_eq!(texts(&parsed), ["10.11", "11.7.49"]);
    }

    #[test]
    fn other_tables_are_none() {
        for text in ["", "a,b\n1,2\n", "10.0.0.1,2026-11-20\n", "Machine Name,Version\nWEB01,11.7.000049\n"] {
            assert!(super::parse("x", text.as_bytes(), &AsIs).unwrap().is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = super::parse("x", &[b"VersionNumber,Upgraded\n".to_vec(), bytes].concat(), &AsIs);
        }

        #[test]
        fn the_order_of_rows_does_not_matter(builds in proptest::collection::btree_set((1u32..400, 0u32..999_999), 1..12), turn in 0usize..12) {
            let mut lines: Vec<String> = builds.iter().map(|(day, build)| {
                let date = chrono::NaiveDate::from_yo_opt(2026, *day % 365 + 1).unwrap();
                format!("11.7.{build:06},{date} 10:00:00\n")
            }).collect();
            let one = parse(&format!("VersionNumber,Upgraded\n{}", lines.concat()));
            let middle = turn % lines.len();
            lines.rotate_left(middle);
            let two = parse(&format!("VersionNumber,Upgraded\n{}", lines.concat()));
            prop_assert_eq!(texts(&one), texts(&two));
        }
    }
}
