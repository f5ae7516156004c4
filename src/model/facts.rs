//! The content of `facts.json` in a bundle: what the collector read on its node.

use super::iis::IisFacts;
use super::observed::Observed;
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// All that is collected as facts and not as files. Times are UTC unless a name says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NodeFacts {
    /// Facts of the machine.
    pub host: HostFacts,
    /// The application folder on the node, such as `C:\inetpub\wwwroot\SecretServer`.
    pub application_folder: Observed<String>,
    /// `encryption.config`.
    pub encryption_config: Observed<KeyFile>,
    /// `database.config`.
    pub database_config: Observed<KeyFile>,
    /// Files that look like copies of the two key files, by path relative to the application folder.
    pub stray_key_copies: Observed<Vec<String>>,
    /// All configuration files that were collected, by file name in lower case.
    pub configs: BTreeMap<String, Observed<ConfigState>>,
    /// Version resources of `bin\*.dll`, by file name.
    pub binaries: Observed<BTreeMap<String, Observed<Binary>>>,
    /// The application in the IIS configuration.
    pub iis: Observed<IisFacts>,
    /// Whether there is a TMS folder next to the application folder.
    pub tms_folder: Observed<bool>,
    /// Whether the application folder has a `log` folder with at least one log.
    pub log_folder: Observed<bool>,
    /// Facts of the machine and of IIS by path, such as `net.release`: those that the knowledge allows in a bundle.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub machine: BTreeMap<String, Observed<String>>,
}

/// Facts of the machine that the collector ran on. With `--node` all of them are `NotCollected`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HostFacts {
    /// Machine name in the operating system.
    pub name: Observed<String>,
    /// Keyed fingerprint of the installation id of the machine; if it is equal on two hosts, one is a clone.
    pub machine_id: Observed<Fingerprint>,
    /// Operating system, name and build.
    pub os: Observed<String>,
    /// Time zone id of Windows or IANA.
    pub time_zone: Observed<String>,
    /// The node's clock at the start of the collection.
    pub clock: Observed<ClockReading>,
    /// The node's clock compared with a reference clock that other nodes share.
    pub clock_reference: Observed<ClockReference>,
    /// The node's clock compared with its time source, as the time service recorded it.
    #[serde(default)]
    pub time_service: Observed<ClockReference>,
    /// Start of the newest worker process of the application.
    pub worker_started: Observed<DateTime<Utc>>,
}

/// One reading of a node's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClockReading {
    /// Local time with its offset.
    pub local: DateTime<FixedOffset>,
    /// Largest difference between successive readings beyond the time between them, in milliseconds, rounded up: the
    /// uncertainty of each reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread_ms: Option<u64>,
}

/// A node's clock compared with one shared reference. Readings of different nodes are never subtracted from each other,
/// only their offsets to the same `source`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClockReference {
    /// The reference, such as `operator` for `--reference-time`; only offsets to equal sources can be compared.
    pub source: String,
    /// Node clock minus reference, in milliseconds.
    pub offset_ms: i64,
    /// Uncertainty of that difference, in milliseconds.
    pub uncertainty_ms: u64,
}

/// Facts of a key file; its content is never collected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct KeyFile {
    /// Size in bytes.
    pub size: u64,
    /// Last change.
    pub modified: Observed<DateTime<Utc>>,
    /// Fingerprint of the content.
    pub fingerprint: Observed<Fingerprint>,
    /// NTFS `Encrypted` attribute (EFS).
    pub efs: Observed<bool>,
    /// How many different byte values the content has, at most [`KeyFile::MANY_DIFFERENT`]: encrypted content has more, a
    /// file that a crash filled with zeros has one. `None` in bundles before format 1.2, or if it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub different_bytes: Option<u16>,
}

impl KeyFile {
    /// Where counting different byte values ends: a higher number would say something about the content.
    pub const MANY_DIFFERENT: u16 = 32;

    /// How many different values these bytes have, as far as it is counted.
    pub fn count_different(content: &[u8]) -> u16 {
        let different = content.iter().collect::<BTreeSet<_>>().len();
        u16::try_from(different).map_or(Self::MANY_DIFFERENT, |count| count.min(Self::MANY_DIFFERENT))
    }

    /// Why the file cannot hold encrypted content, as words after its name; empty if nothing speaks against it. `least`
    /// is the smallest size that it can have.
    pub fn fault(&self, least: u64) -> String {
        match (self.size, self.different_bytes) {
            (0, _) => "is empty".to_owned(),
            (size, Some(1)) => format!("is one byte repeated {size} times, as a crash may leave it"),
            (size, _) if size < least => format!("has {size} bytes only"),
            (_, Some(different)) if different < Self::MANY_DIFFERENT => {
                "has too few different bytes to be encrypted content".to_owned()
            }
            _ => String::new(),
        }
    }
}

/// A fingerprint. Two can be compared only if scheme and key id are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint {
    /// `enc`, `key` or `case`; see `docs/bundle-format.md`.
    pub scheme: String,
    /// Id of the key; empty if the scheme has none.
    pub key_id: String,
    /// Lower-case hexadecimal digest.
    pub hex: String,
}

impl Fingerprint {
    /// Whether both were made with the same scheme and key, so that they can be compared.
    pub fn comparable(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.key_id == other.key_id
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.scheme, self.key_id, self.hex)
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

/// Error for a text that is no fingerprint.
const NO_FINGERPRINT: &str = "a fingerprint is scheme:key-id:hex";

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, &'static str> {
        let parts: Vec<&str> = text.splitn(3, ':').collect();
        let [scheme, key_id, hex] = *parts else { return Err(NO_FINGERPRINT) };
        let plain =
            |s: &str| s.len() <= 64 && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if scheme.is_empty() || hex.is_empty() || ![scheme, key_id, hex].into_iter().all(plain) {
            return Err(NO_FINGERPRINT);
        }
        Ok(Self { scheme: scheme.into(), key_id: key_id.into(), hex: hex.into() })
    }
}

/// Whether a configuration file could be read as XML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum ConfigState {
    /// Collected as a redacted member of this name.
    Taken {
        /// Member path in the bundle.
        member: String,
    },
    /// Not well-formed. It is not collected, because what cannot be parsed cannot be redacted.
    NotWellFormed {
        /// Line of the error, from 1.
        line: u32,
        /// Column of the error, from 1.
        column: u32,
        /// Message of the parser, without any text of the file.
        error: String,
    },
}

/// Versions of one DLL or EXE.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Binary {
    /// File version of the fixed block, four 16-bit fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_version: Option<String>,
    /// Product version text of the string table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_version: Option<String>,
}

/// One file of the application folder: a line of `inventory.jsonl`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct InventoryEntry {
    /// Path relative to the application folder, with `/`.
    pub path: String,
    /// Size in bytes.
    pub size: u64,
    /// Last change, to the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<DateTime<Utc>>,
    /// SHA-256 of the content, for types of program files only: a plain hash of a small file could be guessed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Keyed fingerprint of the content, for all other types, if there is a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// Why the content could not be read, as a lower-case fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}
