//! What event logs tell of the worker process. The ids are those of LOG-009 (domain 10.13), inferred there, and of MS-WAS, of
//! whose pages we read a part.

use super::access::{ProbeAccess, WORKER, WORKERS};
use super::system::{Event, EventQuery, ProbeError, ProbeResult};
use super::{Probe, ProbeContext, fact, pool};
use crate::model::Place;
use chrono::TimeDelta;
use std::collections::BTreeSet;

/// Most records that are read for one fact.
const MOST: usize = 1_000;
/// What a program's crash is reported as, its file name first.
const CRASH: u32 = 1_000;
/// A pool that was switched off after failures, and a worker process that broke off its connection.
const POOL_FAILURES: [u32; 2] = [5_002, 5_011];
/// A worker process that failed, was recycled for one of the reasons there are, or was idle for too long. One that took too
/// long to end (5013) is not among them: it had been replaced when it was told to.
const WORKER_ENDS: [u32; 14] =
    [5_009, 5_010, 5_011, 5_012, 5_074, 5_075, 5_076, 5_077, 5_078, 5_079, 5_080, 5_081, 5_117, 5_186];
/// From so many on their number counts (LOG-006).
const MANY: usize = 10;

pub(super) const PROBES: &[Probe] = &[
    Probe::fact(
        "event.pool-failures",
        &[ProbeAccess::Call(
            "event log System: records of WAS (5002, 5011) of the last week, and its oldest record",
        )],
        |cx| fact(pool_failures(cx), Place::file("event log System")),
    ),
    Probe::fact(
        "event.worker-crashes",
        &[ProbeAccess::Call(
            "event log Application: records of Application Error (1000) of the last week, and its oldest record",
        )],
        |cx| fact(worker_crashes(cx), Place::file("event log Application")),
    ),
    Probe::fact(
        "event.worker-starts",
        &[
            ProbeAccess::Call(WORKERS),
            ProbeAccess::Call(
                "event log System: records of WAS of a worker process that ended, of the last day",
            ),
        ],
        |cx| fact(worker_starts(cx), Place::file("event log System")),
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

/// Starts of the last day. Windows writes no record of a start: a worker process that is older than a day shows that there
/// was none, and records of ends, each of which a start follows, show that there were at least so many.
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
    // A process that ends may leave several records; those that name no process speak of all of the pool.
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

/// How many records there are like that. A log that begins later than a week ago does not show that there were none.
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
