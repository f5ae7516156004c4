//! The scanner and its pass over one file.

use super::blocks::{Block, BlockSplitter};
use super::digest::FileDigest;
use super::encoding::TextDecoder;
use super::lines::LineScanner;
use super::origin::OriginPatterns;
use super::own_code::Caller;
use super::prefilter::Prefilter;
use super::proof::ProofPatterns;
use super::recurring::{EXCEPTION_END, EXTRA_LITERALS};
use super::zone::Clock;
use crate::knowledge::own_code::OwnCode;
use crate::knowledge::signatures::Family;
use crate::knowledge::{Knowledge, Signature};
use crate::model::excerpt::Sanitize;
use crate::model::log::{Component, LogFile};
use chrono::{DateTime, FixedOffset, Offset, Utc};
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;
use std::sync::{Arc, OnceLock};

/// Searches logs for the patterns of signatures. Made once, used for every file, from any thread.
pub struct Scanner<'a> {
    /// Every pattern of every signature.
    pub(super) patterns: Vec<CompiledPattern>,
    /// Which of them a line may match.
    pub(super) prefilter: Prefilter,
    /// How lines about work on other machines are told.
    pub(super) origins: OriginPatterns,
    /// Lines of the product's own code.
    pub(super) own_code: Arc<OwnCode>,
    /// Finds lines that may name the type of an exception.
    pub(super) exception: Finder<'static>,
    /// Lines that prove a connection to the database.
    pub(super) connected: ProofPatterns,
    pub(super) sanitizer: &'a dyn Sanitize,
}

/// A pattern to search for.
pub(super) struct CompiledPattern {
    pub(super) signature: String,
    /// Its index among the patterns of its signature.
    pub(super) index: usize,
    /// Signatures that are more precise: if one of them matches a line, this pattern does not count on it.
    pub(super) yields_to: Vec<String>,
    /// Of its signature: whose lines may be about work on other machines.
    pub(super) also_workload: Option<Family>,
    /// Of its signature: in which code it counts, if not in all.
    pub(super) caller: Option<Caller>,
    source: String,
    /// Compiled when a line may match for the first time: most runs need few of them.
    regex: OnceLock<Option<Regex>>,
}

impl<'a> Scanner<'a> {
    /// Searches for the patterns of `knowledge`; `sanitizer` sanitizes the lines that are kept.
    pub fn new<'k>(knowledge: &'k Knowledge, sanitizer: &'a dyn Sanitize) -> Result<Self, regex::Error> {
        let patterns = |signature: &'k Signature| {
            signature.patterns.iter().enumerate().map(|(index, pattern)| CompiledPattern {
                signature: signature.id.clone(),
                index,
                yields_to: signature.overlaps.clone(),
                also_workload: signature.also_workload.then_some(signature.family),
                caller: signature
                    .elsewhere
                    .clone()
                    .map(|elsewhere| Caller { within: signature.within.clone(), elsewhere }),
                source: pattern.regex_source(),
                regex: OnceLock::new(),
            })
        };
        let patterns = knowledge.signatures.iter().flat_map(patterns).collect();
        let all = knowledge.signatures.iter().flat_map(|signature| &signature.patterns);
        let prefilter = Prefilter::new(all, &EXTRA_LITERALS)?;
        let origins = OriginPatterns::new(&knowledge.workload)?;
        let own_code = Arc::clone(&knowledge.code);
        let connected = ProofPatterns::new(&knowledge.connected)?;
        let exception = Finder::new(EXCEPTION_END);
        Ok(Self { patterns, prefilter, origins, own_code, exception, connected, sanitizer })
    }

    /// Starts the pass over one file. `offset` is the node's offset from UTC, because the log has none; without it times
    /// are read as UTC and the digest says so. `truncated`: only part of the log was collected.
    pub fn file(&self, name: &str, offset: Option<FixedOffset>, truncated: bool) -> FileScan<'_> {
        let file = LogFile {
            component: Component::of(name),
            name: name.to_owned(),
            truncated,
            encoding: "utf-8",
            ..LogFile::default()
        };
        let digest = FileDigest { file, zone_known: offset.is_some(), ..FileDigest::default() };
        FileScan {
            text: TextDecoder::default(),
            blocks: BlockSplitter::default(),
            lines: LineScanner::new(self, Clock::fixed(offset.unwrap_or_else(|| Utc.fix())), digest),
            other_order: None,
        }
    }
}

impl CompiledPattern {
    /// Where it matches in a lower-cased line.
    pub(super) fn find(&self, line: &[u8]) -> Option<usize> {
        let regex = self.regex.get_or_init(|| compile(&self.source).ok()).as_ref();
        regex?.find(line).map(|found| found.start())
    }
}

/// Compiles a pattern for lower-cased bytes of any encoding.
pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).build()
}

/// The structure of a pattern as [`compile`] reads it; `None` if it does not compile.
pub(super) fn syntax(pattern: &str) -> Option<Hir> {
    ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()
}

/// The pass over one file.
pub struct FileScan<'s> {
    text: TextDecoder,
    blocks: BlockSplitter,
    lines: LineScanner<'s>,
    /// The same with the month before the day, as long as the dates of the file can be read both ways.
    other_order: Option<LineScanner<'s>>,
}

impl<'s> FileScan<'s> {
    /// The lines that are kept are sanitized by this, which may know more than that of the scanner.
    #[must_use]
    pub fn sanitized_by(mut self, sanitizer: &'s dyn Sanitize) -> Self {
        self.lines.sanitize_by(sanitizer);
        self
    }

    /// The collection ended at `end`, on the clock that wrote the log. Without it, no line proves that the node works.
    #[must_use]
    pub fn until(mut self, end: DateTime<FixedOffset>) -> Self {
        self.lines.until(end);
        self
    }

    /// The clock is of this time zone, by its name in Windows or of IANA, and had this offset at `at`. Without it, all
    /// lines count with one offset.
    #[must_use]
    pub fn in_zone(mut self, name: &str, at: DateTime<FixedOffset>) -> Self {
        self.lines.set_clock(Clock::of_zone(*at.offset(), name, at.to_utc()));
        self
    }

    /// The log is of this component, which its name need not say: a person renamed it.
    #[must_use]
    pub fn of_component(mut self, component: Option<Component>) -> Self {
        let digest = &mut self.lines.digest;
        digest.file.component = digest.file.component.or(component);
        self
    }

    /// Takes the next bytes of the file, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        let Self { text, blocks, lines, other_order } = self;
        lines.add_bytes(bytes.len() as u64);
        text.push(bytes, |text| blocks.push(text, |block| read(lines, other_order, &block)));
    }

    /// Ends the pass.
    pub fn finish(self) -> FileDigest {
        let Self { text, mut blocks, mut lines, mut other_order } = self;
        let utf16 = text.finish(|text| blocks.push(text, |block| read(&mut lines, &mut other_order, &block)));
        blocks.finish(|block| read(&mut lines, &mut other_order, &block));
        let Some(mut other) = other_order else { return lines.finish(utf16) };
        other.add_bytes(lines.bytes());
        // A log that is being written ends near the collection. Only one order of day and month can say so.
        match (lines.ends_at_collection(), other.ends_at_collection()) {
            (true, false) => lines.finish(utf16),
            (false, true) => other.finish(utf16),
            _ => lines.finish(utf16).without_times(),
        }
    }
}

/// Reads a block; in both orders of day and month, until a date shows which one it is.
fn read<'s>(lines: &mut LineScanner<'s>, other_order: &mut Option<LineScanner<'s>>, block: &Block<'_>) {
    let before = lines.lines();
    lines.read(block);
    match other_order {
        Some(other) => other.read(block),
        None if lines.order_is_open() => {
            let mut other = lines.in_other_order(before);
            other.read(block);
            *other_order = Some(other);
        }
        None => return,
    }
    let Some(other) = other_order else { return };
    if other.order_is_wrong() {
        lines.settle_order();
        *other_order = None;
    } else if lines.order_is_wrong()
        && let Some(mut other) = other_order.take()
    {
        other.add_bytes(lines.bytes());
        other.settle_order();
        *lines = other;
    }
}
