//! The JSON documents in a text: what stands before, between and after them is not read, apart from the headers of an answer.
//!
//! Answers are saved with `curl -i`, with the progress of a download before them, out of a console with its prompts, or
//! several in one file.

use super::wrapped;
use crate::intake::moment;
use crate::model::export::Moment;
use crate::text::json::{Document, parse};

/// Most documents that are read one by one.
pub(super) const MAX_DOCUMENTS: usize = 20_000;

/// Most places that look like the beginning of a document and are none.
const MAX_MISSES: usize = 16;

/// A document in a text.
#[derive(Debug)]
pub(super) struct FoundDocument {
    pub(super) document: Document,
    /// The line in which it begins.
    pub(super) line: u32,
    /// When it was answered, as its headers say.
    pub(super) answered: Option<Moment>,
}

/// A place where a document is not well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    /// Line, from 1.
    pub(super) line: usize,
    /// Column, from 1.
    pub(super) column: usize,
    /// Lines were broken inside of texts.
    pub(super) wrapped: bool,
}

/// What was found in a text.
#[derive(Debug, Default)]
pub(super) struct Documents {
    pub(super) found: Vec<FoundDocument>,
    /// The first document that is not well-formed.
    pub(super) fault: Option<Fault>,
    /// More than [`MAX_DOCUMENTS`].
    pub(super) too_many: bool,
    /// The status of the last answer whose headers are there.
    pub(super) status: Option<u16>,
    /// Headers with a cookie or a token.
    pub(super) has_credentials: bool,
    /// Text was passed over.
    pub(super) has_text: bool,
    /// At how many characters a console broke the lines.
    pub(super) width: Option<usize>,
}

/// Whether a text begins as an answer or a download does that was saved with what a tool writes around it.
pub(in crate::intake) fn begins_with_tool(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let is_prompt = |line: &str| {
        line.strip_prefix("PS ")
            .and_then(|line| line.split_once('>'))
            .is_some_and(|(path, _)| path.len() < 200)
    };
    is_status(first).is_some() || first.trim_start().starts_with("% Total ") || is_prompt(first)
}

/// Finds every document. A text that begins with JSON is all JSON unless text follows it.
pub(super) fn find(text: &str) -> Documents {
    let mut all = Documents::default();
    let mut cursor = Cursor { text, at: 0, line: 1, line_start: 0 };
    let begins = text.len() - text.trim_start().len();
    let mut next = text.trim_start().starts_with(['[', '{']).then_some(begins);
    let mut misses = 0;
    loop {
        let from = cursor.at;
        let Some(start) = next.take().or_else(|| candidate(text, from)) else {
            all.pass_over(text.get(from..).unwrap_or_default());
            return all;
        };
        let answered = all.pass_over(text.get(from..start).unwrap_or_default());
        cursor.go_to(start);
        let (line, tail) = (cursor.line, text.get(start..).unwrap_or_default());
        let length = extent(tail);
        let document = tail.get(..length.unwrap_or(tail.len())).unwrap_or_default();
        match read(document, &mut all.width) {
            Ok(document) => {
                if all.found.len() == MAX_DOCUMENTS {
                    all.too_many = true;
                    return all;
                }
                let line = u32::try_from(line).unwrap_or(u32::MAX);
                all.found.push(FoundDocument { document, line, answered });
            }
            Err(fault) => {
                all.fault.get_or_insert(cursor.fault(fault));
                misses += 1;
                let is_all = all.found.is_empty() && begins == start;
                if is_all || length.is_none() || misses == MAX_MISSES {
                    return all;
                }
            }
        }
        let end = start + length.unwrap_or(tail.len());
        let after = text.get(end..).unwrap_or_default();
        let follows = after.trim_start().strip_prefix(',').unwrap_or(after).trim_start();
        if follows.starts_with(['{', '[']) {
            cursor.go_to(end);
            next = Some(text.len() - follows.len());
        } else if after.trim_start().starts_with([',', ']', '}', '"', ':']) && all.fault.is_none() {
            cursor.go_to(text.len() - after.trim_start().len());
            all.fault = Some(cursor.fault(Fault { line: 1, column: 1, wrapped: false }));
            all.found.clear();
            return all;
        } else {
            // Behind a document a prompt may follow in the same line.
            let line_end = after.find('\n').map_or(text.len(), |length| end + length);
            all.has_text |= !text.get(end..line_end).unwrap_or_default().trim().is_empty();
            cursor.go_to(line_end);
        }
    }
}

/// Reads one document, with its lines joined if a console broke them.
fn read(text: &str, width: &mut Option<usize>) -> Result<Document, Fault> {
    let error = match parse(text.as_bytes(), true) {
        Ok(document) => return Ok(document),
        Err(error) => error,
    };
    let fault = Fault { line: error.line(), column: error.column(), wrapped: wrapped::is_broken(text) };
    let Some((joined, at)) = wrapped::join(text) else { return Err(fault) };
    let document = parse(joined.as_bytes(), true).map_err(|_| fault)?;
    *width = Some(at);
    Ok(document)
}

/// The next line from here on that begins as a document does.
fn candidate(text: &str, from: usize) -> Option<usize> {
    let mut at = from;
    for line in text.get(from..)?.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if begins_document(text.get(at + indent..).unwrap_or_default()) {
            return Some(at + indent);
        }
        at += line.len();
    }
    None
}

/// Whether an object or a list of objects begins here. `[2026-11-20] text` is none.
fn begins_document(text: &str) -> bool {
    let mut signs = text.chars().take(4_096).filter(|c| !c.is_whitespace());
    match (signs.next(), signs.next()) {
        (Some('{'), Some('"' | '}')) | (Some('['), Some(']')) => true,
        (Some('['), Some('{')) => matches!(signs.next(), Some('"' | '}')),
        _ => false,
    }
}

/// How long the document is that a text begins with: to the bracket that closes its first one.
fn extent(text: &str) -> Option<usize> {
    let (mut depth, mut in_text, mut escaped) = (0usize, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

impl Documents {
    /// Looks at text that is no document, and gives the time in the headers of an answer in it.
    fn pass_over(&mut self, text: &str) -> Option<Moment> {
        let (mut answered, mut in_headers) = (None, false);
        for line in text.lines().map(header) {
            self.has_text |= !line.is_empty();
            if let Some(status) = is_status(line) {
                (self.status, in_headers, answered) = (Some(status), true, None);
            } else if let Some((name, value)) = line.split_once(':') {
                match name.to_ascii_lowercase().as_str() {
                    "date" if in_headers => {
                        answered = moment::parse(value.trim()).ok().filter(|at| at.utc.is_some());
                    }
                    "set-cookie" | "cookie" | "authorization" | "proxy-authorization" => {
                        self.has_credentials = true;
                    }
                    _ => {}
                }
            }
        }
        answered
    }
}

/// A line without what `curl -v` puts before a header.
fn header(line: &str) -> &str {
    let line = line.trim();
    line.strip_prefix("< ").or_else(|| line.strip_prefix("> ")).unwrap_or(line)
}

/// The status in the first line of an answer, such as `HTTP/1.1 200 OK` or `HTTP/2 200`.
fn is_status(line: &str) -> Option<u16> {
    let mut words = header(line).strip_prefix("HTTP/")?.split_whitespace();
    let is_version = words.next()?.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    words.next()?.parse().ok().filter(|_| is_version)
}

/// A place in a text that moves forward, and its line.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    line_start: usize,
}

impl Cursor<'_> {
    fn go_to(&mut self, to: usize) {
        let passed = self.text.as_bytes().get(self.at..to).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count();
        if let Some(last) = memchr::memrchr(b'\n', passed) {
            self.line_start = self.at + last + 1;
        }
        self.at = to;
    }

    /// A fault in a document that begins here, by its place in the whole text.
    fn fault(&self, fault: Fault) -> Fault {
        let before = if fault.line == 1 { self.at.saturating_sub(self.line_start) } else { 0 };
        Fault { line: self.line + fault.line.saturating_sub(1), column: fault.column + before, ..fault }
    }
}
