//! Reader of workbooks in the form of Excel 97 to 2003 (XLS, MS-XLS): every sheet as rows of text.
//!
//! Records are read one after another, so that no sheet is ever held: a record may claim any size of sheet, and one text
//! may be used by any number of cells.

mod container;
#[cfg(test)]
mod tests;

use super::sanitized;
use super::table::{Budget, HeaderSearch, MAX_COLUMNS, Row, RowSink, Sheet, TableError};
use super::workbook::MAX_SHEETS;
use crate::model::excerpt::Sanitize;
use chrono::{NaiveDate, NaiveTime, TimeDelta};
pub(super) use container::is_workbook;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Most records that are looked at.
const MAX_RECORDS: usize = 20_000_000;
/// The version of Excel 97 and later.
const BIFF8: u16 = 0x0600;
/// Numbers of the records that are read.
const BEGIN: u16 = 0x0809;
const END: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;
/// Days from 1899-12-30 to the zero of workbooks that count from 1904.
const DAYS_TO_1904: f64 = 1_462.0;

/// Gives the rows of every sheet to what takes a header in it.
pub(super) fn read<B: RowSink>(
    bytes: &[u8],
    sanitizer: &dyn Sanitize,
    header: &mut dyn FnMut(&Row) -> Option<B>,
    budget: &mut Budget,
) -> Result<Vec<Sheet<B>>, TableError> {
    let stream = container::workbook(bytes).ok_or(TableError::Workbook)?;
    let mut left = MAX_RECORDS;
    let book = Book::read(&stream, &mut left)?;
    let mut sheets = Vec::with_capacity(book.sheets.len());
    for sheet in &book.sheets {
        let name: Arc<str> = sanitized(&sheet.name, sanitizer).into();
        let mut search = HeaderSearch::new(&mut *header, &mut *budget);
        if sheet.has_cells {
            let row = Row { sheet: Some(name.clone()), ..Row::default() };
            let records = stream.get(sheet.at..).ok_or(TableError::Workbook)?;
            book.rows(records, row, &mut left, &mut |row| search.row(row))?;
        }
        let (empty, wide) = (search.seen == 0, search.wide);
        sheets.push(Sheet { name: Some(name), hidden: sheet.hidden, empty, wide, sink: search.sink });
    }
    Ok(sheets)
}

/// Records of a stream.
struct Records<'s> {
    stream: &'s [u8],
}

impl<'s> Records<'s> {
    fn next(&mut self, left: &mut usize) -> Result<Option<(u16, &'s [u8])>, TableError> {
        *left = left.checked_sub(1).ok_or(TableError::TooManyCells)?;
        let Some((kind, length)) = u16_at(self.stream, 0).zip(u16_at(self.stream, 2)) else {
            return Ok(None);
        };
        let end = 4 + usize::from(length);
        let data = self.stream.get(4..end).ok_or(TableError::Workbook)?;
        self.stream = self.stream.get(end..).unwrap_or_default();
        Ok(Some((kind, data)))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// A text of `count` signs of one or two bytes each.
fn signs(bytes: &[u8], count: usize, wide: bool) -> Option<String> {
    if wide {
        let units = bytes.get(..count.checked_mul(2)?)?.as_chunks::<2>().0;
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        Some(char::decode_utf16(units).map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    } else {
        Some(bytes.get(..count)?.iter().map(|byte| char::from(*byte)).collect())
    }
}

/// A text with its length in two bytes before it.
fn text(bytes: &[u8]) -> Option<String> {
    signs(bytes.get(3..)?, u16_at(bytes, 0)?.into(), bytes.get(2)? & 1 != 0)
}

/// What all sheets have in common.
struct Book {
    sheets: Vec<BookSheet>,
    texts: Vec<Box<str>>,
    /// Formats of cells: whether a number is a date.
    dates: Vec<bool>,
    from_1904: bool,
}

/// A sheet, and where its records begin.
struct BookSheet {
    at: usize,
    name: String,
    hidden: bool,
    has_cells: bool,
}

impl Book {
    fn read(stream: &[u8], left: &mut usize) -> Result<Self, TableError> {
        let mut records = Records { stream };
        let (mut book, mut formats, mut date_formats) = (
            Self { sheets: Vec::new(), texts: Vec::new(), dates: Vec::new(), from_1904: false },
            Vec::new(),
            BTreeSet::new(),
        );
        match records.next(left)? {
            Some((BEGIN, data)) if u16_at(data, 0) == Some(BIFF8) => {}
            _ => return Err(TableError::Workbook),
        }
        while let Some((kind, data)) = records.next(left)? {
            match kind {
                END => break,
                // The key of what is encrypted.
                0x002f => return Err(TableError::Protected),
                0x0022 => book.from_1904 = u16_at(data, 0) == Some(1),
                0x0085 => book.sheets.push(BookSheet::of(data).ok_or(TableError::Workbook)?),
                0x00e0 => formats.push(u16_at(data, 2).unwrap_or_default()),
                0x041e => {
                    let format = text(data.get(2..).unwrap_or_default()).unwrap_or_default();
                    if is_date_format(&format) {
                        date_formats.insert(u16_at(data, 0).unwrap_or_default());
                    }
                }
                0x00fc => {
                    let mut parts = vec![data];
                    while u16_at(records.stream, 0) == Some(CONTINUE) {
                        parts.extend(records.next(left)?.map(|(_, data)| data));
                    }
                    book.texts = SharedTexts { parts, part: 0, at: 8 }.all().ok_or(TableError::Workbook)?;
                }
                _ => {}
            }
            if book.sheets.len() > MAX_SHEETS {
                return Err(TableError::WorkbookTooLarge);
            }
        }
        let is_date = |format: &u16| {
            matches!(format, 14..=22 | 27..=36 | 45..=47 | 50..=58) || date_formats.contains(format)
        };
        book.dates = formats.iter().map(is_date).collect();
        Ok(book)
    }

    /// Gives the rows of a sheet that have a cell with text to `each` until it wants no more.
    fn rows(
        &self,
        stream: &[u8],
        row: Row,
        left: &mut usize,
        each: &mut dyn FnMut(&Row) -> Result<bool, TableError>,
    ) -> Result<(), TableError> {
        let mut records = Records { stream };
        let (mut depth, mut pending, mut rows) = (0usize, None, Rows { row, each, goes_on: true });
        while let Some((kind, data)) = records.next(left)? {
            match kind {
                BEGIN => depth += 1,
                END if depth <= 1 => break,
                END => depth -= 1,
                // Charts in a sheet have cells of their own.
                _ if depth > 1 => {}
                // A formula whose value is a text has it in the next record.
                0x0207 => {
                    if let Some((row, column)) = pending.take() {
                        rows.cell(row, column, &text(data).unwrap_or_default())?;
                    }
                }
                _ => pending = self.cells(kind, data, &mut rows)?.or(pending),
            }
            if !rows.goes_on {
                return Ok(());
            }
        }
        rows.end()
    }

    /// Reads the cells of a record; gives the place of a formula whose text follows.
    fn cells(&self, kind: u16, data: &[u8], rows: &mut Rows) -> Result<Option<(u16, u16)>, TableError> {
        let is_cell = matches!(kind, 0x0006 | 0x00bd | 0x00d6 | 0x00fd | 0x0203 | 0x0204 | 0x0205 | 0x027e);
        let Some(((row, column), format)) =
            u16_at(data, 0).zip(u16_at(data, 2)).filter(|_| is_cell).zip(u16_at(data, 4))
        else {
            return Ok(None);
        };
        let shown = match kind {
            0x0203 => f64_at(data, 6).map(|number| self.number(number, format)),
            0x027e => u32_at(data, 6).map(|packed| self.number(unpacked(packed), format)),
            0x00fd => {
                let text = u32_at(data, 6).and_then(|index| self.texts.get(index as usize));
                return rows.cell(row, column, text.map_or("", |text| text)).map(|()| None);
            }
            0x0204 | 0x00d6 => data.get(6..).and_then(text),
            0x0205 if data.get(7) == Some(&1) => data.get(6).map(|code| error(*code).to_owned()),
            0x0205 => data.get(6).map(|flag| (*flag != 0).to_string()),
            0x00bd => {
                for (column, cell) in (column..).zip(data.get(4..).unwrap_or_default().as_chunks::<6>().0) {
                    let format = u16_at(cell, 0).unwrap_or_default();
                    let number = unpacked(u32_at(cell, 2).unwrap_or_default());
                    rows.cell(row, column, &self.number(number, format))?;
                }
                None
            }
            _ => match data.get(6..14) {
                Some([0, .., 0xff, 0xff]) => return Ok(Some((row, column))),
                Some([1, _, flag, .., 0xff, 0xff]) => Some((*flag != 0).to_string()),
                Some([2, _, code, .., 0xff, 0xff]) => Some(error(*code).to_owned()),
                Some([.., 0xff, 0xff]) => None,
                _ => f64_at(data, 6).map(|number| self.number(number, format)),
            },
        };
        rows.cell(row, column, &shown.unwrap_or_default())?;
        Ok(None)
    }

    /// A number, or the date that it is.
    fn number(&self, number: f64, format: u16) -> String {
        let is_date = self.dates.get(usize::from(format)).is_some_and(|is_date| *is_date);
        let days = if self.from_1904 { number + DAYS_TO_1904 } else { number };
        if !is_date || !(1.0..3_000_000.0).contains(&days) {
            return number.to_string();
        }
        let ms = std::time::Duration::try_from_secs_f64((days * 86_400_000.0).round() / 1_000.0);
        let zero = NaiveDate::from_ymd_opt(1899, 12, 30).map(|day| day.and_time(NaiveTime::MIN));
        let at = ms.ok().and_then(|ms| zero?.checked_add_signed(TimeDelta::from_std(ms).ok()?));
        at.map_or_else(|| number.to_string(), |at| at.format("%Y-%m-%d %H:%M:%S%.3f").to_string())
    }
}

impl BookSheet {
    fn of(data: &[u8]) -> Option<Self> {
        let name = signs(data.get(8..)?, usize::from(*data.get(6)?), data.get(7)? & 1 != 0)?;
        let (hidden, has_cells) = (data.get(4)? & 3 != 0, *data.get(5)? == 0);
        Some(Self { at: u32_at(data, 0)? as usize, name, hidden, has_cells })
    }
}

/// What a cell shows that has no value. It is no empty cell.
const fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0f => "#VALUE!",
        0x17 => "#REF!",
        0x1d => "#NAME?",
        0x24 => "#NUM!",
        0x2a => "#N/A",
        _ => "#ERROR!",
    }
}

/// A number in four bytes: a whole number or the beginning of another, perhaps in hundredths.
fn unpacked(packed: u32) -> f64 {
    let number = if packed & 2 != 0 {
        f64::from(packed.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(packed & !3) << 32)
    };
    if packed & 1 != 0 { number / 100.0 } else { number }
}

/// Whether a format shows a day, by the letters in it that are no text.
fn is_date_format(format: &str) -> bool {
    let (mut in_text, mut in_brackets, mut escaped) = (false, false, false);
    format.chars().any(|sign| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match sign {
            '\\' | '_' | '*' => escaped = true,
            '"' => in_text = !in_text,
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            // Years and days in English, German and French.
            'y' | 'Y' | 'd' | 'D' | 'j' | 'J' | 't' | 'T' => return !in_text && !in_brackets,
            _ => {}
        }
        false
    })
}

/// The texts that cells share. They go on in further records wherever one is full, also within a text, which then says
/// again how wide its signs are.
struct SharedTexts<'s> {
    parts: Vec<&'s [u8]>,
    part: usize,
    at: usize,
}

impl SharedTexts<'_> {
    fn all(mut self) -> Option<Vec<Box<str>>> {
        let mut texts = Vec::new();
        while self.room() > 0 {
            texts.push(self.text()?.into());
        }
        Some(texts)
    }

    /// Bytes that are left of the part, of the next one if it is used up.
    fn room(&mut self) -> usize {
        loop {
            let length = self.parts.get(self.part).map_or(0, |part| part.len());
            if self.at < length || self.part + 1 >= self.parts.len() {
                return length.saturating_sub(self.at);
            }
            self.at -= length;
            self.part += 1;
        }
    }

    fn take(&mut self, count: usize) -> Option<&[u8]> {
        self.room();
        self.at += count;
        self.parts.get(self.part)?.get(self.at - count..self.at)
    }

    fn text(&mut self) -> Option<String> {
        let count = usize::from(u16_at(self.take(2)?, 0)?);
        let flags = *self.take(1)?.first()?;
        let runs = if flags & 8 != 0 { usize::from(u16_at(self.take(2)?, 0)?) } else { 0 };
        let more = if flags & 4 != 0 { u32_at(self.take(4)?, 0)? as usize } else { 0 };
        let (mut wide, mut left, mut all) = (flags & 1 != 0, count, String::new());
        while left > 0 {
            let part = self.parts.get(self.part)?;
            if self.at >= part.len() {
                (self.part, self.at) = (self.part + 1, 0);
                wide = self.take(1)?.first()? & 1 != 0;
                continue;
            }
            let width = if wide { 2 } else { 1 };
            let here = left.min((part.len() - self.at) / width);
            if here == 0 {
                return None;
            }
            all.push_str(&signs(self.take(here * width)?, here, wide)?);
            left -= here;
        }
        // Where letters change their look, and how they are spoken.
        self.at = self.at.checked_add(runs * 4)?.checked_add(more)?;
        Some(all)
    }
}

/// Makes rows of cells.
struct Rows<'e> {
    row: Row,
    each: &'e mut dyn FnMut(&Row) -> Result<bool, TableError>,
    goes_on: bool,
}

impl Rows<'_> {
    fn cell(&mut self, row: u16, column: u16, text: &str) -> Result<(), TableError> {
        let (number, column) = (u32::from(row) + 1, usize::from(column));
        if self.row.number != number {
            self.end()?;
            self.row.record.clear();
            self.row.is_wide = false;
            self.row.number = number;
        }
        // A cell left of the one before it is none that a spreadsheet program writes.
        if text.trim().is_empty() || column < self.row.record.len() || !self.goes_on {
            return Ok(());
        }
        if column >= MAX_COLUMNS {
            self.row.is_wide = true;
            return Ok(());
        }
        while self.row.record.len() < column {
            self.row.record.push_field("");
        }
        self.row.record.push_field(text);
        Ok(())
    }

    /// Hands out the row.
    fn end(&mut self) -> Result<(), TableError> {
        if self.goes_on && !self.row.record.is_empty() {
            self.goes_on = (self.each)(&self.row)?;
        }
        Ok(())
    }
}
