//! Facts of the machine; none of a copied folder.

use super::host::{Host, system};
use super::options::Options;
use crate::model::facts::{ClockReading, ClockReference, Fingerprint, HostFacts};
use crate::model::{Location, Observed};
use crate::probes;
use crate::probes::ProbeContext;
use crate::redact::fingerprint::{Fingerprinter, Label};
use chrono::{DateTime, FixedOffset};
use std::time::Duration;

/// Source of the reference that `--reference-time` gives. It is equal on all nodes of a case, so their offsets can be
/// compared.
pub const OPERATOR: &str = "operator";

/// Uncertainty of a time that a person reads from a reference clock and types, in milliseconds. Our choice; a shorter
/// one would make typing look like clock skew.
pub const OPERATOR_UNCERTAINTY_MS: u64 = 15_000;

/// Facts of this machine; with `--node` every one of them is `NotCollected`.
pub(super) fn facts(
    options: &Options,
    host: &dyn Host,
    started: DateTime<FixedOffset>,
    cx: &ProbeContext,
) -> HostFacts {
    // A copied folder has no clock facts, and measuring the clock takes a while.
    let spread = if options.copied() { Duration::ZERO } else { host.clock_spread() };
    let spread_ms = u64::try_from(spread.as_micros().div_ceil(1_000)).unwrap_or(u64::MAX);
    let clock_reference = || match options.reference_time {
        Some(reference) => Observed::known(
            ClockReference {
                source: OPERATOR.to_owned(),
                offset_ms: (started - reference).num_milliseconds(),
                uncertainty_ms: OPERATOR_UNCERTAINTY_MS.saturating_add(spread_ms),
            },
            Location::file("--reference-time"),
        ),
        None => Observed::not_collected("no --reference-time was given"),
    };
    let clock = || Observed::known(ClockReading { local: started, spread_ms: Some(spread_ms) }, system());
    HostFacts {
        name: options.machine_fact(|| host.name()),
        machine_id: options.machine_fact(|| machine_id(host, cx.printer)),
        os: options.machine_fact(|| host.os()),
        time_zone: options.machine_fact(|| host.time_zone()),
        clock: options.machine_fact(clock),
        clock_reference: options.machine_fact(clock_reference),
        time_service: options.machine_fact(|| probes::time_reference(cx)),
        worker_started: options.machine_fact(|| probes::worker_started(cx)),
    }
}

fn machine_id(host: &dyn Host, printer: &Fingerprinter) -> Observed<Fingerprint> {
    let id = host.machine_id();
    let source = id.place().cloned().unwrap_or_default();
    id.and_then(|id| printer.fingerprint(Label::Machine, id.as_bytes(), source))
}
