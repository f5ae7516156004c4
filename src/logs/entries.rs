//! The entries of one log as they are, for a person who reads them: chosen by time, level and text, and cleaned.
//!
//! A line with a time or a level begins an entry; lines without belong to it. What is chosen is cleaned together with the
//! lines before it, because a secret may go over lines, and only what was cleaned is searched: a search must not confirm
//! a secret. A line outside of the wanted time is compared by the digits of its minute and by nothing else.

use super::blocks::{Block, BlockSplitter, char_start};
use super::encoding::{TextDecoder, show};
use super::entry::HeaderReader;
use super::header::{self, bare_level};
use super::patterns::{PatternMatcher, entry_parts};
use super::prefilter::required;
use super::times::{NEAR_END, SLACK};
use super::zone::{Clock, UtcMillis};
use crate::model::log::EntryLevel;
use crate::redact::{MARKER, Redactor, begins_record, key_opening};
use aho_corasick::AhoCorasick;
use chrono::{DateTime, FixedOffset, Offset, Utc};
use memchr::memchr_iter;
use regex::bytes::{Regex, RegexBuilder};
use std::ops::RangeInclusive;

/// Bytes of lines before a chosen one with which it is cleaned: more than any lines have that belong together.
const CONTEXT: usize = 32 * 1024;
/// Bytes of lines that are cleaned together.
const BATCH: usize = 256 * 1024;
/// Bytes of a line that are shown: as many as the redactor takes for one value, so that no end of one is left. More are cleaned,
/// so that a secret at the cut is whole.
const SHOWN_LINE: usize = 16 * 1024;
/// Bytes of an entry that are cleaned and shown.
const SHOWN_ENTRY: usize = 128 * 1024;
/// `yyyy-MM-dd HH:mm:`
const MINUTE: usize = 17;

/// How grave an entry says it is, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// Error and everything above it.
    Error,
    /// Warnings.
    Warn,
    /// Information.
    Info,
    /// Everything below information.
    Debug,
}

impl LogLevel {
    /// All levels.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warn, Self::Info, Self::Debug];

    /// Its word on the command line and in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
        }
    }
}

impl From<header::Level> for LogLevel {
    fn from(level: header::Level) -> Self {
        match level {
            header::Level::Error => Self::Error,
            header::Level::Warning => Self::Warn,
            header::Level::Info => Self::Info,
            header::Level::Other => Self::Debug,
        }
    }
}

impl From<Option<LogLevel>> for EntryLevel {
    fn from(level: Option<LogLevel>) -> Self {
        match level {
            Some(LogLevel::Error) => Self::Error,
            Some(LogLevel::Warn) => Self::Warning,
            _ => Self::Other,
        }
    }
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Written in this time, both ends included.
    pub window: Option<RangeInclusive<UtcMillis>>,
    /// This level or a graver one.
    pub level: Option<LogLevel>,
    /// With a line that matches this as it is shown.
    pub grep: Option<Grep>,
    /// Of this pattern.
    pub pattern: Option<PatternMatcher>,
}

/// A text that is searched for.
#[derive(Debug, Clone)]
pub struct Grep {
    regex: Regex,
    /// Literals of which every match has one, in any case; `None` if there are none, or a marker of the redactor may have them.
    literals: Option<AhoCorasick>,
}

/// Bytes that the automaton of a regular expression may take.
const GREP: usize = 4 << 20;
/// Shortest literal that rules out anything worth while, in bytes.
const SHORTEST_LITERAL: usize = 3;

impl Grep {
    /// Compiles a regular expression.
    pub fn new(source: &str) -> Result<Self, regex::Error> {
        let regex = RegexBuilder::new(source).size_limit(GREP).dfa_size_limit(GREP).build()?;
        let syntax = regex_syntax::ParserBuilder::new().utf8(false).build().parse(source);
        let literals = syntax.as_ref().map(required).unwrap_or_default();
        // What is cleaned has no other texts than the log, but for markers.
        let inside = MARKER.trim_matches(['{', '}']).as_bytes();
        let of_marker = |literal: &Vec<u8>| {
            literal.iter().any(|byte| matches!(byte, b'{' | b'}'))
                || contains(inside, &literal.to_ascii_lowercase())
        };
        let is_usable = |literal: &Vec<u8>| literal.len() >= SHORTEST_LITERAL && !of_marker(literal);
        let usable = !literals.is_empty() && literals.iter().all(is_usable);
        let literals =
            usable.then(|| AhoCorasick::builder().ascii_case_insensitive(true).build(literals).ok());
        Ok(Self { regex, literals: literals.flatten() })
    }

    /// Whether an entry that is not cleaned can match when it is. One with other text in it, which cleaning decodes, always can.
    fn may_match(&self, raw: &[u8]) -> bool {
        self.literals
            .as_ref()
            .is_none_or(|literals| literals.is_match(raw) || memchr::memchr(0, raw).is_some())
    }

    /// Whether a line of a cleaned entry matches.
    fn is_match(&self, lines: &[u8]) -> bool {
        lines.split_inclusive(|byte| *byte == b'\n').any(|line| self.regex.is_match(line.trim_ascii_end()))
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// The clock that wrote a log.
#[derive(Debug, Clone, Default)]
pub struct LogClock {
    /// Its offset. Without it, times are read as UTC.
    pub offset: Option<FixedOffset>,
    /// The offset is that of the node, beyond doubt.
    pub known: bool,
    /// Name of its time zone, in Windows or of IANA; empty if it is not known.
    pub zone: String,
    /// When the logs were collected, by this clock: later lines do not move the order.
    pub ended: Option<DateTime<FixedOffset>>,
}

/// One entry that is wanted, ready to be shown but for control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'t> {
    /// Where it is in time among all entries: never less than that of an entry before it in its file.
    pub order: UtcMillis,
    /// Its own time.
    pub time: Option<UtcMillis>,
    /// Offset of the clock that wrote it then, in seconds.
    pub offset: i32,
    /// The offset is known, or the line itself says it.
    pub zone_known: bool,
    /// Number of its first line.
    pub line: u64,
    /// How grave it is.
    pub level: Option<LogLevel>,
    /// Who wrote it; empty if it does not say so.
    pub logger: &'t str,
    /// Its text, over lines.
    pub text: &'t str,
    /// It goes on, and is not shown or searched to its end.
    pub cut: bool,
}

/// What is to be said of a log that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EntryCounts {
    /// Lines read.
    pub lines: u64,
    /// Entries that were handed out.
    pub found: u64,
    /// Entries of any kind.
    pub entries: u64,
    /// Entries without a time of their own or before them, and how many of them a wanted time left out.
    pub without_time: u64,
    /// Entries in the wanted time that say no level, where one is wanted.
    pub without_level: u64,
    /// Entries that were cut.
    pub cut: u64,
    /// Day and month of its dates may be the other way round.
    pub order_open: bool,
    /// Day and month of its dates are the other way round: it has to be read again.
    pub order_wrong: bool,
}

/// The pass over one log.
pub struct EntryScan<'a> {
    text: TextDecoder,
    blocks: BlockSplitter,
    lines: EntryLines<'a>,
}

struct EntryLines<'a> {
    selection: &'a Selection,
    redactor: &'a Redactor,
    headers: HeaderReader,
    clock: Clock,
    zone_known: bool,
    month_first: bool,
    end: Option<UtcMillis>,
    /// The minute of the newest stamp, if all of it is outside of the wanted time.
    outside: [u8; MINUTE],
    /// Time of the newest line that had one, and the latest of all.
    time: Option<UtcMillis>,
    order: UtcMillis,
    /// The current entry began with a time or a level.
    open: bool,
    /// The current entry is wanted as far as its first line says.
    wanted: bool,
    /// It begins in a form that ends whatever goes over lines, but for private keys.
    record: bool,
    /// The end of what was read before the current block, and how much that was.
    tail: Vec<u8>,
    passed: u64,
    /// How far it was searched for private keys, and behind which place there was none.
    searched: u64,
    key_before: Option<u64>,
    batch: Batch,
    counts: EntryCounts,
}

/// Lines that are cleaned together, each with its end, and the entries among them.
#[derive(Default)]
struct Batch {
    raw: Vec<u8>,
    lines: usize,
    /// What comes next does not follow what is here.
    gap: bool,
    /// Bytes at its end that belong to no wanted entry.
    passed: usize,
    entries: Vec<Pending>,
}

struct Pending {
    first: usize,
    lines: usize,
    bytes: usize,
    /// Bytes before logger and message.
    head: usize,
    /// It may still turn out that it need not be cleaned.
    droppable: bool,
    entry: Entry<'static>,
}

impl<'a> EntryScan<'a> {
    /// Starts the pass. `month_first`: an earlier pass said that the order of day and month is wrong.
    pub fn new(
        selection: &'a Selection,
        clock: &LogClock,
        redactor: &'a Redactor,
        month_first: bool,
    ) -> Self {
        let offset = clock.offset.unwrap_or_else(|| Utc.fix());
        let lines = EntryLines {
            selection,
            redactor,
            headers: if month_first { HeaderReader::month_first() } else { HeaderReader::default() },
            clock: match clock.ended {
                Some(ended) => Clock::of_zone(offset, &clock.zone, ended.to_utc()),
                None => Clock::fixed(offset),
            },
            zone_known: clock.known,
            month_first,
            end: clock.ended.map(|ended| ended.timestamp_millis() + SLACK),
            outside: [0; MINUTE],
            time: None,
            order: UtcMillis::MIN,
            open: false,
            wanted: false,
            record: false,
            tail: Vec::new(),
            passed: 0,
            searched: 0,
            key_before: None,
            batch: Batch { gap: true, ..Batch::default() },
            counts: EntryCounts::default(),
        };
        Self { text: TextDecoder::default(), blocks: BlockSplitter::default(), lines }
    }

    /// Takes the next bytes, in pieces of any size, and hands out the entries that became whole.
    pub fn push(&mut self, bytes: &[u8], each: &mut dyn FnMut(&Entry<'_>)) {
        let Self { text, blocks, lines } = self;
        text.push(bytes, |text| blocks.push(text, |block| lines.read(&block, each)));
    }

    /// Ends the pass.
    pub fn finish(self, each: &mut dyn FnMut(&Entry<'_>)) -> EntryCounts {
        let Self { text, mut blocks, mut lines } = self;
        text.finish(|text| blocks.push(text, |block| lines.read(&block, each)));
        blocks.finish(|block| lines.read(&block, each));
        lines.finish(each)
    }
}

impl EntryLines<'_> {
    fn read(&mut self, block: &Block<'_>, each: &mut dyn FnMut(&Entry<'_>)) {
        if self.headers.order_is_wrong() {
            return;
        }
        let (mut start, mut continues) = (0, block.continues);
        let last = (!block.text.ends_with(&[block.line_end])).then_some(block.text.len());
        for end in memchr_iter(block.line_end, block.text).map(|at| at + 1).chain(last) {
            let line = block.text.get(start..end).unwrap_or_default();
            if std::mem::take(&mut continues) {
                self.cut();
            } else {
                self.line(line, block.text.get(..start).unwrap_or_default(), block.line_end, each);
            }
            start = end;
        }
        self.keep_tail(block);
    }

    /// Keeps the end of what was read, for what is chosen at the beginning of the next block.
    fn keep_tail(&mut self, block: &Block<'_>) {
        self.passed += block.text.len() as u64;
        let new = block.text.get(block.text.len().saturating_sub(CONTEXT)..).unwrap_or_default();
        let old = self.tail.len().saturating_sub(CONTEXT - new.len());
        self.tail.drain(..old);
        self.tail.extend_from_slice(new);
    }

    /// Reads a line; `before` is what is before it in its block.
    fn line(&mut self, line: &[u8], before: &[u8], line_end: u8, each: &mut dyn FnMut(&Entry<'_>)) {
        self.counts.lines += 1;
        // A line of a minute outside of the wanted time ends here.
        if line.get(..MINUTE) == Some(&self.outside) {
            self.counts.entries += 1;
            return;
        }
        // A machine that lost power leaves zeros in place of lines. One zero may be half a character of UTF-16.
        let zeros =
            if line.first() == Some(&0) { line.iter().take_while(|byte| **byte == 0).count() } else { 0 };
        let behind = line.get(zeros..).unwrap_or_default();
        let head = self.begin(behind);
        let line = if head.is_some() || zeros > 1 { behind } else { line };
        if head.is_none() && self.open {
            if self.wanted {
                self.batch.go_on(line, &mut self.counts);
            } else {
                self.batch.pass(line, self.record);
            }
            return;
        }
        let (head, mut entry) = head.unwrap_or_else(|| (0, self.untimed()));
        self.batch.end_entry(self.selection.grep.as_ref());
        self.counts.entries += 1;
        self.counts.without_time += u64::from(self.time.is_none());
        entry.line = self.counts.lines;
        self.wanted = self.wants(&entry);
        self.record = begins_record(line);
        if !self.wanted {
            return self.batch.pass(line, self.record);
        }
        let is_full = self.batch.raw.len() > BATCH;
        let needs_context = (is_full || self.batch.gap) && self.needs_context(before);
        if needs_context || is_full {
            self.flush(each);
        }
        if needs_context {
            let context = before.get(before.len().saturating_sub(CONTEXT)..).unwrap_or_default();
            let older = (before.len() + self.tail.len()).saturating_sub(CONTEXT).min(self.tail.len());
            self.batch.begin(self.tail.get(older..).unwrap_or_default(), context, line_end);
        }
        let instant = entry.time.and_then(|time| self.clock.instant(time));
        entry.offset = instant.map_or(0, |time| time.offset().local_minus_utc());
        self.batch.add(line, head, self.record, entry);
    }

    /// Reads what a line begins with: how many bytes are before the logger, and the entry without its text; `None` if it
    /// begins none.
    fn begin(&mut self, line: &[u8]) -> Option<(usize, Entry<'static>)> {
        let Some(header) = self.headers.read(line, &mut self.clock) else {
            // A line with a level alone begins an entry as well.
            let (level, rest) = bare_level(line).and_then(|_| header::level(line))?;
            let entry = Entry { level: Some(level.into()), ..self.untimed() };
            self.open = true;
            return Some((line.len() - rest.len(), entry));
        };
        let time = header.time;
        self.time = Some(time);
        self.open = true;
        let is_late = self.end.is_some_and(|end| time > end);
        if !is_late {
            self.order = self.order.max(time);
        }
        self.outside = [0; MINUTE];
        if let (Some(window), Some(minute)) = (&self.selection.window, line.first_chunk::<MINUTE>()) {
            let start = time - time.rem_euclid(60_000);
            if start > *window.end() || start + 59_999 < *window.start() {
                self.outside = *minute;
            }
        }
        let entry = Entry {
            time: Some(time),
            zone_known: self.zone_known || header.zoned,
            level: header.level.map(LogLevel::from),
            ..self.untimed()
        };
        Some((line.len() - header.rest.len(), entry))
    }

    /// An entry without a time, behind what was read.
    fn untimed(&self) -> Entry<'static> {
        Entry {
            order: self.order,
            time: None,
            offset: 0,
            zone_known: self.zone_known,
            line: 0,
            level: None,
            logger: "",
            text: "",
            cut: false,
        }
    }

    /// Whether an entry is wanted as far as its first line says. Without a time it has that of the one before.
    fn wants(&mut self, entry: &Entry<'_>) -> bool {
        let in_time = |window: &RangeInclusive<_>| self.time.is_some_and(|time| window.contains(&time));
        if !self.selection.window.as_ref().is_none_or(in_time) {
            return false;
        }
        let level = EntryLevel::from(entry.level);
        if self.selection.pattern.as_ref().is_some_and(|pattern| pattern.level() != level) {
            return false;
        }
        let Some(wanted) = self.selection.level else { return true };
        self.counts.without_level += u64::from(entry.level.is_none());
        entry.level.is_some_and(|level| level <= wanted)
    }

    /// Whether an entry that begins here has to be cleaned together with the lines before it.
    fn needs_context(&mut self, before: &[u8]) -> bool {
        let here = self.passed + before.len() as u64;
        let from = self.searched.max(here.saturating_sub(CONTEXT as u64));
        let unseen = usize::try_from(here - from).unwrap_or(usize::MAX);
        let older = unseen.saturating_sub(before.len()).min(self.tail.len());
        let older = self.tail.get(self.tail.len() - older..).unwrap_or_default();
        let newer = before.get(before.len().saturating_sub(unseen)..).unwrap_or_default();
        self.searched = here;
        if key_opening(older).or(key_opening(newer)).is_some() {
            self.key_before = Some(here);
        }
        !self.record || self.key_before.is_some_and(|at| at + CONTEXT as u64 > here)
    }

    /// The current line goes on beyond what is looked at.
    fn cut(&mut self) {
        if self.wanted {
            self.batch.cut(&mut self.counts);
        }
    }

    /// Cleans what waits and hands it out. What comes next follows nothing.
    fn flush(&mut self, each: &mut dyn FnMut(&Entry<'_>)) {
        let mut batch = std::mem::take(&mut self.batch);
        batch.hand_out(self.redactor, self.selection, &mut self.counts, each);
        batch.clear();
        self.batch = batch;
    }

    fn finish(mut self, each: &mut dyn FnMut(&Entry<'_>)) -> EntryCounts {
        self.batch.end_entry(self.selection.grep.as_ref());
        self.flush(each);
        self.counts.order_wrong = self.headers.order_is_wrong();
        self.counts.order_open = self.headers.order_is_open() && !self.month_first;
        if let (true, Some(end), Some(last)) = (self.counts.order_open, self.end, self.time) {
            // A log that is being written ends near the collection. Only one order of day and month can say so.
            self.counts.order_wrong |= last > end;
            self.counts.order_open = !(end - NEAR_END..=end).contains(&last);
        }
        self.counts
    }
}

impl Batch {
    /// Begins with the lines before the first entry.
    fn begin(&mut self, older: &[u8], before: &[u8], line_end: u8) {
        let all = [older, before].concat();
        // The first line may be the end of one.
        let cut = usize::from(all.len() >= CONTEXT);
        self.clear();
        for line in all.split_inclusive(|byte| *byte == line_end).skip(cut) {
            self.put(line);
        }
    }

    /// Adds a line.
    fn put(&mut self, line: &[u8]) -> usize {
        let start = self.raw.len();
        let line = line.trim_ascii_end();
        if std::str::from_utf8(line).is_ok() {
            self.raw.extend_from_slice(line);
        } else {
            self.raw.extend_from_slice(show(line).as_bytes());
        }
        // An entry has its own lines only: nothing in a line may pass for the end of it.
        let added = self.raw.get_mut(start..).unwrap_or_default();
        added.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b'\r');
        self.raw.push(b'\n');
        self.lines += 1;
        self.raw.len() - start
    }

    fn add(&mut self, line: &[u8], head: usize, record: bool, entry: Entry<'static>) {
        let first = self.lines;
        let bytes = self.put(line);
        (self.gap, self.passed) = (false, 0);
        self.entries.push(Pending { first, lines: 1, bytes, head, droppable: record, entry });
    }

    /// Adds a line to the last entry.
    fn go_on(&mut self, line: &[u8], counts: &mut EntryCounts) {
        if self.entries.last().is_none_or(|last| last.bytes >= SHOWN_ENTRY) {
            return self.cut(counts);
        }
        let bytes = self.put(line);
        if let Some(last) = self.entries.last_mut() {
            last.lines += 1;
            last.bytes += bytes;
        }
    }

    /// Takes a line that is not wanted. Where it may matter for the next one that is, it is kept for a while.
    fn pass(&mut self, line: &[u8], record: bool) {
        if record || self.entries.is_empty() || self.passed > CONTEXT {
            self.gap = true;
        } else {
            self.passed += self.put(line);
        }
    }

    /// Ends the last entry: one that cannot match is not cleaned.
    fn end_entry(&mut self, grep: Option<&Grep>) {
        let Some(grep) = grep.filter(|grep| grep.literals.is_some()) else { return };
        let Some(last) = self.entries.last().filter(|last| last.droppable) else { return };
        let start = self.raw.len().saturating_sub(last.bytes + self.passed);
        if grep.may_match(self.raw.get(start..).unwrap_or_default()) {
            self.entries.last_mut().into_iter().for_each(|last| last.droppable = false);
            return;
        }
        self.lines -= last.lines;
        self.raw.truncate(start);
        self.entries.pop();
        self.gap = true;
    }

    /// The last entry goes on beyond what is shown.
    fn cut(&mut self, counts: &mut EntryCounts) {
        self.gap = true;
        if let Some(last) = self.entries.last_mut().filter(|last| !last.entry.cut) {
            last.entry.cut = true;
            counts.cut += 1;
        }
    }

    /// Cleans the lines and hands out the entries.
    fn hand_out(
        &self,
        redactor: &Redactor,
        selection: &Selection,
        counts: &mut EntryCounts,
        each: &mut dyn FnMut(&Entry<'_>),
    ) {
        if self.entries.is_empty() {
            return;
        }
        let cleaned = redactor.redact(&self.raw).0;
        let ends: Vec<usize> = memchr_iter(b'\n', &cleaned).collect();
        let raw_ends: Vec<usize> = memchr_iter(b'\n', &self.raw).collect();
        let start = |ends: &[usize], line: usize| {
            line.checked_sub(1).and_then(|at| ends.get(at)).map_or(0, |end| end + 1)
        };
        for pending in &self.entries {
            let raw_from = start(&raw_ends, pending.first);
            let raw_to = start(&raw_ends, pending.first + pending.lines);
            let raw = self.raw.get(raw_from..raw_to).unwrap_or_default();
            let own;
            let lines = if ends.len() == raw_ends.len() {
                cleaned.get(start(&ends, pending.first)..start(&ends, pending.first + pending.lines))
            } else {
                // What was no text was read as one, and has other lines now.
                own = redactor.redact(raw).0;
                Some(own.as_slice())
            };
            let lines = lines.unwrap_or_default();
            let shortened = shortened(raw, lines, redactor);
            let (lines, is_cut) = shortened.as_ref().map_or((lines, false), |lines| (lines.as_slice(), true));
            let head = pending.head(raw, lines);
            let rest = lines.get(head..).unwrap_or_default();
            let is_of = |pattern: &PatternMatcher| pattern.is_match(pending.entry.level.into(), rest);
            if !selection.grep.as_ref().is_none_or(|grep| grep.is_match(lines))
                || !selection.pattern.as_ref().is_none_or(is_of)
            {
                continue;
            }
            counts.found += 1;
            counts.cut += u64::from(is_cut && !pending.entry.cut);
            pending.show(rest, is_cut, each);
        }
    }

    fn clear(&mut self) {
        self.raw.clear();
        self.entries.clear();
        (self.lines, self.gap, self.passed) = (0, true, 0);
    }
}

impl Pending {
    /// Bytes before logger and message in its cleaned lines. Where something of it was replaced, the line is shown whole.
    fn head(&self, raw: &[u8], lines: &[u8]) -> usize {
        raw.get(..self.head).filter(|head| lines.starts_with(head)).map_or(0, <[u8]>::len)
    }

    /// Splits logger and message, and hands out the entry.
    fn show(&self, rest: &[u8], is_cut: bool, each: &mut dyn FnMut(&Entry<'_>)) {
        let first = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let (logger, message) = entry_parts(first);
        // A record of JSON or XML is shown whole.
        let is_behind = !logger.is_empty() && first.ends_with(message);
        let from = if is_behind { first.len() - message.len() } else { 0 };
        let text = show(rest.get(from..).unwrap_or_default().trim_ascii_end());
        let (text, logger) = (text.trim_start_matches([' ', '\t', '-', ':', '|']), show(logger));
        each(&Entry { logger: &logger, text, cut: is_cut || self.entry.cut, ..self.entry.clone() });
    }
}

/// The cleaned lines of an entry, each to where it is safe to show one that is too long: as far as it is the same whether or not what
/// is behind is known. `None` if no line is too long.
fn shortened(raw: &[u8], cleaned: &[u8], redactor: &Redactor) -> Option<Vec<u8>> {
    let lines = || raw.split_inclusive(|byte| *byte == b'\n');
    if raw.len() <= SHOWN_LINE || lines().all(|line| line.len() <= SHOWN_LINE) {
        return None;
    }
    let mut short = Vec::new();
    for line in lines() {
        let to = if line.len() > SHOWN_LINE { char_start(line, SHOWN_LINE) } else { line.len() - 1 };
        short.extend_from_slice(line.get(..to).unwrap_or_default());
        short.push(b'\n');
    }
    let short = redactor.redact(&short).0;
    let same = |(a, b): (&[u8], &[u8])| {
        let length = a.iter().zip(b).take_while(|(a, b)| a == b).count();
        [a.get(..char_start(a, length)).unwrap_or_default(), b"\n"].concat()
    };
    let each = |text: &'_ [u8]| memchr_iter(b'\n', text).count();
    if each(&short) != each(cleaned) {
        return Some(same((&short, cleaned)));
    }
    Some(
        short.split(|byte| *byte == b'\n').zip(cleaned.split(|byte| *byte == b'\n')).flat_map(same).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Number, level, text and whether it is cut, of every entry.
    fn entries(
        log: &[u8],
        piece: usize,
        selection: &Selection,
    ) -> (Vec<(u64, String, String, bool)>, EntryCounts) {
        let redactor = Redactor::patterns_only();
        let mut scan = EntryScan::new(selection, &LogClock::default(), &redactor, false);
        let mut all = Vec::new();
        let mut each = |entry: &Entry<'_>| {
            let level = entry.level.map_or("-", LogLevel::word);
            all.push((entry.line, format!("{level} {}", entry.logger), entry.text.to_owned(), entry.cut));
        };
        for bytes in log.chunks(piece) {
            scan.push(bytes, &mut each);
        }
        let counts = scan.finish(&mut each);
        (all, counts)
    }

    #[test]
    fn entries_are_the_same_in_pieces_of_any_size() {
        let line = |at: usize| {
            format!(
                "2026-11-20 10:{:02}:{:02},000 [1] INFO  A.B - password=Sommer{at} {at}\r\n",
                at / 60,
                at % 60
            )
        };
        let lines = |range: std::ops::Range<usize>| range.map(line).collect::<Vec<_>>().concat();
        let wide = format!("2026-11-20 10:30:00,000 [1] ERROR A.B - {}\n   at X\n", "long ".repeat(40_000));
        let log = [lines(0..1800), wide, lines(1801..3500), "the end without a line end".into()].concat();
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap().timestamp_millis();
        let window = Some(at("2026-11-20T10:29:00Z")..=at("2026-11-20T10:31:30Z"));
        for selection in [
            Selection::default(),
            Selection { window, ..Selection::default() },
            Selection { level: Some(LogLevel::Error), ..Selection::default() },
            Selection { grep: Grep::new("at X| 17$").ok(), ..Selection::default() },
        ] {
            let whole = entries(log.as_bytes(), usize::MAX, &selection);
            assert!(!whole.0.is_empty() && whole.0.iter().all(|(_, _, text, _)| !text.contains("Sommer")));
            for piece in [7, 1000, 65_536] {
                assert!(
                    entries(log.as_bytes(), piece, &selection) == whole,
                    "in pieces of {piece}: {selection:?}"
                );
            }
        }
    }

    #[test]
    fn what_begins_an_entry_in_another_layout_is_read() {
        for (line, expected) in [
            ("20.11.2026 10:02:13 | WARN | A.B | text", "warn A.B"),
            (r#"{"time":"2026-11-20T10:02:13Z","level":"Fatal","message":"x"}"#, "error "),
            (r#"<log4net:event logger="A.B" timestamp="2026-11-20T10:02:13+01:00" level="DEBUG">"#, "debug "),
            ("\x00\x00\x00\x002026-11-20 10:02:13,1 [1] INFO A.B - behind zeros", "info A.B"),
            ("2026-11-20 10:02:13,1 [1] A.B - no level", "- A.B"),
        ] {
            let found = entries(line.as_bytes(), 100, &Selection::default()).0;
            assert_eq!(found.len(), 1, "{line}");
            assert_eq!(found[0].1, expected, "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), piece in 1usize..50) {
            let _ = entries(&bytes, piece, &Selection::default());
        }
    }
}
