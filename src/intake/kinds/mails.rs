//! Mails, contacts and calendars as text.

use super::{Id, Known};
use std::collections::BTreeSet;

/// Headers of mails, in lower case.
const HEADERS: [&str; 14] = [
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "received",
    "mime-version",
    "return-path",
    "delivered-to",
    "content-type",
    "cc",
    "reply-to",
    "x-mailer",
    "dkim-signature",
];

pub(super) fn of(start: &str) -> Option<Known> {
    for (mark, name) in [("BEGIN:VCARD", "a contact (vCard)"), ("BEGIN:VCALENDAR", "a calendar (iCalendar)")]
    {
        if start.starts_with(mark) {
            return Some(Known::new(Id::Text, name));
        }
    }
    let first = start.lines().next().unwrap_or_default();
    if first.starts_with("From ") && first.contains('@') && headers(start.lines().skip(1)) >= 2 {
        return Some(Known::new(Id::Mail, "mails (mbox)"));
    }
    (headers(start.lines()) >= 3).then(|| Known::new(Id::Mail, "a mail (EML)"))
}

/// How many different headers of a mail a text begins with.
fn headers<'t>(lines: impl Iterator<Item = &'t str>) -> usize {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for line in lines.take(400) {
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else { break };
        if name.is_empty() || name.contains(' ') {
            break;
        }
        seen.extend(HEADERS.iter().find(|header| name.eq_ignore_ascii_case(header)));
    }
    let is_mail =
        ["subject", "message-id", "received", "from"].iter().filter(|header| seen.contains(*header)).count();
    if is_mail >= 2 { seen.len() } else { 0 }
}
