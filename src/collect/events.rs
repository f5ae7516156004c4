//! Records of the event logs of Windows: what the services below the product wrote, and what names the product. A record
//! is its provider, id, level and time, and the texts that were put into its message, never the message itself, which is
//! in the language of Windows.

use super::machine::system::{Answer, Event, EventQuery, Refusal, System};
use crate::bundle::{BundleWriter, MemberName, MemberRecord, NewMember, Status, WriteError};
use crate::redact::Redactor;
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

/// Takes the records of each log since a moment, one member a log; on a machine that is no Windows there is none.
pub(super) fn write(
    bundle: &mut BundleWriter,
    system: &dyn System,
    since: DateTime<Utc>,
    redactor: &Redactor,
) -> Result<(), WriteError> {
    for log in LOGS.iter().filter(|_| system.is_windows()) {
        let path = format!("events/{}.jsonl", log.name);
        let origin = format!("event log {}", log.name);
        let name = MemberName::parse(&path).map_err(|_| WriteError::Name(path))?;
        match records(log, system, since) {
            Ok(events) => take(bundle, name, origin, &events, redactor)?,
            Err(refusal) => bundle.note(MemberRecord::not_taken(name, &origin, status(refusal)))?,
        }
    }
    Ok(())
}

fn status(refusal: Refusal) -> Status {
    match refusal {
        Refusal::Absent => Status::Missing,
        Refusal::Denied => Status::Denied { why: "access is denied".to_owned() },
        Refusal::Failed(why) => Status::Denied { why },
        Refusal::Unasked(why) => Status::Skipped { why: why.to_owned() },
    }
}

/// The newest records that are wanted, the newest first.
fn records(log: &Log, system: &dyn System, since: DateTime<Utc>) -> Answer<Vec<Event>> {
    let query = |providers, most| system.events(&EventQuery { log: log.name, providers, since, most });
    let mut events = query(log.providers, MOST)?;
    if log.search {
        events.extend(query(&[], SEARCHED)?.into_iter().filter(names_product));
    }
    let mut seen = BTreeSet::new();
    events.retain(|event| seen.insert((event.at, event.provider.clone(), event.id, event.data.clone())));
    events.sort_by_key(|event| Reverse(event.at));
    Ok(events)
}

fn names_product(event: &Event) -> bool {
    event.data.iter().chain([&event.provider]).any(|text| {
        let text = text.to_lowercase();
        PRODUCT.iter().any(|word| text.contains(word))
    })
}

/// Writes them, the oldest first; of too many the oldest are left out.
fn take(
    bundle: &mut BundleWriter,
    name: MemberName,
    origin: String,
    events: &[Event],
    redactor: &Redactor,
) -> Result<(), WriteError> {
    let (mut lines, mut kept, mut all) = (Vec::new(), 0, 0);
    let mut redactions = BTreeMap::new();
    for event in events {
        let line = line(event, redactor, &mut redactions);
        all += line.len();
        // What came before a record that is left out is left out too.
        if lines.len() < MOST && all <= MAX_BYTES {
            kept += line.len();
            lines.push(line);
        }
    }
    let cut = lines.len() < events.len();
    let content = lines.into_iter().rev().collect::<Vec<_>>().concat();
    let new = NewMember { name, origin, size: content.len() as u64, modified: None };
    let record = bundle.add(new, &mut content.as_bytes())?;
    record.redactions = redactions;
    if cut {
        record.truncated(kept as u64, all as u64, "only the newest records of a log are taken".to_owned());
    }
    Ok(())
}

fn line(event: &Event, redactor: &Redactor, redactions: &mut BTreeMap<String, u64>) -> String {
    // As a whole, since what is to be redacted may go over several lines.
    let mut clean = |text: &str| {
        let (out, counts) = redactor.redact(text.as_bytes());
        counts.add_to(redactions);
        String::from_utf8_lossy(&out).into_owned()
    };
    let line = Line {
        at: event.at.to_rfc3339_opts(SecondsFormat::Millis, true),
        provider: clean(&event.provider),
        id: event.id,
        level: event.level,
        data: event.data.iter().map(|text| clean(text)).collect(),
    };
    // Texts and numbers are always JSON.
    let mut line = serde_json::to_string(&line).unwrap_or_default();
    line.push('\n');
    line
}
