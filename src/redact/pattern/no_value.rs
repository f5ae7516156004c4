//! Values that are no secrets: empty, masked, switches, placeholders, words about a secret.

use crate::redact::bytes::is_one_of;
use crate::redact::lists::LISTS;

/// Whether a value is empty, switched, masked, a word about it, a place for one, or a marker.
pub(super) fn is_no_value(value: &[u8]) -> bool {
    let value = value.trim_ascii();
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
