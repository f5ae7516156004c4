//! What follows a word for a secret and is none: words of a sentence, error types, times, versions and identifiers.

use super::value::is_no_value;
use crate::redact::allowlist;
use crate::redact::bytes::{first, is_one_of, signs, trim_end};
use crate::redact::words::looks_random;

/// Bytes behind a value that tell whether a sentence goes on.
const AHEAD: usize = 24;
/// From so many characters on a value behind a word of the product may be key material.
const LONG: usize = 16;

/// Words of the product, which its sentences are about.
const VOCABULARY: [&[u8]; 4] = [b"secret", b"token", b"credential", b"credentials"];

/// Words before a name after which a reason follows, in any case.
const COMPLAINTS: [&str; 9] =
    ["bad", "expired", "incorrect", "invalid", "malformed", "missing", "unexpected", "unknown", "wrong"];

/// How names of errors end.
const ERRORS: [&[u8]; 4] = [b"Exception", b"Error", b"Failure", b"Fault"];

/// Whether a token is a word of a sentence, with the signs that sentences have.
pub(super) fn is_word(token: &[u8]) -> bool {
    token.iter().all(|b| b.is_ascii_alphabetic() || !b.is_ascii() || b".,:;!?'()-".contains(b))
}

/// Whether a token is the name of an error or of its type.
pub(super) fn is_error(token: &[u8]) -> bool {
    let token = trim_end(token, b".:,;)");
    let named = token.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'`'));
    named && (ERRORS.iter().any(|end| token.ends_with(end)) || token.starts_with(b"System."))
}

/// Whether a token is a time, a version, a number, a GUID, a path or a placeholder.
pub(super) fn is_plain(token: &[u8]) -> bool {
    let token = trim_end(token, b".,:;)");
    let guid = token.len() == 36
        && token.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
        && memchr::memchr_iter(b'-', token).count() == 4;
    let path = matches!(token, [_, b':', b'\\', ..] | [b'\\', b'\\', ..] | [b'/' | b'<' | b'{' | b'(', ..]);
    let plain = std::str::from_utf8(token).is_ok_and(|token| allowlist::is_plain(token, true));
    guid || path || plain || is_error(token) || is_no_value(token)
}

/// Whether a token without a sign before it looks like a password: letters of both cases and a digit, or a sign that names and
/// sentences do not have.
pub(super) fn is_made_up(token: &[u8]) -> bool {
    let token = trim_end(token, b".,:;)]");
    let has = |class: fn(&u8) -> bool| usize::from(token.iter().any(class));
    let kinds = has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_digit)
        + has(|b| b"!#$%&*+?@^~=".contains(b));
    token.len() >= 6 && kinds >= 3 && !token.contains(&b'\\') && !token.ends_with(b"$") && !is_plain(token)
}

/// Whether a value behind `name`, a colon and a blank, not in quotes, is a word of a sentence. Behind what names a password: a
/// word, and the sentence goes on, or an error. Behind a word of the product: a word, or the sentence goes on, and of a secret,
/// which has a name, any short word.
pub(super) fn is_sentence(head: &[u8], name: &[u8], value: &[u8], after: &[u8]) -> bool {
    let word = is_word(value);
    let vocabulary = VOCABULARY.contains(&name);
    let goes_on = goes_on(after);
    // `Server7` is the name of something.
    let stem = value.trim_ascii_end().iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let numbered = value.get(stem..).is_some_and(|end| end.iter().all(u8::is_ascii_digit));
    let short = value.len() < LONG
        && !looks_random(&String::from_utf8_lossy(value))
        && (numbered || !is_made_up(value));
    let before = head.trim_ascii_end().rsplit(|b| !b.is_ascii_alphabetic()).next().unwrap_or_default();
    let reason = is_one_of(before, &COMPLAINTS) && value.iter().all(u8::is_ascii_alphabetic);
    is_plain(value)
        || (word && (vocabulary || goes_on || reason))
        || (vocabulary && short && (goes_on || name == b"secret"))
}

/// Whether a sentence goes on behind a word: after a blank, or after a comma and a word that is no name with a sign of its own.
fn goes_on(after: &[u8]) -> bool {
    let (comma, after) = match first(after, AHEAD) {
        [b',' | b';' | b'.', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    // On its own line: which lines are looked at together decides nothing.
    let next = after.get(signs(after, b" \t")..).unwrap_or_default();
    let word = next.iter().take_while(|b| b.is_ascii_alphanumeric()).count();
    after.starts_with(b" ") && word > 0 && !(comma && matches!(next.get(word), Some(b':' | b'=')))
}
