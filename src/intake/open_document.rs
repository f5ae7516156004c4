//! Reader of `OpenDocument` spreadsheets (ODS), as `LibreOffice` writes them: every sheet as rows of text.

use super::sanitized;
use super::table::{Budget, HeaderSearch, MAX_COLUMNS, Row, RowSink, Sheet, TableError};
use super::workbook::{MAX_SHEETS, check};
use crate::model::excerpt::Sanitize;
use memchr::memmem;
use roxmltree::{Document, Node};
use std::collections::BTreeSet;
use std::io::{Cursor, Read as _};
use std::sync::Arc;

/// Most bytes of the part with all cells: its tree takes many times its text.
const MAX_CONTENT: u64 = 32 << 20;

/// Whether a zip is a spreadsheet: its first entry says so, stored as it is for just this purpose.
pub(super) fn is_spreadsheet(zip: &[u8]) -> bool {
    const HEADER: usize = 30;
    let first = zip.get(HEADER..).unwrap_or_default();
    zip.starts_with(b"PK\x03\x04")
        && first.starts_with(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")
}

/// Gives the rows of every sheet to what takes a header in it.
pub(super) fn read<B: RowSink>(
    bytes: &[u8],
    sanitizer: &dyn Sanitize,
    header: &mut dyn FnMut(&Row) -> Option<B>,
    budget: &mut Budget,
) -> Result<Vec<Sheet<B>>, TableError> {
    check(bytes)?;
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| TableError::Workbook)?;
    let manifest = part(&mut archive, "META-INF/manifest.xml").unwrap_or_default();
    if memmem::find(manifest.as_bytes(), b"encryption-data").is_some() {
        return Err(TableError::Protected);
    }
    let content = part(&mut archive, "content.xml")?;
    let document = Document::parse(&content).map_err(|_| TableError::Workbook)?;
    let hidden = hidden_styles(&document);
    let tables = document.descendants().filter(|node| is(*node, "table") && is_outer(*node));
    let mut sheets = Vec::new();
    for table in tables {
        if sheets.len() == MAX_SHEETS {
            return Err(TableError::WorkbookTooLarge);
        }
        let name: Arc<str> = sanitized(attribute(table, "name").unwrap_or_default(), sanitizer).into();
        let mut search = HeaderSearch::new(&mut *header, &mut *budget);
        rows(table, Row { sheet: Some(name.clone()), ..Row::default() }, &mut |row| search.row(row))?;
        let hidden = attribute(table, "style-name").is_some_and(|style| hidden.contains(style));
        let (empty, wide) = (search.seen == 0, search.wide);
        sheets.push(Sheet { name: Some(name), hidden, empty, wide, sink: search.sink });
    }
    Ok(sheets)
}

fn part(archive: &mut zip::ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<String, TableError> {
    let entry = archive.by_name(name).map_err(|_| TableError::Workbook)?;
    let mut text = String::new();
    let read = entry.take(MAX_CONTENT + 1).read_to_string(&mut text).map_err(|_| TableError::Workbook)?;
    if read as u64 > MAX_CONTENT { Err(TableError::WorkbookTooLarge) } else { Ok(text) }
}

fn is(node: Node, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}

/// Whether a table is a sheet, and not one in a cell.
fn is_outer(table: Node) -> bool {
    table.parent().is_some_and(|parent| is(parent, "spreadsheet"))
}

/// An attribute by its name in any name space.
fn attribute<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

/// Names of the styles of sheets that are not shown.
fn hidden_styles<'a>(document: &'a Document) -> BTreeSet<&'a str> {
    let properties = document.descendants().filter(|node| is(*node, "table-properties"));
    let hidden = properties.filter(|node| attribute(*node, "display") == Some("false"));
    hidden.filter_map(|node| attribute(node.parent()?, "name")).collect()
}

/// How often a row or a cell is there.
fn repeated(node: Node, name: &str) -> usize {
    attribute(node, name).and_then(|count| count.parse().ok()).unwrap_or(1).max(1)
}

/// Gives the rows of a sheet that have a cell with text to `each` until it wants no more.
fn rows(
    table: Node,
    mut row: Row,
    each: &mut dyn FnMut(&Row) -> Result<bool, TableError>,
) -> Result<(), TableError> {
    let mut number = 1usize;
    // Rows may be in groups and in the header that is repeated on paper.
    for element in table.descendants().filter(|node| is(*node, "table-row")) {
        let times = repeated(element, "number-rows-repeated");
        row.record.clear();
        row.is_wide = false;
        let mut column = 0usize;
        for cell in
            element.children().filter(|node| is(*node, "table-cell") || is(*node, "covered-table-cell"))
        {
            let count = repeated(cell, "number-columns-repeated");
            let text = text(cell);
            if !text.trim().is_empty() {
                row.is_wide |= column.saturating_add(count) > MAX_COLUMNS;
                let end = column.saturating_add(count).min(MAX_COLUMNS);
                while row.record.len() < column.min(MAX_COLUMNS) {
                    row.record.push_field("");
                }
                while row.record.len() < end {
                    row.record.push_field(&text);
                }
            }
            column = column.saturating_add(count);
        }
        if !row.record.is_empty() || row.is_wide {
            for repeat in 0..times {
                row.number = u32::try_from(number.saturating_add(repeat)).unwrap_or(u32::MAX);
                if !each(&row)? {
                    return Ok(());
                }
            }
        }
        number = number.saturating_add(times);
    }
    Ok(())
}

/// The value of a cell in the form of this program; of a text its paragraphs.
fn text(cell: Node) -> String {
    let value = match attribute(cell, "value-type") {
        Some("float" | "percentage" | "currency") => attribute(cell, "value"),
        Some("date") => attribute(cell, "date-value"),
        Some("boolean") => attribute(cell, "boolean-value"),
        _ => None,
    };
    if let Some(value) = value {
        return value.to_owned();
    }
    let paragraphs = cell.children().filter(|node| is(*node, "p"));
    let texts: Vec<String> = paragraphs
        .map(|paragraph| {
            let pieces = paragraph.descendants().map(|node| match node.tag_name().name() {
                "s" if node.is_element() => " ".repeat(repeated(node, "c").min(1_000)),
                _ if node.is_text() => node.text().unwrap_or_default().to_owned(),
                _ => String::new(),
            });
            pieces.collect()
        })
        .collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::facts::Facts;
    use crate::intake::{source, tables};
    use std::io::Write as _;

    fn made(content: &str, manifest: &str) -> Vec<u8> {
        let spaces = "xmlns:office='urn:o' xmlns:table='urn:t' xmlns:text='urn:x' xmlns:style='urn:s'";
        let content = format!("<office:document-content {spaces}>{content}</office:document-content>");
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        zip.start_file("mimetype", stored).unwrap();
        zip.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
        for (name, text) in [("content.xml", content.as_str()), ("META-INF/manifest.xml", manifest)] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn text_cell(text: &str) -> String {
        format!("<table:table-cell office:value-type='string'><text:p>{text}</text:p></table:table-cell>")
    }

    fn nodes(attributes: &str) -> String {
        let row = |cells: &[String]| format!("<table:table-row>{}</table:table-row>", cells.concat());
        let date = "<table:table-cell office:value-type='date' office:date-value='2026-11-20T09:05:10'><text:p>20.11.26</text:p></table:table-cell>";
        let flag = "<table:table-cell office:value-type='boolean' office:boolean-value='false'><text:p>FALSCH</text:p></table:table-cell>";
        format!(
            "<style:style style:name='ta2'><style:table-properties table:display='false'/></style:style>\
             <office:body><office:spreadsheet><table:table table:name='Read me' {attributes}>{}</table:table><table:table table:name='Knoten'>\
             <table:table-row table:number-rows-repeated='3'><table:table-cell table:number-columns-repeated='1024'/></table:table-row>\
             <table:table-header-rows>{}</table:table-header-rows>{}<table:table-row table:number-rows-repeated='1048570'>\
             <table:table-cell/></table:table-row></table:table></office:spreadsheet></office:body>",
            row(&[text_cell("made")]),
            row(&["Machine Name", "Version", "In Cluster", "Last Connected", "Error"].map(text_cell)),
            row(&[
                text_cell("WEB01"),
                text_cell("11.7.000049"),
                flag.into(),
                date.into(),
                text_cell("two<text:s text:c='2'/>blanks")
            ]),
        )
    }

    #[test]
    fn sheets_dates_flags_and_gaps() {
        let file = made(&nodes("table:style-name='ta2'"), "<manifest/>");
        let read = tables::read(source("n.ods"), &file).unwrap().unwrap();
        let [Facts::Nodes(list)] = read.parsed.value.as_slice() else { panic!("{read:?}") };
        let row = &list.rows[0];
        assert_eq!(row.last_connected.value().unwrap().wall.to_string(), "2026-11-20 09:05:10");
        assert_eq!(
            (row.in_cluster.value(), row.error_message.value().unwrap().as_str()),
            (Some(&false), "two  blanks")
        );
        assert_eq!(row.binary_version.place().unwrap().to_string(), "n.ods sheet Knoten, B5");
        assert_eq!(read.parsed.notes, ["Sheets that this program does not know: \"Read me\"."]);
    }

    #[test]
    fn encrypted_damaged_and_endless_files_are_refused() {
        let refused = |file: &[u8]| tables::read(source("n.ods"), file).unwrap_err();
        assert_eq!(refused(&made("", "<manifest:encryption-data/>")), TableError::Protected);
        assert_eq!(refused(&made("<open>", "")), TableError::Workbook);
        let endless = nodes("").replace("1048570'>\\", "1048570'>").replace(
            "<table:table-row table:number-rows-repeated='1048570'><table:table-cell/>",
            "<table:table-row table:number-rows-repeated='4294967295'><table:table-cell table:number-columns-repeated='4294967295'><text:p>x</text:p></table:table-cell>",
        );
        assert!(matches!(refused(&made(&endless, "")), TableError::TooManyRows | TableError::TooManyCells));
        let good = made(&nodes(""), "");
        for cut in (60..good.len()).step_by(101) {
            let _ = tables::read(source("n.ods"), &good[..cut]);
        }
    }
}
