//! LBL-007: are all sessions of the last week on one node?

use crate::model::host_name::same_host;
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
    question: "Are the sessions spread over more than one node?",
    severity: Info,
    area: LoadBalancer,
    subject: Cluster,
    cites: ["PSS:reports/system/user-session-details.sql" Confirmed],
}

const SESSIONS: f64 = 20.0;

fn check(cx: &Context) -> Outcome {
    known!(cx.several_nodes());
    let nodes = known!(cx.items("session-node"));
    let mut busy: Vec<(&str, f64, Evidence)> = Vec::new();
    for item in nodes.iter() {
        let (sessions, seen) = known!(of_item(cx, item, "session-node.sessions"));
        if sessions <= 0.0 {
            continue;
        }
        // Sessions may name a node by its short name of 15 characters.
        let node = cx.cluster.serving().find(|node| same_host(&node.name, item.name()));
        let name = node.map_or(item.name(), |node| node.name.as_str());
        match busy.iter_mut().find(|(other, ..)| same_host(other, name)) {
            Some((_, all, _)) => *all += sessions,
            None => busy.push((name, sessions, seen)),
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
    let title = format!("All {sessions} sessions of the last week were on {node}");
    let remedy = "See at the load balancer whether the other nodes are in its pool and pass its probe.";
    Outcome::Findings(vec![cx.on_cluster(title, remedy).because(seen.clone())])
}
