//! Facts of the machine, with the rule for folders that were copied from elsewhere.

use super::host::Host;
use super::options::{COPIED, Options};
use crate::model::facts::{ClockReading, ClockReference, HostFacts};
use crate::model::{Observed, Place};
use crate::probes;
use crate::probes::Seen;
use crate::redact::fingerprint::{Fingerprinter, Label};
use chrono::{DateTime, FixedOffset};

/// Source of the reference that `--reference-time` gives. Equal on all nodes of a case, so their offsets compare.
pub const OPERATOR: &str = "operator";

/// How far a time may be off that a person reads from a reference clock, types and sends off, in milliseconds.
/// Ours; shorter would make typing look like skew.
pub const OPERATOR_UNCERTAINTY_MS: u64 = 15_000;

/// Facts of this machine, with the start of the worker process of `pool`; with `--node` every one of them is `NotCollected`.
pub(super) fn facts(
    options: &Options,
    host: &dyn Host,
    started: DateTime<FixedOffset>,
    seen: &Seen,
    pool: Option<&str>,
) -> HostFacts {
    if options.node.is_some() {
        return HostFacts {
            name: Observed::not_collected(COPIED),
            machine_id: Observed::not_collected(COPIED),
            os: Observed::not_collected(COPIED),
            time_zone: Observed::not_collected(COPIED),
            clock: Observed::not_collected(COPIED),
            clock_reference: Observed::not_collected(COPIED),
            time_service: Observed::not_collected(COPIED),
            worker_started: Observed::not_collected(COPIED),
        };
    }
    let spread_ms = u64::try_from(host.clock_spread().as_micros().div_ceil(1_000)).unwrap_or(u64::MAX);
    let clock_reference = match options.reference_time {
        Some(reference) => Observed::known(
            ClockReference {
                source: OPERATOR.to_owned(),
                offset_ms: (started - reference).num_milliseconds(),
                uncertainty_ms: OPERATOR_UNCERTAINTY_MS.saturating_add(spread_ms),
            },
            Place::file("--reference-time"),
        ),
        None => Observed::not_collected("no --reference-time was given"),
    };
    HostFacts {
        name: host.name(),
        machine_id: machine_id(host, seen.printer),
        os: host.os(),
        time_zone: host.time_zone(),
        clock: Observed::known(
            ClockReading { local: started, spread_ms: Some(spread_ms) },
            Place::file("operating system"),
        ),
        clock_reference,
        time_service: probes::time_reference(seen),
        worker_started: probes::worker_started(host.system(), pool),
    }
}

fn machine_id(host: &dyn Host, printer: &Fingerprinter) -> Observed<crate::model::facts::Fingerprint> {
    match host.machine_id() {
        Observed::Known { value, sources, .. } => {
            let source = sources.into_iter().next().unwrap_or_default();
            printer.fingerprint(Label::Machine, value.as_bytes(), source)
        }
        Observed::Absent { looked_at } => Observed::absent(looked_at),
        Observed::Unreadable { place, why } => Observed::unreadable(place, why),
        Observed::NotCollected { why } => Observed::not_collected(why),
    }
}
