//! Records of what a script of a kit did: which answers it got, which were refused, which it never asked for.

use serde::{Deserialize, Serialize};

/// One run of a script of a kit on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitRun {
    /// Name of the input with the record.
    pub input: String,
    /// The script: `rest` or `rabbitmq`.
    pub script: String,
    /// Name of the machine.
    pub node: String,
    /// When it began, as the record says, RFC 3339.
    pub time: String,
    /// The address that was asked; empty if none was.
    pub address: String,
    /// Whether it came to its end.
    pub finished: bool,
    /// What was asked, in the order of the script.
    pub parts: Vec<KitAnswer>,
}

/// One answer of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitAnswer {
    /// Id of the export; `nodes` for the node list.
    pub part: String,
    /// What became of it.
    pub status: KitStatus,
    /// Why there is no answer, as a lower-case fragment.
    pub reason: String,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum KitStatus {
    /// It is there.
    Done,
    /// It was asked for and not given.
    Refused,
    /// The script was stopped before.
    NotTried,
}
