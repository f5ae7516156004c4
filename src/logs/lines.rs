//! The lines of one file: what they begin with, and which patterns they match.

mod matching;

use super::blocks::Block;
use super::digest::FileDigest;
use super::entry::{Header, HeaderReader};
use super::formats::fields;
use super::header::{Level, bare_level, level};
use super::hits::FileHits;
use super::origin::{ENTRY, logger, of_other_program};
use super::own_code::WaitingHits;
use super::patterns::{Entry, Leaves, OpenEntry, entry_parts};
use super::prefilter::{Candidate, Target};
use super::proof::ProofSearch;
use super::recurring::{CEF, RecurringTexts, cef_header, exception_types};
use super::sample::SampleLine;
use super::scan::Scanner;
use super::times::Times;
use super::zone::{Clock, UtcMillis};
use crate::model::excerpt::Sanitize;
use crate::model::log::{EntryLevel, LogFile};
use chrono::{DateTime, FixedOffset};
use memchr::memchr_iter;
use std::collections::BTreeSet;

/// Bytes of the beginning of a log by which a copy of it is recognised, and the fewest.
const HEAD: usize = 256;
const LEAST_HEAD: usize = 64;
/// Bytes of the end of a line, and of the beginning of the next one, in which a text is looked for that goes on there.
const JOIN: usize = 256;

/// Reads the lines of a file, block by block.
pub(super) struct LineScanner<'s> {
    scanner: &'s Scanner<'s>,
    /// Sanitizes the lines that are kept.
    sanitizer: &'s dyn Sanitize,
    clock: Clock,
    /// The log is of another program than the product on this node.
    is_foreign: bool,
    headers: HeaderReader,
    /// A line in lower case, as patterns are searched for.
    folded: Vec<u8>,
    /// The literals found in the current block.
    candidates: Vec<Candidate>,
    /// Patterns that the current line may match.
    likely: BTreeSet<usize>,
    /// Times, and level of the newest line that had one; lines without, such as a stack trace, belong to it.
    times: Times,
    level: Option<Level>,
    /// The level of the entry that the current line begins.
    entry_level: Option<Level>,
    /// The current entry, if it is of a pattern.
    open: OpenEntry,
    patterns: Leaves,
    /// Patterns counted on the current line already.
    counted: Vec<usize>,
    /// Hits that wait for the end of the current entry.
    waiting_hits: WaitingHits,
    hits: FileHits,
    /// The end of the last line of the block before.
    last_line: Vec<u8>,
    /// Where the first line of the current entry is in the current block.
    entry: Option<(usize, usize)>,
    /// The beginning of that line, if it is in an earlier block.
    earlier_entry: Vec<u8>,
    cef: RecurringTexts,
    proof: ProofSearch,
    /// The beginning of the log.
    head: Vec<u8>,
    /// Nothing counts before the first time stamp: this scanner began within the file.
    waiting: bool,
    pub(super) digest: FileDigest,
}

impl<'s> LineScanner<'s> {
    /// Starts the file that `digest` names. Its times are of `clock`.
    pub(super) fn new(scanner: &'s Scanner<'s>, clock: Clock, digest: FileDigest) -> Self {
        Self {
            scanner,
            sanitizer: scanner.sanitizer,
            clock,
            is_foreign: of_other_program(&digest.file.name),
            digest,
            headers: HeaderReader::default(),
            folded: Vec::new(),
            candidates: Vec::new(),
            likely: BTreeSet::new(),
            times: Times::until(None),
            level: None,
            entry_level: None,
            open: OpenEntry::default(),
            patterns: Leaves::default(),
            counted: Vec::new(),
            waiting_hits: WaitingHits::default(),
            hits: FileHits::default(),
            last_line: Vec::new(),
            entry: None,
            earlier_entry: Vec::new(),
            cef: RecurringTexts::default(),
            proof: ProofSearch::default(),
            head: Vec::new(),
            waiting: false,
        }
    }

    /// The collection ended at `end`: in the hour before it, lines are looked for that prove a connection. A log that no
    /// part of the product on this node writes proves nothing.
    pub(super) fn until(&mut self, end: DateTime<FixedOffset>) {
        let end = end.timestamp_millis();
        self.times = Times::until(Some(end));
        if self.digest.file.component.is_some() {
            self.proof = ProofSearch::until(end);
        }
    }

    /// The lines that are kept are sanitized by this.
    pub(super) fn sanitize_by(&mut self, sanitizer: &'s dyn Sanitize) {
        self.sanitizer = sanitizer;
    }

    /// Its times are of this clock.
    pub(super) fn set_clock(&mut self, clock: Clock) {
        self.clock = clock;
    }

    /// Counts bytes that were read.
    pub(super) fn add_bytes(&mut self, bytes: u64) {
        self.digest.file.bytes += bytes;
    }

    /// Bytes read so far.
    pub(super) fn bytes(&self) -> u64 {
        self.digest.file.bytes
    }

    /// Lines read so far.
    pub(super) fn lines(&self) -> u64 {
        self.digest.file.lines
    }

    /// Whether it is open which of two numbers of its dates is the month.
    pub(super) fn order_is_open(&self) -> bool {
        self.headers.order_is_open()
    }

    /// Whether a date was seen that only the other order of day and month allows.
    pub(super) fn order_is_wrong(&self) -> bool {
        self.headers.order_is_wrong()
    }

    /// The order of day and month is the one of the file.
    pub(super) fn settle_order(&mut self) {
        self.headers.settle();
    }

    /// Whether the newest line is of the last days before the collection, and none is later.
    pub(super) fn ends_at_collection(&self) -> bool {
        self.digest.file.late_lines == 0 && self.times.end_at_collection()
    }

    /// Reads the same file from here on with the month before the day; `lines` were read before.
    pub(super) fn in_other_order(&self, lines: u64) -> Self {
        let mut digest = FileDigest { zone_known: self.digest.zone_known, ..FileDigest::default() };
        digest.file = LogFile {
            name: self.digest.file.name.clone(),
            component: self.digest.file.component,
            truncated: self.digest.file.truncated,
            encoding: "utf-8",
            lines,
            ..LogFile::default()
        };
        Self {
            waiting: true,
            headers: HeaderReader::month_first(),
            times: self.times.again(),
            proof: self.proof.again(),
            sanitizer: self.sanitizer,
            ..Self::new(self.scanner, self.clock.clone(), digest)
        }
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
        let mut candidates = std::mem::take(&mut self.candidates);
        prefilter.find(block.text, |candidate| candidates.push(candidate));
        let mut ahead = candidates.iter().peekable();
        let mut exceptions = self.scanner.exception.find_iter(block.text).peekable();
        let (mut tail, mut start) = (block.text, 0);
        let mut continues = block.continues;
        // Patterns whose texts the line before began and this one may end.
        let (mut spanning, mut previous) = (Vec::new(), 0..0);
        let last = (!block.text.ends_with(&[block.line_end])).then_some(block.text.len());
        for end in memchr_iter(block.line_end, block.text).map(|at| at + 1).chain(last) {
            let (line, after) = tail.split_at(end - start);
            let mut begins = false;
            if !std::mem::take(&mut continues) {
                let rest = self.begin(line);
                begins = rest.is_some();
                if begins && !self.waiting_hits.is_empty() {
                    self.count_waiting();
                }
                if begins || self.open.ends_before(line) {
                    self.end_entry();
                }
                if let Some(rest) = rest {
                    self.entry = Some((start, end.min(start + ENTRY)));
                    self.begin_entry(line, rest);
                }
            }
            if self.waiting {
                while exceptions.next_if(|at| *at < end).is_some() {}
            } else if exceptions.next_if(|at| *at < end).is_some() {
                while exceptions.next_if(|at| *at < end).is_some() {}
                self.meet_exception(line, begins, block);
            } else if !begins && self.open.is_open() {
                self.open.look_for_frame(line);
            }
            if !self.waiting_hits.is_empty() {
                self.waiting_hits.see(&self.scanner.own_code, line);
            }
            let mut next = Vec::new();
            while let Some(candidate) = ahead.next_if(|candidate| candidate.at < end) {
                match candidate.target {
                    Target::Pattern(index) if candidate.start < start => spanning.push(index),
                    Target::Pattern(index) if candidate.end > end => next.push(index),
                    Target::Pattern(index) => drop(self.likely.insert(index)),
                    // A line with a known error is explained by that error.
                    Target::Cef if self.likely.is_empty() => self.event(line, candidate.end - start),
                    Target::Cef => {}
                }
            }
            if !begins {
                let earlier = std::mem::take(&mut self.last_line);
                if start == 0 && !block.continues {
                    self.match_across(&earlier, line, None, block);
                } else if !spanning.is_empty() {
                    let earlier = block.text.get(previous).unwrap_or_default();
                    self.match_across(earlier, line, Some(&spanning), block);
                }
            }
            if self.level.is_none_or(|level| matches!(level, Level::Error | Level::Warning)) {
                self.likely.extend(self.scanner.prefilter.short(line));
            }
            if self.waiting {
                self.likely.clear();
            }
            if !self.likely.is_empty() {
                self.match_likely(line, block);
            }
            spanning = next;
            previous = start..end;
            (start, tail) = (end, after);
        }
        candidates.clear();
        self.candidates = candidates;
        self.last_line.clear();
        let end_of_last = block.text.get(previous).unwrap_or_default();
        self.last_line.extend_from_slice(ending(end_of_last));
        if let Some(entry) = self.entry.take().and_then(|(start, end)| block.text.get(start..end)) {
            self.earlier_entry.clear();
            self.earlier_entry.extend_from_slice(entry);
        }
        let Self { proof, scanner, headers, clock, digest, .. } = self;
        proof.look(block, digest.file.lines, &scanner.connected, headers, clock);
    }

    /// The beginning of the first line of the current entry.
    fn entry<'b>(&'b self, block: &'b Block<'_>) -> &'b [u8] {
        let here = self.entry.and_then(|(start, end)| block.text.get(start..end));
        here.unwrap_or(&self.earlier_entry)
    }

    /// Begins an entry; its line has `rest` after time and level.
    fn begin_entry(&mut self, line: &[u8], rest: &[u8]) {
        let level = match self.entry_level {
            Some(Level::Error) => EntryLevel::Error,
            Some(Level::Warning) => EntryLevel::Warning,
            _ => return,
        };
        self.open.begin(level, entry_parts(rest), (self.digest.file.lines, line), self.times.current);
    }

    /// Reads a line that may name the type of an exception. An entry at any level that has one is of a pattern.
    fn meet_exception(&mut self, line: &[u8], begins: bool, block: &Block<'_>) {
        if !self.open.is_open() {
            if exception_types(line).next().is_none() {
                return;
            }
            // The entry began in an earlier line; without any, this line is one.
            let first = if begins { line } else { self.entry(block) };
            let is_bare = first.is_empty();
            let first = if is_bare { line } else { first }.to_vec();
            let parts = if is_bare { (&b""[..], &*first) } else { logger(&first) };
            let parts = fields(parts.1).unwrap_or(parts);
            let at = (self.digest.file.lines, &*first);
            self.open.begin(EntryLevel::Other, parts, at, self.times.current);
            if is_bare {
                self.open.is_bare();
            }
        }
        self.open.look_for_exception(line);
        self.open.look_for_frame(line);
    }

    /// Counts the entry that ends.
    fn end_entry(&mut self) {
        if !self.open.is_open() {
            return;
        }
        let hour = self.open.time().map(Self::hour);
        let is_error = self.open.level() == EntryLevel::Error;
        let origins = &self.scanner.origins;
        let is_workload = self.patterns.add(Entry { open: &mut self.open, hour }, |logger, message| {
            origins.work_of(self.is_foreign, logger, message).map(str::to_owned)
        });
        if let (true, true, Some(hour)) = (is_workload, is_error, hour) {
            *self.digest.workload_by_hour.entry(hour).or_default() += 1;
        }
    }

    /// Reads what a line begins with. If it begins an entry, gives what follows time and level.
    fn begin<'l>(&mut self, line: &'l [u8]) -> Option<&'l [u8]> {
        self.digest.file.lines += 1;
        self.counted.clear();
        // A machine that lost power leaves zeros in place of lines.
        let zeros =
            if line.first() == Some(&0) { line.iter().take_while(|byte| **byte == 0).count() } else { 0 };
        let line = line.get(zeros..).unwrap_or_default();
        let header = self.headers.read(line, &mut self.clock);
        let rest = header.map(|header| header.rest);
        self.waiting &= header.is_none();
        let line_level = if let Some(Header { time, level, .. }) = header {
            self.times.take(time, &mut self.digest.file);
            self.proof.see(time);
            self.level = level;
            level
        } else {
            let bare = bare_level(line);
            self.level = bare.or(self.level);
            bare
        };
        self.entry_level = line_level;
        if let (Some(Level::Error), Some(time)) = (line_level, self.times.current) {
            *self.digest.errors_by_hour.entry(Self::hour(time)).or_default() += 1;
        }
        // A line with a level alone begins an entry as well; its logger follows the level.
        rest.or_else(|| line_level.and_then(|_| level(line)).map(|(_, rest)| rest))
    }

    /// Counts a header of the common event format that ends at `end`.
    fn event(&mut self, line: &[u8], end: usize) {
        if let Some(header) = cef_header(line, end) {
            let mut cef = std::mem::take(&mut self.cef);
            self.count(&mut cef, &header, line, end, CEF);
            self.cef = cef;
        }
    }

    /// Counts a text that is at `at` of the current line; as a sample, a long line is shown from `from` on.
    fn count(&self, texts: &mut RecurringTexts, text: &[u8], line: &[u8], at: usize, from: &str) {
        let (file, sanitizer) = (&self.digest.file.name, self.sanitizer);
        texts.count(text, self.time(), sanitizer, || {
            let find = |line: &[u8]| memchr::memmem::find(line, from.as_bytes());
            self.sample(line, at).into_sample(file, find, sanitizer)
        });
    }

    /// The current line as a sample that is shown from `at` on.
    fn sample(&self, line: &[u8], at: usize) -> SampleLine {
        SampleLine::new(self.digest.file.lines, self.time(), line.trim_ascii_end(), at)
    }

    /// The time of the current entry.
    fn time(&self) -> Option<DateTime<FixedOffset>> {
        self.times.current.and_then(|time| self.clock.instant(time))
    }

    /// Hours since the Unix epoch.
    fn hour(time: UtcMillis) -> i64 {
        time.div_euclid(3_600_000)
    }

    /// Ends the file and sanitizes its samples; `encoding` is that of its bytes if they were decoded.
    pub(super) fn finish(mut self, encoding: Option<&'static str>) -> FileDigest {
        self.count_waiting();
        self.end_entry();
        let mut digest = std::mem::take(&mut self.digest);
        digest.file.encoding = encoding.unwrap_or(digest.file.encoding);
        self.times.finish(&self.clock, &mut digest.file);
        let known = self.head.len() >= LEAST_HEAD && digest.file.period.is_some();
        digest.file.head = known.then(|| fingerprint(&self.head));
        digest.cef = self.cef.into_recurring();
        (digest.patterns, digest.other_entries) = self.patterns.finish(
            (&digest.file.name, digest.file.component),
            (&self.clock, &self.scanner.patterns),
            self.sanitizer,
        );
        digest.connected = self.proof.finish(&digest.file.name, self.scanner, self.sanitizer);
        let find = |index: usize, text: &[u8]| self.scanner.patterns.get(index)?.find(text);
        digest.hits = self.hits.into_hits(&digest.file.name, self.sanitizer, find);
        digest
    }
}

/// The last bytes of a line, with its end.
fn ending(line: &[u8]) -> &[u8] {
    line.get(line.len().saturating_sub(JOIN)..).unwrap_or_default()
}

/// A number that is the same for equal bytes and hardly ever for others (FNV-1a).
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
