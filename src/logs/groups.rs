//! Errors that nobody has catalogued: entries of equal wording are counted together, so that a new error is seen by its
//! number.

use super::sample::SampleLine;
use crate::model::excerpt::Sanitize;
use crate::model::log::Recurring;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// Most different errors of one file; later ones are not counted.
const MOST: usize = 200;
/// Bytes of a message that make its wording.
const LONGEST: usize = 96;
/// Bytes of a message that are kept, so that a secret in its wording is recognised as a whole.
const KEPT: usize = 1024;

/// Errors of a file by a fingerprint of their wording.
#[derive(Default)]
pub(super) struct ErrorGroups(BTreeMap<u64, Group>);

/// Errors of one wording.
struct Group {
    logger: Vec<u8>,
    message: Vec<u8>,
    /// They are about work on other machines, and so they are not reported.
    is_workload: bool,
    count: u64,
    last: Option<DateTime<FixedOffset>>,
    by_hour: BTreeMap<i64, u64>,
    sample: SampleLine,
}

impl ErrorGroups {
    /// The fingerprint of an entry with this logger and message, and whether it is about work on other machines. Who meets
    /// a wording for the first time finds that out, and gives the line.
    pub(super) fn meet(
        &mut self,
        logger: &[u8],
        message: &[u8],
        new: impl FnOnce() -> (bool, SampleLine),
    ) -> (u64, bool) {
        let mut hash = 0;
        let mut add = |text: &[u8]| hash = fingerprint(hash, text);
        add(logger);
        wording(message, &mut add);
        if let Some(known) = self.0.get(&hash) {
            return (hash, known.is_workload);
        }
        let (is_workload, sample) = new();
        if self.0.len() < MOST {
            let (logger, message) = (logger.to_vec(), message.get(..KEPT).unwrap_or(message).to_vec());
            let (count, last, by_hour) = (0, None, BTreeMap::new());
            self.0.insert(hash, Group { logger, message, is_workload, count, last, by_hour, sample });
        }
        (hash, is_workload)
    }

    /// Counts an entry that no signature explains.
    pub(super) fn count(&mut self, hash: u64, hour: Option<i64>, time: Option<DateTime<FixedOffset>>) {
        let Some(group) = self.0.get_mut(&hash).filter(|group| !group.is_workload) else { return };
        group.count += 1;
        group.last = group.last.max(time);
        if let Some(hour) = hour {
            *group.by_hour.entry(hour).or_default() += 1;
        }
    }

    /// The errors, in order of their text.
    pub(super) fn into_recurring(self, file: &str, sanitizer: &dyn Sanitize) -> Vec<Recurring> {
        let groups = self.0.into_values().filter(|group| group.count > 0);
        let mut all: Vec<Recurring> = groups.map(|group| group.into_recurring(file, sanitizer)).collect();
        all.sort_by(|a, b| a.text.cmp(&b.text));
        all
    }
}

impl Group {
    fn into_recurring(self, file: &str, sanitizer: &dyn Sanitize) -> Recurring {
        // Sanitized first: of half a secret, without its digits, nothing is recognised.
        let clean = |text: &[u8]| sanitizer.sanitize(&String::from_utf8_lossy(text));
        let mut text = (clean(&self.logger) + " - ").into_bytes();
        wording(clean(&self.message).as_bytes(), |word| text.extend_from_slice(word));
        Recurring {
            text: String::from_utf8_lossy(&text).into_owned(),
            count: self.count,
            last: self.last,
            by_hour: self.by_hour,
            sample: self.sample.into_sample(file, |_| None, sanitizer),
        }
    }
}

/// What a byte is in a message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    /// Between words.
    Other,
}

/// The kind of every byte: a table is read where a comparison for each kind would cost several times more.
const KINDS: [Kind; 256] = {
    let mut kinds = [Kind::Other; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "one place for each byte")]
        {
            kinds[byte as usize] = match byte {
                b'0'..=b'9' => Kind::Digit,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'-' | b'\\' | 0x80.. => Kind::Letter,
                _ => Kind::Other,
            };
        }
        if byte == u8::MAX {
            break kinds;
        }
        byte += 1;
    }
};

/// The words of a message, and what is between them, without what changes from one line to the next: words with a digit
/// become `#`, and so does what stands between quotes.
fn wording(message: &[u8], mut each: impl FnMut(&[u8])) {
    let message = message.trim_ascii();
    let message = message.strip_prefix(b"- ").unwrap_or(message);
    let message = message.get(..LONGEST).unwrap_or(message);
    let kind = |byte: &u8| KINDS.get(usize::from(*byte)).copied().unwrap_or(Kind::Other);
    let mut tail = message;
    while let Some(&first) = tail.first() {
        if matches!(first, b'\'' | b'"')
            && let Some(end) = memchr::memchr(first, tail.get(1..).unwrap_or_default())
        {
            each(b"#");
            tail = tail.get(end + 2..).unwrap_or_default();
            continue;
        }
        let mut changes = false;
        let length = tail.iter().map(kind).take_while(|kind| {
            changes |= *kind == Kind::Digit;
            *kind != Kind::Other
        });
        let (word, after) = tail.split_at(length.count().max(1));
        each(if changes { b"#" } else { word });
        tail = after;
    }
}

/// A number that is the same for the same texts in the same order, and hardly ever for others. Eight bytes at a time.
fn fingerprint(before: u64, text: &[u8]) -> u64 {
    // An odd number without a pattern (Knuth).
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let (words, last) = text.as_chunks::<8>();
    let hash = words.iter().fold(before, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let last = last.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    mix(hash, last ^ (text.len() as u64) << 56)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::logs::tests::AsIs;

    fn words(message: &str) -> String {
        let mut text = Vec::new();
        wording(message.as_bytes(), |word| text.extend_from_slice(word));
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn what_changes_from_line_to_line_is_left_out() {
        for (message, expected) in [
            (
                " - Dependency 12 on SRV07.corp.example failed after 3 tries",
                "Dependency # on #.corp.example failed after # tries",
            ),
            ("Could not open 'C:\\a.txt' (0x80070005)", "Could not open # (#)"),
            ("The user's page broke", "The user's page broke"),
            ("job 7f3a-99 is late", "job # is late"),
            ("", ""),
        ] {
            assert_eq!(words(message), expected);
        }
    }

    #[test]
    fn entries_of_one_wording_count_together() {
        let mut groups = ErrorGroups::default();
        let mut met = 0;
        let mut count = |logger: &str, text: &str, is_workload| {
            let (hash, work) = groups.meet(logger.as_bytes(), text.as_bytes(), || {
                met += 1;
                (is_workload, SampleLine::new(1, None, text.as_bytes(), 0))
            });
            groups.count(hash, Some(3), None);
            work
        };
        for number in 0..30 {
            assert!(!count("Thycotic.X", &format!("Item {number} broke"), false));
            assert!(count("Thycotic.Heartbeat", &format!("Item {number} broke"), true));
        }
        count("Thycotic.Y", "Item 1 broke", false);
        assert_eq!(met, 3, "what a wording is about is found out once");
        let all = groups.into_recurring("SS.log", &AsIs);
        let texts: Vec<_> = all.iter().map(|one| (one.text.as_str(), one.count)).collect();
        assert_eq!(texts, [("Thycotic.X - Item # broke", 30), ("Thycotic.Y - Item # broke", 1)]);
        assert_eq!(all[0].by_hour, [(3, 30)].into());
    }
}
