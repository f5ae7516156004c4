//! Recognises the kind of a file by its content, never by its name.

use super::event_file;
use super::json::documents;
use super::powershell::SAVE;
use super::{answers, manual_capture, old_workbook, open_document, workbook};
use crate::text::encoding;
use crate::text::size::size;
use memchr::memmem;

/// Most bytes of an export. A node list or a version history of a real cluster has a few kilobytes; a result of
/// 100,000 rows has some megabytes, twice that in UTF-16.
pub const MAX_EXPORT_BYTES: u64 = 48 << 20;

/// Why a file is none of the exports. Reads after its name: "notes.txt is not ...".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unrecognised {
    /// Nothing to look at.
    #[error("is empty: save or copy it again")]
    Empty,
    /// Over [`MAX_EXPORT_BYTES`].
    #[error("is larger than {}, and no export is that large", size(MAX_EXPORT_BYTES))]
    TooLarge,
    /// An event log over [`MAX_EXPORT_BYTES`].
    #[error(
        "is a Windows event log of more than {}: export the last week only, with \"wevtutil epl System System.evtx \
         /q:*[System[TimeCreated[timediff(@SystemTime)<=604800000]]]\"",
        size(MAX_EXPORT_BYTES)
    )]
    LargeLog,
    /// An encrypted workbook, or another file in the same container.
    #[error(
        "is a workbook protected by a password, or a damaged or other file in the old XLS form: save it as XLSX or CSV without \
         one"
    )]
    OldWorkbook,
    /// A text or a drawing of another office program.
    #[error("is an OpenDocument file and no spreadsheet: save what is in it as XLSX, ODS or CSV")]
    OpenDocument,
    /// The directory at the end of a zip is missing.
    #[error("is a workbook or another zip that was cut off: copy or export it again")]
    Torn,
    /// A zip that is neither a bundle nor a workbook.
    #[error("is a zip, but neither a bundle (it has no manifest.json) nor a workbook")]
    OtherZip,
    /// A page of a web server.
    #[error(
        "is a web page and no export: most likely the sign-in page or an error was saved instead of the answer. Sign in as an \
         administrator, ask the REST interface with that token, and save the JSON that it answers"
    )]
    WebPage,
    /// Objects of `PowerShell` for `PowerShell`.
    #[error("is what PowerShell's Export-Clixml writes for itself, which is not read: {SAVE}")]
    Serialised,
    /// Anything else.
    #[error("is not a file that this program knows; docs/exports.md lists what it reads and how to save it")]
    Other,
}

/// What a file is before its content is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Answers of a person, in TOML.
    Answers,
    /// Saved output of built-in commands.
    ManualCapture,
    /// JSON, whatever is in it.
    Json,
    /// A Windows event log.
    Events,
    /// Separated text or a workbook, whatever is in it.
    Table,
}

/// First bytes of the container that old and encrypted workbooks share.
const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// First bytes of a zip.
const ZIP: &[u8] = b"PK\x03\x04";

/// Tells what an export is. Bundles are reported apart before, by [`crate::bundle`].
pub fn recognise(bytes: &[u8]) -> Result<Form, Unrecognised> {
    if bytes.len() as u64 > MAX_EXPORT_BYTES {
        return Err(if event_file::is_event_file(bytes) {
            Unrecognised::LargeLog
        } else {
            Unrecognised::TooLarge
        });
    }
    if event_file::is_event_file(bytes) {
        return Ok(Form::Events);
    }
    if bytes.starts_with(COMPOUND_FILE) {
        return if old_workbook::is_workbook(bytes) {
            Ok(Form::Table)
        } else {
            Err(Unrecognised::OldWorkbook)
        };
    }
    if bytes.starts_with(ZIP) {
        return match () {
            () if workbook::is_workbook(bytes) || open_document::is_spreadsheet(bytes) => Ok(Form::Table),
            () if memmem::rfind(bytes, b"PK\x05\x06").is_none() => Err(Unrecognised::Torn),
            () if is_open_document(bytes) => Err(Unrecognised::OpenDocument),
            () => Err(Unrecognised::OtherZip),
        };
    }
    let text = encoding::decode(bytes);
    let start = text.trim_start();
    if start.is_empty() {
        return Err(Unrecognised::Empty);
    }
    if manual_capture::is_manual_capture(&text) {
        return Ok(Form::ManualCapture);
    }
    if answers::is_answers(&text) {
        return Ok(Form::Answers);
    }
    if start.starts_with("HTTP/") && is_web_page(body(start)) {
        return Err(Unrecognised::WebPage);
    }
    if start.starts_with(['[', '{']) || is_json_text(start) || documents::begins_with_tool(start) {
        return Ok(Form::Json);
    }
    if is_web_page(start) {
        return Err(Unrecognised::WebPage);
    }
    if is_serialised(start) {
        return Err(Unrecognised::Serialised);
    }
    Ok(Form::Table)
}

/// An answer without the headers before it, those of redirections too.
fn body(answer: &str) -> &str {
    let mut body = answer;
    while body.starts_with("HTTP/") {
        let end = body.find("\n\r\n").or_else(|| body.find("\n\n"));
        let Some(tail) = end.and_then(|end| body.get(end..)) else { return "" };
        body = tail.trim_start();
    }
    body
}

/// Whether a text begins as a text of JSON with JSON in it does.
fn is_json_text(start: &str) -> bool {
    ["\"[{\\\"", "\"{\\\"", "\"[\\r", "\"[\\n", "\"{\\r", "\"{\\n"]
        .iter()
        .any(|begin| start.starts_with(begin))
}

/// Whether a text begins as a page of HTML does, comments and an XML declaration aside.
fn is_web_page(start: &str) -> bool {
    let head: String = start.chars().take(1024).collect::<String>().to_lowercase();
    head.starts_with('<')
        && ["<!doctype html", "<html", "<head", "<body"].iter().any(|tag| head.contains(tag))
}

/// Whether a text is what `Export-Clixml` writes, or `PowerShell` to another `PowerShell`.
fn is_serialised(start: &str) -> bool {
    let head: String = start.chars().take(512).collect();
    head.starts_with("#< CLIXML")
        || (head.starts_with('<')
            && head.contains("<Objs")
            && head.contains("schemas.microsoft.com/powershell/"))
}

/// Whether a zip is an `OpenDocument` file: its first entry says so, stored as it is for just this purpose.
fn is_open_document(zip: &[u8]) -> bool {
    const HEADER: usize = 30;
    zip.get(HEADER..).is_some_and(|first| first.starts_with(b"mimetypeapplication/vnd.oasis.opendocument."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn content_decides() {
        for (text, kind) in [
            ("[{\"machineName\":\"WEB01\",\"inCluster\":true}]", Form::Json),
            ("\u{feff}Machine Name,Version\nWEB01,11.7.000049\n", Form::Table),
            ("VersionNumber;Upgraded\n11.7.000049;2026-11-20\n", Form::Table),
            ("#clusterbrief by-hand 1 WEB01\r\n#time\r\n", Form::ManualCapture),
            ("# answers of the customer\n[[answer]]\nquestion = \"LBL-001\"\n", Form::Answers),
        ] {
            assert_eq!(recognise(text.as_bytes()), Ok(kind), "{text}");
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(recognise(&utf16), Ok(kind), "{text} in UTF-16");
        }
    }

    #[test]
    fn the_rest_is_told_in_a_sentence() {
        let says = |bytes: &[u8]| format!("x {}", recognise(bytes).unwrap_err());
        assert_eq!(says(b" \r\n"), "x is empty: save or copy it again");
        assert!(says(COMPOUND_FILE).contains("password"));
        for page in
            ["<!DOCTYPE html><title>Login</title>", "\u{feff}\n<!-- x -->\n<HTML lang=\"de\">", "<html>"]
        {
            assert_eq!(recognise(page.as_bytes()), Err(Unrecognised::WebPage), "{page}");
        }
        let page =
            "HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\nHTTP/1.1 200 OK\r\nServer: IIS\r\n\r\n<!DOCTYPE html>";
        assert_eq!(recognise(page.as_bytes()), Err(Unrecognised::WebPage));
        assert_eq!(recognise(b"HTTP/1.1 200 OK\n\n[]"), Ok(Form::Json));
        for serialised in [
            "#< CLIXML\r\n<Objs Version=\"1.1.0.1\">",
            "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">",
        ] {
            assert!(says(serialised.as_bytes()).contains("ConvertTo-Json"), "{serialised}");
        }
        assert_eq!(recognise(b"Page,<html>\n1,2\n"), Ok(Form::Table));
        assert_eq!(recognise(&vec![b' '; 49 << 20]), Err(Unrecognised::TooLarge));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = recognise(&bytes);
        }
    }
}
