//! Which known errors a line matches.

use super::{Block, JOIN, Level, LineScanner, Target, ending};
use crate::logs::scan::CompiledPattern;
use crate::model::log::{Hit, Origin};
use std::collections::BTreeMap;

/// Most hosts that are told apart for one pattern.
const MOST_HOSTS: usize = 20;

impl LineScanner<'_> {
    /// Looks for texts that begin at the end of one line and end in the next one of the same entry; for those of the given
    /// patterns, or for all.
    pub(super) fn match_across(
        &mut self,
        earlier: &[u8],
        line: &[u8],
        patterns: Option<&[usize]>,
        block: &Block<'_>,
    ) {
        let earlier = ending(earlier);
        if earlier.is_empty() {
            return;
        }
        let mut joined = [earlier, line.get(..JOIN).unwrap_or(line)].concat();
        joined.iter_mut().filter(|byte| matches!(**byte, b'\r' | b'\n')).for_each(|byte| *byte = b' ');
        let own = std::mem::take(&mut self.likely);
        match patterns {
            Some(patterns) => self.likely.extend(patterns),
            None => self.scanner.prefilter.find(&joined, |candidate| {
                if let (Target::Pattern(index), true) =
                    (candidate.target, candidate.start < earlier.len() && candidate.end > earlier.len())
                {
                    self.likely.insert(index);
                }
            }),
        }
        if !self.likely.is_empty() && !self.waiting {
            self.match_likely(&joined, block);
        }
        self.likely = own;
    }

    /// Counts which of the likely patterns a line, or a piece of one, does match.
    pub(super) fn match_likely(&mut self, raw: &[u8], block: &Block<'_>) {
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
            self.open.matches(index);
            let sample = self.sample(raw, at);
            let is_error = self.level.is_none_or(|level| level == Level::Error);
            let origin = self.origin(index, pattern, raw, block);
            let hit = Hit {
                signature: pattern.signature.clone(),
                pattern: pattern.index,
                origin,
                errors: is_error.into(),
                others: (!is_error).into(),
                first: sample.time,
                last: sample.time,
                last_error: sample.time.filter(|_| is_error),
                by_hour: self.times.current.map(|time| (Self::hour(time), 1)).into_iter().collect(),
                samples: Vec::new(),
            };
            match &pattern.caller {
                Some(caller) => {
                    let mut waiting = std::mem::take(&mut self.waiting_hits);
                    let texts = [self.entry(block), raw];
                    waiting.add(&self.scanner.own_code, texts, caller, (index, hit), sample);
                    self.waiting_hits = waiting;
                }
                None => self.hits.count(index, hit, sample),
            }
        }
        self.folded = line;
    }

    /// Counts the hits that waited for the end of their entry.
    pub(super) fn count_waiting(&mut self) {
        for waiting in self.waiting_hits.take(self.is_foreign) {
            self.hits.count(waiting.index, waiting.hit, waiting.sample);
        }
    }

    /// What a line is about that matches a pattern. Who meets a great many hosts works on other machines.
    fn origin(&self, index: usize, pattern: &CompiledPattern, line: &[u8], block: &Block<'_>) -> Origin {
        let Some(family) = pattern.also_workload else { return Origin::Node };
        let origin = self.scanner.origins.of(family, self.is_foreign, self.entry(block), line);
        match &origin {
            Origin::Host(_) if !self.hits.knows(index, &origin) && self.hits.hosts(index) >= MOST_HOSTS => {
                Origin::Workload("hosts".into())
            }
            _ => origin,
        }
    }
}
