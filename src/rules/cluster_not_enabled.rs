//! CLU-002.

use super::context::{Context, evidence};
use super::rule::{Check, rule, signature_note};
use super::signature::sightings;
use crate::finding::{Evidence, Finding, Missing, Outcome, Question, Subject};

rule! {
    /// ## What it checks
    /// Whether clustering has been enabled on the Server Nodes page. A node list of several nodes that are in the
    /// cluster proves it; the error of a second node that was refused proves the contrary.
    /// ## Why it matters
    /// A second web server that points at the database of a product without clustering is refused by it and serves
    /// nobody.
    /// ## How to fix it
    /// On the original node open Admin, See All, Server Nodes and press Enable Clustering; then open the other
    /// node again. If clustering is on, look for a renamed or cloned server or a stale row in the list of nodes.
    /// ## What it cannot see
    /// With one node in the list it cannot tell whether clustering is on: the list looks the same.
    id: "CLU-002",
    title: "Clustering is not enabled",
    severity: Blocker,
    scope: Now,
    subject: Cluster,
    applies: None,
    cites: ["SEED" Confirmed, "LAJ" Title],
    check: Check::Cluster(check),
}

fn check(cx: &Context) -> Outcome {
    for node in cx.cluster.serving() {
        if let Some(sighting) = sightings(cx, node, &cx.rule.id).into_iter().next() {
            let finding = cx.finding(
                Subject::cluster(),
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
    let list = match cx.list() {
        Ok(list) => list,
        Err(missing) => return Outcome::unknown(missing),
    };
    let members = list.rows.iter().filter(|row| row.in_cluster.value() == Some(&true)).count();
    if members > 1 {
        return Outcome::pass_with(format!("{members} nodes are in the cluster"));
    }
    let outside: Vec<Evidence> = cx
        .cluster
        .serving()
        .filter_map(|node| node.row.as_ref().map(|row| (node, row)))
        .map(|(node, row)| evidence(node, "In Cluster", &row.in_cluster))
        .collect();
    Outcome::unknown(Missing {
        node: None,
        what: "proof that clustering is enabled".into(),
        why: format!("the node list shows {members} of {} nodes in the cluster", outside.len()),
        from: Question::NodeList,
    })
}
