//! The patterns of one file while it is read.

use super::entry::OpenEntry;
use super::join::{Joined, Word, join, matches};
use super::tokens::{ANY, tokens};
use super::unify::add;
use crate::logs::sample::SampleLine;
use crate::logs::scan::CompiledPattern;
use crate::logs::zone::{Clock, UtcMillis};
use crate::model::excerpt::Sanitize;
use crate::model::log::{Component, EntryLevel, Pattern, PatternKey};
use foldhash::fast::RandomState;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most patterns of a file while it is read, and how many are left of them when there are too many, and at its end.
const MOST: usize = 600;
const LEFT: usize = MOST / 2;
/// Places for what was seen once.
const ONCE: usize = 1 << 14;
/// How often joining is left out where it made little room.
const IDLE: u32 = 7;
/// Newest lines that are kept of each.
const NEWEST: usize = Pattern::SAMPLES - 1;

/// What the pass knows of an entry when it ends.
pub(crate) struct Entry<'e> {
    pub(crate) open: &'e mut OpenEntry,
    /// Its hour since the Unix epoch, UTC.
    pub(crate) hour: Option<i64>,
}

/// The patterns of a file, by a number made of what their entries have in common.
#[derive(Default)]
pub(crate) struct Leaves {
    all: HashMap<u64, Leaf, RandomState>,
    /// Those whose wordings were joined, by what they have in common besides their words.
    joined: BTreeMap<u64, Vec<u64>>,
    /// Entries of patterns that were dropped.
    others: u64,
    /// What was seen once since patterns had to be dropped: from then on, nearly every new pattern has to come twice to be
    /// kept. A log of nothing but different entries costs little that way.
    once: Option<Vec<u64>>,
    /// Times that joining is left out, because it made little room.
    idle: u32,
}

/// Entries of one pattern.
struct Leaf {
    bucket: u64,
    level: EntryLevel,
    logger: Vec<u8>,
    exception: Vec<u8>,
    frame: Vec<u8>,
    /// A message of it.
    message: Vec<u8>,
    /// Its words, if they are not those of the message: wordings were joined.
    words: Option<Vec<Word>>,
    workload: Option<String>,
    known: Option<usize>,
    known_entries: u64,
    count: u64,
    period: Option<(UtcMillis, UtcMillis)>,
    by_hour: BTreeMap<i64, u64>,
    first: Line,
    /// The newest lines.
    newest: [Line; NEWEST],
}

/// The first line of an entry.
#[derive(Default)]
struct Line {
    number: u64,
    time: Option<UtcMillis>,
    text: Vec<u8>,
}

impl Line {
    /// Becomes the line of an entry, which gets the memory of this one.
    fn take(&mut self, entry: &mut OpenEntry) {
        (self.number, self.time) = (entry.number, entry.time);
        std::mem::swap(&mut self.text, &mut entry.line);
    }
}

impl Leaves {
    /// Counts an entry and closes it. `workload` is asked for a pattern that is new: is it about the product's work on
    /// other machines? Gives whether it is.
    pub(crate) fn add(
        &mut self,
        entry: Entry<'_>,
        workload: impl FnOnce(&[u8], &[u8]) -> Option<String>,
    ) -> bool {
        let Entry { open, hour } = entry;
        open.close();
        let mut key = open.hash();
        if !self.all.contains_key(&key) {
            let bucket = open.bucket();
            match self.more_general(bucket, &open.message) {
                Some(general) => key = general,
                None if self.is_first_of_many(key) => {
                    self.others += 1;
                    return false;
                }
                None => self.insert(key, bucket, open, workload),
            }
        }
        let Some(leaf) = self.all.get_mut(&key) else { return false };
        leaf.count(open, hour);
        leaf.workload.is_some()
    }

    /// Whether a new pattern has to come once more to be kept. One of sixteen has not: a name in each entry may make them
    /// differ, which shows when enough of them are there to be joined.
    fn is_first_of_many(&mut self, key: u64) -> bool {
        let Some(once) = &mut self.once else { return false };
        let place = usize::try_from(key >> 4).unwrap_or(0) % once.len();
        let Some(seen) = once.get_mut(place).filter(|_| !key.is_multiple_of(16)) else { return false };
        std::mem::replace(seen, key) != key
    }

    /// A pattern whose wordings were joined and that a message is a case of.
    fn more_general(&self, bucket: u64, message: &[u8]) -> Option<u64> {
        let keys = self.joined.get(&bucket)?;
        let words = words(message);
        let is_case_of = |key: &&u64| {
            let template = self.all.get(*key).and_then(|leaf| leaf.words.as_deref());
            template.is_some_and(|template| matches(template, &words, is_slot))
        };
        keys.iter().find(is_case_of).copied()
    }

    fn insert(
        &mut self,
        key: u64,
        bucket: u64,
        open: &OpenEntry,
        workload: impl FnOnce(&[u8], &[u8]) -> Option<String>,
    ) {
        if self.all.len() >= MOST {
            self.make_room();
        }
        let leaf = Leaf {
            bucket,
            level: open.level,
            logger: open.logger.clone(),
            exception: open.exception.clone(),
            frame: open.frame.clone(),
            message: open.message.clone(),
            words: None,
            workload: workload(&open.logger, &open.message),
            known: None,
            known_entries: 0,
            count: 0,
            period: None,
            by_hour: BTreeMap::new(),
            first: Line::default(),
            newest: Default::default(),
        };
        self.all.insert(key, leaf);
    }

    /// Joins wordings that differ in names; if that is not enough, drops the rarest patterns.
    fn make_room(&mut self) {
        let mut kept: Vec<(u64, Leaf)> = std::mem::take(&mut self.all).into_iter().collect();
        if let Some(idle) = self.idle.checked_sub(1) {
            self.idle = idle;
        } else {
            kept = joined(kept);
            if kept.len() > LEFT {
                self.idle = IDLE;
            }
        }
        if kept.len() > LEFT {
            kept.sort_by_key(|(key, leaf)| (Reverse(leaf.count), *key));
            self.others += kept.drain(LEFT..).map(|(_, leaf)| leaf.count).sum::<u64>();
            self.once.get_or_insert_with(|| vec![0; ONCE]);
        }
        self.joined.clear();
        for (key, leaf) in &kept {
            if leaf.words.is_some() {
                self.joined.entry(leaf.bucket).or_default().push(*key);
            }
        }
        for keys in self.joined.values_mut() {
            keys.sort_unstable();
        }
        self.all.extend(kept);
    }

    /// The patterns, in order of their keys, and entries of others.
    pub(crate) fn finish(
        self,
        (file, component): (&str, Option<Component>),
        (clock, patterns): (&Clock, &[CompiledPattern]),
        sanitizer: &dyn Sanitize,
    ) -> (Vec<Pattern>, u64) {
        let mut all: BTreeMap<PatternKey, Pattern> = BTreeMap::new();
        let mut leaves: Vec<(u64, Leaf)> = self.all.into_iter().collect();
        leaves.sort_by_key(|(key, leaf)| (Reverse(leaf.count), *key));
        let dropped = leaves.drain(LEFT.min(leaves.len())..).map(|(_, leaf)| leaf.count).sum::<u64>();
        for (_, leaf) in leaves {
            let pattern = leaf.finish((file, component), (clock, patterns), sanitizer);
            add(&mut all, pattern);
        }
        (all.into_values().collect(), self.others + dropped)
    }
}

/// Leaves whose wordings differ in names are one.
fn joined(leaves: Vec<(u64, Leaf)>) -> Vec<(u64, Leaf)> {
    let mut buckets: BTreeMap<u64, Vec<(u64, Leaf)>> = BTreeMap::new();
    for (key, leaf) in leaves {
        buckets.entry(leaf.bucket).or_default().push((key, leaf));
    }
    let mut kept: Vec<(u64, Leaf)> = Vec::new();
    for (_, mut leaves) in buckets {
        leaves.sort_by_key(|(key, leaf)| (Reverse(leaf.count), *key));
        let wordings: Vec<Vec<Word>> = leaves.iter().map(|(_, leaf)| leaf.words()).collect();
        let joined = join(&wordings.iter().map(Vec::as_slice).collect::<Vec<_>>());
        let mut by_words: BTreeMap<Vec<Word>, (u64, Leaf)> = BTreeMap::new();
        for (((key, mut leaf), own), Joined { words, .. }) in leaves.into_iter().zip(wordings).zip(joined) {
            if let Some((_, general)) = by_words.get_mut(&words) {
                general.merge(leaf);
                continue;
            }
            if words != own {
                leaf.words = Some(words.clone());
            }
            by_words.insert(words, (key, leaf));
        }
        kept.extend(by_words.into_values());
    }
    kept
}

/// The words of a message.
pub(super) fn words(message: &[u8]) -> Vec<Word> {
    tokens(message).map(|token| Word::from(token.parts().concat())).collect()
}

pub(super) fn is_slot(word: &Word) -> bool {
    **word == *ANY
}

impl Leaf {
    fn words(&self) -> Vec<Word> {
        self.words.clone().unwrap_or_else(|| words(&self.message))
    }

    fn count(&mut self, entry: &mut OpenEntry, hour: Option<i64>) {
        self.count += 1;
        if let Some(time) = entry.time {
            let (first, last) = self.period.unwrap_or((time, time));
            self.period = Some((first.min(time), last.max(time)));
        }
        if let Some(hour) = hour {
            *self.by_hour.entry(hour).or_default() += 1;
        }
        if let Some(known) = entry.known {
            self.known.get_or_insert(known);
            self.known_entries += 1;
        }
        if self.count == 1 {
            self.first.take(entry);
        } else if let Some(place) = self.newest.iter_mut().min_by_key(|line| line.number) {
            place.take(entry);
        }
    }

    /// Adds another of the same pattern.
    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.known_entries += other.known_entries;
        self.known = self.known.or(other.known);
        self.workload = self.workload.take().or(other.workload);
        let periods = [self.period, other.period].into_iter().flatten();
        self.period = periods.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
        for (hour, count) in other.by_hour {
            *self.by_hour.entry(hour).or_default() += count;
        }
        let lines = std::mem::take(&mut self.newest).into_iter().chain(other.newest);
        let mut lines: Vec<Line> = lines.chain([other.first, std::mem::take(&mut self.first)]).collect();
        lines.retain(|line| line.number > 0);
        lines.sort_by_key(|line| Reverse(line.number));
        self.first = lines.pop().unwrap_or_default();
        for (place, line) in self.newest.iter_mut().zip(lines) {
            *place = line;
        }
    }

    fn finish(
        self,
        (file, component): (&str, Option<Component>),
        (clock, patterns): (&Clock, &[CompiledPattern]),
        sanitizer: &dyn Sanitize,
    ) -> Pattern {
        // Sanitized first: of half a secret, without its digits, nothing is recognised.
        let clean =
            |text: &[u8]| sanitizer.sanitize(&String::from_utf8_lossy(text)).replace(char::is_control, " ");
        let mut wording = words(clean(&self.message).as_bytes());
        if let Some(joined) = self.words {
            // What the message says no more when it is clean, the joined words do not say either.
            let said: BTreeSet<Word> = wording.into_iter().collect();
            wording = joined;
            for word in wording.iter_mut().filter(|word| !said.contains(*word)) {
                *word = Word::from(ANY);
            }
            wording.dedup_by(|a, b| is_slot(a) && is_slot(b));
        }
        let key = PatternKey {
            level: self.level,
            logger: clean(&self.logger),
            wording: String::from_utf8_lossy(&wording.join(&b' ')).into_owned(),
            exception: clean(&self.exception),
            frame: clean(&self.frame),
        };
        let instant = |time: Option<UtcMillis>| clock.instant(time?);
        let mut lines: Vec<Line> =
            self.newest.into_iter().chain([self.first]).filter(|line| line.number > 0).collect();
        lines.sort_by_key(|line| line.number);
        let sample = |line: Line| {
            SampleLine::new(line.number, instant(line.time), &line.text, 0).into_sample(
                file,
                |_| None,
                sanitizer,
            )
        };
        Pattern {
            key,
            family: 0,
            known: self.known.and_then(|at| patterns.get(at)).map(|pattern| pattern.signature.clone()),
            known_entries: self.known_entries,
            workload: self.workload,
            components: component.into_iter().collect(),
            count: self.count,
            first: instant(self.period.map(|(first, _)| first)),
            last: instant(self.period.map(|(_, last)| last)),
            by_hour: self.by_hour,
            samples: lines.into_iter().map(sample).collect(),
            new: None,
        }
    }
}
