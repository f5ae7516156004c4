//! Services that the product depends on: state, start mode, start time of their process.

use super::access::{ProbeAccess, SERVICES};
use super::system::{ProbeError, ProbeResult, Service, ServiceState};
use super::{Probe, ProbeContext, fact, or_absent};
use crate::model::{Location, Observed};

/// The program of a distributed engine. Every site may give its service another name.
const ENGINE: &str = "thycotic.distributedengine.service.exe";
const IMAGES: ProbeAccess = ProbeAccess::Values(r"SYSTEM\CurrentControlSet\Services\*", &["ImagePath"]);

/// The three facts of a service, by its key name or by a function that finds it.
macro_rules! services {
    ($($state:literal $start:literal $started:literal $name:expr, [$($ask:expr),+];)+) => {
        pub(super) const PROBES: &[Probe] = &[$(
            Probe::fact($state, &[$($ask),+], |cx| {
                service_fact(cx, $name, |service| Ok(service.state.word().to_owned()))
            }),
            Probe::fact($start, &[$($ask),+], |cx| {
                service_fact(cx, $name, |service| Ok(service.start.word().to_owned()))
            }),
            Probe::fact($started, &[$($ask,)+ ProbeAccess::Call("when the process of a service was started")], |cx| {
                service_fact(cx, $name, |service| started(cx, service))
            }),
        )+];
    };
}

services! {
    "service.engine.state" "service.engine.start" "service.engine.started" engine, [ProbeAccess::Keys(SERVICES), IMAGES, ProbeAccess::Call("service of the engine")];
    "service.net-tcp-activator.state" "service.net-tcp-activator.start" "service.net-tcp-activator.started" |_| Ok("NetTcpActivator".to_owned()), [ProbeAccess::Call("service NetTcpActivator")];
    "service.net-tcp-port-sharing.state" "service.net-tcp-port-sharing.start" "service.net-tcp-port-sharing.started" |_| Ok("NetTcpPortSharing".to_owned()), [ProbeAccess::Call("service NetTcpPortSharing")];
    "service.rabbitmq.state" "service.rabbitmq.start" "service.rabbitmq.started" |_| Ok("RabbitMQ".to_owned()), [ProbeAccess::Call("service RabbitMQ")];
    "service.w3svc.state" "service.w3svc.start" "service.w3svc.started" |_| Ok("W3SVC".to_owned()), [ProbeAccess::Call("service W3SVC")];
    "service.was.state" "service.was.start" "service.was.started" |_| Ok("WAS".to_owned()), [ProbeAccess::Call("service WAS")];
}

fn service_fact(
    cx: &ProbeContext,
    name: fn(&ProbeContext) -> ProbeResult<String>,
    read: impl Fn(&Service) -> ProbeResult<String>,
) -> Observed<String> {
    match name(cx) {
        Ok(name) => {
            let value = cx.system.service(&name).and_then(|service| read(&service));
            fact(value, Location::file(format!("service {name}")))
        }
        Err(refusal) => refusal.observed(Location::file("services")),
    }
}

fn started(cx: &ProbeContext, service: &Service) -> ProbeResult<String> {
    let none = match service.state {
        ServiceState::Stopped => ProbeError::Absent,
        _ => ProbeError::Unasked("the process of the service is not known"),
    };
    let process = service.process.ok_or(none)?;
    Ok(super::moment(cx.system.started(process)?))
}

/// Key name of the service that runs an engine.
fn engine(cx: &ProbeContext) -> ProbeResult<String> {
    let mut engines = Vec::new();
    for name in cx.system.keys(SERVICES)? {
        let image = cx.text(&format!(r"{SERVICES}\{name}"), "ImagePath");
        if or_absent(image, String::new())?.to_lowercase().contains(ENGINE) {
            engines.push(name);
        }
    }
    match (engines.pop(), engines.is_empty()) {
        (None, _) => Err(ProbeError::Absent),
        (Some(engine), true) => Ok(engine),
        (Some(_), false) => Err(ProbeError::Failed("several services run an engine".into())),
    }
}
