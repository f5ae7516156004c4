//! Accounts: `DOMAIN\user`, `user@domain`, `IIS APPPOOL\pool`, `C:\Users\name`, security identifiers (SIDs).

use super::words::{
    before, end_of_word, follows, is_word, letters_before, slashes_at, slashes_before, trimmed,
};
use super::{Domains, Finder, address, host, known, shapes, spoken};
use crate::redact::bytes::is_one_of;
use crate::redact::labels::Identity;
use crate::redact::lists::LISTS;
use std::ops::Range;

/// Whether an account of this name is in every installation.
pub(super) fn is_built_in(name: &[u8]) -> bool {
    is_one_of(name, &LISTS.built_in_accounts) || host::is_generic(name)
}

/// Whether a pool of this name is made by IIS or the product; `.NET v4.5` begins with a dot.
pub(super) fn is_built_in_pool(name: &[u8]) -> bool {
    let first = name.split(|b| matches!(b, b' ' | b'-' | b'_')).next().unwrap_or_default();
    name.starts_with(b".") || is_one_of(first, &LISTS.built_in_pools)
}

/// An account before the backslashes that follow `word`. Gives where to go on.
pub(super) fn with_domain(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let slashes = slashes_at(text, word.end);
    let percent = text.get(word.end..word.end + 3).is_some_and(|s| s.eq_ignore_ascii_case(b"%5c"));
    if !(percent || matches!(slashes, 1 | 2 | 4)) || slashes_before(text, word.start) > 0 {
        return None;
    }
    if matches!(before(text, word.start), Some(b'/' | b'%')) {
        return None;
    }
    let start = word.end + if percent { 3 } else { slashes };
    let (user, name) = name_at(text, start)?;
    let domain = text.get(word.clone())?;
    if domain.eq_ignore_ascii_case(b"apppool") {
        if !is_built_in_pool(name) {
            out.add(user.clone(), Identity::Pool);
        }
        return Some(user.end);
    }
    // A part of the registry.
    let windows = domain == b"NT" && follows(text, word.start, b"windows ");
    if windows || is_one_of(domain, &LISTS.no_domains) || is_path(text, &user) {
        return None;
    }
    let upper = (2..=15).contains(&domain.len())
        && !domain.iter().any(u8::is_ascii_lowercase)
        && domain.iter().any(u8::is_ascii_uppercase);
    let sure = upper
        || host::is_host(domain)
        || is_known(domain, out.domains)
        || follows_account_word(text, word.start);
    if !sure {
        return None;
    }
    // A local account has a dot for its domain.
    if domain.iter().any(u8::is_ascii_alphanumeric) {
        out.add(trimmed(text, word), Identity::Domain);
    }
    Some(user_of(user, name, out))
}

/// The word that starts at `start`, and where it is.
fn name_at(text: &[u8], start: usize) -> Option<(Range<usize>, &[u8])> {
    let range = trimmed(text, start..end_of_word(text, start));
    let name = text.get(range.clone()).filter(|name| !name.is_empty())?;
    Some((range, name))
}

/// Adds the user of this name, unless every installation has it. Gives where to go on.
fn user_of(range: Range<usize>, name: &[u8], out: &mut Finder<'_>) -> usize {
    let end = range.end;
    if !is_built_in(name) {
        out.add(range, Identity::User);
    }
    end
}

/// Whether a word behind a slash is rather a part of a path.
fn is_path(text: &[u8], word: &Range<usize>) -> bool {
    let name = text.get(word.clone()).unwrap_or_default();
    let end = name.rsplit(|b| *b == b'.').next().filter(|end| end.len() < name.len());
    end.is_some_and(|end| is_one_of(end, &LISTS.file_endings))
        || matches!(text.get(word.end), Some(b'\\' | b'/'))
}

fn is_known(domain: &[u8], domains: &Domains) -> bool {
    !domains.is_empty() && domains.contains(&String::from_utf8_lossy(domain).to_lowercase())
}

/// The same where the sign beside it says little: of a word of every log the case has to say it.
fn is_certainly_known(domain: &[u8], domains: &Domains) -> bool {
    let spoken = || known::is_common(&String::from_utf8_lossy(domain).to_lowercase());
    is_known(domain, domains) && (!domain.iter().any(u8::is_ascii_lowercase) || !spoken())
}

/// `DOMAIN/user` of a known domain, which is `word`. Gives where to go on.
pub(super) fn with_slash(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let (user, name) = name_at(text, word.end + 1)?;
    let begins = !matches!(before(text, word.start), Some(b'/' | b'\\' | b'%' | b'}' | b'~'));
    if !begins || is_path(text, &user) || !is_certainly_known(text.get(word.clone())?, out.domains) {
        return None;
    }
    out.add(word, Identity::Domain);
    Some(user_of(user, name, out))
}

/// Whether a word such as `user` or `by` is before `at`.
fn follows_account_word(text: &[u8], at: usize) -> bool {
    is_one_of(letters_before(text, at, b" :=\"'[(>\\"), &LISTS.before_accounts)
}

/// `user@domain` whose local part is `word`. Gives where to go on.
pub(super) fn with_at(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let sign = match text.get(word.end)? {
        b'@' => 1,
        b'%' if text.get(word.end + 1..word.end + 3) == Some(b"40") => 3,
        _ => return None,
    };
    let start = word.end + sign;
    let domain = trimmed(text, start..end_of_word(text, start));
    let name = text.get(domain.clone())?;
    let end = name.rsplit(|b| *b == b'.').next().filter(|end| end.len() < name.len());
    let shaped = name.split(|b| *b == b'.').all(host::is_label);
    let sure = end.map_or_else(
        || is_certainly_known(name, out.domains),
        |end| end.len() > 1 && end.iter().any(u8::is_ascii_alphabetic),
    );
    let address = address::v4(name).is_some();
    let command = !sure && !address && spoken::follows_remote_command(text, word.start);
    if !shaped || !(sure || address || command) {
        return None;
    }
    let local = local_start(text, word.start)..word.end;
    out.add(trimmed(text, local), Identity::User);
    if address || command {
        return shapes::host(text, domain, Identity::Host, out);
    }
    if !host::is_public(name) {
        out.add(domain.clone(), Identity::Domain);
    }
    Some(domain.end)
}

/// Where the local part begins whose last word begins at `at`: `jane+tag` and `o'neil` are one.
fn local_start(text: &[u8], at: usize) -> usize {
    /// Longest local part.
    const LONGEST: usize = 64;
    let head = text.get(at.saturating_sub(LONGEST)..at).unwrap_or_default();
    let mut start = head.len();
    while let Some((b'+' | b'\'', rest)) = head.get(..start).and_then(<[u8]>::split_last) {
        let word = rest.iter().rev().take_while(|b| is_word(**b)).count();
        if word == 0 {
            break;
        }
        start = rest.len() - word;
    }
    at - (head.len() - start)
}

/// The owner of a profile: `word` follows `Users\` or `Users/`. Gives where to go on.
pub(super) fn profile(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let slashes = slashes_before(text, word.start);
    let folder = if slashes > 0 {
        word.start - slashes
    } else {
        word.start.checked_sub(1).filter(|at| text.get(*at) == Some(&b'/'))?
    };
    let users = [&b"\\users"[..], b"/users", b"documents and settings", b"/home", b"\\home", b"\\profiles"];
    if !users.iter().any(|users| follows(text, folder, users)) {
        return None;
    }
    // Names of people have blanks; a path goes on behind them.
    let rest = text.get(word.start..(word.start + 40).min(text.len()))?;
    let length = rest.iter().take_while(|b| is_word(**b) || **b == b' ').count();
    let end = match rest.get(length) {
        Some(b'\\' | b'/' | b'"') => word.start + length,
        _ => word.end,
    };
    let range = trimmed(text, word.start..end);
    let name = text.get(range.clone())?;
    if !is_built_in(name) && !is_built_in_pool(name) && !name.eq_ignore_ascii_case(b"default user") {
        out.add(range.clone(), Identity::User);
    }
    Some(range.end.max(word.end))
}

/// Whether a word is a security identifier of one domain, machine, service or pool; those of Windows itself are short.
pub(super) fn is_sid(word: &[u8]) -> bool {
    let begins = |head: &[u8]| word.get(..head.len()).is_some_and(|own| own.eq_ignore_ascii_case(head));
    // Those of Entra begin with 12.
    (begins(b"s-1-5-") || begins(b"s-1-12-"))
        && word.split(|b| *b == b'-').skip(3).filter(|part| part.iter().all(u8::is_ascii_digit)).count() >= 4
}
