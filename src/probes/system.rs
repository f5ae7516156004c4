//! The questions that a Windows machine can answer, as a trait: implemented by the real machine with system calls, and
//! by one made from data for samples and tests. Answers are ids, numbers and texts that do not depend on the language.

use super::access::Command;
use crate::model::{Location, Observed};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::Path;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProbeError {
    /// It was looked up and does not exist.
    Absent,
    /// The account of the collector may not read it.
    Denied,
    /// It could not be read; why, as a lower-case fragment.
    Failed(String),
    /// Nothing was read: this is not Windows, or the folder was copied from elsewhere.
    Unasked(&'static str),
}

/// An answer of the system.
pub type ProbeResult<T> = Result<T, ProbeError>;

/// Why nothing is read on other systems.
pub const NO_WINDOWS: &str = "only Windows has it";

impl ProbeError {
    /// The fact in place of an answer.
    pub fn observed<T>(self, place: Location) -> Observed<T> {
        match self {
            Self::Absent => Observed::absent(place),
            Self::Denied => Observed::unreadable(place, "access is denied"),
            Self::Failed(why) => Observed::unreadable(place, why),
            Self::Unasked(why) => Observed::not_collected(why),
        }
    }
}

/// A value of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `REG_SZ` and `REG_EXPAND_SZ`, not expanded.
    Text(String),
    /// `REG_MULTI_SZ`.
    Texts(Vec<String>),
    /// `REG_DWORD` and `REG_QWORD`.
    Number(u64),
    /// `REG_BINARY` and every other type.
    Bytes(Vec<u8>),
}

/// A service as the service manager shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// What it does now.
    pub state: ServiceState,
    /// When it starts.
    pub start: ServiceStart,
    /// Its process; `None` when it is stopped.
    pub process: Option<u32>,
}

/// States of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    /// It runs.
    Running,
    /// It is stopped.
    Stopped,
    /// It is starting, stopping or paused.
    Pending,
}

impl ServiceStart {
    /// The word of the fact.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Automatic => "automatic",
            Self::Manual => "manual",
            Self::Disabled => "disabled",
        }
    }
}

impl ServiceState {
    /// The word of the fact.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Pending => "pending",
        }
    }
}

/// When a service starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceStart {
    /// With Windows.
    Automatic,
    /// On demand.
    Manual,
    /// Never.
    Disabled,
}

/// A running program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its id.
    pub id: u32,
    /// When it was started.
    pub started: DateTime<Utc>,
    /// The application pool on its command line; `None` where there is none, or where it is not visible.
    pub pool: Option<String>,
    /// Its account; `None` where it is not visible.
    pub identity: Option<Identity>,
}

/// An account with its groups, as security identifiers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: String,
    /// Every group that it belongs to.
    pub groups: Vec<String>,
}

/// Size of a volume in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// All of it.
    pub total: u64,
    /// What is free.
    pub free: u64,
}

/// Access list of a file, folder or registry key. Accounts are security identifiers as text, such as `S-1-5-32-544`;
/// they are never resolved to names, which would contact a domain controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessList {
    /// Its owner.
    pub owner: Option<String>,
    /// Entries of its access list, in order.
    pub entries: Vec<AccessEntry>,
}

/// An entry of an access list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEntry {
    /// The account.
    pub account: String,
    /// Whether it allows; otherwise it denies.
    pub allows: bool,
    /// The rights as a bit mask of Windows.
    pub mask: u32,
}

/// A record of an event log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Who wrote it.
    pub provider: String,
    /// Its number, unique for that provider.
    pub id: u32,
    /// Its level, from 1 (critical) over 2 (error) and 3 (warning) to 4 (information); 0 if unknown.
    pub level: u8,
    /// When.
    pub at: DateTime<Utc>,
    /// The texts inserted into its message, which do not depend on the language.
    pub data: Vec<String>,
}

/// A query for records of an event log.
#[derive(Debug, Clone, Copy)]
pub struct EventQuery<'a> {
    /// `System` or `Application`.
    pub log: &'a str,
    /// Their providers; empty: any.
    pub providers: &'a [&'a str],
    /// Not older than this.
    pub since: DateTime<Utc>,
    /// Maximum number; the newest are returned.
    pub most: usize,
}

/// A machine to read from. Registry keys are below `HKEY_LOCAL_MACHINE`, in the 64-bit view.
pub trait System: Sync {
    /// Whether it is a Windows machine; bundles of other systems do not have these facts.
    fn is_windows(&self) -> bool {
        true
    }

    /// A value of a key of the registry.
    fn value(&self, _key: &str, _name: &str) -> ProbeResult<Value> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// Every value of a key by its name; `Ok` also when there are none.
    fn values(&self, _key: &str) -> ProbeResult<BTreeMap<String, Value>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// Names of the subkeys of a key, in order; `Ok` also when there are none.
    fn keys(&self, _key: &str) -> ProbeResult<Vec<String>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// A service by its key name, such as `W3SVC`.
    fn service(&self, _name: &str) -> ProbeResult<Service> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// When a process was started.
    fn started(&self, _process: u32) -> ProbeResult<DateTime<Utc>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// Running programs with a file name such as `w3wp.exe`, in order of their ids.
    fn processes(&self, _file: &str) -> ProbeResult<Vec<Process>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// Memory of the machine in bytes.
    fn memory(&self) -> ProbeResult<u64> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// When Windows was started, to about a second.
    fn booted(&self) -> ProbeResult<DateTime<Utc>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// Name of the domain that the machine is a member of; `None` in a workgroup.
    fn domain(&self) -> ProbeResult<Option<String>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// The local volumes by drive, such as `C:`.
    fn volumes(&self) -> ProbeResult<BTreeMap<String, Volume>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// The volume of a folder.
    fn volume(&self, _folder: &Path) -> ProbeResult<Volume> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// The output of a command that succeeds within its time limit; never empty.
    fn output(&self, _command: Command) -> ProbeResult<String> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// Whether this process has administrative rights.
    fn elevated(&self) -> ProbeResult<bool> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// The access list of a file or folder.
    fn access(&self, _path: &Path) -> ProbeResult<AccessList> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// The access list of a key of the registry.
    fn key_access(&self, _key: &str) -> ProbeResult<AccessList> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// The attributes of a file or folder as a bit mask of Windows. Links are not followed.
    fn attributes(&self, _path: &Path) -> ProbeResult<u32> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// Members of a local group; group and members are security identifiers.
    fn members(&self, _group: &str) -> ProbeResult<Vec<String>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// Accounts that hold a right such as `SeBatchLogonRight`, as security identifiers.
    fn holders(&self, _right: &str) -> ProbeResult<Vec<String>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// Records of an event log, the newest first.
    fn events(&self, _query: &EventQuery) -> ProbeResult<Vec<Event>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }

    /// When the oldest record of an event log was written; `Absent` where it is empty.
    fn oldest_event(&self, _log: &str) -> ProbeResult<DateTime<Utc>> {
        Err(ProbeError::Unasked(NO_WINDOWS))
    }
}

/// Not Windows: nothing is read.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSystem;

impl System for NoSystem {
    fn is_windows(&self) -> bool {
        false
    }
}
