//! What to collect and where to put it, as the command line or a caller of the library says it.

use crate::bundle::Form;
use crate::model::Observed;
use crate::redact::{CaseKey, Level};
use chrono::{DateTime, FixedOffset, Utc};
use std::path::PathBuf;

/// Why a fact of the machine is missing when the folder was copied.
pub const COPIED: &str = "the folder was copied from elsewhere";

/// Default of [`Options::budget`], in bytes.
pub const BUDGET: u64 = 200 << 20;

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
    /// Logs last changed before this are left out; without it [`log_selection::DAYS`](super::log_selection::DAYS) days.
    pub since: Option<DateTime<Utc>>,
    /// Bytes of files whose text is taken, before redaction and compression: configuration files, which are taken
    /// in any case, then logs as [`log_selection`](super::log_selection) says. [`BUDGET`] by default.
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

    /// Whether the folder was copied from elsewhere.
    pub(super) fn copied(&self) -> bool {
        self.node.is_some()
    }

    /// A fact of the machine, which a copied folder says nothing of.
    pub(super) fn of_machine<T>(&self, read: impl FnOnce() -> Observed<T>) -> Observed<T> {
        if self.copied() { Observed::not_collected(COPIED) } else { read() }
    }
}
