//! TIM-003: do all web servers use the same time zone?

use crate::rules::engine::prelude::*;
use crate::rules::lib::clock_skew::SCOPE;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// First build that stores times in UTC.
const UTC: BuildVersion = BuildVersion::new(8, 9, 300_000);

rule! {
    /// ## What it checks
    /// Whether all web servers use the same time zone. The rule compares the name of the time zone and its offset.
    /// ## Why it matters
    /// Before 8.9.300000 the product stores local times. Servers in different time zones then write an audit that
    /// cannot be put in order. Later builds store UTC. There, a difference only explains why the log times of two nodes
    /// do not match.
    /// ## How to fix it
    /// Before 8.9.300000, set all web servers to the same time zone and restart the application pools. Later builds
    /// need no change.
    /// ## What it cannot see
    /// Windows and other systems have different names for the same time zone. So different names with the same offset
    /// may be one time zone. A server whose daylight saving time is switched off keeps the name of its time zone.
    id: "TIM-003",
    title: "Time zones differ between nodes",
    question: "Do all nodes have the same time zone?",
    severity: Blocker,
    area: Clocks,
    subject: Cluster,
    cites: ["RN:8.9.300000" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let (zones, mut missing) = cx.of_serving(|node| {
        let zone = cx.any_snapshot(node)?.facts.host.time_zone.clone();
        cx.settle(node, "host.time-zone", zone, "the time zone")
    });
    let names: BTreeSet<String> =
        zones.iter().filter_map(|(_, zone)| Some(zone.value()?.to_lowercase())).collect();
    if names.len() < 2 {
        return Outcome::from_parts(Vec::new(), missing);
    }

    // The oldest build decides: one server that stores local times is enough.
    let builds: Vec<Option<BuildVersion>> =
        cx.cluster.serving().map(|node| cx.version(node).value().copied()).collect();
    let oldest = builds.iter().flatten().min();
    let Some(oldest) = oldest.filter(|oldest| **oldest < UTC || !builds.contains(&None)) else {
        let unknown = cx.cluster.serving().filter(|node| node.version.value().is_none());
        missing.extend(unknown.map(|node| cx.version_missing(node, &node.version)));
        return missing.into();
    };
    let shown: BTreeSet<&str> =
        zones.iter().filter_map(|(_, zone)| zone.value().map(String::as_str)).collect();
    let shown = shown.into_iter().collect::<Vec<_>>().join(", ");
    let title = format!("The nodes run in different time zones: {shown}");
    let mut finding = match oldest.cmp(&UTC) {
        Ordering::Less => cx.on_cluster(title, "Set all web servers to the same time zone."),
        Ordering::Equal => {
            cx.on_cluster(title, "Ask the vendor whether this build still needs one time zone.").inferred()
        }
        Ordering::Greater => cx
            .on_cluster(title, "Mind the zones when you lay logs of the nodes side by side.")
            .at(Severity::Info),
    };
    cx.ask("host.clock");
    if same_offset(zones.iter().map(|(node, _)| *node)) {
        finding = finding.inferred().detail("At the time of collection all zones had the same offset.");
    }
    if *oldest <= UTC {
        finding = SCOPE.into_iter().fold(finding, Finding::note);
    }
    finding.resting_on(zones.iter().map(|(node, zone)| evidence(node, "time zone", zone))).into()
}

/// Whether every node's clock showed one and the same offset.
fn same_offset<'a>(nodes: impl Iterator<Item = &'a Node>) -> bool {
    let clock = |node: &'a Node| node.snapshot.as_ref()?.facts.host.clock.value();
    let offset = |node| Some(clock(node)?.local.offset().local_minus_utc());
    let offsets: BTreeSet<Option<i32>> = nodes.map(offset).collect();
    offsets.len() == 1 && !offsets.contains(&None)
}
