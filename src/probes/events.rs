//! Crashes and restarts of the worker process from the event logs. The event ids are from MS-WAS, of which only a part
//! could be read; their meaning is partly inferred.

use super::access::{ProbeAccess, WORKER, WORKERS};
use super::system::{Event, EventQuery, ProbeError, ProbeResult};
use super::{Probe, ProbeContext, fact, pool};
use crate::model::Location;
use crate::model::events::{POOL_FAILURES, WORKER_ENDS};
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// Maximum number of records that are read for one fact.
const MOST: usize = 1_000;
/// Id of the record of a crash; its first text is the file name of the program.
const CRASH: u32 = 1_000;
/// From this number of ends on, rule LOG-006 can use it.
const MANY: usize = 10;

pub(super) const PROBES: &[Probe] = &[
    Probe::fact(
        "event.pool-failures",
        &[ProbeAccess::Call(
            "event log System: records of WAS (5002, 5011) of the last week, and its oldest record",
        )],
        |cx| fact(pool_failures(cx), Location::file("event log System")),
    ),
    Probe::fact(
        "event.worker-crashes",
        &[ProbeAccess::Call(
            "event log Application: records of Application Error (1000) of the last week, and its oldest record",
        )],
        |cx| fact(worker_crashes(cx), Location::file("event log Application")),
    ),
    Probe::fact(
        "event.worker-starts",
        &[
            ProbeAccess::Call(WORKERS),
            ProbeAccess::Call(
                "event log System: records of WAS of a worker process that ended, of the last day",
            ),
        ],
        |cx| fact(worker_starts(cx), Location::file("event log System")),
    ),
];

fn pool_failures(cx: &ProbeContext) -> ProbeResult<usize> {
    let pool = pool::name(cx)?;
    let of_pool = |event: &Event| {
        POOL_FAILURES.contains(&event.id) && event.data.iter().any(|text| text.eq_ignore_ascii_case(pool))
    };
    last_week(cx, "System", &["Microsoft-Windows-WAS", "WAS"], of_pool)
}

fn worker_crashes(cx: &ProbeContext) -> ProbeResult<usize> {
    let of_worker = |event: &Event| {
        event.id == CRASH && event.data.first().is_some_and(|program| program.eq_ignore_ascii_case(WORKER))
    };
    last_week(cx, "Application", &["Application Error"], of_worker)
}

/// Starts in the last day. Windows records no starts: a worker process older than a day shows that there were none;
/// records of ends, each of which is followed by a start, give a lower limit.
fn worker_starts(cx: &ProbeContext) -> ProbeResult<usize> {
    let pool = pool::name(cx)?;
    let since = cx.now - TimeDelta::days(1);
    match pool::worker(cx.system, Some(pool)) {
        Ok(worker) if worker.pool.is_some() && worker.started <= since => return Ok(0),
        Ok(_) | Err(ProbeError::Absent) => {}
        Err(refusal) => return Err(refusal),
    }
    let providers = &["Microsoft-Windows-WAS", "WAS"];
    let events = cx.system.events(&EventQuery { log: "System", providers, since, most: MOST })?;
    let ended = |event: &&Event| {
        WORKER_ENDS.contains(&event.id) && event.data.iter().any(|text| text.eq_ignore_ascii_case(pool))
    };
    // A process that ends may leave several records; records without a process id are about the whole pool.
    let (mut processes, mut unnamed) = (BTreeSet::new(), 0);
    for event in events.iter().filter(ended) {
        match event.data.iter().find_map(|text| text.parse::<u64>().ok()) {
            Some(process) => _ = processes.insert(process),
            None => unnamed += 1,
        }
    }
    match processes.len() + unnamed {
        few @ 0..MANY => Err(ProbeError::Failed(format!(
            "Windows does not record starts of worker processes, and {few} ends in the last day are too few to show how many there were"
        ))),
        many => Ok(many),
    }
}

/// Number of matching records of the last week. A log that does not go back a week cannot show that there were none.
fn last_week(
    cx: &ProbeContext,
    log: &str,
    providers: &[&str],
    counts: impl Fn(&Event) -> bool,
) -> ProbeResult<usize> {
    let since = cx.now - TimeDelta::days(7);
    let events = cx.system.events(&EventQuery { log, providers, since, most: MOST })?;
    let count = events.iter().filter(|event| counts(event)).count();
    if count == 0 && (cx.system.oldest_event(log)? > since || events.len() == MOST) {
        return Err(ProbeError::Failed("the part of the log that was read does not go back a week".into()));
    }
    Ok(count)
}
