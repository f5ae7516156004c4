//! LOG-004: does every role that is switched on have a log?

use crate::model::log::Component;
use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the log folder of a node that is In Cluster contains a log of each role that is on in the node list:
    /// Background Worker, Engine Worker and Session Recording Worker.
    /// ## Why it matters
    /// A role that is on but never wrote a line has probably never started.
    /// ## How to fix it
    /// On the Server Nodes page, switch the role off and on again for the node. Restart the application pool, and look
    /// for the error of the role on that page.
    /// ## What it cannot see
    /// That a missing log means that the role did not start is our inference: someone may have removed the log. A log
    /// that exists may be old (see LOG-003).
    id: "LOG-004",
    title: "Role is on but has no log",
    question: "Does every role that is on have a log?",
    severity: Medium,
    area: Logs,
    subject: Node,
    cites: ["D:events-and-alerts/secure-syslog-cef" Confirmed, "LAJ" Confirmed],
}

/// Roles that the node list switches, with the log each writes.
const ROLES: [(&str, &str, Component, &str); 3] = [
    ("row.background-worker", "Background Worker", Component::BackgroundWorker, "SS-BWSR.log"),
    ("row.engine-worker", "Engine Worker", Component::EngineWorker, "SS-EWSR.log"),
    (
        "row.session-recording-worker",
        "Session Recording Worker",
        Component::SessionRecordingWorker,
        "SS-SRWSR.log",
    ),
];

fn check(cx: &Context, node: &Node) -> Outcome {
    let in_cluster = known!(cx.fact(node, "row.in-cluster", "In Cluster"));
    if in_cluster.value().is_none_or(|value| value != "true") {
        return Outcome::not_applicable("the node is not In Cluster: its roles rest");
    }
    let inventory = known!(cx.any_snapshot(node)).inventory.as_ref();
    let files = known!(cx.settle(node, "inventory", inventory, "the list of files"));
    let logs: Vec<Component> = files
        .value()
        .into_iter()
        .flat_map(|files| files.iter())
        .filter(|file| file.path.to_ascii_lowercase().starts_with("log/"))
        .filter_map(|file| Component::of(&file.path))
        .collect();
    if logs.is_empty() {
        // Without any log the folder is not the place where this node writes them.
        known!(cx.logs(node));
        return Outcome::not_applicable("the application folder holds no log");
    }
    let (mut findings, mut missing, mut on) = (Vec::new(), Vec::new(), Vec::new());
    for (path, role, component, log) in ROLES {
        let Ok(switched) = cx.fact(node, path, role).map_err(|gap| missing.push(gap)) else { continue };
        if switched.value().is_none_or(|value| value != "true") {
            continue;
        }
        on.push(role);
        if logs.contains(&component) {
            continue;
        }
        let title = format!("{}: {role} is on and has no {log}", node.name);
        let remedy = format!(
            "Restart the application pool of {} and look for an error of {role} on the Server Nodes page.",
            node.name
        );
        let place = Location::file("inventory.jsonl").in_input(node.input());
        let absent = Evidence::absence(&node.name, format!("log/{log}"), place);
        let finding = cx.on_node(node, title, remedy).inferred().because(absent);
        findings.push(finding.because(evidence(node, role, &switched)));
    }
    match Outcome::from_parts(findings, missing) {
        Outcome::Pass { .. } if on.is_empty() => {
            Outcome::not_applicable("the node has no role that writes a log")
        }
        outcome => outcome,
    }
}
