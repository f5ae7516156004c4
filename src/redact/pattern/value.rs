//! Where a value begins and how far it reaches: in quotes of any kind, in braces, in a list, or bare. And which values are no
//! secrets: empty, masked, switches, placeholders, words about a secret.

use super::connection::{closes_entity, starts_name};
use super::token;
use crate::redact::bytes::{
    NEAR, before, first, is_one_of, line_from, line_within, signs, slashes_at_end, trim_end,
};
use crate::redact::lists::LISTS;
use std::ops::Range;

/// What opens and closes a value, raw or escaped.
pub(super) const QUOTES: [&[u8]; 8] = [b"\"", b"'", b"&quot;", b"%22", b"&apos;", b"&#39;", b"&#34;", b"%27"];

/// What is around a quoted text: blanks, quotes, and what escapes them.
pub(super) const AROUND: &[u8] = b" \t\\\"'";

/// The value after an assignment that ends at `at`; none when there is no secret in it.
pub(super) fn assigned(text: &[u8], at: usize, connection: bool) -> Option<Range<usize>> {
    let range = self::at(text, at, connection)?;
    (!is_no_value(text.get(range.clone())?)).then_some(range)
}

/// The value after a separator that ends at `at`, without its quotes.
pub(super) fn at(text: &[u8], at: usize, connection: bool) -> Option<Range<usize>> {
    let rest = line_from(text, at);
    let blanks = signs(rest, b" \t");
    let rest = rest.get(blanks..)?;
    let at = at + blanks;
    if rest.starts_with(crate::redact::MARKER_STEM.as_bytes()) {
        return None;
    }
    // `N'…'` of SQL, `u'…'` of Python.
    let prefix = usize::from(matches!(rest, [b'N' | b'u' | b'b' | b'r', b'\'' | b'"', ..]));
    let (rest, at) = (rest.get(prefix..)?, at + prefix);
    let slashes = signs(rest, b"\\");
    for open in doubled(rest).into_iter().chain(QUOTES) {
        if rest.get(slashes..)?.starts_with(open) {
            let skip = slashes + open.len();
            let length = quoted_length(rest.get(skip..)?, slashes, open);
            return Some(at + skip..at + skip + length);
        }
    }
    match rest.first()? {
        // ODBC quotes with braces; elsewhere they are a part of the value. JSON opens an object or a list, whose
        // members have names of their own.
        b'{' if before(text, at) == Some(b'=') => {
            let closed = in_braces(rest)
                .filter(|end| rest.get(*end).is_none_or(|b| matches!(b, b';' | b'"' | b' ' | b'\t')));
            Some(at..at + closed.unwrap_or_else(|| unquoted_length(rest, connection)))
        }
        b'[' if before(text, at - blanks) == Some(b':') && !rest.starts_with(b"[enc:") => listed(rest, at),
        b'{' if before(text, at - blanks) == Some(b':') => boxed(text, rest, at),
        b'[' if rest.get(..5).is_some_and(|head| head.eq_ignore_ascii_case(b"[enc:")) => {
            Some(token::encrypted(text, at))
        }
        _ => Some(at..at + unquoted_length(rest, connection)),
    }
}

/// The two quotes that open a text inside a cell of CSV or a string of SQL; an empty text is none.
fn doubled(rest: &[u8]) -> Option<&'static [u8]> {
    let text = rest.strip_prefix(b"\"\"")?;
    let opens = text.first().is_some_and(|byte| !byte.is_ascii_whitespace() && !b"\",;:)]}>".contains(byte));
    (opens && memchr::memmem::find(text, b"\"\"").is_some()).then_some(b"\"\"")
}

/// Whether the value at `range`, of an assignment that ends at `at`, is in quotes that its line does not close.
pub(super) fn is_unclosed(text: &[u8], at: usize, range: &Range<usize>) -> bool {
    let opening = text.get(at..range.start).unwrap_or_default();
    let quoted = QUOTES.iter().any(|quote| opening.ends_with(quote));
    quoted && matches!(text.get(range.end), Some(b'\r' | b'\n'))
}

/// Whether nothing but blanks is left of the line, and another line comes.
pub(super) fn ends_line(text: &[u8], at: usize) -> bool {
    let rest = line_within(text, at, NEAR);
    rest.len() < NEAR && rest.iter().all(u8::is_ascii_whitespace) && text.get(at + rest.len()).is_some()
}

/// Length of a value in braces, within reach; two closing ones are one of the value.
fn in_braces(rest: &[u8]) -> Option<usize> {
    let near = first(rest, NEAR);
    let mut at = 1;
    loop {
        let end = at + memchr::memchr(b'}', near.get(at..)?)?;
        match rest.get(end + 1) {
            Some(b'}') => at = end + 2,
            _ => return Some(end + 1),
        }
    }
}

/// The texts of a list that starts `rest`; what has members has names of its own.
fn listed(rest: &[u8], at: usize) -> Option<Range<usize>> {
    let lead = 1 + signs(rest.get(1..)?, AROUND);
    let end = memchr::memchr(b']', rest)?;
    let inside = trim_end(rest.get(lead..end)?, AROUND);
    let members = inside.iter().any(|b| matches!(b, b'{' | b'[' | b':'));
    (!members && !inside.is_empty()).then_some(at + lead..at + lead + inside.len())
}

/// The text of `{"value":"…"}` that starts `rest`.
fn boxed(text: &[u8], rest: &[u8], at: usize) -> Option<Range<usize>> {
    let key = 1 + signs(rest.get(1..)?, AROUND);
    let named = rest.get(key..key + 5)?.eq_ignore_ascii_case(b"value");
    let sign = key + 5 + signs(rest.get(key + 5..)?, AROUND);
    // No object inside: those have names of their own, and may be as deep as the text is long.
    let plain =
        rest.get(sign + 1..)?.iter().find(|b| !b.is_ascii_whitespace()).is_some_and(|b| !b"{[".contains(b));
    (named && plain && rest.get(sign) == Some(&b':')).then(|| self::at(text, at + sign + 1, false))?
}

/// Length up to the closing quote, or to the end of the line.
pub(super) fn quoted_length(rest: &[u8], slashes: usize, quote: &[u8]) -> usize {
    let mut at = 0;
    while let Some(i) = rest.get(at..).and_then(|tail| memchr::memmem::find(tail, quote)) {
        let escapes = slashes_at_end(rest.get(..at + i).unwrap_or_default(), usize::MAX);
        let closes = if slashes == 0 { escapes.is_multiple_of(2) } else { escapes == slashes };
        let doubled = slashes == 0
            && at + i > 0
            && quote.len() == 1
            && rest.get(at + i + 1..).is_some_and(|tail| tail.starts_with(quote));
        if closes && !doubled {
            return at + i - if slashes == 0 { 0 } else { escapes };
        }
        at += i + quote.len() + if closes && doubled { quote.len() } else { 0 };
    }
    rest.len()
}

/// Length of a value without quotes. In a connection string only `;` ends it (a password may hold blanks); else
/// the first blank does, or a sign that closes or goes on to the next name.
fn unquoted_length(rest: &[u8], connection: bool) -> usize {
    let mut said = false;
    for (i, byte) in rest.iter().enumerate() {
        let tail = rest.get(i + 1..).unwrap_or_default();
        let ends = match byte {
            b'<' => !connection || tail.first().is_none_or(|next| matches!(next, b'/' | b'!')),
            b'"' => true,
            b' ' | b'\t' => !connection,
            b';' => !closes_entity(rest.get(..i).unwrap_or_default()) && (connection || goes_on(tail)),
            b'&' => {
                let ends: &[&[u8]] =
                    if connection { &[b"quot;", b"lt;/"] } else { &[b"quot;", b"lt;", b"gt;"] };
                ends.iter().any(|name| tail.starts_with(name))
                    || (!connection && starts_name(tail.strip_prefix(b"amp;").unwrap_or(tail)))
            }
            b',' | b')' | b']' | b'}' | b'\'' | b'>' | b'|' => said && !connection && goes_on(tail),
            _ => false,
        };
        if ends {
            let escapes = slashes_at_end(rest.get(..i).unwrap_or_default(), usize::MAX);
            return if *byte == b'"' { i - escapes } else { i };
        }
        // A sign that closes before there is a value is a part of it.
        said |= byte.is_ascii_alphanumeric() || !byte.is_ascii();
    }
    rest.len()
}

/// Whether what follows a closing sign shows that it closed the value.
fn goes_on(tail: &[u8]) -> bool {
    let closes = |b: &u8| b.is_ascii_whitespace() || b"\"')]}<;,".contains(b);
    tail.first().is_none_or(closes) || starts_name(tail)
}

/// Whether a value is empty, switched, masked, a word about it, a place for one, or a marker.
pub(super) fn is_no_value(value: &[u8]) -> bool {
    let mut value = value.trim_ascii();
    // A line end as JSON writes it.
    while let [b'\\', b'n' | b'r' | b't', tail @ ..] = value
        && tail.first().is_none_or(|byte| matches!(byte, b'\\' | b'{'))
    {
        value = tail;
        // Its closing brace may count as what ends the value.
        if value.starts_with(crate::redact::MARKER_STEM.as_bytes()) {
            return true;
        }
    }
    let masked = value.iter().all(|b| matches!(b, b'*' | b'-' | b'=' | b'>' | b'.' | b':' | b'|'));
    let counted = value.len() <= 3 && value.iter().all(u8::is_ascii_digit);
    let sign = value.len() <= 2 && value.iter().all(u8::is_ascii_punctuation);
    masked
        || counted
        || sign
        || is_one_of(value, &LISTS.no_values)
        || is_numbered(value)
        || std::str::from_utf8(value).is_ok_and(crate::redact::is_marker)
}

/// `{1}` of a format, `@p4` of a statement.
fn is_numbered(value: &[u8]) -> bool {
    let number = |inside: Option<&[u8]>| {
        inside.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
    };
    number(value.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")))
        || number(value.strip_prefix(b"@p"))
}
