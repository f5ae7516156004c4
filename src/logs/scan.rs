//! The scanner and its pass over one file.

use super::anchors::Anchors;
use super::blocks::Blocks;
use super::digest::FileDigest;
use super::encoding::Text;
use super::lines::Lines;
use super::recurring::LOOKOUTS;
use crate::knowledge::{Knowledge, Wording};
use crate::model::excerpt::Sanitize;
use crate::model::log::{Component, LogFile};
use chrono::{FixedOffset, Offset, Utc};
use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

/// Searches logs for the wordings of signatures. Made once, used for every file, from any thread.
pub struct Scanner<'a> {
    /// Every wording of every signature.
    pub(super) wordings: Vec<Target>,
    /// Which of them a line may carry.
    pub(super) anchors: Anchors,
    pub(super) cleaner: &'a dyn Sanitize,
}

/// A wording to search for.
pub(super) struct Target {
    pub(super) signature: String,
    pub(super) wording: usize,
    spelt: Spelt,
    /// Wordings of more precise signatures, which take the line instead.
    pub(super) yields_to: Vec<usize>,
}

/// How a wording is spelt, in lower case.
enum Spelt {
    /// As one of these texts.
    Texts(Vec<Finder<'static>>),
    /// As a pattern has it.
    Pattern(Regex),
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
    pub fn new(knowledge: &Knowledge, cleaner: &'a dyn Sanitize) -> Result<Self, ScannerError> {
        let mut wordings = Vec::new();
        for signature in &knowledge.signatures {
            let pattern = |source| ScannerError::Pattern { signature: signature.id.clone(), source };
            for (wording, spelt) in signature.wordings.iter().map(Spelt::new).enumerate() {
                wordings.push(Target {
                    signature: signature.id.clone(),
                    wording,
                    spelt: spelt.map_err(pattern)?,
                    yields_to: Vec::new(),
                });
            }
        }
        for signature in knowledge.signatures.iter().filter(|signature| !signature.overlaps.is_empty()) {
            let of = |(index, target): (usize, &Target)| {
                signature.overlaps.contains(&target.signature).then_some(index)
            };
            let precise: Vec<usize> = wordings.iter().enumerate().filter_map(of).collect();
            for target in wordings.iter_mut().filter(|target| target.signature == signature.id) {
                target.yields_to.clone_from(&precise);
            }
        }
        let all = knowledge.signatures.iter().flat_map(|signature| &signature.wordings);
        let anchors = Anchors::new(all, &LOOKOUTS).map_err(ScannerError::Together)?;
        Ok(Self { wordings, anchors, cleaner })
    }

    /// Begins the pass over one file. `offset` is the node's offset from UTC, since the log prints none; without it
    /// times are taken as UTC and the digest says so. `truncated`: only part of the log was taken.
    pub fn file(&self, name: &str, offset: Option<FixedOffset>, truncated: bool) -> FileScan<'_> {
        FileScan {
            name: name.to_owned(),
            truncated,
            zone_known: offset.is_some(),
            bytes: 0,
            text: Text::default(),
            blocks: Blocks::default(),
            lines: Lines::new(self, offset.unwrap_or_else(|| Utc.fix())),
        }
    }
}

impl Target {
    /// Where the wording begins in a lower-cased line.
    pub(super) fn find(&self, line: &[u8]) -> Option<usize> {
        match &self.spelt {
            Spelt::Texts(texts) => texts.iter().filter_map(|text| text.find(line)).min(),
            Spelt::Pattern(pattern) => pattern.find(line).map(|found| found.start()),
        }
    }
}

impl Spelt {
    fn new(wording: &Wording) -> Result<Self, regex::Error> {
        let finder = |text: &String| Finder::new(&text.to_ascii_lowercase()).into_owned();
        Ok(match &wording.pattern {
            None => Self::Texts(wording.texts.iter().map(finder).collect()),
            Some(pattern) => Self::Pattern(compile(pattern)?),
        })
    }
}

/// Compiles a pattern for lower-cased bytes of any encoding.
pub(super) fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).build()
}

/// The pass over one file.
pub struct FileScan<'s> {
    name: String,
    truncated: bool,
    zone_known: bool,
    bytes: u64,
    text: Text,
    blocks: Blocks,
    lines: Lines<'s>,
}

impl FileScan<'_> {
    /// Takes the next bytes of the file, in pieces of any size.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        let (blocks, lines) = (&mut self.blocks, &mut self.lines);
        self.text.push(bytes, |text| blocks.push(text, |block| lines.read(&block)));
    }

    /// Ends the pass.
    pub fn finish(self) -> FileDigest {
        let Self { name, truncated, zone_known, bytes, text, mut blocks, mut lines } = self;
        let utf16 = text.finish(|text| blocks.push(text, |block| lines.read(&block)));
        blocks.finish(|block| lines.read(&block));
        let file = LogFile {
            component: Component::of(&name),
            bytes,
            lines: lines.count(),
            period: lines.period(),
            silences: lines.silences(),
            truncated,
            broken: None,
            encoding: utf16.unwrap_or(if lines.utf8() { "utf-8" } else { "windows-1252" }),
            name,
        };
        let exceptions = lines.unknown_exceptions(&file.name);
        let cef = lines.cef(&file.name);
        let (hits, errors_by_hour) = lines.into_hits(&file.name);
        FileDigest { file, hits, errors_by_hour, exceptions, cef, zone_known }
    }
}
