//! Records of the Windows event logs: those of the services that the product depends on, and those that name the
//! product. Of a record the provider, id, level, time and inserted texts are kept, never the message, which is in the
//! language of Windows.

use super::own_members;
use crate::bundle::{BundleWriter, MemberName, MemberRecord, Status, WriteError};
use crate::model::events::{APPLICATION, APPLICATION_PROVIDERS, SYSTEM, SYSTEM_PROVIDERS, names_product};
use crate::probes::system::{Event, EventQuery, ProbeError, ProbeResult, System};
use crate::redact::{Known, Redactor};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Maximum number of records of one log.
const MOST: usize = 2_000;
/// Maximum number of bytes of the records of one log.
const MAX_BYTES: usize = 2 << 20;
/// Maximum number of records that are searched for the name of the product: under which provider the product writes is
/// not documented.
const SEARCHED: usize = 5_000;

/// A log and the providers whose records are collected.
struct EventLog {
    /// Its name, and that of the member.
    name: &'static str,
    /// Providers whose records are collected.
    providers: &'static [&'static str],
    /// Whether records of other providers that name the product are collected.
    search: bool,
}

/// The logs.
const LOGS: [EventLog; 2] = [
    EventLog { name: APPLICATION, providers: &APPLICATION_PROVIDERS, search: true },
    EventLog { name: SYSTEM, providers: &SYSTEM_PROVIDERS, search: false },
];

/// A line of a member.
#[derive(Serialize)]
struct RecordLine {
    at: String,
    provider: String,
    id: u32,
    level: u8,
    data: Vec<String>,
}

/// The records of a log, or why they could not be read.
pub(super) struct LogRecords {
    log: &'static str,
    read: ProbeResult<NewestRecords>,
}

/// The records that are collected, the newest first.
struct NewestRecords {
    events: Vec<Event>,
    /// Bytes of these, and of all that were read, as lines before anything is replaced.
    kept: usize,
    all: usize,
    /// Why older ones may be missing, as a lower-case fragment.
    unseen: Option<String>,
}

/// Reads the records of each log since a time; another system than Windows has none.
pub(super) fn read(system: &dyn System, since: DateTime<Utc>) -> Vec<LogRecords> {
    let logs = LOGS.iter().filter(|_| system.is_windows());
    logs.map(|log| LogRecords { log: log.name, read: records(log, system, since) }).collect()
}

/// Collects the names in the records, before anything is written.
pub(super) fn learn(known: &mut Known, records: &[LogRecords]) {
    for event in records.iter().filter_map(|log| log.read.as_ref().ok()).flat_map(|read| &read.events) {
        event.data.iter().chain([&event.provider]).for_each(|text| known.learn(text.as_bytes()));
    }
}

/// Writes one member for each log.
pub(super) fn write(
    bundle: &mut BundleWriter,
    records: Vec<LogRecords>,
    redactor: &Redactor,
) -> Result<(), WriteError> {
    for LogRecords { log, read } in records {
        let path = format!("events/{log}.jsonl");
        let origin = format!("event log {log}");
        match read {
            Ok(newest) => add(bundle, &path, &origin, &newest, redactor)?,
            Err(refusal) => {
                let name = MemberName::parse(&path).map_err(|_| WriteError::Name(path))?;
                bundle.note(MemberRecord::not_taken(name, &origin, status(refusal)))?;
            }
        }
    }
    Ok(())
}

fn status(refusal: ProbeError) -> Status {
    match refusal {
        ProbeError::Absent => Status::Missing,
        ProbeError::Denied => Status::Denied { why: "access is denied".to_owned() },
        // More rights would not change it.
        ProbeError::Failed(why) => Status::Skipped { why: format!("Windows gave no event log: {why}") },
        ProbeError::Unasked(why) => Status::Skipped { why: why.to_owned() },
    }
}

/// The records of one log that are collected, the newest first.
fn records(log: &EventLog, system: &dyn System, since: DateTime<Utc>) -> ProbeResult<NewestRecords> {
    // One more than the maximum shows whether there are more.
    let query =
        |providers, most| system.events(&EventQuery { log: log.name, providers, since, most: most + 1 });
    let mut events = query(log.providers, MOST)?;
    let mut unseen = None;
    if log.search {
        let mut others = query(&[], SEARCHED)?;
        if others.len() > SEARCHED {
            others.truncate(SEARCHED);
            unseen =
                Some(format!("only the newest {SEARCHED} records were searched for the name of the product"));
        }
        events.extend(others.into_iter().filter(|event| names_product(&event.provider, &event.data)));
    }
    let mut seen = BTreeSet::new();
    events.retain(|event| seen.insert((event.at, event.provider.clone(), event.id, event.data.clone())));
    events.sort_by_key(|event| Reverse(event.at));
    Ok(newest(events, unseen))
}

/// Keeps the newest records within the limits; nothing older than a record that does not fit is kept.
fn newest(mut events: Vec<Event>, unseen: Option<String>) -> NewestRecords {
    let (mut most, mut kept, mut all) = (0, 0, 0);
    for (index, event) in events.iter().enumerate() {
        all += line(event, &mut str::to_owned).len();
        if index < MOST && all <= MAX_BYTES {
            (most, kept) = (index + 1, all);
        }
    }
    events.truncate(most);
    NewestRecords { events, kept, all, unseen }
}

/// Adds the records, the oldest first.
fn add(
    bundle: &mut BundleWriter,
    path: &str,
    origin: &str,
    newest: &NewestRecords,
    redactor: &Redactor,
) -> Result<(), WriteError> {
    let mut redactions = BTreeMap::new();
    // Each text as a whole, since a secret may span several lines.
    let mut clean = |text: &str| {
        let (out, counts) = redactor.redact(text.as_bytes());
        counts.add_to(&mut redactions);
        String::from_utf8_lossy(&out).into_owned()
    };
    let content: String = newest.events.iter().rev().map(|event| line(event, &mut clean)).collect();
    let record = own_members::add(bundle, path, origin, content.as_bytes())?;
    record.redactions = redactions;
    let older = (newest.kept < newest.all).then(|| "only the newest records of a log are taken".to_owned());
    if let Some(why) = older.or_else(|| newest.unseen.clone()) {
        record.truncated(newest.kept as u64, newest.all as u64, why);
    }
    Ok(())
}

/// A record as a line of JSON, its texts changed by `shown`.
fn line(event: &Event, shown: &mut dyn FnMut(&str) -> String) -> String {
    let line = RecordLine {
        at: event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        provider: shown(&event.provider),
        id: event.id,
        level: event.level,
        data: event.data.iter().map(|text| shown(text)).collect(),
    };
    // Texts and numbers can always be written as JSON.
    let mut line = serde_json::to_string(&line).unwrap_or_default();
    line.push('\n');
    line
}
