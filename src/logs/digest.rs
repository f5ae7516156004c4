//! Results of a pass: of one file, and merged over all files of a node.

use super::patterns;
use crate::model::log::{ConnectedLine, Hit, LogDigest, LogFile, Origin, Pattern, PatternKey, Recurring};
use std::collections::BTreeMap;

/// The result of the pass over one file.
#[derive(Debug, Clone, Default)]
pub struct FileDigest {
    /// The file and the period it covers.
    pub file: LogFile,
    /// Hits in order of signature and pattern.
    pub hits: Vec<Hit>,
    /// Lines at error level or above, by hour since the Unix epoch, UTC.
    pub errors_by_hour: BTreeMap<i64, u64>,
    /// Those of them that are about work on other machines.
    pub workload_by_hour: BTreeMap<i64, u64>,
    /// Entries at warning level or worse, and entries with an exception, by their wording.
    pub patterns: Vec<Pattern>,
    /// Such entries of further patterns.
    pub other_entries: u64,
    /// Headers of records in the common event format.
    pub cef: Vec<Recurring>,
    /// The last line that proves a working connection to the database.
    pub connected: Option<ConnectedLine>,
    /// Whether the node's offset was known.
    pub zone_known: bool,
}

impl FileDigest {
    /// The digest of a file that is not what the bundle claims (`why`, a lower-case fragment): the file stays in the list,
    /// but nothing from it counts.
    #[must_use]
    pub fn broken(self, why: impl Into<String>) -> Self {
        let file = LogFile {
            broken: Some(why.into()),
            period: None,
            silences: BTreeMap::new(),
            gaps: Vec::new(),
            set_back: 0,
            steps_back: Vec::new(),
            head: None,
            late_lines: 0,
            lines: 0,
            ..self.file
        };
        Self { file, zone_known: self.zone_known, ..Self::default() }
    }
}

impl FileDigest {
    /// The digest of a log of which nothing was collected (`why`, a lower-case fragment), under its name in the bundle.
    #[must_use]
    pub fn unread(self, name: &str, why: &str) -> Self {
        let file = LogFile { name: name.to_owned(), unread: Some(why.to_owned()), ..self.file };
        Self { file, ..self }
    }

    /// Names the input of every line that is kept, for a log that is in no bundle.
    pub fn set_input(&mut self, input: &str) {
        let hits = self.hits.iter_mut().flat_map(|hit| &mut hit.samples);
        let patterns = self.patterns.iter_mut().flat_map(|pattern| &mut pattern.samples);
        let cef = self.cef.iter_mut().map(|record| &mut record.sample);
        let connected = self.connected.iter_mut().map(|line| &mut line.sample);
        for sample in hits.chain(patterns).chain(cef).chain(connected) {
            input.clone_into(&mut sample.place.input);
        }
    }

    /// The digest of a file whose times cannot be told: its lines have no age.
    #[must_use]
    pub(super) fn without_times(mut self) -> Self {
        self.file.period = None;
        self.file.gaps.clear();
        self.file.steps_back.clear();
        self.file.set_back = 0;
        self.file.silences.clear();
        self.connected = None;
        for hours in [&mut self.errors_by_hour, &mut self.workload_by_hour] {
            hours.clear();
        }
        for hit in &mut self.hits {
            (hit.first, hit.last, hit.last_error) = (None, None, None);
            hit.by_hour.clear();
            hit.samples.iter_mut().for_each(|sample| sample.time = None);
        }
        for event in &mut self.cef {
            event.last = None;
            event.sample.time = None;
        }
        for pattern in &mut self.patterns {
            (pattern.first, pattern.last) = (None, None);
            pattern.by_hour.clear();
            pattern.samples.iter_mut().for_each(|sample| sample.time = None);
        }
        self
    }
}

/// Merges the digests of a node's files; their order does not matter.
pub fn merge(mut digests: Vec<FileDigest>) -> LogDigest {
    digests.sort_by(|a, b| a.file.name.cmp(&b.file.name));
    let mut all = LogDigest {
        zone_known: !digests.is_empty() && digests.iter().all(|digest| digest.zone_known),
        ..LogDigest::default()
    };
    let mut hits: BTreeMap<(String, usize, Origin), Hit> = BTreeMap::new();
    let (mut cef, mut all_patterns) = (BTreeMap::new(), BTreeMap::<PatternKey, Pattern>::new());
    let copies: Vec<Option<String>> = digests.iter().map(|one| original(one, &digests)).collect();
    for (digest, copy_of) in digests.into_iter().zip(copies) {
        if copy_of.is_some() {
            let nothing = LogFile { copy_of, period: None, gaps: Vec::new(), set_back: 0, ..digest.file };
            all.files.push(LogFile { steps_back: Vec::new(), ..nothing });
            continue;
        }
        add(&mut cef, digest.cef);
        all.other_entries += digest.other_entries;
        for pattern in digest.patterns {
            patterns::add(&mut all_patterns, pattern);
        }
        all.files.push(digest.file);
        let older = |one: &ConnectedLine| all.connected.as_ref().is_none_or(|known| known.time < one.time);
        all.connected = digest.connected.filter(older).or(all.connected);
        for (hour, errors) in digest.errors_by_hour {
            *all.errors_by_hour.entry(hour).or_default() += errors;
        }
        for (hour, errors) in digest.workload_by_hour {
            *all.workload_by_hour.entry(hour).or_default() += errors;
        }
        for hit in digest.hits {
            let key = (hit.signature.clone(), hit.pattern, hit.origin.clone());
            join(hits.entry(key).or_default(), hit);
        }
    }
    all.cef = cef.into_values().collect();
    all.patterns = all_patterns.into_values().collect();
    all.hits = hits.into_values().collect();
    for hit in &mut all.hits {
        hit.samples.sort_by(|a, b| (a.time, &a.place).cmp(&(b.time, &b.place)));
    }
    all
}

/// The file that has all that this one has: it begins with the same lines, is as long or longer, and is of the same
/// component, unless one of the two has a name that the product gives no log. Somebody made a copy, perhaps while the log
/// was being written.
fn original(copy: &FileDigest, all: &[FileDigest]) -> Option<String> {
    let head = copy.file.head.filter(|_| copy.file.broken.is_none())?;
    let same = |one: &&FileDigest| {
        let (of, other) = (copy.file.component, one.file.component);
        one.file.head == Some(head)
            && one.file.broken.is_none()
            && (of == other || of.is_none() || other.is_none())
    };
    // Of equal ones, the one with a name of the product, then the first.
    let rank = |one: &FileDigest| (one.file.bytes, one.file.component.is_some());
    let best = all.iter().filter(same).reduce(|best, one| if rank(one) > rank(best) { one } else { best })?;
    (best.file.name != copy.file.name).then(|| best.file.name.clone())
}

fn add(all: &mut BTreeMap<String, Recurring>, texts: Vec<Recurring>) {
    for text in texts {
        match all.get_mut(&text.text) {
            Some(known) => {
                known.count += text.count;
                known.last = known.last.max(text.last);
            }
            None => drop(all.insert(text.text.clone(), text)),
        }
    }
}

/// Adds later hits of a pattern to those before.
pub(super) fn join(hits: &mut Hit, later: Hit) {
    hits.signature = later.signature;
    hits.pattern = later.pattern;
    hits.origin = later.origin;
    hits.errors += later.errors;
    hits.others += later.others;
    hits.first = hits.first.into_iter().chain(later.first).min();
    hits.last = hits.last.max(later.last);
    hits.last_error = hits.last_error.max(later.last_error);
    for (hour, count) in later.by_hour {
        *hits.by_hour.entry(hour).or_default() += count;
    }
    hits.samples.extend(later.samples);
}
