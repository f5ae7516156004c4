//! Texts that recur in many lines and belong to no signature: types of exceptions, headers of events.

use super::anchors::Sought;
use super::header::LocalMillis;
use super::sample::Line;
use crate::model::excerpt::Sanitize;
use crate::model::log::{Recurring, Sample};
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// What the name of a type ends with, in lower case.
pub(super) const EXCEPTION: &str = "exception";
/// What the product's records in the common event format begin with (domain 1.5), in lower case.
pub(super) const CEF: &str = "cef:0|thycotic software|secret server|";
/// What lines are looked for with, beside the wordings.
pub(super) const LOOKOUTS: [(&str, Sought); 1] = [(CEF, Sought::Cef)];

/// Most different texts of one file; those that come later are not counted.
const MOST: usize = 200;
/// Longest name of a type, of a host, and of a version.
const LONGEST_TYPE: usize = 200;
const LONGEST_WORD: usize = 64;

/// Texts of a file with how often they occur.
#[derive(Default)]
pub(super) struct Texts(BTreeMap<Vec<u8>, Counted>);

struct Counted {
    count: u64,
    last: Option<LocalMillis>,
    line: Line,
}

impl Texts {
    /// Counts a text of a line, where it stands at `at`.
    pub(super) fn count(
        &mut self,
        text: Vec<u8>,
        number: u64,
        time: Option<LocalMillis>,
        line: &[u8],
        at: usize,
    ) {
        if let Some(known) = self.0.get_mut(&text) {
            known.count += 1;
            known.last = known.last.max(time);
        } else if self.0.len() < MOST {
            self.0.insert(text, Counted { count: 1, last: time, line: Line::new(number, time, line, at) });
        }
    }

    /// The texts of a file with the first line of each, cleaned; a long line is shown from `text` on.
    pub(super) fn into_recurring(
        self,
        file: &str,
        text: &str,
        cleaner: &dyn Sanitize,
        instant: impl Fn(LocalMillis) -> Option<DateTime<FixedOffset>>,
    ) -> Vec<Recurring> {
        let recurring = |(name, counted): (Vec<u8>, Counted)| Recurring {
            text: cleaner.clean(&String::from_utf8_lossy(&name)),
            count: counted.count,
            last: counted.last.and_then(&instant),
            sample: Sample {
                place: counted.line.place(file),
                time: counted.line.time.and_then(&instant),
                text: counted.line.excerpt(|line| memchr::memmem::find(line, text.as_bytes()), cleaner),
            },
        };
        self.0.into_iter().map(recurring).collect()
    }
}

/// The names of exceptions' types in a line, each with where it begins.
pub(super) fn exception_types(line: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> {
    // The rarest letter of the word: most lines have none.
    memchr::memchr2_iter(b'x', b'X', line).filter_map(|at| {
        let start = at.checked_sub(1)?;
        let end = start + EXCEPTION.len();
        let word = line.get(start..end)?;
        if word.eq_ignore_ascii_case(EXCEPTION.as_bytes()) { exception_type(line, end) } else { None }
    })
}

/// The full name of a .NET type whose last word ends at `end` of a line, and where it begins: dotted, not the name of a
/// method, of a file or of a nested member.
fn exception_type(line: &[u8], end: usize) -> Option<(usize, Vec<u8>)> {
    let (before, after) = line.split_at_checked(end)?;
    if after.first().is_some_and(|next| next.is_ascii_alphanumeric() || b"_.+`(<[/\\-".contains(next)) {
        return None;
    }
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | 0x80..);
    let length = before.iter().rev().take(LONGEST_TYPE).take_while(|byte| part(byte)).count();
    let (_, name) = before.split_at_checked(end - length)?;
    let dotted = name.contains(&b'.') && name.is_ascii() && name.first().is_some_and(u8::is_ascii_alphabetic);
    let whole = before.len() == length || !before.get(end - length - 1).is_some_and(part);
    (dotted && whole).then(|| (end - length, name.to_vec()))
}

/// Host and version of a CEF header whose fixed part ends at `end` of a line, `HOST VERSION`: the word before the header
/// is the name of the node that sent it, where it can be one.
pub(super) fn cef_header(line: &[u8], end: usize) -> Option<Vec<u8>> {
    let (before, after) = line.split_at_checked(end)?;
    let version = after.get(..memchr::memchr(b'|', after.get(..after.len().min(LONGEST_WORD))?)?)?;
    let numeric = !version.is_empty() && version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let before = before.get(..end.checked_sub(CEF.len())?)?.trim_ascii_end();
    let host = before.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    let named = host.len() <= LONGEST_WORD
        && host.first().is_some_and(u8::is_ascii_alphanumeric)
        && host.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_'));
    let header = if named { [host, b" ", version].concat() } else { version.to_vec() };
    numeric.then_some(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types(line: &str) -> Vec<String> {
        exception_types(line.as_bytes()).map(|(_, name)| String::from_utf8(name).unwrap()).collect()
    }

    #[test]
    fn types_are_told_from_methods_and_words() {
        for (line, expected) in [
            ("System.TimeoutException: too late", &["System.TimeoutException"][..]),
            (
                "x - A.B.FirstException: y ---> C.SecondException (0x80131904): z",
                &["A.B.FirstException", "C.SecondException"],
            ),
            ("   at A.B.ThrowException(String text)", &[]),
            ("   at A.SomeException..ctor()", &[]),
            ("--- End where exception was thrown ---", &[]),
            ("a bare TimeoutException: no namespace", &[]),
            ("A.Exceptions: several", &[]),
            ("ends with A.LastException", &["A.LastException"]),
            (r"C:\Folder\A.FileException\x", &[]),
            ("Größe.A.OddException: x", &[]),
        ] {
            assert_eq!(types(line), expected, "{line}");
        }
        let long = format!("{}.XException", "a".repeat(300));
        assert!(types(&long).is_empty(), "a part of a name is no name");
    }

    #[test]
    fn headers_name_host_and_version() {
        let header = |line: &str| {
            let end = line.to_ascii_lowercase().find(CEF).unwrap() + CEF.len();
            cef_header(line.as_bytes(), end).map(|text| String::from_utf8(text).unwrap())
        };
        for (line, expected) in [
            (
                "Nov 10 13:13:32 NODE02 CEF:0|Thycotic Software|Secret Server|11.3.000001|10004|x",
                Some("NODE02 11.3.000001"),
            ),
            ("CEF:0|Thycotic Software|Secret Server|10.1.104.000003|1|x", Some("10.1.104.000003")),
            (
                "2026-06-16 10:00:00,000 INFO X - CEF:0|Thycotic Software|Secret Server|11.3.000001|1|x",
                Some("11.3.000001"),
            ),
            ("CEF:0|Thycotic Software|Secret Server|eleven|1|x", None),
            ("CEF:0|Thycotic Software|Secret Server|11.3.000001", None),
            ("CEF:0|Thycotic Software|Secret Server|", None),
        ] {
            assert_eq!(header(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn what_comes_late_is_not_counted() {
        let mut texts = Texts::default();
        for round in 0..2 {
            for number in 0..MOST + 50 {
                texts.count(number.to_le_bytes().to_vec(), 1, Some(round), b"line", 0);
            }
        }
        assert_eq!(texts.0.len(), MOST);
        assert!(texts.0.values().all(|counted| counted.count == 2 && counted.last == Some(1)));
    }
}
