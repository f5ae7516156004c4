//! Facts of the machine that only Windows knows: one row each of [`probes`], which says what it asks for. The rows are
//! what `--dry-run` and the documentation print.

mod access;
mod antivirus;
mod certificate;
#[cfg(any(windows, test))]
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
mod x509;

#[cfg(any(windows, test))]
pub(crate) use access::PATIENCE;
pub use access::{Ask, Command};
pub(crate) use access::{EVENTS, HOST, asks};
#[cfg(windows)]
pub(crate) use event_xml::event;
pub use fake::FakeSystem;
#[cfg(any(windows, test))]
pub(crate) use pool::pool_of;
pub(crate) use pool::worker_started;
#[cfg(feature = "report")]
pub use saved_output::{SavedFacts, saved_facts};
pub use system::{NoSystem, System};

use crate::model::facts::ClockReference;
use crate::model::iis::IisFacts;
use crate::model::{Observed, Place};
use crate::redact::Fingerprinter;
use access::{CURRENT_VERSION, MACHINE};
use chrono::{DateTime, SecondsFormat, Utc};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use system::{Answer, Refusal, Value};

/// One fact, and how it is had.
pub struct Probe {
    /// Path of the fact: one that the knowledge lets a bundle carry.
    pub fact: &'static str,
    /// All that it may ask for.
    pub asks: &'static [Ask],
    /// Asks.
    read: fn(&Seen) -> Observed<String>,
}

/// What probes see.
pub(super) struct Seen<'a> {
    pub(super) system: &'a dyn System,
    /// The application folder, as this process opens it.
    pub(super) app_dir: &'a Path,
    /// The application as IIS knows it.
    pub(super) iis: &'a Observed<IisFacts>,
    /// Start of the collection.
    pub(super) now: DateTime<Utc>,
    /// Makes labels of names that stay on the node.
    pub(super) printer: &'a Fingerprinter,
    /// Whether IIS may be asked, which reads its configuration then, wherever that lies.
    pub(super) asks_iis: bool,
    /// What commands printed: each is run once.
    pub(super) outputs: Outputs,
}

/// What commands printed.
#[derive(Default)]
pub(super) struct Outputs {
    time: OnceCell<Answer<time_service::Status>>,
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

/// Asks for every fact; a machine that is no Windows is asked nothing.
pub(super) fn facts(seen: &Seen) -> BTreeMap<String, Observed<String>> {
    let probes = if seen.system.is_windows() { probes() } else { Vec::new() };
    probes.iter().map(|probe| (probe.fact.to_owned(), (probe.read)(seen))).collect()
}

/// The node's clock against the source of its time service, as that recorded it.
pub(super) fn time_reference(seen: &Seen) -> Observed<ClockReference> {
    time_service::reference(seen.time())
}

/// Product name of Windows.
pub(super) fn product_name(system: &dyn System) -> Observed<String> {
    text_of(system, CURRENT_VERSION, "ProductName")
}

/// Key of the time zone, such as `W. Europe Standard Time`.
#[cfg(windows)]
pub(super) fn time_zone(system: &dyn System) -> Observed<String> {
    text_of(system, access::ZONE, "TimeZoneKeyName")
}

/// The installation id of the machine.
pub(super) fn machine_id(system: &dyn System) -> Observed<String> {
    text_of(system, MACHINE, "MachineGuid")
}

fn text_of(system: &dyn System, key: &str, name: &str) -> Observed<String> {
    fact(system.value(key, name).and_then(text), registry(key, name))
}

impl Seen<'_> {
    /// A value of the registry as text, its place told with it.
    fn text(&self, key: &str, name: &str) -> Observed<String> {
        text_of(self.system, key, name)
    }

    /// What the time service recorded.
    fn time(&self) -> Answer<time_service::Status> {
        self.outputs.time.get_or_init(|| time_service::status(self.system)).clone()
    }

    /// The label that stands for a name: equal on nodes whose labels have the same key.
    fn label(&self, name: &str) -> Answer<String> {
        match self.printer.why_unkeyed() {
            Some(why) => Err(Refusal::Unasked(why)),
            None => Ok(self.printer.marker(&name.to_lowercase())),
        }
    }

    /// A value of the registry as text.
    fn text_answer(&self, key: &str, name: &str) -> Answer<String> {
        self.system.value(key, name).and_then(text)
    }

    /// A number of the registry.
    fn number(&self, key: &str, name: &str) -> Answer<u64> {
        match self.system.value(key, name)? {
            Value::Number(number) => Ok(number),
            _ => Err(Refusal::Failed("it is of another type than a number".into())),
        }
    }
}

/// The text of a value; numbers count as such.
fn text(value: Value) -> Answer<String> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Texts(texts) => Ok(texts.join(" ")),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bytes(_) => Err(Refusal::Failed("it is of another type than text".into())),
    }
}

/// A value of the registry as a place; with an empty name the key.
fn registry(key: &str, name: &str) -> Place {
    Place::file(if name.is_empty() { format!(r"HKLM\{key}") } else { format!(r"HKLM\{key}!{name}") })
}

/// An instant as facts have it.
fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// An answer as a fact.
fn fact<T: ToString>(answer: Answer<T>, place: Place) -> Observed<String> {
    match answer {
        Ok(value) => Observed::known(value.to_string(), place),
        Err(refusal) => refusal.observed(place),
    }
}

/// An answer in which "there is no such thing" has a meaning of its own.
fn or_absent<T>(answer: Answer<T>, absent: T) -> Answer<T> {
    match answer {
        Err(Refusal::Absent) => Ok(absent),
        answer => answer,
    }
}
