//! What the manifest says of a collection as a whole.

use super::host::Host;
use super::plan::ENCRYPTION_CONFIG;
use super::{COPIED, Options};
use crate::bundle::manifest::FingerprintKey;
use crate::bundle::{Collection, FormatVersion, Manifest, NodeIdentity};
use crate::model::{Observed, Place};
use crate::redact::Fingerprinter;
use chrono::{DateTime, FixedOffset, Utc};
use std::collections::BTreeMap;

/// The manifest but for its members, which the container adds. Reads the clock a second time.
pub(super) fn manifest(
    options: &Options,
    host: &dyn Host,
    node: String,
    started: DateTime<FixedOffset>,
    since: DateTime<Utc>,
    printer: &Fingerprinter,
) -> Manifest {
    let copied = options.node.is_some();
    Manifest {
        format: FormatVersion::CURRENT,
        tool: concat!("clusterbrief ", env!("CARGO_PKG_VERSION")).to_owned(),
        node: NodeIdentity { name: node, copied },
        collection: collection(options, host, started),
        elevated: if copied { Observed::not_collected(COPIED) } else { host.elevated() },
        options: shown_options(options, since),
        fingerprint: fingerprint_key(printer),
        members: Vec::new(),
    }
}

fn collection(options: &Options, host: &dyn Host, started: DateTime<FixedOffset>) -> Collection {
    let copied = options.node.is_some();
    let minutes = i16::try_from(started.offset().local_minus_utc() / 60).unwrap_or_default();
    let own = Place::file("operating system");
    Collection {
        started: started.to_utc(),
        ended: host.now_again().to_utc(),
        utc_offset_minutes: if copied {
            Observed::not_collected(COPIED)
        } else {
            Observed::known(minutes, own)
        },
        zone: if copied { Observed::not_collected(COPIED) } else { host.time_zone() },
        reference_time: options.reference_time.map(|time| time.to_utc()).filter(|_| !copied),
    }
}

/// Options that say what may be missing; no path of this machine and nothing of a key.
fn shown_options(options: &Options, since: DateTime<Utc>) -> BTreeMap<String, String> {
    let given = |given: bool| if given { "given" } else { "not given" }.to_owned();
    BTreeMap::from([
        ("case-key".to_owned(), given(options.case_key.is_some())),
        ("iis-config".to_owned(), given(options.iis_config.is_some())),
        ("logs-since".to_owned(), since.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
        ("max-log-bytes".to_owned(), options.max_log_bytes.to_string()),
    ])
}

fn fingerprint_key(printer: &Fingerprinter) -> Observed<FingerprintKey> {
    if let Some(why) = printer.why_unkeyed() {
        return Observed::not_collected(why);
    }
    let (scheme, key_id) = (printer.scheme().to_owned(), printer.key_id().to_owned());
    let source = if scheme == "case" { "--case-key-file" } else { ENCRYPTION_CONFIG };
    Observed::known(FingerprintKey { scheme, key_id }, Place::file(source))
}
