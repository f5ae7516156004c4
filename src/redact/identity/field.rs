//! Fields whose values are identities: `machineName=`, `"dhost":`, `Data Source=`, `By User: `.

use super::words::{end_of_word, follows, slashes_at, trimmed};
use super::{Finder, account, host, known, shapes, spoken};
use crate::redact::bytes::{ends_with, is_one_of};
use crate::redact::labels::Identity;
use crate::redact::lists::LISTS;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

/// Fields that are words of sentences, too: with `: ` they need a value that looks like a host.
const COMMON: &[&str] = &[
    "actor",
    "computer",
    "host",
    "login",
    "logon",
    "machine",
    "node",
    "server",
    "sub",
    "webserver",
    "workstation",
];

/// Names that say it only before a value in quotes: `login 'x'`, `w3wp.exe -ap "x"`.
const SPOKEN: &[(&str, Identity)] = &[
    ("account", Identity::User),
    ("login", Identity::User),
    ("principal", Identity::User),
    ("pool", Identity::Pool),
    ("-ap", Identity::Pool),
];

/// Databases that every server or every installation has.
const DATABASES: &[&str] = &["master", "model", "msdb", "secretserver", "tempdb"];

/// Longest name of a field, and longest value of one in quotes, in bytes.
const LONGEST: usize = 32;
const LONGEST_VALUE: usize = 64;
/// Longest list of attributes of an element, in bytes.
const LONGEST_TAG: usize = 256;

/// What the values of a field of this name are.
pub fn kind_of(name: &str) -> Option<Identity> {
    let plain: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .take(LONGEST)
        .collect();
    // The last part of a path, such as `machine.domain`, says it as well.
    kind_of_plain(plain.as_bytes()).or_else(|| kind_of(name.rsplit_once('.')?.1))
}

/// Every listed name with its kind: each word of a text is looked up, so once must do.
static FIELDS: LazyLock<HashMap<&[u8], Identity>> = LazyLock::new(|| {
    let of_kind = |(kind, names): (&Identity, &'static Vec<String>)| {
        let kind = *kind;
        names.iter().map(move |name| (name.as_bytes(), kind))
    };
    LISTS.fields.iter().flat_map(of_kind).collect()
});

fn kind_of_plain(name: &[u8]) -> Option<Identity> {
    FIELDS.get(name).copied()
}

/// Whether a value is in every installation, so that it names nobody.
pub(super) fn is_common_value(kind: Identity, value: &[u8]) -> bool {
    match kind {
        Identity::Database => host::is_generic(value) || is_one_of(value, DATABASES),
        Identity::Pool => host::is_generic(value) || account::is_built_in_pool(value),
        Identity::Site => value.eq_ignore_ascii_case(b"default web site") || account::is_built_in_pool(value),
        Identity::User => account::is_built_in(value),
        _ => host::is_generic(value),
    }
}

/// Value of the field whose name ends with `word`. Gives where to go on.
pub(super) fn value(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let (sign, at, quoted_name) = separator(text, &word)?;
    let (kind, name) = named(text, &word, sign)?;
    let rest = text.get(at..)?;
    let blanks = rest.iter().take(8).take_while(|b| matches!(b, b' ' | b'\t')).count();
    let slashes = rest.get(blanks..)?.iter().take(4).take_while(|b| **b == b'\\').count();
    let brackets = matches!(kind, Identity::User | Identity::Database | Identity::Pool);
    let quote = rest.get(blanks + slashes).copied();
    let quote = quote.filter(|b| matches!(b, b'"' | b'\'') || (*b == b'[' && brackets));
    let start = at + blanks + quote.map_or(0, |_| slashes + 1);
    let token = start..end_of_word(text, start);
    // `user 'x'` ends with its quote.
    if sign == b' ' {
        let closing = closing(quote?);
        memchr::memchr(closing, text.get(start..(start + LONGEST_VALUE).min(text.len()))?)?;
    }
    // A sentence goes on behind its word.
    if sign == b' ' || (sign == b':' && !quoted_name && quote.is_none()) {
        let value = text.get(trimmed(text, token.clone()))?;
        let shaped = value.iter().any(|b| b.is_ascii_digit() || matches!(b, b'-' | b'.'))
            || (value.len() > 2 && !value.iter().any(u8::is_ascii_lowercase));
        if COMMON.contains(&name.as_str())
            && !shaped
            && !(sign == b':'
                && kind == Identity::Host
                && spoken::is_plain_host(text, trimmed(text, token.clone())))
        {
            return None;
        }
        // `database: SecretServer` is a sentence, `Database=` is a setting.
        if sign == b':' && (kind == Identity::Database || kind == Identity::Name) {
            return None;
        }
        // `Domain: synchronized`
        if kind == Identity::Domain && value.iter().all(u8::is_ascii_lowercase) && value.ends_with(b"ed") {
            return None;
        }
    }
    // `CN=` begins a distinguished name only behind a sign.
    if kind == Identity::Name && !matches!(sign, b'=' | b'>') {
        return None;
    }
    if name == "dc" && host::is_end(text.get(trimmed(text, token.clone()))?) {
        return None;
    }
    let quote = if sign == b'>' { Some(b'<') } else { quote };
    match kind {
        Identity::Host | Identity::Domain => shapes::host(text, token, kind, out),
        _ => plain(text, token, quote, kind, &name, out),
    }
}

/// Any other value: in quotes all of it, else a word.
fn plain(
    text: &[u8],
    token: Range<usize>,
    quote: Option<u8>,
    kind: Identity,
    name: &str,
    out: &mut Finder<'_>,
) -> Option<usize> {
    // `Jane Doe`, in quotes or as the value of a field of the common event format.
    let rest = text.get(token.start..(token.start + LONGEST_VALUE).min(text.len()))?;
    let spoken = |b: &u8| super::words::is_word(*b) || matches!(b, b' ' | b',' | b'(' | b')');
    let end = match quote {
        Some(quote) => rest
            .iter()
            .position(|b| *b == closing(quote) || *b == b'\\')
            .filter(|end| rest.iter().take(*end).all(spoken)),
        None if matches!(name, "suser" | "duser") => end_of_event_field(rest),
        None if name == "byuser" => memchr::memmem::find(rest, b" Item Name:"),
        None if kind == Identity::Name => Some(end_of_part(rest)),
        None => None,
    };
    let range = trimmed(text, token.start..end.map_or(token.end, |end| token.start + end));
    let value = text.get(range.clone()).filter(|value| !value.is_empty())?;
    // `"upn":"jane@corp"`: what a field says needs no dot.
    if kind == Identity::User
        && text.get(range.end) == Some(&b'@')
        && let domain = trimmed(text, range.end + 1..end_of_word(text, range.end + 1))
        && !domain.is_empty()
        && !is_common_value(kind, value)
    {
        out.add(range, kind);
        return shapes::host(text, domain, Identity::Domain, out);
    }
    // Accounts with a domain have their own shape.
    let goes_on = match text.get(range.end) {
        Some(b'@') => true,
        // An escaped quote ends it.
        Some(b'\\') if text.get(range.end + slashes_at(text, range.end)) == Some(&b'"') => false,
        Some(b'\\' | b'(' | b'%') => kind != Identity::Name,
        _ => false,
    };
    if goes_on || is_common_value(kind, value) || (name == "displayname" && !is_person(value)) {
        return None;
    }
    if kind == Identity::Name && host::is_host(value) {
        shapes::split(value, range.clone(), out);
        return Some(range.end);
    }
    out.add(range.clone(), kind);
    Some(range.end)
}

/// What ends a value that begins with this sign.
const fn closing(quote: u8) -> u8 {
    if quote == b'[' { b']' } else { quote }
}

/// The end of a part of a distinguished name; `Roe\\, Jane` and `Roe\\2C Jane` are one, also escaped once more.
fn end_of_part(rest: &[u8]) -> usize {
    let mut at = 0;
    while let Some(byte) = rest.get(at) {
        let slashes =
            rest.get(at..).map_or(0, |rest| rest.iter().take(2).take_while(|b| **b == b'\\').count());
        at += match (slashes, rest.get(at + slashes..).unwrap_or_default()) {
            (0, _) if super::words::is_word(*byte) || matches!(byte, b' ' | b'(' | b')' | b'\'') => 1,
            (1.., [b',' | b'+', ..]) => slashes + 1,
            (1.., [b'2', b'C' | b'c', ..]) => slashes + 2,
            _ => break,
        };
    }
    at
}

/// Whether a name that is displayed is that of a person: two or three words that begin with capitals, and none of them
/// a word of every log.
fn is_person(value: &[u8]) -> bool {
    let words = || value.split(|b| *b == b' ');
    let name = |word: &[u8]| {
        word.first().is_some_and(|b| b.is_ascii_uppercase() || !b.is_ascii())
            && !known::is_common(&String::from_utf8_lossy(word).to_lowercase())
    };
    (2..=3).contains(&words().count()) && words().all(name)
}

/// The end of a value before ` key=`.
fn end_of_event_field(rest: &[u8]) -> Option<usize> {
    let sign = memchr::memchr(b'=', rest)?;
    let key = rest.get(..sign)?.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    let blank = (sign - key).checked_sub(1)?;
    let head = rest.get(..blank).filter(|_| rest.get(blank) == Some(&b' '))?;
    head.iter().all(|b| super::words::is_word(*b) || *b == b' ').then_some(blank)
}

/// The sign after a name, where the value may begin, and whether the name was in quotes. A blank is the sign before a
/// value in quotes, `>` ends the name of an element.
fn separator(text: &[u8], word: &Range<usize>) -> Option<(u8, usize, bool)> {
    let end = word.end;
    let rest = text.get(end..(end + 8).min(text.len()))?;
    let slashes = rest.iter().take_while(|b| **b == b'\\').count();
    let quoted = matches!(rest.get(slashes), Some(b'"' | b'\''));
    let skip = if quoted { slashes + 1 } else { 0 };
    let blanks = rest.get(skip..)?.iter().take_while(|b| **b == b' ').count();
    match rest.get(skip + blanks)? {
        sign @ (b'=' | b':') => {
            // `::` is no separator, `==` compares.
            let next = rest.get(skip + blanks + 1);
            (next != Some(sign)).then_some((*sign, end + skip + blanks + 1, quoted))
        }
        b'>' if skip + blanks == 0 => Some((b'>', end + 1, false)),
        b'"' | b'\'' | b'[' | b'\\' if blanks > 0 && !quoted => Some((b' ', end, false)),
        _ if blanks > 0 && begins_element(text, word.start) => {
            // Attributes follow the name of an element.
            let rest = text.get(end..(end + LONGEST_TAG).min(text.len()))?;
            let tag = memchr::memchr2(b'<', b'>', rest).filter(|at| rest.get(*at) == Some(&b'>'))?;
            (rest.get(tag - 1) != Some(&b'/')).then_some((b'>', end + tag + 1, false))
        }
        _ => None,
    }
}

/// Whether an element begins before its name at `at`, which may have a prefix: `<UserName`, `<saml:NameID`.
fn begins_element(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(16)..at).unwrap_or_default();
    let prefix = head.strip_suffix(b":").unwrap_or_default();
    let letters = prefix.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    head.ends_with(b"<") || prefix.get(..prefix.len() - letters).is_some_and(|head| head.ends_with(b"<"))
}

/// The field that ends with `word`: itself, or with one word before it.
fn named(text: &[u8], word: &Range<usize>, sign: u8) -> Option<(Identity, String)> {
    let own = text.get(word.clone())?;
    let spoken = SPOKEN.iter().find(|(name, _)| sign == b' ' && own.eq_ignore_ascii_case(name.as_bytes()));
    let own = own.rsplit(|b| *b == b'.').next()?;
    // No name of a field is a number: most signs are in times and addresses.
    if own.len() > LONGEST || (!own.is_empty() && own.iter().all(u8::is_ascii_digit)) {
        return None;
    }
    let plain = |word: &[u8]| -> String {
        word.iter()
            .filter(|b| b.is_ascii_alphanumeric())
            .map(|b| char::from(b.to_ascii_lowercase()))
            .collect()
    };
    let own = plain(own);
    let head = text.get(..word.start)?.strip_suffix(b" ").unwrap_or_default();
    let last = head.last().map(u8::to_ascii_lowercase);
    let may_be = |first: &&String| first.as_bytes().last().copied() == last;
    for first in LISTS.first_words.iter().filter(may_be).filter(|first| ends_with(head, first.as_bytes())) {
        let both = format!("{first}{own}");
        if let Some(kind) = kind_of_plain(both.as_bytes()) {
            return Some((kind, both));
        }
    }
    // The product's name ends with a word of the table.
    if own == "server" && follows(text, word.start, b"secret ") {
        return None;
    }
    let kind = kind_of_plain(own.as_bytes())
        .or_else(|| spoken.map(|(_, kind)| *kind))
        .or_else(|| written(text, word.start, &own, sign))?;
    Some((kind, own))
}

/// Names that say it in texts and not in tables: parts of distinguished names, and names of people.
fn written(text: &[u8], start: usize, name: &str, sign: u8) -> Option<Identity> {
    match (name, sign) {
        ("dc", b'=') => Some(Identity::Domain),
        ("displayname", b'=' | b':' | b'>') => Some(Identity::User),
        ("o" | "l", b'=') => {
            // Behind another part.
            let head = text.get(start.saturating_sub(2)..start)?.trim_ascii_end();
            matches!(head.last(), Some(b',' | b'/')).then_some(Identity::Name)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_are_sorted_and_fit() {
        for names in LISTS.fields.values() {
            assert!(names.is_sorted(), "{names:?}");
            assert!(names.iter().all(|name| name.len() <= LONGEST));
        }
        assert_eq!(kind_of("Machine_Name"), Some(Identity::Host));
        assert_eq!(kind_of("SecretId"), None);
    }
}
