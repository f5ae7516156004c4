//! Lines that belong together: a name at the end of one and its value on the next, quotes over several, the members of an object
//! or of an element.
//!
//! The patterns see such lines as one, with blanks for their ends, so that each rule is written once.

use super::bytes::line_within;
use std::ops::Range;

/// What the last line of a name leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// The value is on the next line that says something.
    Next,
    /// A quote, which another line closes.
    Quote,
    /// An object or an element, with the value in another member.
    Object,
    /// A table, if a line of dashes follows: the values are below the name.
    Table,
}

/// Most lines of one group, and most bytes of them.
const LINES: usize = 48;
const BYTES: usize = 12 * 1024;

/// Where lines belong together.
#[derive(Clone)]
pub(super) enum Extent {
    /// From the start of the first line to the end of the last one.
    Lines(Range<usize>),
    /// Nowhere.
    None,
    /// As far as the text goes; more of it decides.
    More(usize),
}

/// Finds which lines belong together, from place to place in order: what was seen of a line is not looked at again, since a line
/// may be nothing but names.
pub(super) struct Extents<'t> {
    text: &'t [u8],
    /// No more text comes.
    last: bool,
    /// The line of the last place.
    line: Range<usize>,
    /// What is known of it.
    known: Vec<(Open, Extent)>,
}

impl<'t> Extents<'t> {
    pub(super) const fn new(text: &'t [u8], last: bool) -> Self {
        Self { text, last, line: 0..0, known: Vec::new() }
    }

    /// The lines that belong to the one in which something is open at `at`.
    pub(super) fn of(&mut self, at: usize, open: Open) -> Extent {
        if !self.line.contains(&at) {
            let before = self.text.get(self.line.end..at).unwrap_or_default();
            let start = memchr::memrchr(b'\n', before).map_or(self.line.end, |end| self.line.end + end + 1);
            self.line = start..line_end(self.text, at);
            self.known.clear();
        }
        if let Some((_, extent)) = self.known.iter().find(|(known, _)| *known == open) {
            return extent.clone();
        }
        let extent = self.look(open);
        self.known.push((open, extent.clone()));
        extent
    }

    fn look(&self, open: Open) -> Extent {
        let Range { start, end: first } = self.line;
        let whole = |end: usize| if end > first { Extent::Lines(start..end) } else { Extent::None };
        // What follows the mark of a key is a matter of its block, unless the line ends it.
        let marked = |line: &[u8]| {
            let last = |text: &[u8]| memchr::memmem::rfind(line, text);
            // A line with a marker was looked at, with all that belonged to it: what is left of it opens nothing more.
            (last(b"PRIVATE KEY").is_some() && last(b"END ") <= last(b"BEGIN "))
                || memchr::memmem::find(line, super::MARKER_STEM.as_bytes()).is_some()
        };
        if first - start > BYTES || self.text.get(start..first).is_some_and(marked) {
            return Extent::None;
        }
        let (mut end, mut blank) = (first, 0);
        for number in 0..LINES {
            if end - start > BYTES {
                break;
            }
            if end == self.text.len() {
                return match (self.last, open) {
                    (false, _) => Extent::More(start),
                    (true, Open::Object | Open::Table) => whole(end),
                    _ => Extent::None,
                };
            }
            let line = line_within(self.text, end, BYTES);
            let next = line_end(self.text, end);
            if begins_record(line) || marked(line) {
                break;
            }
            match open {
                Open::Table if number == 0 && !is_rule(line) => return Extent::None,
                Open::Table if line.trim_ascii().is_empty() => break,
                Open::Next if line.trim_ascii().is_empty() => {
                    blank += 1;
                    if blank > 1 {
                        return Extent::None;
                    }
                }
                Open::Next => return whole(next),
                Open::Quote if memchr::memchr2(b'"', b'\'', line).is_some() => return whole(next),
                Open::Object if closes(line) => return whole(next),
                Open::Quote | Open::Object | Open::Table => {}
            }
            end = next;
        }
        if matches!(open, Open::Object | Open::Table) { whole(end) } else { Extent::None }
    }
}

/// Whether a line rules off the heading of a table: runs of dashes, one for each column.
fn is_rule(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"---").is_some() && line.iter().all(|b| b"-=+| \t\r".contains(b))
}

/// The cells below the heading at `at` in the lines of a table, without the blanks around them.
pub(super) fn cells(lines: &[u8], at: usize) -> Vec<Range<usize>> {
    let mut all = Vec::new();
    let mut column = None;
    let mut start = 0;
    for (number, line) in lines.split_inclusive(|b| *b == b'\n').enumerate() {
        let places: Vec<usize> =
            (0..line.len()).filter(|at| line.get(*at).is_some_and(|b| b & 0xc0 != 0x80)).collect();
        if number == 1 {
            let name = lines.get(..at).map_or(0, |head| head.iter().filter(|b| **b & 0xc0 != 0x80).count());
            let dash = |at: &usize| matches!(line.get(*at), Some(b'-' | b'='));
            let from = (0..=name.min(line.len())).rev().find(|at| !dash(at)).map_or(0, |at| at + 1);
            let end = (name..line.len()).find(|at| !dash(at)).unwrap_or(line.len());
            let next = (end..line.len()).find(dash);
            column = (end > from).then_some((from, next));
        } else if let (Some((from, next)), 2..) = (column, number) {
            let place = |at: usize| places.get(at).copied().unwrap_or(line.len());
            let (from, to) = (place(from), next.map_or(line.len(), place));
            let cell = line.get(from..to).unwrap_or_default();
            let around = |b: &&u8| b.is_ascii_whitespace() || **b == b'|';
            let lead = cell.iter().take_while(around).count();
            let trail = cell.iter().rev().take_while(around).count();
            if lead < cell.len() {
                all.push(start + from + lead..start + to - trail);
            }
        }
        start += line.len();
    }
    all
}

/// Behind the end of the line that `at` is in.
fn line_end(text: &[u8], at: usize) -> usize {
    text.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map_or(text.len(), |end| at + end + 1)
}

/// Whether a line closes an object or an element.
fn closes(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    matches!(line, [b'}' | b']', ..]) || line.starts_with(b"</") || line.starts_with(b"&lt;/")
}

/// Whether a line is the first one of a record of a log: it begins with a time. Nothing but a private key goes on from the lines
/// before it.
pub fn begins_record(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"[").unwrap_or(line);
    let shape = |shape: &[u8]| {
        line.len() >= shape.len()
            && line.iter().zip(shape).all(|(byte, sign)| match sign {
                b'0' => byte.is_ascii_digit(),
                b'-' => matches!(byte, b'-' | b'/' | b'.'),
                sign => byte == sign,
            })
    };
    [&b"0000-00-00"[..], b"00-00-0000", b"00:00:00"].iter().any(|form| shape(form))
}

/// Lines as one.
pub(super) fn joined(lines: &[u8]) -> Vec<u8> {
    let trailing = lines.len() - lines.iter().rev().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let blank =
        |(at, byte): (usize, &u8)| if at < trailing && matches!(byte, b'\r' | b'\n') { b' ' } else { *byte };
    lines.iter().enumerate().map(blank).collect()
}
