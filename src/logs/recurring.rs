//! Texts that recur in many lines: headers of events; and the types of exceptions that a line names.

use super::prefilter::Target;
use crate::model::excerpt::Sanitize;
use crate::model::log::{Recurring, Sample};
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// How the name of an exception's type ends, in lower case.
const EXCEPTION: &str = "exception";
/// The end of it as types of .NET have it, whatever they are called.
pub(super) const EXCEPTION_END: &str = "xception";
/// How records in the common event format (CEF) begin, in lower case.
pub(super) const CEF: &str = "cef:0|";
/// How the product's records begin, by the two names that its vendor had, in lower case.
const PRODUCT: [&str; 2] =
    ["cef:0|thycotic software|secret server|", "cef:0|delinea software|secret server|"];
/// What lines are searched for beside the patterns of signatures.
pub(super) const EXTRA_LITERALS: [(&str, Target); 2] = [(PRODUCT[0], Target::Cef), (PRODUCT[1], Target::Cef)];

/// Most different texts of one file; later ones are not counted.
const MOST: usize = 200;
/// Longest name of a type.
const LONGEST_TYPE: usize = 200;
/// Longest name of a host, and longest version.
const LONGEST_WORD: usize = 64;

/// Texts of a file with how often they occur.
#[derive(Default)]
pub(super) struct RecurringTexts(BTreeMap<Vec<u8>, Recurring>);

impl RecurringTexts {
    /// Counts a text of a line that was written at `time`. Whoever meets it for the first time makes the sample of it.
    pub(super) fn count(
        &mut self,
        text: &[u8],
        time: Option<DateTime<FixedOffset>>,
        sanitizer: &dyn Sanitize,
        sample: impl FnOnce() -> Sample,
    ) {
        if let Some(known) = self.0.get_mut(text) {
            known.count += 1;
            known.last = known.last.max(time);
        } else if self.0.len() < MOST {
            let recurring = Recurring {
                text: sanitizer.sanitize(&String::from_utf8_lossy(text)),
                count: 1,
                last: time,
                sample: sample(),
            };
            self.0.insert(text.to_vec(), recurring);
        }
    }

    /// The texts, in order.
    pub(super) fn into_recurring(self) -> Vec<Recurring> {
        self.0.into_values().collect()
    }
}

/// The names of exceptions' types in a line, each with where it begins.
pub(super) fn exception_types(line: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    // `x` is the rarest letter of "exception": most lines have none.
    memchr::memchr2_iter(b'x', b'X', line).filter_map(|at| {
        let start = at.checked_sub(1)?;
        let end = start + EXCEPTION.len();
        let word = line.get(start..end)?;
        if word.eq_ignore_ascii_case(EXCEPTION.as_bytes()) { exception_type(line, end) } else { None }
    })
}

/// The full name of a .NET type whose last word ends at `end` of a line, and where it begins. The name has a dot and is not
/// that of a method, a file or a nested member.
fn exception_type(line: &[u8], end: usize) -> Option<(usize, &[u8])> {
    let (before, after) = line.split_at_checked(end)?;
    if after.first().is_some_and(|next| next.is_ascii_alphanumeric() || b"_.+`(<[/\\-".contains(next)) {
        return None;
    }
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | 0x80..);
    let length = before.iter().rev().take(LONGEST_TYPE).take_while(|byte| part(byte)).count();
    let (_, name) = before.split_at_checked(end - length)?;
    let dotted = name.contains(&b'.') && name.is_ascii() && name.first().is_some_and(u8::is_ascii_alphabetic);
    let whole = before.len() == length || !before.get(end - length - 1).is_some_and(part);
    (dotted && whole).then_some((end - length, name))
}

/// `HOST VERSION` of a CEF header whose fixed part ends at `end` of a line. The word before the header is the host that
/// sent it, if it can be a host name; else the text is the version alone.
pub(super) fn cef_header(line: &[u8], end: usize) -> Option<Vec<u8>> {
    let (before, after) = line.split_at_checked(end)?;
    let version = after.get(..memchr::memchr(b'|', after.get(..after.len().min(LONGEST_WORD))?)?)?;
    let numeric = !version.is_empty() && version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let begins = |start: &str| {
        let from = end.checked_sub(start.len());
        from.and_then(|from| before.get(from..))
            .is_some_and(|text| text.eq_ignore_ascii_case(start.as_bytes()))
    };
    let start = PRODUCT.iter().find(|start| begins(start))?;
    let before = before.get(..end.checked_sub(start.len())?)?.trim_ascii_end();
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
    use crate::logs::sample::SampleLine;
    use crate::logs::tests::AsIs;

    fn types(line: &str) -> Vec<String> {
        exception_types(line.as_bytes()).map(|(_, name)| String::from_utf8(name.to_vec()).unwrap()).collect()
    }

    #[test]
    fn types_differ_from_methods_and_words() {
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
            let mut ends =
                PRODUCT.iter().filter_map(|start| Some(line.to_ascii_lowercase().find(start)? + start.len()));
            let end = ends.next().unwrap();
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
            (
                "Nov 10 13:13:32 NODE03 CEF:0|Delinea Software|Secret Server|11.5.000002|500|System Log|7|x",
                Some("NODE03 11.5.000002"),
            ),
            ("CEF:0|Delinea Software|Secret Server|12.3.000001|10004|x", Some("12.3.000001")),
            ("CEF:0|Thycotic Software|Secret Server|eleven|1|x", None),
            ("CEF:0|Thycotic Software|Secret Server|11.3.000001", None),
            ("CEF:0|Thycotic Software|Secret Server|", None),
        ] {
            assert_eq!(header(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn what_comes_late_is_not_counted() {
        let mut texts = RecurringTexts::default();
        for time in [None, Some(DateTime::UNIX_EPOCH.fixed_offset())] {
            for number in 0..MOST + 50 {
                let sample = || SampleLine::new(1, time, b"line", 0).into_sample("SS.log", |_| None, &AsIs);
                texts.count(&number.to_le_bytes(), time, &AsIs, sample);
            }
        }
        assert_eq!(texts.0.len(), MOST);
        assert!(texts.0.values().all(|known| known.count == 2 && known.last.is_some()));
    }
}
