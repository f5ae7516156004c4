//! UPG-008.

use crate::rules::engine::prelude::*;

rule! {
    /// ## What it checks
    /// Whether the cluster has one serving node only.
    /// ## Why it matters
    /// A rolling upgrade needs a second node that serves in the meantime; with one node there is a downtime.
    /// ## How to fix it
    /// Announce a downtime for the upgrade, or add a node before.
    /// ## What it cannot see
    /// Nodes that neither a node list nor a bundle names.
    id: "UPG-008",
    title: "One node alone cannot be upgraded without a downtime",
    severity: Info,
    scope: Upgrade,
    subject: Cluster,
    cites: ["D:minimizing-upgrade-downtime" Confirmed],
    check: check,
}

fn check(cx: &Context) -> Outcome {
    match cx.single_node_outcome() {
        None => Outcome::pass(),
        Some(Outcome::NotApplicable { .. }) => {
            let name = cx.cluster.serving().next().map_or("", |node| node.name.as_str());
            let confirmed = cx.cluster.node_set.confirmed_by.join(", ");
            let title = format!("{name} is the only serving node: the upgrade has a downtime");
            let finding = cx.on_cluster(title, cx.rule.remediation.clone()).because(Evidence::value(
                "",
                "serving nodes",
                format!("{name}, confirmed by {confirmed}"),
                Place::default(),
            ));
            Outcome::Findings(vec![finding])
        }
        Some(open) => open,
    }
}
