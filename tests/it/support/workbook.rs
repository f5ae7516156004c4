//! Just enough of XLSX to lay sheets of text into one workbook: same sheets, same bytes.

use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// A sheet: its name and its rows of cells.
pub(super) type Sheet<'a> = (&'a str, Vec<Vec<String>>);

/// The workbook of these sheets.
pub(super) fn workbook(sheets: &[Sheet]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut part = |name: &str, content: &str| {
        zip.start_file(name, SimpleFileOptions::default()).expect("a part can be begun");
        let head = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;
        zip.write_all(format!("{head}\n{content}").as_bytes()).expect("a part can be written");
    };
    let package = "http://schemas.openxmlformats.org/package/2006";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let types = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let of_each = |text: fn(usize, &str) -> String| {
        (1..).zip(sheets).map(|(n, (name, _))| text(n, name)).collect::<String>()
    };
    let overrides = of_each(|n, _| {
        format!(
            r#"<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>"#
        )
    });
    part(
        "[Content_Types].xml",
        &format!(
            r#"<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>{overrides}</Types>"#
        ),
    );
    part(
        "_rels/.rels",
        &format!(
            r#"<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#
        ),
    );
    let listed = of_each(|n, name| format!(r#"<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>"#));
    part(
        "xl/workbook.xml",
        &format!(r#"<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>"#),
    );
    let targets = of_each(|n, _| {
        format!(
            r#"<Relationship Id="r{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet{n}.xml"/>"#
        )
    });
    part(
        "xl/_rels/workbook.xml.rels",
        &format!(r#"<Relationships xmlns="{package}/relationships">{targets}</Relationships>"#),
    );
    for (n, (_, rows)) in (1..).zip(sheets) {
        let rows: String = (1..).zip(rows).map(|(n, cells)| row(n, cells)).collect();
        part(
            &format!("xl/worksheets/sheet{n}.xml"),
            &format!(r#"<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>"#),
        );
    }
    zip.finish().expect("a workbook can be finished").into_inner()
}

fn row(number: usize, cells: &[String]) -> String {
    let cells = ('A'..='Z').zip(cells).filter(|(_, text)| !text.is_empty()).map(|(column, text)| {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#)
    });
    format!(r#"<row r="{number}">{}</row>"#, cells.collect::<String>())
}
