//! Input files of a report, and whether each could be read.

use super::grade::Grade;
use serde::{Deserialize, Serialize};

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Input {
    /// Name as the report shows it: the file or folder name, made unique if two are equal.
    pub name: String,
    /// What it is.
    pub kind: InputKind,
    /// Whether it could be read.
    pub status: InputStatus,
    /// Why it was refused or what is wrong with it, one sentence for each problem.
    pub problems: Vec<Problem>,
    /// Remarks that are no problem, one sentence each.
    pub notes: Vec<String>,
    /// Node it belongs to.
    pub node: Option<String>,
    /// Size in bytes as given (a folder: the sum of its members).
    pub bytes: u64,
    /// SHA-256 of a bundle: of its file, or of the manifest where it is no file. Of nothing else: it might hold a secret that
    /// somebody can guess.
    pub sha256: Option<String>,
    /// When it was made, by the clock of its machine, as RFC 3339.
    pub taken: Option<String>,
    /// Version of the tool that wrote it, for bundles.
    pub tool: Option<String>,
    /// Titles of the exports found in it, as the knowledge has them; of a file that is passed over what it is.
    pub holds: Vec<String>,
    /// How much it can prove; `None` if nothing of it is evidence.
    pub grade: Option<Grade>,
    /// What it shows is a fault only if somebody confirms it: of which node or of which time it is, it does not say.
    pub unplaced: bool,
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
    /// What a script of a kit did (`answers.json`).
    KitAnswers,
    /// One or more of the exports that the knowledge describes.
    Export,
    /// Logs of one node that are in no bundle.
    Logs,
    /// An application folder that somebody copied.
    CopiedFolder,
    /// A configuration file of one node that is in no bundle.
    Config,
    /// None of these.
    Unrecognised,
}

impl InputKind {
    /// Whether an input of this kind is evidence about a cluster by itself. Answers only add to evidence.
    pub const fn is_evidence(self) -> bool {
        !matches!(self, Self::Answers | Self::KitAnswers | Self::Unrecognised)
    }
}

/// Whether an input could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum InputStatus {
    /// Read completely.
    Read,
    /// Read in part; some parts do not count.
    Partly,
    /// Refused: nothing from it counts.
    Refused,
    /// Of a kind that says nothing of a cluster, such as a picture or a report of this program: nothing was expected from it.
    PassedOver,
}

impl InputStatus {
    /// Whether something of the input counts.
    pub const fn is_used(self) -> bool {
        matches!(self, Self::Read | Self::Partly)
    }
}

/// One problem of an input.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub struct Problem {
    /// What kind of problem, for the bundle rules.
    pub kind: ProblemKind,
    /// The member it is about, if it is about one.
    pub member: Option<String>,
    /// One sentence.
    pub text: String,
}

/// Kinds of problems; in brackets the rule that reports them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ProblemKind {
    /// Content of a key file is in the bundle (BND-001).
    KeyMaterial,
    /// What may be a key file: nothing else explains its content (BND-001, inferred).
    MayBeKeyMaterial,
    /// A secret survived the redaction (BND-002).
    Secret,
    /// A file that belongs to whoever collected and must not be sent: a case key, a legend, a private key (BND-002).
    DoNotSend,
    /// A second bundle of the same node (BND-003).
    Duplicate,
    /// Bundles of one node that contradict each other (BND-003).
    Conflict,
    /// Something that should be in the bundle was not collected (BND-004).
    Incomplete,
    /// The collector lacked rights (BND-006).
    Rights,
    /// Content differs from the manifest (BND-007).
    Tampered,
    /// Something in the bundle that is not of it: left out, and nothing else of the bundle counts less.
    Unlisted,
    /// A file of a known kind that is no input, such as a picture.
    NoInput,
    /// It is damaged, of an unknown format version, or beyond the limits.
    Malformed,
    /// It belongs to another cluster.
    Foreign,
    /// It is one page of a longer list.
    Page,
    /// A bundle of a format that only a newer version of this program reads.
    Newer,
}
