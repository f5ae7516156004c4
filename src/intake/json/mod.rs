//! Answers of the product's REST interface and listings of its message bus as JSON: whatever the records of the
//! knowledge describe, and the node list.
//!
//! Most shapes are known from client classes only (no example of a body is published): keys are read in any case, values as text, number
//! or boolean, records bare or in envelopes, and one document may hold several exports.

mod find;
pub(super) mod pages;

use super::facts::Facts;
use super::nodes_json::{self, MAX_NODES};
use super::reported::{self, ReportedFacts};
use super::{Parsed, ReadExport, Source, clocks, malformed};
use crate::model::input::{InputKind, Problem, ProblemKind};
use crate::model::pages::Pages;
use crate::model::{Location, Position};
use crate::text::json::{Document, parse};
use crate::text::{encoding, size::size};
use chrono::DateTime;
use find::FoundExport;
use serde_json::{Map, Value};

/// Most bytes of a JSON export: a tree of values takes many times its text.
pub const MAX_JSON_BYTES: u64 = 8 << 20;

/// Most values of one JSON export.
pub const MAX_VALUES: usize = 1_000_000;

/// Most records of one JSON export.
pub const MAX_RECORDS: usize = 20_000;

/// Why a JSON document is none of the exports. Reads after "is"; nothing of its values is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Over [`MAX_JSON_BYTES`] or [`MAX_VALUES`].
    #[error(
        "JSON of more than {} or {MAX_VALUES} values, and no JSON export is that large",
        size(MAX_JSON_BYTES)
    )]
    TooLarge,
    /// Not JSON at all. Line and column only: the parser's message could quote the text.
    #[error("not well-formed JSON at line {line}, column {column}")]
    NotJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A node list of more than [`MAX_NODES`].
    #[error("a list of {0} nodes, more than the {MAX_NODES} that are read")]
    TooManyNodes(usize),
    /// Over [`MAX_RECORDS`].
    #[error("JSON with {0} records, more than the {MAX_RECORDS} that are read")]
    TooMany(usize),
    /// Nothing in it.
    #[error("empty JSON, and nothing in it says of what it is empty")]
    Empty,
    /// The answer of `healthcheck.aspx` by itself.
    #[error(
        "a bare answer of healthcheck.aspx, which names neither the node that gave it nor the time it was asked at: save it \
         together with both, as docs/exports.md shows"
    )]
    BareHealthcheck,
    /// An answer of the sign-in.
    #[error("an answer that holds an access token, which opens the vault until it expires: delete the file")]
    Token,
    /// An answer that refuses.
    #[error(
        "a refusal, because the token was not valid or the user had no rights: sign in to the REST interface as an \
         administrator, ask again, and save that answer. Where it was GET /api/v1/version, the product may hide its version \
         numbers; the Diagnostics page of each node shows the build even then"
    )]
    Refused,
    /// An answer that is a message.
    #[error(
        "an error message and no export: ask again as a user who may see the answer, and save that instead"
    )]
    Message,
    /// Another document.
    #[error("JSON without any export in it that this program knows; docs/exports.md lists them")]
    Other,
}

/// Reads a JSON document, as text of any encoding. JSON nested deeper than 128 levels is not well-formed here.
pub(super) fn read(cx: Source, bytes: &[u8]) -> Result<ReadExport, JsonError> {
    if bytes.len() as u64 > MAX_JSON_BYTES {
        return Err(JsonError::TooLarge);
    }
    let text = encoding::decode(bytes);
    // Each value but the first of its list or object has a comma before it, and in memory it takes many times that.
    if memchr::memchr_iter(b',', text.as_bytes()).nth(MAX_VALUES).is_some() {
        return Err(JsonError::TooLarge);
    }
    let Document { value: document, twice } = parse(text.as_bytes(), true)
        .map_err(|error| JsonError::NotJson { line: error.line(), column: error.column() })?;
    let mut read = read_document(cx, &document)?;
    read.parsed.problems.extend(twice.iter().map(|path| {
        let at = place(cx.input, &cx.shown(path));
        malformed(format!("{at}: this key is there twice, so neither of its values counts."))
    }));
    Ok(read)
}

fn read_document(cx: Source, document: &Value) -> Result<ReadExport, JsonError> {
    if let Some((path, nodes)) = nodes_json::records(document) {
        if nodes.len() > MAX_NODES {
            return Err(JsonError::TooManyNodes(nodes.len()));
        }
        let mut list = nodes_json::parse(cx, &path, nodes);
        list.value.pages = document.as_object().and_then(|around| pages::of_list(around, &path, nodes.len()));
        list.problems.extend(list.value.pages.as_ref().and_then(|pages| a_page(cx, "the node list", pages)));
        let parsed = list.map(|list| vec![Facts::Nodes(list)]);
        return Ok(ReadExport { kind: InputKind::NodesJson, holds: Vec::new(), parsed });
    }
    let (parts, strange) = find::parts(document, &cx.knowledge.exports);
    if parts.is_empty() {
        return Err(what_else(document));
    }
    let records = parts.iter().map(|part| part.objects.len()).sum();
    if records > MAX_RECORDS {
        return Err(JsonError::TooMany(records));
    }
    let mut parsed = Parsed::<Vec<Facts>>::default();
    for part in &parts {
        parsed.value.push(Facts::Reported(extract_facts(part, cx)));
        let no_object = |path: &String| {
            malformed(format!("{} is no object, so it does not count.", place(cx.input, path)))
        };
        parsed.problems.extend(part.left_out.iter().map(no_object));
        parsed.problems.extend(part.pages.as_ref().and_then(|pages| a_page(cx, &part.export.title, pages)));
    }
    let unknown = parts.iter().flat_map(FoundExport::unknown).chain(strange);
    parsed.notes.extend(crate::parsers::left_out_note(unknown, cx.sanitizer));
    let mut holds: Vec<String> = parts.iter().map(|part| part.export.title.clone()).collect();
    holds.sort();
    holds.dedup();
    Ok(ReadExport { kind: InputKind::Export, holds, parsed })
}

fn extract_facts(part: &FoundExport, cx: Source) -> ReportedFacts {
    let at = place(cx.input, &part.path);
    let mut reported = reported::extract_facts(part.export, part.records(cx.input), at, cx);
    if part.pages.is_some() {
        for items in reported.lists.values_mut() {
            *items = std::mem::take(items).map(|items| items.in_pages(part.pages.clone()));
        }
    }
    for object in &part.objects {
        let at = place(cx.input, &object.path);
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

fn place(input: &str, path: &str) -> Location {
    if path.is_empty() {
        return Location::input(input);
    }
    Location::export(input, Position::Path(path.to_owned()))
}

/// What a document that holds no export looks like.
fn what_else(document: &Value) -> JsonError {
    let Value::Object(root) = document else {
        return match document {
            Value::Array(list) if list.is_empty() => JsonError::Empty,
            _ => JsonError::Other,
        };
    };
    let has = |head: &str| member(root, head).is_some();
    match () {
        () if root.is_empty() => JsonError::Empty,
        () if has("accesstoken") || has("refreshtoken") => JsonError::Token,
        () if has("healthy") && has("utcnow") => JsonError::BareHealthcheck,
        () if refuses(root) => JsonError::Refused,
        () if member(root, "message").or(member(root, "error")).is_some_and(Value::is_string) => {
            JsonError::Message
        }
        () => JsonError::Other,
    }
}

/// What answers of a web server that refuse have in their message or code, in lower case.
const REFUSALS: [&str; 5] = ["denied", "unauthorized", "forbidden", "not authenticated", "invalid_grant"];

/// Whether an answer says that the asker may not have what was asked for: by its status, or in words.
fn refuses(root: &Map<String, Value>) -> bool {
    let status = member(root, "status").or(member(root, "statuscode"));
    let words =
        ["message", "error", "errorcode", "title"].map(|head| member(root, head).and_then(Value::as_str));
    let word = |text: &str| REFUSALS.iter().any(|refusal| text.to_lowercase().contains(refusal));
    matches!(status.and_then(Value::as_u64), Some(401 | 403)) || words.into_iter().flatten().any(word)
}

/// The value under the key of this [`super::table::head`].
pub(super) fn member<'a>(object: &'a Map<String, Value>, head: &str) -> Option<&'a Value> {
    object.iter().find(|(key, _)| super::table::head(key) == head).map(|(_, value)| value)
}

/// A value as text: `None` for null and for what is empty, nested data as JSON.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(date(text.trim())).filter(|text| !text.is_empty()),
        Value::Array(list) if list.is_empty() => None,
        Value::Object(map) if map.is_empty() => None,
        Value::Array(_) | Value::Object(_) => Some(value.to_string()),
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
