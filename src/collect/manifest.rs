//! Builds the manifest of a collection.

use super::host::{Host, system};
use super::inventory_table::{self, Row, plain};
use super::options::Options;
use crate::bundle::manifest::FingerprintKey;
use crate::bundle::{Collection, FormatVersion, LookedAt, Manifest, NodeIdentity};
use crate::model::product::ENCRYPTION_CONFIG;
use crate::model::{Location, Observed};
use crate::redact::{Fingerprinter, Level};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use std::collections::BTreeMap;
use std::time::Duration;

/// Smaller differences between clock and stopwatch, in milliseconds, are not a change of the clock: time services
/// adjust its speed by less than that.
const CLOCK_SET_MS: u64 = 2_000;

/// Name of the option that says how many words were redacted beside the secrets; never which.
pub(super) const OPTION_WORDS: &str = "redact-words";

/// The manifest without its members, which the container adds. Reads the clock a second time.
pub(super) fn manifest(
    options: &Options,
    host: &dyn Host,
    node: String,
    started: DateTime<FixedOffset>,
    since: DateTime<Utc>,
    printer: &Fingerprinter,
    took: Duration,
) -> Manifest {
    let ended = host.now_again();
    let minutes = i16::try_from(started.offset().local_minus_utc() / 60).unwrap_or_default();
    let copied = options.copied();
    Manifest {
        format: FormatVersion::CURRENT,
        tool: concat!("clusterbrief ", env!("CARGO_PKG_VERSION")).to_owned(),
        node: NodeIdentity { name: node, copied },
        collection: Collection {
            started: started.to_utc(),
            ended: ended.to_utc(),
            utc_offset_minutes: options.machine_fact(|| Observed::known(minutes, system())),
            zone: options.machine_fact(|| host.time_zone()),
            reference_time: options.reference_time.map(|time| time.to_utc()).filter(|_| !copied),
            clock_set_ms: clock_set(ended - started, took),
        },
        elevated: options.machine_fact(|| host.elevated()),
        options: shown_options(options, since),
        looked_at: inventory_table::rows(copied, host.system().is_windows()).map(looked_at).collect(),
        never_taken: inventory_table::NEVER.iter().map(|never| plain(never)).collect(),
        fingerprint: fingerprint_key(printer),
        scrubbed_from: Vec::new(),
        members: Vec::new(),
    }
}

fn looked_at(row: &Row) -> LookedAt {
    LookedAt { what: plain(&row.what), source: plain(&row.source), secrets: plain(&row.secrets) }
}

/// By how much the clock was changed: the time that passed by the clock, minus the time that really passed.
fn clock_set(by_clock: TimeDelta, took: Duration) -> Option<i64> {
    let took = TimeDelta::from_std(took).unwrap_or(TimeDelta::MAX);
    let set = by_clock.checked_sub(&took)?.num_milliseconds();
    (set.unsigned_abs() >= CLOCK_SET_MS).then_some(set)
}

/// Options that show what may be missing; no path of this machine and nothing of a key.
fn shown_options(options: &Options, since: DateTime<Utc>) -> BTreeMap<String, String> {
    let given = |given: bool| if given { "given" } else { "not given" }.to_owned();
    let mut shown = BTreeMap::from([
        ("budget".to_owned(), options.budget.to_string()),
        ("case-key".to_owned(), given(options.case_key.is_some())),
        ("iis-config".to_owned(), given(options.iis_config.is_some())),
        (Level::OPTION.to_owned(), options.level.to_string()),
        ("logs-since".to_owned(), since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
    ]);
    shown.extend(options.iis_application.iter().map(|_| ("iis-application".to_owned(), given(true))));
    let words =
        options.redact_words.as_ref().map(|words| (OPTION_WORDS.to_owned(), words.lines().to_string()));
    shown.extend(words);
    shown.extend(options.minutes.map(|minutes| ("minutes".to_owned(), minutes.to_string())));
    shown
}

fn fingerprint_key(printer: &Fingerprinter) -> Observed<FingerprintKey> {
    if let Some(why) = printer.why_unkeyed() {
        return Observed::not_collected(why);
    }
    let (scheme, key_id) = (printer.scheme().to_owned(), printer.key_id().to_owned());
    let source = if scheme == "case" { "--case-key-file" } else { ENCRYPTION_CONFIG };
    Observed::known(FingerprintKey { scheme, key_id }, Location::file(source))
}
