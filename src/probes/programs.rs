//! Programs, Windows features and time settings that matter to the product.

use super::access::ProbeAccess;
use super::system::{ProbeError, ProbeResult, Value};
use super::time_service::{STATUS, Source};
use super::{Probe, ProbeContext, fact, joined, or_absent, pool, registry, shown, text_of};
use crate::model::{Location, Observed};

const PROVIDERS: &str = r"SYSTEM\CurrentControlSet\Control\Cryptography\Providers";
const SHAREPOINT: &str = r"SOFTWARE\Microsoft\Shared Tools\Web Server Extensions";
const TIME: &str = r"SYSTEM\CurrentControlSet\Services\W32Time\Parameters";
/// Value of `time.source` for a time service without a source.
const OWN_CLOCK: &str = "own clock";
/// Services of Microsoft Monitoring Agent, and of its part for application monitoring (APM).
const AGENT: &str = "HealthService";
const WATCHER: &str = "System Center Management APM";

/// Features of IIS register their handlers here; WCF activation leaves no other trace in the registry.
const HANDLERS: ProbeAccess = ProbeAccess::Config("handlers");
/// The installer of IIS notes its components here, with the value 1 for each installed one.
const COMPONENTS: &str = r"SOFTWARE\Microsoft\InetStp\Components";
/// Its name for ASP.NET 4.x, in lower case. Inferred: these names are not documented.
const ASPNET_4: &str = "aspnet45";
/// Maximum number of components in the fact; IIS has about fifty.
const MOST: usize = 200;

pub(super) const PROBES: &[Probe] = &[
    Probe::fact("feature.aspnet-4", &[HANDLERS, ProbeAccess::Ones(COMPONENTS)], aspnet_4),
    Probe::value("feature.components", &[ProbeAccess::Ones(COMPONENTS)], |cx| {
        components(cx).map(|names| names.join(" "))
    }),
    Probe::value("feature.wcf-http-activation", &[HANDLERS], |cx| handler(cx, "handlers.wcf-4")),
    Probe::value("hsm.cng-providers", &[ProbeAccess::Keys(PROVIDERS)], foreign),
    Probe::value(
        "os.sharepoint",
        &[
            ProbeAccess::Keys(SHAREPOINT),
            ProbeAccess::Values(r"SOFTWARE\Microsoft\Shared Tools\Web Server Extensions\*", &["SharePoint"]),
        ],
        |cx| shown(sharepoint(cx)),
    ),
    Probe::fact(
        "program.monitoring-agent",
        &[
            ProbeAccess::Call("state of the service HealthService"),
            ProbeAccess::Call("state of the service System Center Management APM"),
        ],
        |cx| fact(monitoring_agent(cx), service(AGENT)),
    ),
    Probe::fact("time.service", &[ProbeAccess::Call("state of the service W32Time")], |cx| {
        fact(cx.system.service("W32Time").map(|service| service.state.word()), service("W32Time"))
    }),
    Probe::fact(
        "time.source",
        &[ProbeAccess::Values(TIME, &["NtpServer", "Type"]), ProbeAccess::Run(STATUS)],
        time_source,
    ),
];

fn service(name: &str) -> Location {
    Location::file(format!("service {name}"))
}

/// Whether the feature that registers a handler is installed.
fn handler(cx: &ProbeContext, setting: &str) -> ProbeResult<String> {
    match pool::application(cx)?.settings.get(setting) {
        Some(Observed::Known { value, .. }) => Ok(value.clone()),
        // The file was read completely, and lists no handlers.
        Some(Observed::Absent { .. }) => Err(ProbeError::Absent),
        _ => Err(ProbeError::Unasked("the handlers of IIS are not known")),
    }
}

/// Handlers prove it either way. Without them the list of components can show that the feature is installed, but not
/// that it is missing, because its name there is inferred.
fn aspnet_4(cx: &ProbeContext) -> Observed<String> {
    let by_handler = fact(handler(cx, "handlers.aspnet-4"), Location::file("applicationHost.config"));
    let listed = || components(cx).is_ok_and(|names| names.iter().any(|name| name == ASPNET_4));
    if by_handler.value().is_none() && listed() {
        return Observed::known("true".to_owned(), registry(COMPONENTS, ""));
    }
    by_handler
}

/// Installed components of IIS, in lower case and in order.
fn components(cx: &ProbeContext) -> ProbeResult<Vec<String>> {
    let is_name = |name: &str| name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let values = cx.system.values(COMPONENTS)?;
    let ones = values.into_iter().filter(|(_, value)| *value == Value::Number(1)).map(|(name, _)| name);
    let mut names: Vec<String> = ones.filter(|name| is_name(name)).map(|name| name.to_lowercase()).collect();
    names.sort();
    names.truncate(MOST);
    if names.is_empty() { Err(ProbeError::Absent) } else { Ok(names) }
}

/// Key storage providers that are not part of Windows, such as those of an HSM.
fn foreign(cx: &ProbeContext) -> ProbeResult<String> {
    /// The only one of Windows whose name does not begin with Microsoft.
    const OF_WINDOWS: &str = "Windows Client Key Protection Provider";
    let providers = cx.system.keys(PROVIDERS)?.into_iter();
    joined(providers.filter(|name| !name.starts_with("Microsoft ") && name != OF_WINDOWS), ", ")
}

fn sharepoint(cx: &ProbeContext) -> ProbeResult<bool> {
    for version in or_absent(cx.system.keys(SHAREPOINT), Vec::new())? {
        let value = cx.system.value(&format!(r"{SHAREPOINT}\{version}"), "SharePoint");
        if or_absent(value.map(|_| true), false)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn monitoring_agent(cx: &ProbeContext) -> ProbeResult<&'static str> {
    let installed = |name: &str| or_absent(cx.system.service(name).map(|_| true), false);
    Ok(match (installed(AGENT)?, installed(WATCHER)?) {
        (false, _) => "absent",
        (true, false) => "without-apm",
        (true, true) => "with-apm",
    })
}

/// The configured time servers, or the type of source where the domain gives the time; [`OWN_CLOCK`] where the service
/// reports, or is configured, that it uses no other clock.
fn time_source(cx: &ProbeContext) -> Observed<String> {
    if cx.time().is_ok_and(|status| status.source == Source::Own) {
        return Observed::known(OWN_CLOCK.to_owned(), Location::file(STATUS.to_string()));
    }
    let kind = text_of(cx.system, TIME, "Type");
    if kind.value().is_some_and(|kind| kind == "NoSync") {
        return kind.map(|_| OWN_CLOCK.to_owned());
    }
    if !kind.value().is_some_and(|kind| kind == "NTP" || kind == "AllSync") {
        return kind;
    }
    let server = text_of(cx.system, TIME, "NtpServer");
    if server.is_absent() { kind } else { server }
}
