//! Facts of the machine, with the rule for folders that were copied from elsewhere.

use super::host::{Host, system};
use super::options::Options;
use crate::model::facts::{ClockReading, ClockReference, Fingerprint, HostFacts};
use crate::model::{Observed, Place};
use crate::probes;
use crate::probes::ProbeContext;
use crate::redact::fingerprint::{Fingerprinter, Label};
use chrono::{DateTime, FixedOffset};
use std::time::Duration;

/// Source of the reference that `--reference-time` gives. Equal on all nodes of a case, so their offsets compare.
pub const OPERATOR: &str = "operator";

/// How far a time may be off that a person reads from a reference clock, types and sends off, in milliseconds.
/// Ours; shorter would make typing look like skew.
pub const OPERATOR_UNCERTAINTY_MS: u64 = 15_000;

/// Facts of this machine; with `--node` every one of them is `NotCollected`.
pub(super) fn facts(
    options: &Options,
    host: &dyn Host,
    started: DateTime<FixedOffset>,
    seen: &ProbeContext,
) -> HostFacts {
    // A copied folder says nothing of the clock, and reading it takes a while.
    let spread = if options.copied() { Duration::ZERO } else { host.clock_spread() };
    let spread_ms = u64::try_from(spread.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX);
    let clock_reference = || match options.reference_time {
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
    let clock = || Observed::known(ClockReading { local: started, spread_ms: Some(spread_ms) }, system());
    HostFacts {
        name: options.of_machine(|| host.name()),
        machine_id: options.of_machine(|| machine_id(host, seen.printer)),
        os: options.of_machine(|| host.os()),
        time_zone: options.of_machine(|| host.time_zone()),
        clock: options.of_machine(clock),
        clock_reference: options.of_machine(clock_reference),
        time_service: options.of_machine(|| probes::time_reference(seen)),
        worker_started: options.of_machine(|| probes::worker_started(seen)),
    }
}

fn machine_id(host: &dyn Host, printer: &Fingerprinter) -> Observed<Fingerprint> {
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
