//! Secrets in HTTP headers.

use super::connection::starts_name;
use super::prose::{is_made_up, is_plain, is_word};
use super::token;
use super::value::{self, is_no_value, quoted_length};
use crate::redact::bytes::{is_one_of, line_from, signs, starts_word};
use std::ops::Range;

/// The header, or a variable, a member or a setting of its name.
pub(super) const AUTHORIZATION: &str =
    r#"authorization(?:\\{0,3}["'])?\]?[ \t]{0,8}(?:=>|->|[:=]|value[ \t]{0,8}=)"#;

/// The header, or the variable of a web server, or a setting.
pub(super) const COOKIE: &str =
    r#"cookie(?:\\{0,3}["'])?[ \t]{0,8}:|http_cookie[ \t]{0,8}=|cookie["'][ \t]{1,8}value[ \t]{0,8}="#;

/// A scheme and credentials of some length, without the name of the header.
pub(super) const SCHEME: &str =
    r"(?:(?:bearer|basic|negotiate|ntlm)[ \t]{1,8}|bearer:[ \t]{0,2})[a-z0-9+/._~=-]{16}";

/// Schemes whose credentials are one token, and those of several parts, in any case.
const SCHEMES: [&str; 12] = [
    "bearer",
    "basic",
    "negotiate",
    "ntlm",
    "token",
    "apikey",
    "api-key",
    "ssws",
    "sharedkey",
    "sharedkeylite",
    "key",
    "jwt",
];
const IN_PARTS: [&str; 7] = ["digest", "aws4-hmac-sha256", "oauth", "hawk", "hmac", "signature", "mac"];

/// The credentials of an `Authorization` header; a scheme that is known stays. Of any other, all goes that is no sentence.
pub(super) fn authorization(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = at + signs(line_from(text, at), b" \t\"'\\[(");
    let quote = text.get(at..start)?.iter().rev().find(|b| matches!(b, b'"' | b'\'')).copied();
    let slashes = memchr::memchr_iter(b'\\', text.get(at..start)?).count();
    let rest = line_from(text, start);
    // To the quote that closes the header, or the end of the line.
    let whole = quote.map_or(rest.len(), |quote| quoted_length(rest, slashes, &[quote]));
    let scheme = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    let is_scheme = |words: &[&str]| rest.get(..scheme).is_some_and(|scheme| is_one_of(scheme, words));
    let blanks = signs(rest.get(scheme..)?, b" \t");
    let second = start + scheme + blanks;
    let token = |at: usize| at..at + token::length(line_from(text, at));
    let range = if blanks > 0 && is_scheme(&IN_PARTS) {
        start..start + whole
    } else if blanks > 0 && is_scheme(&SCHEMES) {
        let range = token(second);
        // `Token token="…"` is in parts.
        let named =
            text.get(range.clone())?.ends_with(b"=") && matches!(text.get(range.end), Some(b'"' | b'\''));
        if named { second..second.max(start + whole) } else { range }
    } else if blanks > 0 && scheme > 1 && is_credential(text.get(token(second))?) {
        // A scheme that nobody knows, and parts of its own.
        second..second.max(start + whole)
    } else {
        let range = token(start);
        // "Authorization: denied for user" is prose.
        let token = text.get(range.clone())?;
        let word = token.iter().all(u8::is_ascii_alphabetic) || token.iter().all(u8::is_ascii_digit);
        if token.len() < 16 && word { start..start } else { range }
    };
    (!is_no_value(text.get(range.clone())?)).then_some(range)
}

/// Whether what follows a word is a credential and no word of a sentence.
fn is_credential(token: &[u8]) -> bool {
    token.len() >= 6
        && !is_plain(token)
        && (is_made_up(token) || token.contains(&b'=') || (token.len() >= 16 && !is_word(token)))
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
    (starts_name(rest) || is_made_up(rest.get(..end)?)).then_some(start..start + end)
}
