//! Parses a knowledge file, and finds the line of a record or an error.

use super::KnowledgeError;
use super::layer::File;

/// Where a record is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordOrigin {
    /// File name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
}

/// Reads one file.
pub(super) fn parse(file: &str, text: &str) -> Result<File, KnowledgeError> {
    toml::from_str(text).map_err(|error| {
        let line = LineIndex::new(text).line_of(error.span().map_or(0, |span| span.start));
        let origin = RecordOrigin { file: file.to_owned(), line };
        KnowledgeError { origin, key: None, why: error.message().to_owned() }
    })
}

/// Offsets of the line ends of a text.
pub(super) struct LineIndex(Vec<usize>);

impl LineIndex {
    pub(super) fn new(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The line of a byte offset, from 1.
    pub(super) fn line_of(&self, offset: usize) -> usize {
        self.0.partition_point(|end| *end < offset) + 1
    }
}
