//! Finds antivirus programs by their drivers: Windows has a driver group for file scanners (MS-FLT), so no list of
//! product names is needed, which would be incomplete.

use super::access::{ProbeAccess, SERVICES};
use super::system::ProbeResult;
use super::{Probe, ProbeContext, joined, or_absent};

/// The driver group of file scanners.
const GROUP: &str = "FSFilter Anti-Virus";
/// Start value of a disabled driver.
const DISABLED: u64 = 4;

pub(super) const PROBES: &[Probe] = &[Probe::value(
    "program.antivirus",
    &[
        ProbeAccess::Keys(SERVICES),
        ProbeAccess::Values(r"SYSTEM\CurrentControlSet\Services\*", &["Group", "Start"]),
    ],
    drivers,
)];

fn drivers(cx: &ProbeContext) -> ProbeResult<String> {
    let mut drivers = Vec::new();
    for name in cx.system.keys(SERVICES)? {
        let key = format!(r"{SERVICES}\{name}");
        let group = or_absent(cx.text(&key, "Group"), String::new())?;
        if group.eq_ignore_ascii_case(GROUP) && or_absent(cx.number(&key, "Start"), 0)? != DISABLED {
            drivers.push(name);
        }
    }
    joined(drivers, ", ")
}
