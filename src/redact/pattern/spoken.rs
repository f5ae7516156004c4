//! A password in a sentence: `verifying password [X]`, `password changed from "X" to "Y"`, `das Kennwort lautet X`.

use super::element::{element, end_of_tag};
use super::named::is_switch;
use super::prose::{is_made_up, is_plain, is_word};
use super::value::assigned;
use super::{Seen, token};
use crate::redact::bytes::{NEAR, before, first, is_one_of, line_from, line_within, signs, trim_end};
use crate::redact::lines::Open;
use std::ops::Range;

/// Most words between a name and a value in quotes.
const WORDS: usize = 4;

/// Words that say what a name's value is, in any case; and words before it that may be before anything else, too.
const IS: [&str; 9] = ["is", "was", "be", "ist", "war", "lautet", "est", "es", "è"];
const JOINS: [&str; 8] = ["to", "as", "from", "auf", "zu", "von", "with", "using"];

/// Words between what says so and the value.
const FILLERS: [&str; 5] = ["now", "currently", "set", "to", "nun"];

/// What a password is done to before it is named by itself, in any case.
const DOINGS: [&str; 13] = [
    "verifying",
    "checking",
    "testing",
    "trying",
    "sending",
    "sent",
    "entering",
    "typing",
    "setting",
    "generated",
    "new",
    "old",
    "using",
];

/// What is made up behind a remark, in the letters that passwords have.
pub(super) fn remarked(text: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = line_from(text, at);
    let lead = signs(first(rest, 8), b" \t");
    let rest = rest.get(lead..)?;
    let token =
        rest.get(..rest.iter().take_while(|b| b.is_ascii_graphic() && !b"\"'<>,;".contains(b)).count())?;
    (token.len() >= 6 && !is_word(token) && !is_plain(token)).then(|| at + lead..at + lead + trimmed(token))
}

/// What a blank separates from a word for a password: an argument, an element, a column, or what a sentence says it is.
pub(super) fn beside_blank(
    text: &[u8],
    range: &Range<usize>,
    at: usize,
    seen: &mut Seen,
) -> Option<Range<usize>> {
    let name = text.get(range.clone())?;
    if is_switch(text, range, name) {
        return assigned(text, at, false).filter(|value| !matches!(text.get(value.start), Some(b'-' | b'(')));
    }
    let tag = before(text, range.start).is_some_and(|b| matches!(b, b'<' | b':' | b';'));
    if let Some(value) = end_of_tag(text, at).filter(|_| tag).and_then(|end| element(text, range.start, end))
    {
        return Some(value);
    }
    let rest = line_within(text, at, NEAR);
    let gap = text.get(range.end..at)?;
    seen.opens.push((range.start, Open::Table));
    if rest.is_empty() || matches!(rest.first(), Some(b'\t')) {
        return None;
    }
    // `password 'x' was refused`; a secret in quotes is the name of one.
    if rest.first().is_some_and(|b| b"\"'\\&%N".contains(b)) {
        let quoted = |value: &Range<usize>| matches!(before(text, value.start), Some(b'"' | b'\''));
        if let Some(value) = assigned(text, at, false).filter(quoted) {
            return Some(value);
        }
    }
    let length = token::length(rest);
    let token = rest.get(..length)?;
    let doing = text.get(range.start.saturating_sub(16)..range.start)?.trim_ascii_end();
    let done =
        doing.rsplit(|b| !b.is_ascii_alphabetic()).next().is_some_and(|doing| is_one_of(doing, &DOINGS));
    if let Some(inside) = bracketed(rest) {
        let told = done || !is_word(inside);
        return (told && !is_plain(inside)).then(|| at + 1..at + 1 + inside.len());
    }
    // A column of a table, or a word by itself that is made up.
    let wide = gap.contains(&b'\t') || gap.len() > 1;
    if is_made_up(token)
        || (done && !is_word(token) && !is_plain(token))
        || (wide && !is_word(token) && !is_plain(token) && !starts_next_column(rest, length))
    {
        return Some(at..at + trimmed(token));
    }
    joined(text, at, rest, seen)
}

/// Whether a token is followed by more of its own column.
fn starts_next_column(rest: &[u8], length: usize) -> bool {
    matches!(rest.get(length..length + 2), Some([b' ', next]) if !next.is_ascii_whitespace())
}

/// What is in the brackets that a text starts with: one word.
fn bracketed(rest: &[u8]) -> Option<&[u8]> {
    let close = match rest.first()? {
        b'[' => b']',
        b'(' => b')',
        b'`' => b'`',
        _ => return None,
    };
    let inside = rest.get(1..1 + memchr::memchr(close, first(rest.get(1..)?, NEAR))?)?;
    (!inside.is_empty() && !inside.contains(&b' ')).then_some(inside)
}

/// Length of a token without the signs that end a sentence.
fn trimmed(token: &[u8]) -> usize {
    trim_end(token, b".,:;)]").len()
}

/// `… is VALUE`, `… changed from "OLD" to "NEW"`, `… set to [VALUE]`.
fn joined(text: &[u8], at: usize, rest: &[u8], seen: &mut Seen) -> Option<Range<usize>> {
    let (mut i, mut joins, mut found, mut sure, mut set) = (0, false, false, false, false);
    let mut words = 0;
    loop {
        let tail = rest.get(i..)?;
        let length = token::length(tail);
        if joins {
            let here = at + i;
            let value = if let Some(inside) = bracketed(tail) {
                (!is_plain(inside)).then(|| here + 1..here + 1 + inside.len())
            } else if matches!(tail.first(), Some(b'"' | b'\'')) {
                assigned(text, here, false)
            } else {
                let token = tail.get(..length)?;
                let token = token.get(..trimmed(token))?;
                let told = if sure { !is_word(token) && !is_plain(token) } else { is_made_up(token) };
                told.then(|| here..here + token.len())
            };
            if let Some(value) = value {
                i = value.end - at + usize::from(value.start > here);
                seen.more.push(value);
                (found, joins, words) = (true, false, 0);
                i += signs(rest.get(i..)?, b" ");
                continue;
            }
        }
        let word = tail.get(..length)?;
        words += 1;
        if (found && !is_one_of(word, &JOINS)) || words > WORDS || word.is_empty() || !is_word(word) {
            return None;
        }
        let to = is_one_of(word, &["to", "auf"]);
        sure = is_one_of(word, &IS) || (sure && is_one_of(word, &FILLERS)) || (set && to);
        set = is_one_of(word, &["set", "reset", "changed", "updated"]);
        joins = sure || is_one_of(word, &JOINS);
        i += length;
        let blanks = signs(rest.get(i..)?, b" ");
        if blanks == 0 {
            return None;
        }
        i += blanks;
    }
}
