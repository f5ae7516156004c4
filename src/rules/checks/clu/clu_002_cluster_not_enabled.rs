//! CLU-002.

use crate::rules::engine::prelude::*;
use crate::rules::engine::signature::sightings;

rule! {
    /// ## What it checks
    /// Whether clustering has been enabled on the Server Nodes page. A node list of several nodes that are in the
    /// cluster proves it; the error of a second node that was refused proves the contrary.
    /// Where neither is there, a person is asked.
    /// ## Why it matters
    /// A second web server that points at the database of a product without clustering is refused by it and serves
    /// nobody.
    /// ## How to fix it
    /// On the original node open Admin, See All, Server Nodes and press Enable Clustering; then open the other
    /// node again. If clustering is on, look for a renamed or cloned server or a stale row in the list of nodes.
    /// ## What it cannot see
    /// The switch itself. With fewer than two nodes In Cluster the list looks the same whether it is on or off.
    id: "CLU-002",
    title: "Clustering is not enabled",
    severity: Blocker,
    subject: Cluster,
    cites: ["SEED" Confirmed, "LAJ" Title],
    check: check,
}

fn check(cx: &Context) -> Outcome {
    for node in cx.cluster.serving() {
        if let Some(sighting) = sightings(cx, node, &cx.rule.id).into_iter().next() {
            let finding = cx.on_cluster(
                format!("{} was refused because clustering is not enabled", node.name),
                format!("Enable clustering on the Server Nodes page, then open {} again.", node.name),
            );
            let note = signature_note(sighting.signature);
            return Outcome::Findings(vec![Finding {
                confidence: sighting.confidence,
                evidence: sighting.evidence,
                ..finding.note(note)
            }]);
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
