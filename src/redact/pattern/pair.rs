//! A name that is itself a value, and the value beside it: `{"fieldName":"Password","itemValue":"…"}`, `("Authorization",
//! "…")`, `[Password, …]`, `<Value>…</Value><FieldName>Password</FieldName>`, `<property name="password">…</property>`.

use super::Seen;
use super::element::{element, end_of_tag};
use super::names::name_before;
use super::prose::is_made_up;
use super::value::{AROUND, assigned, ends_line, is_no_value};
use crate::redact::bytes::{
    NEAR, before, ends_with, first, is_name, line_from, line_within, signs, trim_end,
};
use crate::redact::lines::Open;
use std::ops::Range;

/// How the names end of what holds the name of a setting or of a field.
const NAMING: [&[u8]; 13] = [
    b"key",
    b"name",
    b"slug",
    b"field",
    b"setting",
    b"label",
    b"id",
    b"parameter",
    b"property",
    b"header",
    b"type",
    b"variable",
    b"column",
];

/// How the names end of what holds its value.
const HOLDING: [&[u8]; 6] = [b"value", b"val", b"string", b"text", b"data", b"content"];

/// How near what holds a name is to it, in bytes: a word, a sign, blanks, and what escapes quotes.
const NAMING_NEAR: usize = 64;

/// How far the two are apart, in bytes, in either direction.
const APART: usize = 2 * NEAR;

/// Most signs between a name, a sign and a value.
const LEAD: usize = 8;

/// A mark that says of the thing it is in that it holds a password.
pub(super) const MARKED: &str = r#"is_?(?:password|secret|secure|sensitive)(?:\\{0,3}["'][ \t]{0,8}[:=][ \t]{0,8}\\{0,3}["']?true|>true</)"#;

/// A value by itself on its line, whose name may be on a later one.
pub(super) const VALUE_FIRST: &str = r#"(?m:^)[ \t]{0,64}(?:"[a-z_]{0,16}value"[ \t]{0,4}:[ \t]{0,4}["0-9]|<(?:[a-z0-9]{1,12}:)?[a-z]{0,16}value>)"#;

/// Leaves an object open for a name behind a value.
pub(super) fn value_first(text: &[u8], found: Range<usize>, seen: &mut Seen) -> Option<Range<usize>> {
    let line = line_from(text, found.end).trim_ascii_end();
    let alone =
        line.ends_with(b",") || line.ends_with(b"\"") || (line.ends_with(b">") && !line.starts_with(b"<"));
    if alone && ends_line(text, found.end + line.len()) {
        seen.opens.push((found.start, Open::Object));
    }
    None
}

/// A name with the sign after it that ends a value.
pub(super) fn candidate(names: &str) -> String {
    format!(
        r#"(?:{names}|authorization|cookie)[a-z0-9_]{{0,12}}\\{{0,3}}(?:["'][ \t]{{0,8}}[,;}}/>]|["'][ \t]{{1,8}}[a-z][a-z:.-]{{0,24}}[ \t]?=|["'][ \t]{{0,8}}\r?\n|[,;])"#
    )
}

/// A name that is the text of an element, raw or escaped.
pub(super) fn element_candidate(names: &str) -> String {
    format!(r"(?:{names}|authorization|cookie)[a-z0-9_]{{0,12}}(?:</|&lt;/|\\u003c/)")
}

/// The value beside the name at `found`, in either order: in the same object, tag, tuple or list, near by.
pub(super) fn beside(text: &[u8], found: Range<usize>, seen: &mut Seen) -> Option<Range<usize>> {
    let name = name_before(text, &found)?;
    // `@Password` of a statement.
    let start = name.start - usize::from(matches!(before(text, name.start), Some(b'@' | b'$' | b':')));
    let quote = before(text, start).filter(|b| matches!(b, b'"' | b'\''));
    let open = start - usize::from(quote.is_some());
    let head = trim_end(text.get(open.saturating_sub(NAMING_NEAR)..open)?, b" \t\\");
    let sign = *text.get(found.clone())?.last()?;
    if let Some(value) = second(text, head, quote, found.end) {
        return Some(value);
    }
    let Some(head) = head.strip_suffix(b":").or_else(|| head.strip_suffix(b"=")) else {
        // `password;VALUE`, and nothing else.
        let token = line_from(text, found.end);
        let alone = quote.is_none()
            && matches!(sign, b',' | b';')
            && head.last().is_none_or(|b| matches!(b, b' ' | b'\t' | b'\n' | b'-'));
        return (alone && is_made_up(token)).then(|| found.end..found.end + token.len());
    };
    let head = trim_end(head, AROUND);
    let word = head.iter().rev().take(24).take_while(|b| is_name(**b)).count();
    let word = head.get(head.len() - word..)?;
    if !NAMING.iter().any(|name| ends_with(word, name)) {
        return None;
    }
    let value = in_same_thing(text, open, found.end - 1, quote);
    let end =
        if sign == b'>' { Some(found.end) } else { end_of_tag(text, found.end).filter(|_| sign == b'=') };
    if let (None, Some(at)) = (&value, end) {
        // The name of an element is an attribute of it.
        if ends_line(text, at) {
            seen.opens.push((name.start, Open::Next));
        }
        let rest = line_from(text, at);
        let lead = signs(rest, b" \t");
        // A child may hold it.
        if rest.get(lead..)?.starts_with(b"<") && rest.get(lead + 1..).is_some_and(holds) {
            return value_of(text, at + lead + 1, b"<");
        }
        let end = memchr::memchr(b'<', rest).unwrap_or(rest.len());
        return (!is_no_value(rest.get(..end)?)).then_some(at..at + end);
    }
    if value.is_none() && (sign == b'\n' || ends_line(text, found.end)) {
        seen.opens.push((name.start, Open::Object));
    }
    value
}

/// The value in the thing that a mark says holds a password.
pub(super) fn marked(text: &[u8], found: Range<usize>, seen: &mut Seen) -> Option<Range<usize>> {
    if text.get(found.end - 1) == Some(&b'/') {
        return beside_element(text, found, seen);
    }
    let quote = text.get(found.clone())?.iter().find(|b| matches!(b, b'"' | b'\'')).copied();
    in_same_thing(text, found.start, found.end, quote)
}

/// The member or attribute that holds a value in the thing around `open..end`: behind it, else before it.
fn in_same_thing(text: &[u8], open: usize, end: usize, quote: Option<u8>) -> Option<Range<usize>> {
    let from = open - same_thing(text.get(..open)?);
    let rest = line_within(text, end, APART);
    let to = end + rest.iter().position(|b| b"{}<>".contains(b)).unwrap_or(rest.len());
    let inside = text.get(from..to)?;
    let mut best = None;
    for at in memchr::memchr2_iter(b':', b'=', inside) {
        let head = trim_end(inside.get(..at)?, AROUND);
        if !HOLDING.iter().any(|word| ends_with(head, word)) {
            continue;
        }
        let Some(value) = value_after(text, from + at, quote).filter(|value| value.end <= to + NEAR) else {
            continue;
        };
        if value.start > open {
            return Some(value);
        }
        best = Some(value);
    }
    best
}

/// How far the object or the tag reaches back in which a text ends.
fn same_thing(text: &[u8]) -> usize {
    text.iter().rev().take(APART).take_while(|b| !b"\n{}<>".contains(b)).count()
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

/// The value of a member or an attribute whose sign is at `sign`, quoted as the name of the secret is.
fn value_after(text: &[u8], sign: usize, quote: Option<u8>) -> Option<Range<usize>> {
    let start = sign + 1;
    let rest = line_from(text, start);
    let skip = signs(first(rest, LEAD), b" \t\\");
    match (rest.get(skip)?, quote) {
        // A list of texts, as headers are written.
        (b'[', Some(_)) => {
            let lead = skip + 1 + signs(first(rest.get(skip + 1..)?, LEAD), AROUND);
            let end = memchr::memchr(b']', rest)?;
            let inside = trim_end(rest.get(lead..end)?, AROUND);
            (!inside.contains(&b'{') && !is_no_value(inside))
                .then_some(start + lead..start + lead + inside.len())
        }
        // A number of a field.
        (b'0'..=b'9', Some(_)) => assigned(text, start, false),
        (opens, Some(quote)) if *opens != quote => None,
        _ => assigned(text, start, false),
    }
}

/// How an element's tag begins, raw or escaped.
const TAGS: [&[u8]; 3] = [b"<", b"&lt;", b"\\u003c"];

/// The text of the element beside the one whose text is the name at `found`, under the same parent: behind it, else before it.
pub(super) fn beside_element(text: &[u8], found: Range<usize>, seen: &mut Seen) -> Option<Range<usize>> {
    let tag = TAGS.iter().find(|tag| text.get(..found.end - 1).is_some_and(|head| ends_with(head, tag)))?;
    let head = text.get(found.start.saturating_sub(APART)..found.start)?.rsplit(|b| *b == b'\n').next()?;
    // The name is the whole text of an element that holds names.
    let naming = memchr::memmem::rfind(head, tag)?;
    let opened = head.get(naming + tag.len()..)?;
    let close = opened.iter().position(|b| matches!(b, b'>' | b'&' | b'\\'));
    let names = |close: usize| {
        NAMING.iter().any(|word| opened.get(..close).is_some_and(|name| ends_with(name, word)))
    };
    let mark = memchr::memmem::find(text.get(found.clone())?, b"true").is_some();
    // An entry of a map has two texts.
    let entry = opened.starts_with(b"string>") && ends_with(head.get(..naming)?, b"entry>");
    if !(mark || entry || close.is_some_and(names)) {
        return None;
    }
    let before = head.get(..naming)?;
    let behind = siblings(text, found.end - 1 - tag.len(), tag);
    let value =
        behind.or_else(|| sibling_before(before, found.start - head.len() + naming - before.len(), tag));
    if value.is_none() {
        let rest = line_from(text, found.end);
        let end = rest.iter().position(|b| *b == b'>' || *b == b';').map_or(rest.len(), |end| end + 1);
        if ends_line(text, found.end + end) {
            seen.opens.push((found.start, Open::Object));
        }
    }
    value.filter(|range| text.get(range.clone()).is_some_and(|value| !is_no_value(value)))
}

/// Whether what an opening tag says (`a:Value`, `string xmlns="…"`) is the name of what holds values.
fn holds(tag: &[u8]) -> bool {
    let end = tag
        .iter()
        .position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'&' | b'\\' | b'/'))
        .unwrap_or(tag.len());
    let name = tag.get(..end).unwrap_or_default();
    HOLDING.iter().any(|word| ends_with(name, word))
}

/// The text of the next element that holds a value behind the one whose closing tag starts at `at`, before their parent ends.
fn siblings(text: &[u8], at: usize, tag: &[u8]) -> Option<Range<usize>> {
    let rest = line_within(text, at, APART);
    let mut depth = 1_i32;
    for i in memchr::memmem::find_iter(rest, tag) {
        let inside = rest.get(i + tag.len()..)?;
        if inside.starts_with(b"/") {
            depth -= 1;
            if depth < 0 {
                return None;
            }
            continue;
        }
        let end = memchr::memchr2(b'>', b';', inside)?;
        let end = if tag == b"<" { memchr::memchr(b'>', inside)? } else { end };
        if holds(inside) {
            return value_of(text, at + i + tag.len(), tag);
        }
        if depth == 0 && NAMING.iter().any(|word| ends_with(inside.get(..end).unwrap_or_default(), word)) {
            // The next pair begins.
            return None;
        }
        let closed = inside.get(..end).is_some_and(|tag| tag.ends_with(b"/"));
        depth += i32::from(!closed);
    }
    None
}

/// The text of the last element that holds a value in `head`, which starts at `base`, after their parent begins.
fn sibling_before(head: &[u8], base: usize, tag: &[u8]) -> Option<Range<usize>> {
    let mut depth = 0_i32;
    for i in memchr::memmem::rfind_iter(head, tag) {
        let inside = head.get(i + tag.len()..)?;
        if inside.starts_with(b"/") {
            depth += 1;
            continue;
        }
        depth -= 1;
        if depth < 0 {
            return None;
        }
        if holds(inside) {
            let range = value_of(head, i + tag.len(), tag)?;
            return Some(base + range.start..base + range.end);
        }
    }
    None
}

/// The text of the element whose name starts at `at`.
fn value_of(text: &[u8], at: usize, tag: &[u8]) -> Option<Range<usize>> {
    let end: &[u8] = if tag == b"<" {
        b">"
    } else if tag == b"&lt;" {
        b"&gt;"
    } else {
        b"\\u003e"
    };
    let start = at + memchr::memmem::find(line_within(text, at, NEAR), end)? + end.len();
    element(text, at, start)
}
