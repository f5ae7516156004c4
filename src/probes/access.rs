//! What probes read from Windows, in words that an administrator knows.

use super::time_service::STATUS;
use super::{probes, registry};
use crate::model::Location;
use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

/// A read access to Windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProbeAccess {
    /// Values of a registry key below `HKEY_LOCAL_MACHINE`; `*` at its end means every subkey.
    Values(&'static str, &'static [&'static str]),
    /// Names of the subkeys of a registry key, or whether it exists.
    Keys(&'static str),
    /// Names of the values of a registry key that are 1.
    Ones(&'static str),
    /// The access list of a registry key.
    Rights(&'static str),
    /// A part of the configuration of IIS, which is read anyway.
    Config(&'static str),
    /// The result of a Windows function.
    Call(&'static str),
    /// The output of a Windows command, where no function gives it.
    Run(Command),
}

/// Time limit of a command. Our choice: these commands normally answer at once.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A command of Windows that only reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Command {
    /// The program, below the system folder of Windows.
    pub program: &'static str,
    /// Its arguments.
    pub arguments: &'static [&'static str],
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

impl ProbeAccess {
    /// Whether it reads the registry.
    pub const fn is_registry(&self) -> bool {
        matches!(self, Self::Values(..) | Self::Keys(_) | Self::Ones(_) | Self::Rights(_))
    }

    /// The place of the answer, as a report shows it.
    pub(super) fn place(&self) -> Location {
        match self {
            Self::Values(key, names) => match key.strip_suffix(r"\*") {
                Some(above) => registry(above, ""),
                None => registry(key, names.first().copied().unwrap_or_default()),
            },
            Self::Keys(key) | Self::Ones(key) | Self::Rights(key) => registry(key, ""),
            Self::Config(_) => Location::file("applicationHost.config"),
            Self::Call(what) => Location::file(*what),
            Self::Run(command) => Location::file(command.to_string()),
        }
    }
}

impl fmt::Display for ProbeAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Values(key, names) => write!(f, r"HKLM\{key}: {}", names.join(", ")),
            Self::Keys(key) => write!(f, r"HKLM\{key}: names of its subkeys"),
            Self::Ones(key) => write!(f, r"HKLM\{key}: names of the values that are 1"),
            Self::Rights(key) => write!(f, r"HKLM\{key}: access list"),
            Self::Config(part) => write!(f, "applicationHost.config: {part}"),
            Self::Call(what) => f.write_str(what),
            Self::Run(command) => write!(f, "{command}, for {} seconds at most", PATIENCE.as_secs()),
        }
    }
}

pub(crate) const CURRENT_VERSION: &str = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion";
pub(crate) const ZONE: &str = r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation";
pub(crate) const MACHINE: &str = r"SOFTWARE\Microsoft\Cryptography";
pub(super) const SERVICES: &str = r"SYSTEM\CurrentControlSet\Services";
/// The program that IIS runs applications in.
pub(super) const WORKER: &str = "w3wp.exe";
pub(super) const WORKERS: &str =
    "processes named w3wp.exe: when they started, their account, and the pool on their command line";

/// Read in addition to the probes: facts of the machine that other systems have too.
pub const HOST: &[ProbeAccess] = &[
    ProbeAccess::Values(CURRENT_VERSION, &["ProductName"]),
    ProbeAccess::Values(ZONE, &["TimeZoneKeyName"]),
    ProbeAccess::Values(MACHINE, &["MachineGuid"]),
    ProbeAccess::Run(STATUS),
    ProbeAccess::Call(WORKERS),
    ProbeAccess::Call("whether this program runs with administrative rights"),
];

/// Read for the records of event logs.
pub const EVENTS: &[ProbeAccess] = &[
    ProbeAccess::Call(
        "event log Application: records of .NET Runtime, Application Error and ASP.NET, and those that name the product",
    ),
    ProbeAccess::Call(
        "event log System: records of WAS, W3SVC, the time service, and starts and stops of Windows",
    ),
];

/// Everything that is read from Windows, each once, in order.
pub(crate) fn all_accesses() -> BTreeSet<ProbeAccess> {
    probes().iter().flat_map(|probe| probe.accesses).chain(HOST).chain(EVENTS).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::excerpt::Sanitize as _;
    use crate::redact::{Known, identity_redactor};

    #[test]
    fn what_is_asked_for_names_nobody() {
        let redactor = identity_redactor(&Known::default());
        let texts: Vec<String> = all_accesses().iter().map(ToString::to_string).collect();
        let cleaned: Vec<String> = texts.iter().map(|text| redactor.sanitize(text)).collect();
        assert_eq!(cleaned, texts);
    }
}
