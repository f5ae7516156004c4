//! Reader of XLSX and XLSB workbooks: every sheet as rows of text, behind limits that the library does not have.

use super::table::{Budget, HeaderSearch, MAX_COLUMNS, Row, RowSink, Sheet, TableError};
use crate::intake::sanitized;
use crate::model::excerpt::Sanitize;
use calamine::{Cell, DataRef, Reader, SheetType, SheetVisible, Xlsb, XlsbError, Xlsx, XlsxError};
use memchr::memmem;
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Most parts of one workbook.
pub const MAX_PARTS: usize = 1_000;

/// Most sheets of one workbook.
pub const MAX_SHEETS: usize = 100;

/// Most bytes of all parts of one workbook together, inflated.
pub const MAX_INFLATED: u64 = 256 << 20;

/// Most bytes of the texts that cells share, which the library holds all at once.
pub const MAX_SHARED: u64 = 32 << 20;

/// Most bytes between two tags: a cell of Excel holds 32,767 characters.
pub const MAX_TEXT: usize = 1 << 20;

/// Whether `bytes` are a zip with a workbook in it. Names of parts are in the clear in a zip's directory.
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") && memmem::find(bytes, b"xl/workbook.").is_some()
}

/// Gives the rows of every sheet, as their cells are, to what takes a header in it; formulas by the value they last
/// had, dates as dates.
pub(super) fn read<B: RowSink>(
    bytes: &[u8],
    sanitizer: &dyn Sanitize,
    header: &mut dyn FnMut(&Row) -> Option<B>,
    budget: &mut Budget,
) -> Result<Vec<Sheet<B>>, TableError> {
    check(bytes)?;
    // A guard, because the library indexes into what it reads.
    catch_unwind(AssertUnwindSafe(|| sheets(bytes, sanitizer, header, budget)))
        .unwrap_or(Err(TableError::Workbook))
}

/// Inflates every part once against the limits: the library itself reads without any, and reserves memory for as
/// many shared texts as the workbook says there are.
pub(super) fn check(bytes: &[u8]) -> Result<(), TableError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::Workbook)?;
    if archive.len() > MAX_PARTS {
        return Err(TableError::WorkbookTooLarge);
    }
    let mut left = MAX_INFLATED;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|_| TableError::Workbook)?;
        let name = entry.name().map_err(|_| TableError::Workbook)?;
        let shared = name.to_ascii_lowercase().ends_with("sharedstrings.xml");
        let is_binary = name.to_ascii_lowercase().ends_with(".bin");
        let shared_binary = name.to_ascii_lowercase().ends_with("sharedstrings.bin");
        let most = left.min(if shared || shared_binary { MAX_SHARED } else { MAX_INFLATED });
        let size = if is_binary {
            check_binary(&mut entry, most, shared_binary)?
        } else {
            check_part(&mut entry, most, shared)?
        };
        left = left.saturating_sub(size);
    }
    Ok(())
}

/// Reads one part of at most `most` bytes, a piece at a time, and gives its size.
fn check_part(part: &mut impl Read, most: u64, shared: bool) -> Result<u64, TableError> {
    const PIECE: usize = 64 << 10;
    let mut piece = Vec::with_capacity(OVERLAP + PIECE);
    let (mut size, mut run, mut claimed) = (0, 0, 0);
    loop {
        let kept = piece.len();
        let wanted = (OVERLAP + PIECE - kept) as u64;
        let read = part.take(wanted).read_to_end(&mut piece).map_err(|_| TableError::Workbook)?;
        let fresh = piece.get(kept..).unwrap_or_default();
        if shared && size == 0 && is_wide(fresh) {
            return Err(TableError::Workbook);
        }
        size += read as u64;
        if size > most {
            return Err(if shared { TableError::TextTooLarge } else { TableError::WorkbookTooLarge });
        }
        if run + memchr::memchr(b'<', fresh).unwrap_or(fresh.len()) > MAX_TEXT {
            return Err(TableError::TextTooLarge);
        }
        run = memchr::memrchr(b'<', fresh).map_or(run + fresh.len(), |last| fresh.len() - last);
        if shared {
            claimed = claimed_texts(&piece).max(claimed);
        }
        if read == 0 {
            // No part has room for more texts than it has bytes.
            return if claimed > size { Err(TableError::Workbook) } else { Ok(size) };
        }
        piece.drain(..piece.len().saturating_sub(OVERLAP));
    }
}

/// Reads a binary part of at most `most` bytes, and gives its size. Each of its texts has its length before it.
fn check_binary(part: &mut impl Read, most: u64, shared: bool) -> Result<u64, TableError> {
    match std::io::copy(&mut part.take(most + 1), &mut std::io::sink()) {
        Err(_) => Err(TableError::Workbook),
        Ok(size) if size > most => {
            Err(if shared { TableError::TextTooLarge } else { TableError::WorkbookTooLarge })
        }
        Ok(size) => Ok(size),
    }
}

/// Bytes of a piece that are looked at again with the next one: an attribute and its number.
const OVERLAP: usize = 64;

/// Whether a part may be XML in UTF-16, where the search for counts would see nothing; spreadsheet programs write UTF-8.
/// Markup starts with `<` or a blank, which have a zero byte there. What most of a text is, as
/// [`crate::text::encoding`] asks, is no guard: the person who made the workbook chose it.
fn is_wide(part: &[u8]) -> bool {
    part.get(..4).is_some_and(|start| start.contains(&0))
}

/// The largest count of unique texts that is in a piece of a part.
fn claimed_texts(part: &[u8]) -> u64 {
    const NAME: &[u8] = b"uniqueCount";
    let between = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'=' | b'"' | b'\'' | b'+');
    let number = |at: usize| {
        let rest = part.get(at + NAME.len()..).unwrap_or_default();
        let gap = rest.iter().take_while(between).count();
        if NAME.len() + gap > OVERLAP / 2 {
            return u64::MAX;
        }
        let digits = rest.iter().skip(gap).take_while(|byte| byte.is_ascii_digit());
        digits.fold(0u64, |sum, digit| sum.saturating_mul(10).saturating_add(u64::from(digit - b'0')))
    };
    memmem::find_iter(part, NAME).map(number).max().unwrap_or(0)
}

fn sheets<B: RowSink>(
    bytes: &[u8],
    sanitizer: &dyn Sanitize,
    header: &mut dyn FnMut(&Row) -> Option<B>,
    budget: &mut Budget,
) -> Result<Vec<Sheet<B>>, TableError> {
    if memmem::find(bytes, BINARY.as_bytes()).is_some() {
        return binary_sheets(bytes, sanitizer, header, budget);
    }
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => TableError::Protected,
        _ => TableError::Workbook,
    })?;
    let all = workbook.sheets_metadata().to_vec();
    each_sheet(all, sanitizer, header, budget, |name, row, each| {
        let mut cells = workbook.worksheet_cells_reader(name).map_err(|_| TableError::Workbook)?;
        rows(&mut || cells.next_cell().map_err(|_| TableError::Workbook), row, each)
    })
}

/// The part of a workbook in the binary form (XLSB) that lists its sheets.
const BINARY: &str = "xl/workbook.bin";

fn binary_sheets<B: RowSink>(
    bytes: &[u8],
    sanitizer: &dyn Sanitize,
    header: &mut dyn FnMut(&Row) -> Option<B>,
    budget: &mut Budget,
) -> Result<Vec<Sheet<B>>, TableError> {
    let mut workbook: Xlsb<_> = Xlsb::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsbError::Password => TableError::Protected,
        _ => TableError::Workbook,
    })?;
    let all = workbook.sheets_metadata().to_vec();
    each_sheet(all, sanitizer, header, budget, |name, row, each| {
        let mut cells = workbook.worksheet_cells_reader(name).map_err(|_| TableError::Workbook)?;
        rows(&mut || cells.next_cell().map_err(|_| TableError::Workbook), row, each)
    })
}

/// What takes a row, and says whether more are wanted.
type Each<'e> = &'e mut dyn FnMut(&Row) -> Result<bool, TableError>;

/// Reads every sheet with `cells`, which gives the rows of the sheet of a name.
fn each_sheet<B: RowSink>(
    all: Vec<calamine::Sheet>,
    sanitizer: &dyn Sanitize,
    header: &mut dyn FnMut(&Row) -> Option<B>,
    budget: &mut Budget,
    mut cells: impl FnMut(&str, Row, Each) -> Result<(), TableError>,
) -> Result<Vec<Sheet<B>>, TableError> {
    if all.len() > MAX_SHEETS {
        return Err(TableError::WorkbookTooLarge);
    }
    let mut read = Vec::with_capacity(all.len());
    for sheet in all {
        let name: Arc<str> = sanitized(&sheet.name, sanitizer).into();
        let mut search = HeaderSearch::new(&mut *header, &mut *budget);
        if sheet.typ == SheetType::WorkSheet {
            let row = Row { sheet: Some(name.clone()), ..Row::default() };
            cells(&sheet.name, row, &mut |row| search.row(row))?;
        }
        let hidden = sheet.visible != SheetVisible::Visible;
        let (empty, wide) = (search.seen == 0, search.wide);
        read.push(Sheet { name: Some(name), hidden, empty, wide, sink: search.sink });
    }
    Ok(read)
}

/// Gives the rows of a sheet that have a cell with text to `each` until it wants no more. Reading cell by cell keeps a
/// sheet that claims a cell at its far end from costing the memory of all the cells before it.
fn rows<'c>(
    next: &mut dyn FnMut() -> Result<Option<Cell<DataRef<'c>>>, TableError>,
    mut row: Row,
    each: Each,
) -> Result<(), TableError> {
    let mut text = String::new();
    while let Some(cell) = next()? {
        let (number, column) = cell.get_position();
        let (number, column) = (number.saturating_add(1), usize::try_from(column).unwrap_or(usize::MAX));
        if row.number != number {
            if !row.record.is_empty() && !each(&row)? {
                return Ok(());
            }
            row.record.clear();
            row.is_wide = false;
            row.number = number;
        }
        let shown = shown(cell.get_value(), &mut text);
        // A cell left of the one before it is none that a spreadsheet program writes.
        if shown.trim().is_empty() || column < row.record.len() {
            continue;
        }
        if column >= MAX_COLUMNS {
            row.is_wide = true;
            continue;
        }
        while row.record.len() < column {
            row.record.push_field("");
        }
        row.record.push_field(shown);
    }
    if !row.record.is_empty() {
        each(&row)?;
    }
    Ok(())
}

/// The text of a cell; `buffer` holds it where it has to be made.
fn shown<'t>(value: &'t DataRef<'_>, buffer: &'t mut String) -> &'t str {
    buffer.clear();
    // Writing to a text does not fail.
    let _ = match value {
        DataRef::SharedString(text) => return text,
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => return text,
        DataRef::Empty => return "",
        DataRef::Bool(flag) => write!(buffer, "{flag}"),
        DataRef::Int(number) => write!(buffer, "{number}"),
        DataRef::Float(number) => write!(buffer, "{number}"),
        DataRef::Error(error) => write!(buffer, "{error}"),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            write!(buffer, "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{milli:03}")
        }
        DataRef::DateTime(span) => write!(buffer, "{span}"),
    };
    buffer
}

/// For tests: a workbook of the given sheets (name, attributes of the sheet, rows as XML) and shared texts.
#[cfg(test)]
pub(super) fn made(sheets: &[(&str, &str, &str)], shared: &str) -> Vec<u8> {
    use std::io::Write as _;
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let package = "http://schemas.openxmlformats.org/package/2006/relationships";
    let numbered = || (1..).zip(sheets);
    let list: Vec<String> = numbered()
        .map(|(n, (name, more, _))| format!(r#"<sheet name="{name}" sheetId="{n}" r:id="rId{n}" {more}/>"#))
        .collect();
    let links: Vec<String> = numbered()
        .map(|(n, _)| {
            format!(
                r#"<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>"#
            )
        })
        .collect();
    let styles = r#"<cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>"#;
    let parts = [
        (
            "_rels/.rels",
            format!(
                r#"<Relationships xmlns="{package}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{}</sheets></workbook>"#,
                list.concat()
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(r#"<Relationships xmlns="{package}">{}</Relationships>"#, links.concat()),
        ),
        ("xl/styles.xml", format!(r#"<styleSheet xmlns="{main}">{styles}</styleSheet>"#)),
        ("xl/sharedStrings.xml", shared.to_owned()),
    ];
    let parts = parts.into_iter().map(|(name, content)| (name.to_owned(), content));
    let sheets = numbered().map(|(n, (_, _, rows))| {
        let content = format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#);
        (format!("xl/worksheets/sheet{n}.xml"), content)
    });
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts.chain(sheets) {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::NoSanitize;
    use crate::intake::table;

    /// Keeps every row.
    #[derive(Debug)]
    struct CollectRows(Vec<Row>);

    impl RowSink for CollectRows {
        fn add(&mut self, row: &Row) {
            self.0.push(row.clone());
        }
    }

    fn read(bytes: &[u8]) -> Result<Vec<Sheet<CollectRows>>, TableError> {
        table::read(bytes, &NoSanitize, |row| Some(CollectRows(vec![row.clone()])))
    }

    fn one(cells: &str, shared: &str) -> Result<Vec<Row>, TableError> {
        let sheets = read(&made(&[("Nodes", "", cells)], shared))?;
        Ok(sheets.into_iter().filter_map(|sheet| sheet.sink).flat_map(|kept| kept.0).collect())
    }

    fn shared(count: &str) -> String {
        format!(
            r#"<sst uniqueCount="{count}"><si><t>VersionNumber</t></si><si><t>11.7.000049</t></si></sst>"#
        )
    }

    const CELL: &str = r#"<row r="1"><c r="A1"><v>1</v></c></row>"#;

    #[test]
    fn texts_dates_formulas_and_gaps() {
        let cells = r#"<row r="2"><c r="A2" t="s"><v>0</v></c><c r="C2" t="inlineStr"><is><t>Upgraded</t></is></c></row>
            <row r="5"><c r="A5" t="s"><v>1</v></c><c r="C5" s="1"><v>46346.5</v></c><c r="D5" t="b"><v>1</v></c>
            <c r="E5"><f>SUM(A1:A9)</f><v>42</v></c><c r="F5" t="str"><f>A1&amp;"x"</f><v>cached</v></c>
            <c r="G5"><f>NOW()</f></c><c r="H5" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>"#;
        let rows = one(cells, &shared("2")).unwrap();
        assert_eq!(rows[0].number, 2);
        assert_eq!(rows[0].record, vec!["VersionNumber", "", "Upgraded"]);
        assert_eq!(rows[1].number, 5);
        assert_eq!(
            rows[1].record,
            vec!["11.7.000049", "", "2026-11-20 12:00:00.000", "true", "42", "cached", "", "#DIV/0!"]
        );
        assert_eq!(rows[1].cell_place("n.xlsx", 2).to_string(), "n.xlsx sheet Nodes, C5");
    }

    #[test]
    fn every_sheet_is_looked_at_and_hidden_ones_are_told() {
        let sheets =
            [("A", "", CELL), ("B &amp; C", r#"state="hidden""#, CELL), ("D", r#"state="veryHidden""#, "")];
        let read = read(&made(&sheets, &shared("2"))).unwrap();
        let said: Vec<_> = read.iter().map(|s| (s.name.as_deref().unwrap(), s.hidden, s.empty)).collect();
        assert_eq!(said, [("A", false, false), ("B & C", true, false), ("D", true, true)]);
    }

    #[test]
    fn a_cell_at_the_far_end_costs_nothing() {
        let cells = format!(r#"{CELL}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#);
        assert_eq!(one(&cells, &shared("2")).unwrap().len(), 1);
    }

    #[test]
    fn a_lie_about_shared_texts_is_refused_before_memory_is_reserved() {
        for lie in [
            shared("99999999999999"),
            shared("2").replace("uniqueCount=", &format!("uniqueCount{}=", " ".repeat(99))),
        ] {
            assert_eq!(one(CELL, &lie).unwrap_err(), TableError::Workbook);
        }
        let wide: String = shared("2").chars().flat_map(|c| [c, '\0']).collect();
        assert_eq!(one(CELL, &wide).unwrap_err(), TableError::Workbook);
    }

    #[test]
    fn a_workbook_that_inflates_without_end_is_refused() {
        let many = format!("{}{}", shared("2"), "<si/>".repeat(usize::try_from(MAX_SHARED).unwrap() / 5));
        assert_eq!(one(CELL, &many).unwrap_err(), TableError::TextTooLarge);
        let long = format!("{}{}", shared("2"), " ".repeat(MAX_TEXT + 1));
        assert_eq!(one(CELL, &long).unwrap_err(), TableError::TextTooLarge);
        let endless = check_part(&mut std::io::repeat(b'<'), MAX_INFLATED, false);
        assert_eq!(endless.unwrap_err(), TableError::WorkbookTooLarge);
        let sheets: Vec<_> = (0..=MAX_SHEETS).map(|n| format!("s{n}")).collect();
        let sheets: Vec<_> = sheets.iter().map(|name| (name.as_str(), "", CELL)).collect();
        assert_eq!(read(&made(&sheets, &shared("2"))).unwrap_err(), TableError::WorkbookTooLarge);
    }

    /// A record of the binary form: number, length and data.
    fn record(number: u16, data: &[u8]) -> Vec<u8> {
        let number = match u8::try_from(number) {
            Ok(small) if small < 128 => vec![small],
            _ => vec![u8::try_from(number & 0x7f).unwrap() | 0x80, u8::try_from(number >> 7).unwrap()],
        };
        [number, vec![u8::try_from(data.len()).unwrap()], data.to_vec()].concat()
    }

    fn binary_text(text: &str) -> Vec<u8> {
        let count = u32::try_from(text.encode_utf16().count()).unwrap().to_le_bytes();
        count.into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    }

    #[test]
    fn the_binary_form_is_read_too() {
        use std::io::Write as _;
        let cell = |kind: u16, column: u32, value: &[u8]| {
            record(kind, &[&column.to_le_bytes()[..], &[0; 4], value].concat())
        };
        let row = |number: u32, cells: &[Vec<u8>]| {
            [record(0, &[&number.to_le_bytes()[..], &[0; 13]].concat()), cells.concat()].concat()
        };
        let sheet = [
            record(148, &[[0; 4], 4u32.to_le_bytes(), [0; 4], 2u32.to_le_bytes()].concat()),
            record(145, &[]),
            row(0, &[cell(6, 0, &binary_text("Machine Name")), cell(6, 2, &binary_text("Größe"))]),
            row(
                4,
                &[
                    cell(6, 0, &binary_text("WEB01")),
                    cell(4, 1, &[1]),
                    cell(5, 2, &46_346.5f64.to_le_bytes()),
                ],
            ),
            record(146, &[]),
        ];
        let name =
            [&[0u8; 4][..], &1u32.to_le_bytes(), &binary_text("rId1"), &binary_text("Knoten")].concat();
        let book = [record(143, &[]), record(156, &name), record(144, &[]), record(157, &[])].concat();
        let links = r#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.bin"/></Relationships>"#;
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (part, content) in [
            ("xl/workbook.bin", book),
            ("xl/_rels/workbook.bin.rels", links.as_bytes().to_vec()),
            ("xl/worksheets/sheet1.bin", sheet.concat()),
        ] {
            zip.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&content).unwrap();
        }
        let file = zip.finish().unwrap().into_inner();
        let sheets = read(&file).unwrap();
        let rows: Vec<Row> =
            sheets.into_iter().filter_map(|sheet| sheet.sink).flat_map(|kept| kept.0).collect();
        assert_eq!(rows[0].record, vec!["Machine Name", "", "Größe"]);
        assert_eq!(rows[1].record, vec!["WEB01", "true", "46346.5"]);
        assert_eq!(rows[1].cell_place("n.xlsb", 0).to_string(), "n.xlsb sheet Knoten, A5");
        for cut in (0..file.len()).step_by(37) {
            let _ = read(&file[..cut]);
        }
    }

    #[test]
    fn what_is_no_workbook_is_an_error() {
        assert_eq!(read(b"PK\x03\x04 xl/workbook.xml").unwrap_err(), TableError::Workbook);
        let good = made(&[("A", "", CELL)], &shared("2"));
        for cut in (0..good.len()).step_by(97) {
            let _ = read(&good[..cut]);
        }
    }
}
