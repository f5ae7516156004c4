//! What was replaced in a text, and how often.

use super::labels::Identity;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Why something was replaced; printed as manifests name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A word of the file of `--redact-words`.
    OwnWord,
    /// A value taken from a configuration file, in any form.
    Value,
    /// A value after the name of a secret.
    Assignment,
    /// An account in a connection string.
    Account,
    /// Credentials of an `Authorization` header.
    Authorization,
    /// A JSON web token.
    Jwt,
    /// A private key block.
    PrivateKey,
    /// An `[enc:…]` value of IIS.
    Encrypted,
    /// User and password of a URL.
    UrlCredentials,
    /// A cookie header.
    Cookie,
    /// An access key id of a cloud.
    CloudKey,
    /// A licence key.
    #[serde(rename = "licence-key")]
    Licence,
    /// A setting that is not on the harmless list.
    Setting,
    /// A comment of a configuration.
    Comment,
    /// Whoever or whatever a text names: level `identities`.
    #[serde(untagged)]
    Identity(Identity),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// How many replacements of each kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<Kind, u64>);

impl Counts {
    pub(super) fn add(&mut self, kind: Kind) {
        *self.0.entry(kind).or_default() += 1;
    }

    /// Adds those of another text.
    pub(super) fn join(&mut self, more: Self) {
        for (kind, count) in more.0 {
            *self.0.entry(kind).or_default() += count;
        }
    }

    /// Adds the kinds that occurred, by name.
    pub fn add_to(&self, all: &mut BTreeMap<String, u64>) {
        for (kind, count) in &self.0 {
            *all.entry(kind.to_string()).or_default() += count;
        }
    }

    /// Kinds that occurred, by name.
    pub fn by_kind(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::new();
        self.add_to(&mut all);
        all
    }

    /// All replacements.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}
