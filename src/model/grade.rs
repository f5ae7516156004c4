//! How much evidence can prove, by how it came.

use serde::{Deserialize, Serialize};

/// What a piece of evidence can prove, the most first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// A bundle whose hashes agree: it proves what is there, and what is not.
    #[default]
    Bundle,
    /// A whole answer of an interface or a query: it proves absence in its own list.
    Export,
    /// An application folder that somebody copied: it never proves that a key file, a log or IIS is absent.
    Copied,
    /// Any other file: it proves faults that it shows, and never that something is absent.
    Loose,
}

impl Grade {
    /// The word of the JSON report.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Export => "export",
            Self::Copied => "copied",
            Self::Loose => "loose",
        }
    }

    /// The words of a report for people.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Export => "export",
            Self::Copied => "copied folder",
            Self::Loose => "loose files",
        }
    }
}
