//! Prefilter: finds the few lines of a log that may match, at a fraction of the cost of reading them.
//!
//! Nearly every pattern has literal texts of which each match carries one. Of each literal a window of [`SHORTEST`] bytes is
//! chosen, and every run of [`GRAM`] bytes in the window sets a bit in a bitmap. A log is then probed only at every
//! [`STRIDE`]-th byte: a window is long enough that one of its runs is at a probed position wherever the literal begins.
//! Probes do not depend on each other, and hardly one in a hundred finds its bit set; only there are literals compared.
//!
//! A shorter literal would make every probe of every log more frequent. Patterns with one, such as numbers of errors, are
//! searched for in the lines of entries at WARN or worse only, and of entries without a level.
//!
//! One search for all literals at once (Aho-Corasick) costs ten times as much: with dozens of literals, nearly every
//! place of a log looks like the beginning of one. Probes ignore case, so that no lower-case copy of the log is needed.

use super::scan::syntax;
use crate::knowledge::Pattern;
use regex::bytes::Regex;
use regex_syntax::hir::literal::Extractor;
use regex_syntax::hir::{Hir, HirKind};

/// Bytes of a probe. Fewer bytes allow longer strides, but hit by chance so often that comparing costs more than probing.
const GRAM: usize = 6;
/// Bytes that are loaded for a probe: one machine word; the last ones are dropped.
const LOADED: usize = 8;
/// Shortest literal that is searched for in the whole log, in bytes. With 10 the probes take nearly twice the time.
pub(crate) const SHORTEST: usize = 14;
/// Bytes from one probe to the next.
const STRIDE: usize = SHORTEST - GRAM + 1;
/// Longest white space between two words.
const LONGEST_WHITE: usize = 16;
/// How a blank of a literal is written that has no window without one.
const OTHER_WHITE: [&[u8]; 3] = [b"  ", b"\r\n", b"\n"];
/// Bits of the bitmap, as a power of two: 64 KiB. A smaller one is nearer to the processor, but a chance hit costs more than
/// it saves: measured with three thousand runs, 16 KiB takes a fifth longer.
const BITS: u32 = 19;
/// Words of the bitmap.
const WORD_COUNT: usize = 1 << (BITS - 6);

/// Bytes of lower-case logs, the most common first; all others are rarer.
const COMMON: &[u8] = b" etaoinsr.cdlh0123456789pumfgb-:vwyk";
/// Words that are common in logs of the product, even if their bytes are rare.
const WORDS: &[u8] = b" thycotic.ihawu.business.appcore.backgroundscheduler.backgroundworker network connection configuration \
    settings secret server service system.data. exception error failed for message not could file path access the \
    database certificate authentication process request function task node engine web user license password config \
    parameters consumer organization ";

/// What a literal belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// The pattern of this index.
    Pattern(usize),
    /// A record in the common event format.
    Cef,
}

/// A literal found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The probe that found it.
    pub(super) at: usize,
    /// Where it begins and ends.
    pub(super) start: usize,
    pub(super) end: usize,
    /// What it belongs to.
    pub(super) target: Target,
}

/// The literals of everything that is searched for.
pub(super) struct Prefilter {
    literals: Vec<(Vec<u8>, Target)>,
    /// Of a fixed length, so that no probe has to compare an index with it.
    bitmap: Box<[u64; WORD_COUNT]>,
    /// A run of a window, the index of its literal, and its offset in that.
    grams: Vec<(u64, usize, usize)>,
    /// One regular expression for all patterns that have no literal long enough, and their indices.
    short: Option<(Regex, Vec<usize>)>,
}

impl Prefilter {
    /// The prefilter for `patterns`, which are identified by their index, and for `extra` literals in lower case.
    pub(super) fn new<'w>(
        patterns: impl Iterator<Item = &'w Pattern>,
        extra: &[(&str, Target)],
    ) -> Result<Self, regex::Error> {
        let mut literals: Vec<(Vec<u8>, Target)> =
            extra.iter().map(|(text, target)| (text.as_bytes().to_vec(), *target)).collect();
        let (mut regexes, mut indices) = (Vec::new(), Vec::new());
        for (index, pattern) in patterns.enumerate() {
            let (regex, plain) = (pattern.regex_source(), pattern.plain_source());
            let required: Vec<Vec<u8>> = match &pattern.regex {
                None => pattern.texts.iter().map(|text| text.to_ascii_lowercase().into_bytes()).collect(),
                Some(_) => syntax(&plain).as_ref().map(required).unwrap_or_default(),
            };
            if !required.is_empty() && required.iter().all(|literal| literal.len() >= SHORTEST) {
                literals.extend(required.into_iter().map(|literal| (literal, Target::Pattern(index))));
            } else {
                regexes.push(regex);
                indices.push(index);
            }
        }
        let short = match regexes.as_slice() {
            [] => None,
            regexes => Some((super::scan::compile(&format!("(?i:{})", regexes.join("|")))?, indices)),
        };
        #[expect(clippy::large_stack_arrays, reason = "64 KiB, once for all logs")]
        let bitmap = Box::new([0; WORD_COUNT]);
        let mut prefilter = Self { literals: Vec::new(), bitmap, grams: Vec::new(), short };
        for (index, (literal, _)) in literals.iter().enumerate() {
            prefilter.enter(index, literal);
        }
        prefilter.grams.sort_unstable();
        prefilter.grams.dedup();
        prefilter.literals = literals;
        Ok(prefilter)
    }

    /// Enters the runs of the rarest window of a literal: of one without white space if there is one, because that may be
    /// longer in a text; else with the other white space that is usual.
    fn enter(&mut self, index: usize, text: &[u8]) {
        let byte = |byte: &u8| COMMON.iter().position(|common| common == byte).unwrap_or(COMMON.len());
        let rarity = |run: &[u8]| {
            let usual = WORDS.windows(GRAM).any(|word| word == run);
            if usual { 0 } else { run.iter().map(byte).sum::<usize>() }
        };
        let rarities: Vec<usize> = text.windows(GRAM).map(rarity).collect();
        let blank =
            |from: usize| text.get(from..from + SHORTEST).is_some_and(|window| window.contains(&b' '));
        // The most common run of a window decides how often a probe hits it by chance.
        let cost = |from: usize, runs: &[usize]| {
            let rarest = runs.iter().min().copied().unwrap_or(0);
            (rarest > 0 && !blank(from), rarest, runs.iter().sum::<usize>())
        };
        let windows = rarities.windows(STRIDE).enumerate().rev();
        let best = windows.max_by_key(|(from, runs)| cost(*from, runs));
        let from = best.map_or(0, |(from, _)| from);
        self.enter_window(index, text, from, |at| at);
        if !blank(from) {
            return;
        }
        for at in (from..from + SHORTEST).filter(|at| text.get(*at) == Some(&b' ')) {
            let (before, after) = text.split_at(at);
            for white in OTHER_WHITE {
                let spelled = [before, white, after.get(1..).unwrap_or_default()].concat();
                // Where a run of this spelling is in the literal: white space that is longer is its one blank.
                let place = |run: usize| {
                    if run <= at { run } else { at.max((run + 1).saturating_sub(white.len())) }
                };
                self.enter_window(index, &spelled, from, place);
            }
        }
    }

    /// Enters the runs of one window of a spelling; `place` says where each of them is in the literal.
    fn enter_window(&mut self, index: usize, text: &[u8], from: usize, place: impl Fn(usize) -> usize) {
        for at in from..from + STRIDE {
            let Some(run) = text.get(at..at + GRAM).and_then(|_| gram(text, at)) else { continue };
            let (word, bit) = slot(run);
            if let Some(word) = self.bitmap.get_mut(word) {
                *word |= bit;
            }
            self.grams.push((run, index, place(at)));
        }
    }

    /// The patterns without a literal that is long enough, if one of them matches in a line.
    pub(super) fn short(&self, line: &[u8]) -> &[usize] {
        let matching = self.short.as_ref().filter(|(together, _)| together.is_match(line));
        matching.map_or(&[], |(_, patterns)| patterns)
    }

    /// Calls `found` for the literals of `text`, in any case, in the order of the probes that find them.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(Candidate)) {
        let mut at = 0;
        while let Some(run) = self.next_set(text, &mut at) {
            self.compare(text, at, run).for_each(&mut found);
            at += STRIDE;
        }
        // The last probes, which have no whole word to load, are too few for the bitmap.
        while let Some(run) = gram(text, at) {
            self.compare(text, at, run).for_each(&mut found);
            at += STRIDE;
        }
    }

    /// Moves `at` to the first probe whose run has its bit set, and gives that run; else to the first probe that has no whole
    /// word to load. Nothing else is done here, so that the loop stays in registers.
    fn next_set(&self, text: &[u8], at: &mut usize) -> Option<u64> {
        let bitmap = &*self.bitmap;
        let mut probe = *at;
        let run = loop {
            let Some(bytes) = text.get(probe..).and_then(<[u8]>::first_chunk) else { break None };
            let run = folded(*bytes);
            let (word, bit) = slot(run);
            if bitmap.get(word).is_some_and(|word| word & bit != 0) {
                break Some(run);
            }
            probe += STRIDE;
        };
        *at = probe;
        run
    }

    /// The literals that have `run` at `at` of the text.
    fn compare(&self, text: &[u8], at: usize, run: u64) -> impl Iterator<Item = Candidate> {
        let first = self.grams.partition_point(|(other, ..)| *other < run);
        let same = self.grams.iter().skip(first).take_while(move |(other, ..)| *other == run);
        same.filter_map(move |&(_, index, offset)| {
            let (literal, target) = self.literals.get(index)?;
            let (before, after) = literal.split_at_checked(offset)?;
            let here = white_from(text, at, after);
            let start = backwards(text.get(..here)?, before)?;
            let end = forwards(text, here, after)?;
            Some(Candidate { at, start, end, target: *target })
        })
    }
}

/// Where white space around `at` begins, if the literal has a blank there.
fn white_from(text: &[u8], at: usize, literal: &[u8]) -> usize {
    let is_blank = literal.first() == Some(&b' ');
    let white = |text: &[u8]| text.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    if is_blank { at - white(text.get(..at).unwrap_or_default()).min(LONGEST_WHITE) } else { at }
}

/// Where the literal begins that `text` ends with, in any case and with white space of any length for a blank.
fn backwards(text: &[u8], literal: &[u8]) -> Option<usize> {
    let mut tail = text;
    for &expected in literal.iter().rev() {
        let (&byte, before) = tail.split_last()?;
        tail = before;
        if expected != b' ' {
            byte.eq_ignore_ascii_case(&expected).then_some(())?;
            continue;
        }
        byte.is_ascii_whitespace().then_some(())?;
        let more =
            tail.iter().rev().take(LONGEST_WHITE).take_while(|byte| byte.is_ascii_whitespace()).count();
        tail = tail.get(..tail.len() - more)?;
    }
    Some(tail.len())
}

/// Where the literal ends that begins at `from` of the text, in any case and with white space of any length for a blank.
fn forwards(text: &[u8], from: usize, literal: &[u8]) -> Option<usize> {
    let mut at = from;
    for &expected in literal {
        let &byte = text.get(at)?;
        at += 1;
        if expected != b' ' {
            byte.eq_ignore_ascii_case(&expected).then_some(())?;
            continue;
        }
        byte.is_ascii_whitespace().then_some(())?;
        let more =
            text.iter().skip(at).take(LONGEST_WHITE).take_while(|byte| byte.is_ascii_whitespace()).count();
        at += more;
    }
    Some(at)
}

/// The run at `at`, with capitals folded; `None` at the end of the text. Folding sets the bit that tells small letters
/// from capitals in every byte. Other characters that become equal by that are told apart when the literal is compared.
fn gram(text: &[u8], at: usize) -> Option<u64> {
    let tail = text.get(at..).filter(|tail| !tail.is_empty())?;
    let bytes = tail.first_chunk().copied().unwrap_or_else(|| {
        let mut last = [0; LOADED];
        last.iter_mut().zip(tail).for_each(|(to, from)| *to = *from);
        last
    });
    Some(folded(bytes))
}

/// The run that these bytes begin with, with capitals folded.
fn folded(bytes: [u8; LOADED]) -> u64 {
    (u64::from_le_bytes(bytes) | u64::from_le_bytes([b' '; LOADED])) << (8 * (LOADED - GRAM))
}

/// Word of the bitmap and bit in it. The multiplier spreads bytes of text over all bits (Knuth).
fn slot(run: u64) -> (usize, u64) {
    let hash = run.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

/// Literals of which every match of the pattern carries one, as long as possible; empty if there are none.
pub(super) fn required(pattern: &Hir) -> Vec<Vec<u8>> {
    let parts = match pattern.kind() {
        HirKind::Capture(capture) => return required(&capture.sub),
        HirKind::Alternation(branches) => {
            let branches: Vec<_> = branches.iter().map(required).collect();
            return if branches.iter().any(Vec::is_empty) { Vec::new() } else { branches.concat() };
        }
        HirKind::Concat(parts) => parts.as_slice(),
        _ => std::slice::from_ref(pattern),
    };
    // What the tail of a pattern begins with is in every match of the whole pattern, wherever that tail begins.
    let beginnings = (0..parts.len()).filter_map(|from| {
        let tail = Hir::concat(parts.get(from..)?.to_vec());
        let literals = Extractor::new().extract(&tail);
        Some(literals.literals()?.iter().map(|literal| literal.as_bytes().to_vec()).collect())
    });
    beginnings.max_by_key(|texts: &Vec<Vec<u8>>| texts.iter().map(Vec::len).min()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;
    use crate::logs::recurring::EXTRA_LITERALS;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static BUILTIN: LazyLock<(Knowledge, Prefilter)> = LazyLock::new(|| {
        let knowledge = Knowledge::builtin().unwrap();
        let patterns = knowledge.signatures.iter().flat_map(|signature| &signature.patterns);
        let prefilter = Prefilter::new(patterns, &EXTRA_LITERALS).unwrap();
        (knowledge, prefilter)
    });

    #[test]
    fn only_what_must_occur_is_a_literal() {
        for (pattern, expected) in [
            (
                "server dates (do not|don't) match",
                &["server dates do not match", "server dates don't match"][..],
            ),
            (r"encrypt\w* config\w* (do not|don't) match", &[" do not match", " don't match"]),
            ("colou?r of it", &["colour of it", "color of it"]),
            ("one|two", &["one", "two"]),
            (r"error \(again\) and", &["error (again) and"]),
            (r"\w+|text", &[]),
            ("plain text", &["plain text"]),
            (r"device.*system error 3\b", &["system error 3"]),
            (r"(one \w+ three)|two", &[" three", "two"]),
        ] {
            let texts = required(&syntax(pattern).unwrap());
            assert_eq!(texts, expected.iter().map(|text| text.as_bytes()).collect::<Vec<_>>(), "{pattern}");
        }
    }

    fn found(prefilter: &Prefilter, text: &[u8]) -> Vec<Candidate> {
        let mut all = Vec::new();
        prefilter.find(text, |found| all.push(found));
        all
    }

    #[test]
    fn every_text_is_found_wherever_it_stands() {
        let (knowledge, prefilter) = &*BUILTIN;
        let patterns = knowledge.signatures.iter().flat_map(|signature| &signature.patterns);
        for (index, text) in
            patterns.enumerate().flat_map(|(index, one)| one.texts.iter().map(move |text| (index, text)))
        {
            for before in 0..12 {
                let line = format!("{}{text}", "~".repeat(before));
                let target = Target::Pattern(index);
                let is_long = found(prefilter, line.as_bytes()).iter().any(|found| found.target == target);
                assert!(is_long || prefilter.short(line.as_bytes()).contains(&index), "{line}");
            }
        }
    }

    #[test]
    fn white_space_of_any_length_is_found_wherever_it_stands() {
        let (knowledge, prefilter) = &*BUILTIN;
        let patterns = knowledge.signatures.iter().flat_map(|signature| &signature.patterns);
        let short = prefilter.short.as_ref().map_or(&[][..], |(_, patterns)| patterns);
        let texts = patterns.enumerate().filter(|(index, one)| one.regex.is_none() && !short.contains(index));
        for (index, text) in texts.flat_map(|(index, one)| one.texts.iter().map(move |text| (index, text))) {
            for (at, _) in text.match_indices(' ') {
                let (before, after) = text.split_at(at);
                for white in ["  ", "\r\n", "\n"] {
                    for shift in 0..6 {
                        let line =
                            format!("{}{before}{white}{}", "~".repeat(shift), after.trim_start_matches(' '));
                        let there = found(prefilter, line.as_bytes());
                        let whole = |one: &Candidate| {
                            one.target == Target::Pattern(index)
                                && (one.start, one.end) == (shift, line.len())
                        };
                        assert!(there.iter().any(whole), "{line:?}: {there:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn only_numbers_of_errors_and_short_names_have_no_long_literal() {
        let (knowledge, prefilter) = &*BUILTIN;
        let patterns = knowledge.signatures.iter().flat_map(|signature| &signature.patterns);
        let short = prefilter.short.as_ref().unwrap();
        let texts = patterns.enumerate().filter(|(index, _)| short.1.contains(index));
        let texts: Vec<&str> = texts.flat_map(|(_, one)| &one.texts).map(String::as_str).collect();
        assert_eq!(
            texts,
            [
                "0x8009000B",
                "-2146893813",
                "0x80090005",
                "-2146893819",
                "error code: -2147024784",
                "-2147024784",
                "0x80070070",
                "0x80090325",
                "-2146893019",
                "403 Forbidden",
                "0x80090331",
                "-2146893007"
            ]
        );
    }

    #[test]
    fn a_pattern_without_a_literal_is_searched_for_as_it_is() {
        let pattern = |pattern: &str| Pattern {
            texts: vec!["a text".into()],
            locale_independent: Vec::new(),
            own_text: false,
            match_kind: crate::knowledge::MatchKind::Literal,
            regex: Some(pattern.into()),
        };
        let patterns = [pattern("plain long words"), pattern("[ab]c+d"), pattern("short")];
        let prefilter = Prefilter::new(patterns.iter(), &[]).unwrap();
        assert_eq!(prefilter.short(b"xx aCCd plain long words"), [1, 2]);
        assert!(prefilter.short(b"plain long words").is_empty());
        assert_eq!(
            found(&prefilter, b"accd Plain long words"),
            [Candidate { at: 9, start: 5, end: 21, target: Target::Pattern(0) }]
        );
    }

    proptest! {
        #[test]
        fn a_literal_is_found_wherever_it_stands_also_inside_others(
            before in "[a-z :.]{0,40}", index in 0usize..200, after in "[a-z]{0,9}"
        ) {
            let prefilter = &BUILTIN.1;
            let (text, target) = &prefilter.literals[index % prefilter.literals.len()];
            let line = [before.as_bytes(), text, after.as_bytes()].concat();
            let end = before.len() + text.len();
            let there = found(prefilter, &line);
            prop_assert!(there.iter().any(|found| (found.target, found.end) == (*target, end)));
            prop_assert!(there.is_sorted_by_key(|found| found.at));
        }
    }

    #[test]
    fn ordinary_lines_are_hardly_ever_looked_at() {
        let lines = "2026-11-20 09:59:00,123 [17] INFO  Thycotic.ihawu.Business - Heartbeat - processed 12 items in 340 ms\r\n\
            2026-11-20 09:59:00,155 [9] DEBUG Thycotic.AppCore.BackgroundWorker - Channel 4 opened on connection 7\r\n\
            2026-11-20 09:59:01,010 [21] INFO  Thycotic.Data.SqlDataAccessor - Executing stored procedure with 3 parameters\r\n";
        let prefilter = &BUILTIN.1;
        let there = |at: &usize| {
            gram(lines.as_bytes(), *at).map(slot).is_some_and(|(word, bit)| prefilter.bitmap[word] & bit != 0)
        };
        let looks = (0..lines.len()).filter(there).count();
        assert!(looks * 40 < lines.len(), "{looks} of {} places", lines.len());
        assert_eq!(found(prefilter, lines.as_bytes()), []);
    }
}
