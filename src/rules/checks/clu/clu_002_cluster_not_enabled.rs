//! CLU-002: is clustering enabled?

use crate::rules::engine::prelude::*;
use crate::rules::engine::signature::sightings;

rule! {
    /// ## What it checks
    /// Whether clustering is enabled on the Server Nodes page. A node list with several nodes that are In Cluster
    /// proves that it is enabled. The error of a second node that was refused proves that it is not. If there is
    /// neither, the rule asks a person.
    /// ## Why it matters
    /// If clustering is off, the product refuses a second web server that uses the same database. That server then
    /// serves no users.
    /// ## How to fix it
    /// On the original node, open Admin, See All, Server Nodes, and click Enable Clustering. Then open the other node
    /// again. If clustering is already enabled, look for a renamed or cloned server, or for an outdated row in the list
    /// of nodes.
    /// ## What it cannot see
    /// The switch itself. If fewer than two nodes are In Cluster, the list looks the same whether clustering is on or
    /// off.
    id: "CLU-002",
    title: "Clustering is not enabled",
    question: "Is clustering enabled?",
    severity: Blocker,
    area: NodeState,
    holds: WithNodeList,
    subject: Cluster,
    cites: ["SEED" Confirmed, "LAJ" Title],
}

fn check(cx: &Context) -> Outcome {
    for node in cx.cluster.serving() {
        if let Some(sighting) = sightings(cx, node, &cx.rule.id).into_iter().next() {
            let title = format!("{} was refused because clustering is not enabled", node.name);
            let remedy =
                format!("Enable clustering on the Server Nodes page, then open {} again.", node.name);
            let finding = cx.on_cluster(title, remedy).note(signature_note(sighting.signature));
            let finding = Finding { confidence: sighting.confidence, ..finding };
            return finding.resting_on(sighting.evidence).into();
        }
    }
    known!(cx.several_nodes());
    let list = known!(cx.list());
    let members = list.rows.iter().filter(|row| row.in_cluster.value() == Some(&true)).count();
    if members > 1 {
        return Outcome::pass_with(format!("{members} nodes are in the cluster"));
    }
    if cx.answer(None, &cx.rule.id).is_some() {
        return question::answer(cx, None);
    }
    let members = if members == 0 { "none" } else { "only one" };
    let why = format!("of {} nodes in the node list {members} is In Cluster", list.rows.len());
    Outcome::unknown(cx.unanswered(None, &cx.rule.id, &why))
}
