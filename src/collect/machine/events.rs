//! What event logs tell of the worker process. The ids are those of LOG-009 (domain 10.13), inferred there.

use super::ask::{Ask, WORKER};
use super::system::{Answer, Event, EventQuery, Refusal};
use super::{Probe, Seen, fact, pool};
use crate::model::Place;
use chrono::TimeDelta;

/// Most records that are read for one fact.
const MOST: usize = 1_000;
/// What a program's crash is reported as, its file name first.
const CRASH: u32 = 1_000;
/// A pool that was switched off after failures, and a worker process that broke off its connection.
const POOL_FAILURES: [u32; 2] = [5_002, 5_011];

pub(super) const PROBES: &[Probe] = &[
    Probe {
        fact: "event.pool-failures",
        asks: &[Ask::Call(
            "event log System: records of WAS (5002, 5011) of the last week, and its oldest record",
        )],
        read: |seen| fact(pool_failures(seen), Place::file("event log System")),
    },
    Probe {
        fact: "event.worker-crashes",
        asks: &[Ask::Call(
            "event log Application: records of Application Error (1000) of the last week, and its oldest record",
        )],
        read: |seen| fact(worker_crashes(seen), Place::file("event log Application")),
    },
];

fn pool_failures(seen: &Seen) -> Answer<usize> {
    let pool = pool::name(seen)?;
    let of_pool = |event: &Event| {
        POOL_FAILURES.contains(&event.id) && event.data.iter().any(|text| text.eq_ignore_ascii_case(pool))
    };
    last_week(seen, "System", &["Microsoft-Windows-WAS", "WAS"], of_pool)
}

fn worker_crashes(seen: &Seen) -> Answer<usize> {
    let of_worker = |event: &Event| {
        event.id == CRASH && event.data.first().is_some_and(|program| program.eq_ignore_ascii_case(WORKER))
    };
    last_week(seen, "Application", &["Application Error"], of_worker)
}

/// How many records there are like that. A log that begins later than a week ago does not show that there were none.
fn last_week(seen: &Seen, log: &str, providers: &[&str], counts: impl Fn(&Event) -> bool) -> Answer<usize> {
    let since = seen.now - TimeDelta::days(7);
    let events = seen.system.events(&EventQuery { log, providers, since, most: MOST })?;
    let count = events.iter().filter(|event| counts(event)).count();
    if count == 0 && (seen.system.oldest_event(log)? > since || events.len() == MOST) {
        return Err(Refusal::Failed("what was read of the log does not reach back a week".into()));
    }
    Ok(count)
}
