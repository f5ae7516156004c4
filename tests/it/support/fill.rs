//! Fills a checklist workbook in the way a spreadsheet program would: only the cells of the sheet are written, their formats,
//! drop-downs and the protection stay.

use calamine::{Data, Reader as _, Xlsx};
use clusterbrief::model::checklist::{Column, SHEET};
use regex::Regex;
use std::io::{Cursor, Read as _, Write as _};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// What a person writes into a line.
pub(crate) struct Entry {
    pub(crate) word: String,
    pub(crate) who: String,
    /// Days since the end of 1899, which is how a workbook keeps a date.
    pub(crate) when: u32,
}

/// The workbook with the lines filled in that `answer` has an entry for, by the line's key, and how many those are. Only
/// lines whose answer is open and empty are offered.
pub(crate) fn fill(workbook: &[u8], answer: &dyn Fn(&str) -> Option<Entry>) -> (Vec<u8>, usize) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(workbook)).unwrap();
    let sheet = book.worksheet_range(SHEET).unwrap();
    let cell = |row: u32, column: Column| {
        let value = sheet.get_value((row, u32::from(column.at()))).unwrap_or(&Data::Empty);
        value.to_string()
    };
    let mut archive = ZipArchive::new(Cursor::new(workbook)).unwrap();
    let mut filled = ZipWriter::new(Cursor::new(Vec::new()));
    let mut count = 0;
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().to_string();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            let mut xml = String::from_utf8(content).unwrap();
            let head = (0..20).find(|row| cell(*row, Column::Key) == "Key").unwrap();
            for row in head + 1..=sheet.end().unwrap().0 {
                let (key, open) = (cell(row, Column::Key), !cell(row, Column::Question).is_empty());
                if key.is_empty() || !open || !cell(row, Column::Answer).is_empty() {
                    continue;
                }
                let Some(entry) = answer(&key) else { continue };
                count += 1;
                let text = |text: &str| format!("t=\"inlineStr\"><is><t>{text}</t></is>");
                for (column, value) in [
                    ('G', text(&entry.word)),
                    ('H', text(&entry.who)),
                    ('I', format!("><v>{}</v>", entry.when)),
                ] {
                    let blank = Regex::new(&format!(r#"<c r="{column}{}" s="(\d+)"/>"#, row + 1)).unwrap();
                    assert!(blank.is_match(&xml), "{column}{} of {key} is no empty cell", row + 1);
                    let with = format!(r#"<c r="{column}{}" s="$1" {value}</c>"#, row + 1);
                    xml = blank.replace(&xml, with.as_str()).into_owned();
                }
            }
            content = xml.into_bytes();
        }
        filled.start_file(name, SimpleFileOptions::default()).unwrap();
        filled.write_all(&content).unwrap();
    }
    (filled.finish().unwrap().into_inner(), count)
}

/// The first word that answers the question of a line: the one that is fine.
pub(crate) fn fine(questions: &[clusterbrief::intake::answers::Question], key: &str) -> Option<String> {
    let (_, question, _) = clusterbrief::model::checklist::parts(key)?;
    questions.iter().find(|one| one.id == question)?.values.first().cloned()
}
