//! Names that a sentence gives without a sign: `failed for user jsmith.`, `connected to server SQL01`, `WEB08X$@REALM`.

use super::words::{before, end_of_word, follows, is_word, letters_before, trimmed};
use super::{Finder, account, address, host, known, shapes};
use crate::redact::bytes::is_one_of;
use crate::redact::labels::Identity;
use std::ops::Range;

/// Words before an account, and what may be before them in a sentence.
const USER_WORDS: &[&str] = &["account", "login", "logon", "principal", "user", "username"];
const BEFORE_USER: &[&str] = &["as", "by", "for", "from", "of"];
/// What is before a user whose name no digit or sign shows: `settings` may follow `for user`.
const FAILED: [&[u8]; 3] = [b"failed for ", b"denied for ", b"succeeded for "];
/// What a sentence goes on with behind an account.
const USER_DOES: &[&[u8]] = &[
    b" logged",
    b" signed",
    b" logs ",
    b" signs ",
    b" authenticated",
    b" logon",
    b" failed to log",
    b" failed to sign",
    b" was logged",
    b" was signed",
    b" is locked",
    b" was locked",
    b" has logged",
    b" has signed",
    b" could not log",
];
/// Words before a host, and what is before them.
const HOST_WORDS: &[&str] = &["computer", "host", "machine", "node", "server", "workstation"];
const BEFORE_HOST: &[&str] = &["at", "by", "from", "of", "on", "the", "to", "via", "with"];
/// Commands that take a user and a host.
const REMOTE_COMMANDS: &[&[u8]] = &[b"ssh ", b"scp ", b"sftp ", b"plink ", b"pscp ", b"rsync "];
/// Shortest name of a host that no digit or sign shows, and how words end that say how one is.
const PLAIN_HOST: usize = 6;
const STATES: &[&str] =
    &["able", "ally", "ed", "ful", "ible", "ine", "ing", "ion", "less", "line", "ly", "ment", "own", "thy"];

/// A user or a host behind `word`, which a blank follows. Gives where to go on.
pub(super) fn value(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let own = text.get(word.clone())?;
    let is_user = is_one_of(own, USER_WORDS);
    if !is_user && !is_one_of(own, HOST_WORDS) {
        return None;
    }
    let range = trimmed(text, word.end + 1..end_of_word(text, word.end + 1));
    let name = text.get(range.clone()).filter(|name| name.first().is_some_and(u8::is_ascii_alphabetic))?;
    let head = letters_before(text, word.start, b" ");
    if is_user {
        let behind = text.get(range.end..(range.end + 24).min(text.len())).unwrap_or_default();
        let does = USER_DOES
            .iter()
            .any(|words| behind.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words)));
        let failed = FAILED.iter().any(|words| follows(text, word.start, words));
        let named =
            (is_one_of(head, BEFORE_USER) && is_marked(name)) || (failed && ends_sentence(text, range.end));
        let goes_on = matches!(behind.first(), Some(b'\\' | b'@' | b'/' | b'%'));
        if goes_on || !(does || named) || !is_name(name) || account::is_built_in(name) {
            return None;
        }
        out.add(range.clone(), Identity::User);
        return Some(range.end);
    }
    let capitals = name.len() > 4 && !name.iter().any(u8::is_ascii_lowercase);
    if !is_one_of(head, BEFORE_HOST) || !(is_marked(name) || capitals) || is_build(name) {
        return None;
    }
    is_name(name).then(|| shapes::host(text, range, Identity::Host, out))?
}

/// A name of letters alone that is all that follows `host: `, so that it is no sentence.
pub(super) fn is_plain_host(text: &[u8], range: Range<usize>) -> bool {
    let Some(name) = text.get(range.clone()) else { return false };
    let lower = String::from_utf8_lossy(name).to_lowercase();
    name.len() >= PLAIN_HOST
        && name.iter().all(u8::is_ascii_alphabetic)
        && matches!(text.get(range.end), None | Some(b'\n' | b'\r'))
        && is_name(name)
        && !STATES.iter().any(|end| lower.ends_with(end))
}

/// The host of a machine account, which is `word` before a dollar sign: `WEB08X$@REALM`. Gives where to go on.
pub(super) fn machine(text: &[u8], word: Range<usize>, out: &mut Finder<'_>) -> Option<usize> {
    let name = text.get(word.clone())?;
    let after = word.end + 1;
    if text.get(after) == Some(&b'@') {
        let realm = after + 1..end_of_word(text, after + 1);
        out.add(word, Identity::Host);
        return shapes::host(text, realm, Identity::Domain, out).or(Some(after));
    }
    let sure = (4..=15).contains(&name.len())
        && name.iter().any(u8::is_ascii_uppercase)
        && name.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'-')
        && !text.get(after).copied().is_some_and(is_word)
        && !matches!(before(text, word.start), Some(b'\\' | b'/' | b'$' | b'%' | b'{' | b'}'))
        && !is_one_of(name, &["ADMIN", "PRINT", "IPC"]);
    sure.then(|| {
        out.add(word, Identity::Host);
        after
    })
}

/// Whether a command before `at` says that a user and a host follow.
pub(super) fn follows_remote_command(text: &[u8], at: usize) -> bool {
    let head = text.get(at.saturating_sub(48)..at).unwrap_or_default();
    let line = memchr::memrchr(b'\n', head).map_or(0, |end| end + 1);
    let head = head.get(line..).unwrap_or_default();
    REMOTE_COMMANDS.iter().any(|command| {
        memchr::memmem::rfind(head, command)
            .is_some_and(|at| !at.checked_sub(1).and_then(|at| head.get(at)).copied().is_some_and(is_word))
    })
}

/// Schemas that are in every database.
const SCHEMAS: &[&str] = &["dbo", "guest", "information_schema", "sys"];

/// The database of a name of three parts, `Vault.dbo.tbUser`: where it ends.
pub(super) fn database(name: &[u8]) -> Option<usize> {
    let mut parts = name.split(|b| *b == b'.');
    let (first, schema, table) = (parts.next()?, parts.next()?, parts.next()?);
    let is_one = first.first()?.is_ascii_alphabetic() && !table.is_empty() && is_one_of(schema, SCHEMAS);
    is_one.then_some(first.len())
}

/// The same in brackets: `word` is the first part.
pub(super) fn is_bracketed_database(text: &[u8], word: &Range<usize>) -> bool {
    let rest = text.get(word.end..(word.end + 32).min(text.len())).unwrap_or_default();
    let schema = rest.strip_prefix(b"].[").and_then(|rest| rest.split(|b| *b == b']').next());
    before(text, word.start) == Some(b'[')
        && schema.is_some_and(|schema| is_one_of(schema, SCHEMAS))
        && rest.get(3 + schema.map_or(0, <[u8]>::len)..).is_some_and(|tail| tail.starts_with(b"]."))
}

/// Where an address of version 4 begins that a name is glued to: `srv10.20.30.40`. A version is no address.
pub(super) fn glued_address(word: &[u8]) -> Option<usize> {
    let mut dots = memchr::memrchr_iter(b'.', word);
    let third = dots.nth(2)?;
    let head = word.get(..third)?;
    let digits = head.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let start = third - digits;
    let quad = address::v4(word.get(start..)?)
        .filter(|address| !address::is_special(*address) && !address::reads_as_version(*address))?;
    let name = word.get(..start)?;
    let letters =
        name.iter().rev().skip_while(|b| !b.is_ascii_alphabetic()).take_while(|b| b.is_ascii_alphabetic());
    let letters: Vec<u8> = letters.copied().collect::<Vec<_>>().into_iter().rev().collect();
    let private = matches!(quad, [10, ..] | [172, 16..=31, ..] | [192, 168, ..]);
    let large = quad.iter().any(|part| *part >= 100);
    let version = is_one_of(&letters, &crate::redact::lists::LISTS.before_versions) || letters.len() < 2;
    (!version && (private || large)).then_some(start)
}

/// Whether a digit or a sign shows that a word is a name and none of a sentence.
fn is_marked(name: &[u8]) -> bool {
    name.iter().any(|b| b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.'))
}

/// Whether a word is in no other list of words.
fn is_name(name: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(name).to_lowercase();
    name.len() > 2 && !known::is_common(&lower) && !host::is_generic(name) && !host::is_public(name)
}

/// Whether a sentence or a part of one ends at `at`.
fn ends_sentence(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    match rest.first() {
        None | Some(b'\r' | b'\n' | b';' | b')' | b']') => true,
        Some(b'.' | b',' | b':') => rest.get(1).is_none_or(u8::is_ascii_whitespace),
        _ => false,
    }
}

/// Whether a word is that of an update of a product that is called a server: `SP1`, `CU12`, `KB4535007`, `R2`.
fn is_build(name: &[u8]) -> bool {
    let letters = name.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (head, digits) = name.split_at_checked(letters).unwrap_or((name, &[]));
    is_one_of(head, &["cu", "kb", "r", "sp", "v"]) && digits.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}
