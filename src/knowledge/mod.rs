//! Product facts as data: TOML with provenance, and its typed, strict loader.
//!
//! Every record cites where it comes from and how far that carries ([`Citation`]); what is only our reasoning
//! says so. The built-in files are part of the program; loading them is a few milliseconds of parsing, patterns are
//! compiled by whoever matches them.

pub mod actions;
pub mod binaries;
pub mod rows;
pub mod signatures;
pub mod sources;

pub use rows::Rows;
pub use signatures::{Signature, Versions, Weight, Wording};
pub use sources::{Citation, Source, Sources, Status};

use chrono::NaiveDate;
use serde::de::DeserializeOwned;

/// Everything that is known of the product.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// The day the built-in records were last reviewed.
    pub edition: NaiveDate,
    /// Where records come from.
    pub sources: Sources,
    /// Error texts and symptoms, in order of id.
    pub signatures: Vec<Signature>,
    /// Rules that are data, and what they expect, ask and compare.
    pub rows: Rows,
    /// Work that mends findings, in the order of fixes.
    pub actions: Vec<actions::ActionRow>,
}

/// Why knowledge could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum KnowledgeError {
    /// The file is no TOML, or has keys or values that the format does not know.
    #[error("{file}, line {line}: {message}")]
    Format {
        /// File name.
        file: String,
        /// Line, from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// A record contradicts itself, another record, or the format's rules.
    #[error("{file}: {key}: {why}")]
    Record {
        /// File name.
        file: String,
        /// Key of the record.
        key: String,
        /// What is wrong, as a lower-case fragment.
        why: String,
    },
}

impl KnowledgeError {
    fn record(file: &str, key: &str, why: impl Into<String>) -> Self {
        Self::Record { file: file.to_owned(), key: key.to_owned(), why: why.into() }
    }
}

impl Knowledge {
    /// The knowledge built into the program.
    pub fn builtin() -> Result<Self, KnowledgeError> {
        let (edition, sources) = sources::load("sources.toml", include_str!("sources.toml"))?;
        let signatures = signatures::load("signatures.toml", include_str!("signatures.toml"), &sources)?;
        let rows = rows::load(&sources)?;
        let actions = actions::load()?;
        Ok(Self { edition, sources, signatures, rows, actions })
    }

    /// The signature of this id.
    pub fn signature(&self, id: &str) -> Option<&Signature> {
        self.signatures.iter().find(|signature| signature.id == id)
    }
}

/// Reads one file into its typed form.
fn parse<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, KnowledgeError> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        KnowledgeError::Format {
            file: file.to_owned(),
            line: before.matches('\n').count() + 1,
            message: error.message().to_owned(),
        }
    })
}

/// Refuses keys that stand twice or out of order: sorted files merge and read better.
fn sorted_and_unique<'a>(file: &str, keys: impl Iterator<Item = &'a str>) -> Result<(), KnowledgeError> {
    let mut previous: Option<&str> = None;
    for key in keys {
        match previous {
            Some(before) if before == key => {
                return Err(KnowledgeError::record(file, key, "stands twice"));
            }
            Some(before) if before > key => {
                return Err(KnowledgeError::record(file, key, format!("belongs before {before}")));
            }
            _ => previous = Some(key),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_knowledge_loads() {
        let knowledge = Knowledge::builtin().unwrap();
        assert_eq!(knowledge.edition, NaiveDate::from_ymd_opt(2026, 11, 22).unwrap());
        assert!(knowledge.signature("E-002").is_some());
        assert!(knowledge.signature("E-999").is_none());
    }

    #[test]
    fn errors_name_file_and_line() {
        let error = sources::load("mine.toml", "edition = \"2026-11-22\"\nsurprise = 1\n").unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("mine.toml, line 2: ") && text.contains("surprise"), "{text}");
    }

    #[test]
    fn order_and_doubles_are_refused() {
        assert!(sorted_and_unique("f", ["a", "b"].into_iter()).is_ok());
        assert!(sorted_and_unique("f", ["a", "a"].into_iter()).is_err());
        assert!(sorted_and_unique("f", ["b", "a"].into_iter()).is_err());
    }
}
