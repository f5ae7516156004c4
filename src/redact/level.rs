//! Redaction levels: secrets only, or identities as well.

use clap::ValueEnum;
use serde::Serialize;
use std::fmt;

/// How much is removed from a text; the later level takes all that the earlier one takes. The help of the command line shows
/// the texts of the variants, so they end without a full stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Passwords, keys and tokens
    #[default]
    Secrets,
    /// Also hosts, users, domains and addresses; each becomes a label
    Identities,
}

impl Level {
    /// Name of the option of a manifest that says the level. A bundle without it is of level `secrets`.
    pub const OPTION: &str = "level";
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}
