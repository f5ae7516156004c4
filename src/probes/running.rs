//! Whether pool and site run. Services and processes show only a part; for an idle pool or a site only IIS knows the
//! state, and `appcmd` prints it as XML in words of its schema, which do not depend on the language. Of that list only
//! the state of this pool and site is kept.

use super::access::{Command, ProbeAccess, WORKERS};
use super::pool::{application, worker};
use super::system::{ProbeError, ProbeResult, ServiceState};
use super::{Probe, ProbeContext, shown};

const POOLS: Command = Command { program: r"inetsrv\appcmd.exe", arguments: &["list", "apppool", "/xml"] };
const SITES: Command = Command { program: r"inetsrv\appcmd.exe", arguments: &["list", "site", "/xml"] };

pub(super) const PROBES: &[Probe] = &[
    Probe::value(
        "iis.state.pool",
        &[ProbeAccess::Call("service WAS"), ProbeAccess::Call(WORKERS), ProbeAccess::Run(POOLS)],
        |cx| shown(pool(cx)),
    ),
    Probe::value("iis.state.site", &[ProbeAccess::Call("service W3SVC"), ProbeAccess::Run(SITES)], |cx| {
        shown(site(cx))
    }),
];

/// Without the WAS service no pool runs; with a worker process this one does.
fn pool(cx: &ProbeContext) -> ProbeResult<&'static str> {
    if cx.system.service("WAS")?.state == ServiceState::Stopped {
        return Ok("stopped");
    }
    let name = &application(cx)?.pool;
    if worker(cx.system, Some(name)).is_ok_and(|worker| worker.pool.is_some()) {
        return Ok("running");
    }
    listed(cx, POOLS, "APPPOOL", name)
}

/// Without the W3SVC service no site answers.
fn site(cx: &ProbeContext) -> ProbeResult<&'static str> {
    if cx.system.service("W3SVC")?.state == ServiceState::Stopped {
        return Ok("stopped");
    }
    // Of several sites that serve the folder one that runs is enough.
    let states: Vec<ProbeResult<&'static str>> =
        application(cx)?.sites().into_iter().map(|site| listed(cx, SITES, "SITE", site)).collect();
    let runs = states.iter().position(|state| matches!(state, Ok("running")));
    states.into_iter().nth(runs.unwrap_or_default()).unwrap_or(Err(ProbeError::Absent))
}

/// The state of the pool or site of this name, as IIS lists it.
fn listed(cx: &ProbeContext, command: Command, kind: &str, name: &str) -> ProbeResult<&'static str> {
    if !cx.asks_iis {
        return Err(ProbeError::Unasked("IIS would read its configuration from another machine"));
    }
    let odd = || ProbeError::Failed("the list that IIS gave has an unexpected form".into());
    let printed = cx.system.output(command)?;
    let document = roxmltree::Document::parse(printed.trim_start_matches(['\u{feff}', '\r', '\n']))
        .map_err(|_| odd())?;
    let named = format!("{kind}.NAME");
    let listed = document.root_element().children().find(|node| {
        node.has_tag_name(kind)
            && node.attribute(named.as_str()).is_some_and(|listed| listed.eq_ignore_ascii_case(name))
    });
    let listed = listed.ok_or_else(|| ProbeError::Failed("IIS does not list it".into()))?;
    match listed.attribute("state").ok_or_else(odd)? {
        "Started" => Ok("running"),
        "Stopped" => Ok("stopped"),
        "Starting" | "Stopping" => Ok("pending"),
        _ => Err(ProbeError::Failed("IIS does not know its state".into())),
    }
}
