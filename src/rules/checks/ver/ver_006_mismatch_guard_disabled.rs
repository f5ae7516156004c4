//! VER-006: is the setting off that allows nodes with another build than the database?

use crate::rules::engine::prelude::*;
use crate::rules::lib::activity::connection;
use std::collections::BTreeSet;

rule! {
    /// ## What it checks
    /// Whether someone confirms that the setting that allows a version mismatch in maintenance mode is off. Without an
    /// answer, nodes of different builds that are connected at the same time suggest that it is on.
    /// ## Why it matters
    /// The setting is meant for rolling upgrades. If it stays on, a node with the wrong build is no longer stopped by
    /// the version mismatch page. Such a node then uses a database that belongs to another build.
    /// ## How to fix it
    /// Bring all nodes to the same build. Then switch the upgrade mode off: both maintenance mode and the version
    /// mismatch.
    /// ## What it cannot see
    /// The setting itself, because no export contains it.
    id: "VER-006",
    title: "Version mismatch is allowed",
    question: "Is the setting that allows a version mismatch off?",
    severity: High,
    area: NodesAndFiles,
    subject: Cluster,
    applies: since(Build::Current, BuildVersion::new(10, 7, 59)),
    cites: ["D:minimizing-upgrade-downtime" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    if cx.answer(None, &cx.rule.id).is_some() {
        return question::answer(cx, None);
    }
    let connected: Vec<&Node> = cx
        .cluster
        .serving()
        .filter(|node| node.row.as_ref().is_some_and(|row| row.in_cluster.value() == Some(&true)))
        .filter(|node| connection(cx, node).is_ok_and(|connection| connection.is_recent()))
        .collect();
    let builds: BTreeSet<&BuildVersion> =
        connected.iter().filter_map(|node| node.row.as_ref()?.binary_version.value()).collect();
    if builds.len() < 2 {
        return question::answer(cx, None);
    }
    let builds: Vec<String> = builds.into_iter().map(ToString::to_string).collect();
    let title = format!("Nodes at {} are connected at the same time", builds.join(" and "));
    let remedy = "Look whether the setting that allows a version mismatch is on, and switch it off once all nodes run \
        one build.";
    let rows = connected.into_iter().filter_map(|node| Some((node, node.row.as_ref()?)));
    let seen = rows.map(|(node, row)| evidence(node, "build in the node list", &row.binary_version));
    let detail = "A node with the wrong build is stopped unless that setting is on.";
    cx.on_cluster(title, remedy).detail(detail).inferred().resting_on(seen).into()
}
