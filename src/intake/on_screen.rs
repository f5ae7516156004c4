//! What a window shows, saved as a text: the list of `PowerShell`'s `Format-List`, and JSON with a prompt or a mail around it.
//!
//! It is looked at only when a file is nothing else. A list is read where it is whole; a window breaks long values, and
//! then nobody can say what they were.

use super::json::{self, JsonError, Places};
use super::powershell::SAVE;
use super::table::head;
use super::{ReadExport, Source, malformed, node_row};
use crate::text::encoding;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Most lines of a list.
const MAX_LINES: usize = 200_000;

/// How a result that was printed is saved right.
pub(super) const SAVE_RESULT: &str = "save the result as CSV, or run sqlcmd with -W -s \";\" -w 65535";

/// Reads a text as what a window shows; `None` if it is no export of that form.
pub(super) fn read(cx: Source, bytes: &[u8]) -> Option<Result<ReadExport, String>> {
    let text = encoding::decode(bytes);
    if text.contains('\0') {
        return None;
    }
    let list = read_list(cx, &text);
    list.or_else(|| json::read_within(cx, &text).map(|read| read.map_err(|error| format!("is {error}")))).or_else(|| {
        let is_result = |line: &str| line.trim_start().starts_with("clusterbrief:");
        text.lines().take(50).any(is_result).then(|| {
            Err(format!(
                "holds the result of a query, printed with blanks between the columns and without a header, so that its values \
                 cannot be told apart: {SAVE_RESULT}"
            ))
        })
    })
}

/// The list of a window, by blocks.
#[derive(Default)]
struct ScreenList {
    records: Vec<Map<String, Value>>,
    lines: BTreeMap<String, u32>,
    /// The window broke or cut a value.
    is_broken: bool,
    /// Columns whose lists are shown in part.
    shortened: Vec<String>,
}

fn read_list(cx: Source, text: &str) -> Option<Result<ReadExport, String>> {
    let list = blocks(text)?;
    let heads: Vec<String> = list.records.iter().flat_map(Map::keys).map(|key| head(key)).collect();
    let is_nodes = node_row::is_node_list(heads.iter().map(String::as_str));
    let places = Places { lines: list.lines, ..Places::of(cx.input) };
    let document = Value::Array(list.records.into_iter().map(Value::Object).collect());
    let read = json::read_document(cx, &document, &places);
    match read {
        Err(JsonError::TooMany(_) | JsonError::TooManyNodes(_)) => {}
        Err(_) if !is_nodes => return None,
        _ if list.is_broken => {
            return Some(Err(format!(
                "is the list PowerShell shows on screen, and the window broke or cut values in it: {SAVE}"
            )));
        }
        _ => {}
    }
    let read = read.map(|mut read| {
        read.parsed.notes.push("It is the list that PowerShell shows on screen.".to_owned());
        read.parsed.problems.extend(list.shortened.first().map(|first| {
            let first = cx.shown(first);
            malformed(format!(
                "\"{first}\" holds a list that PowerShell shows in part, and does not count: {SAVE}."
            ))
        }));
        read
    });
    Some(read.map_err(|error| format!("is {error}")))
}

/// The blocks of a list, with a line `Name : value` for each property; `None` if the text is no such list.
fn blocks(text: &str) -> Option<ScreenList> {
    let mut list = ScreenList::default();
    let (mut record, mut own): (Map<String, Value>, Vec<(String, u32)>) = Default::default();
    let end = |record: &mut Map<String, Value>, own: &mut Vec<(String, u32)>, list: &mut ScreenList| {
        let path = format!("[{}]", list.records.len());
        let Some((_, first)) = own.first() else { return };
        list.lines.insert(path.clone(), *first);
        list.lines.extend(own.drain(..).map(|(key, line)| (format!("{path}.{key}"), line)));
        list.records.push(std::mem::take(record));
    };
    let (mut seen, mut others) = (0usize, 0usize);
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.trim_end();
        if seen + others > MAX_LINES {
            return None;
        }
        if line.is_empty() || is_prompt(line) {
            end(&mut record, &mut own, &mut list);
            continue;
        }
        let Some((key, value)) = property(line) else {
            others += 1;
            list.is_broken |= seen > 0;
            continue;
        };
        seen += 1;
        // A property that is there again begins the next object.
        if record.contains_key(key) {
            end(&mut record, &mut own, &mut list);
        }
        list.is_broken |= value.ends_with("...") || value.ends_with('…');
        if value.starts_with('{') && value.ends_with('}') {
            list.shortened.push(key.to_owned());
        } else {
            record.insert(key.to_owned(), Value::String(value.to_owned()));
        }
        own.push((key.to_owned(), number));
    }
    end(&mut record, &mut own, &mut list);
    (seen > 1 && others <= seen).then_some(list)
}

/// Whether a line is the prompt of a window.
fn is_prompt(line: &str) -> bool {
    let is_drive = |path: &str| path.get(1..).is_some_and(|tail| tail.starts_with(":\\"));
    let path = line.strip_prefix("PS ").unwrap_or(line);
    path.contains('>') && (path.len() < line.len() || is_drive(path))
}

/// The name and the value in a line `Name : value`.
fn property(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(" :")?;
    let key = key.trim();
    let is_name =
        key.len() <= 100 && key.starts_with(char::is_alphabetic) && !key.contains([':', '"', '{', '=']);
    (is_name && (value.is_empty() || value.starts_with(' '))).then(|| (key, value.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::facts::Facts;
    use crate::intake::source;

    const NODES: &str = "\r\nMachineName          : WEB01\r\nBinaryVersion        : 11.7.000049\r\nInCluster            : True\r\nErrorMessage         : \r\n\
        LastConnected        : 20.11.2026 09:05:10\r\n\r\n\r\nMachineName          : WEB02\r\nBinaryVersion        : 11.6.000001\r\n\
        InCluster            : False\r\nErrorMessage         : Die Datenbank fehlt: SQL01\r\nLastConnected        : 20.11.2026 07:02:44\r\n\r\n";

    fn list(text: &str) -> Option<Result<ReadExport, String>> {
        read(source("nodes.txt"), text.as_bytes())
    }

    #[test]
    fn a_whole_list_is_read_with_the_lines_of_its_values() {
        let prompt = format!("Windows PowerShell\r\nPS C:\\> $nodes | Format-List\r\n{NODES}PS C:\\> \r\n");
        let no_blanks = NODES.replace("\r\n\r\n", "\r\n");
        for (text, shift) in [(NODES, 0), (prompt.as_str(), 2), (no_blanks.as_str(), 99)] {
            let read = list(text).unwrap().unwrap();
            let [Facts::Nodes(nodes)] = read.parsed.value.as_slice() else { panic!("{read:?}") };
            let [web01, web02] = nodes.rows.as_slice() else { panic!("{nodes:?}") };
            assert_eq!(web02.error_message.value().unwrap(), "Die Datenbank fehlt: SQL01");
            assert!(web01.error_message.is_absent() && web02.in_cluster.value() == Some(&false));
            assert_eq!(web01.last_connected.value().unwrap().wall.to_string(), "2026-11-20 09:05:10");
            if shift < 99 {
                assert_eq!(
                    web01.binary_version.place().unwrap().to_string(),
                    format!("nodes.txt:{}", 3 + shift)
                );
                assert_eq!(web02.place.to_string(), format!("nodes.txt:{}", 9 + shift));
            }
        }
        let engines = "engineId         : 1\nfriendlyName     : E1\nconnectionStatus : Online\nsecrets          : {a, b}\n";
        let read = list(engines).unwrap().unwrap();
        assert_eq!(read.holds, ["the distributed engines"]);
        assert!(read.parsed.problems[0].text.contains("ConvertTo-Json"), "{:?}", read.parsed.problems);
    }

    #[test]
    fn a_list_that_the_window_broke_is_refused() {
        for broken in [
            NODES.replace("fehlt: SQL01", "fehlt: \r\n                       SQL01"),
            NODES.replace("fehlt: SQL01", "feh..."),
            NODES.replace("fehlt: SQL01", "feh…"),
        ] {
            let why = list(&broken).unwrap().unwrap_err();
            assert!(
                why.contains("the list PowerShell shows on screen") && why.contains("Export-Csv"),
                "{why}"
            );
        }
    }

    #[test]
    fn other_texts_are_none_of_it() {
        for text in ["Name : x\nOther : y\n", "Host Name:  WEB01\nOS Name:  x\n", "a mail\nwith : one\n", ""]
        {
            assert!(list(text).is_none(), "{text}");
        }
        let why = list("clusterbrief:jobs:1   A #1    state    WAITING\n").unwrap().unwrap_err();
        assert!(why.contains("sqlcmd with -W"), "{why}");
    }
}
