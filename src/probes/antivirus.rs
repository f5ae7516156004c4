//! Antivirus programs, told by their drivers: Windows keeps a group of its own for those that look at files (MS-FLT), so that
//! no list of names is needed, which would miss some.

use super::access::{ProbeAccess, SERVICES};
use super::system::ProbeResult;
use super::{Probe, ProbeContext, joined, or_absent};

/// The group that such a driver loads in.
const GROUP: &str = "FSFilter Anti-Virus";
/// Start of a driver that is switched off.
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
