//! Windows event logs that were saved as files: `.evtx`, or XML of `wevtutil qe /f:xml` and of the Event Viewer. The
//! records are those that the collector would take, of the machine that each record names.

mod attach;
mod evtx;
#[cfg(test)]
mod tests;

use super::Source;
use super::event_lines::EventMember;
use crate::model::events::{EventRecord, is_collected};
use crate::model::excerpt::Sanitize;
use crate::model::host_name::{is_name, same_host, visible};
use crate::probes::{EventOfComputer, event_of_computer};
use crate::text::encoding;
use chrono::SecondsFormat;
use memchr::memmem;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most records that are looked at.
const MAX_LOOKED_AT: usize = 500_000;

/// Most bytes of XML of all records of a file, and of what it cost to make it.
const MAX_XML: usize = 512 << 20;

/// Longest XML of one record.
const MAX_RECORD: usize = 1 << 20;

/// Most machines that one file names, as a collector of events of many would.
const MAX_COMPUTERS: usize = 100;

/// Why a file holds no records. Reads after its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum EventFileError {
    /// Nothing in it.
    #[error(
        "is a Windows event log without any record: export the log again, with \"wevtutil epl System System.evtx\""
    )]
    Empty,
    /// No record could be read.
    #[error(
        "is a damaged Windows event log, of which no record can be read: export it again, with \"wevtutil epl System System.evtx\""
    )]
    Damaged,
    /// Records of more machines than a cluster has.
    #[error("holds records of more than {MAX_COMPUTERS} computers: export the log on each node itself")]
    TooManyComputers,
}

/// The records of one machine in a file.
#[derive(Debug, Clone)]
pub struct ComputerEvents {
    /// The longest of its names in the records.
    pub computer: String,
    /// Name of the input.
    input: String,
    /// What belongs on the axis.
    read: EventMember,
}

impl ComputerEvents {
    /// The records that belong on the axis; `pool` is the application pool of the product.
    pub(super) fn into_records(self, pool: Option<&str>) -> Vec<EventRecord> {
        self.read.into_records(&self.input, pool, &Sanitized).collect()
    }
}

/// Texts were sanitized when they were read.
struct Sanitized;

impl Sanitize for Sanitized {
    fn sanitize(&self, line: &str) -> String {
        line.to_owned()
    }
}

/// What was read from a file.
#[derive(Debug)]
pub(super) struct EventFile {
    /// By computer, in order of appearance.
    pub(super) computers: Vec<ComputerEvents>,
    /// What could not be read, as a sentence about a file of this name.
    pub(super) problem: Option<String>,
}

/// Whether a file is an event log.
pub(super) fn is_event_file(bytes: &[u8]) -> bool {
    /// Bytes at the beginning that show it.
    const HEAD: usize = 4 << 10;
    if bytes.starts_with(evtx::MAGIC) {
        return true;
    }
    let head = encoding::decode(bytes.get(..HEAD.min(bytes.len() & !1)).unwrap_or(bytes));
    let text = head.trim_start();
    text.starts_with('<')
        && next_event(text, 0).is_some()
        && text.contains("schemas.microsoft.com/win/2004/08/events")
}

/// Reads a file.
pub(super) fn read(cx: Source, bytes: &[u8]) -> Result<EventFile, EventFileError> {
    // A guard, as around every reader of a foreign format.
    catch_unwind(AssertUnwindSafe(|| read_unguarded(cx, bytes))).unwrap_or(Err(EventFileError::Damaged))
}

fn read_unguarded(cx: Source, bytes: &[u8]) -> Result<EventFile, EventFileError> {
    let name = cx.input;
    let mut all = Collected::of(cx);
    let damaged = if bytes.starts_with(evtx::MAGIC) {
        let mut number = 0u32;
        evtx::records(bytes, &mut |xml, cost| {
            number = number.saturating_add(1);
            all.add(number, xml, cost)
        })
    } else {
        events_of_text(&encoding::decode(bytes), &mut |line, xml, cost| all.add(line, xml, cost));
        0
    };
    if all.too_many_computers {
        return Err(EventFileError::TooManyComputers);
    }
    if all.read == 0 {
        return Err(if all.bad + damaged == 0 { EventFileError::Empty } else { EventFileError::Damaged });
    }
    let mut parts = Vec::new();
    if all.bad + damaged > 0 {
        parts.push(format!("{} records or parts of it cannot be read", all.bad + damaged));
    }
    if all.is_cut {
        parts.push("it has more records than are read".to_owned());
    }
    let too_many = all.computers.iter().find_map(|one| one.read.problem(name));
    let problem = (!parts.is_empty())
        .then(|| format!("{name} was read in part: {}.", parts.join(", and ")))
        .or(too_many);
    Ok(EventFile { computers: all.computers, problem })
}

/// The records of an event log that are read, as XML with each record in the line of its number, so that places stay the
/// same; `None` if the file is no event log. Nothing else of a log may be kept: it has texts of every program.
pub(super) fn kept(bytes: &[u8]) -> Option<String> {
    let mut kept = Kept { text: String::from("<Events>"), line: 1, cost: 0 };
    if !is_event_file(bytes) {
        return None;
    }
    if bytes.starts_with(evtx::MAGIC) {
        let mut number = 0u32;
        evtx::records(bytes, &mut |xml, cost| {
            number = number.saturating_add(1);
            kept.add(number, xml, cost)
        });
    } else {
        events_of_text(&encoding::decode(bytes), &mut |line, xml, cost| kept.add(line, xml, cost));
    }
    Some(kept.text + "</Events>\n")
}

/// Records that are kept, while they are written.
struct Kept {
    text: String,
    line: u32,
    cost: usize,
}

impl Kept {
    fn add(&mut self, number: u32, xml: Option<&str>, cost: usize) -> bool {
        self.cost += cost;
        let read = xml.and_then(event_of_computer).filter(|read| is_name(&read.computer));
        let Some(EventOfComputer { computer, channel, event }) = read else { return self.cost <= MAX_XML };
        if is_collected(&channel, &event.provider, &event.data) {
            while self.line < number.min(MAX_LINE) {
                self.text.push('\n');
                self.line += 1;
            }
            let data: Vec<String> =
                event.data.iter().map(|text| format!("<Data>{}</Data>", escaped(text))).collect();
            let data = data.concat();
            // Writing to a text does not fail.
            let _ = write!(
                self.text,
                "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System><Provider Name=\"{}\"/>\
                 <EventID>{}</EventID><Level>{}</Level><TimeCreated SystemTime=\"{}\"/><Channel>{}</Channel>\
                 <Computer>{}</Computer></System><EventData>{data}</EventData></Event>",
                escaped(&event.provider),
                event.id,
                event.level,
                event.at.to_rfc3339_opts(SecondsFormat::Nanos, true),
                escaped(&channel),
                escaped(&computer),
            );
        }
        self.cost <= MAX_XML && self.text.len() <= MAX_KEPT
    }
}

/// Most bytes of what is kept.
const MAX_KEPT: usize = 32 << 20;

/// Most lines of what is kept.
const MAX_LINE: u32 = 1_000_000;

/// A text as it is in XML, in one line.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\r' => out.push_str("&#13;"),
            sign => out.push(sign),
        }
    }
    out
}

/// Finds each `<Event>` in a text, whatever is around it: the root of the Event Viewer, or none.
fn events_of_text(text: &str, each: &mut dyn FnMut(u32, Option<&str>, usize) -> bool) {
    const END: &[u8] = b"</Event>";
    let (mut at, mut line) = (0, 1u32);
    let lines = |from: usize, to: usize| {
        let passed = text.as_bytes().get(from..to).unwrap_or_default();
        u32::try_from(memchr::memchr_iter(b'\n', passed).count()).unwrap_or(u32::MAX)
    };
    while let Some(start) = next_event(text, at) {
        line = line.saturating_add(lines(at, start));
        let tail = text.as_bytes().get(start..).unwrap_or_default();
        let end = memmem::find(tail, END).map(|end| start + end + END.len());
        let xml = end.and_then(|end| text.get(start..end)).filter(|xml| xml.len() <= MAX_RECORD);
        let Some(end) = end.filter(|end| each(line, xml, end - start)) else {
            // The last one is cut.
            if end.is_none() {
                each(line, None, tail.len());
            }
            return;
        };
        line = line.saturating_add(lines(start, end));
        at = end;
    }
}

/// Where the next record begins.
fn next_event(text: &str, from: usize) -> Option<usize> {
    const BEGIN: &[u8] = b"<Event";
    let bytes = text.as_bytes().get(from..)?;
    let begins =
        |at: &usize| matches!(bytes.get(at + BEGIN.len()), Some(b' ' | b'>' | b'\t' | b'\r' | b'\n'));
    memmem::find_iter(bytes, BEGIN).find(begins).map(|at| from + at)
}

/// Records while they are read.
struct Collected<'s> {
    cx: Source<'s>,
    computers: Vec<ComputerEvents>,
    looked_at: usize,
    xml: usize,
    read: usize,
    bad: usize,
    is_cut: bool,
    too_many_computers: bool,
}

impl<'s> Collected<'s> {
    const fn of(cx: Source<'s>) -> Self {
        Self {
            cx,
            computers: Vec::new(),
            looked_at: 0,
            xml: 0,
            read: 0,
            bad: 0,
            is_cut: false,
            too_many_computers: false,
        }
    }

    /// Takes a record, and says whether more are wanted.
    fn add(&mut self, number: u32, xml: Option<&str>, cost: usize) -> bool {
        self.looked_at += 1;
        self.xml += cost;
        if self.looked_at > MAX_LOOKED_AT || self.xml > MAX_XML {
            self.is_cut = true;
            return false;
        }
        let read = xml.and_then(event_of_computer).filter(|read| is_name(&read.computer));
        let Some(EventOfComputer { computer, channel, event }) = read else {
            self.bad += 1;
            return true;
        };
        self.read += 1;
        let computer = self.cx.shown(&visible(&computer));
        let known = self.computers.iter().position(|one| same_host(&one.computer, &computer));
        let at = known.unwrap_or(self.computers.len());
        if known.is_none() {
            if self.computers.len() == MAX_COMPUTERS {
                self.too_many_computers = true;
                return false;
            }
            let input = self.cx.input.to_owned();
            self.computers.push(ComputerEvents {
                computer: computer.clone(),
                input,
                read: EventMember::default(),
            });
        }
        let Some(one) = self.computers.get_mut(at) else { return true };
        if one.computer.len() < computer.len() {
            one.computer = computer;
        }
        if is_collected(&channel, &event.provider, &event.data) {
            one.read.add(number, event.at, self.cx.shown(&event.provider), event.id, event.level, event.data);
        }
        true
    }
}
