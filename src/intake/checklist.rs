//! Reader of a filled-in checklist workbook or sheet (`docs/checklist-format.md`). It is recognised by its cells, not
//! by its file name.

use super::answers::{AnswerLedger, Entry, Question, answer, questions};
use super::facts::Facts;
use super::moment::Column as Dates;
use super::table::{Row, RowSink, TableError, head};
use super::{Parsed, Source};
use crate::model::Location;
use crate::model::checklist::{CELLS, Column, FORMAT, HEADS, SEE_ABOVE, VERSION, fingerprint, parts};
use crate::model::host_name::is_name;
use chrono::{Days, NaiveDate};
use std::collections::{BTreeMap, BTreeSet};

/// Most lines of a checklist: eight nodes have some hundreds.
const MAX_LINES: usize = 20_000;

/// A part of a checklist, as one sheet holds it.
#[derive(Debug, Clone)]
pub enum Part {
    /// The sheet that a person fills in.
    Lines(Lines),
    /// The sheet that says what the workbook was made of.
    Origin(Origin),
}

/// The lines of a checklist, as the sheet holds them.
#[derive(Debug, Clone)]
pub struct Lines {
    columns: Columns,
    rows: Vec<Row>,
}

/// What a checklist was made of.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// Nodes it was made for.
    pub nodes: Vec<String>,
    /// Build to upgrade to; empty without one.
    pub target: String,
    /// Fingerprints of the cells that were written from evidence, by key of their line.
    cells: BTreeMap<String, Vec<String>>,
    /// Version of the format that the sheet names.
    version: String,
    /// How many rows were read, and whether those of `cells` have begun.
    rows: usize,
    in_cells: bool,
}

/// Where each column is: people may move them.
#[derive(Debug, Clone, Copy)]
struct Columns([Option<usize>; HEADS.len()]);

impl Columns {
    /// The columns of a head that has at least a key and an answer.
    fn of(row: &Row) -> Option<Self> {
        let columns = Self(HEADS.map(|name| row.cells().position(|text| head(text) == head(name))));
        let needed = [Column::Key, Column::Answer, Column::State];
        needed.iter().all(|column| columns.at(*column).is_some()).then_some(columns)
    }

    fn at(&self, column: Column) -> Option<usize> {
        self.0.get(usize::from(column.at())).copied().flatten()
    }

    fn text<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        self.at(column).map_or("", |at| row.cell(at))
    }

    fn place(&self, row: &Row, column: Column, input: &str) -> Location {
        self.at(column).map_or_else(|| row.place(input), |at| row.cell_place(input, at))
    }
}

/// Takes the header of a sheet of a checklist.
pub(super) fn start(row: &Row) -> Option<Part> {
    if head(row.cell(0)) == head(FORMAT) {
        return Some(Part::Origin(Origin { version: row.cell(1).to_owned(), ..Origin::default() }));
    }
    Columns::of(row).map(|columns| Part::Lines(Lines { columns, rows: Vec::new() }))
}

impl RowSink for Part {
    fn add(&mut self, row: &Row) {
        match self {
            Self::Lines(Lines { rows, .. }) if rows.len() < MAX_LINES => rows.push(row.clone()),
            Self::Origin(origin) if origin.rows < MAX_LINES => origin.add(row),
            _ => {}
        }
    }
}

impl Part {
    /// The sheet, unless its form has another major version.
    pub(super) fn checked(self) -> Result<Self, TableError> {
        let major = |version: &str| version.split('.').next().map(str::to_owned);
        match self {
            Self::Origin(origin) if major(&origin.version) != major(VERSION) => {
                Err(TableError::OtherChecklist)
            }
            part => Ok(part),
        }
    }
}

impl Origin {
    fn add(&mut self, row: &Row) {
        self.rows += 1;
        let (label, text) = (row.cell(0), row.cell(1));
        match label {
            _ if self.in_cells => {
                let prints = text.split_whitespace().map(str::to_owned).collect();
                self.cells.insert(label.to_owned(), prints);
            }
            "Node" => self.nodes.push(text.to_owned()),
            "Target" => text.clone_into(&mut self.target),
            _ => self.in_cells = [label, text] == CELLS,
        }
    }
}

/// Makes answers of the lines of a checklist, held against the cells that the workbook was made with.
pub(super) fn join(cx: Source, parsed: &mut Parsed<Vec<Facts>>) {
    let (mut all, mut origin) = (Vec::new(), None);
    for facts in std::mem::take(&mut parsed.value) {
        match facts {
            Facts::Checklist(Part::Lines(lines)) => all.push(lines),
            Facts::Checklist(Part::Origin(about)) => origin = Some(about),
            other => parsed.value.push(other),
        }
    }
    if all.is_empty() {
        return;
    }
    let mut reading = AnswerReader {
        cx,
        questions: questions(cx.knowledge),
        ledger: AnswerLedger::default(),
        notes: Vec::new(),
        seen: BTreeSet::new(),
    };
    for lines in &all {
        reading.lines(lines, origin.as_ref());
    }
    reading.note_missing_lines(origin.as_ref());
    let mut origin = origin.unwrap_or_default();
    if origin.nodes.is_empty() {
        origin.nodes = reading.nodes();
    }
    origin.nodes.retain(|node| is_name(node));
    let answers = parsed.absorb(reading.ledger.finish());
    parsed.notes.extend(reading.notes);
    parsed.value.extend([Facts::Answers(answers), Facts::Checklist(Part::Origin(origin))]);
}

struct AnswerReader<'a> {
    cx: Source<'a>,
    questions: Vec<Question>,
    ledger: AnswerLedger,
    notes: Vec<String>,
    /// Keys of the lines that are there.
    seen: BTreeSet<String>,
}

impl AnswerReader<'_> {
    fn lines(&mut self, lines: &Lines, origin: Option<&Origin>) {
        let mut dates = Dates::default();
        for row in &lines.rows {
            let text = lines.columns.text(row, Column::When);
            if serial(text).is_none() {
                dates.learn(text, || lines.columns.place(row, Column::When, self.cx.input));
            }
        }
        self.notes.extend(dates.note());
        for row in &lines.rows {
            if let Err(why) = self.line(&lines.columns, row, &dates, origin) {
                self.ledger.complain(why);
            }
        }
    }

    /// Reads one line; an error says why it does not count.
    fn line(
        &mut self,
        columns: &Columns,
        row: &Row,
        dates: &Dates,
        origin: Option<&Origin>,
    ) -> Result<(), String> {
        let text = |column: Column| Some(columns.text(row, column)).filter(|text| !text.is_empty());
        let place = |column: Column| columns.place(row, column, self.cx.input);
        let word = text(Column::Answer).filter(|word| !word.eq_ignore_ascii_case(SEE_ABOVE));
        let Some(key) = text(Column::Key) else {
            // Headings have no key.
            let why = || format!("{} has no key, so it is not clear what it answers.", place(Column::Answer));
            return word.map_or(Ok(()), |_| Err(why()));
        };
        let no_line = |why: &str| format!("{} is {why}; the line does not count.", place(Column::Key));
        let (_, question, node) = parts(key).ok_or_else(|| no_line("no key of a line"))?;
        if let Some(origin) = origin {
            let prints =
                origin.cells.get(key).ok_or_else(|| no_line("not a line of the original workbook"))?;
            for (column, print) in Column::AUTOMATIC.into_iter().zip(prints) {
                if columns.at(column).is_some() && fingerprint(columns.text(row, column)) != *print {
                    self.ledger.complain(format!(
                        "{} was filled in from the evidence and changed afterwards; the change does not count.",
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
            return Ok(());
        };
        let on = text(Column::When).and_then(|text| match day(text, dates) {
            Ok(day) => Some(day),
            Err(why) => {
                let text = format!("{}: {why}; the answer counts as one without a day.", place(Column::When));
                self.ledger.complain(text);
                None
            }
        });
        let entry = Entry {
            question: question.to_owned(),
            node: node.map(str::to_owned),
            value: value.to_owned(),
            by: by.map(str::to_owned),
            on: None,
            note: text(Column::Note).map(str::to_owned),
        };
        self.ledger.add(answer(self.cx, &entry, on, place(Column::Answer), &self.questions));
        Ok(())
    }

    /// Says what cannot be told, and which lines are gone.
    fn note_missing_lines(&mut self, origin: Option<&Origin>) {
        let Some(origin) = origin else {
            self.notes.push("The sheet About is missing, so it cannot be checked whether cells filled in from the evidence were changed.".to_owned());
            return;
        };
        let gone: Vec<&String> = origin.cells.keys().filter(|key| !self.seen.contains(*key)).collect();
        if !gone.is_empty() {
            let named: Vec<String> =
                gone.iter().take(3).map(|key| format!("\"{}\"", self.cx.shown(key))).collect();
            let more = if gone.len() > named.len() { ", …" } else { "" };
            self.notes.push(format!(
                "Lines of the original workbook are missing: {} ({}{more}).",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{source, tables, workbook};
    use crate::model::answers::Answers;

    /// The cells of a line that an empty workbook of one node holds: No to Question.
    const LINES: [(&str, [&str; 6]); 3] = [
        ("2 / ENC-004 / WEB01", ["1", "DPAPI off", "WEB01", "open", "", "Is DPAPI on?"]),
        ("C6-b / C6-b", ["2", "Accounts", "", "open", "", "Are they at hand?"]),
        ("O-3 / O-3 / WEB01", ["3", "Integrated", "WEB01", "done", "IIS-001 finds nothing wrong.", ""]),
    ];

    fn sheet(rows: &[Vec<&str>]) -> String {
        let cell = |at: usize, row: usize, text: &str| {
            let column = char::from(b'A' + u8::try_from(at).unwrap());
            let value = text.parse::<f64>().map_or_else(
                |_| format!(r#"t="inlineStr"><is><t>{text}</t></is>"#),
                |number| format!("><v>{number}</v>"),
            );
            format!(r#"<c r="{column}{row}" {value}</c>"#)
        };
        let row = |(number, texts): (usize, &Vec<&str>)| {
            let cells = texts.iter().enumerate().filter(|(_, text)| !text.is_empty());
            let cells: String = cells.map(|(at, text)| cell(at, number, text)).collect();
            format!(r#"<row r="{number}">{cells}</row>"#)
        };
        (1..).zip(rows).map(row).collect()
    }

    /// A workbook of these lines, each with its answer, who, when and note; the sheet About knows [`LINES`].
    fn book(lines: &[(&str, [&str; 6], [&str; 4])], version: &str) -> Vec<u8> {
        let mut rows = vec![vec!["Checklist"], HEADS.to_vec()];
        rows.extend(lines.iter().map(|(key, automatic, said)| [&automatic[..], said, &[*key]].concat()));
        let prints: Vec<(&str, String)> = LINES
            .iter()
            .map(|(key, cells)| {
                (*key, cells[1..].iter().map(|text| fingerprint(text)).collect::<Vec<_>>().join(" "))
            })
            .collect();
        let version = format!(" {version}");
        let mut about = vec![vec![FORMAT, &version], vec!["Node", "WEB01"], CELLS.to_vec()];
        about.extend(prints.iter().map(|(key, prints)| vec![*key, prints]));
        workbook::made(&[("Checklist", "", &sheet(&rows)), ("About", "", &sheet(&about))], "<sst/>")
    }

    fn untouched(
        line: usize,
        said: [&'static str; 4],
    ) -> (&'static str, [&'static str; 6], [&'static str; 4]) {
        (LINES[line].0, LINES[line].1, said)
    }

    /// Answers, problems and notes of a file.
    fn read(bytes: &[u8]) -> (Answers, Vec<String>, Vec<String>) {
        let parsed = tables::read(source("c.xlsx"), bytes).unwrap().unwrap().parsed;
        let answers = parsed.value.into_iter().find_map(|facts| match facts {
            Facts::Answers(answers) => Some(answers),
            _ => None,
        });
        let problems = parsed.problems.into_iter().map(|problem| problem.text).collect();
        (answers.unwrap(), problems, parsed.notes)
    }

    fn read_lines(lines: &[(&str, [&str; 6], [&str; 4])]) -> (Answers, Vec<String>, Vec<String>) {
        read(&book(lines, "1.0"))
    }

    #[test]
    fn an_answer_comes_with_person_day_note_and_cell() {
        let (answers, problems, notes) = read_lines(&[
            untouched(0, [" Off ", "J. Doe", "46345", "seen on the page"]),
            untouched(1, ["", "", "", ""]),
            untouched(2, ["", "", "", ""]),
        ]);
        assert_eq!((problems, notes), (Vec::new(), Vec::new()));
        let answer = answers.get("ENC-004", "web01").unwrap();
        assert_eq!((answer.value.as_str(), answer.by.as_deref()), ("off", Some("J. Doe")));
        assert_eq!(answer.on.unwrap().to_string(), "2026-11-19");
        assert_eq!(answer.note.as_deref(), Some("seen on the page"));
        assert_eq!(answer.place.to_string(), "c.xlsx sheet Checklist, G3");
        assert_eq!(answers.by_question.len(), 1);
    }

    #[test]
    fn lines_may_be_moved_and_a_line_that_is_gone_is_told() {
        let (answers, problems, notes) =
            read_lines(&[untouched(1, ["done", "", "", ""]), untouched(0, ["off", "", "", ""])]);
        assert_eq!((answers.by_question.len(), problems.len()), (2, 0));
        assert_eq!(notes, ["Lines of the original workbook are missing: 1 (\"O-3 / O-3 / WEB01\")."]);
    }

    #[test]
    fn an_edited_cell_of_the_evidence_is_told_and_ignored() {
        let (key, mut cells, _) = untouched(2, [""; 4]);
        cells[3] = "not done";
        let (answers, problems, _) = read_lines(&[untouched(0, ["off", "", "", ""]), (key, cells, [""; 4])]);
        assert_eq!(answers.by_question.len(), 1);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(
            problems[0].starts_with("c.xlsx sheet Checklist, D4 was filled in from the evidence"),
            "{problems:?}"
        );
    }

    #[test]
    fn a_line_of_nobody_and_a_word_of_no_question_do_not_count() {
        let (answers, problems, notes) = read_lines(&[
            untouched(0, ["perhaps", "", "", ""]),
            ("2 / ENC-004 / WEB09", LINES[0].1, ["off", "", "", ""]),
            ("", LINES[0].1, ["off", "", "", ""]),
            ("total", LINES[0].1, ["off", "", "", ""]),
            untouched(1, ["", "J. Doe", "", ""]),
            untouched(2, [SEE_ABOVE, "", "", ""]),
        ]);
        assert!(answers.by_question.is_empty());
        let begins = |text: &str| problems.iter().any(|problem| problem.starts_with(text));
        assert!(
            begins("c.xlsx sheet Checklist, G3 answers ENC-004 with \"perhaps\"; the words"),
            "{problems:?}"
        );
        assert!(begins("c.xlsx sheet Checklist, K4 is not a line"), "{problems:?}");
        assert!(begins("c.xlsx sheet Checklist, G5 has no key"), "{problems:?}");
        assert!(begins("c.xlsx sheet Checklist, K6 is no key"), "{problems:?}");
        assert_eq!(problems.len(), 4, "{problems:?}");
        assert_eq!(notes, ["c.xlsx sheet Checklist, G7 is empty, although somebody filled in the line."]);
    }

    #[test]
    fn days_are_read_in_every_form_and_an_ambiguous_one_is_asked() {
        for (text, day) in [
            ("46345", Some("2026-11-19")),
            ("46345.5", Some("2026-11-19")),
            ("2026-11-19", Some("2026-11-19")),
            ("19.11.2026", Some("2026-11-19")),
            ("11/19/2026", Some("2026-11-19")),
            ("04/05/2026", None),
            ("last week", None),
            ("7", None),
        ] {
            let (answers, problems, _) = read_lines(&[
                untouched(0, ["off", "", text, ""]),
                untouched(1, [""; 4]),
                untouched(2, [""; 4]),
            ]);
            let on = answers.get("ENC-004", "WEB01").unwrap().on.map(|on| on.to_string());
            assert_eq!(on.as_deref(), day, "{text}");
            assert_eq!(problems.len(), usize::from(day.is_none()), "{text}: {problems:?}");
        }
    }

    #[test]
    fn a_line_answered_twice_is_not_answered() {
        let twice = [untouched(0, ["off", "", "", ""]), untouched(0, ["on", "", "", ""])];
        let (answers, problems, _) = read_lines(&twice);
        assert!(answers.by_question.is_empty());
        assert!(problems[0].contains("answered twice for WEB01"), "{problems:?}");
    }

    #[test]
    fn the_sheet_alone_counts_and_says_what_cannot_be_told() {
        let heads = HEADS.join(";");
        let text =
            format!("{heads}\n1;DPAPI off;WEB01;open;;Is it?;off;J. Doe;2026-11-19;;2 / ENC-004 / WEB01\n");
        let (answers, problems, notes) = read(text.as_bytes());
        assert_eq!((answers.by_question.len(), problems.len()), (1, 0));
        assert!(notes[0].starts_with("The sheet About is missing"));
    }

    #[test]
    fn another_form_is_refused() {
        for (version, fine) in [("1.0", true), ("1.7", true), ("2.0", false), ("", false)] {
            let read = tables::read(source("c.xlsx"), &book(&[untouched(0, [""; 4])], version));
            assert_eq!(read.is_ok(), fine, "{version}");
        }
    }
}
