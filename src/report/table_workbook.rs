//! A report as a workbook: findings, actions, the comparison of nodes and patterns, each a sheet that sorts and filters.

use super::RenderError;
use super::format::{Content, Keep, OutputFormat};
use super::model::Report;
use super::table::{self, Table, Value};
use crate::model::checklist::OWN_WORKBOOK;
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// The format.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "xlsx",
    extensions: &["xlsx"],
    about: "Findings, actions, compared nodes and patterns as sheets",
    keep: Keep::Evidence,
    render: |content| match content {
        Content::Report(report) => write(report),
        Content::Document(_) => Err(RenderError::NoTable),
    },
};

/// Rows that a sheet of any spreadsheet program holds, with its head.
const MOST_ROWS: usize = 1 << 20;
/// Columns that a sheet holds.
const MOST_COLUMNS: usize = 16_384;
const BAND: Color = Color::RGB(0x00DD_E3E9);
const RULER: Color = Color::RGB(0x00D0_D5DA);

/// Writes the workbook. Same report, same bytes.
pub fn write(report: &Report) -> Result<Vec<u8>, RenderError> {
    let mut workbook = Workbook::new();
    // The library would write the time of day.
    let made = ExcelDateTime::parse_from_str(report.as_of.get(..10).unwrap_or_default())
        .or_else(|_| ExcelDateTime::parse_from_str("2000-01-01"))?;
    let properties = DocProperties::new()
        .set_title(format!("{}: {}", report.verdict.label, report.verdict.question))
        // By this word the program knows its own workbook among the inputs.
        .set_keywords(OWN_WORKBOOK)
        .set_creation_datetime(&made);
    workbook.set_properties(&properties);
    let tables = [
        table::findings(report, "\n"),
        table::actions(report),
        table::matrix(report),
        table::patterns(report),
    ];
    for table in &tables {
        fill(workbook.add_worksheet().set_name(table.name)?, table)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn fill(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let boxed = || Format::new().set_border(FormatBorder::Thin).set_border_color(RULER);
    let head = boxed().set_bold().set_background_color(BAND).set_align(FormatAlign::Top).set_text_wrap();
    let body = boxed().set_align(FormatAlign::Top).set_text_wrap();
    for (column, (name, width)) in (0..).zip(table.heads.iter().take(MOST_COLUMNS)) {
        sheet.set_column_width(column, *width)?;
        sheet.write_string_with_format(0, column, name, &head)?;
    }
    let mut last = 0;
    for (row, values) in (1..).zip(table.rows.iter().take(MOST_ROWS - 1)) {
        last = row;
        for (column, value) in (0..).zip(values.iter().take(MOST_COLUMNS)) {
            match value {
                Value::Text(text) => sheet.write_string_with_format(row, column, text, &body)?,
                #[expect(clippy::cast_precision_loss, reason = "a spreadsheet has no other numbers")]
                Value::Number(number) => {
                    sheet.write_number_with_format(row, column, *number as f64, &body)?
                }
            };
        }
    }
    let columns = u16::try_from(table.heads.len().min(MOST_COLUMNS)).unwrap_or(1).max(1);
    sheet.autofilter(0, 0, last, columns - 1)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    Ok(())
}
