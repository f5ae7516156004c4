//! LBL-007: are all sessions of the last week on one node?

use crate::rules::engine::context::Context;
use crate::rules::engine::rule::{Check, rule};
use crate::rules::lib::told_number::of_item;
use crate::finding::{Missing, Outcome, Subject};

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
    scope: Now,
    subject: Cluster,
    applies: None,
    cites: ["PSS:reports/system/user-session-details.sql" Confirmed],
    check: Check::Cluster(check),
    needs: ["node-list", "sessions"],
}

const SESSIONS: f64 = 20.0;

fn check(cx: &Context) -> Outcome {
    cx.alone().unwrap_or_else(|| judge(cx).unwrap_or_else(Outcome::unknown))
}

fn judge(cx: &Context) -> Result<Outcome, Missing> {
    let nodes = cx.items("session-node")?;
    let mut busy = Vec::new();
    for node in nodes.iter() {
        let (sessions, seen) = of_item(cx, node, "session-node.sessions")?;
        if sessions > 0.0 {
            busy.push((node, sessions, seen));
        }
    }
    let [(node, sessions, seen)] = busy.as_slice() else {
        return Ok(match busy.len() {
            0 => Outcome::not_applicable("there were no sessions in the last week"),
            some => Outcome::pass_with(format!("{some} nodes have sessions")),
        });
    };
    if *sessions < SESSIONS {
        return Ok(Outcome::not_applicable(format!("{sessions} sessions in a week are too few to tell")));
    }
    let title = format!("All {sessions} sessions of the last week were on {}", node.name());
    let remedy = "See at the load balancer whether the other nodes are in its pool and pass its probe.";
    Ok(Outcome::Findings(vec![cx.finding(Subject::cluster(), title, remedy).because(seen.clone())]))
}
