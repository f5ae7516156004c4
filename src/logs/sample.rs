//! Lines kept as evidence: raw while the file is read, sanitized at its end.

use super::blocks::char_start;
use super::encoding::show;
use crate::model::excerpt::{EXCERPT_CHARS, Sanitize};
use crate::model::log::Sample;
use crate::model::{Excerpt, Location};
use chrono::{DateTime, FixedOffset};
use std::collections::VecDeque;

/// How many of the first lines that match a pattern are kept of a file.
const FIRST: usize = 2;
/// How many of the newest ones.
const NEWEST: usize = 3;
/// Bytes kept before a match far inside a long line, so that a secret around it is recognised.
const BEFORE: usize = 2 * 1024;
/// Bytes kept of a line; more than an excerpt looks at.
const MOST_BYTES: usize = BEFORE + EXCERPT_CHARS * 16;

/// The first and the newest lines that match a pattern.
#[derive(Default)]
pub(super) struct Samples {
    first: Vec<SampleLine>,
    newest: VecDeque<SampleLine>,
}

impl Samples {
    /// Keeps a line, and lets an older one go where there are enough.
    pub(super) fn keep(&mut self, line: SampleLine) {
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
    pub(super) fn into_lines(self) -> impl Iterator<Item = SampleLine> {
        self.first.into_iter().chain(self.newest)
    }
}

/// A part of a line, as it is in the log.
#[derive(Clone)]
pub(super) struct SampleLine {
    number: u64,
    pub(super) time: Option<DateTime<FixedOffset>>,
    text: Vec<u8>,
    /// The match is too far inside to show the line from its start.
    deep: bool,
}

impl SampleLine {
    /// Keeps what is needed to show a line from a match at `at`.
    pub(super) fn new(number: u64, time: Option<DateTime<FixedOffset>>, line: &[u8], at: usize) -> Self {
        let deep = at > EXCERPT_CHARS / 2;
        let from = if deep { char_start(line, at.saturating_sub(BEFORE)) } else { 0 };
        let text = line.get(from..line.len().min(from + MOST_BYTES)).unwrap_or_default().to_vec();
        Self { number, time, text, deep }
    }

    /// The sanitized line of a file. If its match is far inside, it is shown from there on; `find` says where.
    pub(super) fn into_sample(
        self,
        file: &str,
        find: impl Fn(&[u8]) -> Option<usize>,
        sanitizer: &dyn Sanitize,
    ) -> Sample {
        let place = Location::line(file, u32::try_from(self.number).unwrap_or(u32::MAX));
        let text = show(&self.text);
        if !self.deep {
            return Sample { place, time: self.time, text: Excerpt::new(&text, sanitizer) };
        }
        // Sanitized together with the text before it, and only then cut: half a secret is not recognised.
        let clean = sanitizer.sanitize(&text);
        let at = find(clean.to_ascii_lowercase().as_bytes());
        let tail = at.and_then(|at| clean.get(at..)).unwrap_or_default();
        Sample { place, time: self.time, text: Excerpt::new(&format!("… {tail}"), sanitizer) }
    }
}
