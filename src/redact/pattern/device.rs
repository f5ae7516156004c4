//! Secrets of network devices, which their configurations give as plain words.

use super::prose::{is_plain, is_word};
use super::token;
use super::value::is_no_value;
use crate::redact::bytes::{line_from, signs, starts_word};
use std::ops::Range;

/// A password of a Cisco device as its configuration shows it, two digits of salt first, which can be reversed. What is
/// hashed has a form of its own.
pub(super) const CISCO: &str = r"(?:password|secret)[ ]7[ ][01][0-9][0-9a-f]{4}";

/// A line of a configuration whose next word is a secret.
pub(super) const LINE: &str = concat!(
    r"(?:enable[ ]{1,2}(?:password|secret)(?:[ ]level[ ][0-9]{1,2})?|username[ ]{1,2}[^ \n]{1,64}(?:[ ]privilege[ ][0-9]{1,2})?[ ](?:password|secret)",
    r"|(?:neighbor|ppp)[ ][^ \n]{1,64}[ ]password|snmp-server[ ]{1,2}community|set[ ](?:snmp[ ])?community|snmp-server[ ]host[ ][^ \n]{1,64}(?:[ ]version[ ](?:1|2c))?",
    r"|(?:(?:radius|tacacs)(?:-server)?(?:[ ]host[ ][^ \n]{1,64})?|server-private[ ][^ \n]{1,64})[ ]{1,2}key|key-string|crypto[ ]isakmp[ ]key|pre-shared-key",
    r"|wpa-psk[ ](?:ascii|hex)|(?:ascii-text|message-digest-key[ ][0-9]{1,3}[ ]md5|authentication-key(?:[ ][0-9]{1,3}[ ]md5)?)",
    r"|snmp-server[ ]user[ ][^ \n]{1,64}[ ][^ \n]{1,64}[ ]v3[ ]auth[ ](?:md5|sha)|[ ]priv[ ](?:des|3des|aes[ ][0-9]{3}|aes)",
    r"|identified[ ]by)[ ]"
);

/// The digits at whose sixth a candidate ends.
pub(super) fn reversible(text: &[u8], end: usize) -> Option<Range<usize>> {
    let start = end.checked_sub(6)?;
    let length = line_from(text, start).iter().take_while(|b| b.is_ascii_hexdigit()).count();
    Some(start..start + length)
}

/// The word after a line's beginning and a number for its encoding; no word of a sentence (`enable password policies first`).
pub(super) fn line(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    let mut at = found.end;
    let rest = line_from(text, at);
    let digits = rest.iter().take(2).take_while(|b| b.is_ascii_digit()).count();
    if digits > 0 && rest.get(digits) == Some(&b' ') {
        at += digits + 1;
    }
    let rest = line_from(text, at);
    let quotes = signs(rest, b"\"'");
    let start = at + quotes;
    let rest = line_from(text, start);
    let length = match quotes {
        0 => token::length(rest),
        _ => memchr::memchr2(b'"', b'\'', rest).unwrap_or(rest.len()),
    };
    let value = rest.get(..length)?;
    let after = rest.get(length..)?;
    let sentence = is_word(value)
        && after.starts_with(b" ")
        && after
            .get(1..)
            .is_some_and(|next| !next.starts_with(b"R") && next.first().is_some_and(u8::is_ascii_lowercase));
    let first = text.get(found.start)?;
    let begins = *first == b' ' || starts_word(text, found.start);
    (begins && !sentence && !is_no_value(value) && !is_plain(value)).then_some(start..start + length)
}
