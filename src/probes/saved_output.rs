//! A Windows machine as the saved output of built-in commands shows it: the probes read that instead of a machine.

use super::system::{ProbeError, ProbeResult, Service, ServiceStart, ServiceState, System, Value, Volume};
use super::time_service::STATUS;
use super::{Command, ProbeContext, probes, time_reference};
use crate::model::export::ReportedFields;
use crate::model::facts::ClockReference;
use crate::model::{Location, Observed, Position};
use crate::parsers::manual_capture::{Entry, Saved};
use crate::redact::Fingerprinter;
use chrono::DateTime;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// The facts that the probes make of a saved output by path, each with the line that was read last for it, and the clock
/// against the source of the time service. What is not in it is left out.
pub fn saved_facts(saved: &Saved) -> (ReportedFields, Observed<ClockReference>) {
    let fact = |probe: &&super::Probe| {
        let fact = read_fact(saved, |cx| probe.read(cx));
        (!matches!(fact, Observed::NotCollected { .. })).then(|| (probe.fact.to_owned(), fact))
    };
    (probes().iter().filter_map(fact).collect(), read_fact(saved, time_reference))
}

/// Applies `read` to the saved output; the place of the fact is the line that was read last.
fn read_fact<T>(saved: &Saved, read: impl Fn(&ProbeContext) -> Observed<T>) -> Observed<T> {
    let system = Reading { saved, line: AtomicU32::new(0) };
    let fact = read(&ProbeContext {
        system: &system,
        app_dir: Path::new(""),
        iis: &Observed::not_collected("a saved output has no settings of IIS"),
        now: DateTime::UNIX_EPOCH,
        printer: &Fingerprinter::new(None, None),
        asks_iis: false,
        time: OnceCell::new(),
    });
    at(fact, &saved.place(system.line.load(Ordering::Relaxed)))
}

/// The same fact with another place.
fn at<T>(fact: Observed<T>, place: &Location) -> Observed<T> {
    match fact {
        Observed::Known { value, .. } => Observed::known(value, place.clone()),
        Observed::Absent { .. } => Observed::absent(place.clone()),
        Observed::Unreadable { why, .. } => Observed::unreadable(place.clone(), why),
        unasked @ Observed::NotCollected { .. } => unasked,
    }
}

/// Answers from a saved output.
struct Reading<'a> {
    saved: &'a Saved,
    /// The line that was read last.
    line: AtomicU32,
}

impl Reading<'_> {
    /// An observation as an answer of the system.
    fn answer<T>(&self, observed: Observed<T>) -> ProbeResult<T> {
        if let Some(Position::Line(line)) = observed.place().and_then(|place| place.at.as_ref()) {
            self.line.store(*line, Ordering::Relaxed);
        }
        match observed {
            Observed::Known { value, .. } => Ok(value),
            Observed::Absent { .. } => Err(ProbeError::Absent),
            Observed::Unreadable { why, .. } => Err(ProbeError::Failed(why)),
            Observed::NotCollected { .. } => Err(ProbeError::Unasked("the saved output does not contain it")),
        }
    }
}

impl System for Reading<'_> {
    fn value(&self, key: &str, name: &str) -> ProbeResult<Value> {
        self.answer(self.saved.registry.value(key, name)).and_then(value)
    }

    fn values(&self, key: &str) -> ProbeResult<BTreeMap<String, Value>> {
        let values = self.answer(self.saved.registry.values(key))?;
        values.into_iter().map(|(name, entry)| Ok((name, value(entry)?))).collect()
    }

    fn keys(&self, key: &str) -> ProbeResult<Vec<String>> {
        self.answer(self.saved.registry.keys(key))
    }

    fn service(&self, name: &str) -> ProbeResult<Service> {
        let start = self.value(&format!(r"SYSTEM\CurrentControlSet\Services\{name}"), "Start");
        let state = match self.answer(self.saved.service(name))? {
            1 => ServiceState::Stopped,
            4 => ServiceState::Running,
            _ => ServiceState::Pending,
        };
        let start = match start? {
            Value::Number(0..=2) => ServiceStart::Automatic,
            Value::Number(3) => ServiceStart::Manual,
            Value::Number(4) => ServiceStart::Disabled,
            _ => return Err(ProbeError::Failed("its start is none that is known".into())),
        };
        Ok(Service { state, start, process: None })
    }

    fn output(&self, command: Command) -> ProbeResult<String> {
        // The page for manual collection has no other command.
        let unasked = || Observed::not_collected("the saved output does not contain it");
        self.answer(if command == STATUS { self.saved.time_status.clone() } else { unasked() })
    }

    fn memory(&self) -> ProbeResult<u64> {
        self.answer(self.saved.memory.clone())
    }

    fn volume(&self, _: &Path) -> ProbeResult<Volume> {
        let drive = self.answer(self.saved.drive.clone())?;
        Ok(Volume { total: drive.used.saturating_add(drive.free), free: drive.free })
    }
}

/// A registry value as Windows would return it.
fn value(Entry { kind, data }: Entry) -> ProbeResult<Value> {
    Ok(match kind.as_str() {
        "REG_SZ" | "REG_EXPAND_SZ" => Value::Text(data),
        "REG_MULTI_SZ" => Value::Texts(data.split(r"\0").map(str::to_owned).collect()),
        "REG_DWORD" | "REG_QWORD" => {
            let number = data.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
            Value::Number(number.ok_or_else(|| ProbeError::Failed("it is no number".into()))?)
        }
        _ => Value::Bytes(Vec::new()),
    })
}
