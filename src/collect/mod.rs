//! On the node: from an application folder to one bundle, plan -> redact -> fingerprint -> write -> reopen ->
//! leak scan -> rename.
//!
//! [`plan::TABLE`] is the one table of what is taken and why. Everything about the machine comes through
//! [`Host`], so that the same code serves a node, a folder copied from elsewhere, a sample and a test.

mod about;
mod ahead;
mod beside;
pub mod choice;
#[cfg(any(windows, test))]
mod command;
mod configs;
mod dry_run;
mod estimate;
mod events;
mod find;
mod folder_facts;
pub mod host;
pub mod host_facts;
mod identities;
mod iis;
mod inventory;
mod keys;
mod leak;
mod logs;
mod network;
mod notes;
pub mod plan;
pub mod process;
mod progress;
mod redacting;
mod run;
mod safety;
pub mod scrub;
mod walk;
#[cfg(windows)]
mod windows;

pub use dry_run::{Target, Touch, TouchKind, dry_run, targets};
pub use estimate::{Estimate, Share, estimate};
pub use find::{Installed, Search, Unseen, find};
pub use host::{FixedHost, Host, PortableHost, Stopwatch};
pub use identities::is_made_key;
pub use network::is_network;
pub use progress::{Progress, Silent};
pub use run::run;

use crate::bundle::{Form, MemberError, OpenError, Sha256, WriteError};
use crate::redact::{CaseKey, IdentitiesError, Level};
use chrono::{DateTime, FixedOffset, Utc};
use std::io;
use std::path::PathBuf;

/// Why a fact of the machine is missing when the folder was copied.
pub const COPIED: &str = "the folder was copied from elsewhere";

/// Bytes of files whose text is taken, where nobody says another number.
pub const BUDGET: u64 = 200 << 20;

/// Above this size, in bytes, a bundle is hard to mail, and a note says how to shrink it.
pub const LARGE_BUNDLE: u64 = 20 << 20;

/// Runs `work` and turns a panic of a library on hostile bytes into `None`: it costs one member, not the bundle.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).ok()
}

/// Why a member is missing when a library failed on it.
const PANICKED: &str = "reading it made a library fail";

/// What to collect and where to put it.
#[derive(Debug, Clone)]
pub struct Options {
    /// The application folder.
    pub app_dir: PathBuf,
    /// `applicationHost.config`; without it the place where Windows has it.
    pub iis_config: Option<PathBuf>,
    /// The folder was copied from the node of this name: nothing of this machine is the node's.
    pub node: Option<String>,
    /// Folder for the bundle, created if missing; not inside of the application folder.
    pub out: PathBuf,
    /// Logs last changed before this are left out; without it [`choice::DAYS`] days.
    pub since: Option<DateTime<Utc>>,
    /// Bytes of files whose text is taken, before redaction and compression: configuration files, which are taken
    /// in any case, then logs as [`choice`] says. [`BUDGET`] by default.
    pub budget: u64,
    /// Reading ends after so many minutes, but for what decides whether nodes agree.
    pub minutes: Option<u32>,
    /// Whether folders and files of another machine, which Windows reaches through its network, may be read.
    pub network_paths: bool,
    /// How much of a text goes.
    pub level: Level,
    /// Key for the fingerprints; without it `encryption.config` keys them.
    pub case_key: Option<CaseKey>,
    /// What a reference clock that all nodes can be held against showed when the collection started.
    pub reference_time: Option<DateTime<FixedOffset>>,
    /// One zip file, or the same tree as a folder.
    pub form: Form,
}

impl Options {
    /// The defaults for an application folder and an output folder.
    pub fn new(app_dir: impl Into<PathBuf>, out: impl Into<PathBuf>) -> Self {
        Self {
            app_dir: app_dir.into(),
            iis_config: None,
            node: None,
            out: out.into(),
            since: None,
            budget: BUDGET,
            minutes: None,
            network_paths: true,
            level: Level::Secrets,
            case_key: None,
            reference_time: None,
            form: Form::Zip,
        }
    }
}

/// A finished collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collected {
    /// The bundle.
    pub path: PathBuf,
    /// Its size on the disk, in bytes.
    pub bytes: u64,
    /// Its digest, for whoever receives it to compare; a folder has none.
    pub sha256: Option<Sha256>,
    /// Members with bytes in it.
    pub members: usize,
    /// Files beside it that open what it hides, and must not be sent with it.
    pub keep: Vec<PathBuf>,
    /// What whoever sends it should know, one sentence each.
    pub notes: Vec<String>,
}

/// Why there is no bundle. Whatever was begun has been removed.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The application folder is none.
    #[error("{} is not a folder that can be read", path.display())]
    AppDir {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The application folder is another one's.
    #[error(
        "{} is not the folder of the product: it holds neither encryption.config, database.config or \
         web-appSettings.config nor a bin folder with a Thycotic.*.dll; name the folder that IIS shows as the \
         physical path of the application",
        .0.display()
    )]
    NotTheProduct(PathBuf),
    /// The configuration of IIS that was named cannot be read: without it the bundle would lack all of IIS.
    #[error("cannot read {}", path.display())]
    IisConfig {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It lies on another machine, and the network is not to be used.
    #[error(
        "{} lies on another machine, which --no-network-paths refuses; collect on that machine, or from a copy of the \
         folder with --node NAME",
        .0.display()
    )]
    Network(PathBuf),
    /// Somebody ended the collection.
    #[error("the collection was ended before the bundle was whole; nothing of it is left")]
    Cancelled,
    /// The bundle would become a part of what it describes, and web servers hand out what lies in there.
    #[error("{} lies inside of the application folder: choose an output folder elsewhere", .0.display())]
    OutInside(PathBuf),
    /// The drive of the output folder is full, or nearly so.
    #[error(
        "{} has {free} bytes free, and the bundle needs at least {needed}: free some, or choose an output folder on another \
         drive",
        path.display()
    )]
    NoRoom {
        /// The output folder.
        path: PathBuf,
        /// Bytes that no bundle of this folder can do without.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// The bundle could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// The system gave no random bytes for a key.
    #[error("no key could be made for the labels: {0}")]
    Random(#[from] getrandom::Error),
    /// A file that stays with whoever collects could not be written.
    #[error("{} could not be written, and without it nobody could say what the labels stand for", path.display())]
    Keep {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The names to hide could not be prepared, so nothing was written.
    #[error(transparent)]
    Identities(#[from] IdentitiesError),
    /// What was written could not be read again.
    #[error("the bundle just written could not be read again")]
    Reopen(#[from] OpenError),
    /// A member that was just written could not be read again.
    #[error("{member}, just written, could not be read again: {error}")]
    Reread {
        /// The member.
        member: String,
        /// Why not.
        error: MemberError,
    },
    /// A temporary file could not be written.
    #[error("{} could not hold a temporary file", path.display())]
    Scratch {
        /// The folder.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A secret was found where nothing can be cut out.
    #[error(
        "a secret of a configuration file, or what looks like one, stands in {member}, where nothing can be cut out: \
         no bundle was written; a file name, a version or a setting of IIS may hold it"
    )]
    Leak {
        /// The member.
        member: String,
    },
    /// The facts could not be written as JSON.
    #[error("the facts could not be written")]
    Facts(#[from] serde_json::Error),
}
