//! Secrets in connection strings and URLs.

use super::value;
use crate::redact::bytes::{NEAR, before, first, is_name, line_within, starts_word, trim_end};
use std::ops::Range;

/// The account of a connection string.
pub(super) const ACCOUNT: &str = r"(?:user[ _]?id|uid|user[ _]?name|user)[ \t]{0,8}=";

/// A part of a query, or of what is written like one, that lets in anyone who has it.
pub(super) const QUERY: &str =
    r"[?&;](?:sig|signature|code)=|\b(?:assertion|code_verifier|samlart|x-amz-signature|oauth_signature)=";

/// Shortest `code=` of an authorization, in bytes; a number of an error is shorter.
const SHORTEST_CODE: usize = 16;

/// The account at `found`, if it is in a connection string.
pub(super) fn account(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let connection = starts_word(text, found.start) && in_connection_string(text, found.clone());
    connection.then(|| value::at(text, found.end, true))?
}

/// The value of a part of a query.
pub(super) fn query(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let code = text.get(found.start + 1..found.end)?.eq_ignore_ascii_case(b"code=");
    value::assigned(text, found.end, false).filter(|value| !code || value.len() >= SHORTEST_CODE)
}

/// Whether `key=` at `range` is one part among others: a `;` before it, or `;name=` after its value.
pub(super) fn in_connection_string(text: &[u8], range: Range<usize>) -> bool {
    if before(text, range.end) != Some(b'=') {
        return false;
    }
    let head = text.get(range.start.saturating_sub(16)..range.start).unwrap_or_default();
    let head = trim_end(head, b" \t");
    let after = line_within(text, range.end, NEAR);
    let after = after.get(..memchr::memchr2(b'"', b'<', after).unwrap_or(after.len())).unwrap_or(after);
    head.strip_suffix(b";").is_some_and(|head| !closes_entity(head))
        || memchr::memchr_iter(b';', after).any(|at| after.get(at + 1..).is_some_and(starts_name))
}

/// Whether `tail` starts with `name=`.
pub(super) fn starts_name(tail: &[u8]) -> bool {
    let tail = tail.trim_ascii_start();
    let length = tail.iter().take(40).take_while(|b| is_name(**b) || **b == b' ').count();
    length > 0 && tail.get(length) == Some(&b'=')
}

/// Whether the `;` after `head` ends an entity such as `&amp;`.
pub(super) fn closes_entity(head: &[u8]) -> bool {
    let name = head.iter().rev().take(8).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#').count();
    name > 0 && name < head.len() && head.get(head.len() - name - 1) == Some(&b'&')
}

/// `user:password` after `://`, the user with or without an `@` of its own; the last `@` stays, so that the host still reads as
/// one. A password may hold what should have been escaped in it; a number before a slash is a port.
pub(super) fn url_credentials(text: &[u8], at: usize) -> Option<Range<usize>> {
    const LONGEST: usize = 256;
    let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'<>{}".contains(b);
    let rest = first(text.get(at..)?, LONGEST);
    // Most URLs have none.
    memchr::memchr(b'@', rest)?;
    let rest = rest.get(..rest.iter().position(ends).unwrap_or(rest.len()))?;
    let user =
        rest.iter().position(|b| b":/?#\\".contains(b)).filter(|user| rest.get(*user) == Some(&b':'))?;
    let password = rest.get(user + 1..memchr::memrchr(b'@', rest)?)?;
    let port = password.iter().take_while(|b| b.is_ascii_digit()).count();
    let path = matches!(password.get(port), Some(b'/' | b'\\' | b'?' | b'#')) && port <= 5;
    (!password.is_empty() && !path).then_some(at..at + user + 1 + password.len())
}
