//! One node of the cluster with all that is known about it.

use super::events::EventRecord;
use super::excerpt::Excerpt;
use super::export::{NodeRow, OwnList, ReportedFields};
use super::facts::{ClockReference, InventoryEntry, NodeFacts};
use super::grade::Grade;
use super::location::Location;
use super::log::LogDigest;
use super::observed::Observed;
use super::version::BuildVersion;
use chrono::{DateTime, FixedOffset, Utc};
use std::collections::BTreeMap;

/// A node: a machine with the product that uses the cluster's database, known from its bundle, from the node list, or
/// from both.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Name as the machine or the node list writes it; names are compared without regard to case.
    pub name: String,
    /// The group of nodes that it belongs to.
    pub role: Role,
    /// What was read of it: its bundle, or what was sent instead of one.
    pub snapshot: Option<Snapshot>,
    /// Its row of the node list, if there is one.
    pub row: Option<NodeRow>,
    /// The node list that it has for itself, which does not name the other nodes.
    pub own_list: Option<OwnList>,
    /// Build of the product: `BinaryVersion` of the node list or the product version of the core DLL, from the newer
    /// evidence; a different value is kept as disputed.
    pub version: Observed<BuildVersion>,
    /// Facts that exports report about it, by path.
    pub reported: ReportedFields,
    /// Its clock compared with references, as exports report it; its bundle may have other values.
    pub clocks: Clocks,
}

/// A node's clock compared with references that other nodes share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    /// Compared with the clock of the machine that sent the query.
    pub asker: Observed<ClockReference>,
    /// Compared with the clock of its database server.
    pub database: Observed<ClockReference>,
    /// Compared with its time source, as the time service recorded it.
    pub time_service: Observed<ClockReference>,
}

impl Default for Clocks {
    fn default() -> Self {
        let none = || Observed::not_collected("none of the files supplied contains it");
        Self { asker: none(), database: none(), time_service: none() }
    }
}

impl Clocks {
    /// Adds later values; the first ones count.
    pub fn join(&mut self, later: Self) {
        let earlier = std::mem::take(self);
        *self = Self {
            asker: earlier.asker.or(later.asker),
            database: earlier.database.or(later.database),
            time_service: earlier.time_service.or(later.time_service),
        };
    }
}

/// The content of one bundle, or of what was sent instead of one.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Name of the input.
    pub input: String,
    /// Start of the collection, node clock.
    pub started: DateTime<FixedOffset>,
    /// End of the collection, node clock.
    pub ended: DateTime<FixedOffset>,
    /// Digest of the manifest, which has the digests of all members: equal ones are of one collection.
    pub manifest: String,
    /// Digests of the manifests that the bundle is a stricter copy of, the first collection first.
    pub scrubbed_from: Vec<String>,
    /// The folder was copied from elsewhere (`--node`).
    pub copied: bool,
    /// The collector ran with administrative rights; `NotCollected` if that is not known.
    pub elevated: Observed<bool>,
    /// Scheme and key id of the bundle's keyed fingerprints; `None` if there was no key.
    pub key_id: Option<String>,
    /// Facts as collected.
    pub facts: NodeFacts,
    /// Every file of the application folder.
    pub inventory: Observed<Vec<InventoryEntry>>,
    /// Settings of all configuration files that were collected, by file name in lower case.
    pub settings: BTreeMap<String, Observed<BTreeMap<String, Setting>>>,
    /// Result of the log scan.
    pub logs: Observed<LogDigest>,
    /// Records of the Windows event logs that belong on the time axis, in order of time.
    pub events: Observed<Vec<EventRecord>>,
    /// What it is made of. A bundle may be filled up with parts of a lower grade.
    pub grade: Grade,
    /// Parts that are not of a bundle, in order of what they are.
    pub parts: Vec<SnapshotPart>,
}

/// A part of a snapshot that is not of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotPart {
    /// What it is: the name of a configuration file in lower case, or [`SnapshotPart::LOGS`] and the like.
    pub what: String,
    /// Name of its input.
    pub input: String,
    /// Its original path, as a report names it.
    pub place: String,
    /// How much it can prove.
    pub grade: Grade,
}

impl SnapshotPart {
    /// All logs.
    pub const LOGS: &'static str = "logs";
    /// Records of event logs.
    pub const EVENTS: &'static str = "events";
    /// The configuration of IIS.
    pub const IIS: &'static str = "applicationhost.config";
    /// Files of an application folder.
    pub const FILES: &'static str = "files";
}

impl Snapshot {
    /// The part of this name that is not of the bundle.
    pub fn part(&self, what: &str) -> Option<&SnapshotPart> {
        self.parts.iter().find(|part| part.what.eq_ignore_ascii_case(what))
    }

    /// A place of the snapshot with its input and, where a part came as a file of its own, the original path.
    #[must_use]
    pub fn locate(&self, place: &Location) -> Location {
        match self.part(&place.file).filter(|_| place.input.is_empty()) {
            Some(part) => {
                Location { input: part.input.clone(), file: part.place.clone(), at: place.at.clone() }
            }
            None => place.in_input(&self.input),
        }
    }
}

/// One setting of a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Value as redacted.
    pub value: String,
    /// Line in the file.
    pub line: u32,
    /// The line, with secrets removed.
    pub excerpt: Excerpt,
}

/// The attribute of a section that `aspnet_regiis` encrypted: of such a section nothing else is known.
pub const PROTECTED: &str = "configProtectionProvider";

/// The section above a setting that is encrypted, if one is.
pub fn encrypted_above<'k>(settings: &BTreeMap<String, Setting>, key: &'k str) -> Option<&'k str> {
    let ends = key.match_indices(['/', '@']).map(|(at, _)| at);
    let mut sections = ends.filter_map(|end| key.get(..end));
    sections.find(|section| settings.contains_key(&format!("{section}@{PROTECTED}")))
}

/// The group that a node belongs to. Only serving nodes are compared with each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Serves requests in the cluster.
    #[default]
    Serving,
    /// Disaster recovery: its own group.
    Dr,
    /// Standby: its own group.
    Standby,
    /// On a database mirror: its own group.
    Mirror,
    /// Nobody says which node it is, or the list of all nodes does not have it: files without a bundle, in a group of
    /// their own.
    Unplaced,
}

impl Node {
    /// Its bundle, if there is one.
    pub fn bundle(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref().filter(|snapshot| snapshot.grade == Grade::Bundle)
    }

    /// Name of the input with its bundle, or with what was sent instead; empty if there is none.
    pub fn input(&self) -> &str {
        self.snapshot.as_ref().map_or("", |snapshot| snapshot.input.as_str())
    }

    /// When its worker process started, if its bundle says so. A start after the collection is none.
    pub fn worker_started(&self) -> Option<DateTime<Utc>> {
        let snapshot = self.snapshot.as_ref()?;
        let started = snapshot.facts.host.worker_started.value().copied();
        started.filter(|started| *started <= snapshot.ended.to_utc())
    }
}

impl Role {
    /// The word of the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Dr => "dr",
            Self::Standby => "standby",
            Self::Mirror => "mirror",
            Self::Unplaced => "unplaced",
        }
    }
}
