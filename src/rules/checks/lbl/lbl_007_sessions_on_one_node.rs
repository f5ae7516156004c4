//! LBL-007.

use crate::rules::engine::prelude::*;
use crate::rules::lib::told_number::of_item;

rule! {
    /// ## What it checks
    /// Whether all sessions of the last week, of twenty or more, were on one node.
    /// ## Why it matters
    /// The other nodes then serve nobody, and nobody notices when they stop doing so.
    /// ## How to fix it
    /// See at the load balancer whether the other nodes are members of its pool and pass its probe.
    /// ## What it cannot see
    /// Whether the other nodes are meant to be spare. The twenty are our own measure.
    id: "LBL-007",
    title: "All sessions are on one node",
    severity: Info,
    subject: Cluster,
    cites: ["PSS:reports/system/user-session-details.sql" Confirmed],
    check: check,
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
