//! What was replaced in a text, and how often.

use super::labels::Identity;
use std::collections::BTreeMap;

/// Why something was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
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
    Licence,
    /// A setting that is not on the harmless list.
    Setting,
    /// A comment of a configuration.
    Comment,
    /// Whoever or whatever a text names: level `identities`.
    Identity(Identity),
}

impl Kind {
    /// The name that manifests use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Assignment => "assignment",
            Self::Account => "account",
            Self::Authorization => "authorization",
            Self::Jwt => "jwt",
            Self::PrivateKey => "private-key",
            Self::Encrypted => "encrypted",
            Self::UrlCredentials => "url-credentials",
            Self::Cookie => "cookie",
            Self::CloudKey => "cloud-key",
            Self::Licence => "licence-key",
            Self::Setting => "setting",
            Self::Comment => "comment",
            Self::Identity(identity) => identity.as_str(),
        }
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
            *all.entry(kind.as_str().to_owned()).or_default() += count;
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
