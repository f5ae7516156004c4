//! Private keys: a block of lines between a BEGIN and an END mark, or all of it in one line.

use super::bytes::{first, line_from};
use super::lines::begins_record;
use super::pattern::MAX_VALUE;
use std::ops::Range;

/// The mark that opens a block, also as a URL holds it.
pub(super) const BEGIN: &str =
    r"(?:-{1,5}|%2d)(?:[ +]|%20)?begin[ +%][a-z0-9 +%]{0,50}private(?:[ +]|%20)key";

/// A key of `PuTTY`; a sign at the end escapes the first of its lines.
pub(super) const PUTTY: &str = r"private-lines:[ \t]?[0-9]{1,4}(?:\\|[ \t]?\r?\n)";

/// Longest line of a block, in bytes, and shortest one behind the prefix of a log.
const MAX_LINE: usize = 200;
const SHORTEST: usize = 16;

/// What of a line belongs to the block whose mark starts at `start`: to its end mark, or all of the line.
pub(super) fn in_line(text: &[u8], start: usize) -> Range<usize> {
    let rest = line_from(text, start);
    start..start + end(rest).unwrap_or(rest.len())
}

/// The escaped lines of a key of `PuTTY`, from the sign that escapes the first; what is before them, where they are lines.
pub(super) fn putty(text: &[u8], Range { start: from, end: at }: Range<usize>) -> Range<usize> {
    let start = at - 1;
    if text.get(start) == Some(&b'\n') {
        return from..text.get(..start).unwrap_or_default().trim_ascii_end().len();
    }
    let code = |b: &&u8| b.is_ascii_alphanumeric() || b"+/=\\".contains(b);
    start..start + line_from(text, start).iter().take_while(code).count()
}

/// Where a block ends in `line`, if it does.
fn end(line: &[u8]) -> Option<usize> {
    let end = memchr::memmem::find(line, b"END ")?;
    let dashes = memchr::memmem::find(line.get(end..)?, b"----")?;
    let tail = line.get(end + dashes..)?;
    Some(end + dashes + tail.iter().take_while(|b| **b == b'-').count())
}

/// What the lines before decide.
#[derive(Default, PartialEq, Eq)]
pub(super) enum KeyBlock {
    #[default]
    Outside,
    /// Behind the mark, where headers may be.
    Headers,
    Inside,
}

impl KeyBlock {
    /// What of a line belongs to the block, as where it starts and ends: all of the line, up to the end mark, or nothing; of a
    /// line of a log what is behind its prefix. What is no part of the block may open another one.
    pub(super) fn take(&mut self, line: &[u8]) -> (usize, usize) {
        let prefix = prefix(line);
        let content = line.get(prefix..).unwrap_or_default().trim_ascii();
        let body = body(content);
        if let Some(end) = end(line).filter(|_| body.starts_with(b"--")) {
            *self = Self::Outside;
            return (prefix, end);
        }
        let name = content.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
        let header = *self == Self::Headers
            && name > 0
            && content.get(name..).is_some_and(|rest| rest.starts_with(b": "));
        let code = |b: &u8| b.is_ascii_alphanumeric() || b"+/=".contains(b);
        *self = if header {
            Self::Headers
        } else if content.len() <= MAX_LINE
            && body.iter().all(code)
            && (prefix == 0 || body.len() >= SHORTEST)
        {
            Self::Inside
        } else {
            Self::Outside
        };
        if *self == Self::Outside { (0, 0) } else { (prefix, line.len()) }
    }
}

/// How long what is before the text of a log's line is: a time, a thread, a level, a logger. The text itself is one word here.
fn prefix(line: &[u8]) -> usize {
    if !begins_record(line) {
        return 0;
    }
    let line = line.trim_ascii_end();
    // A mark holds blanks.
    let text = memchr::memmem::find(line, b"--").unwrap_or(line.len());
    let head = line.get(..text).unwrap_or_default();
    let head = if text < line.len() { head.trim_ascii_end() } else { head };
    memchr::memrchr2(b' ', b'\t', if text < line.len() { line.get(..text).unwrap_or_default() } else { head })
        .map_or(0, |at| at + 1)
}

/// What a line of a key says without the signs of a quotation, of a program's text or of an element around it.
fn body(content: &[u8]) -> &[u8] {
    let element = memchr::memmem::find(content, b"</").unwrap_or(content.len());
    let content = content.get(..element).unwrap_or(content);
    let lead = content.iter().take_while(|b| b"\"'>|+ \t".contains(b)).count();
    let mut content = content.get(lead..).unwrap_or_default();
    // `MIIE...\n' +`; a key may end with a sign of its own.
    loop {
        let before = content.len();
        for sign in [&b" +"[..], b" ", b"\\n", b"\\r", b"\"", b"'", b",", b";"] {
            content = content.strip_suffix(sign).unwrap_or(content);
        }
        if content.len() == before {
            return content;
        }
    }
}

/// Where a line opens the block of a private key and does not end it: the lines after it belong to it.
pub fn opening(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = text.get(at..)?;
        let pem = memchr::memmem::find(rest, b"PRIVATE KEY");
        let putty = memchr::memmem::find(rest.get(..pem.unwrap_or(rest.len()))?, b"Private-Lines:");
        let found = at + putty.or(pem)?;
        let before = text.get(found.saturating_sub(60)..found)?.rsplit(|b| *b == b'\n').next()?;
        // As far as a pattern reaches: a line of a megabyte that is full of marks is not read once for each of them.
        let rest = text.get(found..)?;
        let line = first(rest, MAX_VALUE).split(|b| *b == b'\n').next()?;
        // Nothing but the kind of the key is between; an end is followed by the same words.
        let kind =
            before.iter().rev().take_while(|b| b.is_ascii_alphanumeric() || b" +%".contains(b)).count();
        let mark = before.get(..before.len() - kind).unwrap_or_default().ends_with(b"-");
        let kind = before.get(before.len() - kind..).unwrap_or_default().trim_ascii_start();
        let begins = mark && kind.starts_with(b"BEGIN ");
        if putty.is_some() || (begins && end(line).is_none()) {
            return Some(found);
        }
        at = found + 1;
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::Redactor;

    #[test]
    fn nothing_of_a_key_is_left_however_it_is_written() {
        let body = "MIIEpAIBAAKCAQEA7bq1Ww";
        let after = "2026-11-22 12:00:00 INFO goes on\n";
        for text in [
            format!("-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----\n"),
            format!("Expected -----BEGIN RSA PRIVATE KEY-----\nFound -----BEGIN PRIVATE KEY-----\n{body}\n"),
            format!(
                "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n{body}\n-----END PGP PRIVATE KEY BLOCK-----\n"
            ),
            format!("> -----BEGIN PRIVATE KEY-----\n> {body}\n> -----END PRIVATE KEY-----\n"),
            format!("'-----BEGIN PRIVATE KEY-----\\n' +\n'{body}\\n' +\n'-----END PRIVATE KEY-----'\n"),
            format!("<PrivateKey>-----BEGIN PRIVATE KEY-----\n{body}</PrivateKey>\n"),
            format!("key=-----BEGIN%20RSA%20PRIVATE%20KEY-----%0A{body}\n"),
            format!("Private-Lines: 2\n{body}\n{body}\nPrivate-MAC: 0a\n"),
            format!("{{\"key\":\"Private-Lines: 2\\r\\n{body}\\r\\n\"}}\n"),
            format!("-----BEGIN PRIVATE KEY-----{body}-----END PRIVATE KEY-----\n"),
        ] {
            let text = text + after;
            let (out, _) = Redactor::patterns_only().redact(text.as_bytes());
            let out = String::from_utf8(out).unwrap();
            assert!(!out.contains("MIIE") && out.ends_with(after), "{text}\n{out}");
            assert_eq!(out.lines().count(), text.lines().count(), "{text}\n{out}");
        }
    }
}
