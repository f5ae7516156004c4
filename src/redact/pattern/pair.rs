//! A name that is itself a value, and the value beside it: `{"fieldName":"Password","itemValue":"…"}`, `("Authorization",
//! "…")`, `[Password, …]`.

use super::named::{NAMES, TAIL, name_before};
use super::value::{AROUND, assigned, is_no_value};
use crate::redact::bytes::{NEAR, before, first, line_from, signs, trim_end};
use std::ops::Range;

/// What holds the name of a setting or of a field.
const NAMING: [&[u8]; 9] =
    [b"key", b"name", b"fieldname", b"displayname", b"slug", b"field", b"setting", b"label", b"id"];

/// How near what holds a name is to it, in bytes: a word, a sign, blanks, and what escapes quotes.
const NAMING_NEAR: usize = 64;

/// Most signs between a name, a sign and a value.
const LEAD: usize = 8;

/// A name with the sign after it that ends a value.
pub(super) fn candidate() -> String {
    format!(r#"(?:{NAMES}|authorization|cookie){TAIL}\\{{0,3}}(?:["'][ \t]{{0,8}}[,;}}/]|,)"#)
}

/// The value beside the name at `found`, in either order: in the same object, tag, tuple or list, near by.
pub(super) fn beside(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let name = name_before(text, &found)?;
    let quote = before(text, name.start).filter(|b| matches!(b, b'"' | b'\''));
    let open = name.start - usize::from(quote.is_some());
    let head = trim_end(text.get(open.saturating_sub(NAMING_NEAR)..open)?, b" \t\\");
    if let Some(value) = second(text, head, quote, found.end) {
        return Some(value);
    }
    let head = head.strip_suffix(b":").or_else(|| head.strip_suffix(b"="))?;
    let head = trim_end(head, AROUND);
    let word = head.iter().rev().take(16).take_while(|b| b.is_ascii_alphabetic()).count();
    let word = head.get(head.len() - word..)?;
    if !NAMING.iter().any(|name| word.eq_ignore_ascii_case(name)) {
        return None;
    }
    let from = open - same_thing(text.get(..open)?);
    let rest = first(line_from(text, found.end - 1), 2 * NEAR);
    let to = found.end - 1 + rest.iter().position(|b| b"{}<>".contains(b)).unwrap_or(rest.len());
    let inside = text.get(from..to)?;
    let places: Vec<usize> = memchr::memmem::find_iter(inside, b"alue")
        .filter(|at| at.checked_sub(1).is_some_and(|v| matches!(inside.get(v), Some(b'v' | b'V'))))
        .map(|at| from + at + 4)
        .collect();
    // Behind the name, else before it.
    let mut values = places.iter().filter(|at| **at > open).chain(&places);
    values.find_map(|at| value_after(text, *at, quote)).filter(|value| value.end <= to + NEAR)
}

/// How far the object or the tag reaches back in which a text ends.
fn same_thing(text: &[u8]) -> usize {
    text.iter().rev().take(2 * NEAR).take_while(|b| !b"\n{}<>".contains(b)).count()
}

/// The second of two things in brackets, of which the first is a name.
fn second(text: &[u8], head: &[u8], quote: Option<u8>, at: usize) -> Option<Range<usize>> {
    let bracket = match (head.last()?, quote) {
        (b'[', _) => b']',
        // `(password, token)` lists parameters.
        (b'(', Some(_)) => b')',
        _ => return None,
    };
    if text.get(at.checked_sub(1)?) != Some(&b',') {
        return None;
    }
    let rest = line_from(text, at);
    let lead = signs(first(rest, LEAD), b" \t\\");
    if matches!(rest.get(lead), Some(b'"' | b'\'')) {
        return assigned(text, at, false);
    }
    // What is not quoted ends with the bracket, which has to be near: a line may be nothing but names.
    let near = first(rest, NEAR).get(lead..)?;
    let value = near.get(..memchr::memchr(bracket, near)?)?;
    // Three things are a list of names.
    let list = memchr::memmem::find(value, b", ").is_some();
    (!list && !is_no_value(value)).then_some(at + lead..at + lead + value.len())
}

/// The value of a member or an attribute whose name ends at `at`, quoted as the name of the secret is.
fn value_after(text: &[u8], at: usize, quote: Option<u8>) -> Option<Range<usize>> {
    let rest = line_from(text, at);
    let sign = at + signs(first(rest, LEAD), AROUND);
    let start = matches!(text.get(sign), Some(b':' | b'=')).then_some(sign + 1)?;
    let rest = line_from(text, start);
    let skip = signs(first(rest, LEAD), b" \t\\");
    match (rest.get(skip)?, quote) {
        // A list of texts, as headers are written.
        (b'[', Some(_)) => {
            let lead = skip + 1 + signs(rest.get(skip + 1..)?, AROUND);
            let end = memchr::memchr(b']', rest)?;
            let inside = trim_end(rest.get(lead..end)?, AROUND);
            (!inside.contains(&b'{') && !is_no_value(inside))
                .then_some(start + lead..start + lead + inside.len())
        }
        (opens, Some(quote)) if *opens != quote => None,
        _ => assigned(text, start, false),
    }
}
