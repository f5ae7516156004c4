//! Reads a knowledge file, and says in which line something is.

use super::KnowledgeError;
use super::layer::File;

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// File name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
}

/// Reads one file.
pub(super) fn parse(file: &str, text: &str) -> Result<File, KnowledgeError> {
    toml::from_str(text).map_err(|error| {
        let line = Lines::new(text).of(error.span().map_or(0, |span| span.start));
        let origin = Origin { file: file.to_owned(), line };
        KnowledgeError { origin, key: None, why: error.message().to_owned() }
    })
}

/// Where the lines of a text end.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn new(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The line of a byte offset, from 1.
    pub(super) fn of(&self, offset: usize) -> usize {
        self.0.partition_point(|end| *end < offset) + 1
    }
}
