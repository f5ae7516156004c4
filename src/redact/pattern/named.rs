//! A value after the name of a secret.

use super::connection::in_connection_string;
use super::element::{element, end_of_tag};
use super::value::assigned;
use crate::redact::bytes::{NEAR, before, ends_with, is_name, line_from, signs};
use crate::redact::words::looks_random;
use std::ops::Range;

/// Names of secrets, or how they end. Secret, token and password are product vocabulary: a sign has to follow.
pub(super) const NAMES: &str = concat!(
    r"password|passwd|passwort|kennwort|passphrase|passcode|pwd|secret|token|credentials?|securestring",
    r"|(?:api|access|private|shared|account|encryption|validation|decryption|master|signing|secret|client|storage",
    r"|symmetric|rpc|ssh|hmac|session|onboarding|subscription|license)[-_ ]?key|\b[sa]key",
    r"|(?:\b|_|bind|user|(?-i:[a-z]P)|(?-i:DB))(?:pass|pw)|(?-i:[a-z]P)(?:ass|w|in)|(?:\b|_)(?:pin|t?otp)",
    r"|aspxauth|asp\.net_sessionid|samlresponse|client_assertion",
);

/// What may follow a name: `PasswordText`, `token_hint`, `@__password_0`.
pub(super) const TAIL: &str = "(?:[_-]?(?:text(?:box)?|value|hash|salt|hint|string))?[0-9_]{0,4}";

/// What is between a name and its value.
const SIGN: &str = r#"(?:\\{0,3}["']|&quot;|%22)?\]?[ \t]{0,64}(?:=>|->|==?|:=?|%3[da])"#;

/// A name with what follows it: a sign, the `value=` of a configuration, the end of a tag, or a blank.
pub(super) fn candidate() -> String {
    format!(
        r#"(?:{NAMES}){TAIL}(?:{SIGN}|(?:["']|&quot;)[ \t]{{1,8}}value[ \t]{{0,8}}=|>|&gt;|\\u003e|[ \t])"#
    )
}

/// Names of no meaning to us that end like those of keys.
pub(super) fn any_key() -> String {
    format!("[a-z0-9][-_]?key{TAIL}{SIGN}")
}

/// Parts of assembly names and of .NET types, in every exception text.
const NOT_SECRET: [&[u8]; 4] = [b"publickeytoken", b"cancellationtoken", b"metadatatoken", b"publickey"];

/// The whole name that `found` is the end of, unless it is one of something else.
pub(super) fn name_before(text: &[u8], found: &Range<usize>) -> Option<Range<usize>> {
    let before = text.get(..found.start)?.iter().rev().take(NEAR).take_while(|b| is_name(**b)).count();
    let start = found.start - before;
    let length = text.get(start..found.end)?.iter().take_while(|b| is_name(**b)).count();
    let name = text.get(start..start + length)?;
    (!NOT_SECRET.iter().any(|word| ends_with(name, word))).then_some(start..start + length)
}

/// The value after the name at `found`.
pub(super) fn after(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let range = name_before(text, &found)?;
    let name = text.get(range.clone())?.to_ascii_lowercase();
    let matched = text.get(found.clone())?;
    let arrow = matched.ends_with(b"=>") || matched.ends_with(b"->");
    let value = match *matched.last()? {
        b' ' | b'\t' => after_blank(text, &range, &name, found.end),
        b'>' | b'e' | b'E' | b';' if !arrow => element(text, range.start, found.end),
        _ => assigned(text, found.end, in_connection_string(text, range.start..found.end)),
    }?;
    let digits = text.get(value.clone())?.iter().all(u8::is_ascii_digit);
    // An id of a secret is no secret, nor how many were replaced, as manifests say.
    let id = name.ends_with(b"secret") && value.len() <= 5;
    let count = matches!(name.as_slice(), b"private-key" | b"url-credentials");
    (!digits || !(id || count)).then_some(value)
}

/// What a blank separates from a name: the argument of a switch or of a command, an element with attributes, or what is quoted.
fn after_blank(text: &[u8], range: &Range<usize>, name: &[u8], at: usize) -> Option<Range<usize>> {
    let sign = before(text, range.start);
    let slash =
        sign == Some(b'/') && range.start.checked_sub(1).and_then(|at| before(text, at)) == Some(b' ');
    let dash = name.starts_with(b"-") && !sign.is_some_and(|b| b.is_ascii_alphanumeric() || b == b'<');
    if name.ends_with(b"securestring") {
        argument(text, at)
    } else if slash || dash {
        assigned(text, at, false).filter(|value| !matches!(text.get(value.start), Some(b'-' | b'(')))
    } else if let Some(end) = end_of_tag(text, at) {
        element(text, range.start, end)
    } else if [&b"password"[..], b"passwd", b"pwd", b"passphrase"].iter().any(|word| name.ends_with(word)) {
        // `password 'x' was refused`; a secret in quotes is the name of one.
        assigned(text, at, false).filter(|value| matches!(before(text, value.start), Some(b'"' | b'\'')))
    } else {
        None
    }
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
