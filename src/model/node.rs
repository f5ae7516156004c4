//! One node of the cluster with everything known of it.

use super::excerpt::Excerpt;
use super::export::{NodeRow, ReportedFields};
use super::facts::{ClockReference, InventoryEntry, NodeFacts};
use super::log::LogDigest;
use super::observed::Observed;
use super::version::BuildVersion;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// A node: a machine with the product that points at the cluster's database (domain 4.1), known from its bundle,
/// from the node list, or from both.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Name as the machine or the node list writes it; nodes are told apart without regard to case.
    pub name: String,
    /// Which group of nodes it is judged with.
    pub role: Role,
    /// Its bundle, when there is one.
    pub snapshot: Option<Snapshot>,
    /// Its row of the node list, when there is one.
    pub row: Option<NodeRow>,
    /// The product's build: `BinaryVersion` of the node list or the product version of the core DLL,
    /// whichever is newer evidence; disagreement is kept.
    pub version: Observed<BuildVersion>,
    /// What exports tell of it, by path of the fact.
    pub told: ReportedFields,
    /// Its clock against references, as exports tell it; its bundle may tell another.
    pub clocks: Clocks,
}

/// A node's clock against references that other nodes can share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    /// Against the clock of whoever asked it.
    pub asker: Observed<ClockReference>,
    /// Against the clock of its database server.
    pub database: Observed<ClockReference>,
    /// Against the source of its time service, as that recorded it.
    pub time_service: Observed<ClockReference>,
}

impl Default for Clocks {
    fn default() -> Self {
        let untold = || Observed::not_collected("no export that tells it was given");
        Self { asker: untold(), database: untold(), time_service: untold() }
    }
}

impl Clocks {
    /// Adds later sightings; the first ones count.
    pub fn join(&mut self, more: Self) {
        let earlier = std::mem::take(self);
        *self = Self {
            asker: earlier.asker.or(more.asker),
            database: earlier.database.or(more.database),
            time_service: earlier.time_service.or(more.time_service),
        };
    }
}

/// What one bundle says of its node.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Name of the input.
    pub input: String,
    /// Start of the collection, node clock.
    pub started: DateTime<FixedOffset>,
    /// End of the collection, node clock.
    pub ended: DateTime<FixedOffset>,
    /// The folder was copied from elsewhere (`--node`).
    pub copied: bool,
    /// The collector ran with administrative rights; `NotCollected` where that cannot be told.
    pub elevated: Observed<bool>,
    /// Scheme and key id of the bundle's keyed fingerprints, `None` when there was no key.
    pub key_id: Option<String>,
    /// Facts as collected.
    pub facts: NodeFacts,
    /// Every file of the application folder.
    pub inventory: Observed<Vec<InventoryEntry>>,
    /// Settings of every configuration file taken, by file name in lower case.
    pub settings: BTreeMap<String, Observed<BTreeMap<String, Setting>>>,
    /// The pass over its logs.
    pub logs: Observed<LogDigest>,
}

/// One setting of a configuration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Value as redacted.
    pub value: String,
    /// Line in the file.
    pub line: u32,
    /// The line, cleaned.
    pub excerpt: Excerpt,
}

/// The group a node is judged with.
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
}

impl Node {
    /// Name of the input that is its bundle; empty without one.
    pub fn input(&self) -> &str {
        self.snapshot.as_ref().map_or("", |snapshot| snapshot.input.as_str())
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
        }
    }
}
