//! The scanner and its pass over one file.

use super::blocks::BlockSplitter;
use super::digest::FileDigest;
use super::encoding::TextDecoder;
use super::lines::LineScanner;
use super::prefilter::Prefilter;
use super::recurring::EXTRA_LITERALS;
use crate::knowledge::{Knowledge, Wording};
use crate::model::excerpt::Clean;
use crate::model::log::{Component, LogFile};
use chrono::{FixedOffset, Offset, Utc};
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};
use regex_syntax::ParserBuilder;
use regex_syntax::hir::Hir;

/// Searches logs for the patterns of signatures. Made once, used for every file, from any thread.
pub struct Scanner<'a> {
    /// Every pattern of every signature.
    pub(super) patterns: Vec<CompiledPattern>,
    /// Which of them a line may match.
    pub(super) prefilter: Prefilter,
    pub(super) cleaner: &'a dyn Clean,
}

/// A pattern to search for.
pub(super) struct CompiledPattern {
    pub(super) signature: String,
    /// Its index among the patterns of its signature.
    pub(super) wording: usize,
    search: Search,
    /// Patterns of more precise signatures, which take the line instead.
    pub(super) yields_to: Vec<usize>,
}

/// How a pattern is searched for, in lower case.
enum Search {
    /// As one of these texts.
    Texts(Vec<Finder<'static>>),
    /// As a regular expression.
    Regex(Regex),
}

/// A pattern that does not compile.
#[derive(Debug, thiserror::Error)]
pub enum ScannerError {
    /// The pattern of one signature.
    #[error("pattern of {signature}")]
    Pattern {
        /// Id of the signature.
        signature: String,
        /// What is wrong with it.
        source: regex::Error,
    },
    /// All patterns that have to be searched for together.
    #[error("all patterns together")]
    Together(#[source] regex::Error),
}

impl<'a> Scanner<'a> {
    /// Compiles the wordings of `knowledge`; `cleaner` cleans the lines that are kept.
    pub fn new(knowledge: &Knowledge, cleaner: &'a dyn Clean) -> Result<Self, ScannerError> {
        let mut patterns = Vec::new();
        for signature in &knowledge.signatures {
            let error = |source| ScannerError::Pattern { signature: signature.id.clone(), source };
            for (wording, search) in signature.wordings.iter().map(Search::new).enumerate() {
                patterns.push(CompiledPattern {
                    signature: signature.id.clone(),
                    wording,
                    search: search.map_err(error)?,
                    yields_to: Vec::new(),
                });
            }
        }
        for signature in knowledge.signatures.iter().filter(|signature| !signature.overlaps.is_empty()) {
            let precise: Vec<usize> = (0..)
                .zip(&patterns)
                .filter(|(_, pattern)| signature.overlaps.contains(&pattern.signature))
                .map(|(index, _)| index)
                .collect();
            for pattern in patterns.iter_mut().filter(|pattern| pattern.signature == signature.id) {
                pattern.yields_to.clone_from(&precise);
            }
        }
        let all = knowledge.signatures.iter().flat_map(|signature| &signature.wordings);
        let prefilter = Prefilter::new(all, &EXTRA_LITERALS).map_err(ScannerError::Together)?;
        Ok(Self { patterns, prefilter, cleaner })
    }

    /// Begins the pass over one file. `offset` is the node's offset from UTC, since the log prints none; without it
    /// times are taken as UTC and the digest says so. `truncated`: only part of the log was taken.
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
            lines: LineScanner::new(self, offset.unwrap_or_else(|| Utc.fix()), digest),
        }
    }
}

impl CompiledPattern {
    /// Where it matches in a lower-cased line.
    pub(super) fn find(&self, line: &[u8]) -> Option<usize> {
        match &self.search {
            Search::Texts(texts) => texts.iter().filter_map(|text| text.find(line)).min(),
            Search::Regex(regex) => regex.find(line).map(|found| found.start()),
        }
    }
}

impl Search {
    fn new(wording: &Wording) -> Result<Self, regex::Error> {
        let finder = |text: &String| Finder::new(&text.to_ascii_lowercase()).into_owned();
        Ok(match &wording.pattern {
            None => Self::Texts(wording.texts.iter().map(finder).collect()),
            Some(pattern) => Self::Regex(compile(pattern)?),
        })
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
}

impl FileScan<'_> {
    /// Takes the next bytes of the file, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        let Self { text, blocks, lines } = self;
        lines.digest.file.bytes += bytes.len() as u64;
        text.push(bytes, |text| blocks.push(text, |block| lines.read(&block)));
    }

    /// Ends the pass.
    pub fn finish(self) -> FileDigest {
        let Self { text, mut blocks, mut lines } = self;
        let utf16 = text.finish(|text| blocks.push(text, |block| lines.read(&block)));
        blocks.finish(|block| lines.read(&block));
        lines.finish(utf16)
    }
}
