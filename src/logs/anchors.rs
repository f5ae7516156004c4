//! Finds the few lines of a log that are worth a close look, at a fraction of the cost of reading them.
//!
//! Whatever is looked for has a literal text in it, its anchor. Of each anchor a window is chosen, and every run of
//! [`GRAM`] bytes in a window goes into a bitmap. A log is then probed at every so-manyth byte only: a window is as long
//! as it takes for one of its runs to lie on a probe wherever the text stands. Probes do not depend on each other, and
//! hardly one in a hundred has its bit set; only there the anchor is compared.
//!
//! A search for all wordings at once costs ten times as much: with dozens of texts, every place in a log looks like the
//! beginning of one of them. Probes fold capitals away, so that no copy of the log in lower case is needed.

use crate::knowledge::Wording;
use regex::bytes::Regex;
use std::sync::LazyLock;

/// Bytes of a probe. Fewer allow longer strides, but occur by chance so often that comparing costs more than probing.
const GRAM: usize = 6;
/// Bytes that are loaded for a probe; the last ones are dropped.
const LOADED: usize = 8;
/// Shortest text that serves as an anchor.
const SHORTEST: usize = 8;
/// Bits of the bitmap, as a power of two: 16 KiB, which stays in the innermost cache.
const BITS: u32 = 17;

/// Bytes of lower-cased logs, the commonest first; all others are rarer.
const COMMON: &[u8] = b" etaoinsr.cdlh0123456789pumfgb-:vwyk";
/// Words of which a log of the product is full, however rare their bytes are.
const WORDS: &[u8] = b" thycotic.ihawu.business.appcore.backgroundscheduler.backgroundworker network connection configuration \
    settings secret server service system.data. exception error failed for message not could file path access the \
    database certificate authentication process request function task node engine web user license password config ";

/// What an anchor belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sought {
    /// The wording of this index.
    Wording(usize),
    /// A record in the common event format.
    Cef,
}

/// An anchor found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The probe that gave it away.
    pub(super) at: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// What it belongs to.
    pub(super) sought: Sought,
}

/// The anchors of everything that is looked for.
pub(super) struct Anchors {
    texts: Vec<(Vec<u8>, Sought)>,
    bitmap: Vec<u64>,
    /// A run of a window, which anchor it is of, and where in it.
    grams: Vec<(u64, usize, usize)>,
    /// Bytes from one probe to the next.
    stride: usize,
    /// Patterns without a text long enough, and which wordings they are.
    rest: Option<(Regex, Vec<usize>)>,
}

impl Anchors {
    /// The anchors of `wordings`, which are told apart by their index, and `others` with what they belong to, in lower
    /// case.
    pub(super) fn new<'w>(
        wordings: impl Iterator<Item = &'w Wording>,
        others: &[(&str, Sought)],
    ) -> Result<Self, regex::Error> {
        let mut texts: Vec<(Vec<u8>, Sought)> =
            others.iter().map(|(text, sought)| (text.as_bytes().to_vec(), *sought)).collect();
        let (mut rest, mut unanchored) = (Vec::new(), Vec::new());
        for (index, wording) in wordings.enumerate() {
            let anchors: Vec<Vec<u8>> = match &wording.pattern {
                None => wording.texts.iter().map(|text| text.to_ascii_lowercase().into_bytes()).collect(),
                Some(pattern) => {
                    spelt_out(pattern).iter().flat_map(|pattern| branches(pattern)).map(required).collect()
                }
            };
            if anchors.iter().all(|anchor| anchor.len() >= SHORTEST) {
                texts.extend(anchors.into_iter().map(|anchor| (anchor, Sought::Wording(index))));
            } else {
                rest.push(wording.pattern());
                unanchored.push(index);
            }
        }
        let shortest = texts.iter().map(|(text, _)| text.len()).min().unwrap_or(SHORTEST);
        let stride = shortest.saturating_sub(GRAM - 1).max(1);
        let together = |rest: &[String]| super::scan::compile(&format!("(?i:{})", rest.join("|")));
        let mut anchors = Self {
            bitmap: vec![0; 1 << (BITS - 6)],
            grams: Vec::new(),
            stride,
            rest: (!rest.is_empty()).then(|| Ok((together(&rest)?, unanchored))).transpose()?,
            texts: Vec::new(),
        };
        for (index, (text, _)) in texts.iter().enumerate() {
            anchors.enter(index, text);
        }
        anchors.grams.sort_unstable();
        anchors.texts = texts;
        Ok(anchors)
    }

    /// Enters the runs of the rarest window of an anchor.
    fn enter(&mut self, index: usize, text: &[u8]) {
        let byte = |byte: &u8| COMMON.iter().position(|common| common == byte).unwrap_or(COMMON.len());
        let rarity = |run: &[u8]| {
            let usual = WORDS.windows(GRAM).any(|word| word == run);
            if usual { 0 } else { run.iter().map(byte).sum::<usize>() }
        };
        let rarities: Vec<usize> = text.windows(GRAM).map(rarity).collect();
        // The commonest run of a window decides how often it is looked at in vain.
        let cost = |runs: &[usize]| (runs.iter().min().copied(), runs.iter().sum::<usize>());
        let best = rarities.windows(self.stride).enumerate().rev().max_by_key(|(_, runs)| cost(runs));
        let from = best.map_or(0, |(from, _)| from);
        for at in from..from + self.stride {
            let Some(run) = gram(text, at) else { continue };
            let (word, bit) = slot(run);
            if let Some(word) = self.bitmap.get_mut(word) {
                *word |= bit;
            }
            self.grams.push((run, index, at));
        }
    }

    /// The wordings without an anchor, where one of them may be in `text`.
    pub(super) fn unanchored(&self, text: &[u8]) -> &[usize] {
        let rest = self.rest.as_ref().filter(|(together, _)| together.is_match(text));
        rest.map_or(&[], |(_, wordings)| wordings)
    }

    /// Calls `found` for the anchors of `text`, in any case, in order of the probes that give them away.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(Found)) {
        let mut at = 0;
        while let Some(run) = gram(text, at) {
            let (word, bit) = slot(run);
            if self.bitmap.get(word).is_some_and(|word| word & bit != 0) {
                self.compare(text, at, run).for_each(&mut found);
            }
            at += self.stride;
        }
    }

    /// The anchors that have `run` at `at` of the text.
    fn compare(&self, text: &[u8], at: usize, run: u64) -> impl Iterator<Item = Found> {
        let first = self.grams.partition_point(|(other, ..)| *other < run);
        let same = self.grams.iter().skip(first).take_while(move |(other, ..)| *other == run);
        same.filter_map(move |&(_, index, offset)| {
            let (anchor, sought) = self.texts.get(index)?;
            let start = at.checked_sub(offset)?;
            let end = start + anchor.len();
            let there = text.get(start..end)?.eq_ignore_ascii_case(anchor);
            there.then_some(Found { at, end, sought: *sought })
        })
    }
}

/// The probe at `at`, with capitals folded; `None` at the end of the text. The bit that tells small letters from capitals
/// is set in every byte: signs that become alike by that are told apart when the anchor is compared.
fn gram(text: &[u8], at: usize) -> Option<u64> {
    let rest = text.get(at..).filter(|rest| !rest.is_empty())?;
    let bytes = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut last = [0; LOADED];
        last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        last
    });
    Some((u64::from_le_bytes(bytes) | u64::from_le_bytes([b' '; LOADED])) << (8 * (LOADED - GRAM)))
}

/// Word of the bitmap and bit in it. The multiplier spreads bytes of text over all bits (Knuth).
fn slot(run: u64) -> (usize, u64) {
    let hash = run.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (u64::BITS - BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}

/// `pattern` with its first group written out where that is plain: one pattern for each alternative.
fn spelt_out(pattern: &str) -> Vec<String> {
    static GROUP: LazyLock<Option<regex::Regex>> = LazyLock::new(|| {
        regex::Regex::new(r"^((?:[^\\(\[]|\\.)*)\(([a-z0-9' ]+(?:\|[a-z0-9' ]+)*)\)([^?*+{].*)?$").ok()
    });
    let parts = GROUP.as_ref().and_then(|group| group.captures(pattern)).map(|parts| {
        let part = |number| parts.get(number).map_or("", |part: regex::Match<'_>| part.as_str());
        part(2).split('|').map(|one| format!("{}{one}{}", part(1), part(3))).collect()
    });
    parts.unwrap_or_else(|| vec![pattern.to_owned()])
}

/// The alternatives that a pattern consists of; the pattern itself where that is not plain.
fn branches(pattern: &str) -> Vec<&str> {
    if pattern.contains(['\\', '[']) {
        return vec![pattern];
    }
    let mut depth = 0;
    let split = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == '|' && depth == 0
    };
    pattern.split(split).collect()
}

/// The longest text that every match of `pattern` carries; empty where that is not plain.
fn required(pattern: &str) -> Vec<u8> {
    let (mut longest, mut run) = (Vec::new(), Vec::new());
    let mut depth = 0;
    let mut characters = pattern.bytes();
    while let Some(byte) = characters.next() {
        let mut plain = byte.is_ascii_alphanumeric() || b" ,'-:/<>=!_;\"".contains(&byte);
        let mut byte = byte;
        match byte {
            // What a class holds may hold anything.
            b'[' => return Vec::new(),
            b'|' if depth == 0 => return Vec::new(),
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'\\' => {
                byte = characters.next().unwrap_or_default();
                plain = byte.is_ascii_punctuation();
            }
            // How often the last character occurs: none is possible.
            b'?' | b'*' | b'+' | b'{' => drop(run.pop()),
            _ => {}
        }
        if plain && depth == 0 {
            run.push(byte);
        } else {
            if run.len() > longest.len() {
                longest.clone_from(&run);
            }
            run.clear();
        }
    }
    if run.len() > longest.len() { run } else { longest }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Knowledge;
    use crate::logs::recurring::LOOKOUTS;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static BUILTIN: LazyLock<(Knowledge, Anchors)> = LazyLock::new(|| {
        let knowledge = Knowledge::builtin().unwrap();
        let wordings = knowledge.signatures.iter().flat_map(|signature| &signature.wordings);
        let anchors = Anchors::new(wordings, &LOOKOUTS).unwrap();
        (knowledge, anchors)
    });

    #[test]
    fn only_what_must_occur_is_an_anchor() {
        for (pattern, expected) in [
            ("server dates (do not|don't) match", "server dates "),
            (r"encrypt\w* config\w* (do not|don't) match", "encrypt"),
            ("colou?r of it", "r of it"),
            ("one|two", ""),
            (r"error \(again\) and", "error (again) and"),
            ("[(]a|b", ""),
            ("plain text", "plain text"),
            (r"device.*system error 3\b", "system error 3"),
        ] {
            assert_eq!(String::from_utf8(required(pattern)).unwrap(), expected, "{pattern}");
        }
    }

    #[test]
    fn alternatives_have_an_anchor_each() {
        for (pattern, expected) in [
            ("one|two (or|and) three|four", &["one", "two (or|and) three", "four"][..]),
            ("plain", &["plain"]),
            (r"one\||two", &[r"one\||two"]),
            ("[|]|two", &["[|]|two"]),
        ] {
            assert_eq!(branches(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn a_plain_group_is_spelt_out() {
        for (pattern, expected) in [
            (r"a\w* (do not|don't) match", &[r"a\w* do not match", r"a\w* don't match"][..]),
            (r"a \(b (c|d) e", &[r"a \(b c e", r"a \(b d e"]),
            ("(a|b) (c|d)", &["a (c|d)", "b (c|d)"]),
            ("a (b)? c", &["a (b)? c"]),
            (r"a (b|\w) c", &[r"a (b|\w) c"]),
            ("[(]a|b)", &["[(]a|b)"]),
            ("plain", &["plain"]),
        ] {
            assert_eq!(spelt_out(pattern), expected, "{pattern}");
        }
    }

    fn found(anchors: &Anchors, text: &[u8]) -> Vec<Found> {
        let mut all = Vec::new();
        anchors.find(text, |found| all.push(found));
        all
    }

    #[test]
    fn every_text_is_found_wherever_it_stands() {
        let (knowledge, anchors) = &*BUILTIN;
        assert!(anchors.rest.is_none(), "every built-in wording has an anchor");
        let wordings = knowledge.signatures.iter().flat_map(|signature| &signature.wordings);
        for (index, text) in
            wordings.enumerate().flat_map(|(index, one)| one.texts.iter().map(move |text| (index, text)))
        {
            for before in 0..12 {
                let line = format!("{}{text}", "~".repeat(before));
                let sought = Sought::Wording(index);
                assert!(found(anchors, line.as_bytes()).iter().any(|found| found.sought == sought), "{line}");
            }
        }
    }

    #[test]
    fn a_pattern_without_an_anchor_is_searched_for_as_it_is() {
        let wording = |pattern: &str| Wording {
            texts: vec!["a text".into()],
            neutral: Vec::new(),
            weight: crate::knowledge::Weight::Literal,
            pattern: Some(pattern.into()),
        };
        let wordings = [wording("plain words"), wording("[ab]c+d"), wording("e+f")];
        let anchors = Anchors::new(wordings.iter(), &[]).unwrap();
        assert_eq!(anchors.unanchored(b"xx aCCd plain words"), [1, 2]);
        assert!(anchors.unanchored(b"plain words").is_empty());
        assert_eq!(
            found(&anchors, b"accd Plain words"),
            [Found { at: 6, end: 16, sought: Sought::Wording(0) }]
        );
    }

    proptest! {
        #[test]
        fn an_anchor_is_found_wherever_it_stands_also_inside_others(
            before in "[a-z :.]{0,40}", index in 0usize..200, after in "[a-z]{0,9}"
        ) {
            let anchors = &BUILTIN.1;
            let (text, sought) = &anchors.texts[index % anchors.texts.len()];
            let line = [before.as_bytes(), text, after.as_bytes()].concat();
            let end = before.len() + text.len();
            let there = found(anchors, &line);
            prop_assert!(there.iter().any(|found| (found.sought, found.end) == (*sought, end)));
            prop_assert!(there.is_sorted_by_key(|found| found.at));
        }
    }

    #[test]
    fn ordinary_lines_are_hardly_ever_looked_at() {
        let lines = "2026-11-20 09:59:00,123 [17] INFO  Thycotic.ihawu.Business - Heartbeat - processed 12 items in 340 ms\r\n\
            2026-11-20 09:59:00,155 [9] DEBUG Thycotic.AppCore.BackgroundWorker - Channel 4 opened on connection 7\r\n\
            2026-11-20 09:59:01,010 [21] INFO  Thycotic.Data.SqlDataAccessor - Executing stored procedure with 3 parameters\r\n";
        let anchors = &BUILTIN.1;
        let there = |at: &usize| {
            gram(lines.as_bytes(), *at).map(slot).is_some_and(|(word, bit)| anchors.bitmap[word] & bit != 0)
        };
        let looks = (0..lines.len()).filter(there).count();
        assert!(looks * 40 < lines.len(), "{looks} of {} places", lines.len());
        assert_eq!(found(anchors, lines.as_bytes()), []);
    }
}
