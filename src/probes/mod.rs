//! Probes: facts of the machine that only Windows has. Each row of [`probes`] declares what it reads; `--dry-run` and
//! the documentation print these rows.

mod access;
mod antivirus;
mod certificate;
#[cfg(any(windows, test, feature = "report"))]
mod event_xml;
mod events;
mod fake;
mod files;
mod os;
mod pool;
mod programs;
mod rights;
mod running;
#[cfg(feature = "report")]
mod saved_output;
mod schannel;
mod services;
pub mod system;
#[cfg(test)]
mod tests;
mod time_service;
#[cfg(any(windows, test, feature = "report"))]
mod x509;

#[cfg(any(windows, test))]
pub(crate) use access::PATIENCE;
#[cfg(windows)]
pub(crate) use access::ZONE;
pub(crate) use access::{CURRENT_VERSION, MACHINE, all_accesses};
pub use access::{Command, EVENTS, HOST, ProbeAccess};
#[cfg(windows)]
pub(crate) use event_xml::event;
#[cfg(feature = "report")]
pub(crate) use event_xml::{EventOfComputer, event_of_computer};
pub use fake::FakeSystem;
#[cfg(any(windows, test))]
pub(crate) use pool::pool_of;
pub(crate) use pool::worker_started;
#[cfg(feature = "report")]
pub use saved_output::saved_facts;
pub use system::{NoSystem, System};
pub(crate) use time_service::reference as time_reference;

use crate::model::iis::IisFacts;
use crate::model::{Location, Observed};
use crate::redact::Fingerprinter;
use chrono::{DateTime, SecondsFormat, Utc};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use system::{ProbeError, ProbeResult, Value};

/// A fact and the probe that reads it.
pub struct Probe {
    /// Path of the fact: one that the knowledge lets a bundle carry.
    pub fact: &'static str,
    /// Everything that it may read.
    pub accesses: &'static [ProbeAccess],
    read: Read,
}

/// How a probe makes its fact.
enum Read {
    /// From a value; its place is the first of [`Probe::accesses`].
    Value(fn(&ProbeContext) -> ProbeResult<String>),
    /// With its own place.
    Fact(fn(&ProbeContext) -> Observed<String>),
}

impl Probe {
    const fn value(
        fact: &'static str,
        accesses: &'static [ProbeAccess],
        read: fn(&ProbeContext) -> ProbeResult<String>,
    ) -> Self {
        Self { fact, accesses, read: Read::Value(read) }
    }

    const fn fact(
        fact: &'static str,
        accesses: &'static [ProbeAccess],
        read: fn(&ProbeContext) -> Observed<String>,
    ) -> Self {
        Self { fact, accesses, read: Read::Fact(read) }
    }

    fn read(&self, cx: &ProbeContext) -> Observed<String> {
        match self.read {
            Read::Value(read) => {
                fact(read(cx), self.accesses.first().map(ProbeAccess::place).unwrap_or_default())
            }
            Read::Fact(read) => read(cx),
        }
    }
}

/// What probes read from.
pub(super) struct ProbeContext<'a> {
    pub(super) system: &'a dyn System,
    /// The application folder, as this process opens it.
    pub(super) app_dir: &'a Path,
    /// The application as IIS knows it.
    pub(super) iis: &'a Observed<IisFacts>,
    /// Start of the collection.
    pub(super) now: DateTime<Utc>,
    /// Makes labels for names that stay on the node.
    pub(super) printer: &'a Fingerprinter,
    /// Whether `appcmd` may be run: IIS then reads its configuration, which may be on another machine.
    pub(super) asks_iis: bool,
    /// What the time service printed, so that it is asked once.
    pub(super) time: OnceCell<ProbeResult<time_service::Status>>,
}

/// Whether the fields that facts need can be read of a certificate.
#[cfg(feature = "report")]
pub fn reads_certificate(der: &[u8]) -> bool {
    x509::read(der, String::new()).is_some()
}

/// Every probe, in order of its fact.
pub fn probes() -> Vec<&'static Probe> {
    let tables = [
        antivirus::PROBES,
        certificate::PROBES,
        events::PROBES,
        files::PROBES,
        os::PROBES,
        pool::PROBES,
        programs::PROBES,
        running::PROBES,
        schannel::PROBES,
        services::PROBES,
    ];
    let mut probes: Vec<&Probe> = tables.into_iter().flatten().collect();
    probes.sort_by_key(|probe| probe.fact);
    probes
}

/// Reads every fact; none on other systems than Windows.
pub(super) fn facts(cx: &ProbeContext) -> BTreeMap<String, Observed<String>> {
    let probes = if cx.system.is_windows() { probes() } else { Vec::new() };
    probes.iter().map(|probe| (probe.fact.to_owned(), probe.read(cx))).collect()
}

/// A value of the registry as text.
pub(super) fn text_of(system: &dyn System, key: &str, name: &str) -> Observed<String> {
    fact(system.value(key, name).and_then(text), registry(key, name))
}

impl ProbeContext<'_> {
    /// The status of the time service.
    fn time(&self) -> ProbeResult<time_service::Status> {
        self.time.get_or_init(|| time_service::status(self.system)).clone()
    }

    /// The label for a name: equal on nodes whose labels have the same key.
    fn label(&self, name: &str) -> ProbeResult<String> {
        match self.printer.why_unkeyed() {
            Some(why) => Err(ProbeError::Unasked(why)),
            None => Ok(self.printer.marker(&name.to_lowercase())),
        }
    }

    /// A value of the registry as text.
    fn text(&self, key: &str, name: &str) -> ProbeResult<String> {
        self.system.value(key, name).and_then(text)
    }

    /// A number of the registry.
    fn number(&self, key: &str, name: &str) -> ProbeResult<u64> {
        match self.system.value(key, name)? {
            Value::Number(number) => Ok(number),
            _ => Err(ProbeError::Failed("it is not a number".into())),
        }
    }
}

/// The text of a value; a number is text too.
fn text(value: Value) -> ProbeResult<String> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Texts(texts) => Ok(texts.join(" ")),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bytes(_) => Err(ProbeError::Failed("it is not text".into())),
    }
}

/// A registry value as a place; with an empty name the key.
fn registry(key: &str, name: &str) -> Location {
    Location::file(if name.is_empty() { format!(r"HKLM\{key}") } else { format!(r"HKLM\{key}!{name}") })
}

/// An instant as facts have it.
fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An answer as an observation.
fn observed<T>(answer: ProbeResult<T>, place: Location) -> Observed<T> {
    match answer {
        Ok(value) => Observed::known(value, place),
        Err(refusal) => refusal.observed(place),
    }
}

/// An answer as a fact.
fn fact<T: ToString>(answer: ProbeResult<T>, place: Location) -> Observed<String> {
    observed(shown(answer), place)
}

/// An answer as the text of a fact.
fn shown<T: ToString>(answer: ProbeResult<T>) -> ProbeResult<String> {
    answer.map(|value| value.to_string())
}

/// A list as the text of a fact; an empty one is absent.
fn joined(texts: impl IntoIterator<Item = String>, separator: &str) -> ProbeResult<String> {
    let texts: Vec<String> = texts.into_iter().collect();
    if texts.is_empty() { Err(ProbeError::Absent) } else { Ok(texts.join(separator)) }
}

/// An answer where absence has a meaning of its own.
fn or_absent<T>(answer: ProbeResult<T>, absent: T) -> ProbeResult<T> {
    match answer {
        Err(ProbeError::Absent) => Ok(absent),
        answer => answer,
    }
}
