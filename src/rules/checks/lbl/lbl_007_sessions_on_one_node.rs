//! LBL-007: are all sessions of the last week on one node?

use crate::rules::engine::prelude::*;
use crate::rules::lib::reported_number::of_item;

rule! {
    /// ## What it checks
    /// Whether all sessions of the last week were on one node, if there were twenty or more.
    /// ## Why it matters
    /// The other nodes then serve no users. If one of them stops working, this is not noticed.
    /// ## How to fix it
    /// Check on the load balancer whether the other nodes are members of its pool and pass its health probe.
    /// ## What it cannot see
    /// Whether the other nodes are intended as spare nodes. The limit of twenty sessions is our own choice.
    id: "LBL-007",
    title: "All sessions are on one node",
    severity: Info,
    area: LoadBalancer,
    subject: Cluster,
    cites: ["PSS:reports/system/user-session-details.sql" Confirmed],
}

const SESSIONS: f64 = 20.0;

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let nodes = known!(cx.items("session-node"));
    let mut busy = Vec::new();
    for node in nodes.iter() {
        let (sessions, seen) = known!(of_item(cx, node, "session-node.sessions"));
        if sessions > 0.0 {
            busy.push((node, sessions, seen));
        }
    }
    let [(node, sessions, seen)] = busy.as_slice() else {
        return match busy.len() {
            0 => Outcome::not_applicable("there were no sessions in the last week"),
            some => Outcome::pass_with(format!("{some} nodes have sessions")),
        };
    };
    if *sessions < SESSIONS {
        return Outcome::not_applicable(format!("{sessions} sessions in a week are too few to tell"));
    }
    let title = format!("All {sessions} sessions of the last week were on {}", node.name());
    let remedy = "See at the load balancer whether the other nodes are in its pool and pass its probe.";
    Outcome::Findings(vec![cx.on_cluster(title, remedy).because(seen.clone())])
}
