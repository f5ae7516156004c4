//! Why a bundle, or a member of one, does not count; in sentences that a report prints.

use super::digest::Sha256;
use super::format::FormatError;
use super::name::NameError;
use crate::model::input::{Problem, ProblemKind};
use std::fmt;

/// Why a path is refused as a bundle. Reads after its name: "case.zip is not a zip archive".
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system refused.
    #[error("could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// The name of a collection that did not end.
    #[error("was left by a collection that did not finish: collect again on that node")]
    Unfinished,
    /// Neither a folder nor a file with the first bytes of a zip.
    #[error("is not a zip archive")]
    NotZip,
    /// Begins as a zip and does not end as one.
    #[error(
        "is cut off or damaged, for the directory at the end of the zip is not there ({0}): copy or send it again"
    )]
    Truncated(String),
    /// A folder without entries.
    #[error("is an empty folder")]
    EmptyFolder,
    /// No manifest, and no single folder that has one.
    #[error("holds no manifest.json, so it is not a bundle")]
    NoManifest,
    /// Bundles inside, which are not read there.
    #[error("holds {0} bundles: unpack it and give the folder")]
    SeveralBundles(usize),
    /// The manifest is there and does not count.
    #[error("has a manifest.json that {0}")]
    Manifest(ManifestError),
    /// More entries than [`super::Limits::entries`].
    #[error("holds more than {0} entries")]
    TooManyEntries(usize),
    /// Longer headers than [`super::Limits::directory_bytes`].
    #[error("needs more than {0} bytes to list its entries")]
    Directory(u64),
    /// Two entries of one name, or of names that differ in case only.
    #[error("holds two entries named {}, so nobody can say which one counts", quoted(.0))]
    Duplicate(String),
    /// Entries that share bytes, as zip bombs have them.
    #[error("has entries that overlap, as zip bombs do")]
    Overlap,
    /// Local headers and the central directory disagree.
    #[error("says different things about its entries in different places ({0})")]
    Inconsistent(String),
    /// A library panicked on it.
    #[error("made the reader of zip archives fail")]
    Panicked,
}

/// Why a manifest does not count. Reads after "a manifest.json that".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Over [`super::Limits::manifest_bytes`].
    #[error("is larger than {0} bytes")]
    TooLarge(u64),
    /// The entry itself is unreadable.
    #[error("{0}")]
    Member(MemberError),
    /// Not JSON, not ours, of another version or with other keys.
    #[error("{0}")]
    Format(#[from] FormatError),
    /// More rows than [`super::Limits::entries`].
    #[error("lists more than {0} members")]
    TooManyMembers(usize),
    /// A node name that is none.
    #[error("names its node with more than {0} characters")]
    NodeName(usize),
    /// Two rows of one name.
    #[error("lists {} twice", quoted(.0))]
    Duplicate(String),
    /// The manifest lists itself.
    #[error("lists itself")]
    Itself,
}

/// Why a member does not count. Reads after its name: `"logs/SS.log" is a link`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// Neither in the manifest nor in the container.
    #[error("is not in the bundle")]
    Unknown,
    /// The manifest says that it was not taken.
    #[error("was not taken: {0}")]
    NotTaken(String),
    /// Taken, says the manifest, but the container has no such entry.
    #[error("is listed in the manifest and missing from the bundle")]
    Gone,
    /// A link, a device, a pipe.
    #[error("is a link or another special file, and those are never followed")]
    Link,
    /// Protected by a password.
    #[error("is encrypted: zip it without a password")]
    Encrypted,
    /// Compressed by a method that is not read; its name.
    #[error(
        "is compressed with {0}, which is not read: zip it again with Explorer, or with 7-Zip and the method Deflate"
    )]
    Method(String),
    /// Beyond [`super::Limits::member_bytes`].
    #[error("claims {size} bytes, more than the {limit} that it may have")]
    TooLarge {
        /// Bytes it declares.
        size: u64,
        /// The limit.
        limit: u64,
    },
    /// The members before it already use up [`super::Limits::total_bytes`].
    #[error("lies beyond the {0} bytes that one bundle may hold")]
    BeyondTotal(u64),
    /// The caller's own cap.
    #[error("has {size} bytes, more than the {cap} that are read of it")]
    OverCap {
        /// Bytes it declares.
        size: u64,
        /// The cap.
        cap: u64,
    },
    /// Another size than the manifest says.
    #[error("holds {} bytes where the manifest says {expected}", held(*.actual, *.expected))]
    Size {
        /// Bytes by the manifest.
        expected: u64,
        /// Bytes of the entry; `None` when it had more and reading stopped there.
        actual: Option<u64>,
    },
    /// Another SHA-256 than the manifest says.
    #[error("holds other bytes than the manifest says: SHA-256 {actual} instead of {expected}")]
    Hash {
        /// Digest by the manifest.
        expected: Sha256,
        /// Digest of the bytes.
        actual: Sha256,
    },
    /// Bytes that no reader of the archive would show.
    #[error("holds more bytes behind the end of its content")]
    Behind,
    /// The bytes could not be read or inflated.
    #[error("could not be read: {0}")]
    Damaged(String),
    /// A library panicked on it.
    #[error("made the reader fail")]
    Panicked,
}

fn held(actual: Option<u64>, expected: u64) -> String {
    actual.map_or_else(|| format!("more than {expected}"), |actual| actual.to_string())
}

impl OpenError {
    /// Whether it is a bundle that only a newer version of this program reads.
    pub const fn is_of_newer_format(&self) -> bool {
        matches!(self, Self::Manifest(ManifestError::Format(FormatError::Major { found })) if found.is_newer())
    }

    /// Whether it has a `manifest.json` that was written by something else: many web applications have a file of that name.
    pub const fn is_foreign(&self) -> bool {
        matches!(self, Self::Manifest(ManifestError::Format(FormatError::NoVersion)))
    }

    /// The refusal as a problem of the input.
    pub fn problem(&self) -> Problem {
        Problem { kind: ProblemKind::Malformed, member: None, text: format!("The input {self}.") }
    }
}

impl MemberError {
    pub(super) fn damaged(error: impl fmt::Display) -> Self {
        Self::Damaged(error.to_string())
    }

    /// The same as a problem of the bundle.
    pub fn problem(&self, member: &str) -> Problem {
        let kind = match self {
            Self::Gone | Self::Size { .. } | Self::Hash { .. } | Self::Behind => ProblemKind::Tampered,
            Self::NotTaken(_) => ProblemKind::Incomplete,
            _ => ProblemKind::Malformed,
        };
        Problem { kind, member: Some(member.to_owned()), text: format!("{} {self}.", quoted(member)) }
    }
}

/// An entry of the container whose name breaks the grammar.
pub(super) fn odd_name(name: &str, error: NameError) -> Problem {
    let text = format!("The entry {} {error}; it was left out.", quoted(name));
    Problem { kind: ProblemKind::Malformed, member: None, text }
}

/// An entry of the container that the manifest does not know.
pub(super) fn unlisted(name: &str) -> Problem {
    let text = format!("The entry {} is not listed in the manifest; it was left out.", quoted(name));
    Problem { kind: ProblemKind::Unlisted, member: None, text }
}

/// Bytes of the archive that are in none of its files.
pub(super) fn outside(bytes: u64) -> Problem {
    let text = format!(
        "The archive holds {bytes} bytes that are in none of its files: comments, or gaps between them; they were left out."
    );
    Problem { kind: ProblemKind::Tampered, member: None, text }
}

/// Keeps the first problems and counts the rest, so that a hostile bundle cannot flood a report.
pub fn bound(problems: &mut Vec<Problem>, most: usize) {
    let more = problems.len().saturating_sub(most);
    if more > 0 {
        problems.truncate(most);
        let text = format!("There are {more} more problems of this kind.");
        problems.push(Problem { kind: ProblemKind::Malformed, member: None, text });
    }
}

/// A name from outside as it may stand in a sentence: quoted, escaped and bounded.
pub fn quoted(name: &str) -> String {
    const SHOWN: usize = 80;
    let mut text: String = name.chars().take(SHOWN).flat_map(char::escape_debug).collect();
    if name.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    format!("\"{text}\"")
}
