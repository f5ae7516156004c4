//! What was given to `report`, and what became of it.

use serde::Serialize;

/// One input and its fate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Input {
    /// Name as the report shows it: the file or folder name, made unique where two are equal.
    pub name: String,
    /// What it is.
    pub kind: InputKind,
    /// What became of it.
    pub status: InputStatus,
    /// Why it was refused or what is wrong with it, one sentence a problem.
    pub problems: Vec<Problem>,
    /// What a reader of it should know and is no problem, one sentence each.
    pub notes: Vec<String>,
    /// Node it belongs to.
    pub node: Option<String>,
    /// Size in bytes as given (a folder: the sum of its members).
    pub bytes: u64,
    /// SHA-256: of the file, or of a folder bundle's manifest.
    pub sha256: Option<String>,
    /// When it was made, by its own clock, as RFC 3339.
    pub taken: Option<String>,
    /// Tool version that wrote it, for bundles.
    pub tool: Option<String>,
    /// Titles of the exports found in it, in the knowledge's words.
    pub holds: Vec<String>,
}

/// The kind of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum InputKind {
    /// A bundle, zipped.
    BundleZip,
    /// A bundle as a folder.
    BundleFolder,
    /// `GET /api/v1/nodes`.
    NodesJson,
    /// The copied Server Nodes page.
    NodesTable,
    /// `tbVersion`.
    VersionTable,
    /// An answers file.
    Answers,
    /// One or more of the exports that the knowledge describes.
    Export,
    /// None of these.
    Unrecognised,
}

impl InputKind {
    /// Whether an input of this kind says something of a cluster by itself. Answers only add to what is known.
    pub const fn is_evidence(self) -> bool {
        !matches!(self, Self::Answers | Self::Unrecognised)
    }
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum InputStatus {
    /// Read whole.
    Read,
    /// Read, but parts of it do not count.
    Partly,
    /// Does not count at all.
    Refused,
}

/// One problem of an input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct Problem {
    /// What kind of problem, for the bundle rules.
    pub kind: ProblemKind,
    /// The member it concerns, where one does.
    pub member: Option<String>,
    /// One sentence.
    pub text: String,
}

/// Kinds of problems, by the bundle rule they feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Content of a key file is in the bundle (BND-001).
    KeyMaterial,
    /// A secret survived the redaction (BND-002).
    Secret,
    /// A second bundle of the same node (BND-003).
    Duplicate,
    /// Something that should have been taken was not (BND-004).
    Incomplete,
    /// The collector lacked rights (BND-006).
    Rights,
    /// Bytes differ from what the manifest says (BND-007).
    Tampered,
    /// Not readable as what it claims to be: container, format version, limits.
    Malformed,
    /// Belongs to another cluster.
    Foreign,
}
