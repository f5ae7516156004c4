//! Records of the event logs of Windows: what the services below the product wrote, and what names the product. A record
//! is its provider, id, level and time, and the texts that were put into its message, never the message itself, which is
//! in the language of Windows.

use super::own_members;
use crate::bundle::{BundleWriter, MemberName, MemberRecord, Status, WriteError};
use crate::probes::system::{Event, EventQuery, ProbeError, ProbeResult, System};
use crate::redact::{Known, Redactor};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Most records of one log.
const MOST: usize = 2_000;
/// Most bytes of the records of one log.
const MAX_BYTES: usize = 2 << 20;
/// Most records that are looked through for the product's name: which provider the product writes as, nobody tells
/// (domain 11, G-08).
const SEARCHED: usize = 5_000;

/// A log and who is wanted of it.
struct Log {
    /// Its name, and that of the member.
    name: &'static str,
    /// Providers whose records are taken.
    providers: &'static [&'static str],
    /// Whether records of others are taken that name the product.
    search: bool,
}

/// The logs.
const LOGS: [Log; 2] = [
    Log {
        name: "Application",
        providers: &[".NET Runtime", "Application Error", "ASP.NET 4.0.30319.0"],
        search: true,
    },
    Log {
        name: "System",
        providers: &[
            "Microsoft-Windows-WAS",
            "WAS",
            "W3SVC",
            "Microsoft-Windows-IIS-W3SVC",
            "Microsoft-Windows-Time-Service",
            "W32Time",
        ],
        search: false,
    },
];

/// Words that only the product's records have, in lower case.
const PRODUCT: [&str; 4] = ["secretserver", "secret server", "thycotic", "delinea"];

/// A line of a member.
#[derive(Serialize)]
struct Line {
    at: String,
    provider: String,
    id: u32,
    level: u8,
    data: Vec<String>,
}

/// What a log holds, or why it cannot be had.
pub(super) struct Records {
    log: &'static str,
    read: ProbeResult<Newest>,
}

/// The newest records that are wanted, the newest first.
struct Newest {
    events: Vec<Event>,
    /// Bytes of these and of all that were seen, as lines before anything is replaced.
    kept: usize,
    all: usize,
    /// Why there may be older ones that were not even seen, as a lower-case fragment.
    unseen: Option<String>,
}

/// Reads the records of each log since a moment; a machine that is no Windows has none.
pub(super) fn read(system: &dyn System, since: DateTime<Utc>) -> Vec<Records> {
    let logs = LOGS.iter().filter(|_| system.is_windows());
    logs.map(|log| Records { log: log.name, read: records(log, system, since) }).collect()
}

/// Learns whom the records name, before anything is written.
pub(super) fn learn(known: &mut Known, records: &[Records]) {
    for event in records.iter().filter_map(|log| log.read.as_ref().ok()).flat_map(|read| &read.events) {
        event.data.iter().chain([&event.provider]).for_each(|text| known.learn(text.as_bytes()));
    }
}

/// Writes one member a log.
pub(super) fn write(
    bundle: &mut BundleWriter,
    records: Vec<Records>,
    redactor: &Redactor,
) -> Result<(), WriteError> {
    for Records { log, read } in records {
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
        // No right that this program could have would change it.
        ProbeError::Failed(why) => Status::Skipped { why: format!("Windows gave no event log: {why}") },
        ProbeError::Unasked(why) => Status::Skipped { why: why.to_owned() },
    }
}

/// The records that are wanted, the newest first.
fn records(log: &Log, system: &dyn System, since: DateTime<Utc>) -> ProbeResult<Newest> {
    // One more than is wanted tells whether there are more.
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
        events.extend(others.into_iter().filter(names_product));
    }
    let mut seen = BTreeSet::new();
    events.retain(|event| seen.insert((event.at, event.provider.clone(), event.id, event.data.clone())));
    events.sort_by_key(|event| Reverse(event.at));
    Ok(newest(events, unseen))
}

fn names_product(event: &Event) -> bool {
    event.data.iter().chain([&event.provider]).any(|text| {
        let text = text.to_lowercase();
        PRODUCT.iter().any(|word| text.contains(word))
    })
}

/// Of too many records the oldest are left out; what came before one that is left out is left out too.
fn newest(mut events: Vec<Event>, unseen: Option<String>) -> Newest {
    let (mut most, mut kept, mut all) = (0, 0, 0);
    for (index, event) in events.iter().enumerate() {
        all += line(event, &mut str::to_owned).len();
        if index < MOST && all <= MAX_BYTES {
            (most, kept) = (index + 1, all);
        }
    }
    events.truncate(most);
    Newest { events, kept, all, unseen }
}

/// Adds the records, the oldest first.
fn add(
    bundle: &mut BundleWriter,
    path: &str,
    origin: &str,
    newest: &Newest,
    redactor: &Redactor,
) -> Result<(), WriteError> {
    let mut redactions = BTreeMap::new();
    // A text as a whole, since what is to be redacted may go over several lines.
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

/// A record as a line of JSON, each of its texts as `shown` gives it.
fn line(event: &Event, shown: &mut dyn FnMut(&str) -> String) -> String {
    let line = Line {
        at: event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        provider: shown(&event.provider),
        id: event.id,
        level: event.level,
        data: event.data.iter().map(|text| shown(text)).collect(),
    };
    // Texts and numbers are always JSON.
    let mut line = serde_json::to_string(&line).unwrap_or_default();
    line.push('\n');
    line
}
