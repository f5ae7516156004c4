//! Streaming redaction: a text arrives in pieces, memory is bounded, and the result does not depend on the pieces.
//!
//! Whole lines are redacted together. A line longer than a window is redacted window by window; a window leaves
//! its end to the next one, so that everything that starts before was seen whole.

use super::counts::Counts;
use super::cut::Cutter;
use super::key_block::{self, KeyBlock};
use super::pattern::Span;
use super::text::Redactor;

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
        self.cutter.push(piece, &mut |part, safe| self.state.redact(part, safe, out));
    }

    /// Ends the text: appends the rest to `out` and gives the counts.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Counts {
        self.cutter.finish(&mut |part, safe| self.state.redact(part, safe, out));
        self.state.counts
    }
}

impl State<'_> {
    /// Redacts whole lines, or the first `safe` bytes of a longer one; gives how much is done.
    fn redact(&mut self, part: &[u8], safe: usize, out: &mut Vec<u8>) -> usize {
        if safe == part.len() {
            self.redact_lines(part, out);
            return safe;
        }
        // No line of a key block is this long.
        self.key_block = KeyBlock::Outside;
        let spans = self.redactor.spans(part).into_iter().take_while(|span| span.range.start < safe);
        let at = self.redactor.replace(part, 0, spans, out, &mut self.counts);
        out.extend_from_slice(part.get(at..safe).unwrap_or_default());
        at.max(safe)
    }

    /// Redacts whole lines.
    fn redact_lines(&mut self, block: &[u8], out: &mut Vec<u8>) {
        let mut rest = block;
        while !rest.is_empty() {
            if self.key_block != KeyBlock::Outside {
                let line = first_line(rest);
                let done = self.key_block.take(line);
                if done == line.len() {
                    // Its content goes, its end stays, so that line numbers hold.
                    out.extend_from_slice(line_end(line));
                } else if done > 0 && done + line_end(line).len() < line.len() {
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
            if opener.is_some() {
                self.key_block = KeyBlock::Headers;
            }
            self.redact_spans(lines, out);
            rest = tail;
        }
    }

    /// Redacts lines that no key block touches.
    fn redact_spans(&mut self, lines: &[u8], out: &mut Vec<u8>) {
        let mut at = 0;
        let mut spans = self.redactor.spans(lines).into_iter().peekable();
        while let Some(first) = spans.peek() {
            let start = first.range.start;
            let line_start = lines.get(at..start).and_then(|head| memchr::memrchr(b'\n', head));
            let line_start = line_start.map_or(at, |i| at + i + 1);
            let line = first_line(lines.get(line_start..).unwrap_or_default());
            let end = line_start + line.len();
            let here: Vec<Span> =
                std::iter::from_fn(|| spans.next_if(|span| span.range.start < end)).collect();
            out.extend_from_slice(lines.get(at..line_start).unwrap_or_default());
            self.redact_line(line, line_start, here, out);
            at = end;
        }
        out.extend_from_slice(lines.get(at..).unwrap_or_default());
    }

    /// Replaces `spans`, whose ranges count from `base`, in one line. A marker changes what its neighbours look
    /// like, so the line is looked at again until nothing more is found: redacting twice changes nothing.
    fn redact_line(&mut self, line: &[u8], base: usize, spans: Vec<Span>, out: &mut Vec<u8>) {
        let mut line = self.replaced(line, base, spans);
        for _ in 0..ROUNDS {
            let again = self.redactor.spans(&line);
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
