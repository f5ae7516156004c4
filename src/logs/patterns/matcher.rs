//! Whether an entry, or a wording of another run, is of a pattern.

use super::entry::OpenEntry;
use super::join::{Word, matches};
use super::leaves::{is_slot, words};
use crate::logs::formats::fields;
use crate::logs::origin::split_logger;
use crate::logs::recurring::exception_types;
use crate::model::log::{EntryLevel, PatternKey};

/// Finds the entries of a pattern.
#[derive(Debug, Clone)]
pub struct PatternMatcher {
    key: PatternKey,
    words: Vec<Word>,
}

/// The words of a wording as it is printed.
pub(super) fn words_of(wording: &str) -> Vec<Word> {
    wording.split(' ').map(|word| Word::from(word.as_bytes())).collect()
}

/// Whether two wordings are one, whichever of them has more slots.
pub(crate) fn same_wording(one: &str, other: &str) -> bool {
    let (one, other) = (words_of(one), words_of(other));
    matches(&one, &other, is_slot) || matches(&other, &one, is_slot)
}

impl PatternMatcher {
    /// Finds the entries of the pattern with this key.
    pub fn new(key: &PatternKey) -> Self {
        Self { words: words_of(&key.wording), key: key.clone() }
    }

    /// The level of its entries.
    pub(crate) const fn level(&self) -> EntryLevel {
        self.key.level
    }

    /// Whether a cleaned entry is one of them. `rest` is its text from behind time and level on, with all its lines.
    pub(crate) fn is_match(&self, level: EntryLevel, rest: &[u8]) -> bool {
        if level != self.key.level {
            return false;
        }
        let mut lines = rest.split(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let (logger, message) = entry_parts(first);
        if logger != self.key.logger.as_bytes() {
            return false;
        }
        let mut entry = OpenEntry::default();
        entry.begin(level, (logger, message), (1, b""), None);
        for line in std::iter::once(first).chain(lines) {
            entry.look_for_exception(line);
            entry.look_for_frame(line);
        }
        if entry.exception != self.key.exception.as_bytes() || entry.frame != self.key.frame.as_bytes() {
            return false;
        }
        let message = String::from_utf8_lossy(&entry.message).replace(char::is_control, " ");
        let words = words(message.as_bytes());
        // An entry without words has one that says nothing.
        let words = if words.is_empty() { vec![Word::from(&b""[..])] } else { words };
        matches(&self.words, &words, is_slot)
    }
}

/// Logger and message of what follows time and level.
pub(crate) fn entry_parts(rest: &[u8]) -> (&[u8], &[u8]) {
    let parts = fields(rest).unwrap_or_else(|| split_logger(rest));
    // The type of an exception in the place of the logger is what the entry says.
    if exception_types(parts.0).next().is_some() { (&b""[..], rest) } else { parts }
}
