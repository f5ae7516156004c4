//! The lines of one file: what they begin with, and which wordings they carry.

use super::anchors::{Found as Anchor, Sought};
use super::blocks::Block;
use super::header::{Level, LocalMillis, Stamps, bare_level, level};
use super::recurring::{CEF, EXCEPTION, Texts, cef_header, exception_types};
use super::sample::{Line, Samples};
use super::scan::{Scanner, Target};
use crate::model::log::{Hit, Period, Recurring, Sample};
use chrono::{DateTime, FixedOffset};
use memchr::memchr_iter;
use std::collections::{BTreeMap, BTreeSet};

/// A silence that counts as one, and the longest that is told from longer ones, in minutes.
const SILENCE: i64 = 1;
const LONGEST_SILENCE: i64 = 7 * 24 * 60;

/// Reads the lines of a file, block by block.
pub(super) struct Lines<'s> {
    scanner: &'s Scanner<'s>,
    offset: FixedOffset,
    stamps: Stamps,
    /// A line in lower case, as wordings are searched for.
    folded: Vec<u8>,
    /// The anchors of the current block.
    anchors: Vec<Anchor>,
    /// Wordings that the current line may carry.
    likely: BTreeSet<usize>,
    count: u64,
    utf8: bool,
    /// Time and level of the newest line that had one; lines without, such as a stack trace, belong to it.
    time: Option<LocalMillis>,
    level: Option<Level>,
    /// Wordings counted on the current line already.
    seen: Vec<usize>,
    period: Option<(LocalMillis, LocalMillis)>,
    errors_by_hour: BTreeMap<i64, u64>,
    found: BTreeMap<usize, Found>,
    /// How often nothing was logged for so many minutes.
    silences: BTreeMap<u32, u64>,
    exceptions: Texts,
    cef: Texts,
}

/// What is known of one wording in one file.
#[derive(Default)]
struct Found {
    errors: u64,
    others: u64,
    first: Option<LocalMillis>,
    last: Option<LocalMillis>,
    last_error: Option<LocalMillis>,
    by_hour: BTreeMap<i64, u64>,
    samples: Samples,
}

impl<'s> Lines<'s> {
    /// Before the first line. Times are of a clock `offset` from UTC.
    pub(super) fn new(scanner: &'s Scanner<'s>, offset: FixedOffset) -> Self {
        Self {
            scanner,
            offset,
            stamps: Stamps::default(),
            folded: Vec::new(),
            anchors: Vec::new(),
            likely: BTreeSet::new(),
            count: 0,
            utf8: true,
            time: None,
            level: None,
            seen: Vec::new(),
            period: None,
            errors_by_hour: BTreeMap::new(),
            found: BTreeMap::new(),
            silences: BTreeMap::new(),
            exceptions: Texts::default(),
            cef: Texts::default(),
        }
    }

    /// Reads the next block.
    pub(super) fn read(&mut self, block: &Block<'_>) {
        self.utf8 = self.utf8 && std::str::from_utf8(block.text).is_ok();
        let scanner = self.scanner;
        let unanchored = scanner.anchors.unanchored(block.text);
        let mut anchors = std::mem::take(&mut self.anchors);
        scanner.anchors.find(block.text, |found| anchors.push(found));
        let mut found = anchors.iter().peekable();
        let (mut rest, mut start) = (block.text, 0);
        let mut continues = block.continues;
        let last = (!block.text.ends_with(&[block.line_end])).then_some(block.text.len());
        for end in memchr_iter(block.line_end, block.text).map(|at| at + 1).chain(last) {
            let (line, after) = rest.split_at(end - start);
            if !std::mem::take(&mut continues) {
                self.begin(line);
            }
            while let Some(anchor) = found.next_if(|anchor| anchor.at < end) {
                match anchor.sought {
                    Sought::Wording(index) => drop(self.likely.insert(index)),
                    // Whatever else a line with a wording carries, the wording explains.
                    Sought::Cef if self.likely.is_empty() => self.event(line, anchor.end - start),
                    Sought::Cef => {}
                }
            }
            self.likely.extend(unanchored);
            if !self.likely.is_empty() {
                self.hit(line);
            }
            if self.seen.is_empty() && self.level != Some(Level::Lower) {
                self.exceptions(line);
            }
            (start, rest) = (end, after);
        }
        anchors.clear();
        self.anchors = anchors;
    }

    /// Reads what a line begins with.
    fn begin(&mut self, line: &[u8]) {
        self.count += 1;
        self.seen.clear();
        // A machine that lost power leaves zeros where lines were to be.
        let zeros =
            if line.first() == Some(&0) { line.iter().take_while(|byte| **byte == 0).count() } else { 0 };
        let line = line.get(zeros..).unwrap_or_default();
        let own = if let Some((time, rest)) = self.stamps.read(line) {
            self.silence_until(time);
            self.time = Some(time);
            let (first, last) = self.period.unwrap_or((time, time));
            self.period = Some((first.min(time), last.max(time)));
            self.level = level(rest);
            self.level
        } else {
            let bare = bare_level(line);
            self.level = bare.or(self.level);
            bare
        };
        if let (Some(Level::Error), Some(time)) = (own, self.time) {
            *self.errors_by_hour.entry(self.hour(time)).or_default() += 1;
        }
    }

    fn silence_until(&mut self, time: LocalMillis) {
        let minutes = self.time.map_or(0, |before| (time - before) / 60_000);
        if minutes >= SILENCE {
            let minutes = u32::try_from(minutes.min(LONGEST_SILENCE)).unwrap_or_default();
            *self.silences.entry(minutes).or_default() += 1;
        }
    }

    /// Counts the types named on a line at error level that no signature knows, each once.
    fn exceptions(&mut self, line: &[u8]) {
        let mut types: Vec<Vec<u8>> = Vec::new();
        for (at, name) in exception_types(line) {
            if !types.contains(&name) {
                types.push(name.clone());
                self.exceptions.count(name, self.count, self.time, line.trim_ascii_end(), at);
            }
        }
    }

    /// Counts a header of the common event format that ends at `end`.
    fn event(&mut self, line: &[u8], end: usize) {
        if let Some(header) = cef_header(line, end) {
            self.cef.count(header, self.count, self.time, line.trim_ascii_end(), end);
        }
    }

    /// Counts which of the likely wordings a line, or a piece of one, does carry.
    fn hit(&mut self, raw: &[u8]) {
        let mut line = std::mem::take(&mut self.folded);
        line.clear();
        line.extend_from_slice(raw);
        line.make_ascii_lowercase();
        let there: BTreeMap<usize, (&Target, usize)> = std::mem::take(&mut self.likely)
            .into_iter()
            .filter_map(|index| {
                let target = self.scanner.wordings.get(index)?;
                Some((index, (target, target.find(&line)?)))
            })
            .collect();
        for (&index, &(target, at)) in &there {
            let precise = target.yields_to.iter().any(|precise| there.contains_key(precise));
            if precise || self.seen.contains(&index) {
                continue;
            }
            self.seen.push(index);
            let hour = self.time.map(|time| self.hour(time));
            let found = self.found.entry(index).or_default();
            let error = self.level != Some(Level::Lower);
            *(if error { &mut found.errors } else { &mut found.others }) += 1;
            if let (Some(time), Some(hour)) = (self.time, hour) {
                found.first = Some(found.first.map_or(time, |first| first.min(time)));
                found.last = found.last.max(Some(time));
                if error {
                    found.last_error = found.last_error.max(Some(time));
                }
                *found.by_hour.entry(hour).or_default() += 1;
            }
            found.samples.keep(self.count, self.time, raw.trim_ascii_end(), at);
        }
        self.folded = line;
    }

    /// Lines so far.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Whether every block was UTF-8.
    pub(super) fn utf8(&self) -> bool {
        self.utf8
    }

    fn utc(&self, time: LocalMillis) -> i64 {
        time - i64::from(self.offset.local_minus_utc()) * 1000
    }

    /// Hours since the Unix epoch, UTC.
    fn hour(&self, time: LocalMillis) -> i64 {
        self.utc(time).div_euclid(3_600_000)
    }

    fn instant(&self, time: LocalMillis) -> Option<DateTime<FixedOffset>> {
        Some(DateTime::from_timestamp_millis(self.utc(time))?.with_timezone(&self.offset))
    }

    /// First and last time stamp.
    pub(super) fn period(&self) -> Option<Period> {
        let (from, to) = self.period?;
        Some(Period { from: self.instant(from)?, to: self.instant(to)? })
    }

    /// How often nothing was logged for so many minutes.
    pub(super) fn silences(&mut self) -> BTreeMap<u32, u64> {
        std::mem::take(&mut self.silences)
    }

    /// The types of exceptions that no signature knows.
    pub(super) fn unknown_exceptions(&mut self, file: &str) -> Vec<Recurring> {
        let texts = std::mem::take(&mut self.exceptions);
        texts.into_recurring(file, EXCEPTION, self.scanner.cleaner, |time| self.instant(time))
    }

    /// The headers of the common event format.
    pub(super) fn cef(&mut self, file: &str) -> Vec<Recurring> {
        let texts = std::mem::take(&mut self.cef);
        texts.into_recurring(file, CEF, self.scanner.cleaner, |time| self.instant(time))
    }

    /// The hits of a file named `name` with their samples cleaned, and the lines at error level by hour.
    pub(super) fn into_hits(mut self, name: &str) -> (Vec<Hit>, BTreeMap<i64, u64>) {
        let mut hits = Vec::new();
        for (index, found) in std::mem::take(&mut self.found) {
            let Some(target) = self.scanner.wordings.get(index) else { continue };
            let sample = |line: Line| Sample {
                place: line.place(name),
                time: line.time.and_then(|time| self.instant(time)),
                text: line.excerpt(|text| target.find(text), self.scanner.cleaner),
            };
            hits.push(Hit {
                signature: target.signature.clone(),
                wording: target.wording,
                errors: found.errors,
                others: found.others,
                first: found.first.and_then(|time| self.instant(time)),
                last: found.last.and_then(|time| self.instant(time)),
                last_error: found.last_error.and_then(|time| self.instant(time)),
                by_hour: found.by_hour,
                samples: found.samples.into_lines().map(sample).collect(),
            });
        }
        (hits, self.errors_by_hour)
    }
}
