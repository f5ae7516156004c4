//! Where the values of a document are in its file.

use crate::model::{Location, Position};
use std::collections::BTreeMap;

/// How places of one document are named.
#[derive(Debug, Default)]
pub(in crate::intake) struct Places<'a> {
    /// Name of the input.
    pub(in crate::intake) input: &'a str,
    /// Where the document begins if it is one of several in its file, such as `line 3, `.
    pub(in crate::intake) begins: String,
    /// The line in which each entry of the document begins if each is a document of its own in the file.
    pub(in crate::intake) entries: Vec<u32>,
    /// Lines of values, by their path, if the file is no JSON.
    pub(in crate::intake) lines: BTreeMap<String, u32>,
}

impl<'a> Places<'a> {
    /// Of the only document of an input.
    pub(in crate::intake) fn of(input: &'a str) -> Self {
        Self { input, ..Self::default() }
    }

    /// The place of the value at a path.
    pub(in crate::intake) fn at(&self, path: &str) -> Location {
        if let Some(line) = self.lines.get(path) {
            return Location::export(self.input, Position::Line(*line));
        }
        let entry = path.strip_prefix('[').and_then(|path| path.split_once(']'));
        let own = entry.and_then(|(index, tail)| {
            let line = self.entries.get(index.parse::<usize>().ok()?)?;
            Some(format!("line {line}, {}", tail.trim_start_matches('.')))
        });
        let path = own.unwrap_or_else(|| format!("{}{path}", self.begins));
        match path.trim_end_matches([',', ' ']) {
            "" => Location::input(self.input),
            path => Location::export(self.input, Position::Path(path.to_owned())),
        }
    }
}
