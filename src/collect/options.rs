//! Options of a collection.

use crate::bundle::Form;
use crate::model::Observed;
use crate::redact::{CaseKey, Level, OwnWords};
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
    /// `applicationHost.config`; by default the one of this machine.
    pub iis_config: Option<PathBuf>,
    /// Site and path of the application in IIS; by default the one whose physical path is the application folder.
    pub iis_application: Option<String>,
    /// The folder was copied from the node of this name: no fact of this machine belongs to that node.
    pub node: Option<String>,
    /// Folder for the bundle, created if missing; not inside of the application folder.
    pub out: PathBuf,
    /// Logs last changed before this are left out; without it [`log_selection::DAYS`](super::log_selection::DAYS) days.
    pub since: Option<DateTime<Utc>>,
    /// Bytes of files whose text is collected, before redaction and compression: configuration files, which are always
    /// collected, then logs (see [`log_selection`](super::log_selection)). [`BUDGET`] by default.
    pub budget: u64,
    /// Reading stops after this many minutes, except for what decides whether nodes agree.
    pub minutes: Option<u32>,
    /// Whether folders and files on other machines may be read through the network of Windows.
    pub network_paths: bool,
    /// How much is redacted.
    pub level: Level,
    /// Key for the fingerprints; without it `encryption.config` is the key.
    pub case_key: Option<CaseKey>,
    /// Words to redact beside the secrets.
    pub redact_words: Option<OwnWords>,
    /// Time of a reference clock shared by all nodes when the collection started.
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
            iis_application: None,
            node: None,
            out: out.into(),
            since: None,
            budget: BUDGET,
            minutes: None,
            network_paths: true,
            level: Level::Secrets,
            case_key: None,
            redact_words: None,
            reference_time: None,
            form: Form::Zip,
        }
    }

    /// Whether the folder was copied from elsewhere.
    pub(super) fn copied(&self) -> bool {
        self.node.is_some()
    }

    /// A fact of the machine; not collected for a copied folder.
    pub(super) fn machine_fact<T>(&self, read: impl FnOnce() -> Observed<T>) -> Observed<T> {
        if self.copied() { Observed::not_collected(COPIED) } else { read() }
    }
}
