//! Reader of tables with a line of dashes below the header and blanks between the columns: results of `sqlcmd` and of SQL
//! Server Management Studio as text, and what `PowerShell` shows as a table.
//!
//! The dashes say where each column is. `PowerShell` cuts columns and has numbers at their right end, so a table counts only
//! while nothing is between the columns.

use super::table::{MAX_COLUMNS, Row, TableError, is_footer};
use std::ops::Range;

/// What takes a row, and says whether more are wanted and whether the table counts.
type Each<'e> = &'e mut dyn FnMut(&Row) -> Result<(bool, bool), TableError>;

/// Calls `each` with the header and the rows of every table in a text, until it returns `false`. A row that does not fit
/// its columns is an error once `is_known` says that the table counts.
pub(super) fn records(text: &str, each: Each) -> Result<(), TableError> {
    let mut lines = (1u32..).zip(text.lines().map(str::trim_end)).peekable();
    let mut columns: Option<Vec<Range<usize>>> = None;
    let (mut known, mut is_wrapped, mut rows) = (false, false, 0usize);
    let mut error = TableError::Printed;
    while let Some((number, line)) = lines.next() {
        let below = lines.peek().and_then(|(_, below)| rule(below));
        if let Some(new) = below.filter(|_| !line.trim().is_empty()) {
            lines.next();
            let (row, _) = cells(line, &new, number);
            // PowerShell makes the dashes as long as the name of a column, SQL tools as long as its values may be.
            let is_screen = row.cells().zip(&new).all(|(cell, column)| cell.chars().count() == column.len());
            error = if is_screen { TableError::Screen } else { TableError::Printed };
            let (wanted, counts) = each(&row)?;
            // The tool broke each line at the width of its window.
            is_wrapped = false;
            while lines.next_if(|(_, below)| rule(below).is_some()).is_some() {
                is_wrapped = true;
            }
            if counts && is_wrapped {
                return Err(error);
            }
            (columns, known, rows) = (Some(new), counts, 0);
            if !wanted {
                return Ok(());
            }
            continue;
        }
        let Some(now) = &columns else { continue };
        if line.is_empty() {
            continue;
        }
        if let Some(count) = is_footer(line) {
            // A text with line ends in it takes several lines of the table.
            if known && count != rows as u64 {
                return Err(error);
            }
            columns = None;
            continue;
        }
        if line.starts_with("PS ") && line.contains('>') {
            columns = None;
            continue;
        }
        let (row, fits) = cells(line, now, number);
        let is_cut = row.cells().any(|cell| cell.ends_with("...") || cell.ends_with('…'));
        if !fits || is_cut {
            if known {
                return Err(error);
            }
            columns = None;
            continue;
        }
        rows += 1;
        let (wanted, counts) = each(&row)?;
        known |= counts;
        if known && is_wrapped {
            return Err(error);
        }
        if !wanted {
            return Ok(());
        }
    }
    Ok(())
}

/// The columns that a line of dashes shows, in characters; `None` if it is none.
fn rule(line: &str) -> Option<Vec<Range<usize>>> {
    if !line.contains("---") || !line.bytes().all(|byte| matches!(byte, b'-' | b' ')) {
        return None;
    }
    let mut columns: Vec<Range<usize>> = Vec::new();
    for at in memchr::memchr_iter(b'-', line.as_bytes()) {
        match columns.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => columns.push(at..at + 1),
        }
    }
    (columns.len() <= MAX_COLUMNS).then_some(columns)
}

/// The cells of a line, and whether nothing is between its columns. The last column has no end.
fn cells(line: &str, columns: &[Range<usize>], number: u32) -> (Row, bool) {
    let mut row = Row { number, ..Row::default() };
    let mut fits = true;
    let mut signs = line.chars();
    let mut at = 0;
    for (index, column) in columns.iter().enumerate() {
        let mut gap = signs.by_ref().take(column.start - at);
        fits &= gap.all(|sign| sign == ' ');
        let is_last = index + 1 == columns.len();
        let length = if is_last { usize::MAX } else { column.len() };
        let cell: String = signs.by_ref().take(length).collect();
        row.record.push_field(cell.trim());
        at = column.end;
    }
    (row, fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::facts::Facts;
    use crate::intake::{Parsed, source, tables};

    fn read(text: &str) -> Result<Option<Parsed<Vec<Facts>>>, TableError> {
        Ok(tables::read(source("result.txt"), text.as_bytes())?.map(|read| read.parsed))
    }

    fn printed(rows: &[[&str; 4]], footer: &str) -> String {
        let line = |cells: [&str; 4]| {
            format!("{:<24} {:<30} {:<20} {:<40}\r\n", cells[0], cells[1], cells[2], cells[3])
        };
        let dashes = [24, 30, 20, 40].map(|width| "-".repeat(width));
        let dashes = line([&dashes[0], &dashes[1], &dashes[2], &dashes[3]]);
        let rows: String = rows.iter().map(|row| line(*row)).collect();
        format!("{}{dashes}{rows}\r\n{footer}\r\n", line(["Marker", "Item", "Fact", "Value"]))
    }

    const JOBS: [[&str; 4]; 4] = [
        ["clusterbrief:jobs:1", "", "items", "2"],
        ["clusterbrief:jobs:1", "Auftrag größer  A", "state", "WAITING"],
        ["clusterbrief:jobs:1", "Auftrag größer  A", "minutes late", "NULL"],
        ["clusterbrief:jobs:1", "B", "state", "ERROR"],
    ];

    #[test]
    fn results_of_sql_tools_are_read_by_their_dashes() {
        for footer in [
            "(4 rows affected)",
            "(4 Zeilen betroffen)",
            "(4 Zeile(n) betroffen)",
            "(4 lignes affectées)",
            "",
        ] {
            let database =
                printed(&[["clusterbrief:database:1", "", "compatibility level", "130"]], "(1 row affected)");
            let text = format!(
                "Changed database context to 'SecretServer'.\r\n{}\r\n{database}Completion time: 2026-11-30T09:15:00\r\n",
                printed(&JOBS, footer)
            );
            let parsed = read(&text).unwrap().unwrap_or_else(|| panic!("{text}"));
            assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
            let [Facts::Reported(database), Facts::Reported(jobs)] = parsed.value.as_slice() else {
                panic!("{parsed:?}")
            };
            assert_eq!(database.cluster["database.compatibility-level"].value().unwrap(), "130");
            let names: Vec<&str> =
                jobs.lists["job"].value().unwrap().iter().map(crate::model::items::Item::name).collect();
            assert_eq!(names, ["Auftrag größer  A", "B"]);
        }
    }

    #[test]
    fn a_result_that_lost_rows_or_columns_is_refused() {
        for text in [
            printed(&JOBS, "(5 rows affected)"),
            printed(&JOBS, "(4 rows affected)").replace("WAITING", "WAI..."),
            printed(&JOBS, "")
                .replace("ERROR", "ERROR\r\n  and this is more of the text of the value that was broken"),
        ] {
            assert_eq!(read(&text).unwrap_err(), TableError::Printed, "{text}");
        }
        // Broken after 80 characters, as sqlcmd does without -w.
        let broken = printed(&JOBS, "(4 rows affected)").replace("\r\n", "\n");
        let signs = |line: &str| {
            line.chars().collect::<Vec<_>>().chunks(80).map(String::from_iter).collect::<Vec<_>>().join("\n")
        };
        let broken: String = broken.lines().map(|line| signs(line) + "\n").collect();
        assert_eq!(read(&broken).unwrap_err(), TableError::Printed, "{broken}");
        assert!(read("Title\n-----\nsome text of a mail\n").unwrap().is_none());
    }

    #[test]
    fn a_history_and_the_screen_table_of_powershell() {
        let history = "VersionNumber                                      Upgraded\n-------------------------------------------------- -----------------------\n\
            11.7.000049                                        2026-11-20 08:00:00.000\n11.6.000001                                        NULL\n\n(2 Zeilen betroffen)\n";
        let parsed = read(history).unwrap().unwrap();
        let [Facts::History(history)] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        assert_eq!(history.rows.len(), 2);
        let table = "\r\nMachineName BinaryVersion InCluster Database\r\n----------- ------------- --------- --------\r\n\
            WEB01       11.7.000049   True      SQL01\\SecretServer\r\nWEB02       11.6.000001   True      SQL01\\SecretServer\r\n\r\n";
        let parsed = read(table).unwrap().unwrap();
        let [Facts::Nodes(nodes)] = parsed.value.as_slice() else { panic!("{parsed:?}") };
        assert_eq!(nodes.rows[1].database.value().unwrap(), "SQL01\\SecretServer");
        assert_eq!(nodes.rows[1].binary_version.place().unwrap().to_string(), "result.txt B5");
        let moved = table.replace("WEB02       ", "WEB02-OF-THE-SITE ");
        assert_eq!(read(&moved).unwrap_err(), TableError::Screen);
    }
}
