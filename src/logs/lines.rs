//! The lines of one file: what they begin with, and which patterns they match.

use super::blocks::Block;
use super::digest::{FileDigest, join};
use super::header::{Level, LocalMillis, TimestampParser, bare_level, level};
use super::origin::ENTRY;
use super::prefilter::{Candidate, Target};
use super::recurring::{CEF, EXCEPTION, RecurringTexts, cef_header, exception_types};
use super::sample::{SampleLine, Samples};
use super::scan::{CompiledPattern, Scanner};
use crate::model::log::{ConnectedLine, Hit, Origin, PROOF_WINDOW, Period};
use chrono::{DateTime, FixedOffset};
use memchr::{memchr_iter, memrchr};
use std::collections::{BTreeMap, BTreeSet};

/// Most hosts that are told apart for one pattern.
const MOST_HOSTS: usize = 20;
/// The shortest silence that is kept with its times, in minutes, and how many of them are kept.
const GAP: i64 = 60;
const MOST_GAPS: usize = 50;
/// Bytes of the beginning of a log by which a copy of it is recognised, and the fewest.
const HEAD: usize = 2048;
const LEAST_HEAD: usize = 64;
/// How much later than the end of the collection a line may be stamped: the end has no fractions of a second.
const SLACK: LocalMillis = 60_000;
/// The shortest silence that counts, in minutes.
const SILENCE: i64 = 1;
/// Longer silences count as this long, in minutes.
const LONGEST_SILENCE: i64 = 7 * 24 * 60;

/// Reads the lines of a file, block by block.
pub(super) struct LineScanner<'s> {
    scanner: &'s Scanner<'s>,
    offset: FixedOffset,
    timestamps: TimestampParser,
    /// A line in lower case, as patterns are searched for.
    folded: Vec<u8>,
    /// The literals found in the current block.
    candidates: Vec<Candidate>,
    /// Patterns that the current line may match.
    likely: BTreeSet<usize>,
    /// Time and level of the newest line that had one; lines without, such as a stack trace, belong to it.
    time: Option<LocalMillis>,
    level: Option<Level>,
    /// The current line begins an entry at error level.
    is_error_entry: bool,
    /// Patterns counted on the current line already.
    counted: Vec<usize>,
    /// First and last time, kept as numbers: every line compares with them.
    period: Option<(LocalMillis, LocalMillis)>,
    /// By pattern and origin.
    hits: BTreeMap<(usize, Origin), (Hit, Samples)>,
    /// Where the first line of the current entry is in the current block.
    entry: Option<(usize, usize)>,
    /// The beginning of that line, if it is in an earlier block.
    earlier_entry: Vec<u8>,
    exceptions: RecurringTexts,
    cef: RecurringTexts,
    /// The last line that proves a connection: which row names it, when it was written.
    connected: Option<(usize, DateTime<FixedOffset>, SampleLine)>,
    /// The last time that a line can have.
    end: LocalMillis,
    /// The longest silences, and the beginning of the log.
    gaps: Vec<(LocalMillis, LocalMillis)>,
    head: Vec<u8>,
    /// First and last time of lines that may prove a connection.
    proof_window: Option<(LocalMillis, LocalMillis)>,
    /// Newest time of the current block.
    block_newest: Option<LocalMillis>,
    pub(super) digest: FileDigest,
}

impl<'s> LineScanner<'s> {
    /// Starts the file that `digest` names. Its times are of a clock at `offset` from UTC.
    pub(super) fn new(scanner: &'s Scanner<'s>, offset: FixedOffset, digest: FileDigest) -> Self {
        Self {
            scanner,
            offset,
            digest,
            timestamps: TimestampParser::default(),
            folded: Vec::new(),
            candidates: Vec::new(),
            likely: BTreeSet::new(),
            time: None,
            level: None,
            is_error_entry: false,
            counted: Vec::new(),
            period: None,
            hits: BTreeMap::new(),
            entry: None,
            earlier_entry: Vec::new(),
            exceptions: RecurringTexts::default(),
            cef: RecurringTexts::default(),
            connected: None,
            end: LocalMillis::MAX,
            gaps: Vec::new(),
            head: Vec::new(),
            proof_window: None,
            block_newest: None,
        }
    }

    /// The collection ended at `end`: in the hour before it, lines are looked for that prove a connection. A log that no
    /// part of the product on this node writes proves nothing.
    pub(super) fn until(&mut self, end: DateTime<FixedOffset>) {
        let local = end.timestamp_millis() + i64::from(self.offset.local_minus_utc()) * 1000;
        self.end = local + SLACK;
        let product = self.digest.file.component.is_some();
        self.proof_window = product.then(|| (local - PROOF_WINDOW.num_milliseconds(), local));
    }

    /// Reads the next block.
    pub(super) fn read(&mut self, block: &Block<'_>) {
        if self.head.len() < HEAD && !block.continues {
            // A copy may have other line ends.
            let text = block.text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n'));
            self.head.extend(text.take(HEAD - self.head.len()));
        }
        let encoding = &mut self.digest.file.encoding;
        if *encoding == "utf-8" && std::str::from_utf8(block.text).is_err() {
            *encoding = "windows-1252";
        }
        let prefilter = &self.scanner.prefilter;
        let without_literal = prefilter.without_literal(block.text);
        let mut candidates = std::mem::take(&mut self.candidates);
        prefilter.find(block.text, |candidate| candidates.push(candidate));
        let mut ahead = candidates.iter().peekable();
        let (mut tail, mut start) = (block.text, 0);
        let mut continues = block.continues;
        let last = (!block.text.ends_with(&[block.line_end])).then_some(block.text.len());
        for end in memchr_iter(block.line_end, block.text).map(|at| at + 1).chain(last) {
            let (line, after) = tail.split_at(end - start);
            if !std::mem::take(&mut continues) && self.begin(line) {
                self.entry = Some((start, end.min(start + ENTRY)));
                if self.is_error_entry {
                    self.count_workload(line);
                }
            }
            while let Some(candidate) = ahead.next_if(|candidate| candidate.at < end) {
                match candidate.target {
                    Target::Pattern(index) => drop(self.likely.insert(index)),
                    // A line with a known error is explained by that error.
                    Target::Cef if self.likely.is_empty() => self.event(line, candidate.end - start),
                    Target::Cef => {}
                }
            }
            self.likely.extend(without_literal);
            if !self.likely.is_empty() {
                self.match_likely(line, block);
            }
            if self.counted.is_empty() && self.level.is_none_or(|level| level == Level::Error) {
                self.exceptions(line);
            }
            (start, tail) = (end, after);
        }
        candidates.clear();
        self.candidates = candidates;
        if let Some(entry) = self.entry.take().and_then(|(start, end)| block.text.get(start..end)) {
            self.earlier_entry.clear();
            self.earlier_entry.extend_from_slice(entry);
        }
        self.look_for_proof(block);
    }

    /// The beginning of the first line of the current entry.
    fn entry<'b>(&'b self, block: &'b Block<'_>) -> &'b [u8] {
        let here = self.entry.and_then(|(start, end)| block.text.get(start..end));
        here.unwrap_or(&self.earlier_entry)
    }

    /// Counts an entry at error level that is about work on other machines.
    fn count_workload(&mut self, line: &[u8]) {
        let Some(time) = self.time else { return };
        let entry = line.get(..ENTRY).unwrap_or(line);
        if self.scanner.origins.is_workload(&self.digest.file.name, entry) {
            *self.digest.workload_by_hour.entry(self.hour(time)).or_default() += 1;
        }
    }

    /// Keeps the last line of the block that proves a connection. Nearly all blocks are too old to be looked at, and in
    /// the others the search ends at the first such line from the end.
    fn look_for_proof(&mut self, block: &Block<'_>) {
        let Some((from, to)) = self.proof_window else { return };
        if self.block_newest.take().is_none_or(|newest| newest < from) {
            return;
        }
        let mut number = self.digest.file.lines;
        let mut tail = block.text.strip_suffix(&[block.line_end]).unwrap_or(block.text);
        loop {
            let start = memrchr(block.line_end, tail).map_or(0, |at| at + 1);
            let (before, line) = tail.split_at(start);
            if let Some((time, after)) = self.timestamps.read(line)
                && (from..=to).contains(&time)
                && let Some(row) = self.scanner.connected.row(after)
                && let Some(instant) = self.instant(time)
            {
                let line = SampleLine::new(number, Some(instant), line.trim_ascii_end(), 0);
                self.connected = Some((row, instant, line));
                return;
            }
            let Some(earlier) = before.strip_suffix(&[block.line_end]) else { return };
            (tail, number) = (earlier, number.saturating_sub(1));
        }
    }

    /// Reads what a line begins with, and says whether it begins an entry.
    fn begin(&mut self, line: &[u8]) -> bool {
        self.digest.file.lines += 1;
        self.counted.clear();
        // A machine that lost power leaves zeros in place of lines.
        let zeros =
            if line.first() == Some(&0) { line.iter().take_while(|byte| **byte == 0).count() } else { 0 };
        let line = line.get(zeros..).unwrap_or_default();
        let read = self.timestamps.read(line);
        let is_timed = read.is_some();
        let line_level = if let Some((_, after)) = read.filter(|(time, _)| self.end < *time) {
            // What is stamped after the collection was written before it, nobody knows when.
            self.digest.file.late_lines += 1;
            self.time = None;
            self.level = level(after).map(|(level, _)| level);
            self.level
        } else if let Some((time, after)) = read {
            self.silence_until(time);
            self.time = Some(time);
            let (first, last) = self.period.unwrap_or((time, time));
            self.period = Some((first.min(time), last.max(time)));
            self.block_newest = self.block_newest.max(Some(time));
            self.level = level(after).map(|(level, _)| level);
            self.level
        } else {
            let bare = bare_level(line);
            self.level = bare.or(self.level);
            bare
        };
        self.is_error_entry = line_level == Some(Level::Error);
        if let (true, Some(time)) = (self.is_error_entry, self.time) {
            *self.digest.errors_by_hour.entry(self.hour(time)).or_default() += 1;
        }
        is_timed || line_level.is_some()
    }

    fn silence_until(&mut self, time: LocalMillis) {
        let minutes = self.time.map_or(0, |before| (time - before) / 60_000);
        if minutes >= SILENCE {
            let counted = u32::try_from(minutes.min(LONGEST_SILENCE)).unwrap_or_default();
            *self.digest.file.silences.entry(counted).or_default() += 1;
            if let Some(before) = self.time.filter(|_| minutes >= GAP) {
                self.gaps.push((before, time));
                if self.gaps.len() > MOST_GAPS {
                    let shortest = (0..self.gaps.len()).min_by_key(|at| {
                        self.gaps.get(*at).map_or(0, |(from, to)| to - from)
                    });
                    shortest.map(|at| self.gaps.remove(at));
                }
            }
        }
    }

    /// Counts the types named on a line at error level that no signature knows, each once.
    fn exceptions(&mut self, line: &[u8]) {
        let mut types: Vec<Vec<u8>> = Vec::new();
        for (at, name) in exception_types(line) {
            if !types.contains(&name) {
                types.push(name.clone());
                let sample = self.sample(line, at);
                self.exceptions.count(
                    name,
                    sample,
                    EXCEPTION,
                    &self.digest.file.name,
                    self.scanner.sanitizer,
                );
            }
        }
    }

    /// Counts a header of the common event format that ends at `end`.
    fn event(&mut self, line: &[u8], end: usize) {
        if let Some(header) = cef_header(line, end) {
            let sample = self.sample(line, end);
            self.cef.count(header, sample, CEF, &self.digest.file.name, self.scanner.sanitizer);
        }
    }

    /// Counts which of the likely patterns a line, or a piece of one, does match.
    fn match_likely(&mut self, raw: &[u8], block: &Block<'_>) {
        let mut line = std::mem::take(&mut self.folded);
        line.clear();
        line.extend_from_slice(raw);
        line.make_ascii_lowercase();
        let matches: BTreeMap<usize, (&CompiledPattern, usize)> = std::mem::take(&mut self.likely)
            .into_iter()
            .filter_map(|index| {
                let pattern = self.scanner.patterns.get(index)?;
                Some((index, (pattern, pattern.find(&line)?)))
            })
            .collect();
        for (&index, &(pattern, at)) in &matches {
            let is_explained =
                matches.values().any(|(other, _)| pattern.yields_to.contains(&other.signature));
            if is_explained || self.counted.contains(&index) {
                continue;
            }
            self.counted.push(index);
            let sample = self.sample(raw, at);
            let is_error = self.level.is_none_or(|level| level == Level::Error);
            let origin = self.origin(index, pattern, raw, block);
            let hit = Hit {
                signature: pattern.signature.clone(),
                pattern: pattern.index,
                origin: origin.clone(),
                errors: is_error.into(),
                others: (!is_error).into(),
                first: sample.time,
                last: sample.time,
                last_error: sample.time.filter(|_| is_error),
                by_hour: self.time.map(|time| (self.hour(time), 1)).into_iter().collect(),
                samples: Vec::new(),
            };
            let (hits, samples) = self.hits.entry((index, origin)).or_default();
            join(hits, hit);
            samples.keep(sample);
        }
        self.folded = line;
    }

    /// What a line is about that matches a pattern. Who meets a great many hosts works on other machines.
    fn origin(&self, index: usize, pattern: &CompiledPattern, line: &[u8], block: &Block<'_>) -> Origin {
        let Some(family) = pattern.also_workload else { return Origin::Node };
        let origin = self.scanner.origins.of(family, &self.digest.file.name, self.entry(block), line);
        let known = |origin: &Origin| self.hits.contains_key(&(index, origin.clone()));
        match &origin {
            Origin::Host(_) if !known(&origin) && self.hosts(index) >= MOST_HOSTS => {
                Origin::Workload("hosts".into())
            }
            _ => origin,
        }
    }

    /// How many hosts lines of a pattern have named.
    fn hosts(&self, index: usize) -> usize {
        let of_pattern = self.hits.range((index, Origin::Node)..(index + 1, Origin::Node));
        of_pattern.filter(|((_, origin), _)| matches!(origin, Origin::Host(_))).count()
    }

    /// The current line as a sample that is shown from `at` on.
    fn sample(&self, line: &[u8], at: usize) -> SampleLine {
        let time = self.time.and_then(|time| self.instant(time));
        SampleLine::new(self.digest.file.lines, time, line.trim_ascii_end(), at)
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

    /// Ends the file and sanitizes its samples; `encoding` is that of its bytes if they were decoded.
    pub(super) fn finish(mut self, encoding: Option<&'static str>) -> FileDigest {
        let mut digest = std::mem::take(&mut self.digest);
        digest.file.encoding = encoding.unwrap_or(digest.file.encoding);
        digest.file.period = self
            .period
            .and_then(|(from, to)| Some(Period { from: self.instant(from)?, to: self.instant(to)? }));
        let gaps = self.gaps.iter().filter_map(|&(from, to)| {
            Some(Period { from: self.instant(from)?, to: self.instant(to)? })
        });
        digest.file.gaps = gaps.collect();
        let known = self.head.len() >= LEAST_HEAD && digest.file.period.is_some();
        digest.file.head = known.then(|| fingerprint(&self.head));
        digest.exceptions = self.exceptions.into_recurring();
        digest.cef = self.cef.into_recurring();
        digest.connected = self.connected.and_then(|(row, time, line)| {
            let row = self.scanner.connected.id(row)?.to_owned();
            let sample = line.into_sample(&digest.file.name, |_| None, self.scanner.sanitizer);
            Some(ConnectedLine { row, time, sample })
        });
        for ((index, _), (mut hit, samples)) in self.hits {
            let find = |text: &[u8]| self.scanner.patterns.get(index)?.find(text);
            let lines = samples.into_lines();
            hit.samples =
                lines.map(|line| line.into_sample(&digest.file.name, find, self.scanner.sanitizer)).collect();
            digest.hits.push(hit);
        }
        digest
    }
}

/// A number that is the same for equal bytes and hardly ever for others (FNV-1a).
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
