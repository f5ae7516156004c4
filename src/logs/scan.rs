//! The scanner and its pass over one file.

use super::anchors::Anchors;
use super::blocks::Blocks;
use super::digest::FileDigest;
use super::encoding::Text;
use super::lines::Lines;
use super::recurring::LOOKOUTS;
use crate::knowledge::{Knowledge, Wording};
use crate::model::excerpt::Clean;
use crate::model::log::{Component, LogFile};
use chrono::{FixedOffset, Offset, Utc};
use regex::bytes::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use std::sync::OnceLock;

/// Searches logs for the wordings of signatures. Made once, used for every file, from any thread.
pub struct Scanner<'a> {
    /// Every wording of every signature.
    pub(super) wordings: Vec<Target>,
    /// Where a line may be worth a look.
    pub(super) anchors: Anchors,
    /// Which wordings a line carries, once it carries one.
    pub(super) each: RegexSet,
    pub(super) cleaner: &'a (dyn Clean + Sync),
}

/// A wording to search for.
pub(super) struct Target {
    pub(super) signature: String,
    pub(super) wording: usize,
    pattern: OnceLock<Option<Regex>>,
    source: String,
    /// Wordings of more precise signatures, which take the line instead.
    pub(super) yields_to: Vec<usize>,
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
    /// All patterns together.
    #[error("all patterns together")]
    Together(#[source] regex::Error),
}

impl<'a> Scanner<'a> {
    /// Compiles the wordings of `knowledge`; `cleaner` cleans the lines that are kept.
    pub fn new(knowledge: &Knowledge, cleaner: &'a (dyn Clean + Sync)) -> Result<Self, ScannerError> {
        let (mut wordings, mut patterns) = (Vec::new(), Vec::new());
        for signature in &knowledge.signatures {
            for (wording, pattern) in signature.wordings.iter().map(Wording::pattern).enumerate() {
                wordings.push(Target {
                    signature: signature.id.clone(),
                    wording,
                    pattern: OnceLock::new(),
                    source: pattern.clone(),
                    yields_to: Vec::new(),
                });
                patterns.push(pattern);
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
        let anchors = Anchors::new(all, &LOOKOUTS);
        let each = RegexSetBuilder::new(&patterns)
            .unicode(false)
            .build()
            .map_err(|error| culprit(&wordings, error))?;
        Ok(Self { wordings, anchors: anchors.map_err(ScannerError::Together)?, each, cleaner })
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
    /// Where the wording begins in a lower-cased line. The few patterns of a case that are needed are compiled when they
    /// are: all of them together, which find the lines, were compiled before.
    pub(super) fn find(&self, line: &[u8]) -> Option<usize> {
        let pattern = self.pattern.get_or_init(|| compile(&self.source).ok());
        pattern.as_ref()?.find(line).map(|found| found.start())
    }
}

/// Which pattern does not compile, where all of them together do not.
fn culprit(wordings: &[Target], together: regex::Error) -> ScannerError {
    let failing = wordings.iter().find_map(|target| Some((target, compile(&target.source).err()?)));
    match failing {
        Some((target, source)) => ScannerError::Pattern { signature: target.signature.clone(), source },
        None => ScannerError::Together(together),
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
