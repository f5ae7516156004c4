//! Helpers for the bytes of a text around a position, without regard to case where words are compared.

use super::pattern::MAX_VALUE;

/// Longest name before a separator, and the span in which a neighbouring `key=` makes a connection string.
pub(super) const NEAR: usize = 256;

/// The rest of the line from `at`, at most [`MAX_VALUE`] bytes.
pub(super) fn line_from(text: &[u8], at: usize) -> &[u8] {
    line_within(text, at, MAX_VALUE)
}

/// The rest of the line from `at`, at most so many bytes: a line may be nothing but candidates.
pub(super) fn line_within(text: &[u8], at: usize, most: usize) -> &[u8] {
    let rest = first(text.get(at..).unwrap_or_default(), most);
    let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    rest.get(..end).unwrap_or(rest)
}

/// At most so many bytes from the start of a text.
pub(super) fn first(text: &[u8], most: usize) -> &[u8] {
    text.get(..most).unwrap_or(text)
}

/// The byte before a place.
pub(super) fn before(text: &[u8], at: usize) -> Option<u8> {
    text.get(at.checked_sub(1)?).copied()
}

/// Whether no word goes on into what starts at `at`.
pub(super) fn starts_word(text: &[u8], at: usize) -> bool {
    !before(text, at).is_some_and(|byte| byte.is_ascii_alphanumeric())
}

/// Whether a name may hold it.
pub(super) const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// A text without the signs at its end.
pub(super) fn trim_end<'t>(text: &'t [u8], signs: &[u8]) -> &'t [u8] {
    let kept = text.len() - text.iter().rev().take_while(|b| signs.contains(b)).count();
    text.get(..kept).unwrap_or(text)
}

/// How many bytes at the start of a text are among the signs.
pub(super) fn signs(text: &[u8], signs: &[u8]) -> usize {
    text.iter().take_while(|b| signs.contains(b)).count()
}

/// Whether `word` is one of `words`.
pub(super) fn is_one_of(word: &[u8], words: &[impl AsRef<str>]) -> bool {
    words.iter().any(|listed| word.eq_ignore_ascii_case(listed.as_ref().as_bytes()))
}

/// Whether a text ends with `tail`.
pub(super) fn ends_with(text: &[u8], tail: &[u8]) -> bool {
    follows(text, text.len(), tail)
}

/// Whether the bytes before `at` are `tail`.
pub(super) fn follows(text: &[u8], at: usize, tail: &[u8]) -> bool {
    at.checked_sub(tail.len())
        .and_then(|from| text.get(from..at))
        .is_some_and(|head| head.eq_ignore_ascii_case(tail))
}

/// How many backslashes `text` ends with, of at most `most`.
pub(super) fn slashes_at_end(text: &[u8], most: usize) -> usize {
    text.iter().rev().take(most).take_while(|byte| **byte == b'\\').count()
}
