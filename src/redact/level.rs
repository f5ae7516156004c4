//! Redaction levels: secrets only, or identities as well.

use std::fmt;
use std::str::FromStr;

/// How strict a redaction is; the later one takes all that the earlier ones take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Passwords, keys, tokens: what opens something.
    #[default]
    Secrets,
    /// Hosts, users, addresses and domains too; each becomes a label, see [`super::labels`].
    Identities,
}

/// A word that names no level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the level must be secrets or identities")]
pub struct LevelError;

impl Level {
    /// Name of the option of a manifest that says the level. A bundle without it is of level `secrets`.
    pub const OPTION: &str = "level";

    /// The word of the command line and of manifests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Identities => "identities",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Level {
    type Err = LevelError;

    fn from_str(word: &str) -> Result<Self, LevelError> {
        [Self::Secrets, Self::Identities].into_iter().find(|level| level.as_str() == word).ok_or(LevelError)
    }
}
