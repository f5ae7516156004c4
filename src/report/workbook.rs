//! A checklist as a workbook that a person fills in; what it looks like inside is `docs/checklist-format.md`.

use super::RenderError;
use super::document::Document;
use super::format::{Content, Keep, OutputFormat};
use crate::model::checklist::{
    ABOUT, CELLS, Column, FORMAT as MARK, HEADS, SEE_ABOVE, SHEET, VERSION, cell, fingerprint,
};
use crate::plan::checklist::{Checklist, Line, LineState, Occasion, Stage};
use crate::text::escape::neutral;
use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, DataValidation, DataValidationRule, DocProperties, ExcelDateTime,
    Format, FormatAlign, FormatBorder, Formula, ProtectionOptions, Workbook, Worksheet, XlsxError,
};

/// The format.
pub const FORMAT: OutputFormat = OutputFormat {
    name: "xlsx",
    extensions: &["xlsx"],
    about: "A workbook to fill in",
    keep: Keep::All,
    render: |content| match content {
        Content::Document(page) => write(page),
        Content::Report(_) => Err(RenderError::NoChecklist),
    },
};

/// Width of each column, in characters.
const WIDTHS: [u8; HEADS.len()] = [5, 34, 14, 13, 48, 44, 16, 16, 12, 28, 22];
/// Row of the heads; what stands above it says what the sheet is.
const HEAD: u32 = 6;
/// Longest list of words that a drop-down may hold.
const MOST_WORDS: usize = 255;

const EVIDENCE: Color = Color::RGB(0x00F1_F3F5);
const RULER: Color = Color::RGB(0x00D0_D5DA);
const BAND: Color = Color::RGB(0x00DD_E3E9);
const WAITS: Color = Color::RGB(0x00FF_F3C4);

/// Writes the workbook. Same checklist and report date, same bytes.
pub fn write(handout: &Document) -> Result<Vec<u8>, RenderError> {
    let checklist = handout.checklist.as_ref().ok_or(RenderError::NoChecklist)?;
    let mut workbook = Workbook::new();
    let day = day(handout);
    // The library would write the time of day.
    let made = ExcelDateTime::parse_from_str(day)?;
    workbook.set_properties(&DocProperties::new().set_title(&handout.title).set_creation_datetime(&made));
    let sheet = workbook.add_worksheet().set_name(SHEET)?;
    fill(sheet, checklist, handout)?;
    let about = workbook.add_worksheet().set_name(ABOUT)?;
    describe(about, checklist, handout)?;
    Ok(workbook.save_to_buffer()?)
}

/// The day of a handout.
fn day(handout: &Document) -> &str {
    handout.as_of.get(..10).unwrap_or_default()
}

fn plain() -> Format {
    Format::new().set_align(FormatAlign::Top).set_text_wrap()
}

fn boxed() -> Format {
    plain().set_border(FormatBorder::Thin).set_border_color(RULER)
}

/// The colours of a state: paper and ink.
const fn colours(state: LineState) -> (Color, Color) {
    match state {
        LineState::Done => (Color::RGB(0x00D8_F0DD), Color::RGB(0x0012_5C2B)),
        LineState::NotDone => (Color::RGB(0x00FB_DDDC), Color::RGB(0x008E_1B16)),
        LineState::Open => (WAITS, Color::RGB(0x006B_4E00)),
        LineState::NotApplicable => (EVIDENCE, Color::RGB(0x0050_5A64)),
    }
}

/// What the cells of a line say that are written from evidence, as [`Column::AUTOMATIC`] orders them.
fn automatic(line: &Line) -> [String; Column::AUTOMATIC.len()] {
    let safe = |text: &str| cell(&neutral(text));
    let question = line.question.as_ref().map_or("", |question| question.ask.as_str());
    [
        safe(&line.text),
        safe(line.node.as_deref().unwrap_or_default()),
        line.state.word().to_owned(),
        safe(&line.evidence.join("\n")),
        safe(question),
    ]
}

fn fill(sheet: &mut Worksheet, checklist: &Checklist, handout: &Document) -> Result<(), XlsxError> {
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    above(sheet, checklist, handout)?;
    let head = boxed().set_bold().set_background_color(BAND);
    for (column, name) in (0..).zip(HEADS) {
        sheet.write_with_format(HEAD, column, name, &head)?;
    }
    let mut row = HEAD;
    let mut stage = None;
    for (number, line) in (1u32..).zip(&checklist.lines) {
        if stage.replace(line.stage) != Some(line.stage) {
            row += 1;
            let band = Format::new().set_bold().set_background_color(BAND);
            sheet.merge_range(row, 0, row, u16::from(Column::Note.at()), line.stage.title(), &band)?;
        }
        row += 1;
        write_line(sheet, row, number, line)?;
    }
    // A grey sheet is no place to type into: only the cells that are asked for are open.
    sheet.protect_with_options(&ProtectionOptions {
        format_columns: true,
        format_rows: true,
        use_autofilter: true,
        ..ProtectionOptions::new()
    });
    sheet.autofilter(HEAD, 0, row, u16::from(Column::Key.at()))?;
    sheet.set_freeze_panes(HEAD + 1, u16::from(Column::Node.at()))?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(HEAD, HEAD)?.set_print_area(0, 0, row, u16::from(Column::Note.at()))?;
    sheet.set_footer("&L&A&RPage &P of &N");
    Ok(())
}

/// What stands above the table: what the list is, what it was made of, and how many lines still wait.
fn above(sheet: &mut Worksheet, checklist: &Checklist, handout: &Document) -> Result<(), XlsxError> {
    let wide = |sheet: &mut Worksheet, row: u32, height: u8, text: &str, format: &Format| {
        sheet.merge_range(row, 0, row, u16::from(Column::Note.at()), &cell(&neutral(text)), format)?;
        sheet.set_row_height(row, height).map(|_| ())
    };
    wide(sheet, 0, 24, &handout.title, &Format::new().set_bold().set_font_size(15))?;
    let nodes = if checklist.nodes.is_empty() { "none known".into() } else { checklist.nodes.join(", ") };
    wide(
        sheet,
        1,
        16,
        &format!("Nodes: {nodes}. Made on {} from the evidence given.", day(handout)),
        &plain(),
    )?;
    let how = "Grey cells are filled in from the evidence and stay as they are. Fill in the white ones: choose an answer, \
               and write who answered and when. Then: clusterbrief report … --answers this file.";
    wide(sheet, 2, 16, how, &plain())?;
    wide(sheet, 3, 32, &checklist.notes.join(" "), &plain().set_italic())?;
    // Numbers of rows as a formula counts them, from 1: the lines and their headings.
    let last = HEAD + 1 + u32::try_from(checklist.lines.len() + Stage::ALL.len()).unwrap_or(0);
    let range = |column: char| format!("${column}${}:${column}${last}", HEAD + 2);
    let waiting = format!("=COUNTIFS({},\"{}\",{},\"\")", range('D'), LineState::Open.word(), range('G'));
    let unanswered = checklist
        .lines
        .iter()
        .filter(|line| line.state == LineState::Open && given(line) == Some(""))
        .count();
    let bold = Format::new().set_bold().set_align(FormatAlign::Left);
    sheet.write_with_format(
        4,
        1,
        "Lines that wait for an answer",
        &Format::new().set_align(FormatAlign::Right),
    )?;
    sheet.write_formula_with_format(4, 2, Formula::new(waiting).set_result(unanswered.to_string()), &bold)?;
    Ok(())
}

/// What stands in the answer cell of a line; `None` where nothing may be written there.
fn given(line: &Line) -> Option<&str> {
    line.question.as_ref()?;
    Some(line.answer.as_ref().map_or("", |answer| answer.word.as_str()))
}

/// Height of a row that shows each of its texts whole, in points. Not every spreadsheet program finds it by itself.
fn height(texts: &[String]) -> u32 {
    const LINE: usize = 15;
    const MOST: usize = 400;
    let lines = |(column, text): (Column, &String)| -> usize {
        let width = WIDTHS.get(usize::from(column.at())).map_or(10, |width| usize::from(*width)).max(2) - 1;
        text.lines().map(|line| line.chars().count().div_ceil(width).max(1)).sum()
    };
    let most = Column::AUTOMATIC.into_iter().zip(texts).map(lines).max().unwrap_or(1);
    u32::try_from((most * LINE + 2).min(MOST)).unwrap_or(15)
}

fn write_line(sheet: &mut Worksheet, row: u32, number: u32, line: &Line) -> Result<(), XlsxError> {
    let grey = boxed().set_background_color(EVIDENCE);
    let left = grey.clone().set_align(FormatAlign::Left);
    sheet.write_with_format(row, u16::from(Column::No.at()), number, &left)?;
    let texts = automatic(line);
    sheet.set_row_height(row, height(&texts))?;
    for (column, text) in Column::AUTOMATIC.into_iter().zip(texts) {
        let format = if column == Column::State {
            let (paper, ink) = colours(line.state);
            boxed().set_bold().set_background_color(paper).set_font_color(ink)
        } else {
            grey.clone()
        };
        sheet.write_string_with_format(row, u16::from(column.at()), text, &format)?;
    }
    let small = plain().set_font_size(8).set_font_color(Color::RGB(0x0080_8890));
    sheet.write_string_with_format(row, u16::from(Column::Key.at()), cell(&neutral(&line.key)), &small)?;
    let Some(word) = given(line) else {
        for column in [Column::Answer, Column::Who, Column::When, Column::Note] {
            sheet.write_blank(row, u16::from(column.at()), &grey)?;
        }
        if line.state == LineState::Open {
            sheet.write_with_format(row, u16::from(Column::Answer.at()), SEE_ABOVE, &grey)?;
        }
        return Ok(());
    };
    let open = boxed().set_unlocked();
    let answer = line.answer.as_ref();
    let text = |text: Option<&String>| cell(&neutral(text.map_or("", String::as_str)));
    let mut write = |column: Column, text: String| -> Result<(), XlsxError> {
        if text.is_empty() {
            sheet.write_blank(row, u16::from(column.at()), &open)?;
        } else {
            sheet.write_string_with_format(row, u16::from(column.at()), text, &open)?;
        }
        Ok(())
    };
    write(Column::Answer, cell(word))?;
    write(Column::Who, text(answer.and_then(|answer| answer.by.as_ref())))?;
    write(Column::Note, text(answer.and_then(|answer| answer.note.as_ref())))?;
    let when = u16::from(Column::When.at());
    let dated = open.clone().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left);
    match answer.and_then(|answer| answer.on.as_deref()) {
        Some(on) => sheet.write_with_format(row, when, &ExcelDateTime::parse_from_str(on)?, &dated)?,
        None => sheet.write_blank(row, when, &dated)?,
    };
    choices(sheet, row, line)
}

/// What the open cells of a line accept.
fn choices(sheet: &mut Worksheet, row: u32, line: &Line) -> Result<(), XlsxError> {
    let words = line.question.as_ref().map_or(&[][..], |question| question.words.as_slice());
    let answer = u16::from(Column::Answer.at());
    let listed =
        words.join(",").chars().count() <= MOST_WORDS && words.iter().all(|word| !word.contains(','));
    if listed && !words.is_empty() {
        let choice = DataValidation::new()
            .allow_list_strings(words)?
            .set_error_title("No answer to this question")?
            .set_error_message("Choose one of the words of the list, or leave the cell empty.")?;
        sheet.add_data_validation(row, answer, row, answer, &choice)?;
    }
    let when = u16::from(Column::When.at());
    let days = DataValidationRule::Between(
        ExcelDateTime::parse_from_str("2000-01-01")?,
        ExcelDateTime::parse_from_str("2099-12-31")?,
    );
    let date = DataValidation::new()
        .allow_date(days)
        .set_error_title("No date")?
        .set_error_message("Write the day of the answer as a date, such as 2026-11-22.")?;
    sheet.add_data_validation(row, when, row, when, &date)?;
    let formula = format!("=AND($D{0}=\"{1}\",$G{0}=\"\")", row + 1, LineState::Open.word());
    let waits = ConditionalFormatFormula::new()
        .set_rule(formula.as_str())
        .set_format(Format::new().set_background_color(WAITS));
    sheet.add_conditional_format(row, answer, row, answer, &waits)?;
    Ok(())
}

/// The sheet that says what the workbook was made of, and knows every cell that was written from evidence.
fn describe(sheet: &mut Worksheet, checklist: &Checklist, handout: &Document) -> Result<(), XlsxError> {
    sheet.set_column_width(0, 40)?.set_column_width(1, 60)?;
    let occasion = match checklist.occasion {
        Occasion::Upgrade => "upgrade",
        Occasion::Setup => "setup",
    };
    let mut facts = vec![
        (MARK, VERSION.to_owned()),
        ("Made by", format!("{} {}", handout.tool.name, handout.tool.version)),
        ("Knowledge of", handout.tool.knowledge.clone()),
        ("Made on", day(handout).to_owned()),
        ("For", occasion.to_owned()),
        ("Target", checklist.target.clone().unwrap_or_default()),
    ];
    facts.extend(checklist.nodes.iter().map(|node| ("Node", node.clone())));
    let mut row = 0;
    for (label, text) in &facts {
        sheet.write_string(row, 0, *label)?;
        sheet.write_string(row, 1, cell(&neutral(text)))?;
        row += 1;
    }
    row += 1;
    sheet.write_string(row, 0, CELLS[0])?;
    sheet.write_string(row, 1, CELLS[1])?;
    for line in &checklist.lines {
        row += 1;
        sheet.write_string(row, 0, cell(&neutral(&line.key)))?;
        sheet.write_string(row, 1, automatic(line).map(|text| fingerprint(&text)).join(" "))?;
    }
    sheet.protect();
    Ok(())
}
