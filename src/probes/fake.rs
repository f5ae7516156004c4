//! A Windows machine made from data, for samples and tests.

use super::access::Command;
use super::system::{
    AccessList, Event, EventQuery, ProbeError, ProbeResult, Process, Service, System, Value, Volume,
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::path::Path;

/// The machine. What is not in it is absent; what is in `refused` is refused.
#[derive(Debug, Clone, Default)]
pub struct FakeSystem {
    /// Registry values by key and name; a key without values has an entry with an empty name.
    pub registry: BTreeMap<(String, String), Value>,
    /// Services by key name.
    pub services: BTreeMap<String, Service>,
    /// Running programs by file name.
    pub processes: BTreeMap<String, Vec<Process>>,
    /// Starts of processes by id.
    pub started: BTreeMap<u32, DateTime<Utc>>,
    /// Memory in bytes.
    pub memory: Option<u64>,
    /// When Windows was started.
    pub booted: Option<DateTime<Utc>>,
    /// Membership in a domain, or in none.
    pub domain: Option<Option<String>>,
    /// Volumes by drive.
    pub volumes: Option<BTreeMap<String, Volume>>,
    /// The volume of every folder.
    pub volume: Option<Volume>,
    /// Output of commands, by the command line.
    pub outputs: BTreeMap<String, String>,
    /// Administrative rights.
    pub elevated: Option<bool>,
    /// Access lists by path, or by key of the registry.
    pub access: BTreeMap<String, AccessList>,
    /// Attributes by path.
    pub attributes: BTreeMap<String, u32>,
    /// Members by group.
    pub members: BTreeMap<String, Vec<String>>,
    /// Holders by right.
    pub holders: BTreeMap<String, Vec<String>>,
    /// Records by log.
    pub events: BTreeMap<String, Vec<Event>>,
    /// Names of keys, services, paths, accounts and logs that are refused.
    pub refused: BTreeMap<String, ProbeError>,
}

impl FakeSystem {
    /// With a registry value.
    #[must_use]
    pub fn with(mut self, key: &str, name: &str, value: Value) -> Self {
        self.registry.insert((key.to_owned(), name.to_owned()), value);
        self
    }

    fn get<T: Clone>(&self, name: &str, found: Option<&T>) -> ProbeResult<T> {
        match self.refused.get(name) {
            Some(refusal) => Err(refusal.clone()),
            None => found.cloned().ok_or(ProbeError::Absent),
        }
    }
}

impl System for FakeSystem {
    fn value(&self, key: &str, name: &str) -> ProbeResult<Value> {
        let mut values = self.registry.iter();
        let is_it = |(k, n): &(String, String)| k.eq_ignore_ascii_case(key) && n.eq_ignore_ascii_case(name);
        self.get(key, values.find(|(place, _)| is_it(place)).map(|(_, value)| value))
    }

    fn values(&self, key: &str) -> ProbeResult<BTreeMap<String, Value>> {
        self.keys(key)?;
        let values = self
            .registry
            .iter()
            .filter(|((of_key, name), _)| of_key.eq_ignore_ascii_case(key) && !name.is_empty());
        Ok(values.map(|((_, name), value)| (name.clone(), value.clone())).collect())
    }

    fn keys(&self, key: &str) -> ProbeResult<Vec<String>> {
        let mut found: Option<Vec<String>> = None;
        for (known, _) in self.registry.keys() {
            let Some((start, below)) = known.split_at_checked(key.len()) else { continue };
            if !start.eq_ignore_ascii_case(key) || !(below.is_empty() || below.starts_with('\\')) {
                continue;
            }
            let names = found.get_or_insert_default();
            let name = below.trim_start_matches('\\').split('\\').next().unwrap_or_default();
            if !name.is_empty() && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        self.get(key, found.as_ref())
    }

    fn service(&self, name: &str) -> ProbeResult<Service> {
        self.get(name, self.services.get(name))
    }

    fn processes(&self, file: &str) -> ProbeResult<Vec<Process>> {
        self.get(file, Some(self.processes.get(file).unwrap_or(&Vec::new())))
    }

    fn started(&self, process: u32) -> ProbeResult<DateTime<Utc>> {
        self.get("started", self.started.get(&process))
    }

    fn booted(&self) -> ProbeResult<DateTime<Utc>> {
        self.get("booted", self.booted.as_ref())
    }

    fn domain(&self) -> ProbeResult<Option<String>> {
        self.get("domain", self.domain.as_ref())
    }

    fn volumes(&self) -> ProbeResult<BTreeMap<String, Volume>> {
        self.get("volumes", self.volumes.as_ref())
    }

    fn memory(&self) -> ProbeResult<u64> {
        self.get("memory", self.memory.as_ref())
    }

    fn volume(&self, _: &Path) -> ProbeResult<Volume> {
        self.get("volume", self.volume.as_ref())
    }

    fn output(&self, command: Command) -> ProbeResult<String> {
        let command = command.to_string();
        let printed = self.get(&command, self.outputs.get(&command));
        // As on a machine without the command: what it would print is not absent.
        printed.map_err(|refusal| match refusal {
            ProbeError::Absent => ProbeError::Failed("this Windows has no such command".into()),
            other => other,
        })
    }

    fn elevated(&self) -> ProbeResult<bool> {
        self.get("elevated", self.elevated.as_ref())
    }

    fn access(&self, path: &Path) -> ProbeResult<AccessList> {
        let path = path.to_string_lossy();
        self.get(&path, self.access.get(&*path))
    }

    fn key_access(&self, key: &str) -> ProbeResult<AccessList> {
        self.get(key, self.access.get(key))
    }

    fn attributes(&self, path: &Path) -> ProbeResult<u32> {
        let path = path.to_string_lossy();
        self.get(&path, self.attributes.get(&*path))
    }

    fn members(&self, group: &str) -> ProbeResult<Vec<String>> {
        self.get(group, self.members.get(group))
    }

    fn holders(&self, right: &str) -> ProbeResult<Vec<String>> {
        self.get(right, self.holders.get(right))
    }

    fn events(&self, query: &EventQuery) -> ProbeResult<Vec<Event>> {
        let wanted = |event: &&Event| {
            event.at >= query.since
                && (query.providers.is_empty() || query.providers.contains(&event.provider.as_str()))
        };
        let log = self.events.get(query.log);
        let events = log.map(|log| log.iter().filter(wanted).take(query.most).cloned().collect());
        self.get(query.log, events.as_ref())
    }

    fn oldest_event(&self, log: &str) -> ProbeResult<DateTime<Utc>> {
        self.get(log, self.events.get(log).and_then(|log| log.iter().map(|event| event.at).min()).as_ref())
    }
}
