//! The entry that is being read, until the next one begins.

use super::tokens::tokens;
use crate::logs::recurring::exception_types;
use crate::logs::zone::UtcMillis;
use crate::model::log::EntryLevel;
use crate::model::product::is_product_name;

/// Bytes that are kept of a message and of a line, so that a secret in them is recognised as a whole.
pub(super) const KEPT: usize = 1024;
/// Bytes that are kept of the name of a method.
const LONGEST_FRAME: usize = 200;

/// An entry at warning level or worse, or one with an exception. Its memory is used again for the next one.
#[derive(Default)]
pub(crate) struct OpenEntry {
    pub(super) level: EntryLevel,
    pub(super) logger: Vec<u8>,
    pub(super) message: Vec<u8>,
    pub(super) exception: Vec<u8>,
    pub(super) frame: Vec<u8>,
    /// The pattern of a known error that its lines match first.
    pub(super) known: Option<usize>,
    pub(super) time: Option<UtcMillis>,
    /// Number and beginning of its first line.
    pub(super) number: u64,
    pub(super) line: Vec<u8>,
    state: State,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Closed,
    Open,
    /// It has no beginning that says so: it ends with its stack trace.
    Bare,
}

/// Replaces content with the beginning of a text.
fn take(place: &mut Vec<u8>, text: &[u8]) {
    place.clear();
    place.extend_from_slice(text.get(..KEPT).unwrap_or(text));
}

impl OpenEntry {
    /// Begins with line `number` of the file, written at `time`. `logger` and `message` are parts of it.
    pub(crate) fn begin(
        &mut self,
        level: EntryLevel,
        (logger, message): (&[u8], &[u8]),
        (number, line): (u64, &[u8]),
        time: Option<UtcMillis>,
    ) {
        (self.level, self.number, self.time) = (level, number, time);
        (self.known, self.state) = (None, State::Open);
        take(&mut self.logger, logger);
        take(&mut self.message, message);
        take(&mut self.line, line.trim_ascii_end());
        self.exception.clear();
        self.frame.clear();
    }

    /// It has no beginning that says so.
    pub(crate) fn is_bare(&mut self) {
        self.state = State::Bare;
    }

    /// Whether there is one, to which the next line may belong.
    pub(crate) fn is_open(&self) -> bool {
        self.state != State::Closed
    }

    /// Whether a line that begins no entry ends it: of a file whose entries have no beginnings, each line is one but for
    /// its stack trace.
    pub(crate) fn ends_before(&self, line: &[u8]) -> bool {
        self.state == State::Bare
            && !line.first().is_some_and(u8::is_ascii_whitespace)
            && !line.starts_with(b"--")
    }

    /// When it was written.
    pub(crate) fn time(&self) -> Option<UtcMillis> {
        self.time
    }

    /// Its level.
    pub(crate) fn level(&self) -> EntryLevel {
        self.level
    }

    pub(super) fn close(&mut self) {
        self.state = State::Closed;
    }

    /// A line of it matches the pattern of a known error.
    pub(crate) fn matches(&mut self, pattern: usize) {
        self.known.get_or_insert(pattern);
    }

    /// Takes the type of its exception from a line that may name one.
    pub(crate) fn look_for_exception(&mut self, line: &[u8]) {
        if self.exception.is_empty()
            && method(line).is_none()
            && let Some((_, name)) = exception_types(line).next()
        {
            self.exception.extend_from_slice(name);
        }
    }

    /// Takes the first method of the product from a line of its stack trace.
    pub(crate) fn look_for_frame(&mut self, line: &[u8]) {
        if self.frame.is_empty()
            && let Some(method) = method(line).filter(|method| is_product_name(method))
        {
            self.frame.extend_from_slice(method.get(..LONGEST_FRAME).unwrap_or(method));
        }
    }

    /// A number that is the same for entries of one pattern, and hardly ever for others.
    pub(super) fn hash(&self) -> u64 {
        let mut hash = self.bucket();
        for token in tokens(&self.message) {
            for part in token.parts() {
                hash = fingerprint(hash, part);
            }
        }
        hash
    }

    /// The same for entries that have everything but their words in common.
    pub(super) fn bucket(&self) -> u64 {
        let parts = [&self.logger, &self.exception, &self.frame];
        parts.into_iter().fold(self.level as u64, |hash, part| fingerprint(hash, part))
    }
}

/// The name of the method in a line of a stack trace: `   at Type.Method(…)`, whatever the word for "at" is.
fn method(line: &[u8]) -> Option<&[u8]> {
    let inner = line.trim_ascii_start();
    let word = inner.iter().take(9).position(|byte| *byte == b' ')?;
    let name = inner.get(word + 1..)?;
    let end = name.iter().position(|byte| matches!(byte, b'(' | b' '))?;
    let (name, after) = name.split_at(end);
    (name.contains(&b'.') && after.starts_with(b"(")).then_some(name)
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

    #[test]
    fn the_first_method_of_the_product_is_taken_in_any_language() {
        let mut entry = OpenEntry::default();
        entry.begin(EntryLevel::Error, (b"Thycotic.A", b"failed"), (1, b"line"), None);
        for line in [
            "System.TimeoutException: late ---> A.InnerException: x",
            "   at System.Data.Reader.Read(String text)",
            "   bei Thycotic.Data.Accessor.Read(Int32 id) in D:\\a.cs:Zeile 1",
            "   at Thycotic.Other.Run()",
        ] {
            entry.look_for_exception(line.as_bytes());
            entry.look_for_frame(line.as_bytes());
        }
        assert_eq!(entry.exception, b"System.TimeoutException");
        assert_eq!(entry.frame, b"Thycotic.Data.Accessor.Read");
    }

    #[test]
    fn no_line_of_prose_is_a_method() {
        for line in ["   see the page (Thycotic.A)", "   at ", "   ", "", "   at A B.C()", "at A()"] {
            assert_eq!(method(line.as_bytes()), None, "{line}");
        }
    }
}
