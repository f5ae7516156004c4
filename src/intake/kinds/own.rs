//! What this program wrote: reports, plans, checklists, baselines, queries.

use super::{Id, Known};
use crate::intake::workbook;
use crate::model::checklist::OWN_WORKBOOK;
use crate::text::encoding;
use memchr::memmem;
use std::io::{Cursor, Read as _};

/// Bytes of the start and of the end that are looked at.
const START: usize = 4 << 10;
const END: usize = 256 << 10;

/// What the last lines of pages and of Markdown begin with, since the first version.
const MADE_BY: &str = "Made by clusterbrief ";
/// What goes on after the version.
const KNOWLEDGE: &str = " with knowledge of ";

/// The head of a table of findings.
const FINDINGS: &str = "No.,Severity,Confidence,About,Rule,Finding,";
/// What tickets begin with, after the marks of a heading.
const TITLES: [&str; 8] = [
    "NOT READY",
    "CANNOT SAY",
    "READY",
    "Upgrade to ",
    "Build node ",
    "Checklist for the set-up",
    "Checklist before an upgrade",
    "Checklist before the upgrade",
];
/// Most bytes of a workbook that is looked into, and of its properties.
const WORKBOOK: usize = 64 << 20;
const PROPERTIES: u64 = 64 << 10;

pub(super) fn of(bytes: &[u8]) -> Option<Known> {
    let head = encoding::decode(bytes.get(..START).unwrap_or(bytes));
    let start = head.trim_start_matches('\u{feff}').trim_start();
    let written = is_json(start)
        || start.starts_with(FINDINGS)
        || is_tables(bytes)
        || ((is_page(start) || is_ticket_page(start)) && is_signed(bytes))
        || (is_titled(start) && is_text(bytes));
    written.then(|| Known::new(Id::Own, "written by this program"))
}

/// Decisions on findings: they count only where somebody names them with `--decisions`, since inputs are the customer's.
pub(super) fn decisions(bytes: &[u8]) -> Option<Known> {
    let head = encoding::decode(bytes.get(..START).unwrap_or(bytes));
    let mut lines = head.lines().map(|line| line.trim_start_matches('\u{feff}').trim());
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let is_header = |line: &str| line.split_whitespace().collect::<String>() == "[[decision]]";
    let format = first.strip_prefix("format").map(|tail| tail.trim_start().trim_start_matches('='));
    let own = format.is_some_and(|value| value.trim_start().starts_with("\"clusterbrief-decisions/"));
    (own || is_header(first)).then(|| Known::new(Id::Decisions, "decisions on findings, not applied"))
}

/// Whether JSON says of itself, before anything else, that it is of one of our forms.
fn is_json(start: &str) -> bool {
    let Some(first) = start.strip_prefix('{').map(str::trim_start) else { return false };
    ["\"schema\"", "\"format\""].iter().any(|key| {
        let value = first.strip_prefix(key).map(str::trim_start).and_then(|tail| tail.strip_prefix(':'));
        let value = value.map(str::trim_start).unwrap_or_default();
        ["report/", "handout/", "kit/", "baseline\"", "logs"]
            .iter()
            .any(|form| value.strip_prefix("\"clusterbrief-").is_some_and(|tail| tail.starts_with(form)))
    })
}

/// Whether a text begins as our pages do: a policy that forbids everything, before the title.
fn is_page(start: &str) -> bool {
    let policy = start.find("default-src 'none'");
    start.get(..9).is_some_and(|first| first.eq_ignore_ascii_case("<!doctype")) && policy.is_some()
}

/// Whether a text in any encoding has the line that we end with.
fn is_signed(bytes: &[u8]) -> bool {
    last_line(bytes).is_some()
}

/// The line that says who made it, if it is near the end.
fn last_line(bytes: &[u8]) -> Option<String> {
    let from = bytes.len().saturating_sub(END);
    let end = encoding::decode(bytes.get(from..).unwrap_or(bytes));
    let at = memmem::rfind(end.as_bytes(), MADE_BY.as_bytes())?;
    let line = end.get(at..)?.lines().next()?;
    let version = line.get(MADE_BY.len()..)?.split_once(KNOWLEDGE)?.0;
    let is_version = version.len() <= 40 && version.starts_with(|c: char| c.is_ascii_digit());
    is_version.then(|| end.get(at..).unwrap_or_default().to_owned())
}

/// Whether a text begins as a report in Markdown or a ticket does.
fn is_titled(start: &str) -> bool {
    let ticket = start.strip_prefix("h2. ").unwrap_or(start);
    start.starts_with("# ") || TITLES.iter().any(|title| ticket.starts_with(title))
}

/// Whether a text begins as a ticket in HTML does.
fn is_ticket_page(start: &str) -> bool {
    let start = start.strip_prefix("[code]").unwrap_or(start);
    start.strip_prefix("<p><strong>").is_some_and(|title| TITLES.iter().any(|ours| title.starts_with(ours)))
}

/// Whether nothing comes after that line, as in Markdown: a text that quotes a report goes on.
fn is_text(bytes: &[u8]) -> bool {
    last_line(bytes).is_some_and(|end| end.trim_end().lines().count() == 1)
}

/// Whether bytes are a report as a workbook: its properties have a keyword of ours.
fn is_tables(bytes: &[u8]) -> bool {
    const KEYWORDS: &str = "<cp:keywords>";
    if bytes.len() > WORKBOOK || !workbook::is_workbook(bytes) {
        return false;
    }
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return false };
    let Ok(part) = archive.by_name("docProps/core.xml") else { return false };
    let mut text = String::new();
    part.take(PROPERTIES).read_to_string(&mut text).is_ok()
        && text.split_once(KEYWORDS).is_some_and(|(_, words)| words.starts_with(OWN_WORKBOOK))
}

/// Whether a text is one of the queries of `clusterbrief sql`. Results may come after one, so readers of exports come first.
pub(super) fn query(start: &str) -> Option<Known> {
    let begins = start.starts_with("-- Tells:") || start.starts_with("-- Queries of clusterbrief");
    let is_query = begins && start.contains("'clusterbrief:");
    is_query.then(|| Known::new(Id::Own, "written by this program"))
}
