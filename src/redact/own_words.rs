//! Words that whoever collects wants to be hidden, too (`--redact-words FILE`): a literal text or, after `re:`, a regular
//! expression on each line. They are never printed, not even in an error.

use super::MARKER_STEM;
use super::labels;
use regex::bytes::Regex;
use std::ops::Range;
use std::sync::Arc;

/// Largest file of words, in bytes.
pub const MOST_BYTES: u64 = 1 << 20;
/// How a line that is a regular expression begins.
const EXPRESSION: &str = "re:";

/// Why a file of words cannot be used; without any of its text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OwnWordsError {
    /// It is not text.
    #[error("the file is not UTF-8 text")]
    NotText,
    /// It is larger than [`MOST_BYTES`].
    #[error("the file is larger than 1 MiB")]
    TooLarge,
    /// A line is no regular expression.
    #[error("line {0} is not a regular expression that can be used (no look-around, no back-references)")]
    Expression(usize),
    /// A line matches everywhere.
    #[error("line {0} matches an empty text, so it would match everywhere")]
    Empty(usize),
    /// All lines together need too much memory.
    #[error("the lines are too many, or their regular expressions too large, to be searched for at once")]
    TooMany,
    /// There is no line.
    #[error("the file has no words")]
    None,
}

/// The words of one file.
#[derive(Clone)]
pub struct OwnWords {
    search: Regex,
    literals: Arc<[String]>,
    lines: usize,
}

impl std::fmt::Debug for OwnWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OwnWords({} lines)", self.lines)
    }
}

impl OwnWords {
    /// Reads the lines of a file. Letters of either case match a literal; an expression may say `(?i)`.
    pub fn read(bytes: &[u8]) -> Result<Self, OwnWordsError> {
        if bytes.len() as u64 > MOST_BYTES {
            return Err(OwnWordsError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| OwnWordsError::NotText)?;
        let (mut expressions, mut literals) = (Vec::new(), Vec::new());
        for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
            let line = line.trim();
            if let Some(expression) = line.strip_prefix(EXPRESSION) {
                let one = Regex::new(expression).map_err(|_| OwnWordsError::Expression(number))?;
                if one.is_match(b"") {
                    return Err(OwnWordsError::Empty(number));
                }
                // With `(?x)` it may end in a comment, which ends with its line.
                let closed = if expression.contains("(?x") { "\n)" } else { ")" };
                expressions.push(format!("(?:{expression}{closed}"));
            } else if !line.is_empty() {
                literals.push(line.to_owned());
                expressions.push(format!("(?i:{})", regex::escape(line)));
            }
        }
        if expressions.is_empty() {
            return Err(OwnWordsError::None);
        }
        let lines = expressions.len();
        let search = Regex::new(&expressions.join("|")).map_err(|_| OwnWordsError::TooMany)?;
        Ok(Self { search, literals: literals.into(), lines })
    }

    /// How many there are.
    pub const fn lines(&self) -> usize {
        self.lines
    }

    /// Those that are plain texts.
    pub(super) fn literals(&self) -> impl Iterator<Item = &str> {
        self.literals.iter().map(String::as_str)
    }

    /// Where they are in `text`, outside of what was put there for a secret or a name.
    pub(super) fn ranges(&self, text: &[u8]) -> Vec<Range<usize>> {
        let found = self.search.find_iter(text).map(|found| found.range()).filter(|range| !range.is_empty());
        found.filter(|range| !labels::surrounds(text, range.start) && !in_marker(text, range.start)).collect()
    }
}

/// Whether `at` is inside of a marker.
fn in_marker(text: &[u8], at: usize) -> bool {
    /// Longest marker, in bytes.
    const LONGEST: usize = 80;
    let head = text.get(at.saturating_sub(LONGEST)..(at + MARKER_STEM.len()).min(text.len())).unwrap_or_default();
    let base = at.saturating_sub(LONGEST);
    memchr::memmem::rfind(head, MARKER_STEM.as_bytes()).is_some_and(|open| {
        let end = text.get(base + open..).and_then(|rest| memchr::memchr(b'}', rest));
        base + open <= at && end.is_none_or(|end| base + open + end >= at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &str, text: &str) -> Vec<String> {
        let ranges = OwnWords::read(words.as_bytes()).unwrap().ranges(text.as_bytes());
        ranges.into_iter().map(|range| text.get(range).unwrap().to_owned()).collect()
    }

    #[test]
    fn literals_and_expressions_are_found_outside_of_markers() {
        assert_eq!(found("Projekt Falke\r\n\nre:PX-[0-9]{4}", "x projekt falke PX-1234 px-1234"), ["projekt falke", "PX-1234"]);
        assert_eq!(found("a.b(c", "axb(c a.b(c"), ["a.b(c"]);
        assert_eq!(found("redacted", "{redacted} {redacted:key:ab:cd} redacted"), ["redacted"]);
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_its_text() {
        for (text, error) in [
            ("ok\nre:(", OwnWordsError::Expression(2)),
            ("re:a*", OwnWordsError::Empty(1)),
            ("re:(?=x)y", OwnWordsError::Expression(1)),
            ("\n \n", OwnWordsError::None),
        ] {
            assert_eq!(OwnWords::read(text.as_bytes()).unwrap_err(), error);
        }
        assert_eq!(OwnWords::read(b"\xff\xfe").unwrap_err(), OwnWordsError::NotText);
        assert!(!format!("{:?}", OwnWords::read(b"falke").unwrap()).contains("falke"));
    }
}
