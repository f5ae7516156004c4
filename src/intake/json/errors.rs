//! Why JSON is none of the exports, and what it is instead.

use super::find::FoundExport;
use super::{MAX_JSON_BYTES, MAX_NODES, MAX_RECORDS, MAX_VALUES, member};
use crate::intake::powershell::{SAVE, is_unwritten};
use crate::intake::table::head;
use crate::text::size::size;
use memchr::memmem;
use serde_json::{Map, Value};

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
    /// Lines were broken inside of texts, and nobody can say how they were before.
    #[error(
        "JSON whose lines were broken inside of texts (line {line}), as a window or a mail does when it is copied: do not copy it, {SAVE}"
    )]
    Wrapped {
        /// The first line that is not well-formed.
        line: usize,
    },
    /// `PowerShell` wrote types in place of everything in it.
    #[error(
        "JSON that PowerShell cut: it holds types such as \"System.Object[]\" and \"@{{...}}\" instead of what is in them. Save it \
         again with \"ConvertTo-Json -Depth 10\""
    )]
    Cut,
    /// The recording of a browser.
    #[error(
        "a recording of a browser (HAR), which holds cookies and tokens: delete it, and save only the JSON answer of the call"
    )]
    Recording,
    /// Headers and no document after them.
    #[error(
        "an answer with status {0} and no JSON after its headers: ask again, and save the JSON that is answered"
    )]
    NoBody(u16),
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

/// What a document that holds no export looks like.
pub(super) fn what_else(document: &Value) -> JsonError {
    if has_unwritten(document) {
        return JsonError::Cut;
    }
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

/// Bytes at the beginning of a recording that name its parts.
const RECORDING_HEAD: usize = 4 << 10;

/// Whether a file begins as the recording of a browser does. It may be larger than any export.
pub(super) fn is_recording(bytes: &[u8]) -> bool {
    let head = bytes.get(..RECORDING_HEAD).unwrap_or(bytes);
    let has = |name: &str| memmem::find(head, name.as_bytes()).is_some();
    has("\"log\"") && has("\"creator\"") && (has("\"entries\"") || has("\"pages\"") || has("\"browser\""))
}

/// The answer in what `Invoke-WebRequest` gives, if that was saved as JSON.
pub(super) fn content(document: &Value) -> Option<&str> {
    let root = document.as_object()?;
    let content = member(root, "content")?.as_str()?;
    (member(root, "statuscode").is_some() && content.trim_start().starts_with(['[', '{'])).then_some(content)
}

/// Whether anything in a value is a type in place of what is in it.
fn has_unwritten(value: &Value) -> bool {
    match value {
        Value::String(text) => is_unwritten(text),
        Value::Array(list) => list.iter().any(has_unwritten),
        Value::Object(map) => map.values().any(has_unwritten),
        _ => false,
    }
}

/// Keys of an answer of the product that say how it was asked for.
const OF_THE_QUESTION: [&str; 2] = ["filter", "sortby"];

/// Paths of values at the root of a document that are a type in place of what is in it, and are in no export.
pub(super) fn cut_beside(document: &Value, parts: &[FoundExport]) -> Vec<String> {
    let Some(root) = document.as_object().filter(|_| parts.iter().all(|part| !part.path.is_empty())) else {
        return Vec::new();
    };
    let is_cut = |(key, value): &(&String, &Value)| {
        value.as_str().is_some_and(is_unwritten) && !OF_THE_QUESTION.contains(&head(key).as_str())
    };
    root.iter().filter(is_cut).map(|(key, _)| key.clone()).collect()
}
