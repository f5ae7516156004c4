//! Secrets in HTTP headers.

use super::connection::starts_name;
use super::token;
use super::value::{self, is_no_value};
use crate::redact::bytes::{line_from, signs, starts_word};
use std::ops::Range;

/// The header, or a variable, a member or a setting of its name.
pub(super) const AUTHORIZATION: &str =
    r#"authorization(?:\\{0,3}["'])?[ \t]{0,8}(?:=>|->|[:=]|value[ \t]{0,8}=)"#;

/// The header, or the variable of a web server, or a setting.
pub(super) const COOKIE: &str =
    r#"cookie(?:\\{0,3}["'])?[ \t]{0,8}:|http_cookie[ \t]{0,8}=|cookie["'][ \t]{1,8}value[ \t]{0,8}="#;

/// A scheme and credentials of some length, without the name of the header.
pub(super) const SCHEME: &str =
    r"(?:(?:bearer|basic|negotiate|ntlm)[ \t]{1,8}|bearer:[ \t]{0,2})[a-z0-9+/._~=-]{16}";

/// The credentials of an `Authorization` header; the scheme stays.
pub(super) fn authorization(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at + signs(line_from(text, at), b" \t\"'\\[(");
    let rest = line_from(text, start);
    let scheme = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let is_scheme = |words: &[&[u8]]| {
        rest.get(..scheme).is_some_and(|s| words.iter().any(|word| s.eq_ignore_ascii_case(word)))
    };
    let blanks = signs(rest.get(scheme..)?, b" \t");
    let range = if blanks > 0 && is_scheme(&[b"bearer", b"basic", b"negotiate", b"ntlm"]) {
        let start = start + scheme + blanks;
        start..start + token::length(line_from(text, start))
    } else if blanks > 0 && is_scheme(&[b"digest", b"aws4-hmac-sha256"]) {
        // A list of values in quotes of their own.
        start..start + rest.len()
    } else {
        let length = token::length(rest);
        // "Authorization: denied for user" is prose.
        let token = rest.get(..length)?;
        let word = token.iter().all(u8::is_ascii_alphabetic) || token.iter().all(u8::is_ascii_digit);
        start..start + if length < 16 && word { 0 } else { length }
    };
    (!is_no_value(text.get(range.clone())?)).then_some(range)
}

/// The credentials after a scheme.
pub(super) fn scheme(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let start = found.end - 16;
    let range = start..start + token::length(line_from(text, start));
    // "basic authentication..." is prose: a token of sixteen has a digit or a sign.
    let prose = text.get(range.clone())?.iter().all(u8::is_ascii_alphabetic);
    (starts_word(text, found.start) && !prose).then_some(range)
}

/// All cookies of a header.
pub(super) fn cookie(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = value::at(text, at, false)?.start;
    let rest = line_from(text, start);
    let end = memchr::memchr3(b'"', b'<', b'\\', rest).unwrap_or(rest.len());
    // A cookie has a name; "cookie: the ticket expired" is prose.
    starts_name(rest).then_some(start..start + end)
}
