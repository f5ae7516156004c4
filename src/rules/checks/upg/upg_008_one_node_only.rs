//! UPG-008: is there a second node that serves users during an upgrade?

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the cluster has only one serving node.
    /// ## Why it matters
    /// A rolling upgrade needs a second node that serves users in the meantime. With one node there is downtime.
    /// ## How to fix it
    /// Announce downtime for the upgrade, or add a node before it.
    /// ## What it cannot see
    /// Nodes that are neither in a node list nor in a bundle.
    id: "UPG-008",
    title: "A single node cannot be upgraded without downtime",
    question: "Does the cluster have more than one serving node?",
    severity: Info,
    area: UpgradePath,
    scope: Upgrade,
    subject: Cluster,
    cites: ["D:minimizing-upgrade-downtime" Confirmed],
}

fn check(cx: &Context) -> Outcome {
    match cx.single_node_outcome() {
        None => Outcome::pass(),
        Some(Outcome::NotApplicable { .. }) => {
            let name = cx.cluster.serving().next().map_or("", |node| node.name.as_str());
            let confirmed = cx.cluster.node_set.confirmed_by.join(", ");
            let title = format!("{name} is the only serving node: the upgrade has a downtime");
            let nodes = format!("{name}, confirmed by {confirmed}");
            let seen = Evidence::value("", "serving nodes", nodes, Location::default());
            cx.on_cluster(title, &cx.rule.remediation).because(seen).into()
        }
        Some(open) => open,
    }
}
