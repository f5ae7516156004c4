//! `manifest.json`: who collected what, when, from where, and what became of each member.

use super::MANIFEST;
use super::digest::Sha256;
use super::format::FormatVersion;
use super::limits::{Limits, NODE_NAME_CHARS};
use super::name::MemberName;
use super::problem::ManifestError;
use crate::model::Observed;
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The whole manifest. Every key is always written, so that an absent one is an error and never a guess.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Manifest {
    /// Version of the format; read before anything else.
    pub format: FormatVersion,
    /// Name and version of the program that wrote the bundle.
    pub tool: String,
    /// Which node this is.
    pub node: NodeIdentity,
    /// When it was collected.
    pub collection: Collection,
    /// Whether the collector ran with administrative rights.
    pub elevated: Observed<bool>,
    /// Options of the collection by name; never a secret and never a path of a key.
    pub options: BTreeMap<String, String>,
    /// What was looked at, in the words in which the collector announces it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub looked_at: Vec<LookedAt>,
    /// What is never taken, in the same words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never_taken: Vec<String>,
    /// What the keyed fingerprints of this bundle were made with.
    pub fingerprint: Observed<FingerprintKey>,
    /// Every member but the manifest, in order of name; also those that were not taken.
    pub members: Vec<MemberRecord>,
}

/// Something that was looked at, whether or not anything of it was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct LookedAt {
    /// What it is.
    pub what: String,
    /// Where it is read.
    pub source: String,
    /// How secrets in it are handled.
    pub secrets: String,
}

/// Which node a bundle is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct NodeIdentity {
    /// The machine's name, or the name given with `--node`.
    pub name: String,
    /// The folder was copied from elsewhere and the name given: nothing of the collecting machine is the node's.
    pub copied: bool,
}

/// When the bundle was collected, by the clock of the machine that collected it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Collection {
    /// Start, UTC.
    pub started: DateTime<Utc>,
    /// End, UTC.
    pub ended: DateTime<Utc>,
    /// Offset of the node's local time at the start, in minutes east of UTC.
    pub utc_offset_minutes: Observed<i16>,
    /// Name of the node's time zone, IANA or Windows.
    pub zone: Observed<String>,
    /// `--reference-time` as given.
    pub reference_time: Option<DateTime<Utc>>,
    /// By how many milliseconds the clock was set while the node was collected, where it was; forward is positive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_set_ms: Option<i64>,
}

/// The key of the keyed fingerprints, by name; the key itself is in no bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FingerprintKey {
    /// `key` or `case`; see `docs/bundle-format.md`.
    pub scheme: String,
    /// Which key.
    pub key_id: String,
}

/// One member, taken or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct MemberRecord {
    /// Name in the bundle.
    pub path: MemberName,
    /// Where it comes from: the path on the node relative to the application folder, the name of a file of the system,
    /// or empty for what the collector made itself.
    pub origin: String,
    /// Last change of the origin.
    pub modified: Option<DateTime<Utc>>,
    /// What became of it.
    pub status: Status,
    /// Redactions in it, by kind.
    pub redactions: BTreeMap<String, u64>,
}

/// What became of a member. Only the first two have bytes in the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum Status {
    /// Taken whole (and redacted).
    Taken(Content),
    /// Taken in part.
    Truncated {
        /// Bytes of the origin that were taken.
        kept: u64,
        /// Bytes of the origin.
        of: u64,
        /// Why not more, as a lower-case fragment.
        why: String,
        /// What is in the bundle.
        content: Content,
    },
    /// Looked for and not there.
    Missing,
    /// There, and not readable.
    Denied {
        /// Why not, as a lower-case fragment.
        why: String,
    },
    /// There, and left out on purpose.
    Skipped {
        /// Why, as a lower-case fragment.
        why: String,
    },
}

/// How the reason of a member begins that was left out because of its age: asked for, so nothing is incomplete.
pub const TOO_OLD: &str = "last changed before ";

/// How the reason of a truncated member begins whose last bytes are those that are missing: of a log the newest lines.
pub const END_MISSING: &str = "its end is missing: ";

/// The bytes of a member as they are in the container.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Content {
    /// Size in bytes, inflated.
    pub size: u64,
    /// SHA-256 of these bytes, not of the origin.
    pub sha256: Sha256,
}

impl MemberRecord {
    /// A member that was not taken; `status` says why.
    pub fn not_taken(path: MemberName, origin: impl Into<String>, status: Status) -> Self {
        Self { path, origin: origin.into(), modified: None, status, redactions: BTreeMap::new() }
    }

    /// The bytes in the container, if there are any.
    pub fn content(&self) -> Option<Content> {
        match self.status {
            Status::Taken(content) | Status::Truncated { content, .. } => Some(content),
            Status::Missing | Status::Denied { .. } | Status::Skipped { .. } => None,
        }
    }

    /// Says that only `kept` of `of` bytes of the origin are in the member.
    pub fn truncated(&mut self, kept: u64, of: u64, why: impl Into<String>) {
        if let Some(content) = self.content() {
            self.status = Status::Truncated { kept, of, why: why.into(), content };
        }
    }
}

impl Status {
    /// The word of the format for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Taken(_) => "taken",
            Self::Truncated { .. } => "truncated",
            Self::Missing => "missing",
            Self::Denied { .. } => "denied",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// Why it is not there whole, where there is more to say than the word.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Truncated { why, .. } | Self::Denied { why } | Self::Skipped { why } => Some(why),
            Self::Taken(_) | Self::Missing => None,
        }
    }
}

impl Collection {
    /// `time` as the node's clock showed it; as UTC where its offset is not known.
    pub fn local(&self, time: DateTime<Utc>) -> DateTime<FixedOffset> {
        let seconds = self.utc_offset_minutes.value().map_or(0, |minutes| i32::from(*minutes) * 60);
        // An offset of a day or more is no offset.
        FixedOffset::east_opt(seconds).map_or_else(|| time.fixed_offset(), |zone| time.with_timezone(&zone))
    }
}

impl Manifest {
    /// Reads a manifest: version first, then the rest by the rule of that version; members come out in order of
    /// name. The paths are keys that a newer minor version added.
    pub fn parse(json: &[u8], limits: &Limits) -> Result<(Self, Vec<String>), ManifestError> {
        let version = FormatVersion::of_manifest(json)?;
        let (mut manifest, unknown) = version.read::<Self>(json)?;
        if manifest.members.len() > limits.entries {
            return Err(ManifestError::TooManyMembers(limits.entries));
        }
        if manifest.node.name.chars().nth(NODE_NAME_CHARS).is_some() {
            return Err(ManifestError::NodeName(NODE_NAME_CHARS));
        }
        let mut names = BTreeSet::new();
        for member in &manifest.members {
            let name = member.path.folded();
            if name == MANIFEST {
                return Err(ManifestError::Itself);
            } else if !names.insert(name) {
                return Err(ManifestError::Duplicate(member.path.to_string()));
            }
        }
        manifest.members.sort_by(|a, b| a.path.cmp(&b.path));
        Ok((manifest, unknown))
    }

    /// Redactions over the whole bundle, by kind.
    pub fn redactions(&self) -> BTreeMap<String, u64> {
        let mut all = BTreeMap::<String, u64>::new();
        for (kind, count) in self.members.iter().flat_map(|member| &member.redactions) {
            let sum = all.entry(kind.clone()).or_default();
            *sum = sum.saturating_add(*count);
        }
        all
    }

    /// The manifest as it is written: indented, with a line feed at the end.
    pub fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        Ok(json)
    }
}
