//! Values that are no secrets: empty, masked, switches, placeholders, words about a secret.

/// What stands for no value, or for one of two.
const PLAIN: [&[u8]; 11] =
    [b"null", b"(null)", b"nil", b"none", b"true", b"false", b"undefined", b"yes", b"no", b"on", b"off"];

/// Words of a sentence about a secret.
const SAID: [&[u8]; 14] = [
    b"incorrect",
    b"changed",
    b"expired",
    b"missing",
    b"invalid",
    b"required",
    b"failed",
    b"rejected",
    b"the",
    b"is",
    b"was",
    b"not",
    b"pem",
    b"aes256",
];

/// Where a template or a statement takes the value from.
const PLACEHOLDERS: [&[u8]; 4] = [b"{token}", b"{password}", b"%s", b"%d"];

/// Whether a value is empty, switched, masked, a word about it, a place for one, or a marker.
pub(super) fn is_no_value(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let masked = value.iter().all(|b| matches!(b, b'*' | b'-' | b'=' | b'>' | b'.' | b':' | b'|'));
    let counted = value.len() <= 3 && value.iter().all(u8::is_ascii_digit);
    let sign = value.len() <= 2 && value.iter().all(u8::is_ascii_punctuation);
    let words = PLAIN.iter().chain(&SAID).chain(&PLACEHOLDERS);
    masked
        || counted
        || sign
        || words.into_iter().any(|word| value.eq_ignore_ascii_case(word))
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
