//! Scanner for identities by shape: one pass over the words of a text, each looked at with what is around it.

use super::words::{
    before, before_escaped, end_of_word, escape_at, follows, is_word, letters_before, slashes_at,
    slashes_before, trimmed,
};
use super::{Finder, IdentitySpan, account, address, field, host, spoken};
use crate::redact::bytes::{ends_with, is_one_of};
use crate::redact::labels::Identity;
use crate::redact::lists::LISTS;
use std::ops::Range;

/// Appends every identity that shape, sign or field gives away.
pub(super) fn find(text: &[u8], out: &mut Finder<'_>) {
    // Up to where signs of addresses were looked at.
    let mut colons = 0;
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        let word = is_word(*byte);
        if byte.is_ascii_hexdigit()
            && let Some((end, found)) = with_blanks(text, at)
        {
            if found {
                out.add(at..end, Identity::Digest);
            }
            at = end;
            continue;
        }
        if at >= colons
            && (*byte == b':'
                || (word && byte.is_ascii_hexdigit() && !before_escaped(text, at).is_some_and(is_word)))
        {
            let (end, found) = with_colons(text, at);
            colons = end;
            if let Some(named) = found {
                at = named.range.end;
                out.spans.push(named);
                continue;
            }
        }
        if !word {
            at += escape_at(text, at).unwrap_or(1);
            continue;
        }
        let end = end_of_word(text, at);
        at = look(text, at..end, out).unwrap_or(end).max(end);
    }
}

/// Pairs of digits with blanks or colons between them, as consoles show thumbprints: their end, and whether they are as many
/// as digests have. Sixteen are a line of a dump.
fn with_blanks(text: &[u8], start: usize) -> Option<(usize, bool)> {
    let pair = |at: usize| {
        let digits = text.get(at..at + 2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        digits && !text.get(at + 2).copied().is_some_and(is_word)
    };
    let sign = text.get(start + 2).copied().filter(|sign| matches!(sign, b' ' | b':'))?;
    if !pair(start) || before(text, start).is_some_and(|b| is_word(b) || b == b':') {
        return None;
    }
    let (mut end, mut count) = (start + 2, 1);
    while text.get(end) == Some(&sign) && pair(end + 1) {
        end += 3;
        count += 1;
    }
    (count > 8).then_some((end, matches!(count, 20 | 32)))
}

/// An address of IP version 6 or of hardware that begins at `start`, and the end of what was looked at.
fn with_colons(text: &[u8], start: usize) -> (usize, Option<IdentitySpan>) {
    // `addr:2001:db8::1`: the first colon is that of a name.
    let named = text.get(start) == Some(&b':')
        && text.get(start + 1).is_some_and(u8::is_ascii_hexdigit)
        && letters_before(text, start, b"").iter().any(|b| !b.is_ascii_hexdigit());
    let start = start + usize::from(named);
    let rest = text.get(start..).unwrap_or_default();
    let (mut length, mut colons) = (0, 0);
    while let Some(byte) = rest.get(length).filter(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.')) {
        colons += usize::from(*byte == b':');
        length += 1;
    }
    let end = start + length;
    let run = rest.get(..length).unwrap_or_default();
    if !(2..=7).contains(&colons) || length > 48 || text.get(end).copied().is_some_and(is_word) {
        return (end, None);
    }
    if !named && before_escaped(text, start).is_some_and(|b| is_word(b) || matches!(b, b':' | b']')) {
        return (end, None);
    }
    // A sentence may end behind an address.
    let mut run = run.strip_suffix(b".").unwrap_or(run);
    if run.ends_with(b":") && !run.ends_with(b"::") {
        run = run.strip_suffix(b":").unwrap_or(run);
    }
    let range = start..start + run.len();
    let pairs = run.len() == 17 && run.split(|b| *b == b':').filter(|pair| pair.len() == 2).count() == 6;
    if pairs {
        return (end, Some(IdentitySpan { range, kind: Identity::Mac }));
    }
    let address = address::v6(run).filter(|address| {
        // `::1` is this machine; `add::face` is code.
        let nobodys = address.is_loopback() || address.is_unspecified();
        !nobodys && (run.iter().any(u8::is_ascii_digit) || colons > 2)
    });
    (end, address.map(|_| IdentitySpan { range, kind: Identity::Address }))
}

/// Looks at one word. Gives where to go on, when that is not its end.
fn look(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let next = text.get(word.end).copied();
    let bytes = text.get(word.clone())?;
    let head = before_escaped(text, word.start);
    // Most words are letters between blanks.
    let plain = bytes.iter().all(u8::is_ascii_alphabetic);
    let signs = |byte: Option<u8>| {
        matches!(byte, Some(b'\\' | b'/' | b'@' | b':' | b'=' | b'"' | b'\'' | b'%' | b'>'))
    };
    if next == Some(b'$')
        && let Some(end) = spoken::machine(text, word.clone(), out)
    {
        return Some(end);
    }
    if next == Some(b']') && spoken::is_bracketed_database(text, &word) {
        if !field::is_common_value(Identity::Database, bytes) {
            out.add(word, Identity::Database);
        }
        return None;
    }
    if plain && !signs(next) && !signs(head) && next != Some(b' ') {
        return None;
    }
    if plain && next == Some(b' ') && !signs(head) {
        return field::value(text, word.clone(), out).or_else(|| spoken::value(text, word, out));
    }
    if let Some(kind) = number(bytes) {
        out.add(trimmed(text, word), kind);
        return None;
    }
    // `LDAP://DC=` begins a distinguished name.
    if begins_authority(text, word.start) && next != Some(b'=') {
        if next == Some(b'@') {
            if !account::is_built_in(bytes) {
                out.add(word.clone(), Identity::User);
            }
            let start = word.end + 1;
            return host(text, start..end_of_word(text, start), Identity::Host, out);
        }
        let user = account::with_at(text, word.clone(), out);
        return user.or_else(|| host(text, word, Identity::Host, out));
    }
    if head == Some(b'/')
        && let Some(end) = service(text, word.clone(), out).or_else(|| forward(text, word.clone(), out))
    {
        return Some(end);
    }
    if let Some(end) = account::with_at(text, word.clone(), out) {
        return Some(end);
    }
    if head == Some(b'@')
        && (host::is_host(text.get(trimmed(text, word.clone()))?) || is_node(text, word.start))
    {
        return host(text, word, Identity::Host, out);
    }
    if matches!(head, Some(b'\\' | b'/'))
        && let Some(end) = account::profile(text, word.clone(), out).or_else(|| unc(text, word.clone(), out))
    {
        return Some(end);
    }
    if matches!(next, Some(b'\\' | b'%'))
        && let Some(end) = account::with_domain(text, word.clone(), out)
    {
        return Some(end);
    }
    if next == Some(b'/')
        && let Some(end) = account::with_slash(text, word.clone(), out)
    {
        return Some(end);
    }
    if bytes == b"CEF" && next == Some(b':') && head == Some(b' ') {
        event_host(text, word.start - 1, out);
        return None;
    }
    if let Some(end) = field::value(text, word.clone(), out) {
        return Some(end);
    }
    if memchr::memchr(b'.', bytes).is_some() {
        dotted(text, word, out);
    }
    None
}

/// Whether a URL begins before `at` and goes on with its host or user.
fn begins_authority(text: &[u8], at: usize) -> bool {
    if !matches!(before(text, at), Some(b'/' | b'f' | b'F')) {
        return false;
    }
    [&b"://"[..], b":\\/\\/", b"%3a%2f%2f", b"%253a%252f%252f"].iter().any(|sign| follows(text, at, sign))
        // `ReturnUrl=%2f%2fhost`; twice in a path it is a slash too many.
        || (follows(text, at, b"%2f%2f") && !before(text, at - 6).is_some_and(is_word))
}

/// Whether the `@` before `at` is that of a URL, whose host follows the user, or of a node of RabbitMQ.
fn is_node(text: &[u8], at: usize) -> bool {
    /// Longest user and password of a URL.
    const LONGEST: usize = 256;
    let head = text.get(at.saturating_sub(LONGEST)..at.saturating_sub(1)).unwrap_or_default();
    let ends = |b: &u8| b.is_ascii_whitespace() || b"/@\"'<>".contains(b);
    let user = head.iter().rev().take_while(|b| !ends(b)).count();
    let rabbit = head.strip_suffix(b"rabbit").is_some_and(|head| !head.last().copied().is_some_and(is_word));
    rabbit || begins_authority(text, at - 1 - user)
}

/// The host of a service, which is `word`: `MSSQLSvc/sql01:1433`, `HTTP/vault01@REALM`. Gives where to go on.
fn service(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    /// What else may be before a slash, so that the host has to look like one.
    const SPOKEN: &[&str] = &["host", "http", "ldap", "wsman"];
    /// Words that say that a name of a service follows.
    const NAMES: [&str; 2] = ["spn", "principalname"];
    const SURE: &[&str] = &["cifs", "mssqlsvc", "restrictedkrbhost", "termsrv"];
    let head = text.get(word.start.saturating_sub(20)..word.start)?.strip_suffix(b"/")?;
    let class = head.iter().rev().take_while(|b| is_word(**b)).count();
    let (head, class) = head.split_at_checked(head.len() - class)?;
    let is = |classes: &[&str]| is_one_of(class, classes);
    if matches!(head.last(), Some(b'/' | b'\\')) || !(is(SURE) || is(SPOKEN)) {
        return None;
    }
    let name = text.get(word.clone())?;
    let shaped = name.iter().any(|b| b.is_ascii_digit() || *b == b'-') || host::is_host(name);
    let realm = text.get(word.end) == Some(&b'@')
        || is_one_of(letters_before(text, word.start - 1 - class.len(), b" :='\""), &NAMES);
    if !name.first()?.is_ascii_alphabetic() || !(is(SURE) || shaped || realm) {
        return None;
    }
    let end = host(text, word, Identity::Host, out)?;
    if text.get(end) != Some(&b'@') {
        return Some(end);
    }
    let realm = end + 1..end_of_word(text, end + 1);
    host(text, realm, Identity::Domain, out).or(Some(end))
}

/// `//host/share` with a host that looks like one. Gives where to go on.
fn forward(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let start = word.start.checked_sub(2).filter(|start| text.get(*start..word.start) == Some(b"//"))?;
    let goes_on = before(text, start).is_some_and(|b| is_word(b) || b"/\\:%}$".contains(&b));
    let name = text.get(word.clone())?;
    let shaped = name.first()?.is_ascii_alphabetic()
        && name.iter().any(|b| b.is_ascii_digit() || *b == b'-')
        && name.split(|b| *b == b'.').all(host::is_label);
    if goes_on || !shaped || text.get(word.end) != Some(&b'/') {
        return None;
    }
    split(name, word.clone(), out);
    let share = trimmed(text, word.end + 1..end_of_word(text, word.end + 1));
    if share.is_empty() {
        return Some(word.end);
    }
    out.add(share.clone(), Identity::Share);
    Some(share.end)
}

/// What a word of digits and signs is.
fn number(word: &[u8]) -> Option<Identity> {
    let digits = |word: &[u8]| word.iter().all(u8::is_ascii_hexdigit);
    let both = || word.iter().any(u8::is_ascii_digit) && word.iter().any(u8::is_ascii_alphabetic);
    match word.len() {
        32 | 40 | 64 | 96 | 128 if digits(word) && both() => Some(Identity::Digest),
        36 => {
            let lengths = word.split(|b| *b == b'-').map(<[u8]>::len);
            let shaped = lengths.eq([8, 4, 4, 4, 12]) && word.split(|b| *b == b'-').all(digits);
            // One of zeros is none.
            (shaped && word.iter().any(|b| !matches!(b, b'0' | b'-'))).then_some(Identity::Guid)
        }
        12 | 14 | 17 if address::is_mac(word) => Some(Identity::Mac),
        _ if account::is_sid(word) => Some(Identity::Sid),
        // `ip-10-20-30-40`
        10..=18 if address::is_name(word) => Some(Identity::Host),
        _ => None,
    }
}

/// A host with or without its domain, or an address, at `token`. Gives where to go on.
pub(super) fn host(
    text: &[u8],
    mut token: Range<usize>,
    kind: Identity,
    out: &mut Finder<'_>,
) -> Option<usize> {
    // The protocol of a connection string, which may be behind that of the administrator's connection.
    for _ in 0..2 {
        let protocol = matches!(text.get(token.clone())?, b"tcp" | b"np" | b"lpc" | b"admin");
        if protocol && text.get(token.end) == Some(&b':') {
            token = token.end + 1..end_of_word(text, token.end + 1);
        }
    }
    let range = trimmed(text, token);
    let name = text.get(range.clone()).filter(|name| !name.is_empty())?;
    if let Some(address) = address::v4(name) {
        if !address::is_special(address) {
            out.add(range.clone(), Identity::Address);
        }
        return Some(range.end);
    }
    let shaped = name.split(|b| *b == b'.').all(host::is_label);
    if host::is_generic(name) || host::is_public(name) || !shaped || name.starts_with(b"Microsoft-") {
        return None;
    }
    // Accounts with a domain have their own shape, unless this is an instance of a database server.
    if kind == Identity::Domain {
        out.add(range.clone(), kind);
        return Some(range.end);
    }
    split(name, range.clone(), out);
    let slashes = slashes_at(text, range.end);
    if matches!(slashes, 1 | 2 | 4) {
        let start = range.end + slashes;
        let instance = trimmed(text, start..end_of_word(text, start));
        let name = text.get(instance.clone()).unwrap_or_default();
        if !name.is_empty() && !is_one_of(name, &["mssqlserver", "sqlexpress"]) {
            out.add(instance.clone(), Identity::Database);
        }
        return Some(instance.end.max(range.end));
    }
    Some(range.end)
}

/// The host and the domain of a name.
pub(super) fn split(name: &[u8], range: Range<usize>, out: &mut Finder<'_>) {
    let dot = memchr::memchr(b'.', name);
    out.add(range.start..dot.map_or(range.end, |dot| range.start + dot), Identity::Host);
    if let Some(dot) = dot {
        out.add(range.start + dot + 1..range.end, Identity::Domain);
    }
}

/// `\\host\share` whose host is `word`. Gives where to go on.
fn unc(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let slashes = slashes_before(text, word.start);
    let start = word.start - slashes;
    let begins = match slashes {
        2 | 4 => !before(text, start)
            .is_some_and(|b| is_word(b) || matches!(b, b':' | b'\\' | b'?' | b'}' | b'%' | b'$')),
        _ => false,
    } || (slashes > 0 && follows(text, start, b"\\UNC"));
    if !begins || slashes_at(text, word.end) == 0 {
        return None;
    }
    let name = text.get(word.clone())?;
    if name == b"UNC" || host::is_generic(name) {
        return None;
    }
    let end = word.end;
    if address::v4(name).is_some() {
        out.add(word, Identity::Address);
    } else if name.split(|b| *b == b'.').all(host::is_label) {
        split(name, word, out);
    } else {
        return None;
    }
    let start = end + slashes_at(text, end);
    let share = trimmed(text, start..end_of_word(text, start));
    // `C$` and `ADMIN$` are on every server.
    let name = text.get(share.clone()).unwrap_or_default();
    let own = name.len() < 2 || is_one_of(name, &["admin", "ipc", "print"]);
    if !own {
        out.add(share.clone(), Identity::Share);
    }
    Some(share.end.max(end))
}

/// The host before ` CEF:`, as syslog writes it.
fn event_host(text: &[u8], blank: usize, out: &mut Finder<'_>) {
    let length =
        text.get(..blank).map_or(0, |head| head.iter().rev().take(64).take_while(|b| is_word(**b)).count());
    let range = blank - length..blank;
    let name = text.get(range.clone()).unwrap_or_default();
    if !name.is_empty() && !host::is_generic(name) && name.split(|b| *b == b'.').all(host::is_label) {
        split(name, range, out);
    }
}

/// Addresses and hosts with a domain.
fn dotted(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) {
    let word = trimmed(text, word);
    let bytes = text.get(word.clone()).unwrap_or_default();
    if let Some(length) = spoken::database(bytes) {
        let range = word.start..word.start + length;
        if text.get(range.clone()).is_some_and(|name| !field::is_common_value(Identity::Database, name)) {
            out.add(range, Identity::Database);
        }
    } else if let Some(start) = spoken::glued_address(bytes) {
        out.add(word.start + start..word.end, Identity::Address);
    } else if bytes.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_')) {
        let mut at = word.start;
        for part in bytes.split(|b| matches!(b, b'-' | b'_')) {
            let range = at..at + part.len();
            at = range.end + 1;
            let address = address::v4(part)
                .filter(|address| !address::is_special(*address) && !address::reads_as_version(*address));
            if address.is_some() && !is_version(text, word.start) {
                out.add(range, Identity::Address);
            }
        }
    } else if host::is_host(bytes) {
        split(bytes, word, out);
    }
}

/// Whether what is before `at` says that a version follows.
fn is_version(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(24)..at).unwrap_or_default();
    // A program and its version: `curl/7.1.2.3`.
    if head.ends_with(b"/")
        && !head.ends_with(b"//")
        && head.iter().rev().nth(1).is_some_and(u8::is_ascii_alphabetic)
    {
        return true;
    }
    let word = letters_before(text, at, b" :=\"'([,>\\_");
    // `fileVersion`, `newVersion`.
    ends_with(word, b"version") || is_one_of(word, &LISTS.before_versions)
}
