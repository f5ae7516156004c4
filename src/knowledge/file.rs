//! The one format of knowledge files: any file may hold records of any kind.

use super::KnowledgeError;
use super::actions::ActionRow;
use super::causes::CauseRow;
use super::checklist::Item;
use super::conflicts::Conflict;
use super::exports::Export;
use super::facts::Fact;
use super::meanings::Meaning;
use super::releases::Release;
use super::rows::{Expectation, ParityRow, QuestionRow, RuleMeta};
use super::runbooks::{RunbookRow, TaskRow};
use super::signatures::Signature;
use super::sources::Source;
use super::steps::Step;
use chrono::NaiveDate;
use serde::Deserialize;
use toml::Spanned;

/// A file as written. Every record remembers its line, so that what is wrong with it can be named.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    /// The day its records were last reviewed.
    pub(super) edition: Option<NaiveDate>,
    /// How many days a release is supported.
    #[serde(rename = "support-window-days")]
    pub(super) support_window_days: Option<u32>,
    /// What no procedure may ever do.
    pub(super) never: Vec<String>,
    pub(super) source: Vec<Spanned<Source>>,
    pub(super) rule: Vec<Spanned<RuleMeta>>,
    pub(super) expectation: Vec<Spanned<Expectation>>,
    pub(super) question: Vec<Spanned<QuestionRow>>,
    pub(super) parity: Vec<Spanned<ParityRow>>,
    pub(super) signature: Vec<Spanned<Signature>>,
    pub(super) action: Vec<Spanned<ActionRow>>,
    pub(super) cause: Vec<Spanned<CauseRow>>,
    pub(super) fact: Vec<Spanned<Fact>>,
    pub(super) export: Vec<Spanned<Export>>,
    pub(super) release: Vec<Spanned<Release>>,
    pub(super) step: Vec<Spanned<Step>>,
    pub(super) meaning: Vec<Spanned<Meaning>>,
    pub(super) check: Vec<Spanned<Item>>,
    pub(super) conflict: Vec<Spanned<Conflict>>,
    pub(super) runbook: Vec<Spanned<RunbookRow>>,
    pub(super) task: Vec<Spanned<TaskRow>>,
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// File name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
}

/// Reads one file.
pub(super) fn parse(file: &str, text: &str) -> Result<File, KnowledgeError> {
    toml::from_str(text).map_err(|error| KnowledgeError {
        origin: Origin {
            file: file.to_owned(),
            line: Lines::new(text).of(error.span().map_or(0, |span| span.start)),
        },
        key: None,
        why: error.message().to_owned(),
    })
}

/// Where the lines of a text end.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The line of a byte offset, from 1.
    pub(super) fn of(&self, offset: usize) -> usize {
        self.0.partition_point(|end| *end < offset) + 1
    }
}
