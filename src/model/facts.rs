//! What a collector says of its node: the content of `facts.json` in a bundle.

use super::iis::IisFacts;
use super::observed::Observed;
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Everything collected as facts rather than as files. All times are UTC unless a name says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NodeFacts {
    /// Facts of the machine.
    pub host: HostFacts,
    /// The application folder as the node knows it, such as `C:\inetpub\wwwroot\SecretServer`.
    pub application_folder: Observed<String>,
    /// `encryption.config`.
    pub encryption_config: Observed<KeyFile>,
    /// `database.config`.
    pub database_config: Observed<KeyFile>,
    /// Files that look like copies of the two key files, by path relative to the application folder.
    pub stray_key_copies: Observed<Vec<String>>,
    /// Every configuration file taken, by file name in lower case.
    pub configs: BTreeMap<String, Observed<ConfigState>>,
    /// Version resources of `bin\*.dll`, by file name.
    pub binaries: Observed<BTreeMap<String, Observed<Binary>>>,
    /// The application as IIS knows it.
    pub iis: Observed<IisFacts>,
    /// Whether a TMS folder lies beside the application.
    pub tms_folder: Observed<bool>,
    /// Whether a `log` folder lies in the application and holds at least one log.
    pub log_folder: Observed<bool>,
    /// Facts of the machine and of IIS by path, such as `net.release`: those of the knowledge that a bundle may carry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub machine: BTreeMap<String, Observed<String>>,
}

/// Facts of the machine the collector ran on. With `--node` every one of them is `NotCollected`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct HostFacts {
    /// Machine name as the operating system gives it.
    pub name: Observed<String>,
    /// Keyed fingerprint of the machine's installation id; equal on two hosts means a clone.
    pub machine_id: Observed<Fingerprint>,
    /// Operating system, name and build.
    pub os: Observed<String>,
    /// Zone id, Windows or IANA.
    pub time_zone: Observed<String>,
    /// The node's clock at the start.
    pub clock: Observed<ClockReading>,
    /// The node's clock against a reference that other nodes can share.
    pub clock_reference: Observed<ClockReference>,
    /// The node's clock against the source of its time service, as that recorded it.
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
    /// How far readings in a row lie from one another beyond the time between them, in milliseconds, rounded up: so
    /// uncertain is each of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread_ms: Option<u64>,
}

/// A node's clock beside one shared reference. Readings of different nodes are never subtracted; their
/// offsets to an equal `source` may be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ClockReference {
    /// What the reference is, such as `operator` for `--reference-time`; only equal sources compare.
    pub source: String,
    /// Node clock minus reference, in milliseconds.
    pub offset_ms: i64,
    /// How far off that difference may be, in milliseconds.
    pub uncertainty_ms: u64,
}

/// What may be known of a key file without touching its content.
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
}

/// A fingerprint that compares only with one of equal scheme and key id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint {
    /// `enc`, `key` or `case`; see `docs/bundle-format.md`.
    pub scheme: String,
    /// Which key; empty where the scheme has none.
    pub key_id: String,
    /// Lower-case hexadecimal digest.
    pub hex: String,
}

impl Fingerprint {
    /// Whether both were made with the same scheme and key, so that inequality says something.
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

/// A text that is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is scheme:key-id:hex")]
pub struct FingerprintError;

impl TryFrom<String> for Fingerprint {
    type Error = FingerprintError;

    fn try_from(text: String) -> Result<Self, FingerprintError> {
        let mut parts = text.splitn(3, ':');
        let (Some(scheme), Some(key_id), Some(hex)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(FingerprintError);
        };
        let plain =
            |s: &str| s.len() <= 64 && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if scheme.is_empty() || hex.is_empty() || ![scheme, key_id, hex].into_iter().all(plain) {
            return Err(FingerprintError);
        }
        Ok(Self { scheme: scheme.into(), key_id: key_id.into(), hex: hex.into() })
    }
}

/// Whether a configuration file could be read as XML.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum ConfigState {
    /// Taken as a redacted member of this name.
    Taken {
        /// Member path in the bundle.
        member: String,
    },
    /// Not well-formed; never taken as text, because what cannot be parsed cannot be redacted.
    NotWellFormed {
        /// Line of the error, from 1.
        line: u32,
        /// Column of the error, from 1.
        column: u32,
        /// What the parser expected, without any text of the file.
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
    /// SHA-256 of the content: program types only (design 6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Keyed fingerprint of the content: every other type, when a key is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// Why there is neither, as a lower-case fragment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}
