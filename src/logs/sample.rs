//! Lines kept as evidence: raw while the file is read, cleaned at its end.

use super::blocks::char_start;
use super::encoding::show;
use super::header::LocalMillis;
use crate::model::excerpt::{EXCERPT_CHARS, Sanitize};
use crate::model::{Excerpt, Place};
use std::collections::VecDeque;

/// How many of the first and of the newest lines of a wording a file keeps.
const FIRST: usize = 2;
const NEWEST: usize = 3;
/// Bytes kept before a match that lies deep in a long line, so that a secret around it is recognised.
const BEFORE: usize = 2 * 1024;
/// Bytes kept of a line; more than an excerpt looks at.
const KEPT: usize = BEFORE + EXCERPT_CHARS * 16;

/// The first and the newest lines that carry a wording.
#[derive(Default)]
pub(super) struct Samples {
    first: Vec<Line>,
    newest: VecDeque<Line>,
}

/// A part of a line, as it stands in the log.
pub(super) struct Line {
    number: u64,
    pub(super) time: Option<LocalMillis>,
    text: Vec<u8>,
    /// The match lies too deep to show the line from its start.
    deep: bool,
}

impl Samples {
    /// Keeps a line whose match begins at `at`, and lets an older one go where there are enough.
    pub(super) fn keep(&mut self, number: u64, time: Option<LocalMillis>, line: &[u8], at: usize) {
        let line = Line::new(number, time, line, at);
        if self.first.len() < FIRST {
            self.first.push(line);
        } else {
            if self.newest.len() == NEWEST {
                self.newest.pop_front();
            }
            self.newest.push_back(line);
        }
    }

    /// The lines kept, in order.
    pub(super) fn into_lines(self) -> impl Iterator<Item = Line> {
        self.first.into_iter().chain(self.newest)
    }
}

impl Line {
    /// Keeps what is needed to show a line from a match at `at`.
    pub(super) fn new(number: u64, time: Option<LocalMillis>, line: &[u8], at: usize) -> Self {
        let deep = at > EXCERPT_CHARS / 2;
        let from = if deep { char_start(line, at.saturating_sub(BEFORE)) } else { 0 };
        let text = line.get(from..line.len().min(from + KEPT)).unwrap_or_default().to_vec();
        Self { number, time, text, deep }
    }

    /// Where it stands.
    pub(super) fn place(&self, file: &str) -> Place {
        Place::line(file, u32::try_from(self.number).unwrap_or(u32::MAX))
    }

    /// The line, cleaned; from its match on, which `find` tells, where that lies deep in the line.
    pub(super) fn excerpt(&self, find: impl Fn(&[u8]) -> Option<usize>, cleaner: &dyn Sanitize) -> Excerpt {
        let text = show(&self.text);
        if !self.deep {
            return Excerpt::new(&text, cleaner);
        }
        // Cleaned with what stands before it, and only then cut: half a secret is not recognised.
        let safe = cleaner.clean(&text);
        let at = find(safe.to_ascii_lowercase().as_bytes());
        let rest = at.and_then(|at| safe.get(at..)).unwrap_or_default();
        Excerpt::new(&format!("… {rest}"), cleaner)
    }
}
