//! Which protocols Windows speaks over TLS.

use super::ask::{Ask, CURRENT_VERSION};
use super::system::{Answer, Refusal};
use super::{Probe, Seen, fact, or_absent, registry};
use crate::model::Observed;

/// What says so where nothing is set.
const BUILT_IN: Ask = Ask::Values(CURRENT_VERSION, &["CurrentMajorVersionNumber"]);
const NAMES: &[&str] = &["DisabledByDefault", "Enabled"];

pub(super) const PROBES: &[Probe] = &[
    Probe {
        fact: "os.ssl2",
        asks: &[
            Ask::Values(
                r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 2.0\Server",
                NAMES,
            ),
            BUILT_IN,
        ],
        read: |seen| enabled(seen, "SSL 2.0", "Server"),
    },
    Probe {
        fact: "os.ssl3",
        asks: &[
            Ask::Values(
                r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\SSL 3.0\Server",
                NAMES,
            ),
            BUILT_IN,
        ],
        read: |seen| enabled(seen, "SSL 3.0", "Server"),
    },
    Probe {
        fact: "os.tls12-client",
        asks: &[
            Ask::Values(
                r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client",
                NAMES,
            ),
            BUILT_IN,
        ],
        read: |seen| enabled(seen, "TLS 1.2", "Client"),
    },
    Probe {
        fact: "os.tls12-server",
        asks: &[
            Ask::Values(
                r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server",
                NAMES,
            ),
            BUILT_IN,
        ],
        read: |seen| enabled(seen, "TLS 1.2", "Server"),
    },
];

fn enabled(seen: &Seen, protocol: &str, side: &str) -> Observed<String> {
    let key =
        format!(r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\{protocol}\{side}");
    let set = |name: &str| or_absent(seen.number(&key, name).map(Some), None);
    let answer = set("Enabled").and_then(|enabled| match (enabled, set("DisabledByDefault")?) {
        (Some(enabled), disabled) => Ok(enabled != 0 && disabled.is_none_or(|disabled| disabled == 0)),
        (None, Some(disabled)) if disabled != 0 => Ok(false),
        (None, _) => built_in(seen, protocol),
    });
    fact(answer, registry(&key, "Enabled"))
}

/// What holds where nothing is set (MS-TLS, inferred but for SSL 2.0): Windows Server 2016 and later speak TLS 1.2 and neither
/// SSL; what older ones do depends on their updates.
fn built_in(seen: &Seen, protocol: &str) -> Answer<bool> {
    let modern = or_absent(seen.number(CURRENT_VERSION, "CurrentMajorVersionNumber"), 6)? >= 10;
    if modern {
        Ok(protocol == "TLS 1.2")
    } else {
        Err(Refusal::Failed(
            "nothing is set, and what holds then depends on the updates of this Windows".into(),
        ))
    }
}
