//! Credentials in lines of programs and scripts: `NetworkCredential("user", "password")`, `"password" | ConvertTo-SecureString`,
//! `echo "user:password" | chpasswd`.

use super::Seen;
use super::prose::is_made_up;
use super::value::{is_no_value, quoted_length};
use crate::redact::bytes::{NEAR, before, line_within, signs, slashes_at_end, trim_end};
use std::ops::Range;

/// What takes a user and a password.
pub(super) const CREDENTIAL: &str = concat!(
    // However long a name is before that word: to count its letters would make as many states.
    r"(?:[a-z]{2}credentials?|directoryentry|principalcontext|logonuser|ldapconnection|validatecredentials",
    r"|\.(?:login|logon|bind|authenticate))",
    r#"["']?\]?(?:::new)?[ \t]?\("#
);

/// What takes a password from the command before it.
pub(super) const PIPED: &str = concat!(
    r"\|[ \t]{0,4}(?:sudo[ \t]{1,4}(?:-s\b|chpasswd|passwd)|chpasswd|passwd[ \t]{1,4}--stdin|convertto-securestring|kinit|su\b",
    r"|[^|\n]{1,80}--password-stdin)|chpasswd[ \t]{0,4}<<<[ \t]{0,4}"
);

/// Most arguments that are looked at.
const ARGUMENTS: usize = 6;

/// The password among the arguments: the second of a credential, the third of an entry of a directory, whose first is its path,
/// and the last of a context, which has a place before its user. One that is no text in quotes is a variable.
pub(super) fn credential(text: &[u8], found: Range<usize>, _: &mut Seen) -> Option<Range<usize>> {
    let arguments = arguments(text, found.end);
    let head = text.get(found)?.to_ascii_lowercase();
    let is_place = |range: &Range<usize>| {
        text.get(range.clone()).is_some_and(|text| memchr::memmem::find(text, b"://").is_some())
    };
    let call = head.starts_with(b".");
    let chosen = if head.starts_with(b"principalcontext") {
        arguments.last().filter(|_| arguments.len() > 1)?
    } else if head.starts_with(b"logonuser") {
        // A user, a domain and a password.
        arguments.get(2).or_else(|| arguments.get(1))?
    } else {
        arguments.iter().filter(|argument| !argument.as_ref().is_some_and(is_place)).nth(1)?
    };
    let value = chosen.clone()?;
    let said = text.get(value.clone())?;
    (!is_no_value(said) && (!call || is_made_up(said))).then_some(value)
}

/// The arguments in brackets whose inside starts at `at`, each as the first text in quotes in it.
fn arguments(text: &[u8], at: usize) -> Vec<Option<Range<usize>>> {
    let rest = line_within(text, at, 4 * NEAR);
    let (mut all, mut now, mut i, mut depth) = (Vec::new(), None, 0, 1);
    while let Some(byte) = rest.get(i).filter(|_| depth > 0 && all.len() < ARGUMENTS) {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b',' if depth == 1 => all.push(now.take()),
            b'"' | b'\'' => {
                let slashes = slashes_at_end(rest.get(..i).unwrap_or_default(), 4);
                let length =
                    quoted_length(rest.get(i + 1..).unwrap_or_default(), slashes, std::slice::from_ref(byte));
                now.get_or_insert(at + i + 1..at + i + 1 + length);
                i += length + slashes + 1;
            }
            _ => {}
        }
        i += 1;
    }
    all.push(now);
    all
}

/// What goes through the pipe at `found`: the text in quotes before it, or the last word; of `user:password` the second.
pub(super) fn piped(text: &[u8], found: Range<usize>) -> Option<Range<usize>> {
    if text.get(found.clone())?.trim_ascii_end().ends_with(b"<") {
        let value = super::value::at(text, found.end, false)?;
        let user = memchr::memchr(b':', text.get(value.clone())?)?;
        return Some(value.start + user + 1..value.end);
    }
    let from = found.start.saturating_sub(NEAR);
    let head = text.get(from..found.start)?;
    let head = head.rsplit(|b| matches!(b, b'\n' | b'|')).next()?;
    let base = found.start - head.len();
    let head = trim_end(head, b" \t");
    let (start, end) = match head.last()? {
        quote @ (b'"' | b'\'') => {
            let inside = head.get(..head.len() - 1)?;
            (memchr::memrchr(*quote, inside)? + 1, inside.len())
        }
        _ => (memchr::memrchr2(b' ', b'\t', head)? + 1, head.len()),
    };
    let value = head.get(start..end)?;
    let pairs = text.get(found)?.to_ascii_lowercase().ends_with(b"chpasswd");
    let skip = if pairs { memchr::memchr(b':', value)? + 1 } else { 0 };
    let value = value.get(skip..)?;
    // A file, a variable or a part of another name is no password.
    let plain = is_no_value(value) || value.starts_with(b"$") || value.starts_with(b"-");
    (!plain && signs(value, b" ") == 0 && before(value, value.len()).is_some())
        .then(|| base + start + skip..base + end)
}
