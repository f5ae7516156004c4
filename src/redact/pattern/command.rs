//! Secrets that are plain arguments of commands, with no name before them.

use super::token;
use super::value::is_no_value;
use crate::redact::bytes::{line_from, starts_word};
use std::ops::Range;

/// A password of a Cisco device as its configuration shows it, two digits of salt first, which can be reversed. What is
/// hashed has a form of its own.
pub(super) const CISCO: &str = r"(?:password|secret)[ ]7[ ][01][0-9][0-9a-f]{4}";

/// Commands of Windows that take a password as it is.
pub(super) const NET: &str = r"net1?(?:\.exe)?[ \t]{1,4}us(?:e|er)[ \t]";

/// The command for other machines that takes one.
pub(super) const SSHPASS: &str = r"sshpass[ \t]{1,4}-p[ \t]{0,4}";

/// Most arguments that are looked at.
const ARGUMENTS: usize = 12;

/// The digits at whose sixth a candidate ends.
pub(super) fn cisco(text: &[u8], end: usize) -> Option<Range<usize>> {
    let start = end.checked_sub(6)?;
    let length = line_from(text, start).iter().take_while(|b| b.is_ascii_hexdigit()).count();
    Some(start..start + length)
}

/// `net use X: \\server\share PASSWORD /user:name`, `net user NAME PASSWORD /add`.
pub(super) fn net(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    // `.NET user` is no command.
    if !starts_word(text, found.start) || text.get(..found.start)?.ends_with(b".") {
        return None;
    }
    let of_share =
        text.get(found.start..found.end)?.trim_ascii_end().last().is_some_and(|b| matches!(b, b'e' | b'E'));
    let rest = line_from(text, found.end);
    let mut plain = Vec::new();
    let (mut at, mut switch, mut place) = (0, false, false);
    for argument in rest.split(|b| matches!(b, b' ' | b'\t')).take(ARGUMENTS) {
        let bare = argument.strip_prefix(b"\"").unwrap_or(argument);
        switch |= bare.starts_with(b"/");
        let is_place = bare.starts_with(b"\\\\") || matches!(bare, [_, b':'] | b"*");
        place |= is_place && bare != b"*";
        if !(bare.is_empty() || bare.starts_with(b"/") || is_place) {
            let start = found.end + at + argument.len() - bare.len();
            plain.push(start..start + token::length(bare));
        }
        at += argument.len() + 1;
    }
    let value = if of_share { place.then(|| plain.first()) } else { switch.then(|| plain.get(1)) };
    value
        .flatten()
        .filter(|range| text.get((*range).clone()).is_some_and(|value| !is_no_value(value)))
        .cloned()
}
