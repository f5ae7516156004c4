//! SSL and TLS versions that Windows enables, as server and as client (`SChannel`).

use super::access::{CURRENT_VERSION, ProbeAccess};
use super::system::{ProbeError, ProbeResult};
use super::{Probe, ProbeContext, fact, or_absent, registry};
use crate::model::Observed;

/// Where no value is set, the version of Windows decides.
const BUILT_IN: ProbeAccess = ProbeAccess::Values(CURRENT_VERSION, &["CurrentMajorVersionNumber"]);
const NAMES: &[&str] = &["DisabledByDefault", "Enabled"];

/// A fact for each side of each protocol: whether it is enabled.
macro_rules! probes {
    ($($fact:literal $protocol:literal $side:literal;)+) => {
        pub(super) const PROBES: &[Probe] = &[$({
            const KEY: &str = concat!(
                r"SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\", $protocol, r"\", $side
            );
            Probe::fact($fact, &[ProbeAccess::Values(KEY, NAMES), BUILT_IN], |cx| enabled(cx, $protocol, KEY))
        }),+];
    };
}

probes! {
    "os.ssl2" "SSL 2.0" "Server";
    "os.ssl2-client" "SSL 2.0" "Client";
    "os.ssl3" "SSL 3.0" "Server";
    "os.ssl3-client" "SSL 3.0" "Client";
    "os.tls10-client" "TLS 1.0" "Client";
    "os.tls10-server" "TLS 1.0" "Server";
    "os.tls11-client" "TLS 1.1" "Client";
    "os.tls11-server" "TLS 1.1" "Server";
    "os.tls12-client" "TLS 1.2" "Client";
    "os.tls12-server" "TLS 1.2" "Server";
    "os.tls13-client" "TLS 1.3" "Client";
    "os.tls13-server" "TLS 1.3" "Server";
}

fn enabled(cx: &ProbeContext, protocol: &str, key: &str) -> Observed<String> {
    let set = |name: &str| or_absent(cx.number(key, name).map(Some), None);
    let answer = set("Enabled").and_then(|enabled| match (enabled, set("DisabledByDefault")?) {
        (Some(enabled), disabled) => Ok(enabled != 0 && disabled.is_none_or(|disabled| disabled == 0)),
        (None, Some(disabled)) if disabled != 0 => Ok(false),
        (None, _) => built_in(cx, protocol),
    });
    fact(answer, registry(key, "Enabled"))
}

/// The default where no value is set (from MS-TLS; only SSL 2.0 is stated there, the others are inferred): Windows
/// Server 2016 and later enable TLS 1.2 and no SSL. For older ones it depends on their updates, for the other protocols
/// on the version of Windows.
fn built_in(cx: &ProbeContext, protocol: &str) -> ProbeResult<bool> {
    let modern = or_absent(cx.number(CURRENT_VERSION, "CurrentMajorVersionNumber"), 6)? >= 10;
    match protocol {
        "SSL 2.0" | "SSL 3.0" if modern => Ok(false),
        "TLS 1.2" if modern => Ok(true),
        "TLS 1.0" | "TLS 1.1" | "TLS 1.3" => {
            Err(ProbeError::Unasked("no value is set, and the default depends on the version of Windows"))
        }
        _ => Err(ProbeError::Failed(
            "no value is set, and the default depends on the updates of this Windows".into(),
        )),
    }
}
