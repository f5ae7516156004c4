//! The real Windows machine.

mod sys;

pub(super) use sys::{is_alone_at_console, is_network_drive, start_elevated, utc_offset, work_in_background};

use super::command;
use crate::probes::system::{
    Access, Answer, Event, EventQuery, Process, Refusal, Service, System, Value, Volume,
};
use crate::probes::{Command, PATIENCE};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::os::windows::process::CommandExt as _;
use std::path::Path;
use std::process;
use winreg::RegKey;
use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY, RegType};

/// Most keys that are listed below one; an enumeration that goes on beyond it is not believed.
const MAX_KEYS: usize = 10_000;

/// This machine.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Machine;

fn open(key: &str) -> Answer<RegKey> {
    RegKey::predef(HKEY_LOCAL_MACHINE)
        .open_subkey_with_flags(key, KEY_READ | KEY_WOW64_64KEY)
        .map_err(refusal)
}

/// Windows' `ERROR_BAD_NETPATH` and `ERROR_BAD_NET_NAME`, which Rust counts as not found: nobody could look.
const UNREACHABLE: [i32; 2] = [53, 67];

/// Why Windows did not answer.
fn refusal(error: io::Error) -> Refusal {
    let unreachable = error.raw_os_error().is_some_and(|code| UNREACHABLE.contains(&code));
    match error.kind() {
        io::ErrorKind::NotFound if !unreachable => Refusal::Absent,
        io::ErrorKind::PermissionDenied => Refusal::Denied,
        // The text of the system would be in its language; the number is the same everywhere.
        _ => Refusal::Failed(error.raw_os_error().filter(|code| *code != 0).map_or_else(
            || "Windows gave no answer".to_owned(),
            |code| format!("Windows answers with error {code}"),
        )),
    }
}

impl System for Machine {
    fn value(&self, key: &str, name: &str) -> Answer<Value> {
        let value = open(key)?.get_raw_value(name).map_err(refusal)?;
        Ok(decode(&value.vtype, &value.bytes))
    }

    fn values(&self, key: &str) -> Answer<BTreeMap<String, Value>> {
        let key = open(key)?;
        let mut values = BTreeMap::new();
        // The iterator repeats an error for ever, so the first one ends it.
        for value in key.enum_values() {
            let (name, value) = value.map_err(refusal)?;
            values.insert(name, decode(&value.vtype, &value.bytes));
            if values.len() > MAX_KEYS {
                return Err(Refusal::Failed("there are too many values".into()));
            }
        }
        Ok(values)
    }

    fn keys(&self, key: &str) -> Answer<Vec<String>> {
        let key = open(key)?;
        let mut names = Vec::new();
        // The iterator repeats an error for ever, so the first one ends it.
        for name in key.enum_keys() {
            names.push(name.map_err(refusal)?);
            if names.len() > MAX_KEYS {
                return Err(Refusal::Failed("there are too many keys".into()));
            }
        }
        names.sort();
        Ok(names)
    }

    fn service(&self, name: &str) -> Answer<Service> {
        sys::service(name)
    }

    fn started(&self, process: u32) -> Answer<DateTime<Utc>> {
        sys::started(process)
    }

    fn booted(&self) -> Answer<DateTime<Utc>> {
        sys::booted()
    }

    fn domain(&self) -> Answer<Option<String>> {
        sys::domain()
    }

    fn volumes(&self) -> Answer<BTreeMap<String, Volume>> {
        sys::volumes()
    }

    fn processes(&self, file: &str) -> Answer<Vec<Process>> {
        sys::processes(file)
    }

    fn memory(&self) -> Answer<u64> {
        sys::memory()
    }

    fn volume(&self, folder: &Path) -> Answer<Volume> {
        sys::volume(folder)
    }

    fn output(&self, command: Command) -> Answer<String> {
        /// `CREATE_NO_WINDOW`.
        const NO_WINDOW: u32 = 0x0800_0000;
        let folder = sys::system_folder()?;
        // By its whole path, so that no program of that name elsewhere is run instead.
        let mut process = process::Command::new(folder.join(command.program));
        process.args(command.arguments).current_dir(folder).creation_flags(NO_WINDOW);
        command::output(process, PATIENCE)
    }

    fn elevated(&self) -> Answer<bool> {
        sys::elevated()
    }

    fn access(&self, path: &Path) -> Answer<Access> {
        sys::access(path.as_os_str(), sys::Named::File)
    }

    fn key_access(&self, key: &str) -> Answer<Access> {
        sys::access(OsStr::new(&format!(r"MACHINE\{key}")), sys::Named::Key)
    }

    fn attributes(&self, path: &Path) -> Answer<u32> {
        sys::attributes(path)
    }

    fn members(&self, group: &str) -> Answer<Vec<String>> {
        sys::members(group)
    }

    fn holders(&self, right: &str) -> Answer<Vec<String>> {
        sys::holders(right)
    }

    fn events(&self, query: &EventQuery) -> Answer<Vec<Event>> {
        // Every Windows has these logs, so that one which is not there is one that gives no answer.
        let events = sys::events(query).map_err(|refusal| match refusal {
            Refusal::Absent => Refusal::Failed("it has none of that name".into()),
            other => other,
        });
        // Anybody may write a record that is no XML; of those that were asked for by name each counts.
        let named = !query.providers.is_empty();
        let events = events?;
        events.iter().map(|xml| crate::probes::event(xml)).filter(|event| named || event.is_ok()).collect()
    }

    fn oldest_event(&self, log: &str) -> Answer<DateTime<Utc>> {
        let oldest = sys::oldest_event(log)?;
        oldest.map_or(Err(Refusal::Absent), |xml| Ok(crate::probes::event(&xml)?.at))
    }
}

/// A value as its type says; a torn one is bytes.
fn decode(kind: &RegType, bytes: &[u8]) -> Value {
    let number = |size: usize| {
        bytes.get(..size).map(|bytes| {
            Value::Number(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
        })
    };
    let text = || {
        let units: Vec<u16> = bytes
            .chunks_exact(2)
            .map(|pair| pair.iter().rev().fold(0, |unit, byte| unit << 8 | u16::from(*byte)))
            .collect();
        String::from_utf16_lossy(&units)
    };
    match kind {
        RegType::REG_DWORD => number(4),
        RegType::REG_QWORD => number(8),
        RegType::REG_SZ | RegType::REG_EXPAND_SZ => {
            Some(Value::Text(text().split('\0').next().unwrap_or_default().to_owned()))
        }
        RegType::REG_MULTI_SZ => Some(Value::Texts(
            text().split('\0').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        )),
        _ => None,
    }
    .unwrap_or_else(|| Value::Bytes(bytes.to_vec()))
}
