//! Secrets by shape alone. Stricter than the patterns of the redactor: what the redactor left is either a marker or a
//! leak.

use super::{HitKind, decode};
use crate::redact::bytes::{before, ends_with, is_one_of, signs, trim_end};
use regex::bytes::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// How far a shape reaches, in bytes.
pub(super) const REACH: usize = 2048;
/// How near the rest of a connection string is to its password, in bytes.
const NEAR: usize = 300;

/// Calls `found` for every shape in `text`.
pub(super) fn find(text: &[u8], mut found: impl FnMut(Range<usize>, HitKind)) {
    // Every shape has one of these bytes: `=` or `:` between a name and a value, and the capitals of `eyJ` and `KEY` that
    // logs hardly have.
    for at in memchr::memchr2_iter(b'=', b':', text) {
        if may_end_a_name(text, at)
            && let Some((range, kind)) = named(text, at).or_else(|| encrypted(text, at))
        {
            found(range, kind);
        }
    }
    // Up to where a run of a token's characters goes that no dot ends.
    let mut undotted = 0;
    for at in memchr::memchr2_iter(b'J', b'K', text) {
        // Where the word starts whose letter this is.
        let start = |word: &[u8], letter: usize| {
            at.checked_sub(letter).filter(|start| text.get(*start..start + word.len()) == Some(word))
        };
        if let Some(range) = start(b"PRIVATE KEY", 8).and_then(|start| private_key(text, start)) {
            found(range, HitKind::PrivateKey);
        } else if let Some(range) = start(b"eyJ", 2)
            .filter(|start| *start >= undotted)
            .and_then(|start| web_token(text, start, &mut undotted))
        {
            found(range, HitKind::Jwt);
        }
    }
}

/// Whether the byte before the sign at `at` may end one of the names, what is between a name and the sign, or `[enc`.
/// Most signs are in times and addresses, behind a digit.
fn may_end_a_name(text: &[u8], at: usize) -> bool {
    before(text, at).is_some_and(|byte| {
        matches!(byte.to_ascii_lowercase(), b'd' | b'y' | b'n' | b'c' | b'"' | b' ' | b'\t')
    })
}

/// A name, the sign at `at`, and a value that is neither a marker nor empty.
fn named(text: &[u8], at: usize) -> Option<(Range<usize>, HitKind)> {
    let head = text.get(at.saturating_sub(32)..at)?;
    let head = trim_end(head, b" \t");
    let (head, quoted) = match head.strip_suffix(b"\"") {
        Some(head) => (trim_end(head, b"\\"), true),
        None => (head, false),
    };
    if !matches!(head.last(), Some(b'd' | b'D' | b'y' | b'Y' | b'n' | b'N')) {
        return None;
    }
    let ends = |word: &[u8]| ends_with(head, word);
    let sign = *text.get(at)?;
    let rest = text.get(at + 1..(at + REACH).min(text.len()))?;
    let blanks = signs(rest, b" \t");
    let start = at + 1 + blanks;
    let rest = rest.get(blanks..)?;
    if ends(b"password") || ends(b"pwd") {
        let slashes = signs(rest, b"\\");
        let opening = rest.get(slashes).copied().filter(|b| matches!(b, b'"' | b'\''));
        let connection = sign == b'=' && in_connection_string(text, at);
        let attribute = sign == b'=' && opening.is_some();
        let member = sign == b':' && quoted && opening.is_some();
        // Before the value is followed: a line may be nothing but names.
        if !(connection || attribute || member) {
            return None;
        }
        let (skip, length) = match opening {
            Some(quote) => {
                let inside = rest.get(slashes + 1..)?;
                (slashes + 1, inside.iter().position(|b| *b == quote || *b == b'\n')?)
            }
            None => (
                0,
                rest.iter()
                    .position(|b| b.is_ascii_whitespace() || b"\";,&<".contains(b))
                    .unwrap_or(rest.len()),
            ),
        };
        let range = start + skip..start + skip + length;
        if is_no_value(text.get(range.clone())?) {
            return None;
        }
        let kind = if connection { HitKind::ConnectionString } else { HitKind::Password };
        return Some((range, kind));
    }
    if sign == b'=' && (ends(b"validationkey") || ends(b"decryptionkey")) {
        let open = signs(rest, b"\"'");
        let digits = rest.get(open..)?.iter().take_while(|b| b.is_ascii_hexdigit()).count();
        return (digits >= 32).then_some((start + open..start + open + digits, HitKind::MachineKey));
    }
    if ends(b"authorization") {
        let open = signs(rest, b"\"'\\");
        let scheme = rest.get(open..)?;
        let word = [&b"bearer "[..], b"basic "]
            .into_iter()
            .find(|word| scheme.get(..word.len()).is_some_and(|s| s.eq_ignore_ascii_case(word)))?;
        let token = scheme.get(word.len()..)?;
        let length = token.iter().take_while(|b| b.is_ascii_alphanumeric() || b"+/-_.~=".contains(b)).count();
        let from = start + open + word.len();
        return (length >= 8).then_some((from..from + length, HitKind::Authorization));
    }
    None
}

/// Parts that connection strings have beside a password.
static PARTS: LazyLock<Regex> = LazyLock::new(|| {
    let parts = "(?i-u)data source=|server=|initial catalog=|user id=|uid=|database=";
    #[expect(clippy::expect_used, reason = "the expression is constant and a test compiles it")]
    Regex::new(parts).expect("the expression compiles")
});

/// Whether the line around `at` names a server, a database or a user the way connection strings do.
fn in_connection_string(text: &[u8], at: usize) -> bool {
    let before = text.get(at.saturating_sub(NEAR)..at).unwrap_or_default();
    let before = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    let after = text.get(at..(at + NEAR).min(text.len())).unwrap_or_default();
    let after = after.split(|b| *b == b'\n').next().unwrap_or_default();
    [before, after].into_iter().any(|side| PARTS.is_match(side))
}

/// An `[enc:…]` value whose `:` is the one at `at`.
fn encrypted(text: &[u8], at: usize) -> Option<(Range<usize>, HitKind)> {
    let start = at.checked_sub(4).filter(|start| text.get(*start..=at) == Some(b"[enc:"))?;
    let inside = text.get(at + 1..)?;
    let length = memchr::memchr2(b']', b'\n', inside.get(..REACH.min(inside.len()))?)?;
    (length >= 8).then_some((start..at + 1 + length, HitKind::Encrypted))
}

/// A private key whose marker ends in the `PRIVATE KEY` at `at`, and which has a body.
fn private_key(text: &[u8], at: usize) -> Option<Range<usize>> {
    let head = text.get(at.saturating_sub(48)..at)?;
    let begin =
        memchr::memmem::rfind(head, b"-BEGIN ").or_else(|| memchr::memmem::rfind(head, b"- BEGIN "))?;
    let tail = text.get(at + 11..(at + REACH).min(text.len()))?;
    let dashes = signs(tail, b" BLOCK-");
    let body = tail.get(dashes..)?;
    let digits = body
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"+/=\\".contains(b))
        .filter(|b| b.is_ascii_alphanumeric())
        .count();
    (dashes >= 4 && digits >= 16).then(|| at - head.len() + begin..at + 11 + dashes)
}

/// A JSON web token: a header that decodes to an object with an algorithm, and a payload.
fn web_token(text: &[u8], at: usize, undotted: &mut usize) -> Option<Range<usize>> {
    let rest = text.get(at..(at + REACH).min(text.len()))?;
    let run = |from: usize| {
        rest.get(from..)
            .map_or(0, |r| r.iter().take_while(|b| b.is_ascii_alphanumeric() || b"-_".contains(b)).count())
    };
    let header = run(0);
    let payload = run(header + 1);
    if rest.get(header) != Some(&b'.') || payload < 4 {
        *undotted = at + header;
        return None;
    }
    let mut algorithm = false;
    decode::from_base64(
        &decode::DecodedText::of(rest.get(..header)?.to_vec()),
        |_| true,
        |inner| {
            algorithm |=
                inner.bytes.starts_with(b"{") && memchr::memmem::find(&inner.bytes, b"\"alg\"").is_some();
        },
    );
    algorithm.then(|| at..at + header + 1 + payload)
}

/// Values that are none: empty, switched, masked, short numbers and markers.
fn is_no_value(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    memchr::memmem::find(value, b"{redacted").is_some()
        || value.iter().all(u8::is_ascii_punctuation)
        || (value.len() <= 3 && value.iter().all(u8::is_ascii_digit))
        || is_one_of(value, &["true", "false", "null", "(null)", "nil", "none", "undefined", "yes", "no"])
}
