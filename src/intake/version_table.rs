//! Reader of an exported `tbVersion`: every build that the database was upgraded to.

use super::moment::{self, MomentError};
use super::records::Records;
use super::table::{Row, RowSink, head};
use super::{Parsed, Source};
use crate::model::export::{Moment, VersionHistory, VersionRow};
use crate::model::{BuildVersion, Location, Observed};
use chrono::NaiveDateTime;
use std::cmp::Reverse;

/// Head of the column of versions.
const HEAD: &str = "versionnumber";

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
    let at = |name: &str| row.cells().position(|cell| head(cell) == name);
    if let Some(version) = at(HEAD) {
        return Some(Columns { version, upgraded: at("upgraded"), headless: false });
    }
    let dated = !matches!(moment::parse(row.cell(1)), Err(MomentError::Unknown));
    (row.filled() == 2 && dated && BuildVersion::is_canonical(row.cell(0))).then_some(Columns {
        version: 0,
        upgraded: Some(1),
        headless: true,
    })
}

/// A history while its rows are read.
pub(super) struct Reader<'a> {
    cx: Source<'a>,
    columns: Columns,
    rows: Vec<RawRow>,
    /// How many rows hold no version, and the first of them.
    without_version: usize,
    first_without_version: Option<Row>,
}

/// What counts of a row.
#[derive(Debug)]
struct RawRow {
    version: String,
    upgraded: String,
    place: Location,
}

/// Takes the header of a history, or its first row.
pub(super) fn start<'a>(cx: Source<'a>, row: &Row) -> Option<Reader<'a>> {
    let columns = columns(row)?;
    let mut reader =
        Reader { cx, columns, rows: Vec::new(), without_version: 0, first_without_version: None };
    if columns.headless {
        reader.add(row);
    }
    Some(reader)
}

impl RowSink for Reader<'_> {
    fn add(&mut self, row: &Row) {
        let version = row.cell(self.columns.version);
        let upgraded = self.columns.upgraded.map_or("", |column| row.cell(column));
        if version.starts_with(|c: char| c.is_ascii_digit()) || self.is_unreadable(version, upgraded) {
            let place = row.place(self.cx.input);
            self.rows.push(RawRow { version: version.to_owned(), upgraded: upgraded.to_owned(), place });
        } else {
            self.without_version += 1;
            self.first_without_version.get_or_insert_with(|| row.clone());
        }
    }
}

impl Reader<'_> {
    /// Whether a row without a version is one of the table all the same, whose version nobody can read: it has a date, or a
    /// word such as `#N/A` where there is no column of dates. A footer has neither.
    fn is_unreadable(&self, version: &str, upgraded: &str) -> bool {
        let is_word = |text: &str| !text.is_empty() && !text.contains(char::is_whitespace);
        let is_rule = |text: &str| text.chars().all(|c| matches!(c, '-' | '=' | '_' | '+' | '|'));
        match self.columns.upgraded {
            Some(_) => !upgraded.is_empty() && !is_rule(upgraded) && head(upgraded) != "upgraded",
            None => is_word(version) && !is_rule(version) && head(version) != HEAD,
        }
    }

    /// The history.
    pub(super) fn finish(self) -> Parsed<VersionHistory> {
        let mut notes = Vec::new();
        if self.columns.headless {
            notes.push("The history has no header; its columns were recognised by their content.".to_owned());
        }
        if let Some(row) = &self.first_without_version {
            let text = row.cells().find(|text| !text.is_empty()).unwrap_or_default();
            notes.push(format!(
                "{} row(s) hold no version and were left out, first {}: \"{}\".",
                self.without_version,
                row.place(self.cx.input),
                self.cx.shown(text)
            ));
        }
        history(self.cx, &self.rows, self.columns.upgraded.is_some(), notes)
    }
}

/// The history in the result of our own query: the version is the item, its date the one fact.
pub(super) fn of_records(cx: Source, records: &Records) -> Parsed<VersionHistory> {
    let rows = (0..records.len()).filter_map(|record| {
        let text = |head: &str| records.text(record, head).map(str::to_owned);
        let upgraded = text("upgraded").filter(|date| date != "none").unwrap_or_default();
        Some(RawRow { version: text("item")?, upgraded, place: records.place(record) })
    });
    history(cx, &rows.collect::<Vec<_>>(), true, Vec::new())
}

/// Sorts rows: newest first by date, then by version, as the vendor's own query has it. Where dates could mean two days, both
/// orders must agree on the newest row. Where one cannot be read, nobody can say which row that is; only without any
/// column of dates the highest version counts.
fn history(
    cx: Source,
    written: &[RawRow],
    has_dates: bool,
    mut notes: Vec<String>,
) -> Parsed<VersionHistory> {
    if written.is_empty() {
        notes.push("The history has no row.".to_owned());
    }
    let mut dates = moment::Column::default();
    for raw in written {
        dates.learn(&raw.upgraded, || raw.place.clone());
    }
    notes.extend(dates.note());
    let mut rows: Vec<VersionRow> =
        written.iter().map(|raw| version_row(raw, has_dates, &dates, cx)).collect();
    let all_dated = rows.iter().all(|row| row.upgraded.value().is_some());
    let newest =
        if all_dated || !has_dates || rows.len() < 2 { Ok(None) } else { newest(written, &rows, &dates) };
    rows.sort_by_cached_key(|row| {
        let is_newest = newest.as_ref().is_ok_and(|newest| newest.as_ref() == Some(&row.place));
        let when = row.upgraded.value().filter(|_| all_dated).map(order);
        // Of rows of one time an unreadable one comes first: it may be the current one.
        Reverse((is_newest, when, row.version.is_unknown(), row.version.value().copied(), row.text.clone()))
    });
    if !all_dated && rows.len() > 1 {
        notes.push(match &newest {
            Ok(None) => "The history has no dates, so its rows are ordered by version.".to_owned(),
            Ok(Some(_)) => {
                "Some dates could mean two days. The first row is the newest either way; the others are \
                            ordered by version."
                    .to_owned()
            }
            Err(why) => format!("It does not say which build the database has now: {why}."),
        });
    }
    let value = VersionHistory { input: cx.input.to_owned(), rows, unordered: newest.err() };
    Parsed { value, problems: Vec::new(), notes }
}

/// A row with its date as it reads with the day first, and with the month first.
type Dated<'r> = (NaiveDateTime, NaiveDateTime, &'r VersionRow);

/// The place of the newest row, where it is the newest however its dates are read; else why nobody can say.
fn newest(
    written: &[RawRow],
    rows: &[VersionRow],
    dates: &moment::Column,
) -> Result<Option<Location>, String> {
    let mut read = Vec::new();
    // A database puts rows without a date behind all others.
    for (raw, row) in written.iter().zip(rows).filter(|(raw, _)| !raw.upgraded.is_empty()) {
        let Some((day_first, month_first)) = dates.both(&raw.upgraded) else {
            let why = row.upgraded.why_unknown().unwrap_or_default();
            return Err(format!("its newest row is not certain, as {why}"));
        };
        read.push((order(&day_first), order(&month_first), row));
    }
    let of = |date: fn(&Dated) -> NaiveDateTime| {
        let newest = read.iter().max_by_key(|dated| {
            (date(dated), dated.2.version.is_unknown(), dated.2.version.value().copied())
        });
        newest.map(|(.., row)| row.place.clone())
    };
    match (of(|dated| dated.0), of(|dated| dated.1)) {
        (day_first, month_first) if day_first == month_first => Ok(day_first),
        _ => Err(
            "its dates could mean two days each, and the newest row depends on which: export it again with \
                  dates as yyyy-MM-dd"
                .to_owned(),
        ),
    }
}

/// One export writes all its dates in one zone, so readings compare.
fn order(moment: &Moment) -> NaiveDateTime {
    moment.utc.map_or(moment.wall, |utc| utc.naive_utc())
}

fn version_row(raw: &RawRow, has_dates: bool, dates: &moment::Column, cx: Source) -> VersionRow {
    let place = raw.place.clone();
    let version = Observed::read(BuildVersion::parse(&raw.version), place.clone());
    let upgraded = if !has_dates {
        Observed::not_collected("the history has no column \"Upgraded\"")
    } else if raw.upgraded.is_empty() {
        Observed::not_collected(format!("{place} has no date"))
    } else {
        let why = |error| format!("{error} (\"{}\")", cx.shown(&raw.upgraded));
        Observed::read(dates.parse(&raw.upgraded).map_err(why), place.clone())
    };
    VersionRow { version, text: cx.shown(&raw.version), upgraded, place }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{NoSanitize, source, table};
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Option<Parsed<VersionHistory>> {
        let [sheet] = table::read(bytes, &NoSanitize, |row| start(source("tbVersion.csv"), row))
            .ok()?
            .try_into()
            .ok()?;
        Some(sheet.sink?.finish())
    }

    fn parse(text: &str) -> Parsed<VersionHistory> {
        read(text.as_bytes()).unwrap()
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
    fn an_ambiguous_date_is_no_date_and_the_newest_row_may_be_certain_all_the_same() {
        let parsed =
            parse("VersionNumber;Upgraded\n11.6.000001;04/05/2026 08:00\n11.7.000049;03/04/2026 10:00\n");
        assert_eq!(texts(&parsed), ["11.6.000001", "11.7.000049"], "April or May, it is the newer one");
        let newest = parsed.value.current().unwrap();
        assert_eq!(newest.version.value(), Some(&BuildVersion::new(11, 6, 1)));
        assert!(newest.upgraded.why_unknown().unwrap().contains("could mean 2026-05-04 or 2026-04-05"));
        assert!(parsed.notes[0].contains("The first row is the newest either way"), "{:?}", parsed.notes);

        let parsed =
            parse("VersionNumber;Upgraded\n11.6.000001;02/05/2026 08:00\n11.7.000049;03/04/2026 10:00\n");
        assert!(parsed.value.current().is_none());
        let why = parsed.value.build().why_unknown().unwrap();
        assert!(why.contains("its dates could mean two days each"), "{why}");
    }

    #[test]
    fn a_newest_row_that_cannot_be_read_leaves_no_build() {
        for text in [
            "VersionNumber,Upgraded\n#N/A,2026-10-17T20:14:05Z\n11.6.000001,2025-09-06T19:40:51Z\n",
            "VersionNumber,Upgraded\n11.6.000001,2025-09-06T19:40:51Z\n,2026-10-17T20:14:05Z\n",
            "VersionNumber,Upgraded\n11.7.000049,17th of last month\n11.6.000001,2025-09-06T19:40:51Z\n",
            "VersionNumber,Upgraded\n11.7.000049,2026-10-17\n11.6.000001,########\n",
            "VersionNumber,Upgraded\n#REF!,2026-10-17\n11.6.000001,2026-10-17\n",
            "VersionNumber\n#N/A\n11.6.000001\n",
        ] {
            let parsed = parse(text);
            assert!(parsed.value.build().is_unknown(), "{text}");
        }
        for text in [
            "VersionNumber,Upgraded\n11.7.000049,2026-10-17\n#N/A,2025-09-06\n",
            "VersionNumber,Upgraded\n11.7.000049,2026-10-17\n11.6.000001,\n",
            "VersionNumber,Upgraded\n----------,----------\n11.7.000049,2026-10-17\n11.6.000001,2025-09-06\n(2 rows affected)\n",
            "VersionNumber\n-------------\n11.7.000049\n11.6.000001\n(2 rows affected)\n",
        ] {
            let parsed = parse(text);
            assert_eq!(parsed.value.build().value(), Some(&BuildVersion::new(11, 7, 49)), "{text}");
        }
    }

    #[test]
    fn another_row_may_settle_the_order_of_day_and_month() {
        let parsed =
            parse("VersionNumber;Upgraded\n11.6.000001;25/01/2026 08:00\n11.7.000049;03/04/2026 10:00\n");
        let newest = parsed.value.current().unwrap().upgraded.value().unwrap();
        assert_eq!(newest.wall.to_string(), "2026-04-03 10:00:00");
        assert_eq!(
            parsed.notes,
            ["Some dates could mean two days; tbVersion.csv row 2 shows that this column has the day first."]
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
                "The history has no header; its columns were recognised by their content.",
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
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&[b"VersionNumber,Upgraded\n".to_vec(), bytes].concat());
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
