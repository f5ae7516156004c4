//! Intake: turns the bytes of inputs into observed facts. One file for each kind of source.
//!
//! ```text
//!  bundle::gather --> read::read_all --+--> snapshot (members: one pass each) --+
//!   (opened, read)    (all cores)      +--> recognise --> nodes_json, answers,  +--> cluster::assemble --> Case
//!                                           tables (every sheet) ---------------+
//! ```
//!
//! Nothing here opens a file. Whatever an input holds, the answer is facts, problems in sentences, or both.

pub mod answers;
pub mod around;
mod builds;
pub mod checklist;
mod clocks;
pub mod cluster;
mod conflict;
mod crowd;
mod date_words;
mod duplicates;
mod event_file;
mod event_lines;
pub mod facts;
mod given_answers;
mod grid;
pub mod inventory;
pub mod json;
mod json_lines;
pub mod kinds;
mod kit_answers;
mod labels;
mod leaks;
mod lists;
pub mod log_files;
pub mod loose;
pub mod manual_capture;
mod members;
pub mod moment;
mod names;
mod node_row;
pub mod nodes_json;
pub mod nodes_table;
mod old_workbook;
mod on_screen;
mod open_document;
mod own_kit;
pub mod package;
mod powershell;
mod query_result;
pub mod read;
pub mod recognise;
mod records;
pub mod reported;
mod ruled;
mod separated;
mod snapshot;
pub mod table;
mod tables;
pub mod tidy;
mod time_order;
pub(crate) mod together;
pub mod version_table;
pub mod workbook;

use crate::bundle::source::Given;
use crate::knowledge::Knowledge;
use crate::model::excerpt::{Excerpt, Sanitize};
use crate::model::input::{InputKind, Problem, ProblemKind};

/// What was read from a source.
#[derive(Debug, Clone, Default)]
pub struct Parsed<T> {
    /// The facts.
    pub value: T,
    /// What is wrong with parts of it, one sentence each.
    pub problems: Vec<Problem>,
    /// What a reader should know and is no problem, one sentence each.
    pub notes: Vec<String>,
}

impl<T> Parsed<T> {
    /// Adds what is to be said of a part, and gives the facts of that part.
    fn absorb<U>(&mut self, part: Parsed<U>) -> U {
        self.problems.extend(part.problems);
        self.notes.extend(part.notes);
        part.value
    }

    /// The same with its facts changed.
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Parsed<U> {
        Parsed { value: change(self.value), problems: self.problems, notes: self.notes }
    }
}

/// An export while it is read.
#[derive(Clone, Copy)]
struct Source<'a> {
    /// Name of the input, which evidence carries.
    input: &'a str,
    /// What exports report.
    knowledge: &'a Knowledge,
    /// Cleans every text that may be shown.
    sanitizer: &'a dyn Sanitize,
}

impl Source<'_> {
    /// A text of the export as it may be shown.
    fn shown(&self, text: &str) -> String {
        sanitized(text, self.sanitizer)
    }
}

/// An export that was read.
#[derive(Debug)]
struct ReadExport {
    /// What it is; of several tables the first.
    kind: InputKind,
    /// Titles of the exports in it.
    holds: Vec<String>,
    /// What it says.
    parsed: Parsed<Vec<facts::Facts>>,
}

/// The problem of a part that cannot be read, or does not count for another reason.
fn malformed(text: impl Into<String>) -> Problem {
    Problem { kind: ProblemKind::Malformed, member: None, text: text.into() }
}

/// A text of an input as it may be shown.
fn sanitized(text: &str, sanitizer: &dyn Sanitize) -> String {
    Excerpt::new(text, sanitizer).as_str().to_owned()
}

/// The same with names that may be shown: folders and files of a ticket have names like `password=...` as well.
fn with_clean_names(mut given: Vec<Given>, sanitizer: &dyn Sanitize) -> Vec<Given> {
    for one in &mut given {
        let clean = sanitizer.sanitize(&one.name);
        if clean != one.name {
            one.name = clean;
        }
    }
    given
}

/// For tests of parsers: an export of this name, with the built-in knowledge, shown as it is.
#[cfg(test)]
fn source(input: &str) -> Source<'_> {
    static KNOWLEDGE: std::sync::LazyLock<Knowledge> =
        std::sync::LazyLock::new(|| Knowledge::builtin().unwrap());
    Source { input, knowledge: &KNOWLEDGE, sanitizer: &NoSanitize }
}

/// For tests of parsers: shows text as it is.
#[cfg(test)]
struct NoSanitize;

#[cfg(test)]
impl Sanitize for NoSanitize {
    fn sanitize(&self, line: &str) -> String {
        line.to_owned()
    }
}
