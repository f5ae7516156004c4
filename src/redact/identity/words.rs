//! Words of a text, and the bytes around them.

use crate::redact::bytes::{slashes_at_end, trim_end};
use std::ops::Range;

pub(super) use crate::redact::bytes::{before, follows};

/// What words consist of: letters, digits, `_`, `-`, `.`, and everything beyond ASCII.
pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | 0x80..)
}

/// The end of the word that begins at `at`.
pub(super) fn end_of_word(text: &[u8], at: usize) -> usize {
    at + text.get(at..).map_or(0, |rest| rest.iter().take_while(|b| is_word(**b)).count())
}

/// How long the escaped byte at `at` is: `%2F` or, escaped twice, `%252F`.
pub(super) fn escape_at(text: &[u8], at: usize) -> Option<usize> {
    let hex = |at: usize| text.get(at..at + 2).is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit));
    let own = text.get(at) == Some(&b'%') && hex(at + 1);
    let twice = own && text.get(at + 1..at + 3) == Some(b"25") && hex(at + 3);
    own.then_some(if twice { 5 } else { 3 })
}

/// The byte before `at`, as it was before a URL was escaped.
pub(super) fn before_escaped(text: &[u8], at: usize) -> Option<u8> {
    let last = before(text, at);
    if !last.is_some_and(|byte| byte.is_ascii_hexdigit()) {
        return last;
    }
    let code = [5, 3]
        .into_iter()
        .find(|length| at.checked_sub(*length).is_some_and(|start| escape_at(text, start) == Some(*length)));
    let code = code.and_then(|_| std::str::from_utf8(text.get(at - 2..at)?).ok());
    code.and_then(|code| u8::from_str_radix(code, 16).ok()).or(last)
}

/// A range without the dots, dashes and underscores at its ends, which belong to the sentence.
pub(super) fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let word = text.get(range.clone()).unwrap_or_default();
    let sign = |b: &&u8| matches!(b, b'.' | b'-' | b'_');
    let head = word.iter().take_while(sign).count();
    let tail = word.iter().rev().take_while(sign).count();
    if head == word.len() { range.start..range.start } else { range.start + head..range.end - tail }
}

/// The letters before `at`, with any of `signs` between.
pub(super) fn letters_before<'t>(text: &'t [u8], at: usize, signs: &[u8]) -> &'t [u8] {
    let head = trim_end(text.get(at.saturating_sub(24)..at).unwrap_or_default(), signs);
    let letters = head.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    head.get(head.len() - letters..).unwrap_or_default()
}

/// How many backslashes are before `at`; more than eight are no path.
pub(super) fn slashes_before(text: &[u8], at: usize) -> usize {
    slashes_at_end(text.get(..at).unwrap_or_default(), 9)
}

/// How many backslashes are at `at`.
pub(super) fn slashes_at(text: &[u8], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take(9).take_while(|b| **b == b'\\').count())
}

/// Shortest value with letters and digits that is replaced inside of other words, too.
const DISTINCT: usize = 6;

/// Whether a known value at `range` is not merely a part of another word.
pub(super) fn stands_alone(text: &[u8], range: Range<usize>, value: &str) -> bool {
    let distinct = value.len() >= DISTINCT
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic());
    let letter = |byte: Option<u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric());
    distinct || !(letter(before(text, range.start)) || letter(text.get(range.end).copied()))
}
