//! The version of the format and what it decides: which keys a reader insists on knowing.

use crate::text::json;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_ignored::Path;
use serde_json::Error;
use serde_path_to_error::Track;
use std::fmt;

/// Version of the bundle format, written `1.3`.
///
/// Within one major version a newer minor only adds keys. So an older or equal minor is read strictly, a newer one is
/// read with the keys it added named and left out, and another major version is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FormatVersion {
    /// Incompatible changes.
    pub major: u16,
    /// Additions.
    pub minor: u16,
}

/// Why JSON of a bundle was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Not JSON.
    #[error("is not well-formed JSON at line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// No readable version, so most likely no manifest of this tool.
    #[error("has no format version: it was not written by this tool")]
    NoVersion,
    /// Another major version.
    #[error("has format {found}; this program reads format {}.x: {}", FormatVersion::CURRENT.major, found.advice())]
    Major {
        /// The version it states.
        found: FormatVersion,
    },
    /// A key that the stated version does not have.
    #[error("has the key {key}, which format {version} does not know")]
    UnknownKey {
        /// Path of the key.
        key: String,
        /// The version it states.
        version: FormatVersion,
    },
    /// One key of an object twice: nobody can say which value is meant.
    #[error("has the key {key} twice, so neither of its values counts")]
    Twice {
        /// Path of the key.
        key: String,
    },
    /// A value of the wrong kind, or a key that is missing.
    #[error("is not what its format says: {why} (at {at})")]
    Invalid {
        /// Path of the value.
        at: String,
        /// What is wrong.
        why: String,
    },
}

impl FormatVersion {
    /// Whether only a newer version of this program reads it.
    pub const fn is_newer(self) -> bool {
        self.major > Self::CURRENT.major
    }

    /// What to do about a bundle of another major version.
    const fn advice(self) -> &'static str {
        if self.is_newer() {
            "read it with a newer clusterbrief, nothing is wrong with the bundle"
        } else {
            "collect again with the collector of this version"
        }
    }

    /// The version this program writes.
    pub const CURRENT: Self = Self { major: 1, minor: 3 };

    /// Reads the version of a manifest, before anything else of it is looked at.
    pub(super) fn of_manifest(manifest: &[u8]) -> Result<Self, FormatError> {
        /// The one key that every version has.
        #[derive(Deserialize)]
        struct Versioned {
            format: FormatVersion,
        }
        check_keys(manifest)?;
        let found = match serde_json::from_slice(manifest) {
            Ok(Versioned { format }) => format,
            Err(error) if error.is_data() => return Err(FormatError::NoVersion),
            Err(error) => return Err(syntax(&error)),
        };
        if found.major == Self::CURRENT.major { Ok(found) } else { Err(FormatError::Major { found }) }
    }

    /// Reads JSON of a bundle of this version: the value, and the paths of keys that a newer minor version added.
    ///
    /// The types say which keys there are; unknown ones are an error unless the bundle is newer than this program.
    pub fn read<T: DeserializeOwned>(self, json: &[u8]) -> Result<(T, Vec<String>), FormatError> {
        let mut unknown = Vec::new();
        let mut track = Track::new();
        let mut reader = serde_json::Deserializer::from_slice(json);
        let tracked = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
        let read = serde_ignored::deserialize(tracked, |path| {
            let retired = matches!(&path, Path::Map { key, .. } if RETIRED.contains(&key.as_str()));
            if !retired && unknown.len() < MOST_UNKNOWN {
                unknown.push(printed(&path));
            }
        });
        let read: Result<T, _> = read.and_then(|value| reader.end().map(|()| value));
        unknown.sort();
        match (unknown.first(), read) {
            (_, Err(error)) if !error.is_data() => Err(syntax(&error)),
            (Some(key), _) if self.minor <= Self::CURRENT.minor => {
                Err(FormatError::UnknownKey { key: key.clone(), version: self })
            }
            (_, Ok(value)) => Ok((value, unknown)),
            (_, Err(error)) => Err(invalid(&track.path(), &error)),
        }
    }
}

impl fmt::Display for FormatVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl From<FormatVersion> for String {
    fn from(version: FormatVersion) -> Self {
        version.to_string()
    }
}

impl TryFrom<String> for FormatVersion {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let number =
            |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        let (major, minor) = text.split_once('.').ok_or("a format version is two numbers, such as 1.0")?;
        match (number(major), number(minor)) {
            (Some(major), Some(minor)) => Ok(Self { major, minor }),
            _ => Err("a format version is two numbers, such as 1.0"),
        }
    }
}

/// Refuses a document in which an object has one key twice: of structures the types do it, of tables nobody else.
pub fn check_keys(json: &[u8]) -> Result<(), FormatError> {
    match json::key_twice(json) {
        Ok(Some(key)) => Err(FormatError::Twice { key }),
        Ok(None) => Ok(()),
        Err(error) => Err(syntax(&error)),
    }
}

fn syntax(error: &Error) -> FormatError {
    FormatError::Syntax { line: error.line(), column: error.column() }
}

fn invalid(at: &serde_path_to_error::Path, error: &Error) -> FormatError {
    let shown = |text: &str| text.chars().take(REASON_SHOWN).collect();
    let at = if at.iter().next().is_none() { "the top".into() } else { shown(&at.to_string()) };
    // The path says it better than the position that the parser appends.
    let why = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    FormatError::Invalid { at, why: shown(why.strip_suffix(&position).unwrap_or(&why)) }
}

/// Optional keys that earlier builds of this format wrote and that no build reads any more.
const RETIRED: [&str; 1] = ["assembly-version"];
/// Unknown keys that are remembered; a hostile document may have millions.
const MOST_UNKNOWN: usize = 1000;
/// Characters that are shown of each key of a path, and of the reason why a value is wrong: both come from outside.
const KEY_SHOWN: usize = 60;
const REASON_SHOWN: usize = 200;

/// The path of a key as it is printed: `members[3].status.taken`.
fn printed(path: &Path<'_>) -> String {
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", printed(parent)),
        Path::Map { parent, key } => {
            let key = key.chars().take(KEY_SHOWN);
            match printed(parent) {
                parent if parent.is_empty() => key.collect(),
                parent => parent.chars().chain(['.']).chain(key).collect(),
            }
        }
        Path::Some { parent } | Path::NewtypeStruct { parent } | Path::NewtypeVariant { parent } => {
            printed(parent)
        }
    }
}
