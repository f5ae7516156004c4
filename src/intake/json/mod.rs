//! Answers of the product's REST interface and listings of its message bus as JSON: whatever the records of the
//! knowledge describe, and the node list.
//!
//! Most shapes are known from client classes only (no example of a body is published): keys are read in any case, values as text, number
//! or boolean, records bare or in envelopes, and one document may hold several exports.

pub(super) mod documents;
mod errors;
mod find;
pub(super) mod pages;
mod places;
mod several;
mod wrapped;

use super::facts::Facts;
use super::nodes_json::{self, MAX_NODES};
use super::powershell::{bare, is_unwritten};
use super::reported::{self, ReportedFacts};
use super::{Parsed, ReadExport, Source, clocks, malformed};
use crate::model::input::{InputKind, Problem, ProblemKind};
use crate::model::pages::Pages;
use crate::text::encoding;
use chrono::DateTime;
use documents::{Documents, FoundDocument};
pub use errors::JsonError;
use errors::{is_recording, what_else};
use find::FoundExport;
pub(super) use places::Places;
use serde_json::{Map, Value};

/// Most bytes of a JSON export: a tree of values takes many times its text.
pub const MAX_JSON_BYTES: u64 = 8 << 20;

/// Most values of one JSON export.
pub const MAX_VALUES: usize = 1_000_000;

/// Most records of one JSON export.
pub const MAX_RECORDS: usize = 20_000;

/// Reads JSON, as text of any encoding: one document or several, with other text around them. JSON nested deeper than 128
/// levels is not well-formed here.
pub(super) fn read(cx: Source, bytes: &[u8]) -> Result<ReadExport, JsonError> {
    if is_recording(bytes) {
        return Err(JsonError::Recording);
    }
    if bytes.len() as u64 > MAX_JSON_BYTES {
        return Err(JsonError::TooLarge);
    }
    let text = encoding::decode(bytes);
    // Each value but the first of its list or object has a comma before it, and in memory it takes many times that.
    if memchr::memchr_iter(b',', text.as_bytes()).nth(MAX_VALUES).is_some() {
        return Err(JsonError::TooLarge);
    }
    // An answer that was written as one text of JSON.
    let start = text.trim();
    match serde_json::from_str::<String>(start) {
        Ok(inner) if start.starts_with('"') => read_text(cx, &inner),
        _ => read_text(cx, &text),
    }
}

/// Reads a text that is no export of another form, if there is JSON in it.
pub(super) fn read_within(cx: Source, text: &str) -> Option<Result<ReadExport, JsonError>> {
    if text.len() as u64 > MAX_JSON_BYTES
        || memchr::memchr_iter(b',', text.as_bytes()).nth(MAX_VALUES).is_some()
    {
        return None;
    }
    let documents = documents::find(text);
    let is_answer = documents.status.is_some();
    let read = (!documents.found.is_empty() || is_answer).then(|| read_documents(cx, documents))?;
    // A log or a mail may have JSON in it that is nothing for this program.
    let is_other = matches!(read, Err(JsonError::Other | JsonError::Empty | JsonError::Message));
    (is_answer || !is_other).then_some(read)
}

fn read_text(cx: Source, text: &str) -> Result<ReadExport, JsonError> {
    read_documents(cx, documents::find(text))
}

fn read_documents(cx: Source, mut all: Documents) -> Result<ReadExport, JsonError> {
    if all.too_many {
        return Err(JsonError::TooMany(documents::MAX_DOCUMENTS + 1));
    }
    let found = std::mem::take(&mut all.found);
    let answered = found.last().and_then(|found| found.answered);
    let mut read = match <[FoundDocument; 1]>::try_from(found) {
        Ok([found]) => {
            let places = Places::of(cx.input);
            let mut read = read_document(cx, &found.document.value, &places)?;
            read.parsed.problems.extend(keys_twice(cx, &found, &places));
            read
        }
        Err(found) if found.is_empty() => return Err(all.why_none()),
        Err(found) => several::read(cx, found)?,
    };
    for facts in &mut read.parsed.value {
        if let Facts::Nodes(list) = facts {
            // Without the time of any connection, the list is as old as its answer.
            list.newest_connection = list.newest_connection.or(answered);
        }
    }
    if let Some(fault) = all.fault {
        let place = format!("line {}, column {}", fault.line, fault.column);
        let text = format!(
            "{} has more JSON that is not well-formed, at {place}, and does not count: save each answer in a file of its own.",
            cx.input
        );
        read.parsed.problems.push(malformed(text));
    }
    read.parsed.notes.extend(all.notes());
    Ok(read)
}

impl Documents {
    /// Why there is no document.
    fn why_none(&self) -> JsonError {
        match (self.fault, self.status) {
            (Some(fault), _) if fault.wrapped => JsonError::Wrapped { line: fault.line },
            (Some(fault), _) => JsonError::NotJson { line: fault.line, column: fault.column },
            (None, Some(401 | 403)) => JsonError::Refused,
            (None, Some(status)) => JsonError::NoBody(status),
            (None, None) => JsonError::NotJson { line: 1, column: 1 },
        }
    }

    /// What a reader should know of the text around them.
    fn notes(&self) -> Vec<String> {
        let text = self.has_text.then(|| "Text before or after the JSON was passed over.".to_owned());
        let credentials = self.has_credentials.then(|| {
            "Headers in it hold a cookie or a token: delete the file, and save answers without their headers.".to_owned()
        });
        let width = self.width.map(|width| {
            format!("A window broke its lines after {width} characters; they were read as one.")
        });
        text.into_iter().chain(credentials).chain(width).collect()
    }
}

/// The problem of each key that an object holds twice.
fn keys_twice(cx: Source, found: &FoundDocument, places: &Places) -> Vec<Problem> {
    let text = |path: &String| {
        let at = places.at(&cx.shown(path));
        malformed(format!("{at}: this key is there twice, so neither of its values counts."))
    };
    found.document.twice.iter().map(text).collect()
}

/// Reads one document.
pub(super) fn read_document(cx: Source, document: &Value, places: &Places) -> Result<ReadExport, JsonError> {
    if let Some((path, nodes)) = nodes_json::records(document) {
        if nodes.len() > MAX_NODES {
            return Err(JsonError::TooManyNodes(nodes.len()));
        }
        let mut list = nodes_json::parse(cx, &path, nodes, places);
        list.value.pages = document.as_object().and_then(|around| pages::of_list(around, &path, nodes.len()));
        list.problems.extend(list.value.pages.as_ref().and_then(|pages| a_page(cx, "the node list", pages)));
        let parsed = list.map(|list| vec![Facts::Nodes(list)]);
        return Ok(ReadExport { kind: InputKind::NodesJson, holds: Vec::new(), parsed });
    }
    let (parts, strange) = find::parts(document, &cx.knowledge.exports);
    if parts.is_empty() {
        return match errors::content(document) {
            Some(content) => read_text(cx, content),
            None => Err(what_else(document)),
        };
    }
    let records = parts.iter().map(|part| part.objects.len()).sum();
    if records > MAX_RECORDS {
        return Err(JsonError::TooMany(records));
    }
    let mut parsed = Parsed::<Vec<Facts>>::default();
    let mut cut = errors::cut_beside(document, &parts);
    for part in &parts {
        parsed.value.push(Facts::Reported(extract_facts(part, cx, places)));
        cut.extend(part.cut());
        let no_object =
            |path: &String| malformed(format!("{} is no object, so it does not count.", places.at(path)));
        parsed.problems.extend(part.left_out.iter().map(no_object));
        parsed.problems.extend(part.pages.as_ref().and_then(|pages| a_page(cx, &part.export.title, pages)));
    }
    parsed.problems.extend(cut_problem(&cut, places));
    let unknown = parts.iter().flat_map(FoundExport::unknown).chain(strange);
    parsed.notes.extend(crate::parsers::left_out_note(unknown, cx.sanitizer));
    let mut holds: Vec<String> = parts.iter().map(|part| part.export.title.clone()).collect();
    holds.sort();
    holds.dedup();
    Ok(ReadExport { kind: InputKind::Export, holds, parsed })
}

/// That `PowerShell` wrote types in place of values.
pub(super) fn cut_problem(cut: &[String], places: &Places) -> Option<Problem> {
    let first = places.at(cut.first()?);
    let (others, counts) = match cut.len() {
        1 => (String::new(), "it does not count"),
        count => (format!(" and {} other values", count - 1), "they do not count"),
    };
    Some(malformed(format!(
        "{first}{others} holds a type instead of what is in it, because PowerShell cut the answer, so {counts}: save it again with          \"ConvertTo-Json -Depth 10\"."
    )))
}

fn extract_facts(part: &FoundExport, cx: Source, places: &Places) -> ReportedFacts {
    let at = places.at(&part.path);
    let mut reported = reported::extract_facts(part.export, part.records(places), at, cx);
    if part.pages.is_some() {
        for items in reported.lists.values_mut() {
            *items = std::mem::take(items).map(|items| items.in_pages(part.pages.clone()));
        }
    }
    for object in &part.objects {
        let at = places.at(&object.path);
        if let Some((node, clocks)) = clocks::reported(&part.export.id, object.map, &at, cx.sanitizer) {
            reported.nodes.entry(node).or_default().clocks.join(clocks);
        }
    }
    reported
}

/// That a list is one page of a longer one.
fn a_page(cx: Source, title: &str, pages: &Pages) -> Option<Problem> {
    let missing = pages.missing()?;
    let text =
        format!("{} holds a part of {title}: it is {missing}, and save all of it in one file.", cx.input);
    Some(Problem { kind: ProblemKind::Page, member: None, text })
}

/// The value under the key of this [`super::table::head`].
pub(super) fn member<'a>(object: &'a Map<String, Value>, head: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| super::table::head(key) == head).map(|(_, value)| value)
}

/// A value as text: `None` for null and for what is empty, nested data as JSON.
pub(super) fn text(value: &Value) -> Option<String> {
    match bare(value) {
        Value::Null => None,
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(date(text.trim())).filter(|text| !text.is_empty()),
        Value::Array(list) if list.is_empty() => None,
        Value::Object(map) if map.is_empty() => None,
        value @ (Value::Array(_) | Value::Object(_)) => Some(value.to_string()),
    }
}

/// Windows PowerShell writes dates as `/Date(milliseconds since 1970)/`.
fn date(text: &str) -> String {
    let ms =
        text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")).and_then(|ms| ms.parse().ok());
    let at = ms.and_then(DateTime::from_timestamp_millis);
    at.map_or_else(|| text.to_owned(), |at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}

#[cfg(test)]
mod tests;
