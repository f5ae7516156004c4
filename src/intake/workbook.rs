//! The first sheet of an XLSX workbook as rows of text.

use super::table::{MAX_COLUMNS, MAX_ROWS, Row, TableError};
use calamine::{Data, DataRef, Reader, Xlsx};
use memchr::memmem;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::panic::catch_unwind;

/// Most parts of one workbook.
pub const MAX_PARTS: usize = 1_000;

/// Most bytes of all parts of one workbook together, inflated.
pub const MAX_INFLATED: u64 = 64 << 20;

/// Whether `bytes` are a zip with a workbook in it. Names of parts stand in the clear in a zip's directory.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") && memmem::find(bytes, b"xl/workbook.").is_some()
}

/// Rows of the first sheet, as its cells stand; formulas by the value they last had.
pub fn first_sheet(bytes: &[u8]) -> Result<Vec<Row>, TableError> {
    check(bytes)?;
    // A guard, because the library indexes into what it reads.
    catch_unwind(|| read(bytes)).unwrap_or(Err(TableError::Workbook))
}

/// Inflates every part once against the limits: the library itself reads shared texts without one, and reserves
/// memory for as many of them as the workbook says there are.
fn check(bytes: &[u8]) -> Result<(), TableError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::Workbook)?;
    if archive.len() > MAX_PARTS {
        return Err(TableError::WorkbookTooLarge);
    }
    let mut left = MAX_INFLATED;
    let mut part = Vec::new();
    for index in 0..archive.len() {
        part.clear();
        let entry = archive.by_index(index).map_err(|_| TableError::Workbook)?;
        entry.take(left + 1).read_to_end(&mut part).map_err(|_| TableError::Workbook)?;
        left = left.checked_sub(part.len() as u64).ok_or(TableError::WorkbookTooLarge)?;
        if !counts_are_honest(&part) {
            return Err(TableError::Workbook);
        }
    }
    Ok(())
}

/// Whether every count of unique texts in a part is one that the part has room for.
fn counts_are_honest(part: &[u8]) -> bool {
    // In UTF-16 the search below would see nothing; spreadsheet programs write UTF-8.
    if part.starts_with(b"\xff\xfe")
        || part.starts_with(b"\xfe\xff")
        || part.get(..4).is_some_and(|b| b.contains(&0))
    {
        return !part.contains(&b'<');
    }
    memmem::find_iter(part, b"uniqueCount").all(|at| {
        let digits = part.get(at + b"uniqueCount".len()..).unwrap_or_default().iter();
        let number = digits
            .skip_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'"' | b'\'' | b'+'))
            .take_while(|byte| byte.is_ascii_digit())
            .fold(0usize, |sum, digit| sum.saturating_mul(10).saturating_add(usize::from(digit - b'0')));
        number <= part.len()
    })
}

fn read(bytes: &[u8]) -> Result<Vec<Row>, TableError> {
    let broken = |_| TableError::Workbook;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        calamine::XlsxError::Password => TableError::Protected,
        _ => TableError::Workbook,
    })?;
    let sheet = workbook.sheet_names().into_iter().next().ok_or(TableError::Workbook)?;
    let mut reader = workbook.worksheet_cells_reader(&sheet).map_err(broken)?;
    // By number, because a sheet may leave rows out. Reading cell by cell keeps a sheet that claims a cell at
    // its far end from costing the memory of all the cells before it.
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        let text = text(cell.get_value());
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        if text.is_empty() || column >= MAX_COLUMNS {
            continue;
        }
        if rows.len() >= MAX_ROWS && !rows.contains_key(&row) {
            return Err(TableError::TooManyRows);
        }
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        if let Some(place) = cells.get_mut(column) {
            *place = text;
        }
    }
    Ok(rows.into_iter().map(|(row, cells)| Row { number: row.saturating_add(1), cells }).collect())
}

fn text(value: &DataRef<'_>) -> String {
    match Data::from(value.clone()) {
        Data::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}")
        }
        Data::Empty => String::new(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    /// A workbook of one sheet with the given cells, as XML.
    pub(crate) fn workbook(cells: &str, shared: &str) -> Vec<u8> {
        let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        let package = "http://schemas.openxmlformats.org/package/2006/relationships";
        let parts = [
            (
                "_rels/.rels",
                format!(
                    r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/workbook.xml",
                format!(
                    r#"<workbook xmlns="{main}" xmlns:r="{relations}"><sheets><sheet name="Nodes" sheetId="1" r:id="rId1"/></sheets></workbook>"#
                ),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                format!(
                    r#"<Relationships xmlns="{package}"><Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#
                ),
            ),
            (
                "xl/styles.xml",
                format!(
                    r#"<styleSheet xmlns="{main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>"#
                ),
            ),
            ("xl/sharedStrings.xml", shared.to_owned()),
            (
                "xl/worksheets/sheet1.xml",
                format!(r#"<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>"#),
            ),
        ];
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn shared(count: &str) -> String {
        format!(
            r#"<sst uniqueCount="{count}"><si><t>VersionNumber</t></si><si><t>11.7.000049</t></si></sst>"#
        )
    }

    #[test]
    fn texts_dates_and_gaps() {
        let cells = r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><t>Upgraded</t></is></c></row>
            <row r="5"><c r="A5" t="s"><v>1</v></c><c r="C5" s="1"><v>46346.5</v></c><c r="D5" t="b"><v>1</v></c></row>"#;
        let rows = first_sheet(&workbook(cells, &shared("2"))).unwrap();
        assert_eq!(
            rows[0],
            Row { number: 2, cells: vec!["VersionNumber".into(), String::new(), "Upgraded".into()] }
        );
        assert_eq!(rows[1].number, 5);
        assert_eq!(rows[1].cells, ["11.7.000049", "", "2026-11-20 12:00:00.000", "true"]);
    }

    #[test]
    fn a_cell_at_the_far_end_costs_nothing() {
        let cells =
            r#"<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#;
        assert_eq!(first_sheet(&workbook(cells, &shared("2"))).unwrap().len(), 1);
    }

    #[test]
    fn a_lie_about_shared_texts_is_refused_before_memory_is_reserved() {
        let lie = workbook("", &shared("99999999999999"));
        assert_eq!(first_sheet(&lie), Err(TableError::Workbook));
    }

    #[test]
    fn a_workbook_that_inflates_without_end_is_refused() {
        let mut bomb = shared("2");
        bomb.push_str(&" ".repeat(usize::try_from(MAX_INFLATED).unwrap()));
        let bytes = workbook("", &bomb);
        assert!(bytes.len() < 200_000);
        assert_eq!(first_sheet(&bytes), Err(TableError::WorkbookTooLarge));
    }

    #[test]
    fn what_is_no_workbook_is_an_error() {
        assert_eq!(first_sheet(b"PK\x03\x04 xl/workbook.xml"), Err(TableError::Workbook));
        let good = workbook("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>", &shared("2"));
        for cut in (0..good.len()).step_by(97) {
            let _ = first_sheet(&good[..cut]);
        }
    }
}
