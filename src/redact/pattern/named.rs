//! A value after the name of a secret.

use super::Seen;
use super::connection::in_connection_string;
use super::element::{element, end_of_tag};
use super::names::{is_property, name_before};
use super::prose::{is_made_up, is_sentence};
use super::sign::{Sign, sign};
use super::spoken::{beside_blank, remarked};
use super::value::{assigned, ends_line, is_no_value, is_unclosed, quoted_length};
use crate::redact::bytes::{
    NEAR, before, ends_with, first, is_name, line_from, line_within, signs, slashes_at_end,
};
use crate::redact::lines::Open;
use crate::redact::words::looks_random;
use std::ops::Range;

/// How far members of what has the name of a secret are looked at, in bytes.
const MEMBERS: usize = 2 * 1024;
/// Longest name after the word in it.
const LONGEST_TAIL: usize = 40;

/// The value after the word of the product at `found`.
pub(super) fn after(text: &[u8], found: Range<usize>, seen: &mut Seen) -> Option<Range<usize>> {
    let range = name_before(text, &found)?;
    let name = text.get(range.clone())?.to_ascii_lowercase();
    let matched = text.get(found.clone())?;
    let arrow = matched.ends_with(b"=>") || matched.ends_with(b"->");
    let sign = match *matched.last()? {
        b' ' | b'\t' => Sign::Blank,
        b'>' | b'e' | b'E' | b';' if !arrow => Sign::Tag,
        b':' | 0x9a => Sign::Colon,
        _ => Sign::Equals,
    };
    let value = if sign == Sign::Blank {
        after_blank(text, &range, &name, found.end)
    } else if [&b"credential"[..], b"credentials", b"keys"].iter().any(|word| ends_with(&name, word)) {
        behind(text, &range, sign, found.end, seen)
    } else {
        behind_sign(text, &range, sign, found.end, seen)
    }?;
    let digits = text.get(value.clone())?.iter().all(u8::is_ascii_digit);
    // An id of a secret is no secret, nor how many were replaced, as manifests say.
    let id = (name.ends_with(b"secret") || name.ends_with(b"s")) && value.len() <= 5;
    let count = matches!(name.as_slice(), b"private-key" | b"url-credentials");
    // `PIN: optional`; a number is what it would be.
    let number = [&b"pin"[..], b"otp"].iter().any(|word| name.ends_with(word));
    let word = number && text.get(value.clone())?.iter().all(u8::is_ascii_alphabetic);
    (!word && (!digits || !(id || count))).then_some(value)
}

/// The value after the word for a password at `found`, whatever the name goes on with.
pub(super) fn password(text: &[u8], found: Range<usize>, seen: &mut Seen) -> Option<Range<usize>> {
    let start = name_before(text, &found)?.start;
    let more = text.get(found.end..)?.iter().take(LONGEST_TAIL).take_while(|b| is_name(**b)).count();
    let end = found.end + more;
    let tail = text.get(found.end..end)?;
    if is_property(tail) {
        return None;
    }
    let range = start..end;
    let Some((sign, at)) = sign(text, end) else {
        if ends_line(text, end) {
            seen.opens.push((start, Open::Table));
        }
        return None;
    };
    match sign {
        Sign::Blank => beside_blank(text, &range, at, seen),
        Sign::Remark => remarked(text, at),
        _ => behind(text, &range, sign, at, seen),
    }
}

/// The value behind a sign that ends at `at`, or every value in the brackets there.
fn behind(text: &[u8], name: &Range<usize>, sign: Sign, at: usize, seen: &mut Seen) -> Option<Range<usize>> {
    let rest = line_from(text, at);
    let lead = signs(first(rest, NEAR), b" \t");
    match rest.get(lead) {
        Some(b'{' | b'[') if sign == Sign::Colon && !rest.get(lead..)?.starts_with(b"{redacted") => {
            members(text, at + lead, seen);
            if seen.more.is_empty() && !rest.get(lead..)?.starts_with(b"{") {
                assigned(text, at, false)
            } else {
                None
            }
        }
        _ => behind_sign(text, name, sign, at, seen),
    }
}

/// The value behind a sign that ends at `at`.
fn behind_sign(
    text: &[u8],
    name: &Range<usize>,
    sign: Sign,
    at: usize,
    seen: &mut Seen,
) -> Option<Range<usize>> {
    if sign == Sign::Tag {
        if ends_line(text, at) {
            seen.opens.push((name.start, Open::Next));
        }
        return element(text, name.start, at);
    }
    // YAML puts a mark before a text of its own lines.
    let rest = line_from(text, at);
    let lead = signs(rest, b" \t");
    let mark = lead + signs(first(rest.get(lead..)?, 2), b"|>-+");
    let blank = rest.get(mark..)?.iter().all(u8::is_ascii_whitespace) && text.get(at + rest.len()).is_some();
    if sign == Sign::Colon && blank {
        seen.opens.push((name.start, Open::Next));
        return None;
    }
    let at = if sign == Sign::Colon && rest.get(mark..)?.starts_with(b" ") { at + mark } else { at };
    let value =
        super::value::at(text, at, sign == Sign::Equals && in_connection_string(text, name.start..at))?;
    let said = text.get(value.clone())?;
    if is_unclosed(text, at, &value) {
        seen.opens.push((name.start, Open::Quote));
    }
    if is_no_value(said) {
        return None;
    }
    let quoted = text.get(at..value.start)?.iter().any(|b| !b.is_ascii_whitespace());
    let spaced = sign == Sign::Colon && value.start > at && !quoted;
    if spaced {
        let after = text.get(value.end..)?;
        let name_text = text.get(name.clone())?.to_ascii_lowercase();
        let head = text.get(name.start.saturating_sub(16)..name.start)?;
        if is_sentence(head, &name_text, said, after) {
            seen.prose.push(value.start);
            return None;
        }
    }
    Some(value)
}

/// Adds every text, and every long number, of the members in the brackets at `at`.
fn members(text: &[u8], at: usize, seen: &mut Seen) {
    let rest = line_within(text, at, MEMBERS);
    if at < seen.barren {
        return;
    }
    let (mut depth, mut i) = (0_usize, 0);
    while let Some(byte) = rest.get(i) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            b'"' | b'\'' => {
                let slashes = slashes_at_end(rest.get(..i).unwrap_or_default(), 8);
                let inside = rest.get(i + 1..).unwrap_or_default();
                let length = quoted_length(inside, slashes, std::slice::from_ref(byte));
                let range = at + i + 1..at + i + 1 + length;
                let end = i + 1 + length + slashes + 1;
                let next = rest.get(end..).unwrap_or_default();
                let is_key = next.get(signs(first(next, 8), b" \t")) == Some(&b':');
                if !is_key && !is_no_value(text.get(range.clone()).unwrap_or_default()) {
                    seen.more.push(range);
                }
                i = end;
                continue;
            }
            b'0'..=b'9' => {
                let digits =
                    rest.get(i..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
                if digits > 3 {
                    seen.more.push(at + i..at + i + digits);
                }
                i += digits;
                continue;
            }
            _ => {}
        }
        i += 1;
    }
    if depth > 0 && rest.len() < MEMBERS && text.get(at + rest.len()).is_some() {
        seen.opens.push((at, Open::Object));
    }
    if seen.more.is_empty() {
        seen.barren = at + i;
    }
}

/// What a blank separates from a name of the product: the argument of a switch or of a command, an element with attributes.
fn after_blank(text: &[u8], range: &Range<usize>, name: &[u8], at: usize) -> Option<Range<usize>> {
    if name.ends_with(b"securestring") {
        argument(text, at)
    } else if is_switch(text, range, name) {
        assigned(text, at, false).filter(|value| !matches!(text.get(value.start), Some(b'-' | b'(')))
    } else {
        element(text, range.start, end_of_tag(text, at)?)
    }
}

/// Whether a name is that of a switch, after a dash or a slash.
pub(super) fn is_switch(text: &[u8], range: &Range<usize>, name: &[u8]) -> bool {
    let sign = before(text, range.start);
    let slash =
        sign == Some(b'/') && range.start.checked_sub(1).and_then(|at| before(text, at)) == Some(b' ');
    slash || (name.starts_with(b"-") && !sign.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'<'))
}

/// The first argument of a command that is no switch.
fn argument(text: &[u8], mut at: usize) -> Option<Range<usize>> {
    for _ in 0..6 {
        at += signs(line_from(text, at), b" \t");
        if text.get(at) != Some(&b'-') {
            return assigned(text, at, false)
                .filter(|value| !matches!(text.get(value.start), Some(b'(' | b')' | b'|' | b';')));
        }
        at += line_from(text, at).iter().take_while(|b| !matches!(b, b' ' | b'\t')).count();
    }
    None
}

/// What looks random after the name of any key: `RegistryKey: HKLM\…` does not.
pub(super) fn key(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    name_before(text, &found)?;
    let value = assigned(text, found.end, false)?;
    looks_random(&String::from_utf8_lossy(text.get(value.clone())?)).then_some(value)
}

/// What is made up after a word for a key or a secret in another language.
pub(super) fn foreign(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let value = assigned(text, found.end, false)?;
    let said = text.get(value.clone())?;
    (is_made_up(said) || looks_random(&String::from_utf8_lossy(said))).then_some(value)
}
