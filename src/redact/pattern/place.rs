//! Places in a text.

use super::MAX_VALUE;

/// Longest name before a separator, and the span in which a neighbouring `key=` makes a connection string.
pub(super) const NEAR: usize = 256;

/// The rest of the line from `at`, at most [`MAX_VALUE`] bytes.
pub(in super::super) fn line_from(text: &[u8], at: usize) -> &[u8] {
    let rest = first(text.get(at..).unwrap_or_default(), MAX_VALUE);
    let end = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
    rest.get(..end).unwrap_or(rest)
}

/// At most so many bytes from the start of a text.
pub(in super::super) fn first(text: &[u8], most: usize) -> &[u8] {
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
