//! A checklist that somebody filled in, whatever the file is called (`docs/checklist-format.md`).

use super::Parsed;
use super::answers::{Given, Ledger, Question, answer, questions};
use super::moment::Column as Dates;
use super::names::is_usable;
use super::read::Facts;
use super::table::{Below, Row, TableError, head};
use crate::knowledge::Knowledge;
use crate::model::Place;
use crate::model::checklist::{CELLS, Column, FORMAT, SEE_ABOVE, VERSION, fingerprint, parts};
use crate::model::excerpt::{Clean, Excerpt};
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// Most lines of a checklist: eight nodes have some hundreds.
const MAX_LINES: usize = 20_000;

/// A part of a checklist, as one sheet holds it.
#[derive(Debug)]
pub enum Part {
    /// The sheet that a person fills in.
    Lines(Lines),
    /// The sheet that says what the workbook was made of.
    Origin(Origin),
}

/// The lines of a checklist, as the sheet holds them.
#[derive(Debug)]
pub struct Lines {
    columns: Columns,
    rows: Vec<Row>,
}

/// What a checklist was made of.
#[derive(Debug, Default)]
pub struct Origin {
    /// Nodes it was made for.
    pub nodes: Vec<String>,
    /// Build to upgrade to; empty without one.
    pub target: String,
    /// Fingerprints of the cells that were written from evidence, by key of their line.
    cells: BTreeMap<String, Vec<String>>,
}

/// Where each column stands: whoever fills a sheet in may move them.
#[derive(Debug, Clone, Copy)]
struct Columns([Option<usize>; Column::ALL.len()]);

impl Columns {
    /// The columns of a head that has at least a key and an answer.
    fn of(row: &Row) -> Option<Self> {
        let at = |column: Column| row.texts().position(|text| head(text) == head(column.head()));
        let columns = Self(Column::ALL.map(at));
        let needed = [Column::Key, Column::Answer, Column::State];
        needed.iter().all(|column| columns.at(*column).is_some()).then_some(columns)
    }

    fn at(&self, column: Column) -> Option<usize> {
        self.0.get(usize::from(column.at())).copied().flatten()
    }

    fn text<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        self.at(column).map_or("", |at| row.cell(at))
    }

    fn place(&self, row: &Row, column: Column, input: &str) -> Place {
        self.at(column).map_or_else(|| row.place(input), |at| row.cell_place(input, at))
    }
}

/// A sheet while its rows are read.
#[derive(Debug)]
pub(super) enum Reader {
    /// The sheet that a person fills in.
    Lines(Lines),
    /// The other one, with the version it names.
    Origin(String, Vec<Row>),
}

/// Takes the header of a sheet of a checklist.
pub(super) fn start(row: &Row) -> Option<Reader> {
    if head(row.cell(0)) == head(FORMAT) {
        return Some(Reader::Origin(row.cell(1).to_owned(), Vec::new()));
    }
    Columns::of(row).map(|columns| Reader::Lines(Lines { columns, rows: Vec::new() }))
}

impl Below for Reader {
    fn add(&mut self, row: &Row) {
        let (Self::Lines(Lines { rows, .. }) | Self::Origin(_, rows)) = self;
        if rows.len() < MAX_LINES {
            rows.push(row.clone());
        }
    }
}

impl Reader {
    /// What the sheet says; a form with another major version is refused.
    pub(super) fn finish(self) -> Result<Part, TableError> {
        let (version, rows) = match self {
            Self::Lines(lines) => return Ok(Part::Lines(lines)),
            Self::Origin(version, rows) => (version, rows),
        };
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        if major(&version) != major(VERSION) {
            return Err(TableError::OtherChecklist);
        }
        let mut origin = Origin::default();
        let mut cells = false;
        for row in &rows {
            let (label, text) = (row.cell(0), row.cell(1));
            match label {
                _ if cells => {
                    let prints = text.split_whitespace().map(str::to_owned).collect();
                    origin.cells.insert(label.to_owned(), prints);
                }
                "Node" => origin.nodes.push(text.to_owned()),
                "Target" => text.clone_into(&mut origin.target),
                _ => cells = [label, text] == CELLS,
            }
        }
        Ok(Part::Origin(origin))
    }
}

/// Makes answers of the lines of a checklist, held against the cells that the workbook was made with.
pub(super) fn join(input: &str, parsed: &mut Parsed<Vec<Facts>>, knowledge: &Knowledge, cleaner: &dyn Clean) {
    let checklist = |facts: &Facts| matches!(facts, Facts::Checklist(_));
    let (checklists, rest): (Vec<Facts>, Vec<Facts>) =
        std::mem::take(&mut parsed.value).into_iter().partition(checklist);
    parsed.value = rest;
    let (mut all, mut origin) = (Vec::new(), None);
    for facts in checklists {
        match facts {
            Facts::Checklist(Part::Lines(lines)) => all.push(lines),
            Facts::Checklist(Part::Origin(one)) => origin = Some(one),
            _ => {}
        }
    }
    if all.is_empty() {
        return;
    }
    let mut reading = Reading {
        input,
        questions: questions(knowledge),
        show: &|text| Excerpt::new(text, cleaner).as_str().to_owned(),
        ledger: Ledger::default(),
        notes: Vec::new(),
        seen: BTreeSet::new(),
    };
    for lines in &all {
        reading.lines(lines, origin.as_ref());
    }
    reading.told_of_rest(origin.as_ref());
    let mut origin = origin.unwrap_or_default();
    if origin.nodes.is_empty() {
        origin.nodes = reading.nodes();
    }
    origin.nodes.retain(|node| is_usable(node));
    let answers = reading.ledger.finish();
    parsed.problems.extend(answers.problems);
    parsed.notes.extend(reading.notes);
    parsed.value.push(Facts::Answers(answers.value));
    parsed.value.push(Facts::Checklist(Part::Origin(origin)));
}

struct Reading<'a> {
    input: &'a str,
    questions: Vec<Question>,
    show: &'a dyn Fn(&str) -> String,
    ledger: Ledger,
    notes: Vec<String>,
    /// Keys of the lines that are there.
    seen: BTreeSet<String>,
}

impl Reading<'_> {
    fn lines(&mut self, lines: &Lines, origin: Option<&Origin>) {
        let mut dates = Dates::default();
        for row in &lines.rows {
            let text = lines.columns.text(row, Column::When);
            if serial(text).is_none() {
                dates.learn(text, || lines.columns.place(row, Column::When, self.input));
            }
        }
        self.notes.extend(dates.note());
        for row in &lines.rows {
            self.line(&lines.columns, row, &dates, origin);
        }
    }

    fn line(&mut self, columns: &Columns, row: &Row, dates: &Dates, origin: Option<&Origin>) {
        let text = |column: Column| Some(columns.text(row, column)).filter(|text| !text.is_empty());
        let place = |column: Column| columns.place(row, column, self.input);
        let word = text(Column::Answer).filter(|word| !word.eq_ignore_ascii_case(SEE_ABOVE));
        let Some(key) = text(Column::Key) else {
            // Headings have no key.
            if word.is_some() {
                self.ledger.complain(format!(
                    "{} has no key, so nobody knows what it answers.",
                    place(Column::Answer)
                ));
            }
            return;
        };
        let Some((_, question, node)) = parts(key) else {
            self.ledger
                .complain(format!("{} is no key of a line; the line does not count.", place(Column::Key)));
            return;
        };
        if let Some(origin) = origin {
            let Some(prints) = origin.cells.get(key) else {
                let text = format!(
                    "{} is of no line this workbook was made with; the line does not count.",
                    place(Column::Key)
                );
                self.ledger.complain(text);
                return;
            };
            for (column, print) in Column::AUTOMATIC.into_iter().zip(prints) {
                if columns.at(column).is_some() && fingerprint(columns.text(row, column)) != *print {
                    self.ledger.complain(format!(
                        "{} was written from the evidence and has been changed since; what it says now does not count.",
                        place(column)
                    ));
                }
            }
        }
        self.seen.insert(key.to_owned());
        let by = text(Column::Who);
        let Some(value) = word else {
            if by.is_some() || text(Column::When).is_some() {
                self.notes.push(format!(
                    "{} is empty, although somebody filled in the line.",
                    place(Column::Answer)
                ));
            }
            return;
        };
        let on = text(Column::When).and_then(|text| match day(text, dates) {
            Ok(day) => Some(day),
            Err(why) => {
                let text = format!("{}: {why}; the answer counts as one without a day.", place(Column::When));
                self.ledger.complain(text);
                None
            }
        });
        let given = Given { question, node, value, by, on, note: text(Column::Note) };
        let given = answer(&given, place(Column::Answer), &self.questions, self.show);
        self.ledger.add(given);
    }

    /// Says what cannot be told, and which lines are gone.
    fn told_of_rest(&mut self, origin: Option<&Origin>) {
        let Some(origin) = origin else {
            self.notes.push("The sheet About is missing, so nobody can tell whether cells written from the evidence were changed.".to_owned());
            return;
        };
        let gone: Vec<&String> = origin.cells.keys().filter(|key| !self.seen.contains(*key)).collect();
        if !gone.is_empty() {
            let named: Vec<String> =
                gone.iter().take(3).map(|key| format!("\"{}\"", (self.show)(key))).collect();
            let more = if gone.len() > named.len() { ", …" } else { "" };
            self.notes.push(format!(
                "Lines that the workbook was made with are gone: {} ({}{more}).",
                gone.len(),
                named.join(", ")
            ));
        }
    }

    /// The nodes that lines name.
    fn nodes(&self) -> Vec<String> {
        let nodes: BTreeSet<&str> = self.seen.iter().filter_map(|key| parts(key)?.2).collect();
        nodes.into_iter().map(str::to_owned).collect()
    }
}

/// The day that a cell without a date format shows as a number: days since the end of 1899, as Excel counts from March 1900 on.
fn serial(text: &str) -> Option<NaiveDate> {
    const FIRST: u64 = 30_000;
    const LAST: u64 = 80_000;
    let (whole, _) = text.split_once('.').unwrap_or((text, ""));
    let days: u64 = whole.parse().ok().filter(|days| (FIRST..LAST).contains(days))?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))
}

/// The day in a cell, or why it has none.
fn day(text: &str, dates: &Dates) -> Result<NaiveDate, String> {
    if let Some(day) = serial(text) {
        return Ok(day);
    }
    dates.parse(text).map(|moment| moment.wall.date()).map_err(|error| error.to_string())
}
