//! Values too short or too common to be searched for by themselves: replaced where a word before them says what they are.

use super::bytes::{is_name, is_one_of};
use super::lists::LISTS;
use super::words::names_secret;
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;
use std::sync::Arc;

/// Shorter ones say nothing.
const SHORTEST: usize = 3;
/// How far before a value the word may start, in bytes.
const NEAR: usize = 64;
/// What a program does with a secret, and words for whatever it is.
const MARKS: [&str; 16] = [
    "value", "sent", "send", "sending", "sends", "typed", "typing", "types", "entered", "entering", "input", "response",
    "reply", "answer", "answered", "supplied",
];
/// Words between the two.
const BETWEEN: [&str; 8] = ["is", "was", "to", "as", "set", "changed", "now", "the"];

/// Finds these values.
#[derive(Clone, Default)]
pub(super) struct WeakMatcher(Option<Arc<AhoCorasick>>);

impl WeakMatcher {
    pub(super) fn new<'v>(values: impl Iterator<Item = &'v str>) -> Self {
        let is_word = |value: &&str| {
            value.chars().count() >= SHORTEST && !is_one_of(value.as_bytes(), &LISTS.no_values)
                && !is_one_of(value.as_bytes(), &LISTS.common_values)
                && !super::is_marker(value)
        };
        let values: Vec<&str> = values.filter(is_word).collect();
        let search = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&values);
        Self((!values.is_empty()).then(|| search.ok().map(Arc::new)).flatten())
    }

    pub(super) fn ranges(&self, text: &[u8]) -> Vec<Range<usize>> {
        let Some(search) = &self.0 else { return Vec::new() };
        let is_word = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
        search
            .find_iter(text)
            .map(|found| found.range())
            .filter(|range| {
                let before = range.start.checked_sub(1).and_then(|at| text.get(at));
                !is_word(before) && !is_word(text.get(range.end)) && is_marked(text, range.start)
            })
            .collect()
    }
}

/// Whether a word for a secret is before `at`, with signs and at most a few small words between.
fn is_marked(text: &[u8], at: usize) -> bool {
    let mut head = text.get(at.saturating_sub(NEAR)..at).unwrap_or_default();
    let line = memchr::memrchr(b'\n', head).map_or(0, |end| end + 1);
    head = head.get(line..).unwrap_or_default();
    for _ in 0..4 {
        let end = head.len() - head.iter().rev().take_while(|byte| !is_name(**byte)).count();
        head = head.get(..end).unwrap_or_default();
        let start = end - head.iter().rev().take_while(|byte| is_name(**byte)).count();
        let word = head.get(start..).unwrap_or_default();
        if !is_one_of(word, &BETWEEN) {
            return is_one_of(word, &MARKS) || names_secret(&String::from_utf8_lossy(word));
        }
        head = head.get(..start).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weak_value_goes_where_a_word_marks_it_and_nowhere_else() {
        let weak = WeakMatcher::new(["4711", "abc12!", "20471183"].into_iter());
        for text in ["Sent value 20471183 to host", "PIN: 4711", "the password was set to 'abc12!'", "Send: 4711", "pwd [abc12!]"] {
            assert_eq!(weak.ranges(text.as_bytes()).len(), 1, "{text}");
        }
        for text in ["port 4711", "4711 rows", "build 20471183", "password has 14711 tries", "value\n4711", "on:4711"] {
            assert!(weak.ranges(text.as_bytes()).is_empty(), "{text}");
        }
    }
}
