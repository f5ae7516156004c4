//! UPG-008.

use crate::rules::engine::context::Context;
use crate::rules::engine::rule::rule;
use crate::finding::{Evidence, Outcome, Subject};
use crate::model::Place;

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
    applies: None,
    cites: ["D:minimizing-upgrade-downtime" Confirmed],
    check: check,
}

fn check(cx: &Context) -> Outcome {
    match cx.alone() {
        None => Outcome::pass(),
        Some(Outcome::NotApplicable { .. }) => {
            let name = cx.cluster.serving().next().map_or("", |node| node.name.as_str());
            let confirmed = cx.cluster.node_set.confirmed_by.join(", ");
            let title = format!("{name} is the only serving node: the upgrade has a downtime");
            let finding = cx.finding(Subject::cluster(), title, cx.rule.remediation.clone()).because(Evidence::Value {
                node: String::new(),
                fact: "serving nodes".into(),
                value: format!("{name}, confirmed by {confirmed}"),
                place: Place::default(),
            });
            Outcome::Findings(vec![finding])
        }
        Some(open) => open,
    }
}
