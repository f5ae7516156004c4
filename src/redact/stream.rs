//! Streaming redaction: a text arrives in pieces, memory is bounded, and the result does not depend on the pieces.
//!
//! Whole lines are redacted together. A line longer than a window is redacted window by window; a window leaves
//! its end to the next one, so that everything that starts before was seen whole.

use super::counts::{Counts, Kind};
use super::cut::{Cutter, Part};
use super::key_block::{self, KeyBlock};
use super::pattern::Span;
use super::text::{Looked, Redactor, merged};

/// Times a line is looked at again; one is enough for all but made-up lines.
const ROUNDS: usize = 8;

/// One text on its way through the redactor. UTF-16, with or without a byte order mark, comes out as UTF-8.
pub struct Stream<'r> {
    cutter: Cutter,
    state: State<'r>,
}

/// What the lines before decide, and what was counted in them.
struct State<'r> {
    redactor: &'r Redactor,
    /// Whether the last line is one of a private key.
    key_block: KeyBlock,
    counts: Counts,
}

impl<'r> Stream<'r> {
    pub(super) fn new(redactor: &'r Redactor) -> Self {
        let state = State { redactor, key_block: KeyBlock::default(), counts: Counts::default() };
        Self { cutter: Cutter::new(), state }
    }

    /// Takes the next piece and appends to `out` what is ready.
    pub fn push(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        self.cutter.push(piece, &mut |part| self.state.redact(part, out));
    }

    /// Ends the text: appends the rest to `out` and gives the counts.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Counts {
        self.cutter.finish(&mut |part| self.state.redact(part, out));
        self.state.counts
    }
}

impl State<'_> {
    /// Redacts whole lines, or the start of a longer one; gives how much is done.
    fn redact(&mut self, part: Part, out: &mut Vec<u8>) -> usize {
        if part.is_lines() {
            return self.redact_lines(part.text, part.last, out);
        }
        // No line of a key block is this long.
        self.key_block = KeyBlock::Outside;
        let spans = self.redactor.spans(part.text, true).spans;
        let spans = spans.into_iter().take_while(|span| span.range.start < part.safe);
        let at = self.redactor.replace(part.text, 0, spans, out, &mut self.counts);
        out.extend_from_slice(part.text.get(at..part.safe).unwrap_or_default());
        at.max(part.safe)
    }

    /// Redacts whole lines, but for the last ones where what comes decides on them; gives how much is done.
    fn redact_lines(&mut self, block: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut rest = block;
        while !rest.is_empty() {
            if self.key_block != KeyBlock::Outside {
                let line = first_line(rest);
                let (kept, done) = self.key_block.take(line);
                // What is before a line of the key, such as the prefix of a log, is text like any other.
                let head = line.get(..kept).unwrap_or_default();
                let spans = self.redactor.spans(head, true).spans;
                self.redact_line(head, 0, spans, out);
                if done == line.len() {
                    // Its content goes, its end stays, so that line numbers hold.
                    out.extend_from_slice(line_end(line));
                } else if done > kept && done + line_end(line).len() < line.len() {
                    // What goes on in the line is no start of one.
                    out.extend_from_slice(super::MARKER.as_bytes());
                }
                rest = rest.get(done..).unwrap_or_default();
                continue;
            }
            // A key block makes the lines after it depend on it: stop behind the line that opens one.
            let opener = key_block::opening(rest);
            let end =
                opener.map_or(rest.len(), |at| at + first_line(rest.get(at..).unwrap_or_default()).len());
            let (lines, tail) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            let done = self.redact_spans(lines, last, opener, out);
            if done < lines.len() {
                return block.len() - rest.len() + done;
            }
            if opener.is_some() {
                self.key_block = KeyBlock::Headers;
            }
            rest = tail;
        }
        block.len()
    }

    /// Redacts lines that no key block touches; gives how much is done.
    /// `key`: where the mark of one is in the last of them, all of which from there on is a part of its block.
    fn redact_spans(&mut self, lines: &[u8], last: bool, key: Option<usize>, out: &mut Vec<u8>) -> usize {
        let mut at = 0;
        let Looked { spans, groups, done, .. } = self.redactor.spans(lines, last || key.is_some());
        let key =
            key.map(|at| Span { range: at..lines.len() - line_end(lines).len(), kind: Kind::PrivateKey });
        let spans = if key.is_some() { merged(spans.into_iter().chain(key).collect()) } else { spans };
        let (mut spans, mut groups) = (spans.into_iter().peekable(), groups.into_iter().peekable());
        while let Some(first) = spans.peek() {
            let start = first.range.start;
            let line_start = lines.get(at..start).and_then(|head| memchr::memrchr(b'\n', head));
            let mut from = line_start.map_or(at, |i| at + i + 1);
            let line = first_line(lines.get(from..).unwrap_or_default());
            let mut end = from + line.len();
            let mut here: Vec<Span> = Vec::new();
            loop {
                while let Some(group) = groups.next_if(|group| group.start < end) {
                    if group.end > from {
                        from = from.min(group.start.max(at));
                        end = end.max(group.end);
                    }
                }
                match spans.next_if(|span| span.range.start < end) {
                    Some(span) => {
                        let reach = lines
                            .get(span.range.end.max(end) - 1..)
                            .map_or(end, |rest| span.range.end.max(end) - 1 + first_line(rest).len());
                        end = if span.range.end > end { reach } else { end };
                        here.push(span);
                    }
                    None => break,
                }
            }
            out.extend_from_slice(lines.get(at..from).unwrap_or_default());
            self.redact_line(lines.get(from..end).unwrap_or_default(), from, here, out);
            at = end;
        }
        out.extend_from_slice(lines.get(at..done).unwrap_or_default());
        done
    }

    /// Replaces `spans`, whose ranges count from `base`, in one line or in lines that belong together. A marker changes what its
    /// neighbours look like, so they are looked at again until nothing more is found: redacting twice changes nothing.
    fn redact_line(&mut self, line: &[u8], base: usize, spans: Vec<Span>, out: &mut Vec<u8>) {
        let mut line = self.replaced(line, base, spans);
        for _ in 0..ROUNDS {
            let again = self.redactor.spans(&line, true).spans;
            if again.is_empty() {
                out.extend_from_slice(&line);
                return;
            }
            line = self.replaced(&line, 0, again);
        }
        out.extend_from_slice(super::MARKER.as_bytes());
        out.extend_from_slice(line_end(&line));
    }

    fn replaced(&mut self, line: &[u8], base: usize, spans: Vec<Span>) -> Vec<u8> {
        let mut out = Vec::with_capacity(line.len());
        let at = self.redactor.replace(line, base, spans, &mut out, &mut self.counts);
        out.extend_from_slice(line.get(at..).unwrap_or_default());
        out
    }
}

/// The first line of a text, with its end.
fn first_line(text: &[u8]) -> &[u8] {
    memchr::memchr(b'\n', text).and_then(|end| text.get(..=end)).unwrap_or(text)
}

fn line_end(line: &[u8]) -> &[u8] {
    let content = line.strip_suffix(b"\n").map_or(line, |head| head.strip_suffix(b"\r").unwrap_or(head));
    line.get(content.len()..).unwrap_or_default()
}
